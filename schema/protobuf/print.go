package protobuf

import (
	"fmt"
	"strconv"
	"strings"
)

// maxFieldNumber is the largest field number; ranges that reach it end in
// "max".
const maxFieldNumber = 1<<29 - 1

// print renders a document in the one layout in which Confluent stores
// Protobuf (registry API 2.2): comments gone, per message reserved statements,
// options, fields, oneofs, groups, extension ranges, extend blocks, messages
// and enums, each section set off by a blank line. A blank line inside a
// message carries the indentation of the message, as Confluent's does: GUIDs
// are computed over it.
func (d *Document) print() string {
	p := &printer{}
	switch {
	case d.Edition != "":
		p.line(0, `edition = `+quote(d.Edition)+`;`)
	case d.Syntax != "":
		p.line(0, `syntax = `+quote(d.Syntax)+`;`)
	}
	if d.Package != "" {
		p.line(0, "package "+d.Package+";")
	}
	p.section(len(d.imports), p.blank)
	p.imports(d.imports, func(modifier string) bool { return modifier != "public" })
	p.imports(d.imports, func(modifier string) bool { return modifier == "public" })
	p.section(len(d.options), p.blank)
	p.optionLines(0, d.options)
	p.section(len(d.Messages)+len(d.Enums), p.blank)
	p.types(0, d.Messages, d.Enums)
	p.section(len(d.extends), p.blank)
	p.extends(0, d.extends)
	p.section(len(d.services), p.blank)
	for _, s := range d.services {
		p.service(s)
	}
	return p.b.String()
}

type printer struct{ b strings.Builder }

// line writes one statement, which may span lines, at a depth of indentation.
func (p *printer) line(depth int, text string) {
	p.indent(depth)
	p.b.WriteString(strings.ReplaceAll(text, "\n", "\n"+strings.Repeat("  ", depth)))
	p.b.WriteByte('\n')
}

func (p *printer) indent(depth int) {
	for range depth {
		p.b.WriteString("  ")
	}
}

func (p *printer) blank() { p.b.WriteByte('\n') }

// section begins a section unless it is empty.
func (p *printer) section(size int, begin func()) {
	if size > 0 {
		begin()
	}
}

// block writes "header {", what body prints, and "}". The body begins each of
// its sections with the function it is given: the first ends the header's
// line, the others leave a blank line.
func (p *printer) block(depth int, header string, body func(begin func())) {
	p.indent(depth)
	p.b.WriteString(strings.ReplaceAll(header, "\n", "\n"+strings.Repeat("  ", depth)) + " {")
	opened := false
	body(func() {
		if opened {
			p.indent(depth)
		}
		opened = true
		p.b.WriteByte('\n')
	})
	if opened {
		p.indent(depth)
	}
	p.b.WriteString("}\n")
}

func (p *printer) imports(lines []importLine, pick func(modifier string) bool) {
	for _, line := range lines {
		if !pick(line.modifier) {
			continue
		}
		words := "import "
		if line.modifier != "" {
			words += line.modifier + " "
		}
		p.line(0, words+quote(line.path)+";")
	}
}

func (p *printer) optionLines(depth int, options []option) {
	for _, o := range options {
		p.line(depth, "option "+o.print()+";")
	}
}

func (p *printer) types(depth int, messages []*Message, enums []*Enum) {
	for _, m := range messages {
		p.message(depth, "message "+m.Name, m)
	}
	for _, e := range enums {
		p.enum(depth, e)
	}
}

func (p *printer) message(depth int, header string, m *Message) {
	p.block(depth, header, func(begin func()) {
		in := depth + 1
		p.section(len(m.reserved), begin)
		p.ranges(in, "reserved ", m.reserved)
		p.section(len(m.options), begin)
		p.optionLines(in, m.options)
		p.section(len(m.Fields), begin)
		p.fields(in, m.Fields)
		p.section(len(m.Oneofs), begin)
		for _, o := range m.Oneofs {
			p.oneof(in, o)
		}
		p.section(len(m.Groups), begin)
		p.groups(in, m.Groups)
		p.section(len(m.extensions), begin)
		p.ranges(in, "extensions ", m.extensions)
		p.section(len(m.extends), begin)
		p.extends(in, m.extends)
		p.section(len(m.Messages)+len(m.Enums), begin)
		p.types(in, m.Messages, m.Enums)
	})
}

func (p *printer) ranges(depth int, keyword string, statements []ranges) {
	for _, r := range statements {
		words := make([]string, len(r.values))
		for i, v := range r.values {
			words[i] = v.print()
		}
		p.line(depth, keyword+strings.Join(words, ", ")+printCompact(r.options)+";")
	}
}

func (v rangeValue) print() string {
	switch {
	case v.bare:
		return v.name
	case v.name != "":
		return `"` + v.name + `"`
	case v.single:
		return strconv.FormatInt(v.start, 10)
	case v.toMax || v.end == maxFieldNumber:
		return strconv.FormatInt(v.start, 10) + " to max"
	}
	return fmt.Sprintf("%d to %d", v.start, v.end)
}

func (p *printer) fields(depth int, fields []*Field) {
	for _, f := range fields {
		p.line(depth, labelled(f.Label, f.Type.String()+" "+f.numbered())+";")
	}
}

func (p *printer) groups(depth int, groups []*Field) {
	for _, g := range groups {
		p.message(depth, labelled(g.Label, "group "+g.numbered()), g.Group)
	}
}

func labelled(l Label, declaration string) string {
	if l == Unlabelled {
		return declaration
	}
	return string(l) + " " + declaration
}

// numbered prints "name = 1 [options]".
func (f *Field) numbered() string {
	return f.Name + " = " + strconv.Itoa(int(f.Number)) + printCompact(specialsLast(f.options))
}

// specialsLast moves default and json_name behind the other options, where
// Confluent prints them: its parser does not count them among the options.
func specialsLast(options []option) []option {
	var ordinary, defaults, names []option
	for _, o := range options {
		switch o.plainName() {
		case "default":
			defaults = append(defaults, o)
		case "json_name":
			names = append(names, o)
		default:
			ordinary = append(ordinary, o)
		}
	}
	return append(append(ordinary, defaults...), names...)
}

func (p *printer) oneof(depth int, o *Oneof) {
	p.block(depth, "oneof "+o.Name, func(begin func()) {
		p.section(len(o.options), begin)
		p.optionLines(depth+1, o.options)
		p.section(len(o.Fields), begin)
		p.fields(depth+1, o.Fields)
		p.section(len(o.Groups), begin)
		p.groups(depth+1, o.Groups)
	})
}

func (p *printer) extends(depth int, extends []extend) {
	for _, e := range extends {
		p.block(depth, "extend "+e.name, func(begin func()) {
			p.section(len(e.fields), begin)
			p.fields(depth+1, e.fields)
			p.section(len(e.groups), begin)
			p.groups(depth+1, e.groups)
		})
	}
}

func (p *printer) enum(depth int, e *Enum) {
	p.block(depth, "enum "+e.Name, func(begin func()) {
		p.section(len(e.reserved)+len(e.options)+len(e.Values), begin)
		p.ranges(depth+1, "reserved ", e.reserved)
		p.optionLines(depth+1, e.options)
		for _, v := range e.Values {
			p.line(depth+1, v.Name+" = "+strconv.Itoa(int(v.Number))+printCompact(v.options)+";")
		}
	})
}

func (p *printer) service(s service) {
	p.block(0, "service "+s.name, func(begin func()) {
		p.section(len(s.options), begin)
		p.optionLines(1, s.options)
		p.section(len(s.methods), begin)
		for _, m := range s.methods {
			p.line(1, m.print())
		}
	})
}

func (m method) print() string {
	var b strings.Builder
	b.WriteString("rpc " + m.name + " (" + m.input.print() + ") returns (" + m.output.print() + ")")
	if len(m.options) > 0 {
		b.WriteString(" {\n")
		for _, o := range m.options {
			b.WriteString(indentLines("option "+o.print()+";") + "\n")
		}
		b.WriteString("}")
	}
	return b.String() + ";"
}

func (t methodType) print() string {
	if t.stream {
		return "stream " + t.name
	}
	return t.name
}
