package protobuf_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/schema"
)

func tag(path string, kind schema.EntityType, tags ...string) []schema.ElementTags {
	return []schema.ElementTags{{Entity: schema.Entity{Path: path, Type: kind}, Tags: tags}}
}

func TestWithTags(t *testing.T) {
	t.Parallel()
	const meta = "import \"confluent/meta.proto\";\n"
	for name, tc := range map[string]struct {
		in          string
		add, remove []schema.ElementTags
		want        string
	}{
		"field without options": {
			in:   "syntax = \"proto3\";\npackage a;\n\n// c\nmessage M {\n  string f = 1; // keep\n}\n",
			add:  tag("a.M.f", schema.EntityField, "PII", "X"),
			want: "syntax = \"proto3\";\npackage a;\n" + meta + "\n// c\nmessage M {\n  string f = 1 [(confluent.field_meta).tags = \"PII\", (confluent.field_meta).tags = \"X\"]; // keep\n}\n",
		},
		"field with options on lines": {
			in:   meta + "message M {\n  optional string f = 1 [\n    deprecated = true\n  ];\n}\n",
			add:  tag(".M.f", schema.EntityField, "PII"),
			want: meta + "message M {\n  optional string f = 1 [\n    deprecated = true,\n    (confluent.field_meta).tags = \"PII\"\n  ];\n}\n",
		},
		"tag that is there": {
			in:   meta + "message M { optional string f = 1 [(confluent.field_meta) = {tags: [\"PII\"]}]; }",
			add:  tag("M.f", schema.EntityField, "PII"),
			want: meta + "message M { optional string f = 1 [(confluent.field_meta) = {tags: [\"PII\"]}]; }",
		},
		"message": {
			in:   "message M {\n  message N {}\n}\n",
			add:  tag("M.N", schema.EntityRecord, "PII"),
			want: meta + "message M {\n  message N {\n    option (confluent.message_meta).tags = \"PII\";}\n}\n",
		},
		"member of a oneof, map and group": {
			in:   meta + "message M { oneof o { string a = 1; } map<string, string> m = 2; optional group G = 3 { optional int32 x = 1; } }",
			add:  append(append(tag("M.o.a", schema.EntityField, "T"), tag("M.m", schema.EntityField, "T")...), tag("M.g", schema.EntityField, "T")...),
			want: meta + "message M { oneof o { string a = 1 [(confluent.field_meta).tags = \"T\"]; } map<string, string> m = 2 [(confluent.field_meta).tags = \"T\"]; optional group G = 3 [(confluent.field_meta).tags = \"T\"] { optional int32 x = 1; } }",
		},
		"package that hides confluent": {
			in:   "package com.confluent.x;\nmessage M { optional string f = 1; }",
			add:  tag("M.f", schema.EntityField, "T"),
			want: "package com.confluent.x;\n" + meta + "message M { optional string f = 1 [(.confluent.field_meta).tags = \"T\"]; }",
		},
		"remove from lists": {
			in:     meta + "message M { optional string f = 1 [(confluent.field_meta) = {tags: [\"A\", \"B\"], doc: \"d\"}, (confluent.field_meta).tags = \"A\"]; }",
			remove: tag("M.f", schema.EntityField, "A"),
			want:   meta + "message M { optional string f = 1 [(confluent.field_meta) = {tags: [\"B\"], doc: \"d\"}]; }",
		},
		"remove the only entry of a literal": {
			in:     meta + "message M { optional string f = 1 [(confluent.field_meta) = {doc: \"d\", tags: \"A\",}]; optional string g = 2 [(confluent.field_meta) = {tags: [\"A\"]}]; }",
			remove: append(tag("M.f", schema.EntityField, "A", "Z"), tag("M.g", schema.EntityField, "A")...),
			want:   meta + "message M { optional string f = 1 [(confluent.field_meta) = {doc: \"d\"}]; optional string g = 2; }",
		},
		"remove from a message": {
			in:     meta + "message M {\n  option (confluent.message_meta).tags = \"A\";\n  optional string f = 1;\n}\n",
			remove: tag("M", schema.EntityRecord, "A"),
			want:   meta + "message M {\n  optional string f = 1;\n}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustParse(t, tc.in)
			got, err := f.WithTags(tc.add, tc.remove)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			mustParse(t, got)
		})
	}
}

func TestWithTagsUnknownElement(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "message M { optional string f = 1; message N {} }")
	for _, tags := range [][]schema.ElementTags{
		tag("M.g", schema.EntityField, "T"),
		tag("X.f", schema.EntityField, "T"),
		tag("f", schema.EntityField, "T"),
		tag("M.N.f", schema.EntityField, "T"),
		tag("M.f", schema.EntityRecord, "T"),
		tag("", schema.EntityRecord, "T"),
	} {
		var fault *schema.Error
		if _, err := f.WithTags(tags, nil); !errors.As(err, &fault) {
			t.Errorf("tag %+v: error = %v, want a *schema.Error", tags, err)
		}
	}
}

// Tags that were added are there, tags that were removed are not, and adding
// what was removed changes nothing else.
func TestWithTagsProperty(t *testing.T) {
	t.Parallel()
	base := "syntax = \"proto3\";\nimport \"confluent/meta.proto\";\nmessage M {\n  string a = 1;\n  string b = 2 [deprecated = true];\n}\n"
	rapid.Check(t, func(rt *rapid.T) {
		text := base
		want := map[string]bool{}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			path := rapid.SampledFrom([]string{"M.a", "M.b"}).Draw(rt, "path")
			name := rapid.SampledFrom([]string{"X", "Y", `quo"te`}).Draw(rt, "tag")
			change := tag(path, schema.EntityField, name)
			var err error
			if want[path+name] = rapid.Bool().Draw(rt, "add"); want[path+name] {
				text, err = mustParse(t, text).WithTags(change, nil)
			} else {
				text, err = mustParse(t, text).WithTags(nil, change)
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		got := map[string]bool{}
		var gone []schema.ElementTags
		for _, f := range mustParse(t, text).Fields() {
			for _, name := range f.Tags {
				got["M."+f.Name+name] = true
				gone = append(gone, tag("M."+f.Name, schema.EntityField, name)...)
			}
		}
		for key, on := range want {
			if got[key] != on {
				rt.Fatalf("tag %s: %v, want %v\n%s", key, got[key], on, text)
			}
		}
		bare, err := mustParse(t, text).WithTags(nil, gone)
		if err != nil || bare != base {
			rt.Fatalf("all tags removed: %v\n%s", err, bare)
		}
	})
}
