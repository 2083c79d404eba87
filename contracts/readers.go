package contracts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Readers know who reads the fields of a subject, as far as anybody does.
type Readers interface {
	// Of tells of fields of the schema as it was, of each with what lies below
	// it, in the order of their paths; "" is the stream as a whole. All are asked
	// about at once, because most of the answer is the same for each.
	Of(paths []string) []Readership
}

// Readership is what is known of who reads a field.
type Readership struct {
	// Use are those who are known to use the field, Perhaps those who read the
	// stream, of whom it is not known.
	Use, Perhaps []Reader
	// Unknown says in a clause why there may be others; "" if whoever read
	// within the window was seen. Hint is the command that would tell more.
	Unknown, Hint string
	// Window is how long somebody who reads no more counts as a reader.
	Window time.Duration
}

// Reader is somebody who reads a stream.
type Reader struct {
	Name string
	// Owner is the team to tell, "" for unknown.
	Owner string
	// LastSeen is when they were last seen reading.
	LastSeen time.Time
	// How says how that is known, and how surely: "reported, confidence 1".
	How string
	// Reach says what depends on them, "" for nothing that is known.
	Reach string
}

// String names the reader and who answers for it.
func (r Reader) String() string {
	if r.Owner == "" {
		return r.Name + " (owner unknown)"
	}
	return fmt.Sprintf("%s (%s)", r.Name, r.Owner)
}

// evidence tells the reader's facts in a line.
func (r Reader) evidence(verb string) string {
	line := fmt.Sprintf("%s %s: %s, last seen %s", r, verb, r.How, r.LastSeen.UTC().Format(time.RFC3339))
	if r.Reach != "" {
		line += "; " + r.Reach
	}
	return line
}

// The rules about readers. They are of a change: who reads a field that stays is
// no fault.
var (
	codeFieldRead   = finding.ClaimChange("LINEAGE_FIELD_READ", "a change breaks a field that somebody is known to read")
	codeStreamRead  = finding.ClaimChange("LINEAGE_STREAM_READ", "a change breaks a field of a stream that somebody reads, who may use it")
	codeReadUnknown = finding.ClaimChange("LINEAGE_UNKNOWN", "a change breaks a field, and who reads it is not known")
	codeUnread      = finding.ClaimChange("LINEAGE_UNREAD", "a change breaks a field that nobody has read")
)

// Damage is what a change of schema does to a field that whoever reads it will
// notice.
type Damage struct {
	// Path is where the field stood, schema.Field.Path; Now where it stands, ""
	// if it is gone.
	Path string `json:"path"`
	Now  string `json:"now,omitempty"`
	// What says it in a clause: "is gone".
	What string `json:"what"`
	// Meaning: the values are as they were, and may mean something else.
	Meaning bool `json:"meaning,omitempty"`
}

// Damages lists what a change of schema breaks for readers, in the order of the
// fields before: of fields that lie in one another the outermost that is gone.
func Damages(previous, next schema.Parsed) []Damage {
	var out []Damage
	for _, d := range newJudge(Case{Previous: previous, Schema: next}).damages() {
		told := Damage{Path: d.old.Path, What: d.what, Meaning: d.meaning}
		if d.next != nil {
			told.Now = d.next.Path
		}
		out = append(out, told)
	}
	return out
}

// damage is a Damage with the fields it is of.
type damage struct {
	old, next *schema.Field // next is nil for one that is gone
	what      string
	meaning   bool
}

// readership tells who is hurt by what the change does to fields, whether the
// contract speaks of them or not.
func (j *judge) readership() {
	if j.Previous != nil && j.Schema == nil {
		j.streamReaders()
		return
	}
	damages := j.damages()
	if len(damages) == 0 {
		return
	}
	paths := make([]string, len(damages))
	for i, d := range damages {
		paths[i] = d.old.Path
	}
	known := j.of(paths)
	var unknown []string
	var why Readership
	for i, d := range damages {
		if j.readersOf(d, known[i]) {
			continue
		}
		if len(unknown) == 0 {
			why = known[i]
		}
		if !slices.Contains(unknown, d.old.Path) {
			unknown = append(unknown, d.old.Path)
		}
	}
	if len(unknown) > 0 {
		j.readersUnknown(unknown, why)
	}
}

// of asks for the readers of fields.
func (j *judge) of(paths []string) []Readership {
	if j.Readers == nil {
		nobody := Readership{Unknown: "only a registry knows, and none was asked", Hint: "add --registry URL, whose lineage is asked then"}
		return slices.Repeat([]Readership{nobody}, len(paths))
	}
	return j.Readers.Of(paths)
}

// damages are what the change does to the fields of the schema before: once for
// each, at the outermost that is gone.
func (j *judge) damages() []damage {
	if len(j.edits) == 0 {
		return nil
	}
	var out []damage
	gone := ""
	for i := range j.old.all {
		old := &j.old.all[i]
		if old.Kind != schema.KindField || gone != "" && within(old.Path, gone) {
			continue
		}
		now := j.trail.now(old.Path)
		next := j.next.field(now)
		if next == nil {
			gone = old.Path
			out = append(out, j.disappeared(old))
			continue
		}
		if j.trail.moved[old.Path] != "" {
			out = append(out, damage{old: old, next: next, what: "is " + next.Path + " now"})
		}
		for _, e := range j.trail.at[now] {
			if what, meaning := j.hurt(old, e); what != "" {
				out = append(out, damage{old, next, what, meaning})
			}
		}
		for _, e := range j.trail.lost[loosely(old.Path)] {
			out = append(out, damage{old: old, next: next, what: "does not hold " + symbolName(e) + " any more"})
		}
	}
	return out
}

// within reports whether a path leads through another.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || strings.ContainsRune(".[{<#", rune(rest[0])))
}

// disappeared tells a field that is gone from one that goes by another name.
func (j *judge) disappeared(old *schema.Field) damage {
	if twin := j.next.field(j.trail.alike[likeness(old)]); twin != nil {
		return damage{old: old, next: twin, what: "is " + twin.Path + " now"}
	}
	return damage{old: old, what: "is gone"}
}

// hurt says what an edit does to readers of a field, "" for nothing.
func (j *judge) hurt(old *schema.Field, e compat.Edit) (what string, meaning bool) {
	switch e.Kind {
	case compat.EditNarrowed:
		return "holds less: " + e.Message, false
	case compat.EditRetyped, compat.EditWidened:
		return "has a type that readers of the old one misread: " + e.Message, false
	case compat.EditRenumbered:
		return "has another number: " + e.Message, false
	case compat.EditOptional:
		if j.presencePromised(old) {
			return "may be absent or null now", false
		}
	case compat.EditRedocumented:
		if remeans(e) {
			return "is documented in other words, and may mean something else", true
		}
	}
	return "", false
}

// readersOf tells who reads a field that is damaged. It reports false if there
// may be readers that nobody knows of.
func (j *judge) readersOf(d damage, known Readership) bool {
	f := finding.Finding{Path: d.old.Path}
	if d.next != nil {
		f.Path = d.next.Path
		f = j.inSchema(f, d.next)
	} else {
		f = j.inSchema(f, j.next.around(d.old.Path))
	}
	switch {
	case len(known.Use) > 0:
		f.Code = codeFieldRead
		f.Message = fmt.Sprintf("field %s %s, and %s it", d.old.Path, d.what, readBy(known.Use, "uses", "use"))
		f.Hint = "agree with them first, or keep the field beside the new one" + orMajor
		f.Evidence = append(evidence(known.Use, "uses it"), evidence(known.Perhaps, "may use it")...)
		if d.meaning {
			f.Severity, f.Hint = weaker(finding.Warning, j.before.breaks), "if its values mean something else now, give them a field of their own"+orMajor+j.announcement()
			j.add(f)
			break
		}
		j.broken(f)
	case len(known.Perhaps) > 0 && !d.meaning:
		f.Code, f.Severity = codeStreamRead, weaker(finding.Warning, j.before.breaks)
		f.Message = fmt.Sprintf("field %s %s, and %s the stream; whether they use the field is not known", d.old.Path, d.what, readBy(known.Perhaps, "reads", "read"))
		f.Hint = "ask them before you change it"
		f.Evidence = evidence(known.Perhaps, "reads the stream")
		j.add(f)
	case known.Unknown == "" && !d.meaning:
		f.Code, f.Severity = codeUnread, finding.Info
		f.Message = fmt.Sprintf("field %s %s, and nobody was seen reading it in %s", d.old.Path, d.what, days(known.Window))
		f.Hint = "nothing has to be done"
		j.add(f)
		j.unread(d.old.Path, f.Message)
	}
	return known.Unknown == "" || d.meaning
}

// unread lets a break of the contract pass that the policy of the subject lets
// pass: one of a field that nobody reads, as was watched for the whole window.
func (j *judge) unread(path, reason string) {
	if !j.Unread {
		return
	}
	for i, f := range j.out {
		ofField := f.Code == codeFieldRemoved || f.Code == codeFieldRenamed || f.Code == codeFieldNarrowed || f.Code == codeFieldRetyped || f.Code == codeFieldRelaxed
		if ofField && f.Severity == finding.Error && (f.Path == path || within(f.Path, path)) {
			j.out[i].Severity = finding.Warning
			j.out[i].Evidence = append(f.Evidence, reason+": the policy unread: warn lets it pass")
		}
	}
}

// readersUnknown says once that more readers than those named may break.
func (j *judge) readersUnknown(paths []string, known Readership) {
	j.add(j.inSchema(finding.Finding{
		Code: codeReadUnknown, Severity: finding.Info, Path: paths[0], Also: paths[1:],
		Message: fmt.Sprintf("who else reads %s is not known: %s", fieldList(paths), known.Unknown),
		Hint:    known.Hint,
	}, j.next.around(paths[0])))
}

// streamReaders tells who reads a stream that goes.
func (j *judge) streamReaders() {
	known := j.of([]string{""})[0]
	all := slices.Concat(known.Use, known.Perhaps)
	if len(all) > 0 {
		j.broken(finding.Finding{
			Code: codeStreamRead, Message: fmt.Sprintf("%s goes, and %s it", j.Subject, readBy(all, "reads", "read")),
			Hint: "wait until they have moved" + orMajor, Evidence: evidence(all, "reads it"),
		})
	}
	if known.Unknown != "" {
		j.add(finding.Finding{
			Code: codeReadUnknown, Severity: finding.Info,
			Message: fmt.Sprintf("who else reads %s is not known: %s", j.Subject, known.Unknown), Hint: known.Hint,
		})
	}
}

// maxNamed bounds how many readers and fields a message names.
const maxNamed = 3

// readBy names readers with their verb.
func readBy(rs []Reader, one, many string) string {
	if len(rs) == 1 {
		return fmt.Sprintf("%s %s", rs[0], one)
	}
	names := make([]string, len(rs))
	for i, r := range rs {
		names[i] = r.String()
	}
	return listing(names) + " " + many
}

func fieldList(paths []string) string {
	if len(paths) == 1 {
		return "field " + paths[0]
	}
	return "the fields " + listing(paths)
}

// listing joins names as a person would, and counts those it leaves out.
func listing(names []string) string {
	last := names[len(names)-1]
	rest := names[:len(names)-1]
	if len(names) > maxNamed {
		last, rest = fmt.Sprintf("%d more", len(names)-maxNamed), names[:maxNamed]
	}
	if len(rest) == 0 {
		return last
	}
	return strings.Join(rest, ", ") + " and " + last
}

func evidence(rs []Reader, verb string) []string {
	var out []string
	for _, r := range rs {
		out = append(out, r.evidence(verb))
	}
	return out
}

// days is a window in words.
func days(d time.Duration) string {
	if n := int(d / (24 * time.Hour)); n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "a day"
}
