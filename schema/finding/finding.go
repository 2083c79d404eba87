// Package finding holds what every rule of Accord returns: data about a schema,
// a contract or a change, never an error.
package finding

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity orders findings by what they ask of a person.
type Severity string

// The severities, strongest first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

func (s Severity) rank() int {
	switch s {
	case Error:
		return 0
	case Warning:
		return 1
	default:
		return 2
	}
}

// AtLeast reports whether s is as strong as floor or stronger.
func (s Severity) AtLeast(floor Severity) bool { return s.rank() <= floor.rank() }

// Code names a rule. Codes are stable: users write them into exceptions.
type Code string

// Finding is one thing a rule has to say.
type Finding struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	Subject  string   `json:"subject,omitempty"`
	// Path is the element spoken of, as schema.Field.Path.
	Path string `json:"path,omitempty"`
	// Also are further paths of the same declaration: a type used in several
	// places is judged once, at the first.
	Also    []string `json:"also,omitempty"`
	Message string   `json:"message"`
	// Hint says how to fix it.
	Hint   string `json:"hint,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Evidence holds the facts the finding rests on, one line each.
	Evidence []string `json:"evidence,omitempty"`
	// Tolerated says why the finding blocks nothing, nil where it counts.
	Tolerated *Tolerance `json:"tolerated,omitempty"`
}

// Counts reports whether the finding is as strong as floor and nothing
// tolerates it.
func (f Finding) Counts(floor Severity) bool {
	return f.Tolerated == nil && f.Severity.AtLeast(floor)
}

// Sort orders findings for a reader: by file and place, strongest first within
// one place, then by code and path.
func Sort(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Subject, b.Subject),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity.rank(), b.Severity.rank()),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Path, b.Path),
		)
	})
}

var (
	claimed = map[Code]string{}
	changes = map[Code]bool{}
)

// Claim registers a code with the one sentence that explains it. It is called
// from package-level variables; claiming a code twice is a bug and panics.
func Claim(code Code, purpose string) Code {
	if _, taken := claimed[code]; taken {
		panic(fmt.Sprintf("finding: code %s claimed twice", code))
	}
	claimed[code] = purpose
	return code
}

// ClaimChange registers a code as Claim does, for a rule that speaks of a change
// and not of a state. A change is never old debt, so no baseline covers it.
func ClaimChange(code Code, purpose string) Code {
	changes[code] = true
	return Claim(code, purpose)
}

// OfChange reports whether a code was claimed with ClaimChange.
func (c Code) OfChange() bool { return changes[c] }

// Purpose returns the sentence a code was claimed with, "" if it is unknown.
func Purpose(code Code) string { return claimed[code] }
