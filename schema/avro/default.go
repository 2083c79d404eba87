package avro

import (
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxDefaultSteps bounds the work of checking one default value: records with
// recursive defaults can multiply it.
const maxDefaultSteps = 100_000

// maxQuoted is how many bytes of a schema an error message repeats at most.
const maxQuoted = 120

// doubtedDefault is a default that met a type whose definition comes later.
type doubtedDefault struct {
	field     *Field
	enclosing []*Type
}

// checkDefault refuses a default value that is no value of the field's type.
func (p *parser) checkDefault(f *Field) error {
	c := defaultCheck{steps: maxDefaultSteps}
	if !c.valid(f.Type, f.Default, 0) {
		return p.badDefault(f)
	}
	if c.unresolved {
		p.doubted = append(p.doubted, doubtedDefault{f, slices.Clone(p.enclosing)})
	}
	return nil
}

// checkDoubted repeats the check now that every name is known. Java cannot
// judge a default that reaches a record around the field, and refuses it.
func (p *parser) checkDoubted() error {
	for _, d := range p.doubted {
		c := defaultCheck{steps: maxDefaultSteps, forbidden: d.enclosing}
		if !c.valid(d.field.Type, d.field.Default, 0) {
			return p.badDefault(d.field)
		}
	}
	return nil
}

func (p *parser) badDefault(f *Field) error {
	typ := string(jsontree.Append(nil, f.node.Member("type")))
	if len(typ) > maxQuoted {
		typ = "its type"
	}
	return p.fail(f.Default, f.Pointer+"/default", "the default of field %s is not a value of %s", f.Name, typ)
}

// defaultCheck judges default values by Java's rules: a union takes a value of
// any branch, text is text whatever the symbols or the size say, and integers
// must be written without a fraction.
type defaultCheck struct {
	steps      int
	forbidden  []*Type
	unresolved bool
}

// DefaultBranch is the branch of a union that a field's default is a value of,
// by its index: the first that fits, as Apache Avro reads defaults since 1.12.
// It is -1 for a field without a default, for one whose type is no union, and
// where no branch fits.
func (f *Field) DefaultBranch() int {
	if f.Default == nil {
		return -1
	}
	c := defaultCheck{steps: maxDefaultSteps}
	return slices.IndexFunc(f.Type.Branches, func(b *Type) bool { return c.valid(b, f.Default, 0) })
}

func (c *defaultCheck) valid(t *Type, v *jsontree.Node, depth int) bool {
	if c.steps--; c.steps < 0 || depth > schema.MaxDepth || v == nil {
		return false
	}
	if t == nil {
		c.unresolved = true
		return v.Kind == jsontree.Object
	}
	switch t.Kind {
	case Array:
		return v.Kind == jsontree.Array && !slices.ContainsFunc(v.Items, func(item *jsontree.Node) bool {
			return !c.valid(t.Element, item, depth+1)
		})
	case Map:
		return v.Kind == jsontree.Object && !slices.ContainsFunc(v.Distinct(), func(m jsontree.Member) bool {
			return !c.valid(t.Element, m.Value, depth+1)
		})
	case Union:
		return slices.ContainsFunc(t.Branches, func(b *Type) bool { return c.valid(b, v, depth+1) })
	case Record:
		return v.Kind == jsontree.Object && c.validRecord(t, v, depth)
	}
	return validScalar(t.Kind, v)
}

func (c *defaultCheck) validRecord(t *Type, v *jsontree.Node, depth int) bool {
	if slices.Contains(c.forbidden, t) {
		return false
	}
	for _, f := range t.Fields {
		value := v.Member(f.Name)
		if value == nil {
			value = f.Default
		}
		if !c.valid(f.Type, value, depth+1) {
			return false
		}
	}
	return true
}

func validScalar(k Kind, v *jsontree.Node) bool {
	switch k {
	case Null:
		return v.Kind == jsontree.Null
	case Boolean:
		return v.Kind == jsontree.Bool
	case Int:
		return fitsInteger(v, 32)
	case Long:
		return fitsInteger(v, 64)
	case Float, Double:
		return v.Kind == jsontree.Number || v.Kind == jsontree.String && isNotFinite(v.Text)
	}
	return v.Kind == jsontree.String
}

func fitsInteger(v *jsontree.Node, bits int) bool {
	if !v.IsInteger() {
		return false
	}
	_, err := strconv.ParseInt(v.Text, 10, bits)
	return err == nil
}

// isNotFinite recognises the numbers that JSON can only write as strings.
func isNotFinite(text string) bool {
	return text == "NaN" || text == "Infinity" || text == "-Infinity"
}
