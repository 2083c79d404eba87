package rules

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// metaNumber is the number of Confluent's meta options, in every kind of
// options message (contracts reference 3.5).
const metaNumber protoreflect.FieldNumber = 1088

// protoShapes builds the shapes of Protobuf messages. Their CEL types come from
// the registry of descriptors.
type protoShapes struct {
	of map[protoreflect.FullName]*shape
	// places are those of the schema's own fields, by full name.
	places map[string]schema.Field
}

// registerFiles makes the types of a file and of its imports known to CEL. Files
// that are known already are not gone through again.
func registerFiles(registry *types.Registry, file protoreflect.FileDescriptor, known map[string]bool) error {
	if known[file.Path()] {
		return nil
	}
	known[file.Path()] = true
	imports := file.Imports()
	for i := range imports.Len() {
		if err := registerFiles(registry, imports.Get(i).FileDescriptor, known); err != nil {
			return err
		}
	}
	return registry.RegisterDescriptor(file)
}

// places are where the fields of a schema stand.
func places(f *protobuf.File) map[string]schema.Field {
	out := map[string]schema.Field{}
	for _, e := range f.Fields() {
		name := e.Name
		if e.Kind == schema.KindField {
			name = e.Parent + "." + e.Name
		}
		out[name] = e
	}
	return out
}

func (b *protoShapes) message(md protoreflect.MessageDescriptor) *shape {
	if known := b.of[md.FullName()]; known != nil {
		return known
	}
	s := &shape{kind: record, typeName: "RECORD", object: newObject(string(md.FullName()))}
	b.of[md.FullName()] = s
	if strings.HasPrefix(string(md.FullName()), "google.protobuf.") {
		// CEL has types of its own for these, and field rules leave them alone.
		*s = shape{kind: opaque, typeName: "RECORD", cel: wellKnown(md)}
		return s
	}
	o := s.object
	o.rules, _ = metaOf(md.Options())
	at := b.places[string(md.FullName())]
	o.place, o.file = at.Position, at.File
	fields := md.Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		rules, tags := metaOf(fd.Options())
		at := b.places[string(fd.FullName())]
		o.add(&member{
			name: string(fd.Name()), fullName: string(fd.FullName()), number: int(fd.Number()), tags: tags,
			shape: b.field(fd), rules: rules, place: at.Position, file: at.File,
		})
	}
	return s
}

func (b *protoShapes) field(fd protoreflect.FieldDescriptor) *shape {
	switch {
	case fd.IsMap():
		return &shape{kind: mapping, typeName: "MAP", elem: b.single(fd.MapValue())}
	case fd.IsList():
		return &shape{kind: list, typeName: "ARRAY", elem: b.single(fd)}
	}
	return b.single(fd)
}

func (b *protoShapes) single(fd protoreflect.FieldDescriptor) *shape {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return b.message(fd.Message())
	case protoreflect.EnumKind:
		return &shape{kind: opaque, typeName: "ENUM", cel: cel.IntType}
	case protoreflect.BoolKind:
		return newLeaf("BOOLEAN", cel.BoolType)
	case protoreflect.StringKind:
		return newLeaf("STRING", cel.StringType)
	case protoreflect.BytesKind:
		return newLeaf("BYTES", cel.BytesType)
	case protoreflect.FloatKind:
		return newLeaf("FLOAT", cel.DoubleType)
	case protoreflect.DoubleKind:
		return newLeaf("DOUBLE", cel.DoubleType)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return newLeaf("INT", cel.IntType)
	}
	return newLeaf("LONG", cel.IntType)
}

// wellKnown is the type that CEL has for a message of google.protobuf.
func wellKnown(md protoreflect.MessageDescriptor) *cel.Type {
	switch md.Name() {
	case "Timestamp":
		return cel.TimestampType
	case "Duration":
		return cel.DurationType
	}
	return cel.DynType
}

// metaOf reads the rules and tags of an element's meta option.
func metaOf(options proto.Message) (rules []inlineRule, tags []string) {
	if options == nil {
		return nil, nil
	}
	options.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if !fd.IsExtension() || fd.Number() != metaNumber || fd.Message() == nil || fd.IsList() {
			return true
		}
		v.Message().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case !fd.IsList():
			case fd.Name() == "tags" && fd.Kind() == protoreflect.StringKind:
				for i := range v.List().Len() {
					tags = append(tags, v.List().Get(i).String())
				}
			case fd.Name() == "rules" && fd.Message() != nil:
				for i := range v.List().Len() {
					rules = append(rules, protoRule(v.List().Get(i).Message()))
				}
			}
			return true
		})
		return false
	})
	return rules, tags
}

func protoRule(m protoreflect.Message) inlineRule {
	text := func(name protoreflect.Name) string {
		if fd := m.Descriptor().Fields().ByName(name); fd != nil && fd.Kind() == protoreflect.StringKind && !fd.IsList() {
			return m.Get(fd).String()
		}
		return ""
	}
	return inlineRule{text("name"), text("expr")}
}
