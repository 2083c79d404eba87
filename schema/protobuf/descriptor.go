package protobuf

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/schema"
)

// source returns the .proto source of a text. Clients in several languages
// send a base64 FileDescriptorProto instead, which is printed; everything
// after that sees source text alone.
func (c *compiler) source(path, text string) (source string, serialized bool, err error) {
	text = strings.TrimPrefix(text, "\ufeff") // the byte order mark of some editors
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return "", false, c.errorf(path, schema.Position{}, "the schema is empty")
	}
	if strings.ContainsAny(trimmed, " \t\r\n;{") {
		return text, false, nil
	}
	data, err := base64.StdEncoding.DecodeString(trimmed)
	if err != nil {
		return text, false, nil //nolint:nilerr // then it is source text, and the parser says what is wrong with it
	}
	file, err := c.decode(path, data)
	if err != nil {
		return "", false, err
	}
	return documentOf(file).print(), true, nil
}

// decode reads a serialized descriptor, checks it, and decodes its custom
// options with the help of its imports.
func (c *compiler) decode(path string, data []byte) (*descriptorpb.FileDescriptorProto, error) {
	read := proto.UnmarshalOptions{RecursionLimit: schema.MaxDepth, AllowPartial: true}
	var file descriptorpb.FileDescriptorProto
	if err := read.Unmarshal(data, &file); err != nil {
		return nil, c.errorf(path, schema.Position{}, "the text is neither .proto source nor a base64 FileDescriptorProto: %v", err)
	}
	if file.GetSyntax() == "editions" && file.GetEdition() != descriptorpb.Edition_EDITION_2023 {
		edition := strings.TrimPrefix(file.GetEdition().String(), "EDITION_")
		return nil, c.errorf(path, schema.Position{}, "edition %s is not supported yet; use edition 2023, proto3 or proto2", edition)
	}
	file.Name = proto.String(path)
	joinOptionals(file.GetMessageType())
	nowhere := func(string) schema.Position { return schema.Position{} }
	imports, err := c.imports(path, file.GetDependency(), nowhere)
	if err != nil {
		return nil, err
	}
	linked, err := protodesc.NewFile(&file, visible(imports))
	if err != nil {
		return nil, c.errorf(path, schema.Position{}, "the file descriptor is not valid: %v", err)
	}
	whole, err := linker.NewFile(linked, imports)
	if err != nil {
		return nil, c.errorf(path, schema.Position{}, "the file descriptor is not valid: %v", err)
	}
	read.Resolver = linker.ResolverFromFile(whole)
	file.Reset()
	if err := read.Unmarshal(data, &file); err != nil {
		return nil, c.errorf(path, schema.Position{}, "the file descriptor has options that cannot be read: %v", err)
	}
	joinOptionals(file.GetMessageType())
	return &file, nil
}

// joinOptionals puts every proto3 optional field that names no oneof into the
// synthetic one of its name. Compilers always do; descriptors made by hand, as
// in the tests of Confluent's clients, leave it out.
func joinOptionals(messages []*descriptorpb.DescriptorProto) {
	for _, m := range messages {
		joinOptionals(m.GetNestedType())
		oneofs := map[string]int32{}
		for i, o := range m.GetOneofDecl() {
			oneofs[o.GetName()] = int32(i)
		}
		for _, f := range m.GetField() {
			if i, ok := oneofs["_"+f.GetName()]; ok && f.GetProto3Optional() && f.OneofIndex == nil {
				f.OneofIndex = proto.Int32(i)
			}
		}
	}
}

// visible resolves what a file sees through its imports: what they declare and
// what they import publicly.
type visible linker.Files

func (v visible) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	return linker.Files(v).AsResolver().FindFileByPath(path)
}

func (v visible) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	seen := map[string]bool{}
	var find func(f linker.File) protoreflect.Descriptor
	find = func(f linker.File) protoreflect.Descriptor {
		if f == nil || seen[f.Path()] {
			return nil
		}
		seen[f.Path()] = true
		if d := f.FindDescriptorByName(name); d != nil {
			return d
		}
		for i := range f.Imports().Len() {
			if line := f.Imports().Get(i); line.IsPublic {
				if d := find(f.FindImportByPath(line.Path())); d != nil {
					return d
				}
			}
		}
		return nil
	}
	for _, f := range v {
		if d := find(f); d != nil {
			return d, nil
		}
	}
	return nil, protoregistry.NotFound
}

// documentOf turns a descriptor whose type names are resolved and whose
// options are decoded into a document, as Confluent does. Unlike there, maps
// are written as maps, groups as groups, and a json_name that is the one every
// field has anyway is left out, since most compilers fill it in.
func documentOf(file *descriptorpb.FileDescriptorProto) *Document {
	d := &Document{
		Syntax:  file.GetSyntax(),
		Package: file.GetPackage(),
		options: optionsOf(file.GetOptions()),
	}
	if d.Syntax == "editions" {
		d.Syntax, d.Edition = "", strings.TrimPrefix(file.GetEdition().String(), "EDITION_")
	}
	for i, path := range file.GetDependency() {
		line := importLine{path: path}
		switch index := int32(i); {
		case slices.Contains(file.GetPublicDependency(), index):
			line.modifier = "public"
		case slices.Contains(file.GetWeakDependency(), index):
			line.modifier = "weak"
		}
		d.imports = append(d.imports, line)
	}
	b := &builder{proto3: d.Syntax == "proto3", editions: d.Edition != ""}
	messages, synthetic := b.messages(file.GetMessageType(), d.Package, groupNames(file.GetExtension()))
	d.Messages = messages
	for _, e := range file.GetEnumType() {
		d.Enums = append(d.Enums, b.enum(e, d.Package))
	}
	d.extends = b.extends(file.GetExtension(), d.Package, synthetic)
	for _, s := range file.GetService() {
		d.services = append(d.services, serviceOf(s))
	}
	return d
}

// builder builds a document's declarations from descriptors.
type builder struct{ proto3, editions bool }

// groupNames are the messages that group fields declare, by full name with a
// leading dot.
func groupNames(fields []*descriptorpb.FieldDescriptorProto) map[string]bool {
	names := map[string]bool{}
	for _, f := range fields {
		if f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
			names[f.GetTypeName()] = true
		}
	}
	return names
}

// messages builds the messages that stand for themselves; map entries and the
// bodies of groups, which fields declare, come back apart by full name.
func (b *builder) messages(protos []*descriptorpb.DescriptorProto, scope string, groups map[string]bool) ([]*Message, map[string]*descriptorpb.DescriptorProto) {
	var messages []*Message
	synthetic := map[string]*descriptorpb.DescriptorProto{}
	for _, m := range protos {
		name := "." + join(scope, m.GetName())
		if m.GetOptions().GetMapEntry() || !b.editions && groups[name] {
			synthetic[name] = m
			continue
		}
		messages = append(messages, b.message(m, scope))
	}
	return messages, synthetic
}

func (b *builder) message(p *descriptorpb.DescriptorProto, scope string) *Message {
	m := &Message{Name: p.GetName(), FullName: join(scope, p.GetName()), options: optionsOf(p.GetOptions())}
	groups := groupNames(slices.Concat(p.GetField(), p.GetExtension()))
	var synthetic map[string]*descriptorpb.DescriptorProto
	m.Messages, synthetic = b.messages(p.GetNestedType(), m.FullName, groups)
	for _, o := range p.GetOneofDecl() {
		m.Oneofs = append(m.Oneofs, &Oneof{Name: o.GetName(), options: optionsOf(o.GetOptions())})
	}
	for _, f := range p.GetField() {
		field := b.field(f, m.FullName, synthetic)
		fields, grouped := &m.Fields, &m.Groups
		if f.OneofIndex != nil && !f.GetProto3Optional() {
			o := m.Oneofs[f.GetOneofIndex()]
			fields, grouped = &o.Fields, &o.Groups
			field.Label = Unlabelled
		}
		if field.Group != nil {
			fields = grouped
		}
		*fields = append(*fields, field)
	}
	m.Oneofs = slices.DeleteFunc(m.Oneofs, func(o *Oneof) bool { return len(o.Members()) == 0 })
	b.messageRanges(m, p)
	m.extends = b.extends(p.GetExtension(), m.FullName, synthetic)
	for _, e := range p.GetEnumType() {
		m.Enums = append(m.Enums, b.enum(e, m.FullName))
	}
	return m
}

func (b *builder) messageRanges(m *Message, p *descriptorpb.DescriptorProto) {
	add := func(to *[]ranges, start, end int32, options []option) {
		v := rangeValue{start: int64(start), end: int64(end) - 1, toMax: end == math.MaxInt32}
		v.single = v.start == v.end
		*to = append(*to, ranges{values: []rangeValue{v}, options: options})
	}
	for _, r := range p.GetReservedRange() {
		add(&m.reserved, r.GetStart(), r.GetEnd(), nil)
	}
	m.reserved = append(m.reserved, b.reservedNames(p.GetReservedName())...)
	for _, r := range p.GetExtensionRange() {
		add(&m.extensions, r.GetStart(), r.GetEnd(), optionsOf(r.GetOptions()))
	}
}

func (b *builder) reservedNames(names []string) []ranges {
	var out []ranges
	for _, name := range names {
		out = append(out, ranges{values: []rangeValue{{name: name, bare: b.editions}}})
	}
	return out
}

func (b *builder) field(p *descriptorpb.FieldDescriptorProto, scope string, synthetic map[string]*descriptorpb.DescriptorProto) *Field {
	f := &Field{
		Label:   b.label(p),
		Name:    p.GetName(),
		Number:  p.GetNumber(),
		Type:    typeOf(p),
		options: optionsOf(p.GetOptions()),
	}
	body := synthetic[p.GetTypeName()]
	switch {
	case body.GetOptions().GetMapEntry() && len(body.GetField()) == 2:
		f.Label = Unlabelled
		f.Type = typeOf(body.GetField()[1])
		f.Type.Key = typeOf(body.GetField()[0]).Name
	case body != nil:
		f.Group = b.message(body, scope)
		f.Name = f.Group.Name
		f.Delimited = true
	}
	if p.DefaultValue != nil {
		f.options = append(f.options, option{name: []namePart{{name: "default"}}, value: defaultOf(p)})
	}
	if p.JsonName != nil && p.GetJsonName() != jsonName(p.GetName()) && p.GetExtendee() == "" {
		f.options = append(f.options, option{
			name:  []namePart{{name: "json_name"}},
			value: value{kind: stringValue, text: p.GetJsonName()},
		})
	}
	return f
}

// label is the label an author would have written.
func (b *builder) label(p *descriptorpb.FieldDescriptorProto) Label {
	switch {
	case p.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED:
		return Repeated
	case p.GetProto3Optional():
		return Optional
	case b.proto3 || b.editions:
		return Unlabelled
	case p.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED:
		return Required
	}
	return Optional
}

func typeOf(p *descriptorpb.FieldDescriptorProto) Type {
	if name := p.GetTypeName(); name != "" {
		return Type{Name: name, FullName: strings.TrimPrefix(name, ".")}
	}
	return Type{Name: strings.ToLower(strings.TrimPrefix(p.GetType().String(), "TYPE_"))}
}

// defaultOf reads the default of a descriptor, where every type is text and
// that of bytes is escaped already.
func defaultOf(p *descriptorpb.FieldDescriptorProto) value {
	switch p.GetType() {
	case descriptorpb.FieldDescriptorProto_TYPE_STRING:
		return value{kind: stringValue, text: p.GetDefaultValue()}
	case descriptorpb.FieldDescriptorProto_TYPE_BYTES:
		return value{kind: stringValue, text: unescape(p.GetDefaultValue())}
	case descriptorpb.FieldDescriptorProto_TYPE_BOOL, descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		return value{kind: wordValue, text: p.GetDefaultValue()}
	}
	return value{kind: numberValue, text: p.GetDefaultValue()}
}

// jsonName is the JSON name of a field that sets none.
func jsonName(name string) string {
	var b strings.Builder
	upper := false
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '_':
			upper = true
			continue
		case upper && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		upper = false
		b.WriteByte(c)
	}
	return b.String()
}

// extends gathers extension fields by the message they extend.
func (b *builder) extends(fields []*descriptorpb.FieldDescriptorProto, scope string, synthetic map[string]*descriptorpb.DescriptorProto) []extend {
	var out []extend
	for _, p := range fields {
		i := slices.IndexFunc(out, func(e extend) bool { return e.name == p.GetExtendee() })
		if i < 0 {
			i = len(out)
			out = append(out, extend{name: p.GetExtendee(), fullName: strings.TrimPrefix(p.GetExtendee(), ".")})
		}
		f := b.field(p, scope, synthetic)
		if f.Group != nil {
			out[i].groups = append(out[i].groups, f)
		} else {
			out[i].fields = append(out[i].fields, f)
		}
	}
	return out
}

func (b *builder) enum(p *descriptorpb.EnumDescriptorProto, scope string) *Enum {
	e := &Enum{Name: p.GetName(), FullName: join(scope, p.GetName()), options: optionsOf(p.GetOptions())}
	for _, r := range p.GetReservedRange() {
		v := rangeValue{start: int64(r.GetStart()), end: int64(r.GetEnd()), toMax: r.GetEnd() == math.MaxInt32}
		v.single = v.start == v.end
		e.reserved = append(e.reserved, ranges{values: []rangeValue{v}})
	}
	e.reserved = append(e.reserved, b.reservedNames(p.GetReservedName())...)
	for _, v := range p.GetValue() {
		e.Values = append(e.Values, &EnumValue{Name: v.GetName(), Number: v.GetNumber(), options: optionsOf(v.GetOptions())})
	}
	return e
}

func serviceOf(p *descriptorpb.ServiceDescriptorProto) service {
	s := service{name: p.GetName(), options: optionsOf(p.GetOptions())}
	for _, m := range p.GetMethod() {
		typeOf := func(stream bool, name string) methodType {
			return methodType{stream: stream, name: name, fullName: strings.TrimPrefix(name, ".")}
		}
		s.methods = append(s.methods, method{
			name:    m.GetName(),
			input:   typeOf(m.GetClientStreaming(), m.GetInputType()),
			output:  typeOf(m.GetServerStreaming(), m.GetOutputType()),
			options: optionsOf(m.GetOptions()),
		})
	}
	return s
}

// formatFloat writes a number with all its digits and without an exponent
// unless it is very large or very small.
func formatFloat(f float64, bits int) string {
	size := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case size != 0 && (size < 1e-6 || size >= 1e21):
		return strconv.FormatFloat(f, 'g', -1, bits)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}
