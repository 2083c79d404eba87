package rules_test

import (
	"context"
	"fmt"
	"time"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

const userSchema = `{"type":"record","name":"User","namespace":"acme","fields":[
	{"name":"id","type":"string"},
	{"name":"ssn","type":"string","confluent:tags":["PII"]}]}`

// A rule is checked when its schema is registered.
func ExampleCheck() {
	parsed, err := formats.Parse(context.Background(), schema.Source{Format: schema.Avro, Text: userSchema})
	if err != nil {
		fmt.Println(err)
		return
	}
	set := &schema.RuleSet{DomainRules: []schema.Rule{
		{Name: "nine-digits", Kind: "CONDITION", Type: "CEL", Expr: "message.snn.matches('^[0-9]{9}$')"},
		{Name: "digits", Kind: "CONDITION", Type: "CEL_FIELD", Tags: []string{"PII"}, Expr: "value.matches('[0-9]+')"},
	}}
	for _, f := range rules.Check(parsed, set, nil) {
		fmt.Println(f.Severity, f.Path, f.Message)
		fmt.Println("  ", f.Hint)
	}
	// Output:
	// error ruleSet.domainRules[0] rule 'nine-digits': acme.User has no field snn (at 1:8 of the expression)
	//    did you mean ssn?
	// warning ruleSet.domainRules[1] rule 'digits': Java's clients match whole strings with this pattern, Go's any part (at 1:14 of the expression)
	//    say what is meant: '^(?:[0-9]+)$' for the whole string, '.*(?:[0-9]+).*' for a part
}

// A rule is made executable once, and runs on every record.
func ExampleEngine_Program() {
	parsed, err := formats.Parse(context.Background(), schema.Source{Format: schema.Avro, Text: userSchema})
	if err != nil {
		fmt.Println(err)
		return
	}
	engine := rules.NewEngine(func() time.Time { return time.Unix(0, 0) })
	mask, err := engine.Program(parsed, nil, schema.Rule{
		Name: "mask", Kind: "TRANSFORM", Type: "CEL_FIELD", Tags: []string{"PII"}, Expr: "'XXX-XX-' + value.substring(7)",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := mask.Run(context.Background(), map[string]any{"id": "u1", "ssn": "123-45-6789"})
	fmt.Println(out.Record, err)
	// Output: map[id:u1 ssn:XXX-XX-6789] <nil>
}
