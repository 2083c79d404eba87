package compat

import (
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// risk is a rule of Findings: what it finds, how serious that is, and what to
// do about it. A warning says that values may change or be lost, information
// is good to know.
type risk struct {
	code     finding.Code
	severity finding.Severity
	// purpose is the sentence the code is claimed with.
	purpose, hint string
}

// claimRisks registers the codes of a table.
func claimRisks(table ...risk) map[finding.Code]risk {
	byCode := make(map[finding.Code]risk, len(table))
	for _, r := range table {
		byCode[finding.Claim(r.code, r.purpose)] = r
	}
	return byCode
}

// riskReport gathers the findings of one change.
type riskReport struct {
	table map[finding.Code]risk
	next  schema.Parsed
	// paths are those of the new schema's elements by their place.
	paths map[elementPlace]string
	told  map[string]bool
	out   []finding.Finding
}

// elementPlace is where an element stands: a JSON pointer in a file, "" being
// the schema itself.
type elementPlace struct{ file, pointer string }

// above is the place around a place, false at the root.
func (p elementPlace) above() (elementPlace, bool) {
	i := strings.LastIndexByte(p.pointer, '/')
	if i < 0 {
		return p, false
	}
	return elementPlace{p.file, p.pointer[:i]}, true
}

// newRiskReport begins a report about a change to the schema next.
func newRiskReport(table map[finding.Code]risk, next schema.Parsed) *riskReport {
	return &riskReport{table: table, next: next, told: map[string]bool{}}
}

// path is the path of the element that stands at a place, or closest around it.
func (r *riskReport) path(at elementPlace) string {
	if r.paths == nil {
		r.paths = map[elementPlace]string{}
		for _, f := range r.next.Fields() {
			place := elementPlace{f.File, f.Pointer}
			if _, known := r.paths[place]; !known && f.Kind != schema.KindSymbol {
				r.paths[place] = f.Path
			}
		}
	}
	for {
		if path, ok := r.paths[at]; ok {
			return path
		}
		around, ok := at.above()
		if !ok {
			return ""
		}
		at = around
	}
}

// add tells a risk once. Its evidence begins with whom it breaks, unless that
// is nobody ("").
func (r *riskReport) add(code finding.Code, breaks Breaks, path string, at schema.Position, message string, evidence ...string) {
	key := string(code) + "\x00" + path + "\x00" + message
	if r.told[key] {
		return
	}
	r.told[key] = true
	rule := r.table[code]
	if breaks != "" {
		evidence = append([]string{string(breaks)}, evidence...)
	}
	r.out = append(r.out, finding.Finding{
		Code: code, Severity: rule.severity, Path: path, Message: message, Hint: rule.hint,
		Line: at.Line, Column: at.Column, Evidence: evidence,
	})
}

// findings are all that was told, in the order of the new schema.
func (r *riskReport) findings() []finding.Finding {
	finding.Sort(r.out)
	return r.out
}

// breaksWhom says who reads wrongly when the reader of a direction does.
func (s Sides) breaksWhom() Breaks {
	if s == OldReadsNew {
		return OldReaders
	}
	return OldData
}

// called names an element in a sentence.
func called(path string) string {
	if path == "" {
		return "the root"
	}
	return strconv.Quote(path)
}
