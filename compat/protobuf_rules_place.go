package compat

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// InOldSchema ends the piece of evidence that names an element of the old
// schema where the place of the finding is that element's: file, line and
// column are the old schema's then, and the new one's otherwise.
const InOldSchema = ", the place of this finding: the new schema has it no more"

// locate fills in where a breach is: in the new schema, or in the old one if
// the element or the statement is no more. The evidence says whom the breach
// hurts, then where the old element stands.
func (c *protoChange) locate(b protoBreach) finding.Finding {
	f := finding.Finding{Evidence: []string{string(b.breaks)}}
	var at, was schema.Position
	if b.next != nil {
		at = c.after.position(b.next, b.statement)
		f.Path, f.File, f.Line, f.Column = protoPath(b.next), c.after.pathOf(b.next), at.Line, at.Column
	}
	if b.old == nil {
		return f
	}
	was = c.before.position(b.old, b.statement)
	evidence := "old schema: " + protoPath(b.old)
	if path := c.before.pathOf(b.old); path != "" {
		evidence += " in " + path
	}
	if was.Line > 0 {
		evidence += fmt.Sprintf(" at %d:%d", was.Line, was.Column)
	}
	if b.next == nil || b.statement != "" && at.Line == 0 && was.Line > 0 {
		evidence += InOldSchema
		f.Path, f.File, f.Line, f.Column = protoPath(b.old), c.before.pathOf(b.old), was.Line, was.Column
	}
	f.Evidence = append(f.Evidence, evidence)
	return f
}

// protoPath is an element's path in Confluent's form: "#/" then the names
// within the package, fields and enum values by number, members of a oneof
// below it.
func protoPath(d protoreflect.Descriptor) string {
	switch d := d.(type) {
	case protoreflect.FileDescriptor:
		return "#/"
	case protoreflect.EnumValueDescriptor:
		return fmt.Sprintf("%s/%d", protoPath(d.Parent()), d.Number())
	case protoreflect.FieldDescriptor:
		if owner := mapField(d); owner != nil {
			return protoPath(owner)
		}
		if o := realOneof(d); o != nil {
			return fmt.Sprintf("%s/%d", protoPath(o), d.Number())
		}
		if !d.IsExtension() {
			return fmt.Sprintf("%s/%d", protoPath(d.Parent()), d.Number())
		}
	}
	return strings.TrimSuffix(protoPath(d.Parent()), "/") + "/" + string(d.Name())
}

// protoMapPart is the key or the value of a map's entries. Nobody wrote it, so
// it stands where the map does.
type protoMapPart struct {
	protoreflect.FieldDescriptor
	owner protoreflect.FieldDescriptor
}

// partOf makes a field of the message that another one holds a part of that
// one, if it is a map.
func partOf(owner, f protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	if owner.IsMap() {
		return protoMapPart{f, owner}
	}
	return f
}

// mapField is the map field whose keys or values a field stands for, nil for
// any other field.
func mapField(f protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	if part, ok := f.(protoMapPart); ok {
		return part.owner
	}
	return nil
}

// realOneof is the oneof that a field's author put it into, nil for none.
func realOneof(f protoreflect.FieldDescriptor) protoreflect.OneofDescriptor {
	if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() {
		return o
	}
	return nil
}

// protoTitle names an element in a message.
func protoTitle(d protoreflect.Descriptor) string {
	switch d := d.(type) {
	case protoreflect.FileDescriptor:
		return "the file"
	case protoreflect.MessageDescriptor:
		return "message " + string(d.FullName())
	case protoreflect.EnumDescriptor:
		return "enum " + string(d.FullName())
	case protoreflect.ServiceDescriptor:
		return "service " + string(d.FullName())
	case protoreflect.MethodDescriptor:
		return "rpc " + string(d.FullName())
	case protoreflect.OneofDescriptor:
		return fmt.Sprintf("oneof %s of %s", d.Name(), d.Parent().FullName())
	case protoreflect.FieldDescriptor:
		return fieldTitle(d)
	case protoreflect.EnumValueDescriptor:
		return fmt.Sprintf("value %s = %d of %s", d.Name(), d.Number(), d.Parent().FullName())
	}
	return string(d.FullName())
}

func fieldTitle(f protoreflect.FieldDescriptor) string {
	if owner := mapField(f); owner != nil {
		return fmt.Sprintf("the %s of map %s", f.Name(), strings.TrimPrefix(fieldTitle(owner), "field "))
	}
	if f.IsExtension() {
		return fmt.Sprintf("extension %s = %d of %s", f.FullName(), f.Number(), f.ContainingMessage().FullName())
	}
	return fmt.Sprintf("field %s = %d of %s", f.Name(), f.Number(), f.Parent().FullName())
}

// position is where an element begins, or the statement of a file.
func (s *protoSet) position(d protoreflect.Descriptor, statement string) schema.Position {
	switch d := d.(type) {
	case protoreflect.MessageDescriptor, protoreflect.EnumDescriptor:
		declared, _ := s.schema.Lookup(string(d.FullName()))
		switch {
		case declared.Message != nil:
			return declared.Message.Position
		case declared.Enum != nil:
			return declared.Enum.Position
		}
	case protoreflect.OneofDescriptor:
		if declared, ok := s.schema.Lookup(string(d.Parent().FullName())); ok && declared.Message != nil {
			for _, o := range declared.Message.Oneofs {
				if o.Name == string(d.Name()) {
					return o.Position
				}
			}
		}
	case protoreflect.EnumValueDescriptor:
		if declared, ok := s.schema.Lookup(string(d.Parent().FullName())); ok && d.Index() < len(declared.Enum.Values) {
			return declared.Enum.Values[d.Index()].Position
		}
	case protoreflect.FieldDescriptor:
		if !d.IsExtension() {
			return s.fieldPosition(d)
		}
	}
	if statement == "" {
		statement = protoLocalName(d)
	}
	if s.pathOf(d) != "" {
		return schema.Position{}
	}
	if s.statements == nil {
		s.statements = findProtoStatements(s.schema.Text())
	}
	return s.statements[statement]
}

func (s *protoSet) fieldPosition(f protoreflect.FieldDescriptor) schema.Position {
	if owner := mapField(f); owner != nil {
		f = owner
	}
	message := f.Parent().FullName()
	known, ok := s.places[message]
	if !ok {
		known = map[protoreflect.FieldNumber]schema.Position{}
		s.places[message] = known
		if declared, _ := s.schema.Lookup(string(message)); declared.Message != nil {
			fields := slices.Concat(declared.Message.Fields, declared.Message.Groups)
			for _, o := range declared.Message.Oneofs {
				fields = append(fields, o.Members()...)
			}
			for _, d := range fields {
				known[protoreflect.FieldNumber(d.Number)] = d.Position
			}
		}
	}
	return known[f.Number()]
}
