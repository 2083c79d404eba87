package jsonschema

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

const (
	// schemaDepth bounds how deep a type's text looks into items and values.
	schemaDepth = 5
	// maxAlternatives bounds the branches a type's text names.
	maxAlternatives = 8
	anyType         = "any"
)

// typeText writes a type short: "string (date-time)", "integer | null",
// "array<Line>", "map<string>", "Card | Cash", "enum", "any".
func (v *view) typeText() string { return v.text(schemaDepth) }

func (v *view) text(depth int) string {
	if v.texts[depth] == "" {
		v.texts[depth] = v.writeText(depth)
	}
	return v.texts[depth]
}

func (v *view) writeText(depth int) string {
	if value, ok := v.parts[0].Boolean(); ok {
		if value {
			return anyType
		}
		return "never"
	}
	if depth == 0 {
		return "…"
	}
	names := v.options(depth)
	if v.nullable() && !slices.Contains(names, "null") {
		names = append(names, "null")
	}
	if len(names) == 0 {
		return anyType
	}
	if len(names) > maxAlternatives {
		names = append(names[:maxAlternatives:maxAlternatives], "…")
	}
	return strings.Join(names, " | ")
}

// options names what a value may be.
func (v *view) options(depth int) []string {
	if v.symbols() != nil {
		return []string{"enum"}
	}
	if types := v.types(); len(types) > 0 {
		names := make([]string, 0, len(types))
		for _, t := range types {
			names = append(names, v.named(t, depth))
		}
		return names
	}
	var names []string
	for _, b := range v.branches() {
		name := v.all.view(b.node).text(depth - 1)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case names != nil:
		return names
	case v.keyword("const") != nil:
		return []string{"const " + string(jsontree.Append(nil, v.keyword("const")))}
	case v.isObject() || v.mapValue() != nil:
		return []string{v.named("object", depth)}
	case v.itemType() != nil:
		return []string{v.named("array", depth)}
	}
	return nil
}

// types is the nearest "type".
func (v *view) types() []string {
	for _, p := range v.parts {
		if len(p.Types) > 0 && !v.conditional[p] {
			return p.Types
		}
	}
	return nil
}

// named writes one type with what it is made of.
func (v *view) named(t string, depth int) string {
	switch t {
	case "array":
		if item := v.itemType(); item != nil {
			return "array<" + v.all.view(item).text(depth-1) + ">"
		}
	case "object":
		if name := v.typeName(); name != "" {
			return name
		}
		if len(v.properties()) == 0 {
			if value := v.mapValue(); value != nil {
				return "map<" + v.all.view(value).text(depth-1) + ">"
			}
		}
	case "string", "number", "integer":
		if format, ok := v.keyword("format").StringValue(); ok && format != "" {
			return t + " (" + format + ")"
		}
	}
	return t
}

func (v *view) itemType() *Node {
	for _, p := range v.parts {
		if p.Items != nil && len(p.PrefixItems) == 0 {
			return p.Items
		}
	}
	return nil
}

// mapValue is the schema of an object's values; false is none.
func (v *view) mapValue() *Node {
	for _, p := range v.parts {
		for _, pattern := range p.PatternProperties {
			return pattern.Schema
		}
		if ap := p.AdditionalProperties; ap != nil && !ap.Value.Is(jsontree.Bool) {
			return ap
		}
	}
	return nil
}
