package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
)

var benchRules = []struct {
	name string
	rule schema.Rule
}{
	{"compare", condition("message.amount > 0.0")},
	{"matches", condition("message.id.matches('^[a-z]{3}$')")},
	{"items", condition("message.lines.all(l, l.qty > 0)")},
	{"fields", field(condition("typeName == 'STRING' ; value != ''"), "PII")},
}

func BenchmarkCompile(b *testing.B) {
	parsed := parse(b, schema.Avro, orderAvro)
	for _, bb := range benchRules {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := rules.NewEngine(noon).Program(parsed, nil, bb.rule); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRun(b *testing.B) {
	record := order()
	for _, bb := range benchRules {
		b.Run(bb.name, func(b *testing.B) {
			p := program(b, schema.Avro, orderAvro, bb.rule, nil)
			for b.Loop() {
				if out, err := p.Run(b.Context(), record); err != nil || !out.Holds {
					b.Fatal(out, err)
				}
			}
		})
	}
}

// wide is an Avro schema of records within a record.
func wide(records, fields int) string {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"Root","fields":[`)
	for r := range records {
		if r > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"r%d","type":{"type":"record","name":"R%d","fields":[`, r, r)
		for f := range fields {
			if f > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"name":"f%d","type":%q,"confluent:tags":["T%d"]}`, f, []string{"string", "int", "double"}[f%3], f%7)
		}
		b.WriteString(`]}}`)
	}
	return b.String() + `]}`
}

func BenchmarkCheck(b *testing.B) {
	var set schema.RuleSet
	for i := range 20 {
		set.DomainRules = append(set.DomainRules,
			schema.Rule{Name: fmt.Sprintf("m%d", i), Kind: "CONDITION", Type: "CEL", Expr: fmt.Sprintf("message.r%d.f1 > 0", i%10)},
			schema.Rule{Name: fmt.Sprintf("f%d", i), Kind: "CONDITION", Type: "CEL_FIELD", Tags: []string{"T3"}, Expr: "typeName == 'STRING' ; value != ''"})
	}
	parsed := parse(b, schema.Avro, wide(10, 20))
	for b.Loop() {
		rules.Check(parsed, &set, nil)
	}
}
