package jsonschema

import (
	"errors"
	"fmt"
	"strconv"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxValidated bounds the schemas of a text that Validate compiles, as the
// validator's compile time grows with their square.
const maxValidated = 5_000

// validation is the schema as the validator knows it.
type validation struct{ schema *validator.Schema }

// Validate judges a JSON text by the schema. Text that does not fit, or is not
// JSON, is an error that says where; so is a schema of too many parts. Formats
// are asserted up to draft-07 and annotations in later drafts.
func (s *Schema) Validate(text string) error {
	value, err := jsontree.Parse(text, jsontree.Options{})
	if err != nil {
		return fmt.Errorf("read the JSON value: %w", err)
	}
	v, err := s.compiled()
	if err != nil {
		return err
	}
	err = v.schema.Validate(decode(value))
	var invalid *validator.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	fault := deepest(invalid, func(validator.ErrorKind) bool { return false })
	message := "does not fit the schema"
	if m := fault.BasicOutput().Error; m != nil {
		message = m.String()
	}
	return &schema.Error{
		Format:  schema.JSON,
		Pointer: jsontree.Pointer("", fault.InstanceLocation...),
		Message: message,
	}
}

// compileValidation gives the validator every document under the URL that the
// graph resolved references by.
func compileValidation(s *Schema) (*validation, error) {
	c := newCompiler()
	total := 0
	for _, d := range append([]*document{s.source}, s.dependencies...) {
		if total += len(d.nodes); total > maxValidated {
			return nil, fmt.Errorf("schema has more than the %d parts that values can be validated with", maxValidated)
		}
	}
	names := map[*jsontree.Node]string{}
	for i, d := range append([]*document{s.source}, s.dependencies...) {
		names[d.root] = "accord:///document/" + strconv.Itoa(i)
	}
	for _, d := range append([]*document{s.source}, s.dependencies...) {
		if err := c.AddResource(names[d.root], portable(d, names)); err != nil {
			return nil, fmt.Errorf("compile schema for validation: %w", err)
		}
	}
	compiled, err := c.Compile(names[s.source.root])
	if err != nil {
		return nil, fmt.Errorf("compile schema for validation: %w", err)
	}
	return &validation{compiled}, nil
}

// portable decodes a document for the validator with every reference written
// as the document and pointer the graph found it to lead to, so that both agree
// on what a reference means. Names inside the text are dropped, as nothing
// needs them then; dynamic references become plain ones.
func portable(d *document, names map[*jsontree.Node]string) any {
	byText := make(map[*jsontree.Node]*Node, len(d.nodes))
	for _, n := range d.nodes {
		byText[n.Value] = n
	}
	return (&porter{byText, names}).value(d.root)
}

type porter struct {
	nodes map[*jsontree.Node]*Node
	names map[*jsontree.Node]string
}

func (p *porter) value(v *jsontree.Node) any {
	switch v.Kind {
	case jsontree.Array:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = p.value(item)
		}
		return items
	case jsontree.Object:
		members := make(map[string]any, len(v.Members))
		for _, m := range v.Distinct() {
			members[m.Name] = p.value(m.Value)
		}
		if n := p.nodes[v]; n != nil {
			p.schema(n, members)
		}
		return members
	}
	return decode(v)
}

func (p *porter) schema(n *Node, members map[string]any) {
	for _, keyword := range []string{"$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$recursiveRef", "$dynamicRef"} {
		if _, isText := members[keyword].(string); isText || members[keyword] == true {
			delete(members, keyword)
		}
	}
	delete(members, "$vocabulary")
	if n.Pointer == "" {
		members["$schema"] = n.Draft.url()
	} else {
		delete(members, "$schema")
	}
	switch {
	case n.Ref != nil:
		members["$ref"] = p.address(n.Ref)
	case n.DynamicRef != nil:
		members["$ref"] = p.address(n.DynamicRef)
	}
}

func (p *porter) address(target *Node) string {
	if name, ok := p.names[target.doc.root]; ok {
		return name + "#" + fragmentOf(target.Pointer)
	}
	return target.File + "#" + fragmentOf(target.Pointer)
}
