package finding

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Exemption excuses findings of one rule in one place for a limited time.
type Exemption struct {
	// Subject is a subject's name, or a pattern in which * stands for any text.
	Subject string `json:"subject"`
	// Path is an element's path, or a pattern in which * stands for any text
	// without a dot and ** for any text: "before.**". "" means the whole
	// subject, "." its root alone.
	Path string `json:"path,omitempty"`
	// Code is a rule's code, or a family of rules: "DOC_*".
	Code Code `json:"code"`
	// Reason says why, Author who decided so.
	Reason string `json:"reason"`
	Author string `json:"author"`
	// Expires is the first moment at which the exemption has no effect.
	Expires time.Time `json:"expires"`
	// File, Line and Column are where the exemption is written, if in a file.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// What tolerates a finding.
const (
	ByExemption = "exemption"
	ByBaseline  = "baseline"
	// ByRecord: a change broke a promise and was let pass, which is on record.
	ByRecord = "record"
)

// Tolerance says why a finding blocks nothing. Reason, Author and Expires are
// those of the exemption; on record, Reason is why the change was let pass and
// Author who made it.
type Tolerance struct {
	By      string    `json:"by"`
	Reason  string    `json:"reason,omitempty"`
	Author  string    `json:"author,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// codeExemptionExpired is found by Tolerate.
var codeExemptionExpired = Claim("EXEMPTION_EXPIRED", "an exemption has passed its date and excuses nothing any more")

// maxPattern bounds subject and path patterns in bytes.
const maxPattern = 1000

var codePattern = regexp.MustCompile(`^[A-Z][A-Z0-9]*_([A-Z0-9_]+|\*)$`)

// Validate returns every fault of the exemption, joined; nil if it can be used.
func (e Exemption) Validate() error {
	var faults []error
	missing := func(key, value string) {
		if value == "" {
			faults = append(faults, fmt.Errorf("exemption has no %s: add one", key))
		}
	}
	missing("subject", e.Subject)
	missing("reason", e.Reason)
	missing("author", e.Author)
	switch {
	case e.Code == "":
		missing("code", "")
	case !codePattern.MatchString(string(e.Code)):
		faults = append(faults, fmt.Errorf("exemption code %q: expected a rule's code such as DOC_MISSING, or a family such as DOC_*", e.Code))
	case e.Code[len(e.Code)-1] != '*' && Purpose(e.Code) == "":
		faults = append(faults, fmt.Errorf("exemption code %q: no rule has this code", e.Code))
	}
	if e.Expires.IsZero() {
		faults = append(faults, errors.New("exemption has no expiry: add the day on which it ends"))
	}
	if len(e.Subject) > maxPattern || len(e.Path) > maxPattern {
		faults = append(faults, fmt.Errorf("exemption patterns end at %d bytes", maxPattern))
	}
	return errors.Join(faults...)
}

// Concerns reports whether the exemption speaks of a subject at all.
func (e Exemption) Concerns(subject string) bool { return MatchName(e.Subject, subject) }

// Covers reports whether the exemption speaks of a finding, at any of its
// paths, whatever the time.
func (e Exemption) Covers(f Finding) bool {
	if !MatchName(string(e.Code), string(f.Code)) || !e.Concerns(f.Subject) {
		return false
	}
	return slices.ContainsFunc(f.paths(), func(path string) bool {
		switch e.Path {
		case "":
			return true
		case ".":
			return path == ""
		}
		return matchPath(e.Path, path)
	})
}

// Expired reports whether the exemption has no effect at a time.
func (e Exemption) Expired(at time.Time) bool { return !at.Before(e.Expires) }

// paths are all paths a finding speaks of.
func (f Finding) paths() []string {
	return append([]string{f.Path}, f.Also...)
}

// Tolerate returns the findings in their order, those marked that an exemption
// excuses at the given time or that the baseline covers, followed by one
// finding for each exemption that has expired. Nothing is dropped, and the
// findings given are not changed. The exemptions are those that concern the
// subjects judged.
func Tolerate(fs []Finding, at time.Time, exemptions []Exemption, old Baseline) []Finding {
	out := slices.Clone(fs)
	for i, f := range out {
		excuse := slices.IndexFunc(exemptions, func(e Exemption) bool { return !e.Expired(at) && e.Covers(f) })
		switch {
		case excuse >= 0:
			e := exemptions[excuse]
			out[i].Tolerated = &Tolerance{By: ByExemption, Reason: e.Reason, Author: e.Author, Expires: e.Expires}
		case old.Covers(f):
			out[i].Tolerated = &Tolerance{By: ByBaseline}
		}
	}
	for _, e := range exemptions {
		if e.Expired(at) {
			out = append(out, e.expiry(out[:len(fs)]))
		}
	}
	return out
}

// expiry is what an expired exemption has to say among the given findings.
func (e Exemption) expiry(fs []Finding) Finding {
	covered := 0
	for _, f := range fs {
		if f.Tolerated == nil && e.Covers(f) {
			covered++
		}
	}
	f := Finding{
		Code: codeExemptionExpired, Severity: Warning, Subject: e.Subject, Path: e.Path,
		File: e.File, Line: e.Line, Column: e.Column,
		Message: fmt.Sprintf("the exemption from %s by %s ended on %s; %d findings count again", e.Code, e.Author, e.Expires.UTC().Format(time.DateOnly), covered),
		Hint:    "fix what it excused and take it out, or agree on a new date",
		Evidence: []string{
			"reason given: " + e.Reason,
		},
	}
	switch covered {
	case 0:
		f.Severity = Info
		f.Message = fmt.Sprintf("the exemption from %s by %s ended on %s and excuses nothing", e.Code, e.Author, e.Expires.UTC().Format(time.DateOnly))
		f.Hint = "take it out"
	case 1:
		f.Message = fmt.Sprintf("the exemption from %s by %s ended on %s; 1 finding counts again", e.Code, e.Author, e.Expires.UTC().Format(time.DateOnly))
	}
	return f
}
