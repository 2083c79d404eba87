package avro_test

import (
	"testing"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// parse reads a schema that must be valid; dependencies come first.
func parse(t testing.TB, text string, dependencies ...string) *avro.Schema {
	t.Helper()
	src := schema.Source{Format: schema.Avro, Text: text}
	for i, dep := range dependencies {
		src.Dependencies = append(src.Dependencies, schema.Dependency{
			Reference: schema.Reference{Name: "dep", Subject: "dep", Version: i + 1}, Text: dep,
		})
	}
	s, err := avro.Parse(t.Context(), src)
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return s
}
