package compat

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// protoSet is a schema and the files it references, with their declarations at
// hand. Built-in files are not among them: they never change.
type protoSet struct {
	schema *protobuf.File
	// files are the files by import path; the schema itself has the path "".
	files    map[string]protoreflect.FileDescriptor
	packages map[protoreflect.FullName]bool
	// named are messages, enums, services and extensions.
	named      map[protoreflect.FullName]protoreflect.Descriptor
	extensions []protoreflect.FieldDescriptor
	byExtended map[protoExtension]protoreflect.FieldDescriptor
	fields     map[protoreflect.FullName]map[protoreflect.FieldNumber]protoreflect.FieldDescriptor
	values     map[protoreflect.FullName]map[protoreflect.EnumNumber][]protoreflect.EnumValueDescriptor
	reserved   map[protoreflect.FullName]protoReserved
	// groups are the messages that proto2 groups declare.
	groups map[protoreflect.FullName]bool
	// places are where the fields of a message begin.
	places map[protoreflect.FullName]map[protoreflect.FieldNumber]schema.Position
	// statements are where the schema's own file has what descriptors know no
	// place of; nil until asked for.
	statements protoStatements
}

// protoExtension is what an extension occupies.
type protoExtension struct {
	extended protoreflect.FullName
	number   protoreflect.FieldNumber
}

func extensionKey(x protoreflect.FieldDescriptor) protoExtension {
	return protoExtension{x.ContainingMessage().FullName(), x.Number()}
}

// compiledProto is a file compiled from a schema's text, which built-in files
// are not.
type compiledProto interface {
	FileDescriptorProto() *descriptorpb.FileDescriptorProto
}

func newProtoSet(file *protobuf.File) *protoSet {
	s := &protoSet{
		schema:     file,
		files:      map[string]protoreflect.FileDescriptor{"": file.Descriptor()},
		packages:   map[protoreflect.FullName]bool{},
		named:      map[protoreflect.FullName]protoreflect.Descriptor{},
		byExtended: map[protoExtension]protoreflect.FieldDescriptor{},
		fields:     map[protoreflect.FullName]map[protoreflect.FieldNumber]protoreflect.FieldDescriptor{},
		values:     map[protoreflect.FullName]map[protoreflect.EnumNumber][]protoreflect.EnumValueDescriptor{},
		reserved:   map[protoreflect.FullName]protoReserved{},
		groups:     map[protoreflect.FullName]bool{},
		places:     map[protoreflect.FullName]map[protoreflect.FieldNumber]schema.Position{},
	}
	s.gather(file.Descriptor())
	for _, f := range s.inOrder() {
		s.packages[f.Package()] = true
		walkProto(f, func(d protoreflect.Descriptor) bool {
			s.declare(d)
			return true
		})
	}
	return s
}

func (s *protoSet) declare(d protoreflect.Descriptor) {
	s.named[d.FullName()] = d
	switch d := d.(type) {
	case protoreflect.FieldDescriptor:
		s.extensions = append(s.extensions, d)
		s.byExtended[extensionKey(d)] = d
		s.declareGroup(d)
	case protoreflect.MessageDescriptor:
		for f := range protoList(d.Fields()) {
			s.declareGroup(f)
		}
	}
}

func (s *protoSet) declareGroup(f protoreflect.FieldDescriptor) {
	if isGroup(f) {
		s.groups[f.Message().FullName()] = true
	}
}

// isGroup says whether a field is a proto2 group. The delimited messages of
// editions are ordinary fields.
func isGroup(f protoreflect.FieldDescriptor) bool {
	return f.Kind() == protoreflect.GroupKind && f.ParentFile().Syntax() == protoreflect.Proto2
}

// gather adds the files that a file imports, and those that they import.
func (s *protoSet) gather(file protoreflect.FileDescriptor) {
	for line := range protoList(file.Imports()) {
		if _, ok := line.FileDescriptor.(compiledProto); ok && s.files[line.Path()] == nil {
			s.files[line.Path()] = line.FileDescriptor
			s.gather(line.FileDescriptor)
		}
	}
}

// inOrder lists the files by path, the schema itself first.
func (s *protoSet) inOrder() iter.Seq2[string, protoreflect.FileDescriptor] {
	return func(yield func(string, protoreflect.FileDescriptor) bool) {
		for _, path := range slices.Sorted(maps.Keys(s.files)) {
			if !yield(path, s.files[path]) {
				return
			}
		}
	}
}

// pathOf is the import path of an element's file, "" for the schema itself.
func (s *protoSet) pathOf(d protoreflect.Descriptor) string {
	path := d.ParentFile().Path()
	if path == s.schema.Descriptor().Path() {
		return ""
	}
	return path
}

// owns says whether a message is declared in the set. Built-in messages, which
// are not, mean more than their fields say.
func (s *protoSet) owns(m protoreflect.MessageDescriptor) bool {
	return m.IsMapEntry() || s.named[m.FullName()] != nil
}

// fieldsOf are a message's fields by number.
func (s *protoSet) fieldsOf(m protoreflect.MessageDescriptor) map[protoreflect.FieldNumber]protoreflect.FieldDescriptor {
	known, ok := s.fields[m.FullName()]
	if !ok {
		known = map[protoreflect.FieldNumber]protoreflect.FieldDescriptor{}
		for f := range protoList(m.Fields()) {
			known[f.Number()] = f
		}
		s.fields[m.FullName()] = known
	}
	return known
}

// valuesOf are an enum's values by number; those of one number in the order of
// their declaration.
func (s *protoSet) valuesOf(e protoreflect.EnumDescriptor) map[protoreflect.EnumNumber][]protoreflect.EnumValueDescriptor {
	known, ok := s.values[e.FullName()]
	if !ok {
		known = map[protoreflect.EnumNumber][]protoreflect.EnumValueDescriptor{}
		for v := range protoList(e.Values()) {
			known[v.Number()] = append(known[v.Number()], v)
		}
		s.values[e.FullName()] = known
	}
	return known
}

// walkProto visits what a file declares in order: messages, enums, extensions
// and services, without the types of map entries. What a message declares
// follows it if visit returns true.
func walkProto(file protoreflect.FileDescriptor, visit func(protoreflect.Descriptor) bool) {
	type container interface {
		Messages() protoreflect.MessageDescriptors
		Enums() protoreflect.EnumDescriptors
		Extensions() protoreflect.ExtensionDescriptors
	}
	var walk func(container)
	walk = func(in container) {
		for m := range protoList(in.Messages()) {
			if !m.IsMapEntry() && visit(m) {
				walk(m)
			}
		}
		for e := range protoList(in.Enums()) {
			visit(e)
		}
		for x := range protoList(in.Extensions()) {
			visit(x)
		}
	}
	walk(file)
	for s := range protoList(file.Services()) {
		visit(s)
	}
}

// protoList iterates over one of the lists of descriptors.
func protoList[T any](list interface {
	Len() int
	Get(i int) T
},
) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := range list.Len() {
			if !yield(list.Get(i)) {
				return
			}
		}
	}
}

// protoLocalName is a full name without the package.
func protoLocalName(d protoreflect.Descriptor) string {
	pkg := string(d.ParentFile().Package())
	if pkg == "" {
		return string(d.FullName())
	}
	return strings.TrimPrefix(string(d.FullName()), pkg+".")
}

func joinProto(scope, name string) protoreflect.FullName {
	return protoreflect.FullName(strings.TrimPrefix(scope+"."+name, "."))
}

// protoReserved are the reserved numbers and names of a message or an enum.
type protoReserved struct {
	numbers protoRanges
	names   map[protoreflect.Name]bool
}

// reservedIn are the reservations of a message or an enum.
func (s *protoSet) reservedIn(d protoreflect.Descriptor) protoReserved {
	known, ok := s.reserved[d.FullName()]
	if ok {
		return known
	}
	known.names = map[protoreflect.Name]bool{}
	var names protoreflect.Names
	switch d := d.(type) {
	case protoreflect.MessageDescriptor:
		known.numbers, names = rangesOf(d.ReservedRanges()), d.ReservedNames()
	case protoreflect.EnumDescriptor:
		names = d.ReservedNames()
		for r := range protoList(d.ReservedRanges()) {
			known.numbers = append(known.numbers, protoRange{int64(r[0]), int64(r[1])})
		}
		known.numbers = known.numbers.merged()
	}
	for name := range protoList(names) {
		known.names[name] = true
	}
	s.reserved[d.FullName()] = known
	return known
}
