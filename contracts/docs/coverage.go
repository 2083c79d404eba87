package docs

import (
	"slices"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Coverage counts the elements of schemas that need documentation. Coverages
// add up: of the subjects of a stream, the streams of a team, of a registry.
type Coverage struct {
	// Required is the number of elements whose missing documentation is an
	// error: fields and named types, each where it is declared.
	Required int `json:"required"`
	// Documented have words, Useful have words that say something (contracts
	// reference 4.3: no placeholder, no name again, three words or more).
	Documented int `json:"documented"`
	Useful     int `json:"useful"`
	// Gaps are the required elements that are not useful, in order.
	Gaps []Gap `json:"gaps,omitempty"`
}

// Gap is a required element without useful documentation.
type Gap struct {
	Subject string       `json:"subject,omitempty"`
	Path    string       `json:"path"`
	Code    finding.Code `json:"code"`
	schema.Position
}

// codes are the rules that keep an element from being useful.
var codes = map[fault]finding.Code{
	missing: codeMissing, placeholder: codePlaceholder, repeats: codeRepeatsName, generated: codeGenerated,
	anonymous: codeAnonymousID, restates: codeRepeatsName, short: codeShort,
}

// Cover counts the documentation of one schema. What dependencies declare
// counts in their own subjects.
func Cover(subject string, p schema.Parsed) Coverage {
	var c Coverage
	elements := list(p)
	for i := range elements {
		e := &elements[i]
		if !e.required {
			continue
		}
		c.Required++
		if e.Doc != "" {
			c.Documented++
		}
		fault := e.quality()
		if fault == none {
			c.Useful++
			continue
		}
		c.Gaps = append(c.Gaps, Gap{subject, e.Path, codes[fault], e.Position})
	}
	return c
}

// Add returns the two coverages taken together, the gaps of c first.
func (c Coverage) Add(d Coverage) Coverage {
	return Coverage{
		Required:   c.Required + d.Required,
		Documented: c.Documented + d.Documented,
		Useful:     c.Useful + d.Useful,
		Gaps:       slices.Concat(c.Gaps, d.Gaps),
	}
}

// DocumentedShare is the share of required elements with words, from 0 to 1.
// Where nothing is required, all is documented.
func (c Coverage) DocumentedShare() float64 { return share(c.Documented, c.Required) }

// UsefulShare is the share of required elements with useful words.
func (c Coverage) UsefulShare() float64 { return share(c.Useful, c.Required) }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}
