package compat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/schematest"
)

func parseAvro(t testing.TB, text string) *avro.Schema {
	t.Helper()
	s, err := avro.Parse(t.Context(), schema.Source{Format: schema.Avro, Text: text})
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return s
}

func compareAvro(t testing.TB, reader, writer string) []compat.Difference {
	t.Helper()
	diffs, err := compat.Compare(t.Context(), parseAvro(t, reader), parseAvro(t, writer), compat.NewReadsOld)
	if err != nil {
		t.Fatal(err)
	}
	return diffs
}

func TestAvroVectors(t *testing.T) {
	t.Parallel()
	type fault struct{ Type, Path, AdditionalInfo string }
	var cases []struct {
		Description    string
		Reader, Writer json.RawMessage
		Compatible     bool
		Errors         []fault
	}
	schematest.Vectors(t, "avro-resolution.json", &cases)
	for _, tt := range cases {
		t.Run(tt.Description, func(t *testing.T) {
			t.Parallel()
			got := []fault{}
			for _, d := range compareAvro(t, string(tt.Reader), string(tt.Writer)) {
				if d.Breaks(compat.Lenient) {
					got = append(got, fault{d.Kind, d.Path, d.Info})
				}
			}
			if (len(got) == 0) != tt.Compatible {
				t.Errorf("compatible: %v, want %v", len(got) == 0, tt.Compatible)
			}
			if diff := cmp.Diff(tt.Errors, got); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAvroDescriptions(t *testing.T) {
	t.Parallel()
	const (
		reader = `{"type":"record","name":"R","fields":[{"name":"%s","type":"int"},{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}},
			{"name":"f","type":{"type":"fixed","name":"F","size":2}},{"name":"u","type":["null"]}]}`
		writer = `{"type":"record","name":"S","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["B","A"]}},
			{"name":"f","type":{"type":"fixed","name":"F","size":1}},{"name":"u","type":"int"}]}`
	)
	r, w := parseAvro(t, reader), parseAvro(t, writer)
	diffs, err := compat.Compare(t.Context(), r, w, compat.OldReadsNew)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diffs {
		if d.Breaks(compat.Strict) {
			got = append(got, d.String())
		}
	}
	want := []string{
		`{errorType:'NAME_MISMATCH', description:'The name of the schema has changed (path '/name')', additionalInfo:'expected: S'}`,
		`{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field '%s' at path '/fields/0' in the old schema has no default value and is missing in the new schema', additionalInfo:'%s'}`,
		`{errorType:'MISSING_ENUM_SYMBOLS', description:'The old schema is missing enum symbols '[B]' at path '/fields/1/type/symbols' in the new schema', additionalInfo:'[B]'}`,
		`{errorType:'FIXED_SIZE_MISMATCH', description:'The size of FIXED type field at path '/fields/2/type/size' in the old schema does not match with the new schema', additionalInfo:'expected: 1, found: 2'}`,
		`{errorType:'MISSING_UNION_BRANCH', description:'The old schema is missing a type inside a union field at path '/fields/3/type' in the new schema', additionalInfo:'reader union lacking writer type: INT'}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if at := diffs[1].ReaderAt; at.Position != (schema.Position{Line: 1, Column: 39}) {
		t.Errorf("missing field stands at %+v in the reader", at)
	}
	if at := diffs[4].WriterAt; at.Line != 2 {
		t.Errorf("branch stands at %+v in the writer", at)
	}
}

func TestAvroRootMessage(t *testing.T) {
	t.Parallel()
	got := compareAvro(t, `"int"`, `"string"`)
	want := `{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the old schema', additionalInfo:'reader type: INT not compatible with writer type: STRING'}`
	if len(got) != 1 || got[0].String() != want {
		t.Errorf("messages %v, want %s", got, want)
	}
}

// Thirty types that each use the next twice unfold to 2^30 places; a fault in
// the last is at all of them.
func TestAvroComparisonIsBounded(t *testing.T) {
	t.Parallel()
	const types = 30
	nested := func(last string) string {
		record := fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"x","type":"%s"}]}`, types, last)
		for i := types - 1; i >= 0; i-- {
			record = fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":%s},{"name":"b","type":"R%d"}]}`, i, record, i+1)
		}
		return record
	}
	if n := len(compareAvro(t, nested("int"), nested("string"))); n < 100 || n > 1000 {
		t.Errorf("%d differences listed, want some hundreds", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var wide strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&wide, `,{"name":"f%d","type":{"type":"array","items":"int"}}`, i)
	}
	record := `{"type":"record","name":"R","fields":[` + wide.String()[1:] + `]}`
	if _, err := compat.Compare(ctx, parseAvro(t, record), parseAvro(t, strings.ReplaceAll(record, `"int"`, `"long"`)), compat.NewReadsOld); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
}

func FuzzAvroCompare(f *testing.F) {
	for _, pair := range [][2]string{
		{`"int"`, `["long","null"]`},
		{`{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"]},{"name":"b","type":"int"}]}`, `{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"]},{"name":"b","type":"long"}]}`},
		{`{"type":"map","values":{"type":"enum","name":"E","symbols":["A"],"default":"A"}}`, `{"type":"map","values":{"type":"enum","name":"a.E","symbols":["B"]}}`},
		{`["null",{"type":"fixed","name":"F","size":2,"aliases":["G"]}]`, `{"type":"fixed","name":"G","size":2}`},
	} {
		f.Add(pair[0], pair[1])
	}
	breaking := func(t *testing.T, reader, writer string) string {
		t.Helper()
		r, err := avro.Parse(t.Context(), schema.Source{Text: reader})
		if err != nil {
			t.Skip("no schema")
		}
		w, err := avro.Parse(t.Context(), schema.Source{Text: writer})
		if err != nil {
			t.Skip("no schema")
		}
		diffs, err := compat.Compare(t.Context(), r, w, compat.NewReadsOld)
		if err != nil {
			t.Fatalf("%s from %s: %v", reader, writer, err)
		}
		var b strings.Builder
		for _, d := range diffs {
			if d.Breaks(compat.Strict) {
				b.WriteString(d.String())
			}
		}
		return b.String()
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		verdict := breaking(t, a, b)
		normal := parseAvro(t, a).Normalized()
		if again := breaking(t, normal, b); again != verdict {
			t.Errorf("normalising the reader %s changes the verdict from %q to %q", a, verdict, again)
		}
		findingsOf(t, parseAvro(t, b), parseAvro(t, a))
		if own := breaking(t, a, normal); own != "" && !strings.Contains(a, "aliases") {
			t.Errorf("%s cannot read itself: %s", a, own)
		}
	})
}
