package protobuf

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/walk"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// extensionName is what the name of a custom option stands for.
type extensionName struct {
	fullName string // without a leading dot
	repeated bool
}

// extensionNames finds what every custom option's name in a linked file stands
// for. Linking qualifies the names and interpreting the options throws them
// away, so this runs between the two.
func extensionNames(linked linker.Result) map[ast.Node]extensionName {
	names := map[ast.Node]extensionName{}
	eachCustomName(linked.FileDescriptorProto(), func(part *descriptorpb.UninterpretedOption_NamePart) {
		names[linked.OptionNamePartNode(part)] = resolveExtension(linked, part.GetNamePart())
	})
	return names
}

// eachCustomName calls visit for every name of a custom option in a file whose
// options are not interpreted yet.
func eachCustomName(file *descriptorpb.FileDescriptorProto, visit func(*descriptorpb.UninterpretedOption_NamePart)) {
	collect := func(options []*descriptorpb.UninterpretedOption) {
		for _, o := range options {
			for _, part := range o.GetName() {
				if part.GetIsExtension() {
					visit(part)
				}
			}
		}
	}
	collect(file.GetOptions().GetUninterpretedOption())
	_ = walk.DescriptorProtos(file, func(_ protoreflect.FullName, m proto.Message) error {
		collect(uninterpreted(m))
		if message, ok := m.(*descriptorpb.DescriptorProto); ok {
			for _, r := range message.GetExtensionRange() {
				collect(r.GetOptions().GetUninterpretedOption())
			}
		}
		return nil
	})
}

// importMetaIfUsed makes a file import confluent/meta.proto where it uses the
// meta options without doing so. Confluent reads those without resolving them,
// and its own documentation leaves the import out.
func importMetaIfUsed(file *descriptorpb.FileDescriptorProto) {
	if slices.Contains(file.GetDependency(), metaImport) {
		return
	}
	used := false
	eachCustomName(file, func(part *descriptorpb.UninterpretedOption_NamePart) {
		used = used || isMeta(strings.TrimPrefix(part.GetNamePart(), "."))
	})
	if used {
		file.Dependency = append(file.Dependency, metaImport)
	}
}

func resolveExtension(linked linker.Result, name string) extensionName {
	if name != "" && name[0] == '.' {
		name = name[1:]
	}
	resolved := extensionName{fullName: name}
	x, err := linker.ResolverFromFile(linked).FindExtensionByName(protoreflect.FullName(name))
	if err == nil {
		resolved.repeated = x.TypeDescriptor().Cardinality() == protoreflect.Repeated
	}
	return resolved
}

// uninterpreted returns the options of one declaration that are still text.
func uninterpreted(m proto.Message) []*descriptorpb.UninterpretedOption {
	switch m := m.(type) {
	case *descriptorpb.DescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	case *descriptorpb.FieldDescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	case *descriptorpb.OneofDescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	case *descriptorpb.EnumDescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	case *descriptorpb.EnumValueDescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	case *descriptorpb.ServiceDescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	case *descriptorpb.MethodDescriptorProto:
		return m.GetOptions().GetUninterpretedOption()
	}
	return nil
}

// resolve fills in what the names of types stand for.
func (d *Document) resolve(file protoreflect.FileDescriptor) {
	d.walk(func(m *Message) {
		md := messageByName(file, m.FullName)
		if md == nil {
			return
		}
		fields := map[int32]protoreflect.FieldDescriptor{}
		for i := range md.Fields().Len() {
			fields[int32(md.Fields().Get(i).Number())] = md.Fields().Get(i)
		}
		for _, f := range m.allFields() {
			f.resolve(fields[f.Number])
		}
		resolveExtends(m.extends, md.Extensions())
	}, func(*Enum) {})
	resolveExtends(d.extends, file.Extensions())
	for i, s := range d.services {
		methods := file.Services().Get(i).Methods()
		for j := range s.methods {
			s.methods[j].input.fullName = string(methods.Get(j).Input().FullName())
			s.methods[j].output.fullName = string(methods.Get(j).Output().FullName())
		}
	}
}

func resolveExtends(extends []extend, extensions protoreflect.ExtensionDescriptors) {
	byName := map[string]protoreflect.FieldDescriptor{}
	for i := range extensions.Len() {
		byName[string(extensions.Get(i).Name())] = extensions.Get(i)
	}
	for i := range extends {
		e := &extends[i]
		for _, f := range slices.Concat(e.fields, e.groups) {
			name := f.Name
			if f.Group != nil {
				name = groupFieldName(name)
			}
			if x := byName[name]; x != nil {
				e.fullName = string(x.ContainingMessage().FullName())
				f.resolve(x)
			}
		}
	}
}

func (f *Field) resolve(fd protoreflect.FieldDescriptor) {
	if fd == nil {
		return
	}
	f.Delimited = fd.Kind() == protoreflect.GroupKind
	if fd.IsMap() {
		fd = fd.MapValue()
	}
	switch {
	case fd.Enum() != nil:
		f.Type.FullName = string(fd.Enum().FullName())
	case fd.Message() != nil:
		f.Type.FullName = string(fd.Message().FullName())
	}
}

// messageByName finds a message declared in a file; nil if there is none.
func messageByName(file protoreflect.FileDescriptor, name string) protoreflect.MessageDescriptor {
	finder, ok := file.(linker.File)
	if !ok {
		return nil
	}
	md, _ := finder.FindDescriptorByName(protoreflect.FullName(name)).(protoreflect.MessageDescriptor)
	return md
}
