package avro

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// Properties that people document and tag with.
const (
	propTags       = "confluent:tags"
	propEnum       = "confluent:enum"
	propSymbolDocs = "symbolDocs"
	propDeprecated = "deprecated"
)

// fold brings documentation to one line without surrounding or repeated white
// space.
func fold(doc string) string { return strings.Join(strings.Fields(doc), " ") }

// symbolDoc is the documentation of one symbol: from "symbolDocs", a map from
// symbol to text, or "confluent:enum", an array of objects with "doc" that
// stand in the order of the symbols or name theirs ("symbol" or "name").
func (t *Type) symbolDoc(i int) string {
	symbol := t.Symbols[i]
	if doc, ok := t.Prop(propSymbolDocs).Member(symbol).StringValue(); ok {
		return strings.TrimSpace(doc)
	}
	list := t.Prop(propEnum)
	if !list.Is(jsontree.Array) {
		return ""
	}
	for at, item := range list.Items {
		name, named := item.Member("symbol").StringValue()
		if !named {
			name, named = item.Member("name").StringValue()
		}
		if named && name == symbol || !named && at == i {
			doc, _ := item.Member("doc").StringValue()
			return strings.TrimSpace(doc)
		}
	}
	return ""
}

// documentation lists every documented element of a schema, see
// Schema.Documentation.
func documentation(root *Type) string {
	var lines []string
	add := func(path, doc string) {
		if doc = fold(doc); doc != "" {
			lines = append(lines, path+"\t"+doc)
		}
	}
	walk(root, func(t *Type) {
		name := t.FullName()
		add(name, t.Doc)
		for _, f := range t.Fields {
			add(name+"."+f.Name, f.Doc)
		}
		for i, symbol := range t.Symbols {
			add(name+"#"+symbol, t.symbolDoc(i))
		}
	})
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// walk visits every named type below t once, in the order of declaration.
func walk(t *Type, visit func(*Type)) {
	seen := map[*Type]bool{}
	var descend func(*Type)
	descend = func(t *Type) {
		switch {
		case t.Kind == Array || t.Kind == Map:
			descend(t.Element)
		case t.Kind == Union:
			for _, b := range t.Branches {
				descend(b)
			}
		case t.Kind.Named() && !seen[t]:
			seen[t] = true
			visit(t)
			for _, f := range t.Fields {
				descend(f.Type)
			}
		}
	}
	descend(t)
}
