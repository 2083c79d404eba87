package rules

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxParts bounds how many schemas are merged into one shape.
const maxParts = 200

// jsonShapes builds the shapes of a JSON Schema.
type jsonShapes struct {
	of    map[*jsonschema.Node]*shape
	names map[string]int
}

// target follows references that stand alone, so that a type has one shape
// however often it is referred to.
func target(n *jsonschema.Node) *jsonschema.Node {
	for range maxParts {
		bare := len(n.Types) == 0 && len(n.Properties) == 0 && n.Items == nil && len(n.AllOf) == 0 && len(n.AnyOf) == 0 &&
			len(n.OneOf) == 0 && n.AdditionalProperties == nil && n.If == nil && n.Keyword("enum") == nil && n.Keyword("const") == nil
		if n.Ref == nil || !bare {
			return n
		}
		n = n.Ref
	}
	return n
}

func (b *jsonShapes) shape(n *jsonschema.Node) *shape {
	n = target(n)
	if known := b.of[n]; known != nil {
		return known
	}
	s := &shape{}
	b.of[n] = s
	b.fill(s, n)
	return s
}

// parts are a schema and what holds with it always: the targets of its
// references and the members of allOf.
func parts(n *jsonschema.Node) []*jsonschema.Node {
	var out []*jsonschema.Node
	var add func(n *jsonschema.Node)
	add = func(n *jsonschema.Node) {
		if n == nil || len(out) >= maxParts || slices.Contains(out, n) {
			return
		}
		out = append(out, n)
		add(n.Ref)
		add(n.DynamicRef)
		for _, m := range n.AllOf {
			add(m)
		}
	}
	add(n)
	return out
}

// sometimes are the schemas that hold for some values of a part only.
func sometimes(p *jsonschema.Node) []*jsonschema.Node {
	out := slices.Concat(p.OneOf, p.AnyOf, []*jsonschema.Node{p.If, p.Then, p.Else})
	for _, d := range p.Dependencies {
		out = append(out, d.Schema)
	}
	return slices.DeleteFunc(out, func(n *jsonschema.Node) bool { return n == nil })
}

func (b *jsonShapes) fill(s *shape, n *jsonschema.Node) {
	ps := parts(n)
	kinds, enum := typesOf(ps)
	if len(kinds) == 0 && hasProperties(ps) {
		kinds = []string{"object"}
	}
	if len(kinds) == 0 {
		b.fillBranches(s, ps)
		return
	}
	if len(kinds) == 1 {
		b.fillKind(s, kinds[0], enum, n, ps)
		return
	}
	s.kind, s.typeName = union, "COMBINED"
	for _, kind := range kinds {
		alternative := &shape{}
		b.fillKind(alternative, kind, enum, n, ps)
		s.alternatives = append(s.alternatives, alternative)
	}
}

// typesOf are the types that a schema allows, nil for any, and whether its
// values are enumerated.
func typesOf(ps []*jsonschema.Node) (types []string, enum bool) {
	for _, p := range ps {
		listed := p.Types
		values := enumerated(p)
		if values != nil {
			enum = true
			if len(listed) == 0 {
				listed = valueTypes(values)
			}
		}
		switch {
		case len(listed) == 0:
		case types == nil:
			types = slices.Clone(listed)
		default:
			types = slices.DeleteFunc(types, func(t string) bool {
				return !slices.Contains(listed, t) && (t != "integer" || !slices.Contains(listed, "number"))
			})
		}
	}
	return types, enum
}

func enumerated(p *jsonschema.Node) []*jsontree.Node {
	if e := p.Keyword("enum"); e.Is(jsontree.Array) {
		return e.Items
	}
	if c := p.Keyword("const"); c != nil {
		return []*jsontree.Node{c}
	}
	return nil
}

// valueTypes are the types of enumerated values, as "type" has them.
func valueTypes(values []*jsontree.Node) []string {
	var out []string
	for _, v := range values {
		if t := v.Kind.String(); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func hasProperties(ps []*jsonschema.Node) bool {
	return slices.ContainsFunc(ps, func(p *jsonschema.Node) bool { return len(p.Properties) > 0 })
}

// fillBranches: a schema without a type of its own is one of its branches.
func (b *jsonShapes) fillBranches(s *shape, ps []*jsonschema.Node) {
	*s = *anything()
	for _, p := range ps {
		for _, group := range [][]*jsonschema.Node{p.OneOf, p.AnyOf} {
			if len(group) == 0 {
				continue
			}
			s.kind = union
			for _, branch := range group {
				s.alternatives = append(s.alternatives, b.shape(branch))
			}
			return
		}
	}
}

func (b *jsonShapes) fillKind(s *shape, kind string, enum bool, n *jsonschema.Node, ps []*jsonschema.Node) {
	switch kind {
	case "object":
		b.fillObject(s, n, ps)
	case "array":
		s.kind, s.typeName, s.elem = list, "ARRAY", anything()
		for _, p := range ps {
			if p.Items != nil && len(p.PrefixItems) == 0 {
				s.elem = b.shape(p.Items)
				break
			}
		}
	case "string":
		s.kind, s.typeName, s.cel = leaf, "STRING", cel.StringType
	case "integer":
		s.kind, s.typeName, s.cel = leaf, "INT", cel.IntType
	case "number":
		// 5 is bound as an integer and 5.0 as a double, whatever the schema
		// says of the field.
		s.kind, s.typeName, s.cel = leaf, "DOUBLE", cel.DynType
	case "boolean":
		s.kind, s.typeName, s.cel = leaf, "BOOLEAN", cel.BoolType
	case "null":
		*s = *nullLeaf()
	default:
		*s = *anything()
	}
	if enum && s.kind == leaf && kind != "null" {
		s.kind, s.typeName = opaque, "ENUM"
	}
}

func (b *jsonShapes) fillObject(s *shape, n *jsonschema.Node, ps []*jsonschema.Node) {
	branching := slices.ContainsFunc(ps, func(p *jsonschema.Node) bool { return len(sometimes(p)) > 0 })
	if !hasProperties(ps) && !branching {
		s.kind, s.typeName, s.elem = mapping, "MAP", anything()
		for _, p := range ps {
			if ap := p.AdditionalProperties; ap != nil && len(p.PatternProperties) == 0 {
				s.elem = b.shape(ap)
				break
			}
		}
		return
	}
	o := newObject(b.name(ps))
	s.kind, s.typeName, s.object = record, "RECORD", o
	o.open, o.place, o.file = true, n.Position, n.File
	o.rules = inlineRulesOf(n.Value.Member(rulesProperty))
	for _, p := range ps {
		if refuses(p.AdditionalProperties) || refuses(p.UnevaluatedProperties) && !branching {
			o.open = len(p.PatternProperties) > 0
		}
		for _, property := range p.Properties {
			b.property(o, p, property)
		}
	}
	for _, p := range ps {
		for _, branch := range sometimes(p) {
			b.conditional(o, branch)
		}
	}
}

func refuses(n *jsonschema.Node) bool {
	if n == nil {
		return false
	}
	value, ok := n.Boolean()
	return ok && !value
}

// property adds a member, or leaves its type open where two schemas describe it.
func (b *jsonShapes) property(o *object, owner *jsonschema.Node, p jsonschema.Property) {
	if known := o.byName[p.Name]; known != nil {
		if known.shape != b.shape(p.Schema) {
			known.shape = anything()
		}
		return
	}
	s := b.shape(p.Schema)
	var tags []string
	for i, part := range parts(p.Schema) {
		if i > 0 && s.kind == record {
			break // the tags of an object are not those of a field that holds it
		}
		tags = append(tags, textsOf(part.Value.Member(tagsProperty))...)
	}
	o.add(&member{
		name: p.Name, tags: tags, shape: s, rules: inlineRulesOf(p.Schema.Value.Member(rulesProperty)),
		place: p.Position, file: owner.File,
	})
}

// conditional adds the names that a branch describes. Their types hold for some
// values only, so they are left open.
func (b *jsonShapes) conditional(o *object, branch *jsonschema.Node) {
	for _, p := range parts(branch) {
		for _, property := range p.Properties {
			if known := o.byName[property.Name]; known == nil {
				o.add(&member{name: property.Name, shape: anything(), place: property.Position, file: p.File})
			}
		}
	}
}

// name makes a CEL type's name for an object: its title, else the name it is
// defined under, else "object", with a number where that is taken.
func (b *jsonShapes) name(ps []*jsonschema.Node) string {
	name := ""
	for _, p := range ps {
		if name = cmp.Or(p.Text("title"), definedAs(p.Pointer)); name != "" {
			break
		}
	}
	name = cmp.Or(name, "object")
	b.names[name]++
	if count := b.names[name]; count > 1 {
		name += "#" + strconv.Itoa(count)
	}
	return name + objectMark
}

// definedAs is the name in a pointer to a definition, "" in any other.
func definedAs(pointer string) string {
	tokens := strings.Split(pointer, "/")
	if len(tokens) < 2 || !slices.Contains([]string{"definitions", "$defs"}, tokens[len(tokens)-2]) {
		return ""
	}
	return tokens[len(tokens)-1]
}
