package avro

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxFixed is the largest fixed Java can hold in an array.
const maxFixed = math.MaxInt32 - 8

// Attributes the language itself defines: anything else is a property.
var (
	typeAttributes  = []string{"doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"}
	enumAttributes  = append([]string{"default"}, typeAttributes...)
	fieldAttributes = []string{"default", "doc", "name", "order", "type", "aliases"}
)

// complexKinds are the types that are written as objects.
var complexKinds = map[string]Kind{
	"record": Record, "error": Record, "enum": Enum, "fixed": Fixed, "array": Array, "map": Map,
}

// parser reads one text: the schema or one of its dependencies. What is the
// same for all of them is set before: ctx, names, shapes and strict.
type parser struct {
	ctx    context.Context //nolint:containedctx // lives for one parse
	names  nameTable
	file   string
	lines  schema.Lines
	strict bool
	types  int
	shapes *shapes
	// pending are the uses of names that were not known yet.
	pending []pendingName
	// unions are those with a pending branch, doubted the defaults that were
	// checked before the types below them were known.
	unions  []*Type
	doubted []doubtedDefault
	// enclosing are the records being read.
	enclosing []*Type
}

// pendingName is a use of a name before its definition, as recursion is.
type pendingName struct {
	slot    **Type
	full    string
	node    *jsontree.Node
	pointer string
}

// parseText reads the text of a file and adds its named types to names.
func (p parser) parseText(text, file string) (*Type, error) {
	if err := p.ctx.Err(); err != nil {
		return nil, err
	}
	p.file, p.lines = file, schema.NewLines(text)
	root, err := jsontree.Parse(text, jsontree.Options{AllowComments: true})
	if err != nil {
		return nil, p.syntaxError(err)
	}
	if root.Kind != jsontree.String || root.End < len(text) {
		if err := p.refuseTrailing(text, root); err != nil {
			return nil, err
		}
	}
	var t *Type
	if err := p.typeInto(&t, root, "", ""); err != nil {
		return nil, err
	}
	if err := p.resolve(); err != nil {
		return nil, err
	}
	p.shapes.roots = append(p.shapes.roots, t)
	return t, nil
}

// refuseTrailing refuses a comment behind the schema: Java takes comments
// anywhere but there, and the text must stay readable for its clients.
func (p *parser) refuseTrailing(text string, root *jsontree.Node) error {
	for i := root.End; i < len(text); i++ {
		if text[i] == '/' {
			return p.fail(&jsontree.Node{Offset: i}, "", "unexpected text after the end of the schema")
		}
	}
	return nil
}

func (p *parser) syntaxError(err error) error {
	var syntax *jsontree.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	return &schema.Error{Format: schema.Avro, File: p.file, Position: p.lines.Position(syntax.Offset), Message: "not JSON: " + syntax.Message}
}

func (p *parser) fail(n *jsontree.Node, pointer, format string, args ...any) error {
	return &schema.Error{
		Format: schema.Avro, File: p.file, Position: p.lines.Position(n.Offset), Pointer: pointer,
		Message: fmt.Sprintf(format, args...),
	}
}

// typeInto reads the type n into slot, now or, where n is a name that is not
// defined yet, in resolve: until then the slot holds nil.
func (p *parser) typeInto(slot **Type, n *jsontree.Node, namespace, pointer string) error {
	if p.types++; p.types%1024 == 0 && p.ctx.Err() != nil {
		return p.ctx.Err()
	}
	switch n.Kind {
	case jsontree.String:
		p.use(slot, n.Text, n, namespace, pointer)
		return nil
	case jsontree.Object:
		return p.objectInto(slot, n, namespace, pointer)
	case jsontree.Array:
		t := p.newType(Union, n, pointer)
		*slot = t
		return p.union(t, n, namespace)
	}
	return p.fail(n, pointer, "a type is a name, an object or an array, not a %s", n.Kind)
}

// use refers to a type by name.
func (p *parser) use(slot **Type, name string, n *jsontree.Node, namespace, pointer string) {
	if k, ok := primitiveKind(name); ok {
		*slot = p.newType(k, n, pointer)
		return
	}
	known, full := p.names.find(name, namespace)
	*slot = known
	if known == nil {
		p.pending = append(p.pending, pendingName{slot, full, n, pointer})
	}
}

func (p *parser) newType(k Kind, n *jsontree.Node, pointer string) *Type {
	return &Type{Kind: k, Position: p.lines.Position(n.Offset), Pointer: pointer, File: p.file, node: n, shapes: p.shapes}
}

func (p *parser) objectInto(slot **Type, n *jsontree.Node, namespace, pointer string) error {
	name, ok := n.Member("type").StringValue()
	if !ok {
		return p.fail(n, pointer, "a type needs an attribute \"type\" that is a string")
	}
	if k, ok := primitiveKind(name); ok {
		t := p.newType(k, n, pointer)
		p.props(t, typeAttributes)
		*slot = t
		return nil
	}
	kind, known := complexKinds[name]
	if !known {
		p.use(slot, name, n, namespace, pointer)
		return nil
	}
	t := p.newType(kind, n, pointer)
	t.Error = name == "error"
	*slot = t
	switch kind {
	case Array:
		return p.container(t, "items", namespace)
	case Map:
		return p.container(t, "values", namespace)
	}
	return p.named(t, namespace)
}

func (p *parser) union(t *Type, n *jsontree.Node, namespace string) error {
	t.Branches = make([]*Type, len(n.Items))
	for i, item := range n.Items {
		pointer := t.Pointer + "/" + strconv.Itoa(i)
		if err := p.typeInto(&t.Branches[i], item, namespace, pointer); err != nil {
			return err
		}
		if b := t.Branches[i]; b != nil && b.Kind == Union {
			return p.fail(item, pointer, "a union must not hold a union directly")
		}
	}
	if slices.Contains(t.Branches, nil) {
		p.unions = append(p.unions, t)
	}
	return p.distinct(t)
}

// distinct refuses a union that holds a type twice. Logical types do not tell
// types apart.
func (p *parser) distinct(t *Type) error {
	seen := make(map[string]bool, len(t.Branches))
	for i, b := range t.Branches {
		if b == nil {
			continue
		}
		if name := b.FullName(); seen[name] {
			return p.fail(t.node.Items[i], t.Pointer+"/"+strconv.Itoa(i), "the union holds %s twice", name)
		}
		seen[b.FullName()] = true
	}
	return nil
}

func (p *parser) container(t *Type, attribute, namespace string) error {
	element := t.node.Member(attribute)
	if element == nil {
		return p.fail(t.node, t.Pointer, "the %s needs an attribute %q", t.Kind, attribute)
	}
	if err := p.typeInto(&t.Element, element, namespace, t.Pointer+"/"+attribute); err != nil {
		return err
	}
	p.props(t, typeAttributes)
	return nil
}

// named reads record, enum and fixed.
func (p *parser) named(t *Type, namespace string) error {
	if err := p.typeName(t, namespace); err != nil {
		return err
	}
	t.Doc, t.hasDoc = t.node.Member("doc").StringValue()
	var err error
	reserved := typeAttributes
	switch t.Kind {
	case Record:
		err = p.record(t)
	case Enum:
		reserved = enumAttributes
		err = p.enum(t)
	case Fixed:
		err = p.fixed(t)
	}
	if err != nil {
		return err
	}
	p.props(t, reserved)
	if err := p.typeAliases(t); err != nil {
		return err
	}
	return p.define(t)
}

func (p *parser) typeName(t *Type, enclosing string) error {
	name, ok := t.node.Member("name").StringValue()
	if !ok {
		return p.fail(t.node, t.Pointer, "the %s needs an attribute \"name\" that is a string", t.Kind)
	}
	if own, ok := t.node.Member("namespace").StringValue(); ok {
		enclosing = own
	}
	t.Namespace, t.Name = splitName(name, enclosing)
	if _, ok := primitiveKind(t.FullName()); ok {
		return p.fail(t.node, t.Pointer, "a %s must not be named %s as the primitive type is", t.Kind, name)
	}
	if !p.strict {
		return nil
	}
	if err := checkName(t.Name); err != nil {
		return p.fail(t.node.Member("name"), t.Pointer+"/name", "%v", err)
	}
	if err := checkNamespace(t.Namespace); err != nil {
		return p.fail(t.node, t.Pointer, "%v", err)
	}
	return nil
}

// define makes the type known. Defining a name again is allowed if the
// definitions are equal, as Java judges it.
func (p *parser) define(t *Type) error {
	full := t.FullName()
	known := p.names[full]
	if known == nil {
		p.names[full] = t
		return nil
	}
	if equal, err := equalTypes(p.ctx, known, t); err != nil {
		return err
	} else if !equal {
		return p.fail(t.node, t.Pointer, "%s is defined twice, and differently", full)
	}
	return nil
}

func (p *parser) enum(t *Type) error {
	symbols := t.node.Member("symbols")
	if !symbols.Is(jsontree.Array) {
		return p.fail(t.node, t.Pointer, "the enum needs an attribute \"symbols\" that is an array of strings")
	}
	seen := make(map[string]bool, len(symbols.Items))
	for i, item := range symbols.Items {
		pointer := t.Pointer + "/symbols/" + strconv.Itoa(i)
		symbol, ok := item.StringValue()
		switch {
		case !ok:
			return p.fail(item, pointer, "an enum symbol is a string, not a %s", item.Kind)
		case seen[symbol]:
			return p.fail(item, pointer, "the enum has the symbol %s twice", symbol)
		case p.strict:
			if err := checkName(symbol); err != nil {
				return p.fail(item, pointer, "%v", err)
			}
		}
		seen[symbol] = true
		t.Symbols = append(t.Symbols, symbol)
	}
	def := t.node.Member("default")
	if symbol, ok := def.StringValue(); ok {
		if !seen[symbol] {
			return p.fail(def, t.Pointer+"/default", "the enum's default %q is not one of its symbols", symbol)
		}
		t.EnumDefault, t.hasDefault = symbol, true
	}
	return nil
}

func (p *parser) fixed(t *Type) error {
	size := t.node.Member("size")
	if !size.IsInteger() {
		return p.fail(t.node, t.Pointer, "the fixed needs an attribute \"size\" that is an integer")
	}
	n, err := strconv.ParseInt(size.Text, 10, 32)
	if err != nil || n < 0 || n > maxFixed {
		return p.fail(size, t.Pointer+"/size", "the size of a fixed lies between 0 and %d", maxFixed)
	}
	t.Size = int(n)
	return nil
}

// aliases reads an "aliases" attribute; duplicates count once.
func (p *parser) aliases(owner *jsontree.Node, pointer string) ([]string, error) {
	n := owner.Member("aliases")
	if n == nil {
		return nil, nil
	}
	if n.Kind != jsontree.Array {
		return nil, p.fail(n, pointer+"/aliases", "aliases is an array of strings, not a %s", n.Kind)
	}
	var aliases []string
	for i, item := range n.Items {
		alias, ok := item.StringValue()
		if !ok {
			return nil, p.fail(item, pointer+"/aliases/"+strconv.Itoa(i), "an alias is a string, not a %s", item.Kind)
		}
		aliases = append(aliases, alias)
	}
	return distinctStrings(aliases), nil
}

func (p *parser) typeAliases(t *Type) error {
	aliases, err := p.aliases(t.node, t.Pointer)
	if err != nil {
		return err
	}
	for i, alias := range aliases {
		namespace, name := splitName(alias, t.Namespace)
		if p.strict {
			if err := checkName(name); err != nil {
				return p.fail(t.node.Member("aliases"), t.Pointer+"/aliases/"+strconv.Itoa(i), "alias: %v", err)
			}
		}
		aliases[i] = joinName(namespace, name)
	}
	t.Aliases = distinctStrings(aliases)
	return nil
}

// distinctStrings drops repetitions and keeps the order.
func distinctStrings(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	})
}

// props keeps the attributes the language does not define.
func (p *parser) props(t *Type, reserved []string) {
	t.Props = propsOf(t.node, reserved)
	t.readLogicalType()
}

func propsOf(n *jsontree.Node, reserved []string) []Prop {
	var props []Prop
	for _, m := range n.Distinct() {
		if !slices.Contains(reserved, m.Name) {
			props = append(props, Prop{m.Name, m.Value})
		}
	}
	return props
}

// resolve fills in the names that were used before their definition, and
// repeats the checks that had to wait for them.
func (p *parser) resolve() error {
	for _, use := range p.pending {
		t := p.names[use.full]
		if t == nil {
			return p.fail(use.node, use.pointer, "type %q is not defined: define it, or reference the schema that does", use.full)
		}
		*use.slot = t
	}
	for _, union := range p.unions {
		if err := p.distinct(union); err != nil {
			return err
		}
	}
	return p.checkDoubted()
}
