package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

func encrypt(tags ...string) schema.Rule {
	return schema.Rule{Name: "r", Type: "ENCRYPT", Tags: tags, Params: map[string]string{"encrypt.kek.name": "orders"}}
}

func TestCheckFieldRules(t *testing.T) {
	t.Parallel()
	dlq := field(condition("value != ''"), "PII")
	dlq.OnFailure = "NONE,DLQ"
	topic := dlq
	topic.Params = map[string]string{"dlq.topic": "dead"}
	unknown := field(condition("value != ''"), "PII")
	unknown.OnFailure = "RETRY"
	for _, tt := range []struct {
		name   string
		format schema.Format
		rules  []schema.Rule
		want   []string
	}{
		{"condition", schema.Protobuf, []schema.Rule{field(condition("value != ''"), "PII")}, nil},
		{"all variables", schema.Protobuf, []schema.Rule{field(condition("name != fullName && typeName == 'STRING' && 'PII' in tags && value != ''"), "PII")}, nil},
		{"record around the field", schema.Avro, []schema.Rule{field(condition("value > 0 && message.count > 0"), "AGE")}, nil},
		{"record around the field, unknown", schema.Avro, []schema.Rule{field(condition("value > 0 && message.name == ''"), "AGE")}, []string{"error UNKNOWN_FIELD rule 'r': acme.Order has no field name"}},
		{"wrong type", schema.Avro, []schema.Rule{field(condition("value.startsWith('a')"), "AGE")}, []string{"error TYPE rule 'r': found no matching overload for 'startsWith' applied to 'int.(string)'…for age (INT)"}},
		{"some fields of the wrong type", schema.Avro, []schema.Rule{field(condition("value.startsWith('a')"), "AGE", "PII")}, []string{
			"error TYPE rule 'r': found no matching overload…; for age (INT)…hint:limit the rule to fields that it fits", "warning PORTABLE rule 'r': it fails where the value is null",
		}},
		{"guarded by type", schema.Avro, []schema.Rule{field(condition("typeName == 'STRING' ; value.startsWith('a')"), "AGE", "PII")}, nil},
		{"guarded by name", schema.Avro, []schema.Rule{field(condition("name == 'name' ; value.startsWith('a')"))}, nil},
		{"guarded by type, wrong body", schema.Avro, []schema.Rule{field(condition("typeName == 'STRING' ; value > 1"), "AGE", "PII")}, []string{"error TYPE rule 'r': found no matching overload for '_>_' applied to '(string, int)'…; for email (STRING), customer.name (STRING)"}},
		{"null", schema.Avro, []schema.Rule{field(condition("value.size() > 3"), "PII")}, []string{"warning PORTABLE rule 'r': it fails where the value is null: Java's clients run it then, Go's do not"}},
		{"null guarded", schema.Avro, []schema.Rule{field(condition("value != null ; value.size() > 3"), "PII")}, nil},
		{"null considered", schema.Avro, []schema.Rule{field(condition("value == null || value.size() > 3"), "PII")}, nil},
		{"transform", schema.Avro, []schema.Rule{field(transform("value != null ; value.lowerAscii()"), "PII")}, nil},
		{"transform to another type", schema.Avro, []schema.Rule{field(transform("value != null ; value.size()"), "PII")}, []string{"error RESULT rule 'r': it gives int, which a field of type STRING cannot hold; for"}},
		{"transform to a fraction", schema.Avro, []schema.Rule{field(transform("double(value) * 1.5"), "AGE")}, []string{"warning RESULT rule 'r': it gives double for a field of type INT"}},
		{"condition that is no boolean", schema.Avro, []schema.Rule{field(condition("value + 1"), "AGE")}, []string{"error RESULT rule 'r': it is a CONDITION and gives int"}},
		{"tag that no field carries", schema.Avro, []schema.Rule{field(condition("value != ''"), "PIII")}, []string{"warning TAG rule 'r': no field of the schema carries its tag PIII…hint:did you mean PII?"}},
		{"tag of an enum", schema.Avro, []schema.Rule{field(condition("value != ''"), "STATE")}, []string{"warning TAG rule 'r': its tag STATE is carried by no field that rules visit: state"}},
		{"tag of a record", schema.Avro, []schema.Rule{field(condition("value != ''"), "OWNER")}, []string{"warning TAG rule 'r': its tag OWNER is carried by no field that rules visit: customer"}},
		{"JSON", schema.JSON, []schema.Rule{field(condition("value == null || value != ''"), "PII")}, nil},
		{"same tags twice", schema.Avro, []schema.Rule{
			{Name: "a", Type: "CEL_FIELD", Tags: []string{"AGE"}, Expr: "value + 1"}, {Name: "b", Type: "CEL_FIELD", Tags: []string{"AGE"}, Expr: "value + 2"},
		}, []string{"warning SHADOWED rule 'b': it is skipped when writing, and rule 'a' when reading"}},
		{"same tags, other modes", schema.Avro, []schema.Rule{
			{Name: "a", Type: "CEL_FIELD", Mode: "WRITE", Tags: []string{"AGE"}, Expr: "value + 1"}, {Name: "b", Type: "CEL_FIELD", Mode: "READ", Tags: []string{"AGE"}, Expr: "value + 2"},
		}, nil},
		{"DLQ without a topic", schema.Protobuf, []schema.Rule{dlq}, []string{"warning ACTION rule 'r': its action DLQ has no topic"}},
		{"DLQ with a topic", schema.Protobuf, []schema.Rule{topic}, nil},
		{"unknown action", schema.Protobuf, []schema.Rule{unknown}, []string{`warning ACTION rule 'r': its action "RETRY" is none of NONE, ERROR and DLQ`}},
		{"encryption", schema.Protobuf, []schema.Rule{encrypt("PII")}, nil},
		{"encryption of a number", schema.Avro, []schema.Rule{encrypt("AGE")}, []string{"error ENCRYPT rule 'r': it cannot encrypt age (INT)"}},
		{"encryption of an enum", schema.Avro, []schema.Rule{encrypt("STATE", "PII")}, []string{"warning TAG", "warning ENCRYPT rule 'r': its tags do not reach state (ENUM)"}},
		{"encryption of everything", schema.Protobuf, []schema.Rule{encrypt()}, []string{"warning TAG rule 'r': it has no tags, so it encrypts every field"}},
		{"encryption without a key", schema.Protobuf, []schema.Rule{{Name: "r", Type: "ENCRYPT", Tags: []string{"PII"}}}, []string{"error ENCRYPT rule 'r': it names no key"}},
		{"encryption set up wrongly", schema.Protobuf, []schema.Rule{{Name: "r", Type: "ENCRYPT", Kind: "CONDITION", Mode: "WRITE", Tags: []string{"PII"}, Params: map[string]string{
			"encrypt.kek.name": "a b", "encrypt.kms.type": "aws-kms", "encrypt.dek.algorithm": "AES256_GMC", "encrypt.dek.expiry.days": "soon",
		}}}, []string{
			"error ENCRYPT rule 'r': its key name", "warning ENCRYPT rule 'r': it has one of encrypt.kms.type and", "error ENCRYPT rule 'r': its algorithm…hint:did you mean AES256_GCM?",
			"error ENCRYPT rule 'r': encrypt.dek.expiry.days", "warning ENCRYPT rule 'r': it encrypts, so it is a TRANSFORM", "warning ENCRYPT rule 'r': it encrypts when writing and never decrypts",
		}},
		{"payload encryption among domain rules", schema.Avro, []schema.Rule{{Name: "r", Type: "ENCRYPT_PAYLOAD", Params: map[string]string{"encrypt.kek.name": "k"}}}, []string{"error SHAPE rule 'r': it stands in domainRules"}},
		{"JSONata", schema.Avro, []schema.Rule{{Name: "r", Type: "JSONATA", Expr: "$merge([$, {'a': \"}\"}])"}}, nil},
		{"JSONata, unbalanced", schema.Avro, []schema.Rule{{Name: "r", Type: "JSONATA", Expr: "$merge([$, {'a': 1)"}}, []string{"warning SYNTAX rule 'r': the bracket"}},
		{"JSONata with a regular expression", schema.Avro, []schema.Rule{{Name: "r", Type: "JSONATA", Expr: "$match(/[(]/)"}}, nil},
		{"JSONata, empty", schema.Avro, []schema.Rule{{Name: "r", Type: "JSONATA"}}, []string{"error SYNTAX rule 'r': it has no expression"}},
		{"unknown type", schema.Avro, []schema.Rule{{Name: "r", Type: "CEL_FEILD"}}, []string{"info UNCHECKED…hint:did you mean CEL_FIELD?"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := map[schema.Format]string{schema.Avro: orderAvro, schema.Protobuf: orderProto, schema.JSON: orderJSON}[tt.format]
			compare(t, rules.Check(parse(t, tt.format, text), domain(tt.rules...), nil), tt.want)
		})
	}
}

func TestCheckMetadata(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		format  schema.Format
		pattern string
		want    []string
	}{
		{"name", schema.Avro, "acme.Customer.name", nil},
		{"anywhere", schema.Avro, "**.name", nil},
		{"one level", schema.Avro, "acme.*.name", nil},
		{"data path", schema.Avro, "acme.Order.customer.name", []string{`warning WILDCARD the tag pattern "acme.Order.customer.name" matches no field`}},
		{"misspelt", schema.Avro, "**.naem", []string{`warning WILDCARD the tag pattern "**.naem" matches no field…hint:did you mean "**.name"?`}},
		{"Protobuf", schema.Protobuf, "acme.Card.pan", nil},
		{"Protobuf message of its own", schema.Protobuf, "acme.Cancelled.reason", nil},
		{"JSON", schema.JSON, "$.customer.name", nil},
		{"JSON items", schema.JSON, "$.lines*.sku", nil},
		{"JSON items, by bracket", schema.JSON, "$.lines[*].sku", []string{"warning WILDCARD"}},
		{"JSON items, by index", schema.JSON, `$.lines\[7\].sku`, nil},
		{"broken", schema.JSON, "a[", []string{`warning WILDCARD the tag pattern "a[" is no valid wildcard`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := map[schema.Format]string{schema.Avro: orderAvro, schema.Protobuf: orderProto, schema.JSON: orderJSON}[tt.format]
			compare(t, rules.Check(parse(t, tt.format, text), nil, &schema.Metadata{Tags: map[string][]string{tt.pattern: {"X"}}}), tt.want)
		})
	}
}

func TestCheckUsesMetadata(t *testing.T) {
	t.Parallel()
	metadata := &schema.Metadata{
		Tags:       map[string][]string{"**.id": {"KEY"}},
		Properties: map[string]string{"dlq.topic": "dead", "encrypt.kek.name": "orders"},
	}
	rule := field(condition("value != ''"), "KEY")
	rule.OnFailure = "DLQ"
	set := domain(rule, schema.Rule{Name: "e", Type: "ENCRYPT", Tags: []string{"KEY"}})
	compare(t, rules.Check(parse(t, schema.Avro, orderAvro), set, metadata), nil)
}

func TestCheckOtherPhases(t *testing.T) {
	t.Parallel()
	set := &schema.RuleSet{
		MigrationRules: []schema.Rule{{Name: "up", Type: "CEL", Kind: "TRANSFORM", Mode: "UPGRADE", Expr: "{'old': message.gone}"}, {Name: "down", Type: "JSONATA", Mode: "DOWNGRADE", Expr: "$"}},
		EncodingRules:  []schema.Rule{{Name: "bytes", Type: "ENCRYPT_PAYLOAD", Params: map[string]string{"encrypt.kek.name": "k"}}, {Name: "fields", Type: "CEL", Kind: "CONDITION", Expr: "true"}},
	}
	compare(t, rules.Check(parse(t, schema.Avro, orderAvro), set, nil), []string{
		"info UNCHECKED rule 'up': it runs on data of another version's shape",
		"error SHAPE rule 'fields': it stands in encodingRules", "info UNCHECKED rule 'fields'",
	})
}

func TestCheckInlineRules(t *testing.T) {
	t.Parallel()
	avro := `{"type":"record","name":"R","confluent:rules":[{"name":"whole","expr":"this.a < this.z"}],"fields":[
		{"name":"a","type":"int","confluent:rules":[{"name":"positive","expr":"this > 0"},{"name":"text","expr":"this > 0 ? '' : 'must be positive'"}]},
		{"name":"b","type":"string","confluent:rules":[{"name":"bad","expr":"this > 0"},{"name":"count","expr":"this.size()"},{"name":"sql","sql":"x"}]}]}`
	proto := `syntax = "proto3"; import "confluent/meta.proto";
		message R { option (confluent.message_meta) = {rules: [{name: "whole", expr: "this.a < this.z"}]};
		int32 a = 1 [(confluent.field_meta) = {rules: [{name: "bad", expr: "this.size() > 0"}]}]; }`
	json := `{"type":"object","additionalProperties":false,"confluent:rules":[{"name":"whole","expr":"this.a < this.z"}],"properties":{
		"a":{"type":"integer","confluent:rules":[{"name":"bad","expr":"this.startsWith('x')"}]}}}`
	for _, tt := range []struct {
		format schema.Format
		text   string
		want   []string
		paths  string
	}{
		{schema.Avro, avro, []string{
			"error UNKNOWN_FIELD rule 'whole': R has no field z", "error TYPE rule 'bad': found no matching overload", "error RESULT rule 'count': it gives int",
		}, "#rules[0] b#rules[1] b#rules[0]"},
		{schema.Protobuf, proto, []string{"error UNKNOWN_FIELD rule 'whole': R has no field z", "error TYPE rule 'bad'"}, "#rules[0] a#rules[0]"},
		{schema.JSON, json, []string{"error UNKNOWN_FIELD rule 'whole': object has no field z", "error TYPE rule 'bad'"}, "#rules[0] a#rules[0]"},
	} {
		t.Run(string(tt.format), func(t *testing.T) {
			t.Parallel()
			found := rules.Check(parse(t, tt.format, tt.text), nil, nil)
			var paths []string
			for _, f := range found {
				paths = append(paths, f.Path)
				if f.Line == 0 {
					t.Errorf("no place in the schema's text: %s", brief(f))
				}
			}
			if got := strings.Join(paths, " "); got != tt.paths {
				t.Errorf("paths %s, want %s", got, tt.paths)
			}
			compare(t, found, tt.want)
		})
	}
}

func TestCheckLimits(t *testing.T) {
	t.Parallel()
	many := &schema.RuleSet{}
	for i := range rules.MaxRules + 10 {
		many.DomainRules = append(many.DomainRules, schema.Rule{Name: fmt.Sprintf("r%d", i), Kind: "CONDITION", Type: "CEL", Expr: "true"})
	}
	deep := "x"
	nested := "message.lines.all(a, true)"
	for range 40 {
		nested = "message.lines.all(a, " + nested + ")"
	}
	for _, tt := range []struct {
		name string
		set  *schema.RuleSet
		want []string
	}{
		{"many rules", many, []string{"error LIMIT there are more than 500 rules"}},
		{"long", domain(condition("message.id == '" + strings.Repeat("a", rules.MaxExpression) + "'")), []string{"warning LIMIT rule 'r': its expression is"}},
		{"deep", domain(condition(strings.Repeat("(", 2000) + deep + strings.Repeat(")", 2000))), []string{"error SYNTAX"}},
		{"nested macros", domain(condition(nested)), nil},
		{"wide", domain(condition("true" + strings.Repeat(" && true", 800))), nil},
		{"not", domain(condition(strings.Repeat("!", 3000) + "true")), nil},
		{"minus", domain(condition(strings.Repeat("-", 3000) + "1 > 0")), nil},
		{"many tags", domain(field(condition("true"), make([]string, 101)...)), []string{"error LIMIT rule 'r': it has 101 tags"}},
		{"duplicate names", domain(condition("true"), condition("true")), []string{"error SHAPE domainRules[1]: found rule with duplicate name 'r'"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, rules.Check(parse(t, schema.Avro, orderAvro), tt.set, nil), tt.want)
		})
	}
}

// A large schema with many rules ends in a finding, not in minutes of work.
func TestCheckIsBounded(t *testing.T) {
	t.Parallel()
	set := &schema.RuleSet{}
	for i := range rules.MaxRules {
		set.DomainRules = append(set.DomainRules, schema.Rule{
			Name: fmt.Sprintf("r%d", i), Kind: "CONDITION", Type: "CEL_FIELD", Expr: fmt.Sprintf("typeName == 'STRING' ; value != '%d'", i),
		})
	}
	metadata := &schema.Metadata{Tags: map[string][]string{}}
	for i := range 250 {
		metadata.Tags[fmt.Sprintf("**.f%d*", i)] = []string{"X"}
	}
	found := rules.Check(parse(t, schema.Avro, wide(60, 30)), set, metadata)
	for _, code := range []string{"warning LIMIT the rules are too many or too long", "warning LIMIT there are more than 5000 tag patterns"} {
		if !slices.ContainsFunc(found, func(f finding.Finding) bool { return strings.HasPrefix(brief(f), code) }) {
			t.Errorf("no finding %q", code)
		}
	}
}

// Tags of the metadata cannot be multiplied with the fields of a large schema.
func TestCheckManyTags(t *testing.T) {
	t.Parallel()
	tags := make([]string, 10_000)
	for i := range tags {
		tags[i] = fmt.Sprintf("T%d", i)
	}
	metadata := &schema.Metadata{Tags: map[string][]string{"**": tags}}
	compare(t, rules.Check(parse(t, schema.Avro, wide(30, 30)), nil, metadata), []string{"warning LIMIT there are more than 5000 tag patterns"})
	if _, err := rules.NewEngine(noon).Program(parse(t, schema.Avro, wide(30, 30)), metadata, condition("true")); err == nil {
		t.Error("a program was made though not all tags are known")
	}
	if found := rules.Check(nil, domain(condition("message.anything > 1")), nil); len(found) > 0 {
		t.Errorf("without a schema: %v", found)
	}
}

// Texts that a parser or a type checker could lose itself in end in findings.
func TestCheckHostileExpressions(t *testing.T) {
	t.Parallel()
	parsed := parse(t, schema.Avro, orderAvro)
	for _, part := range []string{
		"(", "[", "{", "a?", "a?b:", "!", "-", "a.", "a(", "1+", "a&&", "[1,", "{1:", "a[", "'", "\\", "f(a,", "message.x+", "(a?b:", "[1].map(x,", "a==", "$", "é", "\x00", "\xff", "a//", "r'''", ";",
	} {
		expr := strings.Repeat(part, rules.MaxExpression/len(part))
		for _, rule := range []schema.Rule{condition(expr), field(condition(expr)), transform(expr + "1"), {Name: "r", Type: "JSONATA", Expr: "(" + expr}} {
			if found := rules.Check(parsed, domain(rule), nil); len(found) == 0 && rule.Type != "JSONATA" {
				t.Errorf("nothing to say of %.20q…", expr)
			}
		}
	}
}
