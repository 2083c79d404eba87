package rules_test

import (
	"context"
	"testing"
	"time"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
)

// FuzzExpression checks and runs expressions: whatever they are, they end in
// findings, an error or an outcome, in time, and leave the record alone.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"message.amount > 0", "message.lines.all(l, l.qty > 0)", "message.id.matches('^[a-z]+$')", "{'id': message.id}", "typeName == 'STRING' ; value",
		"[1,2,3].map(x, [x,x]).exists(y, y[0] == 2)", "message['id'] + \"\\x3b\"", "now - timestamp(0) > duration('1s')", "-9223372036854775808 / -1",
		"decimals.add(decimal('1'), 2)", "variants.path(variant(1), '$')", "message.id.format([1])", "'%s'.format([message])", "b'\\xff'", "1u - 2u",
		"((((((((((1))))))))))", "message.labels.x.y.z", ".message.id", "size(message) > 0", "type(message) == type({})", "acme.Order{}", "matches('a', '(')",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	engine := rules.NewEngine(noon)
	schemas := map[schema.Format]schema.Parsed{
		schema.Avro: parse(f, schema.Avro, orderAvro), schema.JSON: parse(f, schema.JSON, orderJSON), schema.Protobuf: parse(f, schema.Protobuf, orderProto),
	}
	f.Fuzz(func(t *testing.T, expr string, isCondition bool) {
		for _, rule := range []schema.Rule{transform(expr), field(transform(expr))} {
			if isCondition {
				rule.Kind = "CONDITION"
			}
			for _, parsed := range schemas {
				rules.Check(parsed, domain(rule), nil)
			}
			p, err := engine.Program(schemas[schema.Avro], nil, rule)
			if err != nil {
				continue
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			_, _ = p.Run(ctx, order()) // any outcome will do
			if ctx.Err() != nil {
				t.Errorf("%q does not end", expr)
			}
			cancel()
		}
	})
}
