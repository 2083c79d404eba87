package compat

import (
	"cmp"
	"slices"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// message compares a message on both sides: oneofs, fields, nested types.
func (c *protoComparison) message(at protoPlace, reader, writer *protobuf.Message) {
	if c.passes(reader.Same(writer)) {
		return
	}
	for _, o := range reader.Oneofs {
		c.gathered(at.below(o.Name), o, writer)
	}
	for _, p := range protoPairUp(reader.Oneofs, writer.Oneofs, func(o *protobuf.Oneof) string { return o.Name }) {
		c.oneof(at.below(p.key), p, reader, writer)
	}
	c.fields(at, reader.Members(), writer.Members())
	c.types(at, protoTypes{reader.Messages, reader.Enums}, protoTypes{writer.Messages, writer.Enums})
}

// gathered checks where the members of the reader's oneof stood with the
// writer, who may have set more than one of them: each plain field is an
// origin of its own, a oneof is one for all its members. Only one origin fits
// into a oneof.
func (c *protoComparison) gathered(at protoPlace, o *protobuf.Oneof, writer *protobuf.Message) {
	plain := 0
	var oneofs []*protobuf.Oneof
	var from schema.Position
	for _, f := range o.Fields {
		if c.stop() {
			return
		}
		w, ok := writer.Member(f.Number)
		switch {
		case !ok:
		case w.Oneof == nil:
			plain++
			from = w.Position
		case !slices.Contains(oneofs, w.Oneof):
			oneofs = append(oneofs, w.Oneof)
			from = w.Oneof.Position
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
func (c *protoComparison) oneof(at protoPlace, p protoMatch[string, protobuf.Oneof], reader, writer *protobuf.Message) {
	switch {
	case p.reader == nil:
		c.add(at, protoOneofRemoved, schema.Position{}, p.writer.Position)
	case p.writer == nil:
		c.add(at, protoOneofAdded, p.reader.Position, schema.Position{})
	}
	if p.writer != nil {
		c.lost(at, p.writer, p.reader != nil, reader)
	}
	if p.reader != nil {
		for _, f := range protoByNumber(p.reader.Fields) {
			if _, ok := writer.Member(f.Number); !ok {
				c.add(at.number(f.Number), protoOneofFieldAdded, f.Position, schema.Position{})
			}
		}
	}
}

// lost lists the members of the writer's oneof that the reader's message has
// no more. A oneof that is gone with all its members breaks nothing.
func (c *protoComparison) lost(at protoPlace, o *protobuf.Oneof, kept bool, reader *protobuf.Message) {
	survives := slices.ContainsFunc(o.Fields, func(f *protobuf.Field) bool {
		_, ok := reader.Member(f.Number)
		return ok
	})
	for _, f := range protoByNumber(o.Fields) {
		r, ok := reader.Member(f.Number)
		switch {
		case c.stop():
			return
		case !ok && (kept || survives):
			c.add(at.number(f.Number), protoOneofFieldRemoved, schema.Position{}, f.Position)
		case ok && r.Oneof == nil:
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
func (c *protoComparison) fields(at protoPlace, read, written []protobuf.Member) {
	for (len(read) > 0 || len(written) > 0) && !c.stop() {
		switch {
		case len(written) == 0 || len(read) > 0 && read[0].Number < written[0].Number:
			c.fieldAdded(at, read[0])
			read = read[1:]
		case len(read) == 0 || written[0].Number < read[0].Number:
			c.fieldRemoved(at, written[0])
			written = written[1:]
		default:
			if r, w := read[0], written[0]; !c.passes(r.Same(w)) {
				c.field(fieldPlace(at, r, w), r.Field, w.Field)
			}
			read, written = read[1:], written[1:]
		}
	}
}

// fieldPlace is where a field of both sides stands: in the oneof, if it is the
// same one by its name.
func fieldPlace(at protoPlace, r, w protobuf.Member) protoPlace {
	if r.Oneof != nil && w.Oneof != nil && r.Oneof.Name == w.Oneof.Name {
		at = at.below(r.Oneof.Name)
	}
	return at.number(r.Number)
}

// fieldAdded lists a field that only the reader has. Members of oneofs are
// listed with their oneof.
func (c *protoComparison) fieldAdded(at protoPlace, r protobuf.Member) {
	switch {
	case r.Oneof != nil:
	case r.Label == protobuf.Required:
		c.add(at.number(r.Number), protoRequiredFieldAdded, r.Position, schema.Position{})
	default:
		c.add(at.number(r.Number), protoFieldAdded, r.Position, schema.Position{})
	}
}

// fieldRemoved lists a field that only the writer has. Members of oneofs are
// listed with their oneof.
func (c *protoComparison) fieldRemoved(at protoPlace, w protobuf.Member) {
	switch {
	case w.Oneof != nil:
	case w.Label == protobuf.Required:
		c.add(at.number(w.Number), protoRequiredFieldRemoved, schema.Position{}, w.Position)
	default:
		c.add(at.number(w.Number), protoFieldRemoved, schema.Position{}, w.Position)
	}
}
