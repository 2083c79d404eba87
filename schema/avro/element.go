package avro

import (
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxPath is the length in bytes past which types already unfolded elsewhere
// are not unfolded again: it bounds the text of all paths together.
const maxPath = 1 << 10

// unfolder lists the elements of a schema in the order of schema.Field.
type unfolder struct {
	out []schema.Field
	// open are the types around the current place, seen those unfolded
	// anywhere, uses counts the places that use a named type.
	open, seen map[*Type]bool
	uses       map[*Type]int
}

func unfold(root *Type) []schema.Field {
	u := unfolder{open: map[*Type]bool{}, seen: map[*Type]bool{}, uses: map[*Type]int{}}
	u.count(root)
	walk(root, func(t *Type) {
		for _, f := range t.Fields {
			u.count(f.Type)
		}
	})
	u.typ(root, "", 0)
	return u.out
}

func (u *unfolder) count(t *Type) {
	switch {
	case t.Kind == Array || t.Kind == Map:
		u.count(t.Element)
	case t.Kind == Union:
		for _, b := range t.Branches {
			u.count(b)
		}
	case t.Kind.Named():
		u.uses[t]++
	}
}

// typ lists the elements of a type that stands at path.
func (u *unfolder) typ(t *Type, path string, depth int) {
	switch t.Kind {
	case Array:
		u.typ(t.Element, path+"[]", depth+1)
	case Map:
		u.typ(t.Element, path+"{}", depth+1)
	case Union:
		if below := t.below(); below != t {
			u.typ(below, path, depth+1)
			return
		}
		for _, b := range t.Branches {
			u.typ(b, path+"<"+b.FullName()+">", depth+1)
		}
	case Record, Enum:
		again := u.seen[t]
		if u.open[t] || again && (len(u.out) >= schema.MaxFields || depth > schema.MaxDepth || len(path) > maxPath) {
			return
		}
		u.open[t], u.seen[t] = true, true
		u.named(t, path, depth)
		delete(u.open, t)
	}
}

func (u *unfolder) named(t *Type, path string, depth int) {
	e := schema.Field{
		Kind: schema.KindObject, Path: path, Name: t.FullName(), Parent: t.FullName(), Type: t.Kind.String(),
		Doc: strings.TrimSpace(t.Doc), Tags: tagsOf(t.Props), Deprecated: deprecated(t.Props),
		Pointer: t.Pointer, Position: t.Position, File: t.File,
	}
	if t.Error {
		e.Type = "error"
	}
	if t.Kind == Enum {
		e.Kind = schema.KindEnum
	}
	u.out = append(u.out, e)
	for i := range t.Symbols {
		u.symbol(t, i, path)
	}
	for _, f := range t.Fields {
		u.field(t, f, path, depth)
	}
}

func (u *unfolder) symbol(t *Type, i int, path string) {
	e := schema.Field{
		Kind: schema.KindSymbol, Path: path + "#" + t.Symbols[i], Name: t.Symbols[i], Parent: t.FullName(), Type: "symbol",
		Doc: t.symbolDoc(i), Pointer: t.Pointer + "/symbols/" + strconv.Itoa(i), Position: t.Position, File: t.File,
	}
	u.out = append(u.out, e)
}

func (u *unfolder) field(t *Type, f *Field, path string, depth int) {
	e := schema.Field{
		Kind: schema.KindField, Path: f.Name, Name: f.Name, Parent: t.FullName(), Type: f.Type.Brief(),
		Optional: f.Type.Nullable(), Doc: u.fieldDoc(f), Tags: tagsOf(f.Props), Deprecated: deprecated(f.Props),
		Pointer: f.Pointer, Position: f.Position, File: t.File,
	}
	if path != "" {
		e.Path = path + "." + f.Name
	}
	if named := namedBelow(f.Type); named != nil {
		e.Ref = named.FullName()
	}
	if f.Default != nil {
		e.Default = string(appendJSON(nil, f.Default, false))
	}
	u.out = append(u.out, e)
	u.typ(f.Type, e.Path, depth+1)
}

// fieldDoc is the field's own documentation, or that of the named type it holds
// if nothing else uses the type (contracts reference 4.1).
func (u *unfolder) fieldDoc(f *Field) string {
	if doc := strings.TrimSpace(f.Doc); doc != "" {
		return doc
	}
	if t := f.Type.below(); t.Kind.Named() && u.uses[t] == 1 {
		return strings.TrimSpace(t.Doc)
	}
	return ""
}

// namedBelow is the one named type in a field's type, nil if there is none or
// more than one.
func namedBelow(t *Type) *Type {
	switch t.Kind {
	case Array, Map:
		return namedBelow(t.Element)
	case Union:
		var found *Type
		for _, b := range t.Branches {
			switch named := namedBelow(b); {
			case named == nil:
			case found != nil:
				return nil
			default:
				found = named
			}
		}
		return found
	case Record, Enum, Fixed:
		return t
	}
	return nil
}

// tagsOf are the inline tags, sorted and without duplicates.
func tagsOf(props []Prop) []string {
	n := findProp(props, propTags)
	if !n.Is(jsontree.Array) {
		return nil
	}
	var tags []string
	for _, item := range n.Items {
		if tag, ok := item.StringValue(); ok {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// deprecated reads a "deprecated" property: true, or the reason as text.
func deprecated(props []Prop) bool {
	n := findProp(props, propDeprecated)
	return n.Is(jsontree.Bool) && n.Bool || n.Is(jsontree.String) && n.Text != ""
}
