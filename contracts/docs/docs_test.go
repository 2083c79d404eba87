package docs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts/docs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/formats"
)

func mustParse(t *testing.T, format schema.Format, text string, deps ...schema.Dependency) schema.Parsed {
	t.Helper()
	src := schema.Source{Format: format, Text: text, Dependencies: deps}
	for _, d := range deps {
		src.References = append(src.References, d.Reference)
	}
	p, err := formats.Parse(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told writes findings as "CODE severity path".
func told(fs []finding.Finding) []string {
	var lines []string
	for _, f := range fs {
		lines = append(lines, strings.TrimSpace(string(f.Code)+" "+string(f.Severity)+" "+f.Path))
	}
	return lines
}

// field wraps one field into a documented record.
func field(member string) string {
	return `{"type": "record", "name": "com.acme.Order", "doc": "One order as the shop took it", "fields": [` + member + `]}`
}

func TestWordsOfAField(t *testing.T) {
	t.Parallel()
	const (
		missing     = "DOC_MISSING error"
		placeholder = "DOC_PLACEHOLDER error"
		name        = "DOC_REPEATS_NAME error"
		names       = "DOC_REPEATS_NAME warning"
		generated   = "DOC_GENERATED warning"
		short       = "DOC_SHORT warning"
		id          = "DOC_ID_OF_WHAT warning"
		fine        = ""
	)
	for _, tt := range []struct{ field, doc, want string }{
		{"email", "", missing},
		{"email", "   ", missing},
		{"email", "TODO", placeholder},
		{"email", "todo: describe", placeholder},
		{"email", "TODO describe", placeholder},
		{"email", "// FIXME(ann) what is it", placeholder},
		{"email", "TBD.", placeholder},
		{"email", "n/a", placeholder},
		{"email", "None", placeholder},
		{"email", "-", placeholder},
		{"email", "...", placeholder},
		{"email", "Description", placeholder},
		{"email", "Lorem ipsum dolor sit amet", placeholder},
		{"email", "To be documented", placeholder},
		{"email", "My Field", placeholder},
		{"todos", "Todo items of the user, oldest first", fine},
		{"state", "None of the lines is shipped before payment", fine},
		{"text", "Description of the product as shown to customers", fine},
		{"hold", "Placeholder image shown until the photo is there", fine},
		{"campaignName", "Campaign name", name},
		{"campaign_name", "The campaign's name", name},
		{"id", "The order id", name},
		{"orderLines", "ORDER_LINES", name},
		{"order_ids", "Order IDs", name},
		{"name", "The name of the order.", names},
		{"ref", "The reference of this order", names},
		{"string_value", "string value", names},
		{"ts", "Timestamp of the order.", names},
		{"customer", "Field customer", generated},
		{"customer", "Details of Customer.", generated},
		{"lines", "List of lines", generated},
		{"customer", "Nested object of customer", generated},
		{"status", "Enum field status", generated},
		{"lines", "List of the lines that were shipped", fine},
		{"id", "Unique identifier", id},
		{"id", "Auto-generated primary key of the row", id},
		{"id", "Identifies the order across all shops", fine},
		{"order_id", "Given out by the shop at checkout", fine},
		{"email", "Contact", short},
		{"email", "Contact address", short},
		{"email", "See https://acme.example/glossary#email", fine},
		{"email", "Where we write to", fine},
		{"email", "订单的唯一编号由商店分配", fine},
		{"email", "邮箱", short},
		{"email", "Wohin wir schreiben", fine},
	} {
		t.Run(tt.field+" "+tt.doc, func(t *testing.T) {
			t.Parallel()
			p := mustParse(t, schema.Avro, field(`{"name": "`+tt.field+`", "type": "string", "doc": "`+tt.doc+`"}`))
			var got string
			for _, f := range docs.Check(p, docs.Options{}) {
				if f.Code != "DOC_NO_UNIT" {
					got = string(f.Code) + " " + string(f.Severity)
				}
			}
			if got != tt.want {
				t.Errorf("%q: got %q, want %q", tt.doc, got, tt.want)
			}
			if useful := docs.Cover("", p).Useful == 2; useful != (tt.want == fine) {
				t.Errorf("%q: useful is %v", tt.doc, useful)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, field, want string }{
		{"money", `{"name": "amount", "type": "double", "doc": "What the customer paid us"}`, "DOC_NO_UNIT warning amount"},
		{"money as decimal", `{"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, "doc": "What the customer paid us"}`, "DOC_NO_UNIT warning amount"},
		{"currency in the words", `{"name": "amount", "type": "double", "doc": "What the customer paid us, in euros"}`, ""},
		{"currency by sign", `{"name": "amount", "type": "double", "doc": "What the customer paid us in €"}`, ""},
		{"currency in the name", `{"name": "cents_amount", "type": "long", "doc": "What the customer paid us"}`, ""},
		{"currency beside it", `{"name": "amount", "type": "double", "doc": "What the customer paid us"}, {"name": "currency", "type": "string", "doc": "Three letters of ISO 4217"}`, ""},
		{"epoch", `{"name": "created_at", "type": "long", "doc": "When the customer pressed the button"}`, "DOC_NO_UNIT warning created_at"},
		{"epoch with unit", `{"name": "created_at", "type": "long", "doc": "When the customer pressed the button, epoch milliseconds"}`, ""},
		{"epoch with unit in the name", `{"name": "created_at_ms", "type": "long", "doc": "When the customer pressed the button"}`, ""},
		{"timestamp", `{"name": "created_at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "doc": "When the customer pressed the button"}`, ""},
		{"local timestamp", `{"name": "created_at", "type": {"type": "long", "logicalType": "local-timestamp-millis"}, "doc": "When the customer pressed the button"}`, "DOC_NO_UNIT warning created_at"},
		{"time as text", `{"name": "created_at", "type": "string", "doc": "When the customer pressed the button"}`, "DOC_NO_UNIT warning created_at"},
		{"time as text with form", `{"name": "created_at", "type": "string", "doc": "When the customer pressed the button, RFC 3339"}`, ""},
		{"duration", `{"name": "delay", "type": "int", "doc": "How long the parcel was late"}`, "DOC_NO_UNIT info delay"},
		{"size", `{"name": "parcelWeight", "type": ["null", "int"], "doc": "What the scale said, null if not weighed"}`, "DOC_NO_UNIT info parcelWeight"},
		{"count", `{"name": "line_count", "type": "int", "doc": "How many lines the order has"}`, ""},
		{"null", `{"name": "email", "type": ["null", "string"], "doc": "Where we write to"}`, "DOC_NULL_MEANING info email"},
		{"null explained", `{"name": "email", "type": ["null", "string"], "doc": "Where we write to; null for guests"}`, ""},
		{"deprecated", `{"name": "email", "type": "string", "deprecated": true, "doc": "Where we wrote to"}`, "DOC_NO_REPLACEMENT warning email"},
		{"deprecated in words", `{"name": "email", "type": "string", "doc": "Deprecated: where we wrote to"}`, "DOC_NO_REPLACEMENT warning email"},
		{"deprecated with successor", `{"name": "email", "type": "string", "deprecated": true, "doc": "Use contact.email instead"}`, ""},
		{
			"same text", `{"name": "a", "type": "int", "doc": "Copied from the legacy table"}, {"name": "b", "type": "int", "doc": "copied from the legacy table."}, {"name": "c", "type": "int", "doc": "Copied from the legacy table"}`,
			"DOC_SAME_TEXT warning a|DOC_SAME_TEXT warning b|DOC_SAME_TEXT warning c",
		},
		{"same text twice", `{"name": "a", "type": "int", "doc": "Copied from the legacy table"}, {"name": "b", "type": "int", "doc": "Copied from the legacy table"}`, ""},
		{
			"symbols", `{"name": "s", "doc": "How far the order has come", "type": {"type": "enum", "name": "S", "doc": "NEW when taken", "symbols": ["NEW", "NOT_SHIPPED"]}}`,
			"DOC_SYMBOLS warning s",
		},
		{"symbols named", `{"name": "s", "doc": "How far the order has come", "type": {"type": "enum", "name": "S", "doc": "New when taken, not shipped until it leaves", "symbols": ["NEW", "NOT_SHIPPED"]}}`, ""},
		{"symbols documented", `{"name": "s", "doc": "How far the order has come", "type": {"type": "enum", "name": "S", "doc": "State in the shop", "symbols": ["NEW", "OLD"], "symbolDocs": {"NEW": "taken, not yet paid", "OLD": "shipped or given up"}}}`, ""},
		{"symbols of a standard", `{"name": "s", "doc": "What was paid in", "type": {"type": "enum", "name": "S", "doc": "Currencies of ISO 4217", "symbols": ["EUR", "USD"]}}`, ""},
		{"type's words stand in", `{"name": "s", "type": {"type": "enum", "name": "S", "doc": "NEW when taken, OLD when shipped", "symbols": ["NEW", "OLD"]}}`, ""},
		{"type's words used twice", `{"name": "s", "type": {"type": "enum", "name": "S", "doc": "NEW when taken, OLD when shipped", "symbols": ["NEW", "OLD"]}}, {"name": "r", "type": "S", "doc": "How it was before"}`, "DOC_MISSING error s"},
		{"type without words", `{"name": "s", "doc": "NEW when taken, OLD when shipped", "type": {"type": "enum", "name": "S", "symbols": ["NEW", "OLD"]}}`, "DOC_MISSING error s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(told(docs.Check(mustParse(t, schema.Avro, field(tt.field)), docs.Options{})), "|")
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

const shop = `syntax = "proto3";
package acme;

message Order {
  string id = 1;
  // Where the parcel goes to, as the customer typed it
  Address to = 2;
  State state = 3; // How far the order has come
  // Where the parcel is sent from, chosen by the shop
  Address from = 4;
}

// A place that parcels can be sent to
message Address {
  string street = 1;
}

// States of an order: PAID means money arrived
enum State {
  STATE_UNSPECIFIED = 0;
  PAID = 1;
  SENT = 2;
  LOST = 3; // The carrier gave the parcel up
}
`

func TestProtobuf(t *testing.T) {
	t.Parallel()
	got := docs.Check(mustParse(t, schema.Protobuf, shop), docs.Options{Subject: "orders-value"})
	want := []finding.Finding{
		{
			Code: "DOC_MISSING", Severity: finding.Error, Subject: "orders-value", Message: "message acme.Order has no documentation",
			Hint: "add // <what one record stands for, and when it is written> on the line above message Order", Line: 4, Column: 1,
		},
		{
			Code: "DOC_MISSING", Severity: finding.Error, Subject: "orders-value", Path: "id", Message: "field id has no documentation",
			Hint: "add // <what it identifies, and who gives it out> on the line above string id = 1;", Line: 5, Column: 3,
		},
		{
			Code: "DOC_MISSING", Severity: finding.Error, Subject: "orders-value", Path: "to.street", Also: []string{"from.street"}, Message: "field to.street has no documentation",
			Hint: "add // <what it means, and where it comes from> on the line above string street = 1;", Line: 15, Column: 3,
		},
		{
			Code: "DOC_MISSING", Severity: finding.Warning, Subject: "orders-value", Path: "state#SENT", Message: "symbol SENT has no documentation",
			Hint: "add // <what SENT means> on the line above SENT = 2;", Line: 22, Column: 3,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJSONSchema(t *testing.T) {
	t.Parallel()
	const text = `{
  "type": "object",
  "properties": {
    "id": {"type": "string"},
    "to": {"type": "object", "description": "Where the parcel goes to", "properties": {"street": {"type": ["string", "null"], "description": "With the number of the house"}}},
    "lines": {"type": "array", "description": "What was ordered, in the order of the basket", "items": {"type": "object", "properties": {"sku": {"$ref": "#/definitions/sku"}}}},
    "state": {"description": "How far it has come: new or paid", "enum": ["new", "paid", "sent"]},
    "carrier": {"description": "Who brings the parcel", "oneOf": [{"const": "post", "description": "The national post, letters only"}, {"const": "bike"}]}
  },
  "definitions": {"sku": {"type": "string", "description": "Stock keeping unit as printed on the shelf"}}
}`
	got := docs.Check(mustParse(t, schema.JSON, text), docs.Options{})
	want := []string{
		"DOC_MISSING error", "DOC_MISSING error id", "DOC_NULL_MEANING info to.street", "DOC_SYMBOLS warning state", "DOC_MISSING warning carrier#bike",
	}
	if diff := cmp.Diff(want, told(got)); diff != "" {
		t.Error(diff)
	}
	if got[1].Hint != `add "description": "<what it identifies, and who gives it out>" at /properties/id` || got[1].Line != 4 {
		t.Errorf("%+v", got[1])
	}
	if !strings.Contains(got[3].Hint, `{"const": "sent", "description": "…"}`) {
		t.Errorf("%+v", got[3])
	}
}

func TestAgainstPrevious(t *testing.T) {
	t.Parallel()
	const long = "What the customer paid us in euros, taxes and shipping included, vouchers taken off, as the bank reported it"
	doc := func(words string) string { return field(`{"name": "total", "type": "double", "doc": "` + words + `"}`) }
	for _, tt := range []struct {
		name, before, now string
		want              []string
	}{
		{"same", doc(long), doc(long), nil},
		{"vanished", doc(long), doc(""), []string{"DOC_REMOVED error total"}},
		{"never there", doc(""), doc(""), []string{"DOC_MISSING error total"}},
		{"now a placeholder", doc(long), doc("tbd"), []string{"DOC_PLACEHOLDER error total"}},
		{"shrank", doc(long), doc("What was paid in euros"), []string{"DOC_SHRANK info total"}},
		{"reworded", doc(long), doc("Paid by the customer in euros, all included, as the bank says"), nil},
		{"new field", field(""), doc(""), []string{"DOC_MISSING error total"}},
		{"root", doc(long), strings.Replace(doc(long), `"doc": "One order as the shop took it", `, "", 1), []string{"DOC_REMOVED error"}},
		{
			"symbol", field(`{"name": "s", "doc": "How far the order has come", "type": {"type": "enum", "name": "S", "doc": "NEW or OLD orders", "symbols": ["NEW", "OLD"], "symbolDocs": {"NEW": "taken, not yet paid"}}}`),
			field(`{"name": "s", "doc": "How far the order has come", "type": {"type": "enum", "name": "S", "doc": "NEW or OLD orders", "symbols": ["NEW", "OLD"]}}`),
			[]string{"DOC_REMOVED error s#NEW"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := docs.Check(mustParse(t, schema.Avro, tt.now), docs.Options{Previous: mustParse(t, schema.Avro, tt.before)})
			if diff := cmp.Diff(tt.want, told(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	other := mustParse(t, schema.Protobuf, shop)
	if got := told(docs.Check(mustParse(t, schema.Avro, doc("")), docs.Options{Previous: other})); len(got) != 1 || got[0] != "DOC_MISSING error total" {
		t.Errorf("against another language: %v", got)
	}
}

// A type declared in a dependency is judged in its own subject.
func TestDependency(t *testing.T) {
	t.Parallel()
	dep := schema.Dependency{
		Reference: schema.Reference{Name: "com.acme.Address", Subject: "address", Version: 1},
		Text:      `{"type": "record", "name": "com.acme.Address", "fields": [{"name": "street", "type": "string"}]}`,
	}
	p := mustParse(t, schema.Avro, field(`{"name": "to", "type": "com.acme.Address", "doc": "Where the parcel goes to"}`), dep)
	if got := docs.Check(p, docs.Options{}); len(got) != 0 {
		t.Errorf("found %v", told(got))
	}
	if c := docs.Cover("", p); c.Required != 2 || c.Useful != 2 {
		t.Errorf("coverage %+v", c)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	orders := docs.Cover("orders-value", mustParse(t, schema.Avro, field(`{"name": "a", "type": "int"}, {"name": "b", "type": "int", "doc": "b"}, {"name": "c", "type": "int", "doc": "How many were ordered"}`)))
	key := docs.Cover("orders-key", mustParse(t, schema.Avro, `"string"`))
	got := key.Add(orders)
	want := docs.Coverage{Required: 4, Documented: 3, Useful: 2, Gaps: []docs.Gap{
		{Subject: "orders-value", Path: "a", Code: "DOC_MISSING", Position: got.Gaps[0].Position},
		{Subject: "orders-value", Path: "b", Code: "DOC_REPEATS_NAME", Position: got.Gaps[1].Position},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if key.UsefulShare() != 1 || got.UsefulShare() != 0.5 || got.DocumentedShare() != 0.75 {
		t.Errorf("shares %v %v %v", key.UsefulShare(), got.UsefulShare(), got.DocumentedShare())
	}
}
