package jsonschema

import (
	"strconv"

	"github.com/accordhq/accord/schema/jsontree"
)

// knownTo says in which drafts a keyword means something; keywords that are not
// listed mean it in all of them.
var knownTo = map[string]struct{ from, to Draft }{
	"additionalItems":       {Draft4, Draft2019},
	"contains":              {Draft6, Draft2020},
	"dependentRequired":     {Draft2019, Draft2020},
	"dependentSchemas":      {Draft2019, Draft2020},
	"else":                  {Draft7, Draft2020},
	"if":                    {Draft7, Draft2020},
	"prefixItems":           {Draft2020, Draft2020},
	"propertyNames":         {Draft6, Draft2020},
	"then":                  {Draft7, Draft2020},
	"unevaluatedItems":      {Draft2019, Draft2020},
	"unevaluatedProperties": {Draft2019, Draft2020},
}

func (d Draft) knows(keyword string) bool {
	span, listed := knownTo[keyword]
	return !listed || span.from <= d && d <= span.to
}

// readKeywords fills in the keywords of a node and finds the schemas inside it.
func (g *graph) readKeywords(n *Node) error {
	for _, m := range n.Value.Distinct() {
		shape := applicators[m.Name]
		var err error
		switch {
		case m.Name == "type":
			n.Types = typesOf(m.Value)
		case m.Name == "required":
			n.Required = stringsOf(m.Value)
		case m.Name == "dependentRequired":
			n.readRequirements(m)
		case shape&holdsMap != 0 && m.Value.Is(jsontree.Object):
			err = g.readMap(n, m)
		case shape&holdsList != 0 && m.Value.Is(jsontree.Array):
			err = g.readList(n, m)
		case shape&holdsSchema != 0 && isSchema(m.Value):
			var child *Node
			if child, err = g.node(n, m.Value, m.Name); err == nil && n.Draft.knows(m.Name) {
				n.setSchema(m.Name, child)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) setSchema(keyword string, child *Node) {
	switch keyword {
	case "items":
		n.Items = child
	case "additionalItems":
		// Beside an "items" that is one schema it means nothing.
		if n.Value.Member("items").Is(jsontree.Array) {
			n.Items = child
		}
	case "additionalProperties":
		n.AdditionalProperties = child
	case "contains":
		n.Contains = child
	case "else":
		n.Else = child
	case "if":
		n.If = child
	case "not":
		n.Not = child
	case "propertyNames":
		n.PropertyNames = child
	case "then":
		n.Then = child
	case "unevaluatedItems":
		n.UnevaluatedItems = child
	case "unevaluatedProperties":
		n.UnevaluatedProperties = child
	}
}

// readList reads allOf, anyOf, oneOf, prefixItems, and items as an array.
func (g *graph) readList(n *Node, m jsontree.Member) error {
	var children []*Node
	for i, item := range m.Value.Items {
		if !isSchema(item) {
			continue
		}
		child, err := g.node(n, item, m.Name, strconv.Itoa(i))
		if err != nil {
			return err
		}
		children = append(children, child)
	}
	switch {
	case !n.Draft.knows(m.Name):
	case m.Name == "allOf":
		n.AllOf = children
	case m.Name == "anyOf":
		n.AnyOf = children
	case m.Name == "oneOf":
		n.OneOf = children
	case m.Name == "prefixItems" || m.Name == "items" && n.Draft < Draft2020:
		n.PrefixItems = children
	}
	return nil
}

// readMap reads the keywords whose value is an object of schemas.
func (g *graph) readMap(n *Node, m jsontree.Member) error {
	for _, entry := range m.Value.Distinct() {
		if !isSchema(entry.Value) {
			if m.Name == "dependencies" {
				n.addRequirement(m.Name, entry)
			}
			continue
		}
		child, err := g.node(n, entry.Value, m.Name, entry.Name)
		if err != nil {
			return err
		}
		switch {
		case !n.Draft.knows(m.Name):
		case m.Name == "properties":
			n.Properties = append(n.Properties, Property{entry.Name, n.doc.position(entry.NameOffset), child})
		case m.Name == "patternProperties":
			n.PatternProperties = append(n.PatternProperties, PatternProperty{Source: entry.Name, Schema: child})
		case m.Name == "dependencies" || m.Name == "dependentSchemas":
			n.Dependencies = append(n.Dependencies, Dependency{Keyword: m.Name, Name: entry.Name, Schema: child})
		}
	}
	return nil
}

func (n *Node) readRequirements(m jsontree.Member) {
	if n.Draft.knows(m.Name) {
		for _, entry := range m.Value.Distinct() {
			n.addRequirement(m.Name, entry)
		}
	}
}

func (n *Node) addRequirement(keyword string, entry jsontree.Member) {
	if entry.Value.Is(jsontree.Array) {
		n.Dependencies = append(n.Dependencies,
			Dependency{Keyword: keyword, Name: entry.Name, Required: stringsOf(entry.Value)})
	}
}

func typesOf(v *jsontree.Node) []string {
	if s, ok := v.StringValue(); ok {
		return []string{s}
	}
	return stringsOf(v)
}

// stringsOf returns the strings among the items of an array.
func stringsOf(v *jsontree.Node) []string {
	if !v.Is(jsontree.Array) {
		return nil
	}
	out := make([]string, 0, len(v.Items))
	for _, item := range v.Items {
		if s, ok := item.StringValue(); ok {
			out = append(out, s)
		}
	}
	return out
}
