package avro

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

func (p *parser) record(t *Type) error {
	fields := t.node.Member("fields")
	if !fields.Is(jsontree.Array) {
		return p.fail(t.node, t.Pointer, "the record needs an attribute \"fields\" that is an array")
	}
	p.enclosing = append(p.enclosing, t)
	seen := make(map[string]bool, len(fields.Items))
	for i, item := range fields.Items {
		f := &Field{Position: p.lines.Position(item.Offset), Pointer: t.Pointer + "/fields/" + strconv.Itoa(i), node: item}
		if err := p.field(f, t.Namespace); err != nil {
			return err
		}
		if seen[f.Name] {
			return p.fail(item, f.Pointer, "the record has the field %s twice", f.Name)
		}
		seen[f.Name] = true
		t.Fields = append(t.Fields, f)
	}
	p.enclosing = p.enclosing[:len(p.enclosing)-1]
	return nil
}

func (p *parser) field(f *Field, namespace string) error {
	var ok bool
	if f.Name, ok = f.node.Member("name").StringValue(); !ok {
		return p.fail(f.node, f.Pointer, "a field is an object with an attribute \"name\" that is a string")
	}
	if p.strict {
		if err := checkName(f.Name); err != nil {
			return p.fail(f.node.Member("name"), f.Pointer+"/name", "%v", err)
		}
	}
	f.Doc, f.hasDoc = f.node.Member("doc").StringValue()
	typ := f.node.Member("type")
	if typ == nil {
		return p.fail(f.node, f.Pointer, "the field %s needs an attribute \"type\"", f.Name)
	}
	if err := p.typeInto(&f.Type, typ, namespace, f.Pointer+"/type"); err != nil {
		return err
	}
	if err := p.order(f); err != nil {
		return err
	}
	if err := p.fieldDefault(f); err != nil {
		return err
	}
	f.Props = propsOf(f.node, fieldAttributes)
	var err error
	f.Aliases, err = p.aliases(f.node, f.Pointer)
	return err
}

func (p *parser) order(f *Field) error {
	f.Order = Ascending
	n := f.node.Member("order")
	if n == nil {
		return nil
	}
	order := Order(strings.ToLower(n.Text))
	if n.Kind != jsontree.String || !slices.Contains([]Order{Ascending, Descending, Ignore}, order) {
		return p.fail(n, f.Pointer+"/order", "order is \"ascending\", \"descending\" or \"ignore\"")
	}
	f.Order = order
	return nil
}

func (p *parser) fieldDefault(f *Field) error {
	f.Default = f.node.Member("default")
	if f.Default == nil {
		return nil
	}
	if f.Type != nil && (f.Type.Kind == Float || f.Type.Kind == Double) && f.Default.Kind == jsontree.String {
		number, ok := numberInText(f.Default)
		if !ok {
			return p.fail(f.Default, f.Pointer+"/default", "the default %q of field %s is not a number", f.Default.Text, f.Name)
		}
		f.Default = number
	}
	if p.strict {
		return p.checkDefault(f)
	}
	return nil
}

// numberInText reads a floating-point default that was written as a string, as
// Java does. NaN and the infinities have no JSON number and stay strings.
func numberInText(n *jsontree.Node) (*jsontree.Node, bool) {
	text := strings.TrimSpace(n.Text)
	switch strings.TrimLeft(text, "+-") {
	case "NaN", "Infinity":
		if len(strings.TrimLeft(text, "+-"))+1 < len(text) {
			return nil, false
		}
		number := *n
		number.Text = strings.TrimPrefix(strings.TrimSuffix(text, "NaN"), "+")
		if strings.HasSuffix(text, "NaN") {
			number.Text = "NaN"
		}
		return &number, true
	}
	if strings.Trim(text, "0123456789+-.eE") != "" {
		text = strings.TrimRight(text, "fFdD")
	}
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return nil, false
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(v, 0) {
		return nil, false
	}
	number := *n
	if math.IsInf(v, 0) {
		number.Text = strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64)+"inity", "+")
		return &number, true
	}
	number.Kind, number.Text = jsontree.Number, javaDouble(v, 64)
	return &number, true
}
