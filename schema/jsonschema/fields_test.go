package jsonschema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/schema"
)

const orderSchema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Order",
  "description": "What a customer bought.",
  "type": "object",
  "required": ["id", "lines", "note"],
  "properties": {
    "id": {"type": "string", "format": "uuid", "description": "The order's  number."},
    "note": {"type": ["string", "null"], "default": null, "deprecated": true},
    "customer": {"$ref": "#/definitions/Customer", "confluent:tags": ["PII"]},
    "lines": {"type": "array", "items": {"title": "Line", "type": "object", "properties": {"sku": {}}}},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    "rates": {"additionalProperties": {"properties": {"value": {"type": "number"}}}},
    "status": {"enum": ["NEW", "PAID", null]},
    "state": {"oneOf": [{"const": "A", "description": "Active."}, {"const": 2}]},
    "payment": {"oneOf": [
      {"title": "Card", "properties": {"pan": {"type": "string", "confluent:tags": ["b", "a"]}}},
      {"properties": {"cash": {"type": "integer"}}},
      {"type": "null"}]},
    "maybe": {"anyOf": [{"$ref": "#/definitions/Customer"}, {"type": "null"}]},
    "mixed": {"description": "Merged.", "allOf": [{"$ref": "#/definitions/Base"}, {"properties": {"extra": {"type": "boolean"}}, "required": ["extra"]}]}
  },
  "if": {"required": ["state"]}, "then": {"properties": {"since": {"type": "string"}}, "required": ["since"]},
  "definitions": {
    "Base": {"properties": {"key": {"type": "string"}}, "required": ["key"]},
    "Customer": {"type": "object", "description": "Who buys.", "properties": {
      "email": {"type": "string"},
      "friends": {"type": "array", "items": {"$ref": "#/definitions/Customer"}}}}
  }
}`

func line(f schema.Field) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %s", f.Kind, f.Path, f.Type)
	for _, part := range []struct{ name, value string }{
		{"name", f.Name}, {"parent", f.Parent}, {"ref", f.Ref}, {"default", f.Default}, {"doc", f.Doc}, {"tags", strings.Join(f.Tags, ",")},
	} {
		if part.value != "" && (part.name != "name" || !strings.HasSuffix(f.Path, f.Name)) {
			fmt.Fprintf(&b, " %s=%s", part.name, part.value)
		}
	}
	if f.Optional {
		b.WriteString(" optional")
	}
	if f.Deprecated {
		b.WriteString(" deprecated")
	}
	return b.String()
}

func TestFields(t *testing.T) {
	t.Parallel()
	want := []string{
		`object "" Order name=Order doc=What a customer bought.`,
		`field "id" string (uuid) parent=Order doc=The order's number.`,
		`field "note" string | null parent=Order default=null optional deprecated`,
		`field "customer" Customer parent=Order ref=Customer doc=Who buys. tags=PII optional`,
		`object "customer" Customer name=Customer doc=Who buys. tags=PII`,
		`field "customer.email" string optional`,
		`field "customer.friends" array<Customer> ref=Customer optional`,
		`field "lines" array<Line> parent=Order ref=Line`,
		`object "lines[]" Line name=Line`,
		`field "lines[].sku" any parent=Line optional`,
		`field "labels" map<string> parent=Order optional`,
		`field "rates" map<object> parent=Order optional`,
		`object "rates{}" object`,
		`field "rates{}.value" number optional`,
		`field "status" enum | null parent=Order optional`,
		`enum "status" enum | null`,
		`symbol "status#NEW" enum`,
		`symbol "status#PAID" enum`,
		`field "state" enum parent=Order optional`,
		`enum "state" enum`,
		`symbol "state#A" enum doc=Active.`,
		`symbol "state#2" enum`,
		`field "payment" Card | object | null parent=Order optional`,
		`object "payment<Card>" Card name=Card`,
		`field "payment<Card>.pan" string parent=Card tags=a,b optional`,
		`object "payment<1>" object`,
		`field "payment<1>.cash" integer optional`,
		`field "maybe" Customer | null parent=Order optional`,
		`object "maybe" Customer name=Customer doc=Who buys.`,
		`field "maybe.email" string optional`,
		`field "maybe.friends" array<Customer> ref=Customer optional`,
		`field "mixed" Base parent=Order ref=Base doc=Merged. optional`,
		`object "mixed" Base name=Base doc=Merged.`,
		`field "mixed.key" string`,
		`field "mixed.extra" boolean`,
		`field "since" string parent=Order optional`,
	}
	var got []string
	for _, f := range parse(t, orderSchema).Fields() {
		got = append(got, line(f))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestFieldPlaces(t *testing.T) {
	t.Parallel()
	s := parse(t, "{\"properties\":\n  {\"a\": {\"$ref\": \"dep.json\"}}}", dependency("dep.json", "{\n\n \"properties\":{\"b/c\":{}}}"))
	want := []schema.Field{
		{Kind: schema.KindObject, Type: "object", Position: schema.Position{Line: 1, Column: 1}},
		{
			Kind: schema.KindField, Path: "a", Name: "a", Type: "dep.json", Ref: "dep.json", Optional: true,
			Pointer: "/properties/a", Position: schema.Position{Line: 2, Column: 4},
		},
		{Kind: schema.KindObject, Path: "a", Name: "dep.json", Type: "dep.json", Position: schema.Position{Line: 1, Column: 1}, File: "dep.json"},
		{
			Kind: schema.KindField, Path: "a.b/c", Name: "b/c", Type: "any", Optional: true,
			Pointer: "/properties/b~1c", Position: schema.Position{Line: 3, Column: 16}, File: "dep.json",
		},
	}
	if diff := cmp.Diff(want, s.Fields()); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestWithTags(t *testing.T) {
	t.Parallel()
	const text = `{
  "title": "Sample", "type": "object",
  "properties": {
    "list": {"type": "array", "items": {"type": "object", "title": "Row", "properties": {
      "id":  {"type": "string"}
    }}},
    "union": {"allOf": [{"type": "string"}, {"properties": {"x": true}}]},
    "a.b": { },
    "tagged": {"confluent:tags": ["A", "B"], "type": "string"},
    "only": {
      "type": "string",
      "confluent:tags": ["A"]
    }
  }
}`
	field := func(path string, tags ...string) schema.ElementTags {
		return schema.ElementTags{Entity: schema.Entity{Path: path, Type: schema.EntityField}, Tags: tags}
	}
	record := func(path string, tags ...string) schema.ElementTags {
		return schema.ElementTags{Entity: schema.Entity{Path: path, Type: schema.EntityRecord}, Tags: tags}
	}
	for _, tc := range []struct {
		name        string
		add, remove []schema.ElementTags
		from, to    string
	}{
		{"field of an item", []schema.ElementTags{field("object.list.array.object.id", "PII")}, nil, `{"type": "string"}
    }}`, `{"type": "string","confluent:tags": ["PII"]}
    }}`},
		{"by title", []schema.ElementTags{field("Row.id", "PII")}, nil, `{"type": "string"}
    }}`, `{"type": "string","confluent:tags": ["PII"]}
    }}`},
		{"record", []schema.ElementTags{record("object.list.array.object", "R")}, nil, `}
    }}`, `}
    }, "confluent:tags": ["R"]}`},
		{"boolean", []schema.ElementTags{field("object.union.allof.1.object.x", "T")}, nil, `true`, `{"confluent:tags": ["T"]}`},
		{"dotted and empty", []schema.ElementTags{field("Sample.a.b", "T")}, nil, `{ }`, `{"confluent:tags": ["T"]}`},
		{"added to others", []schema.ElementTags{field("tagged", "C", "A")}, nil, `["A", "B"]`, `["A", "B", "C"]`},
		{"removed one", nil, []schema.ElementTags{field("anyof.1.object.tagged", "A", "Z")}, `["A", "B"]`, `["B"]`},
		{"removed first", nil, []schema.ElementTags{field("tagged", "A", "B")}, `"confluent:tags": ["A", "B"], `, ``},
		{"removed last", nil, []schema.ElementTags{field("only", "A")}, `,
      "confluent:tags": ["A"]`, ``},
		{"nothing to do", []schema.ElementTags{field("only", "A")}, []schema.ElementTags{field("a.b", "X")}, ``, ``},
		{"root", []schema.ElementTags{record("Sample", "R")}, nil, `    }
  }
}`, `    }
  },
  "confluent:tags": ["R"]
}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := parse(t, text).WithTags(tc.add, tc.remove)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(text, tc.from, tc.to, 1)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
	for _, path := range []string{"object.nothing", "object.list", "", "nowhere.id"} {
		if got, err := parse(t, text).WithTags([]schema.ElementTags{record(path, "x")}, nil); err == nil {
			t.Errorf("%q: no error, but %s", path, got)
		}
	}
}
