package protobuf

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile/sourceinfo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// comments are the comments of one file by the source path of the element they
// stand at.
type comments map[string]string

// readComments attributes the comments of a file to its elements the way
// protoc does: the comment before an element, or else the one behind it.
// Comments set off by a blank line document nothing.
func readComments(u *unit) comments {
	found := comments{}
	for _, l := range sourceinfo.GenerateSourceInfo(u.linked.AST(), nil).GetLocation() {
		doc := foldComment(l.GetLeadingComments())
		if doc == "" {
			doc = foldComment(l.GetTrailingComments())
		}
		if doc != "" {
			found[pathKey(l.GetPath())] = doc
		}
	}
	return found
}

func pathKey(path []int32) string {
	key := make([]byte, 0, 4*len(path))
	for _, n := range path {
		key = append(key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24)) //nolint:gosec // taken apart into bytes
	}
	return string(key)
}

// foldComment joins a comment's words with single spaces. Lines that direct a
// linter document nothing.
func foldComment(comment string) string {
	var words []string
	for line := range strings.SplitSeq(comment, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "buf:lint:ignore") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return strings.Join(words, " ")
}

// meta is what Confluent's meta options say of one element.
type meta struct {
	doc  string
	tags []string
}

// readMeta reads the meta option of an element's options message.
func readMeta(options proto.Message) meta {
	var m meta
	options.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if !fd.IsExtension() || !isMeta(string(fd.FullName())) || fd.Message() == nil || fd.IsList() {
			return true
		}
		literal := v.Message()
		if doc := fd.Message().Fields().ByName("doc"); doc != nil && doc.Kind() == protoreflect.StringKind && !doc.IsList() {
			m.doc = foldComment(literal.Get(doc).String())
		}
		if tags := fd.Message().Fields().ByName("tags"); tags != nil && tags.Kind() == protoreflect.StringKind && tags.IsList() {
			for i := range literal.Get(tags).List().Len() {
				m.tags = append(m.tags, literal.Get(tags).List().Get(i).String())
			}
		}
		return true
	})
	slices.Sort(m.tags)
	m.tags = slices.Compact(m.tags)
	return m
}

// docs finds what documents an element of one file.
type docs struct{ comments func() comments }

func newDocs(u *unit) docs {
	return docs{comments: sync.OnceValue(func() comments { return readComments(u) })}
}

// of returns an element's documentation and tags: the comment, or else the doc
// of its meta option. path is the element's source path.
func (d docs) of(element protoreflect.Descriptor, path []int32) meta {
	m := readMeta(element.Options())
	if doc := d.comments()[pathKey(path)]; doc != "" {
		m.doc = doc
	}
	return m
}

// Numbers of the fields of descriptors, of which source paths are made.
const (
	fileMessages     = 4
	fileEnums        = 5
	fileServices     = 6
	fileExtensions   = 7
	messageFields    = 2
	messageNested    = 3
	messageEnums     = 4
	messageExtension = 6
	messageOneofs    = 8
	enumValues       = 2
	serviceMethods   = 2
)

// sourcePath is the path of a declaration from the root of its file's
// descriptor.
func sourcePath(d protoreflect.Descriptor) []int32 {
	parent := d.Parent()
	if parent == nil {
		return nil
	}
	_, top := parent.(protoreflect.FileDescriptor)
	number := int32(0)
	switch d := d.(type) {
	case protoreflect.MessageDescriptor:
		number = pick(top, fileMessages, messageNested)
	case protoreflect.EnumDescriptor:
		number = pick(top, fileEnums, messageEnums)
	case protoreflect.FieldDescriptor:
		number = messageFields
		if d.IsExtension() {
			number = pick(top, fileExtensions, messageExtension)
		}
	case protoreflect.OneofDescriptor:
		number = messageOneofs
	case protoreflect.EnumValueDescriptor:
		number = enumValues
	case protoreflect.ServiceDescriptor:
		number = fileServices
	case protoreflect.MethodDescriptor:
		number = serviceMethods
	}
	return append(sourcePath(parent), number, int32(d.Index())) //nolint:gosec // bounded by the text's size
}

func pick(top bool, atTop, nested int32) int32 {
	if top {
		return atTop
	}
	return nested
}

// documented collects the documentation of every declaration of the schema.
func (f *File) documented() string {
	if f.main.serialized {
		return ""
	}
	d := newDocs(f.main)
	found := map[string]string{}
	if doc := readMeta(f.main.linked.Options()).doc; doc != "" {
		found["package "+f.main.document.Package] = doc
	}
	walkDescriptors(f.main.linked, func(element protoreflect.Descriptor) {
		if doc := d.of(element, sourcePath(element)).doc; doc != "" {
			found[string(element.FullName())] = doc
		}
	})
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(found)) {
		b.WriteString(name + ": " + found[name] + "\n")
	}
	return b.String()
}

// container is what files and messages have in common.
type container interface {
	Messages() protoreflect.MessageDescriptors
	Enums() protoreflect.EnumDescriptors
	Extensions() protoreflect.ExtensionDescriptors
}

// walkDescriptors calls visit for every declaration of a file that an author
// writes: the types of map entries are not among them.
func walkDescriptors(file protoreflect.FileDescriptor, visit func(protoreflect.Descriptor)) {
	var walk func(c container)
	walk = func(c container) {
		for i := range c.Extensions().Len() {
			visit(c.Extensions().Get(i))
		}
		for i := range c.Enums().Len() {
			e := c.Enums().Get(i)
			visit(e)
			for j := range e.Values().Len() {
				visit(e.Values().Get(j))
			}
		}
		for i := range c.Messages().Len() {
			m := c.Messages().Get(i)
			if m.IsMapEntry() {
				continue
			}
			visit(m)
			for j := range m.Fields().Len() {
				visit(m.Fields().Get(j))
			}
			for j := range m.Oneofs().Len() {
				visit(m.Oneofs().Get(j))
			}
			walk(m)
		}
	}
	walk(file)
	for i := range file.Services().Len() {
		s := file.Services().Get(i)
		visit(s)
		for j := range s.Methods().Len() {
			visit(s.Methods().Get(j))
		}
	}
}

// deprecated says whether a declaration's options mark it so.
func deprecated(d protoreflect.Descriptor) bool {
	switch o := d.Options().(type) {
	case *descriptorpb.MessageOptions:
		return o.GetDeprecated()
	case *descriptorpb.FieldOptions:
		return o.GetDeprecated()
	case *descriptorpb.EnumOptions:
		return o.GetDeprecated()
	case *descriptorpb.EnumValueOptions:
		return o.GetDeprecated()
	}
	return false
}
