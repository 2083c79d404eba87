// Package schema is the vocabulary that every part of Accord shares when it
// speaks of schemas: formats, references, metadata, rule sets, the one model of
// fields, positions in source text and errors that name their place.
//
// The three languages live in the folders below, each with its own parser:
// avro, protobuf and jsonschema. Package formats picks one of them by Format.
// This package parses nothing and imports nothing of ours.
package schema

import (
	"context"
	"strings"
)

// Format is a schema language, spelled as Confluent's REST API spells it in
// "schemaType".
type Format string

// The three languages.
const (
	Avro     Format = "AVRO"
	JSON     Format = "JSON"
	Protobuf Format = "PROTOBUF"
)

// Formats lists every supported language in a stable order.
func Formats() []Format { return []Format{Avro, JSON, Protobuf} }

// ParseFormat reads a schemaType in any case; the empty string is Avro, as
// clients older than schemaType send nothing. It reports false for a language
// that is not supported.
func ParseFormat(s string) (Format, bool) {
	switch f := Format(strings.ToUpper(s)); f {
	case "":
		return Avro, true
	case Avro, JSON, Protobuf:
		return f, true
	}
	return "", false
}

// Reference says that a schema uses another: under which name the text speaks
// of it (Avro full name, JSON $ref, Protobuf import path), and which version of
// which subject that is. Version -1 stands for the latest until registration
// pins it.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Dependency is a resolved reference: the referenced version with its text.
// A list of dependencies is flat and complete: it holds references of
// references too, each before the first that needs it, one per name.
type Dependency struct {
	Reference
	Text string
}

// Source is what a parser reads.
type Source struct {
	Format Format
	Text   string
	// References are those the text itself declares, Dependencies all it needs
	// to be understood, directly or through others.
	References   []Reference
	Dependencies []Dependency
	// Strict asks for the checks Confluent makes of a new schema (Avro names
	// and default values). Schemas that already exist are read leniently.
	Strict bool
}

// Parsed is a schema understood. Implementations are immutable and safe for
// concurrent use; each format's package has a richer concrete type that
// compatibility compares.
type Parsed interface {
	// Format names the language.
	Format() Format
	// Canonical is the text Confluent's registry would store without
	// normalize: GUIDs and sameness are judged on it.
	Canonical() string
	// Normalized is the text Confluent would store with normalize=true.
	Normalized() string
	// Structure is the normalised text with every piece of documentation
	// taken out: two schemas with one Structure differ in words alone.
	Structure() string
	// Documentation is every piece of documentation with white space folded,
	// in a fixed order and with its path, so that equal strings mean equal
	// documentation. Empty: the schema documents nothing.
	Documentation() string
	// Name is what a consumer calls the schema's root: Avro full name,
	// Protobuf full name of the first message, JSON Schema title. May be "".
	Name() string
	// Fields lists every element: see Field for order and bounds.
	Fields() []Field
	// Print renders the schema for a read's format= parameter: "" is
	// Canonical; Avro knows "resolved", Protobuf "serialized" and
	// "ignore_extensions". A value the format does not know prints Canonical,
	// as Confluent does.
	Print(format string) string
}

// ParseFunc is the shape of every format's parser. Bad text yields an *Error.
// The context bounds its time.
type ParseFunc func(ctx context.Context, src Source) (Parsed, error)

// Limits on what a parser accepts. They hold for every format, so that no text
// can exhaust memory, stack or time.
const (
	// MaxText is the largest schema text in bytes.
	MaxText = 4 << 20
	// MaxDepth is the deepest nesting of values, types or messages.
	MaxDepth = 500
	// MaxDependencies bounds the flat list of dependencies of one schema.
	MaxDependencies = 2000
	// MaxFields is where Fields stops unfolding types it has already unfolded
	// elsewhere; see Field.
	MaxFields = 10_000
)
