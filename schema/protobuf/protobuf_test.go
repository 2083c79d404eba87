package protobuf_test

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// mustParse parses a text whose dependencies are path, text, path, text, ….
func mustParse(t testing.TB, text string, dependencies ...string) *protobuf.File {
	t.Helper()
	f, err := protobuf.Parse(t.Context(), source(text, dependencies...))
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, text)
	}
	return f
}

func source(text string, dependencies ...string) schema.Source {
	src := schema.Source{Format: schema.Protobuf, Text: text}
	for i := 0; i < len(dependencies); i += 2 {
		ref := schema.Reference{Name: dependencies[i], Subject: dependencies[i], Version: 1}
		src.References = append(src.References, ref)
		src.Dependencies = append(src.Dependencies, schema.Dependency{Reference: ref, Text: dependencies[i+1]})
	}
	return src
}

// Each archive holds a schema ("in.proto"), the files it imports ("import
// path"), and what the schema is printed as. go test -update rewrites those.
func TestGolden(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	prints := []struct {
		name  string
		print func(*protobuf.File) string
	}{
		{"canonical.proto", (*protobuf.File).Canonical},
		{"normalized.proto", (*protobuf.File).Normalized},
		{"structure.proto", (*protobuf.File).Structure},
		{"ignore_extensions.proto", func(f *protobuf.File) string { return f.Print("ignore_extensions") }},
		{"documentation.txt", (*protobuf.File).Documentation},
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			in, dependencies, want := readGolden(archive)
			f := mustParse(t, in, dependencies...)
			checkReprints(t, f, dependencies...)
			for _, p := range prints {
				got := p.print(f)
				if w, ok := want[p.name]; ok && !*update {
					if diff := cmp.Diff(w, got); diff != "" {
						t.Errorf("%s (-want +got):\n%s", p.name, diff)
					}
				} else if *update {
					setGolden(archive, p.name, got)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func readGolden(archive *txtar.Archive) (in string, dependencies []string, want map[string]string) {
	want = map[string]string{}
	for _, f := range archive.Files {
		if path, ok := strings.CutPrefix(f.Name, "import "); ok {
			dependencies = append(dependencies, path, string(f.Data))
		} else if f.Name == "in.proto" {
			in = string(f.Data)
		} else {
			want[f.Name] = string(f.Data)
		}
	}
	return in, dependencies, want
}

func setGolden(archive *txtar.Archive, name, text string) {
	for i := range archive.Files {
		if archive.Files[i].Name == name {
			archive.Files[i].Data = []byte(text)
			return
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

// checkReprints checks what holds for every schema: its prints compile to the
// same descriptor, printing is a fixed point, and its own descriptor, sent as
// base64, has the same structure.
func checkReprints(t testing.TB, f *protobuf.File, dependencies ...string) {
	t.Helper()
	want := comparableDescriptor(t, f)
	for name, text := range map[string]string{
		"canonical":  f.Canonical(),
		"normalized": f.Normalized(),
		"serialized": f.Print("serialized"),
	} {
		again := mustParse(t, text, dependencies...)
		if diff := cmp.Diff(want, comparableDescriptor(t, again)); diff != "" {
			t.Errorf("the %s print compiles to another descriptor (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(f.Structure(), again.Structure()); diff != "" {
			t.Errorf("the %s print has another structure (-want +got):\n%s", name, diff)
		}
		printed := again.Canonical()
		switch name {
		case "normalized":
			printed = again.Normalized()
		case "serialized":
			text = mustParse(t, printed, dependencies...).Canonical()
		}
		if diff := cmp.Diff(text, printed); diff != "" {
			t.Errorf("the %s print is no fixed point (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	const head = "syntax = \"proto3\";\n"
	for name, tc := range map[string]struct {
		src  schema.Source
		want schema.Error
	}{
		"empty": {source("  \n"), schema.Error{Message: "the schema is empty"}},
		"syntax": {
			source(head + "message A {\n  string = 1;\n}\n"),
			schema.Error{Position: schema.Position{Line: 3, Column: 10}, Message: "unexpected '='"},
		},
		"byte order mark": {
			source("\ufeff" + head + "message A { Missing m = 1; }"),
			schema.Error{Position: schema.Position{Line: 2, Column: 13}, Message: "unknown type Missing"},
		},
		"columns count bytes": {
			source(head + "message A {\n\t/* ü */ Missing m = 1;\n}\n"),
			schema.Error{Position: schema.Position{Line: 3, Column: 11}, Message: "unknown type Missing"},
		},
		"missing import": {
			source(head + "\nimport \"a/b.proto\";\n"),
			schema.Error{Position: schema.Position{Line: 3, Column: 1}, Message: "add a reference"},
		},
		"missing import of an import": {
			source(head+"import \"a.proto\";", "a.proto", "\nimport \"b.proto\";"),
			schema.Error{File: "a.proto", Position: schema.Position{Line: 2, Column: 1}, Message: `"b.proto" is not known`},
		},
		"error in an import": {
			source(head+"import \"a.proto\";", "a.proto", "message"),
			schema.Error{File: "a.proto", Position: schema.Position{Line: 1, Column: 8}, Message: "unexpected end of file"},
		},
		"circle": {
			source(head+"import \"a.proto\";", "a.proto", "import \"b.proto\";", "b.proto", "import \"a.proto\";"),
			schema.Error{File: "b.proto", Position: schema.Position{Line: 1, Column: 1}, Message: "a.proto -> b.proto -> a.proto"},
		},
		"circle of one": {
			source(head+"import \"a.proto\";", "a.proto", "import \"a.proto\";"),
			schema.Error{File: "a.proto", Position: schema.Position{Line: 1, Column: 1}, Message: "circle"},
		},
		"edition 2024": {
			source("// new\nedition = \"2024\";\nexport message A {}\n"),
			schema.Error{Position: schema.Position{Line: 2, Column: 1}, Message: "edition 2024 is not supported yet"},
		},
		"too deep": {
			source(head + "option a = " + strings.Repeat("{a:", 600)),
			schema.Error{Position: schema.Position{Line: 2, Column: 1512}, Message: "deeper than 500"},
		},
		"too many declarations": {
			source(head + strings.Repeat(";\n", 30_000)),
			schema.Error{Position: schema.Position{Line: 25_001, Column: 1}, Message: "more than 25000 declarations"},
		},
		"all on one line": {
			source(head + strings.Repeat(";", 20_000)),
			schema.Error{Position: schema.Position{Line: 2, Column: 10_001}, Message: "the line is too long"},
		},
		"too long": {
			source(head + "//" + strings.Repeat("x", schema.MaxText)),
			schema.Error{Message: "bytes"},
		},
		"not a descriptor": {source("AAAA"), schema.Error{Message: "neither .proto source nor"}},
		"custom option unknown": {
			source(head + "message A {\n  option (acme.x) = 1;\n}\n"),
			schema.Error{Position: schema.Position{Line: 3, Column: 10}, Message: "acme.x"},
		},
		"name taken by an import": {
			source(head+"import \"a.proto\";\nmessage A {}\n", "a.proto", "message A {}"),
			schema.Error{Position: schema.Position{Line: 3, Column: 9}, Message: "already defined"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := protobuf.Parse(t.Context(), tc.src)
			var got *schema.Error
			if !errors.As(err, &got) {
				t.Fatalf("error = %v, want a *schema.Error", err)
			}
			if got.Format != schema.Protobuf || got.File != tc.want.File || got.Position != tc.want.Position || !strings.Contains(got.Message, tc.want.Message) {
				t.Errorf("error = %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestParseStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := protobuf.Parse(ctx, source("message A {}")); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

// The deepest nesting that compiles: what visited each level twice would need
// 2^31 steps.
func TestDeepNesting(t *testing.T) {
	t.Parallel()
	const depth = 31
	text := "syntax = \"proto3\";\n" + strings.Repeat("message A {", depth) + strings.Repeat("}", depth)
	f := mustParse(t, text)
	checkReprints(t, f)
	if n := len(f.Fields()); n != depth {
		t.Errorf("%d fields, want %d", n, depth)
	}
}

// Descriptors come from anybody: each of these once made a compiler index out
// of range or recurse.
func TestParseHostileDescriptors(t *testing.T) {
	t.Parallel()
	deep := &descriptorpb.DescriptorProto{Name: proto.String("M")}
	for range 2000 {
		deep = &descriptorpb.DescriptorProto{Name: proto.String("M"), NestedType: []*descriptorpb.DescriptorProto{deep}}
	}
	for name, file := range map[string]*descriptorpb.FileDescriptorProto{
		"no names":     {MessageType: []*descriptorpb.DescriptorProto{{}}},
		"oneof index":  {MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("f"), Number: proto.Int32(1), OneofIndex: proto.Int32(7)}}}}},
		"public index": {PublicDependency: []int32{9}},
		"deep":         {MessageType: []*descriptorpb.DescriptorProto{deep}},
		"edition":      {Syntax: proto.String("editions"), Edition: descriptorpb.Edition_EDITION_2024.Enum()},
		"unknown type": {MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("f"), Number: proto.Int32(1), TypeName: proto.String(".B")}}}}},
	} {
		data, err := proto.MarshalOptions{AllowPartial: true}.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = protobuf.Parse(t.Context(), source(base64.StdEncoding.EncodeToString(data)))
		var fault *schema.Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: error = %v, want a *schema.Error", name, err)
		}
	}
}

// Descriptors made by hand name types as a file would, and leave out what
// compilers add for an optional field.
func TestHandMadeDescriptor(t *testing.T) {
	t.Parallel()
	file := &descriptorpb.FileDescriptorProto{
		Syntax: proto.String("proto3"), Package: proto.String("shop"), Dependency: []string{"google/protobuf/timestamp.proto"},
		MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String("Order"),
			Field: []*descriptorpb.FieldDescriptorProto{
				{Name: proto.String("line"), Number: proto.Int32(1), Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: proto.String("Order.Line"), Proto3Optional: proto.Bool(true)},
				{Name: proto.String("placed"), Number: proto.Int32(2), TypeName: proto.String("google.protobuf.Timestamp"), Proto3Optional: proto.Bool(true)},
			},
			OneofDecl:  []*descriptorpb.OneofDescriptorProto{{Name: proto.String("_placed")}, {Name: proto.String("_line")}},
			NestedType: []*descriptorpb.DescriptorProto{{Name: proto.String("Line")}},
		}},
	}
	data, err := proto.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := protobuf.Parse(t.Context(), source(base64.StdEncoding.EncodeToString(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"optional Order.Line line = 1;", "optional google.protobuf.Timestamp placed = 2;"} {
		if !strings.Contains(f.Print(""), want) {
			t.Errorf("no %q in\n%s", want, f.Print(""))
		}
	}
}

// A schema read from its descriptor documents nothing: the comments are gone,
// and what options say alone is no documentation of its own.
func TestDescriptorHasNoDocumentation(t *testing.T) {
	t.Parallel()
	f := mustParse(t, `syntax = "proto3";
import "confluent/meta.proto";
// Comment.
message A {
  string f = 1 [(confluent.field_meta).doc = "kept"];
}
`)
	if want := "A: Comment.\nA.f: kept\n"; f.Documentation() != want {
		t.Errorf("documentation = %q, want %q", f.Documentation(), want)
	}
	g := mustParse(t, f.Print("serialized"))
	if g.Documentation() != "" {
		t.Errorf("documentation of the descriptor = %q, want none", g.Documentation())
	}
	if f.Structure() != g.Structure() {
		t.Errorf("structures differ: %s\n%s", f.Structure(), g.Structure())
	}
}

func TestBuiltinsAndReferences(t *testing.T) {
	t.Parallel()
	const use = `syntax = "proto3"; import "confluent/type/decimal.proto"; import "google/protobuf/timestamp.proto";
message A { confluent.type.Decimal d = 1; google.protobuf.Timestamp t = 2; }`
	f := mustParse(t, use)
	if d, ok := f.Lookup("confluent.type.Decimal"); !ok || !d.Builtin {
		t.Errorf("Decimal = %+v, want the built-in one", d)
	}
	f = mustParse(t, use,
		"confluent/type/decimal.proto", `syntax = "proto3"; package confluent.type; message Decimal { bytes mine = 1; }`,
		"google/protobuf/timestamp.proto", `never read`)
	if d, _ := f.Lookup("confluent.type.Decimal"); d.Builtin || d.Origin.Subject != "confluent/type/decimal.proto" {
		t.Errorf("Decimal = %+v, want the reference", d)
	}
	if d, _ := f.Lookup("google.protobuf.Timestamp"); !d.Builtin {
		t.Errorf("Timestamp = %+v, want the built-in one", d)
	}
	for _, path := range protobuf.BuiltinImports() {
		mustParse(t, `import "`+path+`";`)
	}
}

func TestMessageIndexes(t *testing.T) {
	t.Parallel()
	f := mustParse(t, `syntax = "proto3"; package p;
message A { map<string, string> m = 1; message B {} message C { message D {} } }
enum E { Z = 0; }
message F {}`)
	for name, want := range map[string][]int{"p.A": {0}, "p.A.B": {0, 1}, "p.A.C.D": {0, 2, 0}, "p.F": {1}} {
		got, err := f.MessageIndexes(name)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("MessageIndexes(%s) = %v, %v; want %v", name, got, err, want)
		}
		if md, err := f.MessageAt(want); err != nil || string(md.FullName()) != name {
			t.Errorf("MessageAt(%v) = %v, %v; want %s", want, md, err, name)
		}
	}
	if _, err := f.MessageIndexes("p.E"); err == nil {
		t.Error("MessageIndexes of an enum gives no error")
	}
	for _, bad := range [][]int{nil, {2}, {0, 3}, {-1}} {
		if _, err := f.MessageAt(bad); err == nil {
			t.Errorf("MessageAt(%v) gives no error", bad)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"package a.b; enum E { Z = 0; } message X {} message Y {}": "a.b.X",
		"message X {}":         "X",
		"enum E { Z = 0; }":    "",
		"syntax = \"proto3\";": "",
	} {
		if got := mustParse(t, text).Name(); got != want {
			t.Errorf("name of %q = %q, want %q", text, got, want)
		}
	}
}

// A File is shared by every request that needs it.
func TestFileIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	f := mustParse(t, `syntax = "proto3";
import "confluent/meta.proto";
// Comment.
message A { string f = 1 [(confluent.field_meta).tags = "PII"]; A a = 2; }`)
	for range 4 {
		t.Run("reader", func(t *testing.T) {
			t.Parallel()
			checkReprints(t, f)
			f.Fields()
			f.Documentation()
			f.Print("ignore_extensions")
			if _, err := f.MessageIndexes("A"); err != nil {
				t.Error(err)
			}
			if _, err := f.WithTags(tag("A", schema.EntityRecord, "T"), nil); err != nil {
				t.Error(err)
			}
		})
	}
}
