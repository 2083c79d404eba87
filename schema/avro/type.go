package avro

import (
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// Kind is the kind of a Type, as the specification names them.
type Kind uint8

// The kinds. An error is a Record with Error set.
const (
	Null Kind = iota
	Boolean
	Int
	Long
	Float
	Double
	Bytes
	String
	Record
	Enum
	Fixed
	Array
	Map
	Union
)

var kindNames = [...]string{
	"null", "boolean", "int", "long", "float", "double", "bytes", "string",
	"record", "enum", "fixed", "array", "map", "union",
}

// String is the kind as schemas spell it: "long", "record", "union".
func (k Kind) String() string { return kindNames[k] }

// Named reports whether types of the kind have a name: record, enum, fixed.
func (k Kind) Named() bool { return k == Record || k == Enum || k == Fixed }

// Primitive reports whether the kind is null, a number, a boolean, bytes or a
// string.
func (k Kind) Primitive() bool { return k <= String }

// primitiveKind finds a primitive by its name.
func primitiveKind(name string) (Kind, bool) {
	for k := Null; k <= String; k++ {
		if kindNames[k] == name {
			return k, true
		}
	}
	return 0, false
}

// Type is one type of a schema. A named type used in several places, or inside
// itself, is one *Type.
type Type struct {
	// shape is worked out with those of all types of a text: see shapeOf.
	// Comparisons begin with it, so it stands in front.
	shapes *shapes
	shape  shape

	Kind Kind
	// Error: the record was declared as "error".
	Error bool
	// Name is the simple name of a named type, Namespace its namespace or "".
	Name, Namespace string
	// Aliases are full names, in the order of the text.
	Aliases []string
	// Doc is the documentation as written.
	Doc string
	// Fields of a record.
	Fields []*Field
	// Symbols of an enum, and its default ("" for none).
	Symbols     []string
	EnumDefault string
	// Size of a fixed, in bytes.
	Size int
	// Element is the type of an array's items or a map's values.
	Element *Type
	// Branches of a union.
	Branches []*Type
	// LogicalType is the name of a logical type the specification defines and
	// that fits here, "" otherwise; invalid ones are properties and no more.
	LogicalType string
	// Precision and Scale of a decimal.
	Precision, Scale int
	// Props are the other attributes, logicalType among them, in the order of
	// the text.
	Props []Prop
	// Position and Pointer are where the type stands in its text, File the
	// dependency that text is, "" for the schema itself.
	schema.Position
	Pointer string
	File    string

	hasDoc, hasDefault bool
	node               *jsontree.Node
}

// Prop is a custom property.
type Prop struct {
	Name  string
	Value *jsontree.Node
}

// Field is one field of a record.
type Field struct {
	Name string
	// Aliases are other names of the field, in the order of the text.
	Aliases []string
	// Doc is the documentation as written.
	Doc string
	// Default is the default value, nil for none (JSON null is a value).
	Default *jsontree.Node
	// Order is how the field counts in sorting.
	Order Order
	Type  *Type
	// Props are the other attributes in the order of the text.
	Props []Prop
	// Position and Pointer are where the field stands in its text.
	schema.Position
	Pointer string

	hasDoc bool
	node   *jsontree.Node
}

// Order is a field's sort order.
type Order string

// The sort orders; Ascending is the default.
const (
	Ascending  Order = "ascending"
	Descending Order = "descending"
	Ignore     Order = "ignore"
)

// FullName is the name with its namespace; of an unnamed type, its kind.
func (t *Type) FullName() string {
	if !t.Kind.Named() {
		return t.Kind.String()
	}
	return joinName(t.Namespace, t.Name)
}

// Prop returns the value of a property, nil if there is none.
func (t *Type) Prop(name string) *jsontree.Node { return findProp(t.Props, name) }

// Prop returns the value of a property, nil if there is none.
func (f *Field) Prop(name string) *jsontree.Node { return findProp(f.Props, name) }

func findProp(props []Prop, name string) *jsontree.Node {
	for _, p := range props {
		if p.Name == name {
			return p.Value
		}
	}
	return nil
}

// Nullable reports whether null is a value of the type.
func (t *Type) Nullable() bool {
	if t.Kind == Union {
		for _, b := range t.Branches {
			if b.Kind == Null {
				return true
			}
		}
	}
	return t.Kind == Null
}

// below follows a nullable union with one other branch to that branch: the
// type that values other than null have.
func (t *Type) below() *Type {
	if t.Kind == Union && len(t.Branches) == 2 {
		for i, b := range t.Branches {
			if b.Kind == Null {
				return t.Branches[1-i]
			}
		}
	}
	return t
}

// Brief is the type in the few words a user of Avro knows it by: "string",
// "long (timestamp-millis)", "array<com.acme.Line>", "null | com.acme.Card".
func (t *Type) Brief() string {
	var b strings.Builder
	t.brief(&b)
	return b.String()
}

func (t *Type) brief(b *strings.Builder) {
	switch t.Kind {
	case Union:
		if len(t.Branches) == 0 {
			b.WriteString("union")
		}
		for i, branch := range t.Branches {
			if i > 0 {
				b.WriteString(" | ")
			}
			branch.brief(b)
		}
	case Array, Map:
		b.WriteString(t.Kind.String() + "<")
		t.Element.brief(b)
		b.WriteByte('>')
	default:
		b.WriteString(t.FullName())
		if logical := t.logicalBrief(); logical != "" {
			b.WriteString(" (" + logical + ")")
		}
	}
}
