package protobuf

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sync"
)

// sumSeed makes sums unguessable, so that no text can be written to collide.
var sumSeed = maphash.MakeSeed()

// Member is a field of a message as Confluent compares them: those in oneofs
// among the plain ones, by number.
type Member struct {
	*Field
	// Oneof is the oneof the field is in, nil for a plain field.
	Oneof *Oneof
	sum   uint64
	scope *scope
}

// Same reports whether the fields certainly compare as equal: number, name,
// label, the name of the oneof, and the type with all that it holds, unless
// that is compared elsewhere because the schemas themselves declare it. Options
// do not count. It takes one comparison of numbers, so that the messages of a
// long history are compared without a look at what did not change.
func (m Member) Same(o Member) bool { return m.sum == o.sum && m.scope.same(o.scope) }

// Members are the message's fields by number, those in oneofs included and
// groups left out. The slice is shared: nobody may change it. The first call
// costs one pass over the message and the files it imports types from.
func (m *Message) Members() []Member { return m.shape().members }

// Member is the member of a number.
func (m *Message) Member(number int32) (Member, bool) {
	members := m.Members()
	i, ok := slices.BinarySearchFunc(members, number, func(m Member, n int32) int { return cmp.Compare(m.Number, n) })
	if !ok {
		return Member{}, false
	}
	return members[i], true
}

// Same reports whether the messages certainly compare as equal: their names,
// members and oneofs and, in the order they are declared, nested types.
// Groups, extensions, reservations and options do not count.
func (m *Message) Same(o *Message) bool {
	a, b := m.shape(), o.shape()
	return a.sum == b.sum && a.scope.same(b.scope)
}

// Same reports whether the enums have one name and the same values in one
// order. Options and reservations do not count.
func (e *Enum) Same(o *Enum) bool { return e.sum() == o.sum() }

// messageShape is what comparing a message depends on. Types that its own file
// declares go by their names in it.
type messageShape struct {
	scope   *scope
	members []Member
	sum     uint64
}

// scope is the file that a declaration stands in.
type scope struct {
	find func(fullName string) (Declaration, bool)
	// main says that it is the schema itself: what it declares is compared
	// type by type, so that a name says enough about one.
	main bool
	// contents is the sum of all messages of a file.
	contents func() uint64
}

// same says whether the types of both scopes mean the same wherever they have
// the same names.
func (s *scope) same(o *scope) bool {
	return s == o || s.main && o.main || !s.main && !o.main && s.contents() == o.contents()
}

// newScope makes the declarations of a file ready to be compared.
func newScope(d *Document, find func(string) (Declaration, bool)) *scope {
	s := &scope{find: find}
	s.contents = sync.OnceValue(func() uint64 {
		sum := uint64(0)
		d.walk(func(m *Message) {
			sum = sumOf(sum, withinPackage(m.FullName, d.Package), m.shape().sum)
		}, func(*Enum) {})
		return sum
	})
	d.walk(func(m *Message) {
		m.shape = sync.OnceValue(func() *messageShape { return s.shapeOf(m) })
	}, func(e *Enum) {
		e.sum = sync.OnceValue(func() uint64 { return sumOfEnum(e) })
	})
	return s
}

func (s *scope) shapeOf(m *Message) *messageShape {
	shape := &messageShape{scope: s}
	add := func(fields []*Field, o *Oneof) {
		for _, f := range fields {
			shape.members = append(shape.members, Member{f, o, s.sumOfField(f, o), s})
		}
	}
	add(m.Fields, nil)
	for _, o := range m.Oneofs {
		add(o.Fields, o)
	}
	slices.SortFunc(shape.members, func(a, b Member) int { return cmp.Compare(a.Number, b.Number) })
	shape.sum = sumOf(0, m.Name, 0)
	for _, f := range shape.members {
		shape.sum = sumOf(shape.sum, "field", f.sum)
	}
	for _, o := range m.Oneofs {
		shape.sum = sumOf(shape.sum, "oneof", sumOf(0, o.Name, 0))
	}
	for _, nested := range m.Messages {
		shape.sum = sumOf(shape.sum, "message", nested.shape().sum)
	}
	for _, e := range m.Enums {
		shape.sum = sumOf(shape.sum, "enum", e.sum())
	}
	return shape
}

func sumOfEnum(e *Enum) uint64 {
	sum := sumOf(0, e.Name, 0)
	for _, v := range e.Values {
		sum = sumOf(sum, v.Name, uint64(v.Number)) //nolint:gosec // the sign stays in the bits
	}
	return sum
}

// sumOf carries a sum on by a name and a number.
func sumOf(sum uint64, name string, number uint64) uint64 {
	return maphash.Comparable(sumSeed, struct {
		sum    uint64
		name   string
		number uint64
	}{sum, name, number})
}

// fieldShape is what comparing a field depends on.
type fieldShape struct {
	number    int32
	name      string
	label     Label
	delimited bool
	inOneof   bool
	oneof     string
	value     typeShape
}

// typeShape is what comparing a type depends on: how a scalar is written, that
// an enum is one, or which message it is.
type typeShape struct {
	key, scalar   string
	enum, unknown bool
	message       string
	// contents is the sum of the other file that declares the message.
	contents uint64
}

func (s *scope) sumOfField(f *Field, o *Oneof) uint64 {
	shape := fieldShape{number: f.Number, name: f.Name, label: f.Label, delimited: f.Delimited, value: s.typeOf(f.Type)}
	if o != nil {
		shape.inOneof, shape.oneof = true, o.Name
	}
	return maphash.Comparable(sumSeed, shape)
}

func (s *scope) typeOf(t Type) typeShape {
	if t.FullName == "" {
		return typeShape{key: t.Key, scalar: t.Name}
	}
	d, known := s.find(t.FullName)
	switch {
	case !known:
		return typeShape{key: t.Key, unknown: true, message: t.Name}
	case d.Enum != nil:
		return typeShape{key: t.Key, enum: true}
	case d.scope == s:
		return typeShape{key: t.Key, message: d.Name()}
	}
	return typeShape{key: t.Key, message: d.Name(), contents: d.scope.contents()}
}
