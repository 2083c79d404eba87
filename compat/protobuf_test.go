package compat_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/compat/compattest"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
	"github.com/accordhq/accord/schema/schematest"
)

func parseProtobuf(t testing.TB, text string, dependencies ...schema.Dependency) *protobuf.File {
	t.Helper()
	f, err := protobuf.Parse(t.Context(), schema.Source{Format: schema.Protobuf, Text: text, Dependencies: dependencies})
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, text)
	}
	return f
}

func compareProtobuf(t testing.TB, reader, writer *protobuf.File, sides compat.Sides) []compat.Difference {
	t.Helper()
	diffs, err := compat.Compare(t.Context(), reader, writer, sides)
	if err != nil {
		t.Fatal(err)
	}
	return diffs
}

// Normalising either side, or sending it as a descriptor, never changes the
// verdict.
func TestProtobufSharedVectors(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description, Old, New string
		Confluent             map[string]bool
	}
	schematest.Vectors(t, "protobuf-edges.json", &cases)
	for _, tc := range cases {
		t.Run(tc.Description, func(t *testing.T) {
			t.Parallel()
			updated, original := parseProtobuf(t, tc.New), parseProtobuf(t, tc.Old)
			for _, form := range []func(*protobuf.File) string{
				(*protobuf.File).Text,
				(*protobuf.File).Normalized,
				func(f *protobuf.File) string { return f.Print("serialized") },
			} {
				updated, original := parseProtobuf(t, form(updated)), parseProtobuf(t, form(original))
				backward := compareProtobuf(t, updated, original, compat.NewReadsOld)
				if got := !anyBreaks(backward, compat.Strict); got != tc.Confluent["BACKWARD"] {
					t.Errorf("BACKWARD compatible = %v: %s", got, compattest.Differences(backward))
				}
				forward := compareProtobuf(t, original, updated, compat.OldReadsNew)
				if got := !anyBreaks(forward, compat.Strict); got != tc.Confluent["FORWARD"] {
					t.Errorf("FORWARD compatible = %v: %s", got, compattest.Differences(forward))
				}
			}
		})
	}
}

// The sentences of breaking kinds are Confluent's, letter for letter.
func TestProtobufDescriptions(t *testing.T) {
	t.Parallel()
	original := parseProtobuf(t, `syntax = "proto2"; package a;
message A { required int32 r = 1; optional int32 s = 2; optional B k = 3; optional int32 l = 4; optional int32 p = 5; optional int32 q = 6; oneof o { string x = 7; string y = 8; } optional B b = 9; optional int32 e = 10; }
message B {} message Gone {}`)
	updated := parseProtobuf(t, `syntax = "proto2"; package b;
message A { required int32 n = 11; optional string s = 2; optional int32 k = 3; repeated int32 l = 4; oneof both { int32 p = 5; int32 q = 6; } oneof o { string x = 7; int32 e = 10; } optional C b = 9; }
message B {} message C {}`)
	var got []string
	for _, d := range compareProtobuf(t, updated, original, compat.NewReadsOld) {
		if d.Breaks(compat.Strict) {
			got = append(got, d.String())
		}
	}
	want := []string{
		`{errorType:"PACKAGE_CHANGED", description:"The package at '#/' in the new schema does not match the package in the old schema"}`,
		`{errorType:"MULTIPLE_FIELDS_MOVED_TO_ONEOF", description:"Multiple fields in the oneof at path '#/A/both' in the new schema are outside a oneof in the old schema"}`,
		`{errorType:"FIELD_MOVED_TO_EXISTING_ONEOF", description:"A field in the oneof at path '#/A/o' in the new schema is outside an existing oneof in the old schema"}`,
		`{errorType:"ONEOF_FIELD_REMOVED", description:"The new schema is missing a oneof field at path '#/A/o/8' in the old schema"}`,
		`{errorType:"REQUIRED_FIELD_REMOVED", description:"The new schema is missing a required field at path: '#/A/1' in the old schema"}`,
		`{errorType:"FIELD_SCALAR_KIND_CHANGED", description:"The kind of a SCALAR field at path '#/A/2' in the new schema does not match its kind in the old schema"}`,
		`{errorType:"FIELD_KIND_CHANGED", description:"The type of a field at path '#/A/3' in the new schema does not match the old schema"}`,
		`{errorType:"FIELD_NUMERIC_LABEL_CHANGED", description:"The label for a NUMERIC field at path '#/A/4' in the new schema does not match its label in the old schema"}`,
		`{errorType:"FIELD_NAMED_TYPE_CHANGED", description:"The type of a MESSAGE field at path '#/A/9' in the new schema does not match its type in the old schema"}`,
		`{errorType:"REQUIRED_FIELD_ADDED", description:"A required field  at path '#/A/11' in the new schema is missing in the old schema"}`,
		`{errorType:"MESSAGE_REMOVED", description:"The new schema is missing a MESSAGE type at path '#/Gone' in the old schema"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	for _, d := range compareProtobuf(t, original, updated, compat.OldReadsNew) {
		if d.Kind == "MESSAGE_REMOVED" && d.Description != "The old schema is missing a MESSAGE type at path '#/C' in the new schema" {
			t.Errorf("forward description = %s", d.Description)
		}
	}
}

// Every difference has a sentence with its path in it and no placeholder left.
func TestProtobufDescriptionsAreFilledIn(t *testing.T) {
	t.Parallel()
	for _, c := range casesOf(t, "protobuf") {
		old, next := c.Parse(t)
		differences, err := compat.Compare(t.Context(), next, old, compat.NewReadsOld)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range differences {
			if !strings.Contains(d.Description, "'"+d.Path+"'") || strings.Contains(d.Description, "$") {
				t.Errorf("%s: %s %s: description %q", c.File, d.Kind, d.Path, d.Description)
			}
		}
	}
}

func TestProtobufPositions(t *testing.T) {
	t.Parallel()
	original := parseProtobuf(t, "syntax = \"proto3\";\nmessage A {\n  int32 n = 1;\n}\nmessage B {}\n")
	updated := parseProtobuf(t, "syntax = \"proto3\";\n\nmessage A {\n    sint32 n = 1;\n}\n")
	diffs := compareProtobuf(t, updated, original, compat.NewReadsOld)
	want := []struct{ r, w schema.Position }{
		{schema.Position{Line: 4, Column: 5}, schema.Position{Line: 3, Column: 3}},
		{schema.Position{}, schema.Position{Line: 5, Column: 1}},
	}
	if len(diffs) != len(want) {
		t.Fatalf("differences = %v", diffs)
	}
	for i, d := range diffs {
		if d.ReaderAt.Position != want[i].r || d.WriterAt.Position != want[i].w {
			t.Errorf("%s at %v and %v, want %+v", d.Kind, d.ReaderAt, d.WriterAt, want[i])
		}
	}
}

func TestProtobufStopsWithItsContext(t *testing.T) {
	t.Parallel()
	f := parseProtobuf(t, `syntax = "proto3"; message A { int32 n = 1; }`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := compat.Compare(ctx, f, f, compat.NewReadsOld); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}
