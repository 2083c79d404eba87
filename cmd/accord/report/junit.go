package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"

	"github.com/accordhq/accord/schema/finding"
)

// The parts of JUnit's XML that readers of it agree on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      int           `xml:"line,attr,omitempty"`
		Failure   *junitFailure `xml:"failure"`
		Skipped   *junitSkipped `xml:"skipped"`
		Output    string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string       `xml:"message,attr"`
		Type    finding.Code `xml:"type,attr"`
		Text    string       `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr,omitempty"`
	}
)

// JUnit returns the printer of JUnit's XML: a suite for each subject or file, a
// case for each finding. Those at or above floor fail, tolerated ones are
// skipped, and others pass. Without findings there is one case, which passes.
func JUnit(floor finding.Severity) Printer {
	return func(w io.Writer, findings []finding.Finding) error {
		all := junitSuites{Name: "accord check"}
		index := map[string]int{}
		for _, f := range findings {
			name := Printable(cmp.Or(f.Subject, f.File, "registry"), false)
			at, known := index[name]
			if !known {
				at = len(all.Suites)
				index[name] = at
				all.Suites = append(all.Suites, junitSuite{Name: name})
			}
			all.Suites[at].add(f, floor)
		}
		if len(findings) == 0 {
			all.Suites = []junitSuite{{Name: "accord", Tests: 1, Cases: []junitCase{{Name: "no findings", ClassName: "accord"}}}}
		}
		for _, s := range all.Suites {
			all.Tests, all.Failures, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Skipped+s.Skipped
		}
		text, err := xml.MarshalIndent(all, "", "  ")
		if err != nil {
			return fmt.Errorf("print as junit: %w", err)
		}
		_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
		return err
	}
}

func (s *junitSuite) add(f finding.Finding, floor finding.Severity) {
	c := junitCase{Name: Printable(title(f), false), ClassName: s.Name, File: f.File, Line: f.Line}
	switch {
	case f.Tolerated != nil:
		c.Skipped = &junitSkipped{Message: Printable(f.Message, false)}
		s.Skipped++
	case f.Counts(floor):
		c.Failure = &junitFailure{Message: Printable(f.Message, false), Type: f.Code, Text: Printable(place(f)+" "+body(f), true)}
		s.Failures++
	default:
		c.Output = Printable(string(f.Severity)+": "+body(f), true)
	}
	s.Tests++
	s.Cases = append(s.Cases, c)
}
