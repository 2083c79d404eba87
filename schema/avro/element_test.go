package avro_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/schema"
)

const orderText = `{"type": "record", "name": "Order", "namespace": "shop", "doc": " An order. ",
 "confluent:tags": ["B", "A", "B"], "fields": [
  {"name": "id", "type": "string", "doc": "The number.", "confluent:tags": ["PII"]},
  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "deprecated": "use created"},
  {"name": "status", "type": {"type": "enum", "name": "Status", "doc": "Where it stands.", "symbols": ["NEW", "DONE"],
   "symbolDocs": {"NEW": "just in"}}, "default": "NEW"},
  {"name": "lines", "type": {"type": "array", "items": {"type": "record", "name": "Line", "doc": "A line.", "fields": [
   {"name": "sku", "type": ["null", "string"], "default": null},
   {"name": "parts", "type": {"type": "map", "values": "Line"}}]}}},
  {"name": "pay", "type": ["null", {"type": "record", "name": "Card", "fields": []}, {"type": "record", "name": "Cash", "fields": [
   {"name": "till", "type": "int"}]}]},
  {"name": "last", "type": ["null", "Status"]}]}`

// brief is what the test looks at, one line an element.
func brief(f schema.Field) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %s in %s: %s", f.Kind, f.Path, f.Name, f.Parent, f.Type)
	for _, part := range []struct{ label, text string }{
		{"ref", f.Ref}, {"default", f.Default}, {"doc", f.Doc}, {"tags", strings.Join(f.Tags, ",")},
	} {
		if part.text != "" {
			b.WriteString("; " + part.label + " " + part.text)
		}
	}
	if f.Optional {
		b.WriteString("; optional")
	}
	if f.Deprecated {
		b.WriteString("; deprecated")
	}
	return b.String()
}

func TestFields(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range parse(t, orderText).Fields() {
		got = append(got, brief(f))
	}
	want := []string{
		`object "" shop.Order in shop.Order: record; doc An order.; tags A,B`,
		`field "id" id in shop.Order: string; doc The number.; tags PII`,
		`field "at" at in shop.Order: long (timestamp-millis); deprecated`,
		`field "status" status in shop.Order: shop.Status; ref shop.Status; default "NEW"`,
		`enum "status" shop.Status in shop.Status: enum; doc Where it stands.`,
		`symbol "status#NEW" NEW in shop.Status: symbol; doc just in`,
		`symbol "status#DONE" DONE in shop.Status: symbol`,
		`field "lines" lines in shop.Order: array<shop.Line>; ref shop.Line`,
		`object "lines[]" shop.Line in shop.Line: record; doc A line.`,
		`field "lines[].sku" sku in shop.Line: null | string; default null; optional`,
		`field "lines[].parts" parts in shop.Line: map<shop.Line>; ref shop.Line`,
		`field "pay" pay in shop.Order: null | shop.Card | shop.Cash; optional`,
		`object "pay<shop.Card>" shop.Card in shop.Card: record`,
		`object "pay<shop.Cash>" shop.Cash in shop.Cash: record`,
		`field "pay<shop.Cash>.till" till in shop.Cash: int`,
		`field "last" last in shop.Order: null | shop.Status; ref shop.Status; optional`,
		`enum "last" shop.Status in shop.Status: enum; doc Where it stands.`,
		`symbol "last#NEW" NEW in shop.Status: symbol; doc just in`,
		`symbol "last#DONE" DONE in shop.Status: symbol`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("elements (-want +got):\n%s", diff)
	}
}

func TestFieldsKnowTheirPlace(t *testing.T) {
	t.Parallel()
	for _, f := range parse(t, orderText).Fields() {
		if f.Path != "lines[].parts" {
			continue
		}
		if want := "/fields/3/type/items/fields/1"; f.Pointer != want {
			t.Errorf("pointer %s, want %s", f.Pointer, want)
		}
		if want := (schema.Position{Line: 9, Column: 4}); f.Position != want {
			t.Errorf("position %+v, want %+v", f.Position, want)
		}
	}
}

func TestTypeDocumentationStandsIn(t *testing.T) {
	t.Parallel()
	const text = `{"type":"record","name":"R","fields":[
		{"name":"once","type":["null",{"type":"fixed","name":"Hash","doc":"A hash.","size":16}]},
		{"name":"twice","type":{"type":"fixed","name":"Key","doc":"A key.","size":16}},
		{"name":"again","type":"Key"}]}`
	docs := map[string]string{}
	for _, f := range parse(t, text).Fields() {
		docs[f.Path] = f.Doc
	}
	if want := (map[string]string{"": "", "once": "A hash.", "twice": "", "again": ""}); !cmp.Equal(docs, want) {
		t.Errorf("docs %v, want %v", docs, want)
	}
}

// Thirty types that each use the next twice have 2^30 paths.
func TestFieldsAreBounded(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("[")
	const types = 30
	for i := range types {
		fmt.Fprintf(&text, `{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d"},{"name":"b","type":"R%d"}]},`, i, i+1, i+1)
	}
	fmt.Fprintf(&text, `{"type":"record","name":"R%d","fields":[]}]`, types)
	fields := parse(t, text.String()).Fields()
	if len(fields) < schema.MaxFields || len(fields) > schema.MaxFields+10*types {
		t.Errorf("%d elements, want about %d", len(fields), schema.MaxFields)
	}
}
