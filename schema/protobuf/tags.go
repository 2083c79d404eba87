package protobuf

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"

	"github.com/accordhq/accord/schema"
)

// WithTags returns the source text with inline tags added to and removed from
// messages (confluent.message_meta) and fields (confluent.field_meta). All
// other bytes stay, except that confluent/meta.proto is imported if it was
// not. An entity path may begin with a dot, may have the package or leave it
// out, and may name the oneof a field is in. Adding a tag that is there and
// removing one that is not change nothing.
func (f *File) WithTags(add, remove []schema.ElementTags) (string, error) {
	e := &tagEditor{text: f.main.text, pkg: f.main.document.Package}
	for _, tags := range remove {
		if err := e.each(tags, e.remove); err != nil {
			return "", err
		}
	}
	for _, tags := range add {
		if err := e.each(tags, e.add); err != nil {
			return "", err
		}
	}
	if e.added {
		if err := e.importMeta(); err != nil {
			return "", err
		}
	}
	return e.text, nil
}

// tagEditor changes a text one tag at a time and reads it again after each.
type tagEditor struct {
	text  string
	pkg   string
	tree  *ast.FileNode
	added bool
}

// element is a message or a field in the syntax tree.
type element struct {
	meta    string // the full name of its meta option
	body    *ast.MessageBody
	field   ast.FieldDeclNode
	options []*ast.OptionNode
}

func (e *tagEditor) parse() error {
	tree, err := parser.Parse(mainPath, strings.NewReader(e.text), reporter.NewHandler(nil))
	if err != nil {
		return schema.Errorf(schema.Protobuf, schema.Position{}, "read the schema again to change its tags: %v", err)
	}
	e.tree = tree
	return nil
}

// each applies a change per tag, again for as long as it says that it has
// changed something and may have more to do.
func (e *tagEditor) each(tags schema.ElementTags, change func(element, string) (more bool)) error {
	for _, tag := range tags.Tags {
		for more := true; more; {
			if err := e.parse(); err != nil {
				return err
			}
			el, ok := e.find(tags.Entity)
			if !ok {
				return schema.Errorf(schema.Protobuf, schema.Position{}, "the schema has no %s at path '%s' to tag", entityWord(tags.Entity.Type), tags.Entity.Path)
			}
			more = change(el, tag)
		}
	}
	return nil
}

func entityWord(t schema.EntityType) string {
	if t == schema.EntityRecord {
		return "message"
	}
	return "field"
}

// find locates an entity in the syntax tree.
func (e *tagEditor) find(entity schema.Entity) (element, bool) {
	path := strings.TrimPrefix(entity.Path, ".")
	if local, ok := strings.CutPrefix(path, e.pkg+"."); ok && e.pkg != "" {
		path = local
	}
	names := strings.Split(path, ".")
	field := ""
	if entity.Type != schema.EntityRecord {
		field, names = names[len(names)-1], names[:len(names)-1]
	}
	body, rest := e.message(names)
	switch {
	case body == nil || len(rest) > 1 || len(rest) == 1 && field == "":
		return element{}, false
	case field == "":
		return messageElement(body), true
	}
	oneof := ""
	if len(rest) == 1 {
		oneof = rest[0]
	}
	node := findField(body, oneof, field)
	if node == nil {
		return element{}, false
	}
	el := element{meta: "confluent.field_meta", field: node}
	if node.GetOptions() != nil {
		el.options = node.GetOptions().Options
	}
	return el, true
}

func messageElement(body *ast.MessageBody) element {
	el := element{meta: "confluent.message_meta", body: body}
	for _, decl := range body.Decls {
		if o, ok := decl.(*ast.OptionNode); ok {
			el.options = append(el.options, o)
		}
	}
	return el
}

// message follows names down the messages as far as they lead.
func (e *tagEditor) message(names []string) (body *ast.MessageBody, rest []string) {
	for _, decl := range e.tree.Decls {
		if m, ok := decl.(*ast.MessageNode); ok && len(names) > 0 && m.Name.Val == names[0] {
			body, names = &m.MessageBody, names[1:]
			break
		}
	}
	for body != nil && len(names) > 0 {
		next := nestedBody(body, names[0])
		if next == nil {
			break
		}
		body, names = next, names[1:]
	}
	return body, names
}

func nestedBody(body *ast.MessageBody, name string) *ast.MessageBody {
	for _, decl := range body.Decls {
		switch n := decl.(type) {
		case *ast.MessageNode:
			if n.Name.Val == name {
				return &n.MessageBody
			}
		case *ast.GroupNode:
			if n.Name.Val == name {
				return &n.MessageBody
			}
		}
	}
	return nil
}

// findField finds a field of a message, or of one of its oneofs if that is
// named.
func findField(body *ast.MessageBody, oneof, name string) ast.FieldDeclNode {
	matches := func(n ast.Node) ast.FieldDeclNode {
		f, ok := n.(ast.FieldDeclNode)
		if !ok {
			return nil
		}
		_, group := n.(*ast.GroupNode)
		ident, ok := f.FieldName().(*ast.IdentNode)
		if ok && (ident.Val == name || group && groupFieldName(ident.Val) == name) {
			return f
		}
		return nil
	}
	for _, decl := range body.Decls {
		if o, ok := decl.(*ast.OneofNode); ok && (oneof == "" || o.Name.Val == oneof) {
			for _, member := range o.Decls {
				if f := matches(member); f != nil {
					return f
				}
			}
		}
		if f := matches(decl); f != nil && oneof == "" {
			return f
		}
	}
	return nil
}

// isMetaOption says whether an option sets the element's meta option or a part
// of it.
func (e *tagEditor) isMetaOption(el element, o *ast.OptionNode) bool {
	first := o.Name.Parts[0]
	if !first.IsExtension() {
		return false
	}
	name := strings.TrimPrefix(string(first.Name.AsIdentifier()), ".")
	return name == el.meta || strings.HasPrefix(e.pkg+".", "confluent.") && "confluent."+name == el.meta
}

// occurrence is one place where a tag is written: the nodes around it, from
// the option inwards.
type occurrence struct {
	option *ast.OptionNode
	index  int // of the option among the element's options
	fields []*ast.MessageFieldNode
	field  int // of "tags" among fields, -1 if there is no literal
	seps   []*ast.RuneNode
	array  *ast.ArrayLiteralNode
	item   int
}

// occurrences finds where the element has a tag.
func (e *tagEditor) occurrences(el element, tag string) []occurrence {
	var found []occurrence
	for i, o := range el.options {
		if !e.isMetaOption(el, o) {
			continue
		}
		at := occurrence{option: o, index: i, field: -1}
		literal, ok := o.Val.(*ast.MessageLiteralNode)
		switch {
		case len(o.Name.Parts) == 2 && o.Name.Parts[1].Value() == "tags":
			found = append(found, at.inValue(o.Val, tag)...)
		case len(o.Name.Parts) == 1 && ok:
			at.fields, at.seps = literal.Elements, literal.Seps
			for j, field := range literal.Elements {
				if field.Name.Value() == "tags" {
					at.field = j
					found = append(found, at.inValue(field.Val, tag)...)
				}
			}
		}
	}
	return found
}

func (o occurrence) inValue(v ast.ValueNode, tag string) []occurrence {
	switch v := v.(type) {
	case ast.StringValueNode:
		if v.AsString() == tag {
			return []occurrence{o}
		}
	case *ast.ArrayLiteralNode:
		for i, item := range v.Elements {
			if s, ok := item.(ast.StringValueNode); ok && s.AsString() == tag {
				o.array, o.item = v, i
				return []occurrence{o}
			}
		}
	}
	return nil
}

// remove takes a tag off an element at the first place it is written.
func (e *tagEditor) remove(el element, tag string) (more bool) {
	found := e.occurrences(el, tag)
	if len(found) == 0 {
		return false
	}
	switch o := found[0]; {
	case o.array != nil && len(o.array.Elements) > 1:
		e.cutItem(nodesOf(o.array.Elements), o.item, nil)
	case o.field >= 0 && len(o.fields) > 1:
		e.cutItem(nodesOf(o.fields), o.field, o.seps[o.field])
	case el.body != nil:
		e.cutStatement(o.option)
	case len(el.options) > 1:
		e.cutItem(nodesOf(el.options), o.index, nil)
	default:
		e.replace(e.end(el.field.FieldTag()), e.end(el.field.GetOptions()), "")
	}
	return true
}

func nodesOf[N ast.Node](nodes []N) []ast.Node {
	out := make([]ast.Node, len(nodes))
	for i, n := range nodes {
		out[i] = n
	}
	return out
}

// cutItem removes one item of a list with the separator beside it.
func (e *tagEditor) cutItem(items []ast.Node, i int, sep *ast.RuneNode) {
	switch {
	case i < len(items)-1:
		e.replace(e.start(items[i]), e.start(items[i+1]), "")
	case sep != nil:
		e.replace(e.end(items[i-1]), e.end(sep), "")
	default:
		e.replace(e.end(items[i-1]), e.end(items[i]), "")
	}
}

// cutStatement removes a statement, and its line if nothing else is on it.
func (e *tagEditor) cutStatement(n ast.Node) {
	start, end := e.start(n), e.end(n)
	lineStart := strings.LastIndexByte(e.text[:start], '\n') + 1
	lineEnd := len(e.text)
	if i := strings.IndexByte(e.text[end:], '\n'); i >= 0 {
		lineEnd = end + i + 1
	}
	if strings.TrimSpace(e.text[lineStart:start]) == "" && strings.TrimSpace(e.text[end:lineEnd]) == "" {
		start, end = lineStart, lineEnd
	}
	e.replace(start, end, "")
}

// add puts one tag on an element that does not have it.
func (e *tagEditor) add(el element, tag string) (more bool) {
	if len(e.occurrences(el, tag)) > 0 {
		return false
	}
	e.added = true
	assignment := "(" + e.metaName(el.meta) + ").tags = " + quote(tag)
	switch {
	case el.body != nil:
		at := e.end(el.body.OpenBrace)
		indent := e.indentation(at) + "  "
		e.replace(at, at, "\n"+indent+"option "+assignment+";")
	case len(el.options) == 0:
		at := e.end(el.field.FieldTag())
		e.replace(at, at, " ["+assignment+"]")
	default:
		last := el.options[len(el.options)-1]
		before := ", "
		if start := e.start(last); strings.TrimSpace(e.lineBefore(start)) == "" {
			before = ",\n" + e.indentation(start)
		}
		e.replace(e.end(last), e.end(last), before+assignment)
	}
	return false
}

// metaName is the meta option's name as it resolves from the schema's package,
// in which another "confluent" may hide the right one.
func (e *tagEditor) metaName(full string) string {
	if slices.Contains(strings.Split(e.pkg, "."), "confluent") {
		return "." + full
	}
	return full
}

// importMeta imports confluent/meta.proto unless the text does.
func (e *tagEditor) importMeta() error {
	if err := e.parse(); err != nil {
		return err
	}
	var after ast.Node
	switch {
	case e.tree.Syntax != nil:
		after = e.tree.Syntax
	case e.tree.Edition != nil:
		after = e.tree.Edition
	}
	imported := false
	for _, decl := range e.tree.Decls {
		switch n := decl.(type) {
		case *ast.ImportNode:
			if n.Name.AsString() == metaImport {
				return nil
			}
			after, imported = n, true
		case *ast.PackageNode:
			if !imported {
				after = n
			}
		}
	}
	line := "import " + quote(metaImport) + ";"
	if after == nil {
		e.text = line + "\n" + e.text
		return nil
	}
	e.replace(e.end(after), e.end(after), "\n"+line)
	return nil
}

func (e *tagEditor) start(n ast.Node) int { return e.tree.NodeInfo(n).Start().Offset }

func (e *tagEditor) end(n ast.Node) int { return e.start(n) + len(e.tree.NodeInfo(n).RawText()) }

func (e *tagEditor) replace(start, end int, with string) {
	e.text = e.text[:start] + with + e.text[end:]
}

func (e *tagEditor) lineBefore(offset int) string {
	return e.text[strings.LastIndexByte(e.text[:offset], '\n')+1 : offset]
}

// indentation is the white space at the beginning of an offset's line.
func (e *tagEditor) indentation(offset int) string {
	line := e.lineBefore(offset)
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
