package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/formats"
)

const orderAvro = `{"type":"record","name":"Order","namespace":"acme","fields":[
	{"name":"id","type":"string"},
	{"name":"amount","type":"double"},
	{"name":"count","type":"int"},
	{"name":"email","type":["null","string"],"default":null,"confluent:tags":["PII"]},
	{"name":"age","type":"int","confluent:tags":["AGE"]},
	{"name":"paid","type":{"type":"long","logicalType":"timestamp-millis"}},
	{"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","DONE"]},"confluent:tags":["STATE"]},
	{"name":"customer","type":{"type":"record","name":"Customer","fields":[
		{"name":"name","type":"string","confluent:tags":["PII"]},
		{"name":"phone","type":["null","string"],"default":null}]},"confluent:tags":["OWNER"]},
	{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
		{"name":"sku","type":"string"},{"name":"qty","type":"int"}]}}},
	{"name":"labels","type":{"type":"map","values":"string"}},
	{"name":"payment","type":["null","string",{"type":"record","name":"Card","fields":[{"name":"pan","type":"string"}]}],"default":null}
]}`

const orderProto = `syntax = "proto3";
package acme;
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "confluent/meta.proto";
message Order {
  string id = 1;
  double amount = 2;
  uint32 count = 3;
  optional string email = 4 [(confluent.field_meta).tags = "PII"];
  google.protobuf.Timestamp paid = 5;
  State state = 6;
  Customer customer = 7;
  repeated Line lines = 8;
  map<string, string> labels = 9;
  oneof payment { string iban = 10; Card card = 11; }
  google.protobuf.StringValue note = 12;
}
message Customer { string name = 1 [(confluent.field_meta).tags = "PII"]; }
message Line { string sku = 1; int32 qty = 2; }
message Card { string pan = 1; }
enum State { NEW = 0; DONE = 1; }
message Cancelled { string reason = 1; }
`

const orderJSON = `{"$schema":"http://json-schema.org/draft-07/schema#","title":"Order","type":"object","additionalProperties":false,
	"properties":{
		"id":{"type":"string"},
		"amount":{"type":"number"},
		"count":{"type":"integer"},
		"email":{"type":["null","string"],"confluent:tags":["PII"]},
		"state":{"enum":["NEW","DONE"]},
		"customer":{"$ref":"#/definitions/Customer"},
		"lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"},"qty":{"type":"integer"}}}},
		"labels":{"type":"object","additionalProperties":{"type":"string"}},
		"payment":{"oneOf":[{"type":"string"},{"$ref":"#/definitions/Customer"}]},
		"anything":{}},
	"definitions":{"Customer":{"type":"object","properties":{"name":{"type":"string","confluent:tags":["PII"]}}}}}`

func parse(t testing.TB, format schema.Format, text string) schema.Parsed {
	t.Helper()
	parsed, err := formats.Parse(t.Context(), schema.Source{Format: format, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// brief is a finding in one line: severity, code less its prefix, message.
func brief(f finding.Finding) string {
	return string(f.Severity) + " " + strings.TrimPrefix(string(f.Code), "CONTRACT_RULE_") + " " + f.Message
}

// fits compares findings with what is wanted of them: the beginning of the
// brief line, then texts it contains, parted by "…". "hint:" stands for the
// hint.
func fits(f finding.Finding, want string) bool {
	got := brief(f) + " hint:" + f.Hint
	for i, part := range strings.Split(want, "…") {
		at := strings.Index(got, strings.TrimSpace(part))
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		got = got[at:]
	}
	return true
}

func compare(t *testing.T, found []finding.Finding, want []string) {
	t.Helper()
	var got []string
	for _, f := range found {
		got = append(got, brief(f)+" hint:"+f.Hint)
	}
	for _, w := range want {
		matched := false
		for i, f := range found {
			if fits(f, w) {
				found, matched = append(found[:i:i], found[i+1:]...), true
				break
			}
		}
		if !matched {
			t.Errorf("no finding %q; got:\n%s", w, strings.Join(got, "\n"))
		}
	}
	if len(found) > 0 && !t.Failed() {
		t.Errorf("findings that were not wanted; got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func condition(expr string) schema.Rule {
	return schema.Rule{Name: "r", Kind: "CONDITION", Type: "CEL", Expr: expr}
}

func transform(expr string) schema.Rule {
	return schema.Rule{Name: "r", Kind: "TRANSFORM", Type: "CEL", Expr: expr}
}

func field(rule schema.Rule, tags ...string) schema.Rule {
	rule.Type, rule.Tags = "CEL_FIELD", tags
	return rule
}

func domain(rules ...schema.Rule) *schema.RuleSet { return &schema.RuleSet{DomainRules: rules} }

func TestCheckMessageRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		format schema.Format
		rule   schema.Rule
		want   []string
	}{
		{"Avro condition", schema.Avro, condition("message.amount > 0 && message.count < 10"), nil},
		{"Protobuf condition", schema.Protobuf, condition("message.amount > 0 && message.count < 10u"), nil},
		{"JSON condition", schema.JSON, condition("message.amount > 0 && message.count < 10"), nil},
		{"numbers of two kinds", schema.Avro, condition("message.amount > message.count"), nil},
		{"Avro unknown field", schema.Avro, condition("message.amuont > 0"), []string{"error UNKNOWN_FIELD rule 'r': acme.Order has no field amuont (at 1:8 of the expression)…hint:did you mean amount?"}},
		{"Protobuf unknown field", schema.Protobuf, condition("message.customer.naem == ''"), []string{"error UNKNOWN_FIELD rule 'r': acme.Customer has no field naem…hint:did you mean name?"}},
		{"JSON unknown field, closed", schema.JSON, condition("message.idd == ''"), []string{"error UNKNOWN_FIELD rule 'r': Order has no field idd…hint:did you mean id?"}},
		{"JSON unknown field, open", schema.JSON, condition("message.customer.naem == ''"), []string{"warning UNKNOWN_FIELD rule 'r': Customer names no field naem…hint:did you mean name?"}},
		{"JSON other field, open", schema.JSON, condition("message.customer.loyalty == ''"), []string{"info UNCHECKED rule 'r': Customer names no field loyalty; as it allows others, it may be there"}},
		{"unknown field in has", schema.Avro, condition("has(message.discount)"), []string{"warning UNKNOWN_FIELD rule 'r': acme.Order names no field discount"}},
		{"two unknown fields", schema.Avro, condition("message.x1 == message.y1"), []string{"error UNKNOWN_FIELD rule 'r': acme.Order has no field x1", "error UNKNOWN_FIELD rule 'r': acme.Order has no field y1"}},
		{"unknown field of items", schema.Avro, condition("message.lines.all(l, l.quantity > 0)"), []string{"error UNKNOWN_FIELD rule 'r': acme.Line has no field quantity"}},
		{"items", schema.Avro, condition("message.lines.all(l, l.qty > 0 && l.sku != '')"), nil},
		{"items of Protobuf", schema.Protobuf, condition("message.lines.exists(l, l.qty > 0) && size(message.lines) > 0"), nil},
		{"map", schema.Avro, condition("'env' in message.labels && message.labels['env'] == 'prod'"), nil},
		{"nullable compared", schema.Avro, condition("message.email == null || message.email.isEmail()"), nil},
		{"nullable record", schema.Avro, condition("message.customer.phone != null && message.customer.phone.startsWith('+')"), nil},
		{"null that is never there", schema.Avro, condition("message.id != null && message.count != null && message.customer != null"), nil},
		{"null that is never there, JSON", schema.JSON, condition("message.id != null && message.id != ''"), nil},
		{"null that is never there, Protobuf", schema.Protobuf, condition("message.id != null"), []string{"error TYPE rule 'r': found no matching overload for '_!=_' applied to '(string, null)'"}},
		{"list that is never null", schema.Avro, condition("message.labels != null && message.lines != null"), []string{"info UNCHECKED rule 'r': whether this works…'(map(string, string), null)'", "info UNCHECKED rule 'r'…'(list(acme.Line), null)'"}},
		{"symbol by name", schema.Avro, condition("message.state == acme.State.NEW"), []string{"warning PORTABLE rule 'r': only Confluent's older Java clients know the symbols…hint:compare with the text 'NEW'"}},
		{"enum", schema.Avro, condition("message.state in ['NEW', 'DONE']"), nil},
		{"Protobuf enum", schema.Protobuf, condition("message.state == acme.State.DONE"), nil},
		{"Protobuf timestamp", schema.Protobuf, condition("message.paid > timestamp('2020-01-01T00:00:00Z')"), nil},
		{"Protobuf wrapper", schema.Protobuf, condition("message.note == null || message.note.size() < 10"), nil},
		{"Protobuf oneof", schema.Protobuf, condition("has(message.card) && message.card.pan != ''"), nil},
		{"logical type is open", schema.Avro, condition("message.paid > timestamp('2020-01-01T00:00:00Z')"), nil},
		{"union is open", schema.Avro, condition("message.payment.pan != ''"), []string{"info UNCHECKED rule 'r': the schema leaves open what these are, so they are not checked: message.payment.pan"}},
		{"record as map", schema.Avro, condition("message['amount'] > 0.0"), []string{"info UNCHECKED rule 'r': whether this works depends on the client and the data"}},
		{"record as map, wrong all the same", schema.Avro, condition("message['amount'] > 0.0 && message.id > 1"), []string{"error TYPE rule 'r': found no matching overload for '_>_' applied to '(string, int)'"}},
		{"wrong type", schema.Avro, condition("message.id > 1"), []string{"error TYPE rule 'r': found no matching overload for '_>_' applied to '(string, int)' (at 1:12"}},
		{"syntax", schema.Avro, condition("message.id >"), []string{"error SYNTAX rule 'r': Syntax error"}},
		{"no expression", schema.Avro, condition(" "), []string{"error SYNTAX rule 'r': it has no expression"}},
		{"unknown variable", schema.Avro, condition("mesage.id != ''"), []string{"error TYPE rule 'r': undeclared reference to 'mesage'…(at 1:1 of the expression)…hint:did you mean message?"}},
		{"variable of another type of rule", schema.Avro, condition("value != ''"), []string{"error TYPE rule 'r': undeclared reference to 'value'…hint:a CEL rule has the variables message, now"}},
		{"condition that is no boolean", schema.Avro, condition("message.id"), []string{"error RESULT rule 'r': it is a CONDITION and gives string"}},
		{"condition of open type", schema.JSON, condition("message.anything"), nil},
		{"transform gives the message", schema.Avro, transform("message"), nil},
		{"transform gives a map", schema.Avro, transform("{'id': message.id, 'amont': 1.0}"), []string{"warning UNKNOWN_FIELD rule 'r': acme.Order has no field amont to hold this…hint:did you mean amount?"}},
		{"transform gives a boolean", schema.Avro, transform("message.id == ''"), []string{"error RESULT rule 'r': it is a TRANSFORM and gives bool, which is no acme.Order"}},
		{"transform gives null", schema.Avro, transform("null"), []string{"error RESULT rule 'r': it is a TRANSFORM and gives null"}},
		{"transform gives a message", schema.Protobuf, transform("acme.Order{id: message.id}"), nil},
		{"other message of the file", schema.Protobuf, condition("message.reason != ''"), []string{"info UNCHECKED rule 'r': it fits acme.Cancelled, and not acme.Order, the schema's first message"}},
		{"guard", schema.Avro, condition("message.count > 0 ; message.amount > 0"), nil},
		{"guard that is no boolean", schema.Avro, condition("message.count ; message.amount > 0"), []string{"error GUARD rule 'r': its guard gives int and no boolean"}},
		{"guard with an unknown field", schema.Avro, condition("message.cuont > 0 ; message.amount > 0"), []string{"error UNKNOWN_FIELD rule 'r': acme.Order has no field cuont"}},
		{"guard that does not compile", schema.Avro, condition("message.id > 1 ; true"), []string{"error GUARD rule 'r': its guard does not compile, which clients take for false, so the rule never runs"}},
		{"semicolon in text", schema.Avro, condition("message.id != 'a;b'"), []string{"error GUARD rule 'r': the semicolon in its text splits the rule…(at 1:17 of the expression)…hint:write it as \\x3b"}},
		{"semicolon in text, ignored", schema.Avro, schema.Rule{Name: "r", Kind: "CONDITION", Type: "CEL", Expr: "message.id != 'a;b'", Params: map[string]string{"cel.ignore.guard.separator": "true"}}, nil},
		{"two semicolons", schema.Avro, condition("true ; message.id != '' ; true"), []string{"error SYNTAX rule 'r': Syntax error…hint:only the first semicolon ends a guard"}},
		{"nothing behind the guard", schema.Avro, condition("message.count > 0 ;"), []string{"error SYNTAX rule 'r': there is no expression behind the guard"}},
		{"place behind a guard", schema.Avro, condition("true;\nmessage.amuont > 0"), []string{"error UNKNOWN_FIELD rule 'r': acme.Order has no field amuont (at 2:8"}},
		{"unanchored", schema.Avro, condition("message.id.matches('[0-9]+')"), []string{"warning MATCHES rule 'r': Java's clients match whole strings with this pattern, Go's any part…hint:say what is meant: '^(?:[0-9]+)$'"}},
		{"anchored", schema.Avro, condition("message.id.matches('^[0-9]+$') && matches(message.id, '^(a|b)$') && message.id.matches('.*x.*')"), nil},
		{"half anchored", schema.Avro, condition("message.id.matches('^a|b$')"), []string{"warning MATCHES"}},
		{"lookahead", schema.Avro, condition("message.id.matches('^(?=a).*$')"), []string{"warning MATCHES rule 'r': only Java's clients can run this pattern"}},
		{"no pattern", schema.Avro, condition("message.id.matches('^(a$')"), []string{"error MATCHES rule 'r': this pattern is no regular expression"}},
		{"large pattern", schema.Avro, condition("message.id.matches('^a{1000}b{1000}c{1000}$')"), []string{"error LIMIT rule 'r': the regular expression has more than 2000 characters, or compiles to more"}},
		{"pattern of a field", schema.Avro, condition("message.id.matches(message.customer.name)"), []string{"info MATCHES"}},
		{"now", schema.Avro, condition("message.paid < now"), []string{"warning PORTABLE rule 'r': the variable now exists in Java's clients only"}},
		{"math", schema.Avro, condition("math.greatest(message.count, 1) > 1"), []string{"warning PORTABLE rule 'r': the function math.max is not known to every client"}},
		{"decimals", schema.Avro, condition("decimals.gt(decimal(message.amount), decimal('1.5'))"), []string{"warning PORTABLE", "warning PORTABLE", "warning PORTABLE"}},
		{"timestamp.of", schema.Avro, condition("timestamp.of(message.paid) > timestamp('2020-01-01T00:00:00Z')"), []string{"warning PORTABLE rule 'r': the function timestamp.of"}},
		{"variants", schema.Avro, condition("variants.as(variants.path(variants.parseJson(message.id), '$.a'), 'string') == 'x'"), []string{"warning PORTABLE", "warning PORTABLE", "warning PORTABLE"}},
		{"validators", schema.Avro, condition("message.id.isUuid() || message.id.isHostname() || message.id.isIpv4() || message.id.isIpv6() || message.id.isUri() || message.id.isUriRef()"), nil},
		{"strings", schema.Avro, condition("message.id.lowerAscii().trim().replace('a', 'b').split(',').size() > 0"), nil},
		{"tags without effect", schema.Avro, schema.Rule{Name: "r", Kind: "CONDITION", Type: "CEL", Expr: "true", Tags: []string{"PII"}}, []string{"info TAG rule 'r': its tags (PII) have no effect"}},
		{"disabled", schema.Avro, schema.Rule{Name: "r", Kind: "CONDITION", Type: "CEL", Expr: "message.nope > 1", Disabled: true}, []string{"info UNKNOWN_FIELD"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := map[schema.Format]string{schema.Avro: orderAvro, schema.Protobuf: orderProto, schema.JSON: orderJSON}[tt.format]
			found := rules.Check(parse(t, tt.format, text), domain(tt.rule), nil)
			for _, f := range found {
				if f.Path != "ruleSet.domainRules[0]" {
					t.Errorf("path %q", f.Path)
				}
			}
			compare(t, found, tt.want)
		})
	}
}

func TestCheckEvidence(t *testing.T) {
	t.Parallel()
	found := rules.Check(parse(t, schema.Avro, orderAvro), domain(condition("message.amuont > 0")), nil)
	if len(found) != 1 {
		t.Fatalf("got %v", found)
	}
	if diff := cmp.Diff([]string{"message.amuont > 0", "       ^"}, found[0].Evidence); diff != "" {
		t.Error(diff)
	}
}
