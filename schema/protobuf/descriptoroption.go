package protobuf

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// optionOrder is the order in which Confluent prints the options of a
// descriptor where it is not that of the option numbers.
var optionOrder = []string{
	"java_package", "java_outer_classname", "java_multiple_files", "java_generate_equals_and_hash",
	"java_string_check_utf8", "optimize_for", "go_package",
	"ctype", "packed", "jstype",
}

// optionsOf reads the options of a descriptor: plain ones first, then
// Confluent's own, then other custom options by number.
func optionsOf(m proto.Message) []option {
	if m == nil || !m.ProtoReflect().IsValid() {
		return nil
	}
	type field struct {
		fd protoreflect.FieldDescriptor
		v  protoreflect.Value
	}
	var fields []field
	m.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if name := fd.Name(); fd.IsExtension() || name != "uninterpreted_option" && name != "map_entry" {
			fields = append(fields, field{fd, v})
		}
		return true
	})
	slices.SortFunc(fields, func(a, b field) int {
		return cmp.Or(cmp.Compare(optionRank(a.fd), optionRank(b.fd)), cmp.Compare(a.fd.Number(), b.fd.Number()))
	})
	var options []option
	for _, f := range fields {
		name := namePart{name: string(f.fd.Name())}
		if f.fd.IsExtension() {
			full := string(f.fd.FullName())
			name = namePart{name: full, extension: true, resolved: extensionName{fullName: full, repeated: f.fd.IsList()}}
		}
		for _, v := range valuesOf(f.fd, f.v) {
			options = append(options, option{name: []namePart{name}, value: v})
		}
	}
	return options
}

func optionRank(fd protoreflect.FieldDescriptor) int {
	switch {
	case fd.IsExtension() && strings.HasPrefix(string(fd.FullName()), "confluent."):
		return len(optionOrder) + 1
	case fd.IsExtension():
		return len(optionOrder) + 2
	}
	if i := slices.Index(optionOrder, string(fd.Name())); i >= 0 {
		return i
	}
	return len(optionOrder)
}

// valuesOf is the value of a singular field, or those of a repeated one.
func valuesOf(fd protoreflect.FieldDescriptor, v protoreflect.Value) []value {
	var out []value
	switch {
	case fd.IsList():
		for i := range v.List().Len() {
			out = append(out, singleValue(fd, v.List().Get(i)))
		}
	case fd.IsMap():
		v.Map().Range(func(key protoreflect.MapKey, v protoreflect.Value) bool {
			out = append(out, value{kind: mapValue, entries: []entry{
				{key: "key", fullKey: "key", value: singleValue(fd.MapKey(), key.Value())},
				{key: "value", fullKey: "value", value: singleValue(fd.MapValue(), v)},
			}})
			return true
		})
		slices.SortFunc(out, func(a, b value) int {
			return cmp.Compare(a.entries[0].value.text, b.entries[0].value.text)
		})
	default:
		out = append(out, singleValue(fd, v))
	}
	return out
}

func singleValue(fd protoreflect.FieldDescriptor, v protoreflect.Value) value {
	switch fd.Kind() {
	case protoreflect.StringKind:
		return value{kind: stringValue, text: v.String()}
	case protoreflect.BytesKind:
		return value{kind: stringValue, text: string(v.Bytes())}
	case protoreflect.BoolKind:
		return value{kind: wordValue, text: strconv.FormatBool(v.Bool())}
	case protoreflect.EnumKind:
		if symbol := fd.Enum().Values().ByNumber(v.Enum()); symbol != nil {
			return value{kind: wordValue, text: string(symbol.Name())}
		}
		return value{kind: numberValue, text: strconv.Itoa(int(v.Enum()))}
	case protoreflect.FloatKind:
		return value{kind: numberValue, text: formatFloat(v.Float(), 32)}
	case protoreflect.DoubleKind:
		return value{kind: numberValue, text: formatFloat(v.Float(), 64)}
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return messageValue(v.Message())
	}
	return value{kind: numberValue, text: v.String()}
}

// messageValue writes a message as a literal, fields by number.
func messageValue(m protoreflect.Message) value {
	var fields []protoreflect.FieldDescriptor
	m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		fields = append(fields, fd)
		return true
	})
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return cmp.Compare(a.Number(), b.Number()) })
	out := value{kind: mapValue}
	for _, fd := range fields {
		e := entry{key: fd.TextName()}
		e.fullKey = e.key
		values := valuesOf(fd, m.Get(fd))
		if fd.IsList() || fd.IsMap() {
			e.value = value{kind: listValue, list: values}
		} else {
			e.value = values[0]
		}
		out.entries = append(out.entries, e)
	}
	return out
}

// unescape undoes the C escapes in which descriptors hold the default of a
// bytes field. Text that is not escaped properly is taken as it is.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if i+3 < len(s) {
			if code, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		i++
		b.WriteByte(unescaped(s[i]))
	}
	return b.String()
}

func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'a':
		return '\a'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'v':
		return '\v'
	}
	return c
}
