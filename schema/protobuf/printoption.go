package protobuf

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// plainName is the name of an option that is no custom one, "" for a custom
// one.
func (o option) plainName() string {
	if o.name[0].extension {
		return ""
	}
	return o.joinedName()
}

func (o option) joinedName() string {
	parts := make([]string, len(o.name))
	for i, p := range o.name {
		parts[i] = p.String()
	}
	return strings.Join(parts, ".")
}

// print renders "name = value".
func (o option) print() string {
	if o.value.kind == listValue {
		return o.joinedName() + " = " + printBracketed(printAll(o.value.list))
	}
	return o.joinedName() + " = " + o.value.print()
}

// printCompact renders options in brackets with a space before them, and ""
// for none.
func printCompact(options []option) string {
	if len(options) == 0 {
		return ""
	}
	printed := make([]string, len(options))
	for i, o := range options {
		printed[i] = o.print()
	}
	return " " + printBracketed(printed)
}

// printBracketed puts one element on the line of its brackets and several on
// lines of their own.
func printBracketed(elements []string) string {
	if len(elements) == 1 {
		return "[" + elements[0] + "]"
	}
	return "[\n" + printElements(elements) + "]"
}

func printElements(elements []string) string {
	var b strings.Builder
	for i, e := range elements {
		if i < len(elements)-1 {
			e += ","
		}
		b.WriteString(indentLines(e) + "\n")
	}
	return b.String()
}

func printAll(values []value) []string {
	printed := make([]string, len(values))
	for i, v := range values {
		printed[i] = v.print()
	}
	return printed
}

func (v value) print() string {
	switch v.kind {
	case stringValue:
		return quote(v.text)
	case listValue:
		return "[\n" + printElements(printAll(v.list)) + "]"
	case mapValue:
		printed := make([]string, len(v.entries))
		for i, e := range v.entries {
			printed[i] = e.key + ": " + e.value.print()
		}
		return "{\n" + printElements(printed) + "}"
	}
	return v.text
}

func indentLines(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}

// quote prints a string literal as Confluent does, escaping quotes of both
// sorts. Bytes that are no UTF-8 and control characters, which Confluent lets
// through and no parser accepts, become octal escapes.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch escape := escapes[r]; {
		case escape != "":
			b.WriteString(escape)
		case r == utf8.RuneError && size == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&b, `\%03o`, s[i])
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	b.WriteByte('"')
	return b.String()
}

var escapes = map[rune]string{
	'\a': `\a`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\v': `\v`,
	'\\': `\\`, '\'': `\'`, '"': `\"`,
}
