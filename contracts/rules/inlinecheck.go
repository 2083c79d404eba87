package rules

import (
	"fmt"

	"cel.dev/cel-go/cel"

	"github.com/accordhq/accord/schema"
)

// inlineRules checks the rules that stand in the schema's text, each once
// however often its type is used.
func (c *checker) inlineRules() {
	checked := 0
	seenObjects, seenMembers := map[*object]bool{}, map[*member]bool{}
	one := func(rule inlineRule, i int, path string, value *shape, at schema.Position, file string) {
		if checked++; checked > MaxRules || rule.expr == "" {
			return
		}
		from := len(c.findings)
		r := &ruleCheck{
			checker: c, phase: domain, path: fmt.Sprintf("%s#rules[%d]", path, i),
			rule: schema.Rule{Name: rule.name, Type: "inline", Kind: kindCondition, Expr: rule.expr},
		}
		if r.expressionFits() {
			// An inline rule has no guard: the whole text is the expression.
			r.rule.Params = map[string]string{ignoreGuardParam: "true"}
			r.reportAll((&celCheck{ruleCheck: r, kind: inlineScope, message: cel.DynType, value: value.celType()}).run(expression{body: rule.expr}))
		}
		for i := range c.findings[from:] {
			f := &c.findings[from+i]
			f.File, f.Line, f.Column = file, at.Line, at.Column
		}
	}
	object := func(o *object, path string) {
		if seenObjects[o] {
			return
		}
		seenObjects[o] = true
		for i, rule := range o.rules {
			one(rule, i, path, &shape{kind: record, object: o}, o.place, o.file)
		}
	}
	for _, root := range c.space.roots {
		if root.kind == record {
			object(root.object, "")
		}
	}
	for _, e := range c.space.elements {
		object(e.owner, e.ownerPath())
		if seenMembers[e.member] {
			continue
		}
		seenMembers[e.member] = true
		for i, rule := range e.member.rules {
			one(rule, i, e.path, e.member.shape, e.member.place, e.member.file)
		}
	}
	if checked > MaxRules {
		c.tooMany("")
	}
}
