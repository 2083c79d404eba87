package rules

import (
	"slices"

	"cel.dev/cel-go/cel"

	"github.com/accordhq/accord/schema"
)

// shape is a type of a schema as rules see it, the same for the three
// languages. Shapes of recursive types are cyclic. They are immutable once a
// space is built.
type shape struct {
	kind shapeKind
	// typeName is what a CEL_FIELD rule sees as typeName (contracts reference
	// 3.3): STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL for a leaf,
	// ENUM, FIXED, RECORD and so on for what such rules do not visit.
	typeName string
	// cel is the type of a leaf's value and of an opaque one.
	cel *cel.Type
	// object is set for an object, elem for a list or map.
	object *object
	elem   *shape
	// alternatives are the branches of a union, null among them.
	alternatives []*shape
}

type shapeKind uint8

const (
	// opaque values are read by rules and not visited: enums, fixed, and
	// whatever the schema leaves open.
	opaque shapeKind = iota
	leaf
	record
	list
	mapping
	union
)

// object is a record, message or JSON object.
type object struct {
	// name is that of its CEL type.
	name    string
	members []*member
	byName  map[string]*member
	// open: values may have members that the schema does not name.
	open  bool
	rules []inlineRule
	place schema.Position
	file  string
}

// member is a field of an object.
type member struct {
	name string
	// fullName is what tag patterns are matched with, "" where it depends on
	// the way through the data (JSON Schema).
	fullName string
	// number is the Protobuf field number.
	number int
	tags   []string
	shape  *shape
	rules  []inlineRule
	place  schema.Position
	file   string
}

// inlineRule is a rule that stands in the schema's text.
type inlineRule struct{ name, expr string }

func newObject(name string) *object { return &object{name: name, byName: map[string]*member{}} }

// add appends a member; a second one of the same name is dropped.
func (o *object) add(m *member) {
	if _, taken := o.byName[m.name]; taken {
		return
	}
	slices.Sort(m.tags)
	m.tags = slices.Compact(m.tags)
	o.members = append(o.members, m)
	o.byName[m.name] = m
}

func anything() *shape { return &shape{kind: opaque, typeName: "COMBINED", cel: cel.DynType} }

func newLeaf(typeName string, t *cel.Type) *shape {
	return &shape{kind: leaf, typeName: typeName, cel: t}
}

func nullLeaf() *shape { return newLeaf("NULL", cel.NullType) }

func (s *shape) isNull() bool { return s.kind == leaf && s.typeName == "NULL" }

// maxTypeDepth is how many lists, maps and unions within one another have a
// type; what lies deeper is dyn.
const maxTypeDepth = 16

// celType is the CEL type of values of the shape. It is dyn where CEL has no
// type as precise: unions of several types, and lists and maps that may be
// null.
func (s *shape) celType() *cel.Type { return s.typeWithin(maxTypeDepth) }

// memberType is the type of a member of a record or JSON object. To compare it
// with null is allowed, as all of them are values of a map to the clients.
func (s *shape) memberType() *cel.Type {
	t := s.celType()
	if s.kind == leaf || s.kind == opaque {
		return orNull(t)
	}
	return t
}

func (s *shape) typeWithin(depth int) *cel.Type {
	if depth == 0 {
		return cel.DynType
	}
	switch s.kind {
	case record:
		return cel.ObjectType(s.object.name)
	case list:
		return cel.ListType(s.elem.typeWithin(depth - 1))
	case mapping:
		return cel.MapType(cel.StringType, s.elem.typeWithin(depth-1))
	case union:
		return s.unionType(depth - 1)
	}
	return s.cel
}

func (s *shape) unionType(depth int) *cel.Type {
	var found *shape
	nullable := false
	for _, a := range s.alternatives {
		switch {
		case a.isNull():
			nullable = true
		case found != nil:
			return cel.DynType
		default:
			found = a
		}
	}
	if found == nil {
		return cel.DynType
	}
	t := found.typeWithin(depth)
	if !nullable || found.kind == record {
		return t // CEL compares every object type with null
	}
	return orNull(t)
}

// orNull is a type that holds null too.
func orNull(t *cel.Type) *cel.Type {
	switch t.Kind() {
	case cel.BoolKind, cel.BytesKind, cel.DoubleKind, cel.IntKind, cel.StringKind, cel.UintKind:
		return cel.NullableType(t)
	}
	return cel.DynType
}
