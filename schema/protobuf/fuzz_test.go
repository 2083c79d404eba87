package protobuf_test

import (
	"encoding/base64"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// FuzzParse: no text makes the parser panic or run long; what parses prints to
// a text that parses, prints to itself and has the same structure.
func FuzzParse(f *testing.F) {
	archives, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(string(file.Data))
		}
	}
	f.Add("CgFh")
	f.Add("edition = \"2024\"; export message A {}")
	f.Add("import \"default\";")
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		parsed, err := protobuf.Parse(t.Context(), source(text))
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("parsing took %v", took)
		}
		if err != nil {
			var fault *schema.Error
			if !errors.As(err, &fault) {
				t.Fatalf("error = %v, want a *schema.Error", err)
			}
			return
		}
		checkFuzzed(t, parsed)
	})
}

// FuzzParseDescriptor is FuzzParse for compiled descriptors.
func FuzzParseDescriptor(f *testing.F) {
	for _, text := range []string{
		"syntax = \"proto3\"; package a; message A { map<string, A> m = 1; oneof o { int32 x = 2; } optional string s = 3; }",
		"message A { optional group G = 1 { extensions 4; } extend G { optional E e = 4 [default = Z]; } } enum E { Z = 1; }",
		"edition = \"2023\"; message A { reserved x; bytes b = 1 [default = \"\\377\"]; }",
		"import \"confluent/meta.proto\"; message A { option (confluent.message_meta) = {doc: \"d\" tags: \"t\"}; } service S { rpc R (A) returns (stream A); }",
	} {
		data, err := base64.StdEncoding.DecodeString(mustParse(f, text).Print("serialized"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := protobuf.Parse(t.Context(), source(base64.StdEncoding.EncodeToString(data)))
		if err == nil {
			checkFuzzed(t, parsed)
		}
	})
}

func checkFuzzed(t *testing.T, parsed *protobuf.File) {
	t.Helper()
	parsed.Fields()
	parsed.Documentation()
	canonical := parsed.Canonical()
	again, err := protobuf.Parse(t.Context(), source(canonical))
	if err != nil {
		t.Fatalf("the canonical text does not parse: %v\n%s", err, canonical)
	}
	if again.Canonical() != canonical {
		t.Fatalf("the canonical text is no fixed point:\n%s\n%s", canonical, again.Canonical())
	}
	if again.Structure() != parsed.Structure() {
		t.Fatalf("the canonical text has another structure:\n%s\n%s", parsed.Structure(), again.Structure())
	}
	if _, err := protobuf.Parse(t.Context(), source(parsed.Normalized())); err != nil {
		t.Fatalf("the normalised text does not parse: %v\n%s", err, parsed.Normalized())
	}
}
