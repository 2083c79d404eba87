package compat_test

import (
	"encoding/json"
	"testing"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/schematest"
)

func jsonSource(text string) schema.Source { return schema.Source{Format: schema.JSON, Text: text} }

func parseJSONSchema(t testing.TB, text string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.Parse(t.Context(), jsonSource(text))
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return s
}

func compareJSONTexts(t testing.TB, original, update string) []compat.Difference {
	t.Helper()
	diffs, err := compat.Compare(t.Context(), parseJSONSchema(t, update), parseJSONSchema(t, original), compat.NewReadsOld)
	if err != nil {
		t.Fatalf("Compare: %v", err)
	}
	return diffs
}

func breaksJSON(diffs []compat.Difference, policy compat.Policy) bool {
	for _, d := range diffs {
		if d.Breaks(policy) {
			return true
		}
	}
	return false
}

// The verdicts of Confluent on the edges of JSON Schema; where it fails with a
// server error the sound verdict is expected.
func TestJSONSchemaEdges(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description      string          `json:"description"`
		Old              json.RawMessage `json:"old"`
		New              json.RawMessage `json:"new"`
		Confluent        any             `json:"confluent"`
		ConfluentLenient any             `json:"confluent_lenient"`
		Sound            any             `json:"sound"`
	}
	schematest.Vectors(t, "jsonschema-edges.json", &cases)
	for _, tc := range cases {
		t.Run(tc.Description, func(t *testing.T) {
			t.Parallel()
			want := tc.Confluent
			if want == "error" {
				want = tc.Sound
			}
			lenient := tc.ConfluentLenient
			if lenient == nil {
				lenient = want
			}
			diffs := compareJSONTexts(t, string(tc.Old), string(tc.New))
			if got := !breaksJSON(diffs, compat.Strict); got != want {
				t.Errorf("STRICT: compatible is %v, want %v: %v", got, want, diffs)
			}
			if got := !breaksJSON(diffs, compat.Lenient); got != lenient {
				t.Errorf("LENIENT: compatible is %v, want %v: %v", got, lenient, diffs)
			}
		})
	}
}
