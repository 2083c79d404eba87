package compat

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

func fieldDeleted(in protoBoth[protoreflect.MessageDescriptor], gone protoreflect.FieldDescriptor) []protoBreach {
	return goneField(in, gone, "keep the field and mark it deprecated",
		"%s is in the old schema and gone from the new one", protoTitle(gone))
}

func fieldNumberFreed(in protoBoth[protoreflect.MessageDescriptor], gone protoreflect.FieldDescriptor) []protoBreach {
	if in.after.reservedIn(in.next).numbers.has(int64(gone.Number())) {
		return nil
	}
	return goneField(in, gone, in.reserve(int64(gone.Number()), reservedName(in.next, gone.Name())),
		"%s is in the old schema and gone from the new one, which does not reserve its number", protoTitle(gone))
}

func fieldNameFreed(in protoBoth[protoreflect.MessageDescriptor], gone protoreflect.FieldDescriptor) []protoBreach {
	if in.after.reservedIn(in.next).names[gone.Name()] {
		return nil
	}
	return goneField(in, gone, in.reserve(int64(gone.Number()), reservedName(in.next, gone.Name())),
		"%s is in the old schema and gone from the new one, which does not reserve its name", protoTitle(gone))
}

// goneField is a breach by a field that a message has no more.
func goneField(in protoBoth[protoreflect.MessageDescriptor], gone protoreflect.FieldDescriptor, hint, format string, args ...any) []protoBreach {
	b := in.breach(hint, format, args...)
	b[0].old, b[0].next = gone, nil
	return b
}

// fieldChanged is a breach by a field that is something else than before.
func fieldChanged(p protoBoth[protoreflect.FieldDescriptor], old, next any, hint string) []protoBreach {
	return p.breach(hint, "%s is %v in the old schema and %v in the new one", protoTitle(p.next), old, next)
}

// addInstead is how a field's type or number of values changes safely.
const addInstead = "change it back, or add a field with a new number and reserve this one once nobody reads it"

func fieldSameType(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if p.sameType(p.old, p.next) {
		return nil
	}
	return fieldChanged(p, fieldType(p.old), fieldType(p.next), addInstead)
}

// protoKindGroups are the groups of types of which one reads the other's
// values: on the wire, and both on the wire and in JSON (compatibility
// reference 3.2). A type that is not here stands alone.
var (
	protoWireGroups = map[protoreflect.Kind]string{
		protoreflect.Int32Kind: "varint", protoreflect.Uint32Kind: "varint", protoreflect.Int64Kind: "varint",
		protoreflect.Uint64Kind: "varint", protoreflect.BoolKind: "varint",
		protoreflect.Sint32Kind: "zigzag", protoreflect.Sint64Kind: "zigzag",
		protoreflect.Fixed32Kind: "fixed32", protoreflect.Sfixed32Kind: "fixed32",
		protoreflect.Fixed64Kind: "fixed64", protoreflect.Sfixed64Kind: "fixed64",
	}
	protoJSONGroups = map[protoreflect.Kind]string{
		protoreflect.Int32Kind: "int32", protoreflect.Uint32Kind: "int32",
		protoreflect.Int64Kind: "int64", protoreflect.Uint64Kind: "int64",
		protoreflect.Fixed32Kind: "fixed32", protoreflect.Sfixed32Kind: "fixed32",
		protoreflect.Fixed64Kind: "fixed64", protoreflect.Sfixed64Kind: "fixed64",
	}
)

func fieldWireType(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if compatibleType(p, protoWireGroups) || p.old.Kind() == protoreflect.StringKind && p.next.Kind() == protoreflect.BytesKind {
		return nil
	}
	return fieldChanged(p, fieldType(p.old), fieldType(p.next), addInstead)
}

func fieldWireJSONType(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if compatibleType(p, protoJSONGroups) {
		return nil
	}
	b := fieldChanged(p, fieldType(p.old), fieldType(p.next), addInstead)
	if !compatibleType(p, protoWireGroups) {
		b[0].breaks = Wire
	}
	return b
}

// compatibleType says whether a field's types are of one group, or enums of
// one short name where the new one has all values of the old one.
func compatibleType(p protoBoth[protoreflect.FieldDescriptor], groups map[protoreflect.Kind]string) bool {
	old, next := p.old.Enum(), p.next.Enum()
	switch {
	case p.sameType(p.old, p.next):
		return true
	case old != nil && next != nil:
		return old.Name() == next.Name() && holdsEnum(next, old)
	}
	group := groups[p.old.Kind()]
	return group != "" && group == groups[p.next.Kind()]
}

// fieldType is a field's type in a message.
func fieldType(f protoreflect.FieldDescriptor) string {
	switch {
	case f.IsMap():
		return fmt.Sprintf("map<%s, %s>", f.MapKey().Kind(), fieldType(f.MapValue()))
	case f.Kind() == protoreflect.GroupKind:
		return fmt.Sprintf("delimited %s", f.Message().FullName())
	case f.Message() != nil:
		return string(f.Message().FullName())
	case f.Enum() != nil:
		return fmt.Sprintf("enum %s", f.Enum().FullName())
	}
	return f.Kind().String()
}

// protoCardinality is how many values a field has, and whether it knows that
// it has none.
type protoCardinality string

const (
	implicitPresence protoCardinality = "singular without presence"
	explicitPresence protoCardinality = "singular with presence"
	requiredPresence protoCardinality = "required"
	repeatedValues   protoCardinality = "repeated"
	mapValues        protoCardinality = "a map"
)

func cardinalityOf(f protoreflect.FieldDescriptor) protoCardinality {
	switch {
	case f.IsMap():
		return mapValues
	case f.IsList():
		return repeatedValues
	case f.Cardinality() == protoreflect.Required:
		return requiredPresence
	case f.HasPresence():
		return explicitPresence
	}
	return implicitPresence
}

// onWire are the cardinalities that look the same on the wire; inJSON those
// that also look the same in JSON.
func (c protoCardinality) onWire() protoCardinality {
	if c == mapValues {
		return repeatedValues
	}
	return c.inJSON()
}

func (c protoCardinality) inJSON() protoCardinality {
	if c == implicitPresence {
		return explicitPresence
	}
	return c
}

func fieldSameCardinality(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	return sameCardinality(p, func(c protoCardinality) protoCardinality { return c })
}

func fieldWireCardinality(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	return sameCardinality(p, protoCardinality.onWire)
}

func fieldWireJSONCardinality(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	b := sameCardinality(p, protoCardinality.inJSON)
	if fieldWireCardinality(p) != nil {
		b[0].breaks = Wire
	}
	return b
}

// sameCardinality compares the cardinality of two fields as far as kind tells
// it apart. What a map holds has none of its own.
func sameCardinality(p protoBoth[protoreflect.FieldDescriptor], kind func(protoCardinality) protoCardinality) []protoBreach {
	old, next := cardinalityOf(p.old), cardinalityOf(p.next)
	if kind(old) == kind(next) || mapField(p.old) != nil || mapField(p.next) != nil {
		return nil
	}
	return fieldChanged(p, old, next, addInstead)
}

func fieldSameName(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := string(p.old.Name()), string(p.next.Name())
	if p.old.IsExtension() && p.next.IsExtension() {
		old, next = string(p.old.FullName()), string(p.next.FullName())
	}
	if old == next {
		return nil
	}
	return p.breach("change the name back; JSON, text format and generated code name the field",
		"number %d of %s is %s in the old schema and %s in the new one", p.next.Number(), p.next.ContainingMessage().FullName(), old, next)
}

func fieldSameJSONName(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if p.old.IsExtension() || p.old.JSONName() == p.next.JSONName() {
		return nil
	}
	return p.breach(fmt.Sprintf("set json_name = %q", p.old.JSONName()),
		"%s is %q in the JSON of the old schema and %q in that of the new one", protoTitle(p.next), p.old.JSONName(), p.next.JSONName())
}

func fieldSameOneof(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := oneofTitle(p.old), oneofTitle(p.next)
	if old == next {
		return nil
	}
	return p.breach("leave the field where it was: setting one member of a oneof clears the others",
		"%s is in %s in the old schema and in %s in the new one", protoTitle(p.next), old, next)
}

func oneofTitle(f protoreflect.FieldDescriptor) string {
	if o := realOneof(f); o != nil {
		return "oneof " + string(o.Name())
	}
	return "no oneof"
}

func fieldSameDefault(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, ok := defaultOf(p.old)
	next, known := defaultOf(p.next)
	if !ok || !known || old == next || comparableDefault(old) == comparableDefault(next) {
		return nil
	}
	return p.breach("change the default back: it is what readers see in data without the field",
		"%s is %s by default in the old schema and %s in the new one", protoTitle(p.next), old, next)
}

// defaultOf is the value that readers see where data has none, as text; fields
// that hold many values or a message have none. An enum's is a number, so that
// a value may be renamed.
func defaultOf(f protoreflect.FieldDescriptor) (text string, ok bool) {
	if f.IsList() || f.IsMap() || f.Message() != nil {
		return "", false
	}
	switch v := f.Default().Interface().(type) {
	case string, []byte:
		return fmt.Sprintf("%q", v), true
	default:
		return fmt.Sprint(v), true
	}
}

// comparableDefault lets a bool be compared with the number that it is on the
// wire, and makes one of all types' zero values.
func comparableDefault(text string) string {
	switch text {
	case "false", `""`:
		return "0"
	case "true":
		return "1"
	}
	return text
}

func fieldSameJSType(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := fieldOptions(p.old).GetJstype(), fieldOptions(p.next).GetJstype()
	if old == next || !is64Bits(p.old.Kind()) || !is64Bits(p.next.Kind()) {
		return nil
	}
	return fieldChanged(p, old, next, "change jstype back: it is the field's type in JavaScript")
}

func is64Bits(k protoreflect.Kind) bool {
	switch k {
	case protoreflect.Int64Kind, protoreflect.Uint64Kind, protoreflect.Sint64Kind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return true
	}
	return false
}

func fieldSameUTF8(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	return sameUTF8(p, "", checksUTF8)
}

func fieldSameJavaUTF8(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	return sameUTF8(p, " in Java", javaChecksUTF8)
}

func sameUTF8(p protoBoth[protoreflect.FieldDescriptor], where string, checks func(protoreflect.FieldDescriptor) bool) []protoBreach {
	old, next := checks(p.old), checks(p.next)
	if old == next || p.old.Kind() != protoreflect.StringKind || p.next.Kind() != protoreflect.StringKind {
		return nil
	}
	state := map[bool]string{true: "checked" + where, false: "not checked" + where}
	return p.breach("set the feature utf8_validation as it was",
		"the text of %s is %s in the old schema and %s in the new one", protoTitle(p.next), state[old], state[next])
}

func fieldSameCppString(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := cppStringType(p.old), cppStringType(p.next)
	if old == next || !isText(p.old.Kind()) || !isText(p.next.Kind()) {
		return nil
	}
	return fieldChanged(p, old, next, "change ctype or the feature string_type back: it is the field's type in C++")
}

func isText(k protoreflect.Kind) bool {
	return k == protoreflect.StringKind || k == protoreflect.BytesKind
}
