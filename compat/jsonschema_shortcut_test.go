package compat_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
)

// reworded gives every object of a text a comment and every list of types a name
// that is no type. No comparison looks at those, and they leave no schema with
// the text it had.
func reworded(text string) string {
	const comment = `{"$comment":"c"`
	return strings.NewReplacer("{}", comment+"}", "{", comment+",", `"type":[`, `"type":["any",`).Replace(text)
}

// drawnProperty draws a property's schema without oneOf and its like: of those,
// members that did not change are paired first.
func drawnProperty(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		`{}`, `{"type":"string"}`, `{"type":"string","maxLength":3}`, `{"type":["string","null"],"maxLength":3}`,
		`{"type":["string","null"],"maxLength":2}`, `{"type":["null","string"]}`, `{"type":["integer","number"],"minimum":1}`,
		`{"type":["integer","number"]}`, `{"type":["object","array"],"properties":{"a":{"type":"null"}}}`,
		`{"type":["object","array"],"properties":{"a":{"type":"string"}},"items":{}}`, `{"$ref":"#/definitions/d"}`,
		`{"type":"object","properties":{"a":{"$ref":"#/definitions/d"}},"required":["a"]}`, `{"type":"string","title":"t"}`,
		`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`, `{"const":"a"}`, `{"enum":["a",1]}`,
		`{"type":"object","properties":{"a":{"type":"string"}},"description":"d"}`, `{"properties":{"a":{"type":"number"}},"maxLength":1}`,
	}).Draw(t, "property")
}

// drawnObject draws a root whose properties come in any order, and which shares
// much with the next that is drawn.
func drawnObject(t *rapid.T) string {
	names := rapid.Permutation([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}).Draw(t, "names")
	if rapid.Bool().Draw(t, "in order") {
		names = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
	}
	var properties []string
	for _, name := range names {
		switch rapid.IntRange(0, 5).Draw(t, "change") {
		case 0:
		case 1:
			properties = append(properties, strconv.Quote(name)+":"+drawnProperty(t))
		default:
			properties = append(properties, strconv.Quote(name)+`:{"type":["string","null"],"description":"`+name+`"}`)
		}
	}
	rest := rapid.SampledFrom([]string{
		"", `,"additionalProperties":false`, `,"additionalProperties":{"type":"string"}`, `,"required":["a","k"]`,
		`,"required":["b"],"minProperties":2`, `,"title":"T"`, `,"dependencies":{"a":["b"]}`, `,"patternProperties":{"^[a-e]":{}}`,
	}).Draw(t, "rest")
	kind := rapid.SampledFrom([]string{`"type":"object",`, `"type":["object","null"],`, ``}).Draw(t, "kind")
	return `{` + kind + `"properties":{` + strings.Join(properties, ",") + `}` + rest +
		`,"definitions":{"d":` + drawnProperty(t) + `}}`
}

// told is all that a comparison says but where it stands in the texts.
func told(t *rapid.T, original, update string) []compat.Difference {
	o, err := parseDrawn(t.Context(), original)
	if err != nil {
		t.Skip(err)
	}
	u, err := parseDrawn(t.Context(), update)
	if err != nil {
		t.Skip(err)
	}
	return withoutPlaces(compareDrawn(t, o, u))
}

func withoutPlaces(differences []compat.Difference) []compat.Difference {
	var out []compat.Difference
	for _, d := range differences {
		d.ReaderAt, d.WriterAt = compat.Location{}, compat.Location{}
		d.Inner = withoutPlaces(d.Inner)
		out = append(out, d)
	}
	return out
}

// What is equal is passed over, and that must not show: a full comparison, of
// schemas none of which has the text of another, tells exactly the same.
func TestJSONSchemaShortcutsDoNotShow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		original, update := drawnObject(t), drawnObject(t)
		short, full := told(t, original, update), told(t, reworded(original), update)
		if diff := cmp.Diff(full, short); diff != "" {
			t.Fatalf("%s\n%s\n-full +short:\n%s", original, update, diff)
		}
	})
}
