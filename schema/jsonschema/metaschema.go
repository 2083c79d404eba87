package jsonschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/accordhq/accord/schema/jsontree"
)

// metaschemas holds the compiled metaschema of every draft. Compiling them
// takes longer than most schemas do, so it happens once in a process, at the
// first use; compiled schemas are safe for concurrent use.
var metaschemas = sync.OnceValues(func() (map[Draft]*validator.Schema, error) {
	compiled := map[Draft]*validator.Schema{}
	c := newCompiler()
	for _, d := range []Draft{Draft4, Draft6, Draft7, Draft2019, Draft2020} {
		s, err := c.Compile(d.url())
		if err != nil {
			return nil, fmt.Errorf("compile the metaschema of %s: %w", d, err)
		}
		compiled[d] = s
	}
	return compiled, nil
})

// newCompiler returns a validator that knows the drafts' metaschemas and the
// resources it is given, and loads nothing.
func newCompiler() *validator.Compiler {
	c := validator.NewCompiler()
	c.UseLoader(nothing{})
	c.UseRegexpEngine(patternEngine)
	c.DefaultDraft(validator.Draft7)
	return c
}

// nothing is a loader that refuses to load.
type nothing struct{}

// Load refuses every URL.
func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("%q is not among the references, and schemas are never fetched", url)
}

// checkMetaschema reports the first fault of a text against its draft's
// metaschema. Faults that leave no doubt about what is meant and that
// Confluent's registry takes pass: lists that repeat an item or are empty, and
// texts that are no URI (tolerated).
func checkMetaschema(d *document) error {
	compiled, err := metaschemas()
	if err != nil {
		return err
	}
	err = compiled[d.draft].Validate(decode(d.root))
	if err == nil {
		return nil
	}
	var invalid *validator.ValidationError
	if !errors.As(err, &invalid) {
		return d.errorAt(d.root.Offset, "", "not a valid %s schema: %s", d.draft, err)
	}
	fault := deepest(invalid, tolerated)
	if fault == nil {
		return nil
	}
	at, pointer := d.locate(fault.InstanceLocation)
	message := fault.BasicOutput().Error
	if message == nil {
		return d.errorAt(at.Offset, pointer, "not a valid %s schema", d.draft)
	}
	return d.errorAt(at.Offset, pointer, "not a valid %s schema: %s", d.draft, faultText(fault.InstanceLocation, message.String()))
}

func faultText(location []string, message string) string {
	if len(location) == 0 {
		return message
	}
	return fmt.Sprintf("%q: %s", location[len(location)-1], strings.ReplaceAll(message, "\n", " "))
}

func tolerated(k validator.ErrorKind) bool {
	switch k.(type) {
	case *kind.UniqueItems, *kind.MinItems, *kind.Format:
		return true
	}
	return false
}

// deepest finds the cause that lies deepest in the instance, which is the one
// that helps: those above only say that something inside is wrong. Nil: there
// is none but those to be skipped.
func deepest(e *validator.ValidationError, skip func(validator.ErrorKind) bool) *validator.ValidationError {
	if len(e.Causes) == 0 {
		if skip(e.ErrorKind) {
			return nil
		}
		return e
	}
	var best *validator.ValidationError
	for _, cause := range e.Causes {
		leaf := deepest(cause, skip)
		if leaf != nil && (best == nil || len(leaf.InstanceLocation) > len(best.InstanceLocation)) {
			best = leaf
		}
	}
	return best
}

// decode turns a tree into the values the validator works on. Of repeated
// members the last one counts.
func decode(n *jsontree.Node) any {
	switch n.Kind {
	case jsontree.Bool:
		return n.Bool
	case jsontree.Number:
		return json.Number(clampExponent(n.Text))
	case jsontree.String:
		return n.Text
	case jsontree.Array:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = decode(item)
		}
		return items
	case jsontree.Object:
		members := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			members[m.Name] = decode(m.Value)
		}
		return members
	}
	return nil
}

// maxExponent is beyond every number a double can hold.
const maxExponent = 400

// clampExponent keeps the validator, which computes exactly, from writing out
// numbers of a million digits: a larger exponent becomes maxExponent.
func clampExponent(number string) string {
	i := strings.IndexAny(number, "eE")
	if i < 0 {
		return number
	}
	exponent := strings.TrimPrefix(number[i+1:], "+")
	if e, err := strconv.Atoi(exponent); err == nil && -maxExponent <= e && e <= maxExponent {
		return number
	}
	if exponent[0] == '-' {
		return number[:i] + "e-" + strconv.Itoa(maxExponent)
	}
	return number[:i] + "e" + strconv.Itoa(maxExponent)
}

// metaschemaOutline stands in for a metaschema that a schema refers to: what
// kind of value a schema is, and the definitions that others borrow.
func metaschemaOutline(d Draft) (*document, error) {
	schemaType, defs := `["object","boolean"]`, "definitions"
	if d == Draft4 {
		schemaType = `"object"`
	}
	if d.modern() {
		defs = "$defs"
	}
	text := `{"$schema":"` + d.url() + `","title":"JSON Schema ` + d.String() + `","type":` + schemaType + `,"` + defs + `":{` +
		`"schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},` +
		`"nonNegativeInteger":{"type":"integer","minimum":0},` +
		`"nonNegativeIntegerDefault0":{"type":"integer","minimum":0,"default":0},` +
		`"positiveInteger":{"type":"integer","minimum":0},` +
		`"positiveIntegerDefault0":{"type":"integer","minimum":0,"default":0},` +
		`"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},` +
		`"stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true}}}`
	return readDocument(d.url(), text)
}
