package jsonschema

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

const tagsKeyword = "confluent:tags"

// WithTags returns the text with tags added to and removed from
// "confluent:tags" of the schemas that the entities name; every other byte
// stays. Removing the last tag removes the keyword. Adding comes first.
//
// An entity path is what Confluent's registry makes of a schema, or shorter.
// Its form is "object.customer.object.email": "object" for an object schema,
// then a property, then what that is; "array" steps into items, "allof.0",
// "anyof.1", "oneof.0", "not", "conditional.then" into schemas within. A title
// may stand for "object", the words between properties may be left out, and a
// path may begin at the title or definition name of any schema of the text:
// "Customer.email". Where Confluent sees an allOf or anyOf that the text does
// not spell out (a type list, keywords of several kinds), the step stays where
// it is. An entity that is not in the text is a *schema.Error; those in a
// dependency are not.
func (s *Schema) WithTags(add, remove []schema.ElementTags) (string, error) {
	wanted := map[*Node][]string{}
	var order []*Node
	change := func(elements []schema.ElementTags, apply func(tags, by []string) []string) error {
		for _, e := range elements {
			n := s.entity(e.Entity)
			if n == nil {
				return schema.Errorf(schema.JSON, schema.Position{}, "no element %q of type %s in the schema", e.Entity.Path, e.Entity.Type)
			}
			if _, met := wanted[n]; !met {
				order = append(order, n)
				wanted[n] = stringsOf(n.Value.Member(tagsKeyword))
			}
			wanted[n] = apply(wanted[n], e.Tags)
		}
		return nil
	}
	if err := change(add, withAll); err != nil {
		return "", err
	}
	if err := change(remove, withoutAll); err != nil {
		return "", err
	}
	var edits []schema.Edit
	for _, n := range order {
		if e, ok := s.source.setTags(n.Value, wanted[n]); ok {
			edits = append(edits, e)
		}
	}
	return schema.ApplyEdits(s.source.text, edits), nil
}

func withAll(tags, more []string) []string {
	out := slices.Clone(tags)
	for _, t := range slices.Sorted(slices.Values(more)) {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func withoutAll(tags, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return slices.Contains(gone, t) })
}

// entity finds the schema in the text that an entity names, nil if there is
// none that could carry tags.
func (s *Schema) entity(e schema.Entity) *Node {
	tokens := strings.Split(e.Path, ".")
	find := finder{field: e.Type == schema.EntityField, steps: maxFieldSteps}
	if n := find.from(s.root, tokens, false); n != nil {
		return n
	}
	for _, n := range s.source.nodes {
		for i := 1; i <= len(tokens); i++ {
			name := strings.Join(tokens[:i], ".")
			if name != "" && (n.title() == name || n.definedAs() == name) {
				if found := find.from(n, tokens[i:], false); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

func (n *Node) title() string {
	t, _ := n.Value.Member("title").StringValue()
	return t
}

// finder follows entity paths. A path may be read in several ways, so that it
// tries them in turn, up to a number of steps.
type finder struct {
	field bool
	steps int
}

// from finds what the tokens lead to; isProperty tells whether n was reached by
// a property's name, which a field is and a record is not.
func (f *finder) from(n *Node, tokens []string, isProperty bool) *Node {
	f.steps--
	if n == nil || n.File != "" || f.steps < 0 {
		return nil
	}
	if len(tokens) == 0 {
		if isProperty != f.field || n.Value.Is(jsontree.Bool) && !n.Value.Bool {
			return nil
		}
		return n
	}
	if found := f.property(n, tokens); found != nil {
		return found
	}
	if found := f.step(n, strings.ToLower(tokens[0]), tokens[1:]); found != nil {
		return found
	}
	if title := n.title(); title != "" {
		if rest, ok := cutTokens(tokens, title); ok {
			if found := f.from(n, rest, false); found != nil {
				return found
			}
		}
	}
	if n.Ref != nil {
		return f.from(n.Ref, tokens, isProperty)
	}
	return nil
}

func (f *finder) property(n *Node, tokens []string) *Node {
	for _, p := range n.Properties {
		if rest, ok := cutTokens(tokens, p.Name); ok {
			if found := f.from(p.Schema, rest, true); found != nil {
				return found
			}
		}
	}
	return nil
}

// cutTokens removes a name, which may itself hold dots, from the front.
func cutTokens(tokens []string, name string) ([]string, bool) {
	count := strings.Count(name, ".") + 1
	if count > len(tokens) || strings.Join(tokens[:count], ".") != name {
		return nil, false
	}
	return tokens[count:], true
}

// step follows one of Confluent's words for a kind of schema.
func (f *finder) step(n *Node, word string, rest []string) *Node {
	group := map[string][]*Node{"allof": n.AllOf, "anyof": n.AnyOf, "oneof": n.OneOf}
	switch word {
	case "object", "conditional":
		return f.from(n, rest, false)
	case "array":
		for _, item := range append([]*Node{n.Items}, n.PrefixItems...) {
			if found := f.from(item, rest, false); found != nil {
				return found
			}
		}
	case "not":
		return f.from(n.Not, rest, false)
	case "if":
		return f.from(n.If, rest, false)
	case "then":
		return f.from(n.Then, rest, false)
	case "else":
		return f.from(n.Else, rest, false)
	case "allof", "anyof", "oneof":
		if len(rest) == 0 || len(rest[0]) > 6 || strings.Trim(rest[0], "0123456789") != "" {
			return nil
		}
		i := 0
		for _, c := range rest[0] {
			i = 10*i + int(c-'0')
		}
		if i < len(group[word]) {
			if found := f.from(group[word][i], rest[1:], false); found != nil {
				return found
			}
		}
		return f.from(n, rest[1:], false)
	}
	return nil
}
