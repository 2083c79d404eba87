// Package compat says what changed between two schemas and what that breaks.
// It finds differences first and judges them second; it is pure, knows no
// registry, and asks no library for a verdict.
package compat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/protobuf"
)

// Level is a compatibility level, spelled as Confluent spells it.
type Level string

// The levels.
const (
	None               Level = "NONE"
	Backward           Level = "BACKWARD"
	BackwardTransitive Level = "BACKWARD_TRANSITIVE"
	Forward            Level = "FORWARD"
	ForwardTransitive  Level = "FORWARD_TRANSITIVE"
	Full               Level = "FULL"
	FullTransitive     Level = "FULL_TRANSITIVE"
)

// Levels lists all levels, weakest first.
func Levels() []Level {
	return []Level{None, Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive}
}

// ParseLevel reads a level in any case.
func ParseLevel(s string) (Level, bool) {
	for _, l := range Levels() {
		if strings.EqualFold(s, string(l)) {
			return l, true
		}
	}
	return "", false
}

// Transitive reports whether the level looks at every version, not the latest
// alone.
func (l Level) Transitive() bool { return strings.HasSuffix(string(l), "_TRANSITIVE") }

// Policy decides about differences that are harmless in practice and unsound
// in theory (JSON Schema content models).
type Policy string

// The policies.
const (
	Strict  Policy = "STRICT"
	Lenient Policy = "LENIENT"
	// Logical adds checks of table formats to Strict in Confluent's server.
	// It is kept for clients and judged as Strict.
	Logical Policy = "LOGICAL"
)

// ParsePolicy reads a policy in any case.
func ParsePolicy(s string) (Policy, bool) {
	for _, p := range []Policy{Strict, Lenient, Logical} {
		if strings.EqualFold(s, string(p)) {
			return p, true
		}
	}
	return "", false
}

// Verdict is what a single difference means.
type Verdict uint8

// The verdicts of a difference.
const (
	Compatible Verdict = iota
	// LenientOnly is compatible under Lenient and incompatible under Strict.
	LenientOnly
	Incompatible
)

// Difference is one thing that changed between an old and a new schema, seen
// by a reader that has the one and data written with the other.
type Difference struct {
	// Format is the language both sides share.
	Format schema.Format
	// Kind is Confluent's name: "TYPE_MISMATCH", "FIELD_REMOVED", ….
	Kind string
	// Path is Confluent's path: "/fields/1/type", "#/Order/3", "#/required/a".
	Path string
	// Description is Confluent's sentence with path and sides filled in.
	Description string
	// Info is Confluent's additionalInfo (Avro only).
	Info    string
	Verdict Verdict
	// ReaderAt and WriterAt are where the difference stands in the reader's
	// and in the writer's text; zero where unknown.
	ReaderAt, WriterAt Location
	// Inner says what lies behind a difference that collapses others, as the
	// branches of a union do.
	Inner []Difference
}

// Location is a place in one of the two schemas; zero where that schema has
// nothing of the kind. What a dependency declares has a path and no position.
type Location struct {
	// Path is a JSON pointer into the text for Avro ("/" is the root) and JSON
	// Schema ("#/"), and Confluent's path for Protobuf.
	Path string
	schema.Position
}

// Breaks reports whether the difference is incompatible under a policy.
func (d Difference) Breaks(p Policy) bool {
	return d.Verdict == Incompatible || d.Verdict == LenientOnly && p != Lenient
}

// String prints the difference as Confluent's verbose messages do
// (compatibility reference 1.4).
func (d Difference) String() string {
	if d.Format == schema.Avro {
		return "{errorType:'" + d.Kind + "', description:'" + d.Description + "', additionalInfo:'" + d.Info + "'}"
	}
	return `{errorType:"` + d.Kind + `", description:"` + d.Description + `"}`
}

// Sides names reader and writer in descriptions: "new" and "old" when the new
// schema reads old data, the other way round when old readers read new data.
type Sides struct{ Reader, Writer string }

// The two directions of a check.
var (
	NewReadsOld = Sides{Reader: "new", Writer: "old"}
	OldReadsNew = Sides{Reader: "old", Writer: "new"}
)

// ErrTooComplex is returned by engines whose step budget ran out.
var ErrTooComplex = errors.New("comparing these schemas takes too many steps: split the schema into smaller types")

// Compare returns every difference between the schema data is read with and
// the one it was written with, in the engine's order. Schemas of two languages
// cannot be compared: that is a bug of the caller and an error.
func Compare(ctx context.Context, reader, writer schema.Parsed, sides Sides) ([]Difference, error) {
	switch r := reader.(type) {
	case *avro.Schema:
		if w, ok := writer.(*avro.Schema); ok {
			return compareAvro(ctx, r, w, sides)
		}
	case *jsonschema.Schema:
		if w, ok := writer.(*jsonschema.Schema); ok {
			return compareJSON(ctx, r, w, sides, allDifferences)
		}
	case *protobuf.File:
		if w, ok := writer.(*protobuf.File); ok {
			return compareProtobuf(ctx, r, w, sides)
		}
	}
	return nil, differentTypes(writer, reader)
}

// CompareChange is Compare for a change from old to next, seen in a direction.
func CompareChange(ctx context.Context, old, next schema.Parsed, sides Sides) ([]Difference, error) {
	if sides == OldReadsNew {
		return Compare(ctx, old, next, sides)
	}
	return Compare(ctx, next, old, sides)
}

// Breaking returns those differences of CompareChange that break under a policy.
// It describes nothing else, which makes it the way to compare with a long
// history.
func Breaking(ctx context.Context, old, next schema.Parsed, sides Sides, policy Policy) ([]Difference, error) {
	reader, writer := next, old
	if sides == OldReadsNew {
		reader, writer = old, next
	}
	var differences []Difference
	var err error
	r, isJSON := reader.(*jsonschema.Schema)
	if w, both := writer.(*jsonschema.Schema); isJSON && both {
		differences, err = compareJSON(ctx, r, w, sides, breakingAlone)
	} else {
		differences, err = Compare(ctx, reader, writer, sides)
	}
	return slices.DeleteFunc(differences, func(d Difference) bool { return !d.Breaks(policy) }), err
}

// Places are where a difference, seen in a direction, stands in the old and in
// the new schema.
func (d Difference) Places(sides Sides) (old, next Location) {
	if sides == OldReadsNew {
		return d.ReaderAt, d.WriterAt
	}
	return d.WriterAt, d.ReaderAt
}

// differentTypes is a bug of a caller that did not look at the formats.
func differentTypes(old, next schema.Parsed) error {
	return fmt.Errorf("compare a %s schema (%T) with a %s schema (%T): not the same schema type", old.Format(), old, next.Format(), next)
}
