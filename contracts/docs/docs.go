// Package docs judges whether a schema says what its data means: which
// elements of each language need documentation, and how good the words are
// (contracts reference, sections 4.1 and 4.4). It knows no contract and no
// registry: a parsed schema in, findings and coverage figures out.
package docs

import (
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Options say what a schema is judged as.
type Options struct {
	// Subject is written into the findings.
	Subject string
	// Previous is the version before, nil for the first: documentation it had
	// may not vanish.
	Previous schema.Parsed
}

// Check returns what is wrong with a schema's documentation, in the order of
// its elements. What a dependency declares is judged in its own subject.
//
// Errors are missing words, words that say nothing, and words that vanished;
// everything that is a matter of judgement is a warning or information. A
// symbol of an enum without words is a warning in every language.
func Check(p schema.Parsed, o Options) []finding.Finding {
	r := report{subject: o.Subject, format: p.Format()}
	elements := list(p)
	before := documented(p, o.Previous)
	twins := sameTexts(elements)
	for i := range elements {
		e := &elements[i]
		if old := before.of(e); old != "" && e.Doc == "" {
			r.removed(e, old)
			continue
		}
		fault := e.quality()
		r.quality(e, fault)
		if e.Doc == "" || fault == placeholder {
			continue
		}
		r.twins(e, twins[e.text()])
		r.unit(e)
		r.symbols(e)
		r.null(e)
		r.deprecated(e)
		r.shrank(e, before.of(e))
	}
	return r.out
}

// report gathers the findings of one schema.
type report struct {
	subject string
	format  schema.Format
	out     []finding.Finding
}

// add completes a finding with the element it speaks of.
func (r *report) add(e *element, f finding.Finding) {
	f.Subject, f.Path, f.Also = r.subject, e.Path, e.also
	f.Line, f.Column = e.Line, e.Column
	r.out = append(r.out, f)
}
