package protobuf_test

import (
	"cmp"
	"encoding/base64"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/schema/protobuf"
)

// comparableDescriptor is a schema's descriptor as text, less what a print may
// change without changing what the schema means: the order of fields, oneofs,
// ranges, imports and extensions, and where synthetic messages stand. Messages
// that an author wrote keep their order.
func comparableDescriptor(t testing.TB, f *protobuf.File) string {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(f.Print("serialized"))
	if err != nil {
		t.Fatalf("serialized print: %v", err)
	}
	var file descriptorpb.FileDescriptorProto
	if err := proto.Unmarshal(data, &file); err != nil {
		t.Fatalf("serialized print: %v", err)
	}
	for _, s := range file.Service {
		for _, m := range s.Method {
			if proto.Size(m.Options) == 0 {
				m.Options = nil // empty braces behind an rpc
			}
		}
	}
	if file.GetSyntax() == "proto2" {
		file.Syntax = nil
	}
	sortImports(&file)
	sortMessages(file.MessageType, file.GetExtension())
	sortExtensions(file.Extension)
	for _, e := range file.EnumType {
		sortEnum(e)
	}
	return prototext.MarshalOptions{Multiline: true, EmitUnknown: true}.Format(&file)
}

func sortImports(file *descriptorpb.FileDescriptorProto) {
	var public []string
	for _, i := range file.PublicDependency {
		public = append(public, file.Dependency[i])
	}
	slices.Sort(file.Dependency)
	file.PublicDependency = nil
	for i, path := range file.Dependency {
		if slices.Contains(public, path) {
			file.PublicDependency = append(file.PublicDependency, int32(i))
		}
	}
}

func sortMessages(messages []*descriptorpb.DescriptorProto, extensions []*descriptorpb.FieldDescriptorProto) {
	groups := map[string]bool{}
	for _, x := range extensions {
		groups[x.GetTypeName()] = x.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP
	}
	synthetic := func(m *descriptorpb.DescriptorProto) int {
		for name, group := range groups {
			if group && (name == "."+m.GetName() || len(name) > len(m.GetName()) && name[len(name)-len(m.GetName())-1:] == "."+m.GetName()) {
				return 1
			}
		}
		if m.GetOptions().GetMapEntry() {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(messages, func(a, b *descriptorpb.DescriptorProto) int {
		byKind := cmp.Compare(synthetic(a), synthetic(b))
		if byKind == 0 && synthetic(a) == 1 {
			return cmp.Compare(a.GetName(), b.GetName())
		}
		return byKind
	})
	for _, m := range messages {
		sortMessage(m)
	}
}

func sortMessage(m *descriptorpb.DescriptorProto) {
	names := make([]string, len(m.OneofDecl))
	for i, o := range m.OneofDecl {
		names[i] = o.GetName()
	}
	slices.SortFunc(m.OneofDecl, func(a, b *descriptorpb.OneofDescriptorProto) int { return cmp.Compare(a.GetName(), b.GetName()) })
	for _, f := range m.Field {
		if f.OneofIndex != nil {
			i := slices.IndexFunc(m.OneofDecl, func(o *descriptorpb.OneofDescriptorProto) bool { return o.GetName() == names[f.GetOneofIndex()] })
			f.OneofIndex = proto.Int32(int32(i))
		}
	}
	slices.SortFunc(m.Field, func(a, b *descriptorpb.FieldDescriptorProto) int { return cmp.Compare(a.GetNumber(), b.GetNumber()) })
	slices.SortFunc(m.ReservedRange, func(a, b *descriptorpb.DescriptorProto_ReservedRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	})
	slices.Sort(m.ReservedName)
	slices.SortFunc(m.ExtensionRange, func(a, b *descriptorpb.DescriptorProto_ExtensionRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	})
	sortExtensions(m.Extension)
	sortMessages(m.NestedType, slices.Concat(m.Field, m.Extension))
	for _, e := range m.EnumType {
		sortEnum(e)
	}
}

func sortExtensions(extensions []*descriptorpb.FieldDescriptorProto) {
	slices.SortFunc(extensions, func(a, b *descriptorpb.FieldDescriptorProto) int {
		return cmp.Or(cmp.Compare(a.GetExtendee(), b.GetExtendee()), cmp.Compare(a.GetNumber(), b.GetNumber()))
	})
}

// sortEnum keeps the first value, which is the default.
func sortEnum(e *descriptorpb.EnumDescriptorProto) {
	slices.SortFunc(e.Value[1:], func(a, b *descriptorpb.EnumValueDescriptorProto) int {
		return cmp.Or(cmp.Compare(a.GetNumber(), b.GetNumber()), cmp.Compare(a.GetName(), b.GetName()))
	})
	slices.SortFunc(e.ReservedRange, func(a, b *descriptorpb.EnumDescriptorProto_EnumReservedRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	})
	slices.Sort(e.ReservedName)
}
