package compat

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// maxProtoSteps bounds one comparison, in declarations looked at.
const maxProtoSteps = 1_000_000

// compareProtobuf lists the differences between what data is read with and
// what it was written with, by Confluent's rules (compatibility reference 3):
// packages, then messages by name and their fields by number, then enums.
// Messages and enums come in the writer's order, those that only the reader
// has behind them; fields by number.
//
// A field whose message type comes from another version of a reference on
// either side has that type's contents compared too; what is found there is
// listed where the type is first met, under the type's own path.
func compareProtobuf(ctx context.Context, reader, writer *protobuf.File, sides Sides) ([]Difference, error) {
	c := newProtoComparison(ctx, reader, writer, sides)
	c.files()
	return c.found, c.err
}

// protoComparison is the state of one comparison.
type protoComparison struct {
	ctx            context.Context //nolint:containedctx // lives for one comparison
	reader, writer *protobuf.File
	sides          Sides
	found          []Difference
	steps          int
	err            error
	// breaks says of a pair of imported messages whether their contents are
	// incompatible. A pair that is being compared counts as compatible, and so
	// recursive types end.
	breaks map[protoPair]bool
	// thorough looks into what is the same on both sides too. The tests hold
	// the shortcut against it.
	thorough bool
}

type protoPair struct{ reader, writer *protobuf.Message }

func newProtoComparison(ctx context.Context, reader, writer *protobuf.File, sides Sides) *protoComparison {
	return &protoComparison{ctx: ctx, reader: reader, writer: writer, sides: sides, breaks: map[protoPair]bool{}}
}

// files compares the schemas.
func (c *protoComparison) files() {
	reader, writer := c.reader.Document(), c.writer.Document()
	root := protoPlace{local: true}
	if reader.Package != writer.Package {
		c.add(root, protoPackageChanged, schema.Position{}, schema.Position{})
	}
	c.types(root, protoTypes{reader.Messages, reader.Enums}, protoTypes{writer.Messages, writer.Enums})
}

// protoPlace is where in the schemas the comparison is.
type protoPlace struct {
	path []string
	// local says that the place is in the compared texts and not in a file
	// they import, so that positions mean something.
	local bool
}

func (p protoPlace) below(name string) protoPlace {
	return protoPlace{path: append(slices.Clip(p.path), name), local: p.local}
}

func (p protoPlace) number(n int32) protoPlace { return p.below(strconv.Itoa(int(n))) }

func (p protoPlace) String() string { return "#/" + strings.Join(p.path, "/") }

// location is the place in one of the schemas, whose position is unknown where
// it has nothing there.
func (p protoPlace) location(at schema.Position) Location {
	switch {
	case !p.local:
		return Location{Path: p.String()}
	case at == schema.Position{}:
		return Location{}
	}
	return Location{Path: p.String(), Position: at}
}

// add lists a difference.
func (c *protoComparison) add(at protoPlace, kind string, readerAt, writerAt schema.Position) {
	d := Difference{
		Format:      schema.Protobuf,
		Kind:        kind,
		Path:        at.String(),
		Description: describeProto(kind, at.String(), c.sides),
	}
	if protoBreaking[kind] {
		d.Verdict = Incompatible
	}
	d.ReaderAt, d.WriterAt = at.location(readerAt), at.location(writerAt)
	c.found = append(c.found, d)
}

// stop counts a step and says whether the comparison has to end.
func (c *protoComparison) stop() bool {
	c.steps++
	switch {
	case c.err != nil:
	case c.steps > maxProtoSteps:
		c.err = ErrTooComplex
	case c.steps%1024 == 1:
		c.err = c.ctx.Err()
	}
	return c.err != nil
}

// protoTypes are the types declared at one level of nesting.
type protoTypes struct {
	messages []*protobuf.Message
	enums    []*protobuf.Enum
}

// passes says whether the comparison passes over what is the same: equal
// declarations have no differences, harmless ones included.
func (c *protoComparison) passes(same bool) bool { return same && !c.thorough }

// types compares the types at one level of nesting.
func (c *protoComparison) types(at protoPlace, reader, writer protoTypes) {
	messages := protoPairUp(reader.messages, writer.messages, func(m *protobuf.Message) string { return m.Name })
	for _, p := range messages {
		switch {
		case c.stop():
			return
		case p.reader == nil:
			c.add(at.below(p.key), protoMessageRemoved, schema.Position{}, p.writer.Position)
		case p.writer == nil:
			c.add(at.below(p.key), protoMessageAdded, p.reader.Position, schema.Position{})
		default:
			c.message(at.below(p.key), p.reader, p.writer)
			if p.moved {
				c.add(at.below(p.key), protoMessageMoved, p.reader.Position, p.writer.Position)
			}
		}
	}
	enums := protoPairUp(reader.enums, writer.enums, func(e *protobuf.Enum) string { return e.Name })
	for _, p := range enums {
		switch {
		case c.stop():
			return
		case p.reader == nil:
			c.add(at.below(p.key), protoEnumRemoved, schema.Position{}, p.writer.Position)
		case p.writer == nil:
			c.add(at.below(p.key), protoEnumAdded, p.reader.Position, schema.Position{})
		case !c.passes(p.reader.Same(p.writer)):
			c.enum(at.below(p.key), p.reader, p.writer)
		}
	}
}

// enum compares the values of an enum by number. Of several names for one
// number the first counts.
func (c *protoComparison) enum(at protoPlace, reader, writer *protobuf.Enum) {
	number := func(v *protobuf.EnumValue) int32 { return v.Number }
	for _, p := range protoPairUp(reader.Values, writer.Values, number) {
		here := at.number(p.key)
		switch {
		case c.stop():
			return
		case p.reader == nil:
			c.add(here, protoEnumConstRemoved, schema.Position{}, p.writer.Position)
		case p.writer == nil:
			c.add(here, protoEnumConstAdded, p.reader.Position, schema.Position{})
		case p.reader.Name != p.writer.Name:
			c.add(here, protoEnumConstChanged, p.reader.Position, p.writer.Position)
		}
	}
}

// protoMatch is a declaration of both sides, or of one with the other nil.
type protoMatch[K comparable, T any] struct {
	key            K
	reader, writer *T
	// moved says that the sides have it at different places of their lists.
	moved bool
}

// protoPairUp matches declarations by a key: the writer's in their order, then what
// only the reader has. Where a key comes twice, the first declaration counts.
func protoPairUp[K comparable, T any](reader, writer []*T, key func(*T) K) []protoMatch[K, T] {
	type place struct{ match, written int }
	out := make([]protoMatch[K, T], 0, max(len(reader), len(writer)))
	at := make(map[K]place, len(writer))
	for i, w := range writer {
		if _, ok := at[key(w)]; !ok {
			at[key(w)] = place{len(out), i}
			out = append(out, protoMatch[K, T]{key: key(w), writer: w})
		}
	}
	for i, r := range reader {
		p, ok := at[key(r)]
		switch {
		case !ok:
			at[key(r)] = place{match: len(out)}
			out = append(out, protoMatch[K, T]{key: key(r), reader: r})
		case out[p.match].reader == nil && out[p.match].writer != nil:
			out[p.match].reader, out[p.match].moved = r, i != p.written
		}
	}
	return out
}
