package rules_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// order is a record as an Avro codec decodes it.
func order() map[string]any {
	return map[string]any{
		"id": "abc", "amount": 12.5, "count": int32(3), "email": "Ann@Example.com", "age": int32(41),
		"paid": time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), "state": "NEW",
		"customer": map[string]any{"name": "Ann", "phone": nil},
		"lines":    []any{map[string]any{"sku": "a", "qty": int32(1)}, map[string]any{"sku": "b", "qty": int32(2)}},
		"labels":   map[string]any{"env": "prod"}, "payment": nil,
	}
}

func program(t testing.TB, format schema.Format, text string, rule schema.Rule, metadata *schema.Metadata) *rules.Program {
	t.Helper()
	p, err := rules.NewEngine(noon).Program(parse(t, format, text), metadata, rule)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRunCondition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		expr    string
		holds   bool
		skipped bool
		fails   string
	}{
		{expr: "message.amount > 12 && message.count == 3", holds: true},
		{expr: "message.amount > message.count", holds: true},
		{expr: "message.amount < 12"},
		{expr: "message.paid < now", holds: true},
		{expr: "now == timestamp('2026-03-01T12:00:00Z')", holds: true},
		{expr: "message.customer.phone == null", holds: true},
		{expr: "message['id'] == 'abc'", holds: true},
		{expr: "message.lines.all(l, l.qty > 0) && message.labels.env == 'prod'", holds: true},
		{expr: "message.email.isEmail() && !message.id.isEmail()", holds: true},
		{expr: "timestamp.of(message.paid) == message.paid && timestamp.of(1500, 'millis') == timestamp('1970-01-01T00:00:01.5Z')", holds: true},
		{expr: "timestamp(1500, 3) == timestamp.of('1970-01-01T00:00:01.5Z') && timestamp(-1, 6) < timestamp(0)", holds: true},
		{expr: "timestamp.of(5) > now", fails: "say the unit of a number"},
		{expr: "timestamp.of(5, 'days') > now", fails: "does not know the unit days"},
		{expr: "timestamp(5, 1) > now", fails: "the precision of a timestamp is 0, 3, 6 or 9"},
		{expr: "timestamp(9223372036854775807, 0) > now", fails: "out of range"},
		{expr: "message.id != null && message.lines != null && message.state == acme.State.NEW", holds: true},
		{expr: "math.greatest(message.count, 5) == 5", holds: true},
		// The whole string must match, as in Java; Go's clients find a part.
		{expr: "message.id.matches('b')"},
		{expr: "message.id.matches('a.c') && matches(message.id, 'a|abc')", holds: true},
		{expr: "message.id.matches(message.id)", holds: true},
		{expr: "message['id'].matches('b') || matches(message['id'], 'b') || message.labels.map(l, l).exists(l, l.matches('n'))"},
		{expr: "dyn('abc').matches('b') || dyn(message).id.matches(dyn('b')) || [message.id].exists(x, x.matches('b'))"},
		{expr: "message.id.matches('(' + message.id)", fails: "error parsing regexp"},
		// Conditions fail on false alone.
		{expr: "message.id", holds: true},
		{expr: "null", holds: true},
		// Guards.
		{expr: "message.count > 5 ; false", holds: true, skipped: true},
		{expr: "message.count > 1 ; message.id == 'x'"},
		{expr: " ; message.id == 'x'"},
		{expr: "message.count ; false", holds: true, skipped: true},            // not true: skipped, where Go's clients run it
		{expr: "message.id.foo ; false", holds: true, skipped: true},           // does not compile
		{expr: "message.labels['no'] > 1 ; false", holds: true, skipped: true}, // fails
		{expr: "message.customer.phone.size() > 0", fails: "no such overload"},
		{expr: "message.nope > 1", fails: "no such key: nope"},
		{expr: "1 / (message.count - 3) > 0", fails: "division by zero"},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			got, err := program(t, schema.Avro, orderAvro, condition(tt.expr), nil).Run(t.Context(), order())
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) {
					t.Fatalf("error %v, want %q", err, tt.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Holds != tt.holds || got.Skipped != tt.skipped {
				t.Errorf("holds %v, skipped %v", got.Holds, got.Skipped)
			}
		})
	}
}

func TestRunTransform(t *testing.T) {
	t.Parallel()
	changed := func(change func(m map[string]any)) map[string]any {
		m := order()
		change(m)
		return m
	}
	for _, tt := range []struct {
		name  string
		rule  schema.Rule
		tags  map[string][]string
		want  any
		fails string
	}{
		{name: "the message itself", rule: transform("message"), want: order()},
		{name: "a map", rule: transform("{'id': message.id + '!', 'customer': message.customer, 'n': [1, 2.5, b'x']}"), want: map[string]any{
			"id": "abc!", "customer": order()["customer"], "n": []any{int64(1), 2.5, []byte("x")},
		}},
		{name: "null", rule: transform("null"), fails: "the transformation gave null"},
		{name: "skipped", rule: transform("false ; {}"), want: order()},
		{name: "by tag", rule: field(transform("typeName == 'STRING' ; value.lowerAscii()"), "PII"), want: changed(func(m map[string]any) {
			m["email"], m["customer"] = "ann@example.com", map[string]any{"name": "ann", "phone": nil}
		})},
		{name: "by pattern", rule: field(transform("value + '!'"), "KEY"), tags: map[string][]string{"acme.Line.*": {"KEY"}}, fails: "field acme.Line.qty: 1:7: found no matching overload"},
		{name: "in lists", rule: field(transform("value + '!'"), "KEY"), tags: map[string][]string{"**.sku": {"KEY"}}, want: changed(func(m map[string]any) {
			m["lines"] = []any{map[string]any{"sku": "a!", "qty": int32(1)}, map[string]any{"sku": "b!", "qty": int32(2)}}
		})},
		{name: "in maps", rule: field(transform("value + '!'"), "KEY"), tags: map[string][]string{"**.labels": {"KEY"}}, want: changed(func(m map[string]any) {
			m["labels"] = map[string]any{"env": "prod!"}
		})},
		{name: "keeps the width", rule: field(transform("value + 1"), "AGE"), want: changed(func(m map[string]any) { m["age"] = int32(42) })},
		{name: "cuts off a fraction", rule: field(transform("double(value) + 0.7"), "AGE"), want: changed(func(m map[string]any) { m["age"] = int32(41) })},
		{name: "too wide", rule: field(transform("value + 3000000000"), "AGE"), fails: "which a field of type INT cannot hold"},
		{name: "another type", rule: field(transform("string(value)"), "AGE"), fails: "which a field of type INT cannot hold"},
		{name: "null where there is none", rule: field(transform("null"), "AGE"), fails: "the transformation gave null"},
		{name: "null is visited", rule: field(transform("value == null ; '-'"), "PII"), tags: map[string][]string{"**.phone": {"PII"}}, want: changed(func(m map[string]any) {
			m["customer"] = map[string]any{"name": "Ann", "phone": "-"}
		})},
		{name: "enums and records are not", rule: field(transform("'x'"), "STATE", "OWNER"), want: order()},
		{name: "variables", rule: field(transform("fullName + ' ' + name + ' ' + typeName + ' ' + tags[0] + ' ' + message.name"), "KEY"), tags: map[string][]string{"**.name": {"KEY"}}, want: changed(func(m map[string]any) {
			m["customer"] = map[string]any{"name": "acme.Customer.name name STRING KEY Ann", "phone": nil}
		})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			record := order()
			got, err := program(t, schema.Avro, orderAvro, tt.rule, &schema.Metadata{Tags: tt.tags}).Run(t.Context(), record)
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) {
					t.Fatalf("error %v, want %q", err, tt.fails)
				}
			} else if err != nil {
				t.Fatal(err)
			} else if diff := cmp.Diff(tt.want, got.Record); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(order(), record); diff != "" {
				t.Errorf("the rule changed the record it was given: %s", diff)
			}
		})
	}
}

func TestRunFieldCondition(t *testing.T) {
	t.Parallel()
	p := program(t, schema.Avro, orderAvro, field(condition("typeName == 'STRING' ; value.size() > 5"), "PII"), nil)
	got, err := p.Run(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	if got.Holds || got.Field != "acme.Customer.name" {
		t.Errorf("got %+v", got)
	}
}

func TestRunUnion(t *testing.T) {
	t.Parallel()
	metadata := &schema.Metadata{Tags: map[string][]string{"**.payment": {"PAY"}, "**.pan": {"PAY"}}}
	p := program(t, schema.Avro, orderAvro, field(transform("value + '!'"), "PAY"), metadata)
	for _, tt := range []struct{ value, want any }{
		{"iban", "iban!"},
		{map[string]any{"pan": "1"}, map[string]any{"pan": "1!"}},
	} {
		record := order()
		record["payment"] = tt.value
		got, err := p.Run(t.Context(), record)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got.Record.(map[string]any)["payment"]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestRunJSON(t *testing.T) {
	t.Parallel()
	const text = `{"id":"a","amount":5,"count":7,"email":null,"customer":{"name":"Ann"},"lines":[{"sku":"x","qty":1},{"sku":"y","qty":2}],"labels":{"env":"prod"}}`
	metadata := &schema.Metadata{Tags: map[string][]string{"**.sku": {"KEY"}, `$.lines\[1\].qty`: {"SECOND"}}}
	decode := func() map[string]any {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var m map[string]any
		if err := d.Decode(&m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, tt := range []struct {
		name string
		rule schema.Rule
		want string
	}{
		{"integers are integers", transform("message.count % 2 == 1 && message.amount + 1 == 6 ? {'id': 'odd'} : message"), `{"id":"odd"}`},
		{"full names have indexes", field(transform("fullName"), "KEY"), strings.NewReplacer(`"x"`, `"$.lines[0].sku"`, `"y"`, `"$.lines[1].sku"`).Replace(text)},
		{"one item", field(transform("value * 10"), "SECOND"), strings.Replace(text, `"qty":2`, `"qty":20`, 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := program(t, schema.JSON, orderJSON, tt.rule, metadata).Run(t.Context(), decode())
			if err != nil {
				t.Fatal(err)
			}
			printed, err := json.Marshal(got.Record)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(normal(t, tt.want), normal(t, string(printed))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func normal(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRunProtobuf(t *testing.T) {
	t.Parallel()
	file := parse(t, schema.Protobuf, orderProto).(*protobuf.File)
	const text = `id: "a" amount: 2.5 count: 3 email: "Ann@X.org" paid {seconds: 1000} state: DONE customer {name: "Ann"}
		lines {sku: "x" qty: 1} lines {sku: "y" qty: 2} labels {key: "env" value: "prod"} card {pan: "42"}`
	message := func(name protoreflect.Name, text string) proto.Message {
		m := dynamicpb.NewMessage(file.Descriptor().Messages().ByName(name))
		if err := prototext.Unmarshal([]byte(text), m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	metadata := &schema.Metadata{Tags: map[string][]string{"**.qty": {"N"}, "**.count": {"N"}, "acme.Order.labels": {"L"}}}
	for _, tt := range []struct {
		name string
		rule schema.Rule
		want string
	}{
		{"condition", condition("message.state == acme.State.DONE && message.paid == timestamp(1000) && message.count == 3u && has(message.card) && message.lines[1].qty == 2 && message.labels['env'] == 'prod'"), text},
		{"map", transform("{'id': message.id + '!', 'count': message.count, 'customer': message.customer, 'paid': message.paid, 'lines': message.lines}"), `id: "a!" count: 3 customer {name: "Ann"} paid {seconds: 1000} lines {sku: "x" qty: 1} lines {sku: "y" qty: 2}`},
		{"message", transform("acme.Order{id: message.id}"), `id: "a"`},
		{"fields", field(transform("value.lowerAscii()"), "PII"), strings.NewReplacer("Ann@X.org", "ann@x.org", `"Ann"`, `"ann"`).Replace(text)},
		{"numbers", field(transform("value * 10"), "N"), strings.NewReplacer("qty: 1", "qty: 10", "qty: 2", "qty: 20", "count: 3", "count: 30").Replace(text)},
		{"map values", field(transform("value + '!'"), "L"), strings.Replace(text, "prod", "prod!", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			record := message("Order", text)
			got, err := program(t, schema.Protobuf, orderProto, tt.rule, metadata).Run(t.Context(), record)
			if err != nil {
				t.Fatal(err)
			}
			if want := message("Order", tt.want); !got.Holds || !proto.Equal(want, got.Record.(proto.Message)) {
				t.Errorf("holds %v, got %v, want %v", got.Holds, got.Record, want)
			}
			if !proto.Equal(record, message("Order", text)) {
				t.Errorf("the rule changed the message it was given: %v", record)
			}
		})
	}
	t.Run("unset fields are not visited", func(t *testing.T) {
		t.Parallel()
		got, err := program(t, schema.Protobuf, orderProto, field(condition("false"), "PII"), nil).Run(t.Context(), message("Order", `id: "a"`))
		if err != nil || !got.Holds || !got.Skipped {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("another message of the file", func(t *testing.T) {
		t.Parallel()
		got, err := program(t, schema.Protobuf, orderProto, condition("message.reason == 'late'"), nil).Run(t.Context(), message("Cancelled", `reason: "late"`))
		if err != nil || !got.Holds {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestRunIsBounded(t *testing.T) {
	t.Parallel()
	record := order()
	lines := make([]any, 3000)
	for i := range lines {
		lines[i] = maps.Clone(order()["lines"].([]any)[0].(map[string]any))
	}
	record["lines"] = lines
	costly := program(t, schema.Avro, orderAvro, condition("message.lines.all(a, message.lines.all(b, a.qty == b.qty))"), nil)
	if _, err := costly.Run(t.Context(), record); err == nil || !strings.Contains(err.Error(), "cost limit exceeded") {
		t.Errorf("error %v, want the cost limit", err)
	}
	for _, expr := range []string{
		"message.id" + strings.Repeat(".replace('', message.id)", 12) + " != ''",
		"message.id" + strings.Repeat(".replace('a', 'aaaaaaaaaaaaaaaa')", 12) + " != ''",
		"['x'].map(x, message.id" + strings.Repeat(".replace('a', 'aaaaaaaaaaaaaaaa')", 12) + ").size() == 1",
	} {
		growing := program(t, schema.Avro, orderAvro, condition(expr), nil)
		record["id"] = strings.Repeat("a", 1000)
		if _, err := growing.Run(t.Context(), record); err == nil || !strings.Contains(err.Error(), "limit exceeded") {
			t.Errorf("error %v, want the cost limit", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := costly.Run(ctx, record); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestProgramErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule schema.Rule
		is   error
		says string
	}{
		{rule: schema.Rule{Name: "r", Type: "JSONATA", Expr: "$"}, is: rules.ErrRuleType},
		{rule: condition("decimals.gt(decimal('1'), decimal('2'))"), is: rules.ErrNotExecutable},
		{rule: field(condition("variants.isNull(variant(value))")), is: rules.ErrNotExecutable},
		{rule: condition("message.id > 1"), says: "1:12: found no matching overload"},
		{rule: condition("message."), says: "Syntax error"},
		{rule: condition(""), says: "there is no expression"},
		{rule: condition("message.id.matches('(')"), says: "error parsing regexp"},
		{rule: condition("message.id == '" + strings.Repeat("x", rules.MaxExpression) + "'"), says: "longer than"},
	} {
		_, err := rules.NewEngine(noon).Program(parse(t, schema.Avro, orderAvro), nil, tt.rule)
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v", tt.rule.Expr, err)
		}
	}
}

func TestEngineIsShared(t *testing.T) {
	t.Parallel()
	engine := rules.NewEngine(noon)
	parsed := parse(t, schema.Avro, orderAvro)
	first, err := engine.Program(parsed, nil, condition("message.count == 3"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := engine.Program(parsed, nil, condition("message.count == 3")); err != nil || again != first {
		t.Errorf("the same rule of the same schema was compiled again (%v)", err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, rule := range []schema.Rule{condition("message.count == 3"), field(condition("typeName == 'STRING' ; value != ''"))} {
				p, err := engine.Program(parsed, nil, rule)
				if err != nil {
					t.Error(err)
					return
				}
				for range 50 {
					if out, err := p.Run(t.Context(), order()); err != nil || !out.Holds {
						t.Errorf("got %+v, %v", out, err)
						return
					}
				}
			}
		})
	}
	group.Wait()
}
