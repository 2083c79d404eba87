package compat_test

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/compat/compattest"
	"github.com/accordhq/accord/schema/finding"
)

var update = flag.Bool("update", false, "rewrite what the cases of testdata/compat expect")

func casesOf(t testing.TB, language string) []compattest.Case {
	t.Helper()
	return compattest.Cases(t, filepath.Join("..", "testdata", "compat", language))
}

// languagesWithCases are the folders of cases.
var languagesWithCases = []string{"avro", "jsonschema", "protobuf"}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, language := range languagesWithCases {
		for _, c := range casesOf(t, language) {
			t.Run(language+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				old, next := c.Parse(t)
				got, err := compattest.Judge(t.Context(), old, next)
				if err != nil {
					t.Fatal(err)
				}
				if *update {
					c.Save(t, got)
					return
				}
				if diff := cmp.Diff(c.Want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", c.File, diff)
				}
				for _, policy := range []compat.Policy{compat.Strict, compat.Lenient} {
					differences, err := compat.Compare(t.Context(), old, next, compat.OldReadsNew)
					if err != nil || anyBreaks(differences, policy) != c.Breaks(compat.OldReadsNew, policy) {
						t.Errorf("FORWARD breaks under %s: %v, %v", policy, !c.Breaks(compat.OldReadsNew, policy), err)
					}
				}
			})
		}
	}
}

// Every finding says what it is about and what to do, in words of its own,
// every warning whom it breaks, and every code is found in a case.
func TestFindingsAreComplete(t *testing.T) {
	t.Parallel()
	found := map[finding.Code]bool{}
	groups := []string{
		string(compat.OldData), string(compat.OldReaders), string(compat.Wire), string(compat.JSONForm), string(compat.Meaning), string(compat.Code),
	}
	for _, language := range languagesWithCases {
		for _, c := range casesOf(t, language) {
			old, next := c.Parse(t)
			findings, err := compat.Findings(t.Context(), old, next)
			if err != nil {
				t.Fatal(err)
			}
			told := map[string]bool{}
			for _, f := range findings {
				found[f.Code] = true
				if line := compattest.Findings([]finding.Finding{f}); told[line] {
					t.Errorf("%s: told twice: %s", c.File, line)
				} else {
					told[line] = true
				}
				named := len(f.Evidence) > 0 && slices.Contains(groups, f.Evidence[0])
				if f.Message == "" || f.Hint == "" || f.Line == 0 && f.File == "" || !named && f.Severity != finding.Info {
					t.Errorf("%s: incomplete finding %+v", c.File, f)
				}
			}
		}
	}
	for _, c := range ruleCases(t) {
		for _, f := range findingsOf(t, c.old, c.next) {
			found[f.Code] = true
		}
	}
	for _, code := range compat.RiskCodes() {
		if finding.Purpose(code) == "" || !found[code] {
			t.Errorf("%s: no case has a finding of this code", code)
		}
	}
}
