package avro_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// shared is the path of a shared vector or corpus; without ACCORD_SHARED the
// test is skipped, or fails where every test must run.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	root := os.Getenv("ACCORD_SHARED")
	if root == "" {
		if os.Getenv("ACCORD_TEST_REQUIRE") == "all" {
			t.Fatal("ACCORD_SHARED is not set and ACCORD_TEST_REQUIRE=all")
		}
		t.Skip("ACCORD_SHARED is not set: no shared vectors")
	}
	return filepath.Join(append([]string{root}, elem...)...)
}

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
