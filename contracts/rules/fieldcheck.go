package rules

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/accordhq/accord/schema/finding"
)

// fieldGroup are the fields that a CEL_FIELD rule sees with the same types.
type fieldGroup struct {
	message, value *cel.Type
	shape          *shape
	fields         []element
}

// fieldRule checks a CEL_FIELD rule on every field it visits.
func (r *ruleCheck) fieldRule() {
	if !r.expressionFits() || r.budget < 0 {
		return
	}
	e := splitGuard(r.rule, r.metadata)
	groups := r.fieldGroups()
	if r.phase != domain || len(groups) == 0 {
		// No field is known to be visited: what is wrong for any value is.
		r.reportAll((&celCheck{ruleCheck: r, kind: fieldScope, message: cel.DynType, value: cel.DynType}).run(e))
		return
	}
	var faults complaints
	for _, g := range groups {
		c := &celCheck{ruleCheck: r, kind: fieldScope, message: g.message, value: g.value, result: g.shape}
		found := c.run(e)
		if slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Code == codeSyntax }) {
			r.reportAll(found) // the same for every field
			return
		}
		visited := g.fields
		if e.guard != "" && c.guard.ast != nil && r.spend(guardCost*len(visited)) {
			visited = c.guard.passing(visited)
		}
		if len(visited) > 0 {
			faults.add(found, visited)
			faults.add(c.nullable(visited), visited)
		}
	}
	r.reportAll(faults.findings(len(groups) > 1))
}

// fieldGroups are the fields that the rule's tags select: every field if it has
// none.
func (r *ruleCheck) fieldGroups() []*fieldGroup {
	var out []*fieldGroup
	type key struct {
		owner    *object
		typeName string
		open     bool
	}
	by := map[key]*fieldGroup{}
	for _, e := range r.space.elements {
		if e.shape.kind != leaf || e.shape.isNull() || !selects(r.rule.Tags, e.tags) {
			continue
		}
		k := key{e.owner, e.shape.typeName, e.shape.cel.Kind() == cel.DynKind}
		if by[k] == nil {
			by[k] = &fieldGroup{message: cel.ObjectType(e.owner.name), value: e.shape.fieldValueType(), shape: e.shape}
			out = append(out, by[k])
		}
		by[k].fields = append(by[k].fields, e)
	}
	return out
}

// fieldValueType is the type of value in a rule on a field of this shape. It
// may be compared with null, so that one rule can serve fields that are null
// and fields that never are.
func (s *shape) fieldValueType() *cel.Type { return orNull(s.celType()) }

// selects reports whether a rule with these tags visits a field with those.
func selects(rule, field []string) bool {
	return len(rule) == 0 || slices.ContainsFunc(rule, func(tag string) bool { return slices.Contains(field, tag) })
}

// passing are the fields for which a guard is not false whatever their values
// are.
func (c compiled) passing(fields []element) []element {
	program, err := c.env.Program(c.ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(CostLimit))
	if err != nil {
		return fields
	}
	return slices.DeleteFunc(slices.Clone(fields), func(f element) bool {
		vars, err := c.env.PartialVars(map[string]any{
			"fullName": f.fullName, "name": f.member.name, "typeName": f.shape.typeName, "tags": f.tags,
		})
		if err != nil {
			return false
		}
		out, _, err := program.Eval(vars)
		return err == nil && out == types.False
	})
}

// nullable warns of a rule that fails on null, which Java's clients run it on
// and Go's do not.
func (c *celCheck) nullable(visited []element) []finding.Finding {
	if c.body.ast == nil || !slices.ContainsFunc(visited, func(e element) bool {
		return e.member.shape.kind == union && e.member.shape.celType().IsAssignableType(cel.NullType)
	}) {
		return nil
	}
	null := element{fullName: visited[0].fullName, member: visited[0].member, shape: nullLeaf(), tags: visited[0].tags}
	if c.guard.ast != nil && c.failsOnNull(c.guard, null) != passes {
		return nil
	}
	if c.failsOnNull(c.body, null) != fails {
		return nil
	}
	return []finding.Finding{{
		Code: codePortable, Severity: finding.Warning,
		Message: "it fails where the value is null: Java's clients run it then, Go's do not",
		Hint:    "begin with a guard such as typeName == 'STRING' ; …, which is false for null",
	}}
}

type nullVerdict uint8

const (
	passes nullVerdict = iota
	isFalse
	fails
)

func (c *celCheck) failsOnNull(in compiled, f element) nullVerdict {
	source := in.ast.Source().Content()
	open, faults, err := c.space.compile(c.kind, c.message, cel.DynType, source)
	if err != nil || len(faults) > 0 {
		return passes
	}
	program, err := open.env.Program(open.ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(CostLimit))
	if err != nil {
		return passes
	}
	vars, err := open.env.PartialVars(map[string]any{
		"value": nil, "fullName": f.fullName, "name": f.member.name, "typeName": f.shape.typeName, "tags": f.tags,
	})
	if err != nil {
		return passes
	}
	switch out, _, err := program.Eval(vars); {
	case err != nil:
		return fails
	case out == types.False:
		return isFalse
	}
	return passes
}

// complaints are findings with the fields that they are about, equal ones as
// one.
type complaints []complaint

type complaint struct {
	finding.Finding
	fields []string
}

func (cs *complaints) add(found []finding.Finding, fields []element) {
	for _, f := range found {
		at := slices.IndexFunc(*cs, func(c complaint) bool {
			return c.Code == f.Code && c.Message == f.Message && c.Severity == f.Severity
		})
		if at < 0 {
			*cs = append(*cs, complaint{Finding: f})
			at = len(*cs) - 1
		}
		for _, e := range fields {
			if name := fmt.Sprintf("%s (%s)", e.path, e.shape.typeName); !slices.Contains((*cs)[at].fields, name) {
				(*cs)[at].fields = append((*cs)[at].fields, name)
			}
		}
	}
}

// findings are the complaints; with names, each says which fields it is about.
func (cs complaints) findings(names bool) []finding.Finding {
	var out []finding.Finding
	for _, c := range cs {
		f := c.Finding
		if names || f.Code == codeResult || f.Code == codeType {
			f.Message += "; for " + summary(c.fields)
		}
		if f.Code == codeType && f.Hint == "" {
			f.Hint = "limit the rule to fields that it fits, by its tags or by a guard such as typeName == 'STRING' ; …"
		}
		out = append(out, f)
	}
	return out
}
