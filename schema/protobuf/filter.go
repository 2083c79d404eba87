package protobuf

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// filter copies a document with some of its parts left out.
type filter struct {
	// options says which options stay.
	options func([]option) []option
	// extensions says that extend blocks and extension ranges stay.
	extensions bool
}

// withoutExtensions leaves out what format=ignore_extensions does: extend
// blocks, extension ranges, and custom options that are not Confluent's.
func (d *Document) withoutExtensions() *Document {
	return filter{options: func(options []option) []option {
		return slices.DeleteFunc(slices.Clone(options), func(o option) bool {
			return o.name[0].extension && !strings.HasPrefix(o.name[0].resolved.fullName, "confluent.")
		})
	}}.document(d)
}

// withoutDocs leaves out the documentation that stands in Confluent's meta
// options, and an option that holds nothing else.
func (d *Document) withoutDocs() *Document {
	return filter{extensions: true, options: func(options []option) []option {
		var kept []option
		for _, o := range options {
			if o.name[0].extension && isMeta(o.name[0].resolved.fullName) {
				o.value.entries = slices.DeleteFunc(slices.Clone(o.value.entries), func(e entry) bool { return e.key == "doc" })
				if len(o.value.entries) == 0 {
					continue
				}
			}
			kept = append(kept, o)
		}
		return kept
	}}.document(d)
}

// isMeta says whether an extension is one of Confluent's meta options.
func isMeta(fullName string) bool {
	return strings.HasPrefix(fullName, "confluent.") && strings.HasSuffix(fullName, "_meta")
}

// structureOf is the text by which two schemas are told apart in all but
// words. It is printed from the descriptor: what source spells in several
// ways, such as a number or a nested option, a descriptor holds in one.
func structureOf(file *descriptorpb.FileDescriptorProto) string {
	return documentOf(file).normalized().withoutDocs().print()
}

func protodescOf(file protoreflect.FileDescriptor) *descriptorpb.FileDescriptorProto {
	return protodesc.ToFileDescriptorProto(file)
}

func (f filter) document(d *Document) *Document {
	c := *d
	c.options = f.options(d.options)
	c.Messages = mapSlice(d.Messages, f.message)
	c.Enums = mapSlice(d.Enums, f.enum)
	c.extends = f.extends(d.extends)
	c.services = mapSlice(d.services, func(s service) service {
		s.options = f.options(s.options)
		s.methods = mapSlice(s.methods, func(m method) method {
			m.options = f.options(m.options)
			return m
		})
		return s
	})
	return &c
}

func (f filter) message(m *Message) *Message {
	c := *m
	c.options = f.options(m.options)
	c.Fields = mapSlice(m.Fields, f.field)
	c.Groups = mapSlice(m.Groups, f.field)
	c.Oneofs = mapSlice(m.Oneofs, func(o *Oneof) *Oneof {
		return &Oneof{
			Name:     o.Name,
			options:  f.options(o.options),
			Fields:   mapSlice(o.Fields, f.field),
			Groups:   mapSlice(o.Groups, f.field),
			Position: o.Position,
		}
	})
	c.extends = f.extends(m.extends)
	if !f.extensions {
		c.extensions = nil
	}
	c.Messages = mapSlice(m.Messages, f.message)
	c.Enums = mapSlice(m.Enums, f.enum)
	return &c
}

func (f filter) field(field *Field) *Field {
	c := *field
	c.options = f.options(field.options)
	if c.Group != nil {
		c.Group = f.message(c.Group)
	}
	return &c
}

func (f filter) enum(e *Enum) *Enum {
	c := *e
	c.options = f.options(e.options)
	c.Values = mapSlice(e.Values, func(v *EnumValue) *EnumValue {
		return &EnumValue{Name: v.Name, Number: v.Number, options: f.options(v.options), Position: v.Position}
	})
	return &c
}

func (f filter) extends(extends []extend) []extend {
	if !f.extensions {
		return nil
	}
	return mapSlice(extends, func(e extend) extend {
		e.fields = mapSlice(e.fields, f.field)
		e.groups = mapSlice(e.groups, f.field)
		return e
	})
}
