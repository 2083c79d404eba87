// Package protobuf reads Protobuf schemas: proto2, proto3 and edition 2023, as
// .proto source or as a base64 FileDescriptorProto.
//
// A text is compiled with the files it references (compile.go) and kept in two
// shapes: the descriptor, which says what it means, and a Document, which says
// how it is written. Confluent's texts, GUIDs and compatibility verdicts rest
// on the second; fields, types and options are read from the first.
package protobuf

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema"
)

// Parse reads a Protobuf schema with its dependencies. A bad text yields a
// *schema.Error with the place, in the text itself or in a dependency; an
// ended context yields its error.
//
// The text, and each dependency's, is .proto source or the standard base64 of
// a FileDescriptorProto. An import is found among the dependencies by the
// reference's name, and among the built-in files (BuiltinImports): nothing is
// ever loaded from elsewhere. Where both know a path, the dependency counts,
// except under google/protobuf.
//
// Source.Strict changes nothing: Confluent's strict checks concern Avro, and
// every Protobuf schema is compiled in full.
func Parse(ctx context.Context, src schema.Source) (parsed *File, err error) {
	// The compiler indexes into what it was given in many places, and not all
	// of them are safe from descriptors made by hand or from syntax no person
	// writes. Everything runs in this goroutine, so a panic ends up here, and
	// a hostile text costs its sender an error and nobody else anything.
	defer func() {
		if p := recover(); p != nil {
			parsed, err = nil, schema.Errorf(schema.Protobuf, schema.Position{}, "the schema cannot be compiled: %v", p)
		}
	}()
	if len(src.Dependencies) > schema.MaxDependencies {
		return nil, schema.Errorf(schema.Protobuf, schema.Position{}, "the schema needs more than %d references", schema.MaxDependencies)
	}
	c := newCompiler(ctx, src.Dependencies, builtinFile)
	main, err := c.compile(mainPath, src.Text)
	if err != nil {
		return nil, err
	}
	f := newFile(main, c.units)
	if f.canonical == "" {
		return nil, schema.Errorf(schema.Protobuf, schema.Position{}, "the schema declares nothing")
	}
	return f, nil
}

// newCompiler prepares a compiler with files at hand; known finds the built-in
// ones.
func newCompiler(ctx context.Context, dependencies []schema.Dependency, known func(path string) linker.File) *compiler {
	c := &compiler{
		ctx:     ctx,
		sources: map[string]schema.Dependency{},
		known:   known,
		symbols: &linker.Symbols{},
		units:   map[string]*unit{},
	}
	for _, d := range dependencies {
		// A name that comes twice counts once, the first wins (registry API 2.6).
		if _, ok := c.sources[d.Name]; !ok {
			c.sources[d.Name] = d
		}
	}
	return c
}

// File is a Protobuf schema understood. It is immutable and safe for
// concurrent use.
type File struct {
	main  *unit
	units map[string]*unit // dependencies in use, by import path
	// types are all messages and enums of main and units by full name.
	types map[string]Declaration

	canonical     string
	normalized    func() string
	structure     func() string
	documentation func() string
	fields        func() []schema.Field
}

var (
	_ schema.Parsed   = (*File)(nil)
	_ schema.Taggable = (*File)(nil)
)

func newFile(main *unit, units map[string]*unit) *File {
	f := &File{main: main, units: units, types: map[string]Declaration{}, canonical: main.document.print()}
	for _, path := range slices.Sorted(maps.Keys(units)) {
		f.declare(units[path])
	}
	f.declare(main)
	f.normalized = sync.OnceValue(func() string { return main.document.normalized().print() })
	f.structure = sync.OnceValue(func() string { return structureOf(main.proto()) })
	f.documentation = sync.OnceValue(f.documented)
	f.fields = sync.OnceValue(func() []schema.Field { return listFields(f) })
	return f
}

// Format is schema.Protobuf.
func (f *File) Format() schema.Format { return schema.Protobuf }

// Canonical is the text that Confluent stores without normalize.
func (f *File) Canonical() string { return f.canonical }

// Normalized is the text that Confluent stores with normalize=true.
func (f *File) Normalized() string { return f.normalized() }

// Structure is the normalised print of the compiled descriptor, less the
// documentation in options. Source text and its compiled descriptor have one
// structure.
func (f *File) Structure() string { return f.structure() }

// Documentation is every comment that documents an element, one a line as
// "acme.Order.id: text", sorted (contracts reference 4.1); where an element has
// no comment, the doc of its meta option counts, and that of the file's stands
// as "package acme". It is empty for a schema read from a descriptor, which
// has no comments.
func (f *File) Documentation() string { return f.documentation() }

// Name is the full name of the first message, "" in a file without any.
func (f *File) Name() string {
	if messages := f.Descriptor().Messages(); messages.Len() > 0 {
		return string(messages.Get(0).FullName())
	}
	return ""
}

// Fields lists the schema's elements.
//
// The first message of the file is the root: its path is "", and what its
// fields reach follows by data path, such as "lines[].price" or "totals{}".
// Every other type of the file that the root does not reach comes after it, in
// declaration order, as data that could be sent on its own: its path is its
// name within the package and a colon, "Cancelled:", and its fields are
// "Cancelled:reason"; a nested type's name has its outer ones before it,
// "Order.Audit:".
//
// A member of a oneof is optional, and so is a field with presence that is not
// required. The types of built-in files (BuiltinImports), such as
// google.protobuf.Timestamp, are leaves: Ref names them and they are not
// unfolded.
func (f *File) Fields() []schema.Field { return slices.Clone(f.fields()) }

// Print renders "serialized", the base64 of the FileDescriptorProto, and
// "ignore_extensions", the canonical text without extend blocks, extension
// ranges and custom options other than Confluent's own. Any other format is
// the canonical text.
func (f *File) Print(format string) string {
	switch format {
	case "serialized":
		data, err := proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(f.main.proto())
		if err != nil {
			return f.canonical // a compiled descriptor always encodes
		}
		return base64.StdEncoding.EncodeToString(data)
	case "ignore_extensions":
		return f.main.document.withoutExtensions().print()
	}
	return f.canonical
}

// Text is the .proto source the schema was read from; for a schema read from a
// descriptor it is the canonical text. Positions refer to it.
func (f *File) Text() string { return f.main.text }

// Descriptor is the linked descriptor of the schema.
func (f *File) Descriptor() protoreflect.FileDescriptor { return f.main.linked }

// Document is what the schema declares, as written.
func (f *File) Document() *Document { return f.main.document }

// Declaration is a message or an enum and the file that declares it.
type Declaration struct {
	Message *Message // nil for an enum
	Enum    *Enum    // nil for a message
	Package string
	// Origin is the reference the file came from. Local says that it is the
	// schema itself; Builtin that it needs no reference. Both have no origin.
	Origin  schema.Reference
	Local   bool
	Builtin bool
	scope   *scope
}

// Name is the type's full name without the package.
func (d Declaration) Name() string {
	if d.Enum != nil {
		return withinPackage(d.Enum.FullName, d.Package)
	}
	return withinPackage(d.Message.FullName, d.Package)
}

func withinPackage(fullName, pkg string) string {
	if pkg == "" {
		return fullName
	}
	return strings.TrimPrefix(fullName, pkg+".")
}

func (f *File) declare(u *unit) {
	d := Declaration{Package: u.document.Package, Origin: u.origin.Reference, Local: u == f.main, scope: newScope(u.document, f.Lookup)}
	d.scope.main = d.Local
	u.document.declare(d, f.types)
}

// declare adds the document's types to those known by their full names. What
// as says of a declaration holds for all of them.
func (d *Document) declare(as Declaration, types map[string]Declaration) {
	d.walk(func(m *Message) {
		as.Message, as.Enum = m, nil
		types[m.FullName] = as
	}, func(e *Enum) {
		as.Message, as.Enum = nil, e
		types[e.FullName] = as
	})
}

// Lookup finds a type by its full name without a leading dot, in the schema,
// its dependencies and the built-in files they use.
func (f *File) Lookup(fullName string) (Declaration, bool) {
	if d, ok := f.types[fullName]; ok {
		return d, true
	}
	d, ok := builtinTypes()[fullName]
	return d, ok
}

// builtinTypes are the types of the built-in files by full name.
var builtinTypes = sync.OnceValue(func() map[string]Declaration {
	types := map[string]Declaration{}
	find := func(fullName string) (Declaration, bool) {
		d, ok := types[fullName]
		return d, ok
	}
	for _, path := range BuiltinImports() {
		document := documentOf(protodescOf(builtinFile(path)))
		d := Declaration{Package: document.Package, Builtin: true, scope: newScope(document, find)}
		d.scope.contents = func() uint64 { return sumOf(0, path, 0) } // every schema has the same
		document.declare(d, types)
	}
	return types
})

// MessageIndexes is the way from the file to a message type, as serialized
// records carry it: the index among the messages at each level (registry API
// 5.2). Map entry types count, as they do in the descriptors that most clients
// index by.
func (f *File) MessageIndexes(fullName string) ([]int, error) {
	md, ok := f.main.linked.FindDescriptorByName(protoreflect.FullName(fullName)).(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("the schema declares no message %s", fullName)
	}
	var indexes []int
	for d := protoreflect.Descriptor(md); d.Parent() != nil; d = d.Parent() {
		indexes = append(indexes, d.Index())
	}
	slices.Reverse(indexes)
	return indexes, nil
}

// MessageAt is the inverse of MessageIndexes: the message type at the indexes.
func (f *File) MessageAt(indexes []int) (protoreflect.MessageDescriptor, error) {
	var md protoreflect.MessageDescriptor
	messages := f.Descriptor().Messages()
	for _, i := range indexes {
		if i < 0 || i >= messages.Len() {
			return nil, fmt.Errorf("the schema has no message at index path %v", indexes)
		}
		md = messages.Get(i)
		messages = md.Messages()
	}
	if md == nil {
		return nil, fmt.Errorf("an index path must not be empty")
	}
	return md, nil
}
