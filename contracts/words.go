package contracts

import (
	"fmt"
	"slices"

	"github.com/accordhq/accord/contracts/docs"
	"github.com/accordhq/accord/contracts/sla"
	"github.com/accordhq/accord/schema/finding"
)

// docRemoved is what docs finds where documentation vanished.
const docRemoved finding.Code = "DOC_REMOVED"

// words judges the documentation: of the schema, and the contract's purpose.
func (j *judge) words() {
	if j.Schema != nil {
		for _, f := range docs.Check(j.Schema, docs.Options{Subject: j.Subject, Previous: j.Previous}) {
			f.File = j.SchemaFile
			if f.Code == docRemoved {
				j.loss(f)
				continue
			}
			j.debt(f)
		}
	}
	if j.Contract == nil || j.inherits() || j.Contract.Purpose != "" {
		return
	}
	f := finding.Finding{
		Code: codePurpose, Severity: finding.Warning,
		Message: fmt.Sprintf("the contract does not say what %s is for", j.Subject),
		Hint:    "add description: {purpose: what one record stands for, when it is written, and what consumers use it for}",
	}
	if j.Before != nil && j.Before.Purpose != "" {
		f.Code, f.Message = codePurposeRemoved, fmt.Sprintf("the contract said what %s is for and does not any more", j.Subject)
		f.Hint = "put the words back as description.purpose"
		f.Evidence = []string{"before: " + abridged(j.Before.Purpose)}
		j.loss(j.inContract(f, "description"))
		return
	}
	j.debt(j.inContract(f, "description"))
}

// maxQuoted bounds the words that findings quote, in letters.
const maxQuoted = 120

func abridged(text string) string {
	if runes := []rune(text); len(runes) > maxQuoted {
		return string(runes[:maxQuoted]) + "…"
	}
	return text
}

// levels judges the service levels.
func (j *judge) levels() {
	c := j.Contract
	for _, f := range c.levels {
		j.debt(f)
	}
	if j.Before != nil {
		o := sla.Options{Subject: j.Subject, File: c.File(), Place: c.Document.Position("slaProperties")}
		was, is := unlike(j.Before.SLAs, c.SLAs)
		for _, f := range sla.Changes(was, is, o) {
			if len(c.SLAs) == 0 {
				f.Hint = "put it back, or promise something else: " + levelExample
				j.loss(f)
				continue
			}
			j.broken(f)
		}
		if len(j.Before.SLAs) > 0 {
			return
		}
	}
	if len(c.SLAs) == 0 {
		j.debt(j.inContract(finding.Finding{
			Code: codeNoLevels, Severity: finding.Error,
			Message: "the contract promises no service level: consumers cannot tell late data from lost data",
			Hint:    "add " + levelExample,
		}, "slaProperties"))
	}
}

// unlike returns two lists of promises without those that both have: what a
// document promises twice of one thing is not compared with its twin.
func unlike(was, is []sla.Promise) (gone, come []sla.Promise) {
	come = slices.Clone(is)
	for _, old := range was {
		i := slices.IndexFunc(come, func(p sla.Promise) bool {
			if p.Kind != old.Kind || p.ID != old.ID || p.Readable != old.Readable || p.Bound != old.Bound {
				return false
			}
			change, _ := sla.Compare(old, p)
			return change == sla.Same
		})
		if i < 0 {
			gone = append(gone, old)
			continue
		}
		come = slices.Delete(come, i, i+1)
	}
	return gone, come
}

// levelExample is shown in hints.
const levelExample = "slaProperties: [{id: freshness, property: freshness, value: 5, unit: min}]"
