package protobuf

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
)

// Document is what one .proto file declares, as it is written: labels only
// where the author put one, declarations in the author's order. Confluent
// prints and compares schemas by these facts and not by descriptors, in which
// some of them are lost.
type Document struct {
	// Syntax is "proto2", "proto3", or "" for a file that names none.
	Syntax string
	// Edition is "2023" in a file of that edition, "" elsewhere.
	Edition  string
	Package  string
	imports  []importLine
	options  []option
	Messages []*Message
	Enums    []*Enum
	extends  []extend
	services []service
}

// Label is a field's label as the author wrote it.
type Label string

// The labels. A plain proto3 field, a map field and a member of a oneof have
// none.
const (
	Unlabelled Label = ""
	Optional   Label = "optional"
	Required   Label = "required"
	Repeated   Label = "repeated"
)

// Message is a declared message.
type Message struct {
	Name string
	// FullName has the package and the enclosing messages before the name.
	FullName string
	reserved []ranges
	options  []option
	// Fields are the fields outside every oneof, groups not among them.
	Fields []*Field
	Oneofs []*Oneof
	// Groups are proto2 groups; Field.Group holds their contents.
	Groups     []*Field
	extensions []ranges
	extends    []extend
	Messages   []*Message
	Enums      []*Enum
	schema.Position
	shape func() *messageShape
}

// Field is a declared field.
type Field struct {
	Label  Label
	Type   Type
	Name   string
	Number int32
	// Group is the body of a proto2 group, nil for every other field.
	Group *Message
	// Delimited says that the message is written between tags, as groups and
	// the edition feature message_encoding have it.
	Delimited bool
	options   []option
	schema.Position
}

// Type is the type of a field as written and as resolved.
type Type struct {
	// Name is the type as written: a scalar's name or a message's or enum's in
	// any qualification. For a map it is the value's type.
	Name string
	// Key is the key type of a map, "" for every other type.
	Key string
	// FullName is the message or enum that Name stands for, without a leading
	// dot; "" for a scalar.
	FullName string
}

// String prints the type as written.
func (t Type) String() string {
	if t.Key != "" {
		return "map<" + t.Key + ", " + t.Name + ">"
	}
	return t.Name
}

// Oneof is a declared oneof. Its Fields have no label.
type Oneof struct {
	Name    string
	options []option
	Fields  []*Field
	Groups  []*Field
	schema.Position
}

// Members are the oneof's fields and groups.
func (o *Oneof) Members() []*Field { return slices.Concat(o.Fields, o.Groups) }

// Enum is a declared enum.
type Enum struct {
	Name     string
	FullName string
	reserved []ranges
	options  []option
	Values   []*EnumValue
	schema.Position
	sum func() uint64
}

// EnumValue is one symbol of an enum.
type EnumValue struct {
	Name    string
	Number  int32
	options []option
	schema.Position
}

type importLine struct {
	modifier string // "", "public" or "weak"
	path     string
}

// extend is an extend block with the name of the message it extends.
type extend struct {
	name     string
	fullName string
	fields   []*Field
	groups   []*Field
}

type service struct {
	name    string
	options []option
	methods []method
}

type method struct {
	name          string
	input, output methodType
	options       []option
}

type methodType struct {
	stream   bool
	name     string
	fullName string
}

// ranges is one reserved or extensions statement.
type ranges struct {
	values  []rangeValue
	options []option
}

// rangeValue is a name, a number or a range of numbers.
type rangeValue struct {
	name       string
	bare       bool // the name is an identifier, as editions want it
	start, end int64
	single     bool // written as one number
	toMax      bool
}

// option is one option assignment.
type option struct {
	name  []namePart
	value value
}

// namePart is one part of an option's name: "(acme.pii)" or "ctype". For a
// custom option, resolved says what the name stands for.
type namePart struct {
	name      string
	extension bool
	resolved  extensionName
}

func (p namePart) String() string {
	if p.extension {
		return "(" + p.name + ")"
	}
	return p.name
}

// value is the right-hand side of an option: exactly one of the members says
// something, by kind.
type value struct {
	kind    valueKind
	text    string // a word as written, or the bytes of a string
	list    []value
	entries []entry
}

type valueKind uint8

const (
	wordValue valueKind = iota // an identifier, true, false, inf, …
	numberValue
	stringValue
	listValue
	mapValue
)

// entry is one field of a message literal. Its key may be "[pkg.extension]",
// in any qualification; fullKey has the extension's full name.
type entry struct {
	key     string
	fullKey string
	value   value
}

// put adds an entry to a message literal that is being built. A key that is
// there already is a repeated field: its values become one list, where the key
// first stood.
func put(entries []entry, e entry) []entry {
	i := slices.IndexFunc(entries, func(have entry) bool { return have.fullKey == e.fullKey })
	if i < 0 {
		return append(entries, e)
	}
	entries[i].value = value{kind: listValue, list: append(asList(entries[i].value), asList(e.value)...)}
	return entries
}

func asList(v value) []value {
	if v.kind == listValue {
		return v.list
	}
	return []value{v}
}

// groupFieldName is the name of the field that a group declares beside its
// message.
func groupFieldName(group string) string { return strings.ToLower(group) }

// allFields are the message's fields, oneof members and groups, in that order.
func (m *Message) allFields() []*Field {
	all := slices.Clone(m.Fields)
	for _, o := range m.Oneofs {
		all = append(all, o.Members()...)
	}
	return append(all, m.Groups...)
}

// nested are the messages declared inside m, groups among them.
func (m *Message) nested() []*Message {
	all := slices.Clone(m.Messages)
	for _, f := range m.allFields() {
		if f.Group != nil {
			all = append(all, f.Group)
		}
	}
	for _, e := range m.extends {
		for _, g := range e.groups {
			all = append(all, g.Group)
		}
	}
	return all
}

// walk calls the functions for every message and enum of the document, an
// outer message before those inside.
func (d *Document) walk(message func(*Message), enum func(*Enum)) {
	var visit func(messages []*Message, enums []*Enum)
	visit = func(messages []*Message, enums []*Enum) {
		for _, m := range messages {
			message(m)
			visit(m.nested(), m.Enums)
		}
		for _, e := range enums {
			enum(e)
		}
	}
	top := slices.Clone(d.Messages)
	for _, e := range d.extends {
		for _, g := range e.groups {
			top = append(top, g.Group)
		}
	}
	visit(top, d.Enums)
}
