package contracts

import (
	"context"
	"fmt"
	"slices"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts/sla"
	"github.com/accordhq/accord/schema/finding"
)

// replacementProperty is the custom property of a contract or schema object
// that names what replaces a deprecated stream.
const replacementProperty = "replacedBy"

// lifecycle judges the contract's status against the one before, and the schema
// against what the status allows.
func (j *judge) lifecycle(ctx context.Context) error {
	c := j.Contract
	if c == nil {
		return nil
	}
	if j.Before != nil && !j.inherits() && !j.Before.Status.MayBecome(c.Status) {
		j.transition()
	}
	if c.Status == Deprecated && !j.inherits() && !c.ends() {
		j.add(j.inContract(finding.Finding{
			Code: codeNoEnd, Severity: finding.Warning,
			Message: j.Subject + " is deprecated and says neither until when it is supported nor what replaces it",
			Hint: "add slaProperties: [{id: end, property: endOfSupport, value: '2031-12-31'}], or customProperties: [{property: " +
				replacementProperty + ", value: <subject>}]",
		}, "status"))
	}
	first := j.Schema != nil && j.Previous == nil && j.Before == nil
	switch {
	case j.stage.closed && (first || j.changedSchema()):
		j.add(j.inSchema(finding.Finding{
			Code: codeClosed, Severity: finding.Error,
			Message: fmt.Sprintf("%s is retired and takes no schema version any more", j.Subject),
			Hint:    "start a new stream with a contract of its own",
		}, nil))
	case j.stage.frozen && j.changedSchema():
		return j.frozen(ctx)
	}
	return nil
}

func (j *judge) transition() {
	was, is := j.Before.Status, j.Contract.Status
	hint := "a retired contract stays so: start a new stream with a contract of its own"
	if next := was.stage().next; next != nil {
		hint = fmt.Sprintf("from %s it may become %s", was, joined(next))
	}
	j.add(j.inContract(finding.Finding{
		Code: codeTransition, Severity: finding.Error,
		Message: fmt.Sprintf("the contract was %s and may not become %s", was, is), Hint: hint,
	}, "status"))
}

// ends reports whether the contract says how its stream ends.
func (c *Contract) ends() bool {
	_, replaced := c.Document.CustomProperties.Named(replacementProperty)
	_, replacedHere := c.Document.Schema[c.Stream.Object].CustomProperties.Named(replacementProperty)
	return replaced || replacedHere || slices.ContainsFunc(c.SLAs, func(p sla.Promise) bool {
		return p.Kind == sla.EndOfSupport || p.Kind == sla.EndOfLife
	})
}

// frozen reports what changed incompatibly, in one direction or the other.
func (j *judge) frozen(ctx context.Context) error {
	f := finding.Finding{
		Code: codeFrozen, Severity: finding.Error,
		Message: fmt.Sprintf("%s is deprecated, and this change is not compatible", j.Subject),
		Hint:    "leave its schema as it is: what is new belongs to the stream that replaces it",
	}
	if j.Previous.Format() != j.Schema.Format() {
		f.Evidence = []string{fmt.Sprintf("the schema was %s and is %s", j.Previous.Format(), j.Schema.Format())}
		j.add(j.inSchema(f, nil))
		return nil
	}
	var place compat.Location
	for _, sides := range []compat.Sides{compat.NewReadsOld, compat.OldReadsNew} {
		differences, err := compat.CompareChange(ctx, j.Previous, j.Schema, sides)
		if err != nil {
			return fmt.Errorf("compare the schema of a deprecated stream: %w", err)
		}
		for _, d := range differences {
			if !d.Breaks(compat.Strict) {
				continue
			}
			if _, next := d.Places(sides); place.Line == 0 {
				place = next
			}
			f.Evidence = append(f.Evidence, d.Description)
		}
	}
	if f.Evidence == nil {
		return nil
	}
	f.Evidence = f.Evidence[:min(len(f.Evidence), maxListed)]
	f = j.inSchema(f, nil)
	if place.Line > 0 {
		f.Line, f.Column = place.Line, place.Column
	}
	j.add(f)
	return nil
}
