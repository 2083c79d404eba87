// Package report prints findings: for people, and for the tools that read them.
// Each format is a Printer in a file of its own.
package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/accordhq/accord/schema/finding"
)

// Printer writes findings in one format, in the order in which they come.
// Texts in findings are others' texts: a printer keeps them from being more
// than text to who reads its format.
type Printer func(w io.Writer, findings []finding.Finding) error

// Summary counts findings by severity.
type Summary struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	// Tolerated are findings that an exemption or a baseline excuses or that are
	// on record; they are among none of the others.
	Tolerated int `json:"tolerated,omitempty"`
}

// Summarize counts findings.
func Summarize(findings []finding.Finding) Summary {
	var s Summary
	for _, f := range findings {
		if f.Tolerated != nil {
			s.Tolerated++
			continue
		}
		switch f.Severity {
		case finding.Error:
			s.Errors++
		case finding.Warning:
			s.Warnings++
		default:
			s.Infos++
		}
	}
	return s
}

// String says the counts in words, "no findings" for none: "1 error, 2
// warnings".
func (s Summary) String() string {
	var parts []string
	for _, p := range []struct {
		n        int
		one, few string
	}{{s.Errors, "error", "errors"}, {s.Warnings, "warning", "warnings"}, {s.Infos, "info", "infos"}, {s.Tolerated, "tolerated", "tolerated"}} {
		if p.n > 0 {
			parts = append(parts, Count(p.n, p.one, p.few))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

// Count is a number with its noun: "1 error", "2 errors".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Reaches reports whether there is a finding as strong as floor or stronger
// that nothing tolerates.
func Reaches(findings []finding.Finding, floor finding.Severity) bool {
	return slices.ContainsFunc(findings, func(f finding.Finding) bool { return f.Counts(floor) })
}

// facts are the evidence of a finding, and what tolerates it.
func facts(f finding.Finding) []string {
	if f.Tolerated == nil {
		return f.Evidence
	}
	excuse := "tolerated: it was there before (baseline)"
	switch t := f.Tolerated; t.By {
	case finding.ByExemption:
		excuse = fmt.Sprintf("tolerated until %s: %s (%s)", t.Expires.UTC().Format(time.DateOnly), t.Reason, t.Author)
	case finding.ByRecord:
		excuse = "tolerated: it was let pass when it was made (record)"
	}
	return append(slices.Clone(f.Evidence), excuse)
}

// Printable replaces what could move the cursor or colour of a terminal. Lines
// says whether line breaks and tabs stay.
func Printable(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		if lines && (r == '\n' || r == '\t') {
			return r
		}
		if unicode.IsControl(r) {
			return '·'
		}
		return r
	}, s)
}
