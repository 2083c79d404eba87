package contracts

import (
	"context"
	"fmt"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Case is a stream as it would be after a change, and as it was before. Where
// nothing changes, both are the same.
type Case struct {
	// Subject is what the schema is registered under.
	Subject string
	// At is the time that dates are compared with.
	At time.Time
	// Contract is the stream's contract after the change, Before the one that
	// stood until then; nil for none.
	Contract, Before *Contract
	// Schema is the latest schema after the change, Previous the one before;
	// nil for none.
	Schema, Previous schema.Parsed
	// SchemaFile is the file of Schema, for findings; "" where there is none.
	SchemaFile string
	// Inherits: the subject holds a stream's keys, or what its schema
	// references, and so lives by the contract of the stream. Its words and its
	// lifecycle are judged; what the contract says of the values is not.
	Inherits bool
	// Readers know who reads the subject, nil where nobody can be asked.
	Readers Readers
	// Unread lets a break of the contract pass if nobody reads the field, as was
	// watched for a whole window.
	Unread bool
}

// Judge returns everything that is wrong with a stream after a change, in the
// reader's order, before exemptions and baselines. It looks at
//
//   - the contract: there, valid, owned, with service levels and a purpose;
//   - the documentation of the schema;
//   - whether contract and schema agree, and whether its rules can be rules;
//   - what the change breaks of what the contract promised before, at whatever
//     compatibility level;
//   - who reads the fields that the change breaks, promised or not;
//   - the contract's version and status.
//
// What a change breaks are errors, unless the version announces it (by a major
// bump) or the status before promised nothing: then they remain as warnings and
// information. A version announces a break and excuses no gap: documentation,
// owner, support and the last service level stay demanded. What takes away what
// was there is one finding, which stands for that of the gap.
//
// An error means that the schemas could not be compared.
func Judge(ctx context.Context, c Case) ([]finding.Finding, error) {
	j := newJudge(c)
	j.contract()
	if err := j.lifecycle(ctx); err != nil {
		return nil, fmt.Errorf("judge %s: %w", c.Subject, err)
	}
	j.words()
	if c.Contract != nil && !c.inherits() {
		j.breaks()
		j.readership()
		j.ownership()
		j.levels()
		j.agreement()
		j.rules()
		j.versions()
	} else {
		j.readership()
	}
	finding.Sort(j.out)
	return j.out, nil
}

// inherits reports whether the contract speaks of another subject's values.
func (c Case) inherits() bool {
	return c.Inherits || c.Contract != nil && c.Contract.KeySubject == c.Subject && c.Contract.Subject != c.Subject
}

// judge gathers the findings of one case.
type judge struct {
	Case
	// stage is what the status allows now, before what it allowed.
	stage, before stage
	// announced: the version says that something breaks.
	announced bool
	edits     []compat.Edit
	old, next *elements
	// trail is what the edits made of the elements.
	trail trail
	// release is the bump that fits, as far as it is known.
	release Release
	// told are the paths that a change has spoken of already.
	told map[told]bool
	// declared are the places in out of what broke a declaration.
	declared map[declared]int
	out      []finding.Finding
}

// told is what needs no other finding.
type told struct {
	what finding.Code
	path string
}

func newJudge(c Case) *judge {
	j := &judge{Case: c, stage: Active.stage(), before: Active.stage(), told: map[told]bool{}, declared: map[declared]int{}}
	j.next = elementsOf(c.Schema)
	j.old = j.next
	if c.changedSchema() {
		j.old = elementsOf(c.Previous)
		j.edits = compat.Diff(c.Previous, c.Schema)
	}
	j.trail = trailOf(j.edits, j.old, j.next)
	if c.Contract != nil {
		j.stage = c.Contract.Status.stage()
	}
	if c.Before != nil {
		j.before = c.Before.Status.stage()
	}
	if c.Contract != nil && c.Before != nil {
		j.announced = c.Before.Version.LevelTo(c.Contract.Version) == MajorBump
		j.release.Version = c.Before.Version
	}
	return j
}

// changedSchema reports whether there are two schemas that differ.
func (c Case) changedSchema() bool {
	return c.Previous != nil && c.Schema != nil && c.Previous != c.Schema &&
		(c.Previous.Format() != c.Schema.Format() || c.Previous.Canonical() != c.Schema.Canonical() ||
			c.Previous.Documentation() != c.Schema.Documentation())
}

// add completes a finding with the subject.
func (j *judge) add(f finding.Finding) {
	f.Subject = j.Subject
	j.out = append(j.out, f)
}

// debt adds a gap or a contradiction: no stronger than the status allows.
func (j *judge) debt(f finding.Finding) {
	f.Severity = weaker(f.Severity, j.stage.debt)
	j.add(f)
}

// loss adds what takes away something that every contract owes. It counts as the
// gap does for which it stands, whatever the version announces.
func (j *judge) loss(f finding.Finding) {
	f.Severity = finding.Error
	j.release.need(MajorBump, f.Message)
	j.debt(f)
}

// broken adds what breaks a promise.
func (j *judge) broken(f finding.Finding) {
	f.Severity = weaker(finding.Error, j.before.breaks)
	switch {
	case j.before.closed:
		f.Hint = "nothing has to be done: a retired contract promises nothing any more"
	case f.Severity != finding.Error:
		f.Hint = fmt.Sprintf("nothing has to be done: a contract that is %s promises nothing yet", j.before.status)
	default:
		j.release.need(MajorBump, f.Message)
		f = j.announce(f)
	}
	j.release.need(MinorBump, f.Message)
	j.add(f)
}

// announce makes a break the warning that it is if the version announces it, and
// says otherwise which version would.
func (j *judge) announce(f finding.Finding) finding.Finding {
	if !j.announced {
		f.Hint += j.announcement()
		return f
	}
	f.Severity = finding.Warning
	f.Evidence = append(f.Evidence, fmt.Sprintf("announced by version %s, before %s", j.Contract.Version, j.Before.Version))
	f.Hint = fmt.Sprintf("tell its consumers: version %s announces the break, and they have to change", j.Contract.Version)
	return f
}

// announcement names the version that announces a break.
func (j *judge) announcement() string {
	if j.Before == nil || j.Before.Version == (Version{}) {
		return ""
	}
	return fmt.Sprintf(" (%s after %s)", j.Before.Version.Raise(MajorBump), j.Before.Version)
}

// orMajor ends the hint of a break. The version is named by broken.
const orMajor = ", or release a new major version of the contract"

// inContract places a finding at a path of a contract's document.
func (j *judge) inContract(f finding.Finding, path string) finding.Finding {
	return at(f, j.Contract, path)
}

func at(f finding.Finding, c *Contract, path string) finding.Finding {
	place := c.Document.Position(path)
	f.File, f.Line, f.Column = c.File(), place.Line, place.Column
	return f
}

// inSchema places a finding at an element of the schema, or at its beginning.
func (j *judge) inSchema(f finding.Finding, e *schema.Field) finding.Finding {
	f.File = j.SchemaFile
	if j.Schema != nil {
		f.Line, f.Column = 1, 1
	}
	if e == nil {
		return f
	}
	if e.Line > 0 {
		f.Line, f.Column = e.Line, e.Column
	}
	if e.File != "" {
		f.File = e.File
	}
	return f
}
