package compat

import (
	"strings"

	"github.com/accordhq/accord/schema/protobuf"
)

// protoKind is how a value is written, in the groups whose members Confluent
// lets stand for one another (compatibility reference 3.2).
type protoKind string

const (
	protoMessageKind protoKind = "message"
	protoMapKind     protoKind = "map"
	// Enums are numbers, whichever enum it is.
	protoNumber protoKind = "int32, int64, uint32, uint64, bool, enum"
	protoText   protoKind = "string, bytes"
)

var protoScalars = map[string]protoKind{
	"int32": protoNumber, "int64": protoNumber, "uint32": protoNumber, "uint64": protoNumber, "bool": protoNumber,
	"sint32": "sint32, sint64", "sint64": "sint32, sint64",
	"string": protoText, "bytes": protoText,
	"fixed32": "fixed32, sfixed32", "sfixed32": "fixed32, sfixed32",
	"fixed64": "fixed64, sfixed64", "sfixed64": "fixed64, sfixed64",
	"float": "float", "double": "double",
}

func (k protoKind) scalar() bool { return k != protoMessageKind && k != protoMapKind }

// kindOf says how values of a type are written. A type of which the file knows
// nothing counts as a message.
func kindOf(f *protobuf.File, t protobuf.Type) protoKind {
	if t.Key != "" {
		return protoMapKind
	}
	if t.FullName == "" {
		return protoScalars[t.Name]
	}
	if d, ok := f.Lookup(t.FullName); ok && d.Enum != nil {
		return protoNumber
	}
	return protoMessageKind
}

// field compares the two fields of one number.
func (c *protoComparison) field(at protoPlace, r, w *protobuf.Field) {
	if r.Name != w.Name {
		c.add(at, protoFieldNameChanged, r.Position, w.Position)
	}
	differ := func(kind string) { c.add(at, kind, r.Position, w.Position) }
	if c.compareTypes(r.Type, w.Type, differ) && c.kind(r) == protoMessageKind && r.Delimited != w.Delimited {
		// Confluent does not see this feature of editions; no reader can read
		// the one form as the other.
		differ(protoFieldKindChanged)
		return
	}
	c.labels(r, w, differ)
}

func (c *protoComparison) kind(r *protobuf.Field) protoKind { return kindOf(c.reader, r.Type) }

// labels compares the labels of two scalar fields of one group. A label counts
// where both sides write one.
func (c *protoComparison) labels(r, w *protobuf.Field, differ func(string)) {
	kind := c.kind(r)
	switch {
	case r.Label == protobuf.Unlabelled || w.Label == protobuf.Unlabelled || r.Label == w.Label:
	case !kind.scalar() || kind != kindOf(c.writer, w.Type):
	case kind == protoText:
		differ(protoFieldStringLabelChanged)
	default:
		differ(protoFieldNumericLabelChanged)
	}
}

// compareTypes compares two types and says whether they are of one sort:
// scalar, message or map.
func (c *protoComparison) compareTypes(r, w protobuf.Type, differ func(string)) bool {
	readKind, writtenKind := kindOf(c.reader, r), kindOf(c.writer, w)
	switch {
	case readKind.scalar() && writtenKind.scalar():
		if readKind != writtenKind {
			differ(protoFieldScalarKindChanged)
		}
	case readKind != writtenKind:
		differ(protoFieldKindChanged)
		return false
	case readKind == protoMapKind:
		c.compareTypes(protobuf.Type{Name: r.Key}, protobuf.Type{Name: w.Key}, differ)
		r.Key, w.Key = "", ""
		c.compareTypes(r, w, differ)
	default:
		c.compareMessageTypes(r, w, differ)
	}
	return true
}

// compareMessageTypes compares two message types by their names within their
// packages, and by what they hold if they come from different files.
func (c *protoComparison) compareMessageTypes(r, w protobuf.Type, differ func(string)) {
	read, readKnown := c.reader.Lookup(r.FullName)
	written, writtenKnown := c.writer.Lookup(w.FullName)
	if !readKnown || !writtenKnown {
		if r.Name != w.Name {
			differ(protoFieldNamedTypeChanged)
		}
		return
	}
	if read.Name() != written.Name() || c.contentsBreak(read, written) {
		differ(protoFieldNamedTypeChanged)
	}
}

// contentsBreak compares what two messages of one name hold, unless they come
// from one file, and says whether anything in them is incompatible.
func (c *protoComparison) contentsBreak(read, written protobuf.Declaration) bool {
	pair := protoPair{read.Message, written.Message}
	if sameFile(read, written) || pair.reader == nil || pair.writer == nil || c.err != nil {
		return false
	}
	if breaks, known := c.breaks[pair]; known {
		return breaks
	}
	c.breaks[pair] = false
	before := len(c.found)
	c.message(protoPlace{path: strings.Split(read.Name(), ".")}, pair.reader, pair.writer)
	for _, d := range c.found[before:] {
		c.breaks[pair] = c.breaks[pair] || d.Verdict == Incompatible
	}
	return c.breaks[pair]
}

// sameFile says that two types need no comparison of what they hold: both are
// in the compared schemas, which are compared anyway, both are built in, or
// both come from one version of one subject.
func sameFile(read, written protobuf.Declaration) bool {
	if read.Local != written.Local || read.Builtin != written.Builtin {
		return false
	}
	return read.Local || read.Builtin ||
		read.Origin.Subject == written.Origin.Subject && read.Origin.Version == written.Origin.Version
}
