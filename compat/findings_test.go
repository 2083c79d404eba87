package compat_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/compat/compattest"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/schematest"
)

func findingsOf(t testing.TB, old, next schema.Parsed) []finding.Finding {
	t.Helper()
	findings, err := compat.Findings(t.Context(), old, next)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func warns(findings []finding.Finding, breaks ...compat.Breaks) bool {
	return slices.ContainsFunc(findings, func(f finding.Finding) bool {
		return f.Severity == finding.Warning && slices.Contains(breaks, compat.Breaks(f.Evidence[0]))
	})
}

// Where Confluent accepts what is not sound, a warning says so; where it
// accepts what is, none does.
func TestJSONSchemaWarnsWhereConfluentErrs(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description string
		Old, New    json.RawMessage
		Confluent   any
		Sound       any
	}
	schematest.Vectors(t, "jsonschema-edges.json", &cases)
	unsound := 0
	for _, tc := range cases {
		findings := findingsOf(t, parseJSONSchema(t, string(tc.Old)), parseJSONSchema(t, string(tc.New)))
		warned := warns(findings, compat.OldData)
		switch {
		case tc.Confluent == true && tc.Sound == false:
			unsound++
			if !warned {
				t.Errorf("%s: no warning among %v", tc.Description, findings)
			}
		case tc.Sound == true && warned:
			t.Errorf("%s is sound: %s", tc.Description, compattest.Findings(findings))
		}
	}
	if unsound < 11 {
		t.Errorf("%d unsound cases, want 11", unsound)
	}
}

// Where Apache's checker accepts what changes values in silence, a warning says
// so.
func TestAvroWarnsOfSilentRisks(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description, Note string
		Reader, Writer    json.RawMessage
		Compatible        bool
	}
	schematest.Vectors(t, "avro-resolution.json", &cases)
	silent := 0
	for _, tc := range cases {
		if !tc.Compatible || !strings.Contains(tc.Note, "not checked") && !strings.Contains(tc.Note, "meaning is lost") {
			continue
		}
		silent++
		if findings := findingsOf(t, parseAvro(t, string(tc.Writer)), parseAvro(t, string(tc.Reader))); !warns(findings, compat.OldData, compat.Meaning) {
			t.Errorf("%s: no warning among %v", tc.Description, findings)
		}
	}
	if silent < 5 {
		t.Errorf("%d silent risks, want 5", silent)
	}
}

// A schema that did not change risks nothing, however it is written.
func TestFindingsOfTheSameSchema(t *testing.T) {
	t.Parallel()
	for _, language := range languagesWithCases {
		for _, c := range casesOf(t, language) {
			old, next := c.Parse(t)
			for s, src := range map[schema.Parsed]schema.Source{old: c.Old, next: c.New} {
				if findings := findingsOf(t, s, reparsed(t, src, s.Normalized())); len(findings) > 0 {
					t.Errorf("%s: %v", c.File, findings)
				}
			}
		}
	}
}
