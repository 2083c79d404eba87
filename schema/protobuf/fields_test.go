package protobuf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/schema"
)

func TestFields(t *testing.T) {
	t.Parallel()
	f := mustParse(t, `syntax = "proto3";
package acme;
import "acme/common.proto";
import "google/protobuf/timestamp.proto";
import "confluent/meta.proto";
// An order.
message Order {
  // Its number.
  string id = 1 [(confluent.field_meta).tags = "PII", (confluent.field_meta).tags = "KEY", (confluent.field_meta).doc = "not this"];
  repeated Line lines = 2;
  map<string, Money> totals = 3 [deprecated = true];
  oneof pay {
    string card = 4 [(confluent.field_meta).doc = "The  card."];
  }
  optional int32 n = 5;
  google.protobuf.Timestamp at = 6;
  message Line {
    Kind kind = 1;
    Order parent = 2;
  }
  message Audit { string who = 1; }
}
enum Kind { NONE = 0;
  // Good.
  GOOD = 1; }
message Other { option (confluent.message_meta) = {tags: "B", tags: "A"}; }
`, "acme/common.proto", `syntax = "proto3";
package acme;
message Money {
  int64 units = 1; // In cents.
}
`)
	got := describe(f.Fields())
	want := `object "" acme.Order: message doc="An order." 7:1
field "id" id in acme.Order: string doc="Its number." tags=KEY,PII #1 9:3
field "lines" lines in acme.Order: repeated .acme.Order.Line -> acme.Order.Line #2 10:3
object "lines[]" acme.Order.Line in acme.Order: message 17:3
field "lines[].kind" kind in acme.Order.Line: .acme.Kind -> acme.Kind #1 18:5
enum "lines[].kind" acme.Kind: enum 23:1
symbol "lines[].kind#NONE" NONE in acme.Kind: symbol 23:13
symbol "lines[].kind#GOOD" GOOD in acme.Kind: symbol doc="Good." #1 25:3
field "lines[].parent" parent in acme.Order.Line: .acme.Order optional -> acme.Order #2 19:5
field "totals" totals in acme.Order: map<string, .acme.Money> -> acme.Money deprecated #3 11:3
object "totals{}" acme.Money: message acme/common.proto 3:1
field "totals{}.units" units in acme.Money: int64 doc="In cents." #1 acme/common.proto 4:3
field "card" card in acme.Order: string optional doc="The card." #4 13:5
field "n" n in acme.Order: int32 optional #5 15:3
field "at" at in acme.Order: .google.protobuf.Timestamp optional -> google.protobuf.Timestamp #6 16:3
object "Order.Audit:" acme.Order.Audit in acme.Order: message 21:3
field "Order.Audit:who" who in acme.Order.Audit: string #1 21:19
object "Other:" acme.Other: message tags=A,B 26:1
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func describe(fields []schema.Field) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%s %q %s", f.Kind, f.Path, f.Name)
		part := func(ok bool, format string, args ...any) {
			if ok {
				fmt.Fprintf(&b, format, args...)
			}
		}
		part(f.Parent != "", " in %s", f.Parent)
		part(true, ": %s", f.Type)
		part(f.Optional, " optional")
		part(f.Default != "", " default=%s", f.Default)
		part(f.Ref != "", " -> %s", f.Ref)
		part(f.Doc != "", " doc=%q", f.Doc)
		part(f.Tags != nil, " tags=%s", strings.Join(f.Tags, ","))
		part(f.Deprecated, " deprecated")
		part(f.Number != 0, " #%d", f.Number)
		part(f.File != "", " %s", f.File)
		part(true, " %d:%d\n", f.Line, f.Column)
	}
	return b.String()
}

func TestFieldsProto2(t *testing.T) {
	t.Parallel()
	f := mustParse(t, `message A {
  required int32 r = 1;
  optional bytes b = 2 [default = "x"];
  optional E e = 3 [default = TWO];
  optional double d = 4 [default = inf];
  repeated group G = 5 { optional bool on = 1 [default = true]; }
}
enum E { ONE = 1; TWO = 2; }
`)
	want := `object "" A: message 1:1
field "r" r in A: int32 #1 2:3
field "b" b in A: bytes optional default="eA==" #2 3:3
field "e" e in A: .E optional default="TWO" -> E #3 4:3
enum "e" E: enum 8:1
symbol "e#ONE" ONE in E: symbol #1 8:10
symbol "e#TWO" TWO in E: symbol #2 8:19
field "d" d in A: double optional default="inf" #4 5:3
field "g" g in A: repeated .A.G -> A.G #5 6:3
object "g[]" A.G in A: message 6:3
field "g[].on" on in A.G: bool optional default=true #1 6:26
`
	if diff := cmp.Diff(want, describe(f.Fields())); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// Each message uses the next one twice: unfolded everywhere, the last would be
// there 2^40 times.
func TestFieldsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("syntax = \"proto3\";\n")
	for i := range 40 {
		fmt.Fprintf(&b, "message M%d { M%d a = 1; M%d b = 2; }\n", i, i+1, i+1)
	}
	b.WriteString("message M40 { int32 last = 1; }\n")
	fields := mustParse(t, b.String()).Fields()
	if n := len(fields); n < schema.MaxFields || n > schema.MaxFields+1000 {
		t.Errorf("%d fields, want a little over %d", n, schema.MaxFields)
	}
	if !strings.Contains(describe(fields), "last") {
		t.Error("the last message is not listed")
	}
}
