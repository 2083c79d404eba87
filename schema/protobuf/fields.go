package protobuf

import (
	"encoding/json"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema"
)

// listFields lists the elements of a schema as File.Fields has them.
func listFields(f *File) []schema.Field {
	l := &lister{
		file:      f,
		seen:      map[protoreflect.FullName]bool{},
		docs:      map[string]docs{},
		positions: map[protoreflect.FullName]map[int32]schema.Position{},
	}
	top := f.Descriptor().Messages()
	if top.Len() > 0 {
		l.message(top.Get(0), "", "")
	}
	l.rest(f.Descriptor())
	return l.fields
}

type lister struct {
	file   *File
	fields []schema.Field
	// seen are the types unfolded anywhere, open those being unfolded.
	seen      map[protoreflect.FullName]bool
	open      []protoreflect.FullName
	docs      map[string]docs // by import path
	positions map[protoreflect.FullName]map[int32]schema.Position
}

// rest lists the types of the file that were not reached.
func (l *lister) rest(c container) {
	for i := range c.Messages().Len() {
		m := c.Messages().Get(i)
		if m.IsMapEntry() {
			continue
		}
		if !l.seen[m.FullName()] {
			l.message(m, localName(m)+":", localName(m)+":")
		}
		l.rest(m)
	}
	for i := range c.Enums().Len() {
		if e := c.Enums().Get(i); !l.seen[e.FullName()] {
			l.enum(e, localName(e)+":")
		}
	}
}

// localName is a type's full name without the package.
func localName(d protoreflect.Descriptor) string {
	return withinPackage(string(d.FullName()), string(d.ParentFile().Package()))
}

// message lists a message at a path and below it. Its fields' paths begin with
// prefix.
func (l *lister) message(m protoreflect.MessageDescriptor, path, prefix string) {
	l.seen[m.FullName()] = true
	l.open = append(l.open, m.FullName())
	defer func() { l.open = l.open[:len(l.open)-1] }()
	l.add(m, schema.Field{Kind: schema.KindObject, Path: path, Name: string(m.FullName()), Type: "message"})
	for i := range m.Fields().Len() {
		l.field(m.Fields().Get(i), prefix)
	}
}

func (l *lister) field(fd protoreflect.FieldDescriptor, prefix string) {
	f := schema.Field{
		Kind:     schema.KindField,
		Path:     prefix + string(fd.Name()),
		Name:     string(fd.Name()),
		Type:     typeText(fd),
		Optional: fd.HasPresence() && fd.Cardinality() != protoreflect.Required,
		Default:  defaultText(fd),
		Number:   int(fd.Number()),
	}
	below, named := f.Path, fd
	switch {
	case fd.IsMap():
		below, named = f.Path+"{}", fd.MapValue()
	case fd.IsList():
		below = f.Path + "[]"
	}
	m, e := named.Message(), named.Enum()
	switch {
	case m != nil:
		f.Ref = string(m.FullName())
	case e != nil:
		f.Ref = string(e.FullName())
	}
	l.add(fd, f)
	switch {
	case m != nil && l.unfolds(m):
		l.message(m, below, below+".")
	case e != nil && l.unfolds(e):
		l.enum(e, below)
	}
}

// unfolds says whether a type is listed at a path: not inside itself, not
// twice once the list is long, and never if it is built in.
func (l *lister) unfolds(d protoreflect.Descriptor) bool {
	if l.unit(d) == nil || slices.Contains(l.open, d.FullName()) {
		return false
	}
	return !l.seen[d.FullName()] || len(l.fields) < schema.MaxFields
}

func (l *lister) enum(e protoreflect.EnumDescriptor, path string) {
	l.seen[e.FullName()] = true
	l.add(e, schema.Field{Kind: schema.KindEnum, Path: path, Name: string(e.FullName()), Type: "enum"})
	for i := range e.Values().Len() {
		v := e.Values().Get(i)
		l.add(v, schema.Field{
			Kind:   schema.KindSymbol,
			Path:   path + "#" + string(v.Name()),
			Name:   string(v.Name()),
			Type:   "symbol",
			Number: int(v.Number()),
		})
	}
}

// add completes an element with what the author wrote at it, and lists it.
func (l *lister) add(d protoreflect.Descriptor, f schema.Field) {
	if parent := d.Parent(); parent != nil {
		if _, top := parent.(protoreflect.FileDescriptor); !top {
			f.Parent = string(parent.FullName())
		}
	}
	f.Deprecated = deprecated(d)
	if u := l.unit(d); u != nil {
		known, ok := l.docs[u.path]
		if !ok {
			known = newDocs(u)
			l.docs[u.path] = known
		}
		m := known.of(d, sourcePath(d))
		f.Doc, f.Tags = m.doc, m.tags
		f.File = fileName(u.path)
	}
	f.Position = l.position(d)
	l.fields = append(l.fields, f)
}

// unit is the compiled file that declares d, nil for a built-in one.
func (l *lister) unit(d protoreflect.Descriptor) *unit {
	path := d.ParentFile().Path()
	if path == l.file.main.path {
		return l.file.main
	}
	return l.file.units[path]
}

// position is where a declaration begins.
func (l *lister) position(d protoreflect.Descriptor) schema.Position {
	switch d := d.(type) {
	case protoreflect.MessageDescriptor:
		if t := l.file.types[string(d.FullName())]; t.Message != nil {
			return t.Message.Position
		}
	case protoreflect.EnumDescriptor:
		if t := l.file.types[string(d.FullName())]; t.Enum != nil {
			return t.Enum.Position
		}
	case protoreflect.FieldDescriptor:
		return l.fieldPositions(d.ContainingMessage())[int32(d.Number())]
	case protoreflect.EnumValueDescriptor:
		if t := l.file.types[string(d.Parent().FullName())]; t.Enum != nil && d.Index() < len(t.Enum.Values) {
			return t.Enum.Values[d.Index()].Position
		}
	}
	return schema.Position{}
}

// fieldPositions are where a message's fields begin, by number.
func (l *lister) fieldPositions(m protoreflect.MessageDescriptor) map[int32]schema.Position {
	if known, ok := l.positions[m.FullName()]; ok {
		return known
	}
	positions := map[int32]schema.Position{}
	if t := l.file.types[string(m.FullName())]; t.Message != nil {
		for _, f := range t.Message.allFields() {
			positions[f.Number] = f.Position
		}
	}
	l.positions[m.FullName()] = positions
	return positions
}

// typeText is a field's type as an author writes it, types by full name:
// "int64", "repeated .acme.v1.Line", "map<string, .acme.v1.Line>".
func typeText(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.IsMap():
		return "map<" + fd.MapKey().Kind().String() + ", " + namedType(fd.MapValue()) + ">"
	case fd.IsList():
		return "repeated " + namedType(fd)
	}
	return namedType(fd)
}

func namedType(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.Message() != nil:
		return "." + string(fd.Message().FullName())
	case fd.Enum() != nil:
		return "." + string(fd.Enum().FullName())
	}
	return fd.Kind().String()
}

// defaultText is an explicit default as JSON, "" for none. Numbers that JSON
// has no form for become strings, as in Protobuf's own JSON.
func defaultText(fd protoreflect.FieldDescriptor) string {
	if !fd.HasDefault() {
		return ""
	}
	v := fd.Default().Interface()
	switch fd.Kind() {
	case protoreflect.EnumKind:
		v = string(fd.DefaultEnumValue().Name())
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		bits := 64
		if fd.Kind() == protoreflect.FloatKind {
			bits = 32
		}
		text := formatFloat(fd.Default().Float(), bits)
		if !json.Valid([]byte(text)) {
			return `"` + text + `"`
		}
		return text
	}
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}
