package compat

import (
	"cmp"
	"slices"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// protoMember is a field and the oneof it is in, nil for a plain field.
type protoMember struct {
	*protobuf.Field
	oneof *protobuf.Oneof
}

// in says whether both fields are plain, or members of oneofs of one name.
func (m protoMember) in(o *protobuf.Oneof) bool {
	if m.oneof == nil || o == nil {
		return m.oneof == o
	}
	return m.oneof.Name == o.Name
}

// protoMembersOf are a message's fields by number, those in oneofs included.
// Groups are not paired.
func protoMembersOf(m *protobuf.Message) map[int32]protoMember {
	members := map[int32]protoMember{}
	for _, f := range m.Fields {
		members[f.Number] = protoMember{f, nil}
	}
	for _, o := range m.Oneofs {
		for _, f := range o.Fields {
			members[f.Number] = protoMember{f, o}
		}
	}
	return members
}

// protoMessages is a message on both sides with its fields at hand.
type protoMessages struct {
	reader, writer *protobuf.Message
	// read and written are the fields by number.
	read, written map[int32]protoMember
}

// message compares a message on both sides: oneofs, fields, nested types.
func (c *protoComparison) message(at protoPlace, reader, writer *protobuf.Message) {
	m := protoMessages{reader, writer, protoMembersOf(reader), protoMembersOf(writer)}
	for _, o := range reader.Oneofs {
		c.gathered(at.below(o.Name), o, m)
	}
	for _, p := range protoPairUp(reader.Oneofs, writer.Oneofs, func(o *protobuf.Oneof) string { return o.Name }) {
		c.oneof(at.below(p.key), p, m)
	}
	c.fields(at, m)
	c.types(at, protoTypes{reader.Messages, reader.Enums}, protoTypes{writer.Messages, writer.Enums})
}

// gathered checks where the members of the reader's oneof stood with the
// writer, who may have set more than one of them: each plain field is an
// origin of its own, a oneof is one for all its members. Only one origin fits
// into a oneof.
func (c *protoComparison) gathered(at protoPlace, o *protobuf.Oneof, m protoMessages) {
	plain := 0
	var oneofs []*protobuf.Oneof
	var from schema.Position
	for _, f := range o.Fields {
		if c.stop() {
			return
		}
		w, ok := m.written[f.Number]
		switch {
		case !ok:
		case w.oneof == nil:
			plain++
			from = w.Position
		case !slices.Contains(oneofs, w.oneof):
			oneofs = append(oneofs, w.oneof)
			from = w.oneof.Position
		}
	}
	switch {
	case plain > 1:
		c.add(at, protoMultipleFieldsToOneof, o.Position, from)
	case plain+len(oneofs) > 1:
		c.add(at, protoFieldToExistingOneof, o.Position, from)
	}
}

// oneof compares a oneof by name. What its members hold is compared with the
// fields.
func (c *protoComparison) oneof(at protoPlace, p protoMatch[string, protobuf.Oneof], m protoMessages) {
	switch {
	case p.reader == nil:
		c.add(at, protoOneofRemoved, schema.Position{}, p.writer.Position)
	case p.writer == nil:
		c.add(at, protoOneofAdded, p.reader.Position, schema.Position{})
	}
	if p.writer != nil {
		c.lost(at, p.writer, p.reader != nil, m)
	}
	if p.reader != nil {
		for _, f := range protoByNumber(p.reader.Fields) {
			if _, ok := m.written[f.Number]; !ok {
				c.add(at.number(f.Number), protoOneofFieldAdded, f.Position, schema.Position{})
			}
		}
	}
}

// lost lists the members of the writer's oneof that the reader's message has
// no more. A oneof that is gone with all its members breaks nothing.
func (c *protoComparison) lost(at protoPlace, o *protobuf.Oneof, kept bool, m protoMessages) {
	survives := slices.ContainsFunc(o.Fields, func(f *protobuf.Field) bool {
		_, ok := m.read[f.Number]
		return ok
	})
	for _, f := range protoByNumber(o.Fields) {
		r, ok := m.read[f.Number]
		switch {
		case c.stop():
			return
		case !ok && (kept || survives):
			c.add(at.number(f.Number), protoOneofFieldRemoved, schema.Position{}, f.Position)
		case ok && r.oneof == nil:
			c.add(at.number(f.Number), protoOneofFieldMovedToTop, r.Position, f.Position)
		}
	}
}

func protoByNumber(fields []*protobuf.Field) []*protobuf.Field {
	return slices.SortedFunc(slices.Values(fields), func(a, b *protobuf.Field) int {
		return cmp.Compare(a.Number, b.Number)
	})
}

// fields compares all fields of a message by number, wherever they stand.
func (c *protoComparison) fields(at protoPlace, m protoMessages) {
	var numbers []int32
	for n := range m.written {
		numbers = append(numbers, n)
	}
	for n := range m.read {
		if _, ok := m.written[n]; !ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		if c.stop() {
			return
		}
		r, isRead := m.read[n]
		w, isWritten := m.written[n]
		switch {
		case !isRead && w.oneof == nil:
			kind := protoFieldRemoved
			if w.Label == protobuf.Required {
				kind = protoRequiredFieldRemoved
			}
			c.add(at.number(n), kind, schema.Position{}, w.Position)
		case !isWritten && r.oneof == nil:
			kind := protoFieldAdded
			if r.Label == protobuf.Required {
				kind = protoRequiredFieldAdded
			}
			c.add(at.number(n), kind, r.Position, schema.Position{})
		case !isRead || !isWritten:
			// Members of oneofs that come or go are listed with their oneof.
		case r.oneof != nil && w.in(r.oneof):
			c.field(at.below(r.oneof.Name).number(n), r.Field, w.Field)
		default:
			c.field(at.number(n), r.Field, w.Field)
		}
	}
}
