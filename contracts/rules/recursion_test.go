package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
)

// Types that hold themselves end neither checks nor rules.
func TestRecursiveTypes(t *testing.T) {
	t.Parallel()
	var layers strings.Builder
	for i := range 40 {
		fmt.Fprintf(&layers, `"l%d":{"oneOf":[{"$ref":"#/definitions/l%d"},{"$ref":"#/definitions/l%d"},{"anyOf":[{"$ref":"#/definitions/l%d"}]}]},`, i, i+1, i+1, i+1)
	}
	deep := strings.Repeat(`{"type":"array","items":`, 200) + `"string"` + strings.Repeat(`}`, 200)
	for name, tt := range map[string]struct {
		format schema.Format
		text   string
		record any
	}{
		"Avro":               {schema.Avro, `{"type":"record","name":"T","fields":[{"name":"a","type":"string"},{"name":"next","type":["null","T"]},{"name":"all","type":{"type":"array","items":"T"}}]}`, map[string]any{"a": "x", "next": map[string]any{"a": "y", "next": nil, "all": []any{}}, "all": []any{}}},
		"Avro, deep":         {schema.Avro, `{"type":"record","name":"T","fields":[{"name":"a","type":` + deep + `}]}`, map[string]any{"a": []any{}}},
		"JSON":               {schema.JSON, `{"type":"object","properties":{"a":{"type":"string"},"next":{"$ref":"#"}}}`, map[string]any{"a": "x", "next": map[string]any{"a": "y"}}},
		"JSON list":          {schema.JSON, `{"type":"object","properties":{"a":{"$ref":"#/definitions/l"}},"definitions":{"l":{"type":"array","items":{"$ref":"#/definitions/l"}}}}`, map[string]any{"a": []any{[]any{}}}},
		"JSON union":         {schema.JSON, `{"type":"object","properties":{"a":{"$ref":"#/definitions/u"}},"definitions":{"u":{"oneOf":[{"$ref":"#/definitions/u"},{"$ref":"#/definitions/u"},{"allOf":[{"$ref":"#/definitions/u"}]}]}}}`, map[string]any{"a": 1}},
		"JSON union, layers": {schema.JSON, `{"type":"object","properties":{"a":{"$ref":"#/definitions/l0"}},"definitions":{` + layers.String() + `"l40":{"type":"boolean"}}}`, map[string]any{"a": "x"}},
		"JSON reference":     {schema.JSON, `{"type":"object","properties":{"a":{"$ref":"#/definitions/r"}},"definitions":{"r":{"allOf":[{"$ref":"#/definitions/r"}]}}}`, map[string]any{"a": "x"}},
		"Protobuf":           {schema.Protobuf, `syntax = "proto3"; message T { string a = 1; T next = 2; repeated T all = 3; map<string, T> by = 4; }`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed := parse(t, tt.format, tt.text)
			for _, rule := range []schema.Rule{condition("message.a == message.a"), field(condition("typeName != ''"))} {
				if rule.Type == "CEL_FIELD" {
					rule.Name = "f"
				}
				rules.Check(parsed, domain(rule), &schema.Metadata{Tags: map[string][]string{"**.a": {"X"}}})
				if tt.record == nil {
					continue
				}
				out, err := program(t, tt.format, tt.text, rule, nil).Run(t.Context(), tt.record)
				if err != nil || !out.Holds {
					t.Errorf("got %+v, %v", out, err)
				}
			}
		})
	}
}
