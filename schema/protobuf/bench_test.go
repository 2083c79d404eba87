package protobuf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accordhq/accord/schema/protobuf"
)

func fiftyFields() string {
	var b strings.Builder
	b.WriteString("syntax = \"proto3\";\npackage acme;\nimport \"google/protobuf/timestamp.proto\";\nimport \"confluent/meta.proto\";\nmessage Order {\n")
	for i := range 50 {
		kind := []string{"string", "int64", "google.protobuf.Timestamp", "repeated double", "Line"}[i%5]
		fmt.Fprintf(&b, "  // Field %d says something.\n  %s field_%d = %d [(confluent.field_meta).tags = \"PII\"];\n", i, kind, i, i+1)
	}
	b.WriteString("  message Line { string sku = 1; }\n}\n")
	return b.String()
}

func BenchmarkParse50Fields(b *testing.B) {
	src := source(fiftyFields())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := protobuf.Parse(b.Context(), src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseAndUse50Fields(b *testing.B) {
	src := source(fiftyFields())
	b.ReportAllocs()
	for b.Loop() {
		f, err := protobuf.Parse(b.Context(), src)
		if err != nil {
			b.Fatal(err)
		}
		f.Normalized()
		f.Structure()
		f.Documentation()
		f.Fields()
	}
}
