package contracts

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// fieldPathProperty is the custom property of an ODCS property that says at
// which path of the schema it stands, where its name does not (contracts
// reference 1.10).
const fieldPathProperty = "fieldPath"

// Field is what a contract says of one field of its schema.
type Field struct {
	// Path is the field's as schema.Field.Path has it. ODCS knows no maps and
	// no unions, so the path may lack steps "{}" and "<branch>", and "[]" where
	// the properties of an array's items stand below the array itself.
	Path string
	// Property is the ODCS property, with its place in the document.
	Property *odcs.Property
}

// fieldsOf lists the properties of a schema object and all below them.
func fieldsOf(object odcs.Object) []Field {
	var out []Field
	var visit func(at string, properties []odcs.Property)
	visit = func(at string, properties []odcs.Property) {
		for i := range properties {
			p := &properties[i]
			f := Field{Path: at + step(p), Property: p}
			if custom, ok := p.CustomProperties.Named(fieldPathProperty); ok && custom.Value.Kind() == odcs.Text {
				f.Path = custom.Value.Text()
			}
			out = append(out, f)
			visit(f.Path+".", p.Properties)
			path := f.Path
			for items := p.Items; items != nil; items = items.Items {
				path += "[]"
				visit(path+".", items.Properties)
			}
		}
	}
	visit("", object.Properties)
	return out
}

// step is the name of a property in its schema.
func step(p *odcs.Property) string {
	if p.PhysicalName != "" {
		return p.PhysicalName
	}
	return p.Name
}

// tagged reports whether the contract gives the field a tag: among its tags, or
// as its classification.
func (f Field) tagged(tag string) bool {
	return strings.EqualFold(f.Property.Classification, tag) ||
		slices.ContainsFunc(f.Property.Tags, func(t string) bool { return strings.EqualFold(t, tag) })
}

// elements are the fields and types of a schema by path. A nil *elements has
// none.
type elements struct {
	format schema.Format
	all    []schema.Field
	// fields and types are places in all, by path.
	fields, types map[string]int
	// loose are the paths of fields by their path without the steps that
	// contracts may leave out, folded the same by how people misspell them: ""
	// where several fields would do.
	loose  map[string][]string
	folded map[string]string
}

func elementsOf(p schema.Parsed) *elements {
	if p == nil {
		return nil
	}
	e := &elements{format: p.Format(), all: p.Fields(), fields: map[string]int{}, types: map[string]int{}, loose: map[string][]string{}, folded: map[string]string{}}
	for i, f := range e.all {
		switch f.Kind {
		case schema.KindField:
			e.fields[f.Path] = i
			e.loose[loosely(f.Path)] = append(e.loose[loosely(f.Path)], f.Path)
			e.fold(f)
		case schema.KindObject, schema.KindEnum:
			e.types[f.Path] = i
		}
	}
	return e
}

// fold notes a field under the ways to misspell it: its path, and its name.
func (e *elements) fold(f schema.Field) {
	path, name := folded(f.Path), folded(f.Name)
	for _, key := range slices.Compact([]string{path, name}) {
		if _, taken := e.folded[key]; taken {
			e.folded[key] = ""
		} else {
			e.folded[key] = f.Path
		}
	}
}

// folded is a path without case and separators.
func folded(path string) string { return foldReplacer.Replace(strings.ToLower(loosely(path))) }

var foldReplacer = strings.NewReplacer("_", "", "-", "")

// field is the field at a path, nil if there is none.
func (e *elements) field(path string) *schema.Field {
	if e == nil {
		return nil
	}
	if i, ok := e.fields[path]; ok {
		return &e.all[i]
	}
	return nil
}

// find returns the fields a contract's path means: the one at that path, or else
// those whose path differs in steps that contracts may leave out.
func (e *elements) find(path string) []*schema.Field {
	if e == nil {
		return nil
	}
	if f := e.field(path); f != nil {
		return []*schema.Field{f}
	}
	var out []*schema.Field
	for _, exact := range e.loose[loosely(path)] {
		out = append(out, e.field(exact))
	}
	return out
}

// around is the field or type that a path leads through and that is there,
// closest to the path; nil only in a schema without elements.
func (e *elements) around(path string) *schema.Field {
	if e == nil {
		return nil
	}
	for path != "" {
		path = path[:max(0, strings.LastIndexAny(path, ".[{<#"))]
		if f := e.field(path); f != nil {
			return f
		}
		if i, ok := e.types[path]; ok {
			return &e.all[i]
		}
	}
	if i, ok := e.types[""]; ok {
		return &e.all[i]
	}
	if len(e.all) > 0 {
		return &e.all[0]
	}
	return nil
}

// loosely is a path without the steps into items, values and branches.
func loosely(path string) string {
	var b strings.Builder
	depth := 0
	for i := range len(path) {
		switch c := path[i]; {
		case c == '<':
			depth++
		case c == '>' && depth > 0:
			depth--
		case depth > 0 || strings.IndexByte("[]{}", c) >= 0:
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}

// Listed returns what the contract says of the fields of a schema, by their
// paths there.
func (c *Contract) Listed(p schema.Parsed) map[string]Field {
	e := elementsOf(p)
	out := map[string]Field{}
	for _, f := range c.Fields {
		for _, found := range e.find(f.Path) {
			out[found.Path] = f
		}
	}
	return out
}
