package compat

import (
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/jsonschema"
)

// maxJSONMembers bounds the members of a combined schema that are tried one by
// one against those of another.
const maxJSONMembers = 100

// jsonNodePair is two schemas for the same place in the data: the original that
// data was written with, and the update it is read with.
type jsonNodePair struct{ original, update *jsonschema.Node }

// jsonRiskWalk walks two schemas side by side and tells what Confluent's rules
// pass over. Whether a pair of schemas that those rules never compare breaks
// anything is asked of the rules themselves.
type jsonRiskWalk struct {
	*riskReport
	sides Sides
	judge *jsonComparison
	seen  map[jsonNodePair]bool
	depth int
}

// pair tells the risks of a pair and of what lies inside it.
func (w *jsonRiskWalk) pair(p jsonNodePair) {
	if p.original == nil || p.update == nil {
		return
	}
	p = jsonNodePair{targetOf(p.original), targetOf(p.update)}
	if w.seen[p] || w.depth > maxJSONDepth || p.original.Same(p.update) || !w.judge.step(1) {
		return
	}
	w.seen[p] = true
	if w.isEmpty(p.original) || w.isEmpty(p.update) || jsonTypesOf(p.original)&jsonTypesOf(p.update) == 0 {
		return // refused or harmless, and explained as that
	}
	w.depth++
	defer func() { w.depth-- }()
	w.rules(p)
	w.inside(p)
}

// targetOf follows a reference that stands alone.
func targetOf(n *jsonschema.Node) *jsonschema.Node {
	for n.Ref != nil && len(partsOf(n)) == 1 {
		n = n.Ref
	}
	return n
}

func (w *jsonRiskWalk) isEmpty(n *jsonschema.Node) bool {
	return typeOf(n).class == jsonEmpty
}

// inside walks the pairs that the rules of Confluent compare.
func (w *jsonRiskWalk) inside(p jsonNodePair) {
	o, u := p.original, p.update
	listed := propertyFinder{listed: u.Properties}
	for _, prop := range o.Properties {
		w.pair(jsonNodePair{prop.Schema, listed.find(prop.Name)})
	}
	for i := range min(len(o.PrefixItems), len(u.PrefixItems)) {
		w.pair(jsonNodePair{o.PrefixItems[i], u.PrefixItems[i]})
	}
	to := dependenciesOf(u)
	for _, d := range o.Dependencies {
		if same := to.at(d); same != nil {
			w.pair(jsonNodePair{d.Schema, same.Schema})
		}
	}
	for _, both := range []jsonNodePair{
		{o.Items, u.Items},
		{o.AdditionalProperties, u.AdditionalProperties},
		{o.Ref, u.Ref},
		{o.DynamicRef, u.DynamicRef},
		{o.UnevaluatedItems, u.UnevaluatedItems},
		{o.UnevaluatedProperties, u.UnevaluatedProperties},
	} {
		w.pair(both)
	}
	for _, members := range [][2][]*jsonschema.Node{{o.AllOf, u.AllOf}, {sumOf(o), sumOf(u)}} {
		for i, j := range w.partners(members[0], members[1]) {
			w.pair(jsonNodePair{members[0][j], members[1][i]})
		}
	}
}

// sumOf are the members of oneOf, or else of anyOf.
func sumOf(n *jsonschema.Node) []*jsonschema.Node {
	if len(n.OneOf) > 0 {
		return n.OneOf
	}
	return n.AnyOf
}

// partners finds for the members of the update, by their indexes, which of the
// original's they stand for: the same one, else one that they accept, else the
// only one that is left.
func (w *jsonRiskWalk) partners(original, update []*jsonschema.Node) map[int]int {
	found, taken := map[int]int{}, map[int]bool{}
	if len(original)*len(update) > maxJSONMembers*maxJSONMembers {
		return found
	}
	pass := func(fits func(o, u *jsonschema.Node) bool) {
		for i, u := range update {
			for j, o := range original {
				if _, done := found[i]; !done && !taken[j] && fits(o, u) {
					found[i], taken[j] = j, true
				}
			}
		}
	}
	pass(func(o, u *jsonschema.Node) bool { return o.Same(u) })
	pass(func(o, u *jsonschema.Node) bool { return len(w.broken(o, u)) == 0 })
	if len(original) == len(update) && len(found) == len(update)-1 {
		pass(func(_, _ *jsonschema.Node) bool { return true })
	}
	return found
}

// broken lists what makes a pair incompatible, nothing if the work is too much.
func (w *jsonRiskWalk) broken(original, update *jsonschema.Node) []Difference {
	if w.judge.err != nil {
		return nil
	}
	result, err := w.judge.run(original, update)
	if err != nil || !result.broken {
		return nil
	}
	var out []Difference
	for _, d := range result.differences(w.sides) {
		if d.Breaks(Strict) {
			out = append(out, d)
		}
	}
	return out
}

// next is the pair's schema that stands in the new text.
func (w *jsonRiskWalk) next(p jsonNodePair) *jsonschema.Node {
	if w.sides == OldReadsNew {
		return p.original
	}
	return p.update
}

// pathOf is the path of the element that a pair is about.
func (w *jsonRiskWalk) pathOf(p jsonNodePair) string {
	n := w.next(p)
	return w.path(elementPlace{n.File, n.Pointer})
}

// tell tells a risk of a pair, at a keyword.
func (w *jsonRiskWalk) tell(code finding.Code, p jsonNodePair, keyword, message string, evidence ...string) {
	w.add(code, w.breaks(code), w.pathOf(p), placeOf(w.next(p), keyword).Position, message, evidence...)
}

// tellProperty tells a risk of a property of a pair of objects.
func (w *jsonRiskWalk) tellProperty(code finding.Code, p jsonNodePair, keyword, name, message string) {
	path := w.pathOf(p)
	if path != "" {
		path += "."
	}
	w.add(code, w.breaks(code), path+name, w.placeOfProperty(p, keyword, name), message)
}

// breaks says who is hit; nobody is where a refusal is all there is.
func (w *jsonRiskWalk) breaks(code finding.Code) Breaks {
	switch code {
	case jsonRemovalHarmless, jsonConstInEnum, jsonBranchesDisjoint:
		return ""
	}
	return w.sides.breaksWhom()
}

// placeOfProperty is where the new schema lists a property, else the keyword.
func (w *jsonRiskWalk) placeOfProperty(p jsonNodePair, keyword, name string) schema.Position {
	n := w.next(p)
	if n.File == "" {
		for _, prop := range n.Properties {
			if prop.Name == name {
				return prop.Position
			}
		}
	}
	return placeOf(n, keyword).Position
}
