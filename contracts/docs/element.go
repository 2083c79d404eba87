package docs

import (
	"strings"

	"github.com/accordhq/accord/schema"
)

// element is a declaration that may carry documentation: schema.Field lists
// one at every path through the data, here it stands once.
type element struct {
	schema.Field
	format schema.Format
	// also are the paths after the first.
	also []string
	// required: no words are an error.
	required bool
	// slot: the language has a place for this symbol's own words.
	slot bool
	// symbols are those of an enum.
	symbols []schema.Field
	// around are the words in which symbols are looked for: those of an enum and
	// of the field at its path, which the enum's symbols share.
	around []string
	// measured: a sibling says in which unit or currency numbers are.
	measured bool
	// inherited: the words are those of the field at the same path, and are
	// judged there.
	inherited bool
}

// maxAround bounds the words in which symbols are looked for, so that a text of
// symbols and words costs no more than their number.
const maxAround = 5000

// declaration tells declarations apart.
type declaration struct {
	kind                  schema.Kind
	parent, name, pointer string
}

// list returns the declarations of the schema's own text in the order of their
// first path.
func list(p schema.Parsed) []element {
	fields := p.Fields()
	l := lister{
		format: p.Format(), index: make(map[declaration]int, len(fields)),
		fieldAt: map[string]string{}, enumAt: map[string]int{}, units: unitSiblings(fields),
	}
	for _, f := range fields {
		l.field(f)
	}
	return l.out
}

type lister struct {
	format schema.Format
	out    []element
	index  map[declaration]int
	// fieldAt holds the documentation of the fields by path, enumAt the enums'
	// places in out, units the paths of objects that name a unit.
	fieldAt map[string]string
	enumAt  map[string]int
	units   map[string]bool
}

func (l *lister) field(f schema.Field) {
	holder, held := l.fieldAt[f.Path]
	if f.Kind == schema.KindField {
		l.fieldAt[f.Path] = f.Doc
	}
	if f.File != "" {
		return
	}
	key := declaration{f.Kind, f.Parent, f.Name, f.Pointer}
	if i, known := l.index[key]; known {
		l.out[i].also = append(l.out[i].also, f.Path)
		return
	}
	l.index[key] = len(l.out)
	e := element{Field: f, format: l.format, measured: l.units[container(f)]}
	switch f.Kind {
	case schema.KindSymbol:
		l.symbol(&e)
	case schema.KindEnum, schema.KindObject:
		if f.Kind == schema.KindEnum {
			l.enumAt[f.Path] = len(l.out)
			e.around = words(f.Doc + " " + holder)
			e.around = e.around[:min(len(e.around), maxAround)]
		}
		e.required, e.inherited = l.stands(f, held), held && holder == f.Doc
	case schema.KindField:
		e.required = true
	}
	l.out = append(l.out, e)
}

// stands reports whether an object or enum needs words of its own (contracts
// reference 4.1). In JSON Schema a property and the type it holds are one
// schema with one description, and those of items and of a map's values are
// optional. Types of Avro and Protobuf have names, and so always do.
func (l *lister) stands(f schema.Field, held bool) bool {
	return l.format != schema.JSON || !held && !strings.HasSuffix(f.Path, "[]") && !strings.HasSuffix(f.Path, "{}")
}

// symbol completes a symbol, and adds it to the enum around it.
func (l *lister) symbol(e *element) {
	e.slot = symbolSlot(l.format, e.Pointer)
	if i, known := l.enumAt[strings.TrimSuffix(e.Path, "#"+e.Name)]; known {
		enum := &l.out[i]
		enum.symbols = append(enum.symbols, e.Field)
		e.around = enum.around
	}
}

// symbolSlot reports whether a symbol has a place for words: a comment in
// Protobuf, the description of a constant in JSON Schema. Avro and the keyword
// enum have none.
func symbolSlot(format schema.Format, pointer string) bool {
	switch format {
	case schema.Protobuf:
		return true
	case schema.JSON:
		return !strings.HasSuffix(pointer[:max(0, strings.LastIndexByte(pointer, '/'))], "/enum")
	}
	return false
}

// container is the path of the object that holds a field.
func container(f schema.Field) string {
	return strings.TrimSuffix(strings.TrimSuffix(f.Path, f.Name), ".")
}

// unitSiblings finds the objects with a field that names the unit or currency
// of the others.
func unitSiblings(fields []schema.Field) map[string]bool {
	found := map[string]bool{}
	for _, f := range fields {
		if f.Kind == schema.KindField && anyIn(unitNames, words(f.Name)) {
			found[container(f)] = true
		}
	}
	return found
}

// local is the element's name without package or namespace.
func (e *element) local() string {
	return e.Name[strings.LastIndexByte(e.Name, '.')+1:]
}

// owner is the local name of the type that declares the element.
func (e *element) owner() string {
	return e.Parent[strings.LastIndexByte(e.Parent, '.')+1:]
}

// text is the documentation in the form in which texts are compared.
func (e *element) text() string { return strings.Join(words(e.Doc), " ") }

// title names the element in a sentence: "field customer.email", "record
// com.acme.Order", "symbol NEW".
func (e *element) title() string {
	switch e.Kind {
	case schema.KindField:
		return "field " + e.Path
	case schema.KindSymbol:
		return "symbol " + e.Name
	case schema.KindEnum:
		return strings.TrimSpace("enum " + e.named())
	}
	kind := map[schema.Format]string{schema.Avro: "record", schema.Protobuf: "message", schema.JSON: "object"}[e.format]
	return strings.TrimSpace(kind + " " + e.named())
}

// named is a type's name, or where it stands if it has none.
func (e *element) named() string {
	switch {
	case e.Name != "":
		return e.Name
	case e.Path == "":
		return "at the root"
	}
	return "at " + e.Path
}
