package compat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

var extensions = map[string]schema.Format{".avsc": schema.Avro, ".json": schema.JSON, ".proto": schema.Protobuf}

func parseAs(t testing.TB, name, text string) schema.Parsed {
	t.Helper()
	p, err := formats.Parse(t.Context(), schema.Source{Format: extensions[filepath.Ext(name)], Text: text})
	if err != nil {
		t.Fatalf("parse %s: %v", name, err)
	}
	return p
}

// TestDiff runs the cases of testdata/diff: each has an old and a new schema,
// whose names end as their languages ask for, and the edits from one to the
// other.
func TestDiff(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "diff", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) < 2 {
				t.Fatal("a case has an old and a new schema")
			}
			parsed := map[string]schema.Parsed{}
			for _, f := range archive.Files[:2] {
				parsed[strings.TrimSuffix(f.Name, filepath.Ext(f.Name))] = parseAs(t, f.Name, string(f.Data))
			}
			got := printEdits(compat.Diff(parsed["old"], parsed["new"]))
			if *update {
				archive.Files = append(archive.Files[:2], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[len(archive.Files)-1].Data), got); diff != "" {
				t.Errorf("edits (-want +got):\n%s", diff)
			}
		})
	}
}

func printEdits(edits []compat.Edit) string {
	var b strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&b, "%d:%d %d:%d %s %s %q", e.OldAt.Line, e.OldAt.Column, e.NewAt.Line, e.NewAt.Column, e.Kind, e.Element, e.Path)
		if e.OldPath != "" {
			fmt.Fprintf(&b, " was %q", e.OldPath)
		}
		fmt.Fprintf(&b, ": %s", e.Message)
		if e.Doc != "" {
			fmt.Fprintf(&b, " (%s)", e.Doc)
		}
		if len(e.Also) > 0 {
			fmt.Fprintf(&b, "; also at %s", strings.Join(e.Also, ", "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestDiffOfTypes says of pairs of Avro and JSON types what one made of the
// other is.
func TestDiffOfTypes(t *testing.T) {
	t.Parallel()
	avro := func(typ string) (string, string) {
		return "a.avsc", `{"type":"record","name":"R","fields":[{"name":"f","type":` + typ + `}]}`
	}
	json := func(typ string) (string, string) { return "a.json", `{"properties":{"f":` + typ + `}}` }
	proto := func(typ string) (string, string) {
		return "a.proto", `syntax="proto3"; import "google/protobuf/timestamp.proto"; message R { ` + typ + ` f = 1; }`
	}
	type side = func(string) (string, string)
	for _, tt := range []struct {
		oldSide  side
		old      string
		nextSide side
		next     string
		want     compat.EditKind
	}{
		{avro, `"int"`, avro, `"long"`, compat.EditWidened},
		{avro, `"long"`, avro, `"int"`, compat.EditNarrowed},
		{avro, `"long"`, avro, `"double"`, compat.EditWidened},
		{avro, `"int"`, avro, `"string"`, compat.EditRetyped},
		{avro, `"string"`, avro, `"bytes"`, compat.EditRetyped},
		{avro, `"long"`, avro, `{"type":"long","logicalType":"timestamp-millis"}`, compat.EditRetyped},
		{avro, `{"type":"array","items":"int"}`, avro, `{"type":"array","items":"long"}`, compat.EditWidened},
		{avro, `["int","string"]`, avro, `["long","string","boolean"]`, compat.EditWidened},
		{avro, `["int","string","null"]`, avro, `["null","int"]`, compat.EditNarrowed},
		{avro, `["int","string"]`, avro, `["string","int"]`, compat.EditRetyped},
		{avro, `"int"`, avro, `["null","int"]`, compat.EditOptional},
		{avro, `{"type":"fixed","name":"F","size":4}`, avro, `{"type":"fixed","name":"F","size":8}`, compat.EditRetyped},
		{json, `{"type":"integer"}`, json, `{"type":"number"}`, compat.EditWidened},
		{json, `{"type":"string"}`, json, `{"type":["string","integer"]}`, compat.EditWidened},
		{json, `{"type":"string"}`, json, `{"type":"string","format":"email"}`, compat.EditNarrowed},
		{json, `true`, json, `{"type":"string"}`, compat.EditNarrowed},
		{json, `{"type":"array","items":{"type":"number"}}`, json, `{"type":"array","items":{"type":"integer"}}`, compat.EditNarrowed},
		{proto, "int32", proto, "int64", compat.EditWidened},
		{proto, "int32", proto, "sint32", compat.EditRetyped},
		{proto, "uint32", proto, "int32", compat.EditRetyped},
		{proto, "string", proto, "repeated string", compat.EditRetyped},
		{proto, "map<string, int32>", proto, "map<string, int64>", compat.EditWidened},
		{proto, "map<int32, string>", proto, "map<int64, string>", compat.EditWidened},
		{avro, `"int"`, proto, "int32", ""},
		{avro, `"int"`, proto, "sint64", compat.EditWidened},
		{avro, `{"type":"map","values":"string"}`, proto, "map<string, string>", ""},
		{avro, `{"type":"array","items":"string"}`, proto, "repeated string", ""},
		{avro, `["null",{"type":"long","logicalType":"timestamp-micros"}]`, proto, "google.protobuf.Timestamp", ""},
		{proto, "repeated bool", avro, `{"type":"array","items":"boolean"}`, ""},
		{avro, `"long"`, json, `{"type":"integer"}`, compat.EditWidened},
	} {
		t.Run(tt.old+" to "+tt.next, func(t *testing.T) {
			t.Parallel()
			oldName, oldText := tt.oldSide(tt.old)
			nextName, nextText := tt.nextSide(tt.next)
			var got compat.EditKind
			for _, e := range compat.Diff(parseAs(t, oldName, oldText), parseAs(t, nextName, nextText)) {
				// A property that JSON Schema does not require is optional.
				if e.Path == "f" && (got == "" || got == compat.EditOptional) {
					got = e.Kind
				}
			}
			if oldName != nextName && got == compat.EditOptional {
				got = ""
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestDiffLaws: a schema does not differ from itself, and what one direction
// adds the other removes, unless an alias, which looks one way, is involved.
func TestDiffLaws(t *testing.T) {
	t.Parallel()
	if *update {
		t.Skip("TestDiff is rewriting the cases")
	}
	files, err := filepath.Glob(filepath.Join("testdata", "diff", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var all []schema.Parsed
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files[:2] {
			all = append(all, parseAs(t, f.Name, string(f.Data)))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SampledFrom(all).Draw(t, "a"), rapid.SampledFrom(all).Draw(t, "b")
		if edits := compat.Diff(a, a); len(edits) != 0 {
			t.Fatalf("a schema differs from itself:\n%s", printEdits(edits))
		}
		there, back := compat.Diff(a, b), compat.Diff(b, a)
		if strings.Contains(printEdits(there)+printEdits(back), "alias") {
			return
		}
		if x, y := addedAndRemoved(there), addedAndRemoved(back); x[0] != y[1] || x[1] != y[0] {
			t.Fatalf("added and removed: %v there, %v back\n%s\n%s", x, y, printEdits(there), printEdits(back))
		}
	})
}

func addedAndRemoved(edits []compat.Edit) (count [2]int) {
	for _, e := range edits {
		switch e.Kind {
		case compat.EditAdded:
			count[0] += 1 + len(e.Also)
		case compat.EditRemoved:
			count[1] += 1 + len(e.Also)
		}
	}
	return count
}

// TestDiffIsBounded: types that unfold to the limit are compared in time.
func TestDiffIsBounded(t *testing.T) {
	t.Parallel()
	grown := func(leaf string) string {
		var b strings.Builder
		b.WriteString(`{"type":"record","name":"T0","fields":[{"name":"leaf","type":"` + leaf + `"}]}`)
		text := b.String()
		for i := 1; i <= 14; i++ {
			text = fmt.Sprintf(`{"type":"record","name":"T%d","fields":[{"name":"a","type":%s},{"name":"b","type":"T%d"}]}`, i, text, i-1)
		}
		return text
	}
	edits := compat.Diff(parseAs(t, "old.avsc", grown("int")), parseAs(t, "new.avsc", grown("long")))
	if len(edits) != 1 || edits[0].Kind != compat.EditWidened || len(edits[0].Also) < 1000 {
		t.Errorf("%d edits, want one at many places", len(edits))
	}
}

// FuzzDiff: whatever two schemas say, comparing them ends, and a schema does
// not differ from itself.
func FuzzDiff(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "diff", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data), string(archive.Files[1].Data))
	}
	f.Add(`{"title":"a | b<","properties":{"a.b":{"title":"(","type":["null","array"]},"a":{"properties":{"b":true}},"":{}}}`, `{"title":">"}`)
	f.Fuzz(func(t *testing.T, old, next string) {
		var parsed []schema.Parsed
		for _, text := range []string{old, next} {
			for _, format := range schema.Formats() {
				if p, err := formats.Parse(t.Context(), schema.Source{Format: format, Text: text}); err == nil {
					parsed = append(parsed, p)
				}
			}
		}
		for _, a := range parsed {
			if edits := compat.Diff(a, a); len(edits) != 0 {
				t.Errorf("a schema differs from itself:\n%s", printEdits(edits))
			}
			for _, b := range parsed {
				compat.Diff(a, b)
			}
		}
	})
}
