package avro

import (
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema/jsontree"
)

// printer writes a schema compactly, attributes in the order Java writes them
// (compatibility reference 5.1).
type printer struct {
	// docs keeps documentation.
	docs bool
	// normal sorts properties and aliases and brings defaults and logical
	// types into one spelling (compatibility reference 5.2).
	normal bool

	out []byte
	// known are the named types that are written as names from here on.
	known map[string]bool
}

func (s *Schema) print(p printer, known []string) string {
	p.known = make(map[string]bool, len(known))
	for _, name := range known {
		p.known[name] = true
	}
	p.typ(s.Root, "")
	return string(p.out)
}

func (p *printer) raw(s string) { p.out = append(p.out, s...) }

func (p *printer) quoted(s string) { p.out = jsontree.AppendString(p.out, s) }

// text writes an attribute that is a string.
func (p *printer) text(key, value string) {
	p.raw(`,"` + key + `":`)
	p.quoted(value)
}

func (p *printer) typ(t *Type, namespace string) {
	switch {
	case t.Kind == Union:
		p.raw("[")
		for i, b := range t.Branches {
			if i > 0 {
				p.raw(",")
			}
			p.typ(b, namespace)
		}
		p.raw("]")
	case t.Kind.Named():
		p.named(t, namespace)
	case t.Kind.Primitive() && len(t.Props) == 0:
		p.quoted(t.Kind.String())
	default:
		p.raw(`{"type":`)
		p.quoted(t.Kind.String())
		switch t.Kind {
		case Array:
			p.raw(`,"items":`)
			p.typ(t.Element, namespace)
		case Map:
			p.raw(`,"values":`)
			p.typ(t.Element, namespace)
		}
		p.props(p.typeProps(t))
		p.raw("}")
	}
}

func (p *printer) named(t *Type, namespace string) {
	full := t.FullName()
	if p.known[full] {
		p.quoted(shortName(t.Namespace, t.Name, namespace))
		return
	}
	p.known[full] = true
	kind := t.Kind.String()
	if t.Error && !p.normal {
		kind = "error"
	}
	p.raw(`{"type":"` + kind + `"`)
	p.text("name", t.Name)
	if t.Namespace != namespace {
		p.text("namespace", t.Namespace)
	}
	if p.docs && t.hasDoc && (t.Doc != "" || !p.normal) {
		p.text("doc", t.Doc)
	}
	switch t.Kind {
	case Record:
		p.fields(t)
	case Enum:
		p.raw(`,"symbols":`)
		p.strings(t.Symbols)
		if t.hasDefault {
			p.text("default", t.EnumDefault)
		}
	case Fixed:
		p.raw(`,"size":` + strconv.Itoa(t.Size))
	}
	p.props(p.typeProps(t))
	p.typeAliases(t)
	p.raw("}")
}

func (p *printer) strings(list []string) {
	p.raw("[")
	for i, s := range list {
		if i > 0 {
			p.raw(",")
		}
		p.quoted(s)
	}
	p.raw("]")
}

func (p *printer) typeAliases(t *Type) {
	aliases := slices.Clone(t.Aliases)
	if p.normal {
		slices.SortFunc(aliases, jsontree.CompareUTF16)
	}
	for i, alias := range aliases {
		namespace, name := splitName(alias, "")
		aliases[i] = shortName(namespace, name, t.Namespace)
	}
	p.aliases(aliases)
}

func (p *printer) aliases(list []string) {
	if len(list) > 0 {
		p.raw(`,"aliases":`)
		p.strings(list)
	}
}

func (p *printer) fields(t *Type) {
	p.raw(`,"fields":[`)
	for i, f := range t.Fields {
		if i > 0 {
			p.raw(",")
		}
		p.field(f, t.Namespace)
	}
	p.raw("]")
}

func (p *printer) field(f *Field, namespace string) {
	p.raw(`{"name":`)
	p.quoted(f.Name)
	p.raw(`,"type":`)
	p.typ(f.Type, namespace)
	if p.docs && f.hasDoc {
		p.text("doc", f.Doc)
	}
	if f.Default != nil {
		p.raw(`,"default":`)
		p.defaultValue(f.Type, f.Default)
	}
	if f.Order != Ascending {
		p.text("order", string(f.Order))
	}
	aliases := f.Aliases
	if p.normal {
		aliases = slices.SortedFunc(slices.Values(aliases), jsontree.CompareUTF16)
	}
	p.aliases(aliases)
	p.props(p.sortedProps(f.Props))
	p.raw("}")
}

// defaultValue writes a default. The normal form spells numbers by the type:
// 1 for a double is 1.0. A value the type does not take is left as it is.
func (p *printer) defaultValue(t *Type, v *jsontree.Node) {
	if !p.normal {
		p.out = appendJSON(p.out, v, false)
		return
	}
	p.out = appendDefault(p.out, t, v)
}

func appendDefault(dst []byte, t *Type, v *jsontree.Node) []byte {
	if t.Kind == Union {
		check := defaultCheck{steps: maxDefaultSteps}
		i := slices.IndexFunc(t.Branches, func(b *Type) bool { return check.valid(b, v, 0) })
		if i < 0 {
			return appendJSON(dst, v, true)
		}
		t = t.Branches[i]
	}
	switch {
	case t.Kind == Float && v.Kind == jsontree.Number:
		return appendDouble(dst, v.Text, 32)
	case t.Kind == Double && v.Kind == jsontree.Number:
		return appendDouble(dst, v.Text, 64)
	case t.Kind == Array && v.Kind == jsontree.Array:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendDefault(dst, t.Element, item)
		}
		return append(dst, ']')
	case (t.Kind == Map || t.Kind == Record) && v.Kind == jsontree.Object:
		return appendDefaultObject(dst, t, v)
	}
	return appendJSON(dst, v, true)
}

func appendDefaultObject(dst []byte, t *Type, v *jsontree.Node) []byte {
	types := make(map[string]*Type, len(t.Fields))
	for _, f := range t.Fields {
		types[f.Name] = f.Type
	}
	dst = append(dst, '{')
	for i, m := range v.Sorted() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontree.AppendString(dst, m.Name), ':')
		member := t.Element
		if t.Kind == Record {
			member = types[m.Name]
		}
		if member == nil {
			dst = appendJSON(dst, m.Value, true)
			continue
		}
		dst = appendDefault(dst, member, m.Value)
	}
	return append(dst, '}')
}

// typeProps are the properties of a type in the order they are written. In the
// normal form a logical type of a primitive or a fixed comes first, and a
// decimal's scale of zero goes.
func (p *printer) typeProps(t *Type) []Prop {
	props := p.sortedProps(t.Props)
	if !p.normal || t.LogicalType == "" {
		return props
	}
	first := []string{"logicalType"}
	if t.LogicalType == "decimal" {
		first = []string{"logicalType", "precision", "scale"}
	}
	var out []Prop
	for _, name := range first {
		if v := t.Prop(name); v != nil && (name != "scale" || t.Scale != 0) {
			out = append(out, Prop{name, v})
		}
	}
	for _, prop := range props {
		if !slices.Contains(first, prop.Name) {
			out = append(out, prop)
		}
	}
	return out
}

func (p *printer) sortedProps(props []Prop) []Prop {
	if !p.normal {
		return props
	}
	return slices.SortedFunc(slices.Values(props), func(a, b Prop) int { return jsontree.CompareUTF16(a.Name, b.Name) })
}

func (p *printer) props(props []Prop) {
	for _, prop := range props {
		value := prop.Value
		if !p.docs {
			if value = withoutSymbolDocs(prop); value == nil {
				continue
			}
		}
		p.raw(",")
		p.quoted(prop.Name)
		p.raw(":")
		p.out = appendJSON(p.out, value, p.normal)
	}
}

// withoutSymbolDocs is a property's value less the documentation of enum
// symbols, nil if nothing else was in it.
func withoutSymbolDocs(prop Prop) *jsontree.Node {
	switch {
	case prop.Name == propSymbolDocs:
		return nil
	case prop.Name != propEnum || prop.Value.Kind != jsontree.Array:
		return prop.Value
	}
	bare := &jsontree.Node{Kind: jsontree.Array}
	empty := true
	for _, item := range prop.Value.Items {
		kept := *item
		kept.Members = slices.DeleteFunc(slices.Clone(item.Members), func(m jsontree.Member) bool { return m.Name == "doc" })
		empty = empty && item.Kind == jsontree.Object && len(kept.Members) == 0
		bare.Items = append(bare.Items, &kept)
	}
	if empty {
		return nil
	}
	return bare
}
