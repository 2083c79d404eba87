package protobuf

import (
	"sort"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/linker"

	"github.com/accordhq/accord/schema"
)

// reader turns a syntax tree into a Document.
type reader struct {
	tree   *ast.FileNode
	linked linker.Result
	names  map[ast.Node]extensionName
	lines  []int // byte offset at which each line begins
}

// readDocument reads the syntax tree of a linked file; names are those of its
// custom options.
func readDocument(linked linker.Result, names map[ast.Node]extensionName, text string) *Document {
	tree := linked.AST()
	r := &reader{tree: tree, linked: linked, names: names, lines: lineStarts(text)}
	d := &Document{}
	if tree.Syntax != nil {
		d.Syntax = tree.Syntax.Syntax.AsString()
	}
	if tree.Edition != nil {
		d.Edition = tree.Edition.Edition.AsString()
	}
	for _, decl := range tree.Decls {
		if n, ok := decl.(*ast.PackageNode); ok {
			d.Package = string(n.Name.AsIdentifier())
		}
	}
	for _, decl := range tree.Decls {
		switch n := decl.(type) {
		case *ast.ImportNode:
			d.imports = append(d.imports, importLine{importModifier(n), n.Name.AsString()})
		case *ast.OptionNode:
			d.options = append(d.options, r.option(n))
		case *ast.MessageNode:
			d.Messages = append(d.Messages, r.message(n, n.Name.Val, d.Package, n.MessageBody))
		case *ast.EnumNode:
			d.Enums = append(d.Enums, r.enum(n, d.Package))
		case *ast.ExtendNode:
			d.extends = append(d.extends, r.extend(n, d.Package))
		case *ast.ServiceNode:
			d.services = append(d.services, r.service(n))
		}
	}
	return d
}

func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// at is where a node begins; columns count bytes, which the library's do not.
func (r *reader) at(n ast.Node) schema.Position {
	offset := r.tree.NodeInfo(n).Start().Offset
	line := sort.SearchInts(r.lines, offset+1)
	return schema.Position{Line: line, Column: offset - r.lines[line-1] + 1}
}

func importModifier(n *ast.ImportNode) string {
	switch {
	case n.Public != nil:
		return "public"
	case n.Weak != nil:
		return "weak"
	}
	return ""
}

func join(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}

func (r *reader) message(n ast.Node, name, scope string, body ast.MessageBody) *Message {
	m := &Message{Name: name, FullName: join(scope, name), Position: r.at(n)}
	for _, decl := range body.Decls {
		switch n := decl.(type) {
		case *ast.OptionNode:
			m.options = append(m.options, r.option(n))
		case *ast.FieldNode:
			m.Fields = append(m.Fields, r.field(n))
		case *ast.MapFieldNode:
			m.Fields = append(m.Fields, r.mapField(n))
		case *ast.GroupNode:
			m.Groups = append(m.Groups, r.group(n, m.FullName))
		case *ast.OneofNode:
			m.Oneofs = append(m.Oneofs, r.oneof(n, m.FullName))
		case *ast.ReservedNode:
			m.reserved = append(m.reserved, r.reserved(n))
		case *ast.ExtensionRangeNode:
			m.extensions = append(m.extensions, r.extensions(n))
		case *ast.ExtendNode:
			m.extends = append(m.extends, r.extend(n, m.FullName))
		case *ast.MessageNode:
			m.Messages = append(m.Messages, r.message(n, n.Name.Val, m.FullName, n.MessageBody))
		case *ast.EnumNode:
			m.Enums = append(m.Enums, r.enum(n, m.FullName))
		}
	}
	return m
}

func label(l ast.FieldLabel) Label {
	switch {
	case !l.IsPresent():
		return Unlabelled
	case l.Repeated:
		return Repeated
	case l.Required:
		return Required
	}
	return Optional
}

func (r *reader) field(n *ast.FieldNode) *Field {
	return &Field{
		Label:    label(n.Label),
		Type:     Type{Name: string(n.FldType.AsIdentifier())},
		Name:     n.Name.Val,
		Number:   int32(n.Tag.Val), //nolint:gosec // the compiler has checked it
		options:  r.compactOptions(n.Options),
		Position: r.at(n),
	}
}

func (r *reader) mapField(n *ast.MapFieldNode) *Field {
	return &Field{
		Type:     Type{Key: n.MapType.KeyType.Val, Name: string(n.MapType.ValueType.AsIdentifier())},
		Name:     n.Name.Val,
		Number:   int32(n.Tag.Val), //nolint:gosec // the compiler has checked it
		options:  r.compactOptions(n.Options),
		Position: r.at(n),
	}
}

func (r *reader) group(n *ast.GroupNode, scope string) *Field {
	body := r.message(n, n.Name.Val, scope, n.MessageBody)
	return &Field{
		Label:     label(n.Label),
		Type:      Type{Name: n.Name.Val, FullName: body.FullName},
		Name:      n.Name.Val,
		Number:    int32(n.Tag.Val), //nolint:gosec // the compiler has checked it
		Group:     body,
		Delimited: true,
		options:   r.compactOptions(n.Options),
		Position:  r.at(n),
	}
}

func (r *reader) oneof(n *ast.OneofNode, scope string) *Oneof {
	o := &Oneof{Name: n.Name.Val, Position: r.at(n)}
	for _, decl := range n.Decls {
		switch n := decl.(type) {
		case *ast.OptionNode:
			o.options = append(o.options, r.option(n))
		case *ast.FieldNode:
			o.Fields = append(o.Fields, r.field(n))
		case *ast.GroupNode:
			o.Groups = append(o.Groups, r.group(n, scope))
		}
	}
	return o
}

func (r *reader) extend(n *ast.ExtendNode, scope string) extend {
	e := extend{name: string(n.Extendee.AsIdentifier())}
	for _, decl := range n.Decls {
		switch n := decl.(type) {
		case *ast.FieldNode:
			e.fields = append(e.fields, r.field(n))
		case *ast.GroupNode:
			e.groups = append(e.groups, r.group(n, scope))
		}
	}
	return e
}

func (r *reader) enum(n *ast.EnumNode, scope string) *Enum {
	e := &Enum{Name: n.Name.Val, FullName: join(scope, n.Name.Val), Position: r.at(n)}
	for _, decl := range n.Decls {
		switch n := decl.(type) {
		case *ast.OptionNode:
			e.options = append(e.options, r.option(n))
		case *ast.EnumValueNode:
			number, _ := n.Number.AsInt64()
			e.Values = append(e.Values, &EnumValue{
				Name:     n.Name.Val,
				Number:   int32(number), //nolint:gosec // the compiler has checked it
				options:  r.compactOptions(n.Options),
				Position: r.at(n),
			})
		case *ast.ReservedNode:
			e.reserved = append(e.reserved, r.reserved(n))
		}
	}
	return e
}

func (r *reader) reserved(n *ast.ReservedNode) ranges {
	var out ranges
	for _, v := range n.Ranges {
		out.values = append(out.values, readRange(v))
	}
	for _, name := range n.Names {
		out.values = append(out.values, rangeValue{name: name.AsString()})
	}
	for _, name := range n.Identifiers {
		out.values = append(out.values, rangeValue{name: name.Val, bare: true})
	}
	return out
}

func (r *reader) extensions(n *ast.ExtensionRangeNode) ranges {
	out := ranges{options: r.compactOptions(n.Options)}
	for _, v := range n.Ranges {
		out.values = append(out.values, readRange(v))
	}
	return out
}

func readRange(n *ast.RangeNode) rangeValue {
	start, _ := n.StartVal.AsInt64()
	v := rangeValue{start: start, end: start, single: n.To == nil, toMax: n.Max != nil}
	if n.EndVal != nil {
		v.end, _ = n.EndVal.AsInt64()
	}
	return v
}

func (r *reader) service(n *ast.ServiceNode) service {
	s := service{name: n.Name.Val}
	for _, decl := range n.Decls {
		switch n := decl.(type) {
		case *ast.OptionNode:
			s.options = append(s.options, r.option(n))
		case *ast.RPCNode:
			s.methods = append(s.methods, r.method(n))
		}
	}
	return s
}

func (r *reader) method(n *ast.RPCNode) method {
	typeOf := func(t *ast.RPCTypeNode) methodType {
		return methodType{stream: t.Stream != nil, name: string(t.MessageType.AsIdentifier())}
	}
	m := method{name: n.Name.Val, input: typeOf(n.Input), output: typeOf(n.Output)}
	for _, decl := range n.Decls {
		if o, ok := decl.(*ast.OptionNode); ok {
			m.options = append(m.options, r.option(o))
		}
	}
	return m
}

func (r *reader) compactOptions(n *ast.CompactOptionsNode) []option {
	if n == nil {
		return nil
	}
	var out []option
	for _, o := range n.Options {
		out = append(out, r.option(o))
	}
	return out
}

func (r *reader) option(n *ast.OptionNode) option {
	o := option{value: r.value(n.Val)}
	for _, part := range n.Name.Parts {
		o.name = append(o.name, namePart{
			name:      string(part.Name.AsIdentifier()),
			extension: part.IsExtension(),
			resolved:  r.names[part],
		})
	}
	return o
}

func (r *reader) value(n ast.ValueNode) value {
	switch n := n.(type) {
	case ast.StringValueNode:
		return value{kind: stringValue, text: n.AsString()}
	case *ast.ArrayLiteralNode:
		list := value{kind: listValue}
		for _, element := range n.Elements {
			list.list = append(list.list, r.value(element))
		}
		return list
	case *ast.MessageLiteralNode:
		literal := value{kind: mapValue}
		for _, field := range n.Elements {
			e := entry{value: r.value(field.Val)}
			e.key, e.fullKey = r.key(field.Name)
			literal.entries = put(literal.entries, e)
		}
		return literal
	case ast.IdentValueNode:
		return value{kind: wordValue, text: string(n.AsIdentifier())}
	}
	// What is left is numbers; a sign may stand apart from its digits.
	raw := strings.Join(strings.Fields(r.plain(n)), "")
	return value{kind: numberValue, text: raw}
}

// plain is a number's text without comments between sign and digits.
func (r *reader) plain(n ast.Node) string {
	if parts, ok := n.(ast.CompositeNode); ok {
		var b strings.Builder
		for _, child := range parts.Children() {
			b.WriteString(r.tree.NodeInfo(child).RawText())
		}
		return b.String()
	}
	return r.tree.NodeInfo(n).RawText()
}

// key prints the name of a message literal's field as written and in full.
func (r *reader) key(n *ast.FieldReferenceNode) (written, full string) {
	name := string(n.Name.AsIdentifier())
	switch {
	case n.IsAnyTypeReference():
		name = "[" + string(n.URLPrefix.AsIdentifier()) + "/" + name + "]"
		return name, name
	case n.IsExtension():
		full = r.linked.ResolveMessageLiteralExtensionName(n.Name)
		return "[" + name + "]", "[" + strings.TrimPrefix(full, ".") + "]"
	}
	return name, name
}
