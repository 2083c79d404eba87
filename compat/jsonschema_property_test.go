package compat_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/schematest"
)

// drawJSONSchema draws a schema whose references lead to "#" and
// "#/definitions/d".
func drawJSONSchema(t *rapid.T, depth int) string {
	leaves := []string{
		`{}`, `true`, `false`, `{"type":"string"}`, `{"type":"string","maxLength":3}`, `{"type":"integer","minimum":0}`,
		`{"type":"number","multipleOf":2}`, `{"type":["string","null"]}`, `{"enum":["a",1]}`, `{"const":"a"}`,
		`{"$ref":"#"}`, `{"$ref":"#/definitions/d"}`, `{"type":"object","additionalProperties":false}`,
	}
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	sub := func() string { return drawJSONSchema(t, depth-1) }
	switch rapid.IntRange(0, 7).Draw(t, "sort") {
	case 0:
		return `{"properties":{"a":` + sub() + `,"b":` + sub() + `},"required":["a"]}`
	case 1:
		return `{"type":"object","properties":{"a":` + sub() + `,"c":` + sub() + `},"additionalProperties":` + sub() + `}`
	case 2:
		return `{"patternProperties":{"^a":` + sub() + `},"properties":{"b":` + sub() + `}}`
	case 3:
		return `{"items":` + sub() + `}`
	case 4:
		return `{"items":[` + sub() + `,` + sub() + `],"additionalItems":` + sub() + `}`
	case 5:
		return `{"not":` + sub() + `}`
	case 6:
		keyword := rapid.SampledFrom([]string{"oneOf", "anyOf", "allOf"}).Draw(t, "keyword")
		return `{"` + keyword + `":[` + sub() + `,` + sub() + `]}`
	}
	return rapid.SampledFrom(leaves).Draw(t, "leaf")
}

func drawJSONRoot(t *rapid.T) string {
	root := drawJSONSchema(t, 3)
	return `{"properties":{"root":` + root + `},"definitions":{"d":` + drawJSONSchema(t, 2) + `}}`
}

func compareDrawn(t *rapid.T, original, update *jsonschema.Schema) []compat.Difference {
	diffs, err := compat.Compare(t.Context(), update, original, compat.NewReadsOld)
	if err != nil {
		t.Fatalf("Compare: %v", err)
	}
	for _, policy := range []compat.Policy{compat.Strict, compat.Lenient} {
		want := slices.DeleteFunc(slices.Clone(diffs), func(d compat.Difference) bool { return !d.Breaks(policy) })
		got, err := compat.Breaking(t.Context(), original, update, compat.NewReadsOld, policy)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("Breaking under %s: %v (-Compare +Breaking):\n%s", policy, err, diff)
		}
	}
	return diffs
}

// What must hold for any two schemas (compatibility reference 7).
func TestJSONSchemaProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := []string{drawJSONRoot(t), drawJSONRoot(t)}
		parsed := make([]*jsonschema.Schema, len(texts))
		for i, text := range texts {
			s, err := parseDrawn(t.Context(), text)
			if err != nil {
				t.Skip(err)
			}
			parsed[i] = s
		}
		a, b := parsed[0], parsed[1]
		if diffs := compareDrawn(t, a, a); len(diffs) > 0 {
			t.Fatalf("%s differs from itself: %v", texts[0], diffs)
		}
		again, err := parseDrawn(t.Context(), strings.Replace(texts[0], `{"properties"`, `{"$comment":"again","properties"`, 1))
		if err != nil {
			t.Fatal(err)
		}
		if diffs := compareDrawn(t, a, again); len(diffs) > 0 {
			t.Fatalf("%s differs from its copy: %v", texts[0], diffs)
		}
		diffs := compareDrawn(t, a, b)
		if breaksJSON(diffs, compat.Lenient) && !breaksJSON(diffs, compat.Strict) {
			t.Fatalf("LENIENT is stricter: %v", diffs)
		}
		normalized, err := parseDrawn(t.Context(), b.Normalized())
		if err != nil {
			t.Fatal(err)
		}
		if got := compareDrawn(t, a, normalized); breaksJSON(got, compat.Strict) != breaksJSON(diffs, compat.Strict) {
			t.Fatalf("normalising changes the verdict from %v to %v", diffs, got)
		}
	})
}

// A verdict of compatible must hold for values: what the old schema accepts,
// the new one does. Drawn from schemas that avoid what Confluent does not look
// at (compatibility reference 4.8).
func TestJSONSchemaVerdictIsSound(t *testing.T) {
	t.Parallel()
	values := []string{
		`null`, `"a"`, `"abcd"`, `0`, `-1`, `1`, `1.5`, `[]`, `["a"]`, `[0]`, `[0,"a"]`, `[[0]]`, `{}`, `{"v":0}`, `{"v":"a"}`,
		`{"v":{"v":0}}`, `{"v":[0]}`, `{"w":0}`, `{"v":0,"w":"a"}`, `{"v":{"v":"abcd"}}`, `{"v":{"v":{"v":1.5}}}`, `[["a"],[-1]]`,
	}
	rapid.Check(t, func(t *rapid.T) {
		texts := []string{drawSound(t, 3), drawSound(t, 3)}
		a, errA := parseDrawn(t.Context(), texts[0])
		b, errB := parseDrawn(t.Context(), texts[1])
		if errA != nil || errB != nil {
			t.Skip("a reference leads to itself")
		}
		if breaksJSON(compareDrawn(t, a, b), compat.Strict) {
			return
		}
		for _, v := range values {
			if a.Validate(v) == nil && b.Validate(v) != nil {
				t.Fatalf("%s fits %s and not %s: %v", v, texts[0], texts[1], b.Validate(v))
			}
		}
	})
}

func drawSound(t *rapid.T, depth int) string {
	leaves := []string{
		`{}`, `{"type":"string"}`, `{"type":"string","maxLength":3}`, `{"type":"integer"}`, `{"type":"integer","minimum":0}`,
		`{"type":"number"}`, `{"type":["string","null"]}`, `{"type":"null"}`, `{"enum":["a",1]}`, `{"enum":["a"]}`,
	}
	if depth < 3 {
		leaves = append(leaves, `{"$ref":"#"}`)
	}
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	sub := func() string { return drawSound(t, depth-1) }
	switch rapid.IntRange(0, 4).Draw(t, "sort") {
	case 0:
		return `{"type":"object","properties":{"v":` + sub() + `},"additionalProperties":false}`
	case 1:
		return `{"type":"object","properties":{"v":` + sub() + `,"w":` + sub() + `},"required":["v"],"additionalProperties":false}`
	case 2:
		return `{"type":"array","items":` + sub() + `}`
	case 3:
		return `{"anyOf":[` + sub() + `,` + sub() + `]}`
	}
	return rapid.SampledFrom(leaves).Draw(t, "leaf")
}

func parseDrawn(ctx context.Context, text string) (*jsonschema.Schema, error) {
	return jsonschema.Parse(ctx, jsonSource(text))
}

// Versions of real schemas compare without error, and in the way their version
// numbers promise: an addition leaves old data valid under LENIENT.
func TestJSONSchemaCorpus(t *testing.T) {
	t.Parallel()
	shared := schematest.Shared(t)
	files, err := filepath.Glob(filepath.Join(shared, "corpus", "jsonschema-iglu", "*", "*", "jsonschema", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	folders := map[string][]string{}
	for _, f := range files {
		folders[filepath.Dir(f)] = append(folders[filepath.Dir(f)], f)
	}
	pairs := 0
	for _, versions := range folders {
		slices.Sort(versions)
		for i := 1; i < len(versions); i++ {
			old, err := os.ReadFile(versions[i-1])
			if err != nil {
				t.Fatal(err)
			}
			update, err := os.ReadFile(versions[i])
			if err != nil {
				t.Fatal(err)
			}
			pairs++
			for _, d := range compareJSONTexts(t, string(old), string(update)) {
				if d.Description == "" || d.Path == "" || d.ReaderAt.Line == 0 && d.WriterAt.Line == 0 {
					t.Errorf("%s: incomplete difference %+v", versions[i], d)
				}
			}
		}
	}
	if pairs == 0 {
		t.Error("no pair of versions was compared")
	}
}

// distinctBranches writes a oneOf of n objects, no two alike, with one keyword
// more in each.
func distinctBranches(n int, keyword string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"properties":{"k":{"const":` + strconv.Itoa(i) + `}},"` + keyword + `":1}`)
	}
	return `{"oneOf":[` + b.String() + `]}`
}

func TestJSONSchemaBounds(t *testing.T) {
	t.Parallel()
	var doubling strings.Builder
	for i := range 60 {
		next := `{"$ref":"#/definitions/d` + strconv.Itoa(i+1) + `"}`
		doubling.WriteString(`"d` + strconv.Itoa(i) + `":{"properties":{"l":` + next + `,"r":` + next + `}},`)
	}
	double := func(leaf string) string {
		return `{"properties":{"x":{"$ref":"#/definitions/d0"}},"definitions":{` + doubling.String() + `"d60":` + leaf + `}}`
	}
	for name, tc := range map[string]struct {
		original, update string
		complex          bool
	}{
		"wide sums":  {distinctBranches(200, "minProperties"), distinctBranches(200, "maxProperties"), false},
		"wider sums": {distinctBranches(1500, "minProperties"), distinctBranches(1500, "maxProperties"), true},
		"wide and unchanged": {
			distinctBranches(5000, "minProperties"),
			strings.Replace(distinctBranches(5000, "minProperties"), `"oneOf":[`, `"oneOf":[{"$ref":"#/oneOf/4999"},`, 1), false,
		},
		"doubling, equal":       {double(`{}`), double(`{"$comment":"other"}`), false},
		"doubling, different":   {double(`{"type":"string"}`), double(`{"type":"integer"}`), true},
		"numbers beyond bounds": {`{"multipleOf":1e999999999,"maximum":1e999999999}`, `{"multipleOf":1e-999999999,"maximum":1e999999998}`, false},
		"hostile pattern": {
			`{"patternProperties":{"^(a+)+$":{}}}`,
			`{"patternProperties":{"^(a+)+$":{}},"properties":{"` + strings.Repeat("a", 60) + `!":{"type":"string"}}}`, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := compat.Compare(t.Context(), parseJSONSchema(t, tc.update), parseJSONSchema(t, tc.original), compat.NewReadsOld)
			if errors.Is(err, compat.ErrTooComplex) != tc.complex || err != nil && !tc.complex {
				t.Errorf("error %v, too complex is wanted: %v", err, tc.complex)
			}
			// Findings are advice: what is too much to look into ends them, and is no error.
			for _, pair := range [][2]string{{tc.original, tc.update}, {tc.update, tc.original}} {
				findingsOf(t, parseJSONSchema(t, pair[0]), parseJSONSchema(t, pair[1]))
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestJSONSchemaCancelled(t *testing.T) {
	t.Parallel()
	s, o := parseJSONSchema(t, distinctBranches(100, "minProperties")), parseJSONSchema(t, distinctBranches(100, "maxProperties"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := compat.Compare(ctx, s, o, compat.NewReadsOld); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// Sentences as Confluent prints them, sides filled in by direction.
func TestJSONSchemaDescriptions(t *testing.T) {
	t.Parallel()
	old := parseJSONSchema(t, `{"properties":{"a":{"type":"string"},"{reader}%s":{"type":"string"}},"additionalProperties":false}`)
	update := parseJSONSchema(t, `{"properties":{"a":{"type":"string","maxLength":3},"{reader}%s":{"type":"null"}},"additionalProperties":false}`)
	for _, tc := range []struct {
		sides compat.Sides
		want  []string
	}{
		{compat.NewReadsOld, []string{
			`{errorType:"MAX_LENGTH_ADDED", description:"The keyword at path '#/properties/a/maxLength' in the new schema is not present in the old schema"}`,
			`{errorType:"TYPE_CHANGED", description:"A type at path '#/properties/{reader}%s' is different between the new schema and the old schema"}`,
		}},
		{compat.OldReadsNew, []string{
			`{errorType:"MAX_LENGTH_ADDED", description:"The keyword at path '#/properties/a/maxLength' in the old schema is not present in the new schema"}`,
			`{errorType:"TYPE_CHANGED", description:"A type at path '#/properties/{reader}%s' is different between the old schema and the new schema"}`,
		}},
	} {
		diffs, err := compat.Compare(t.Context(), update, old, tc.sides)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range diffs {
			got = append(got, d.String())
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("messages %q, want %q", got, tc.want)
		}
	}
}

func FuzzJSONSchema(f *testing.F) {
	f.Add(`{"type":"string"}`, `{"anyOf":[{"$ref":"#"},{"type":"string"}]}`)
	f.Add(`{"allOf":[{"$ref":"#"}]}`, `{"not":{"$ref":"#"}}`)
	f.Add(`{"items":[{"multipleOf":3}]}`, `{"items":[{"multipleOf":1e1}],"additionalItems":{"enum":[1]}}`)
	f.Add(`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicRef":"#"}`, `{"dependencies":{"a":["b"],"c":{}}}`)
	f.Fuzz(func(t *testing.T, original, update string) {
		a, errA := parseDrawn(t.Context(), original)
		b, errB := parseDrawn(t.Context(), update)
		if errA != nil || errB != nil {
			return
		}
		if _, err := compat.Compare(t.Context(), b, a, compat.NewReadsOld); err != nil && !errors.Is(err, compat.ErrTooComplex) {
			t.Fatal(err)
		}
		findingsOf(t, a, b)
		copied, err := parseDrawn(t.Context(), a.Canonical())
		if err != nil {
			t.Fatal(err)
		}
		if findings := findingsOf(t, a, copied); len(findings) > 0 {
			t.Fatalf("its copy is a risk: %v", findings)
		}
		diffs, err := compat.Compare(t.Context(), copied, a, compat.NewReadsOld)
		if err == nil && len(diffs) > 0 {
			t.Fatalf("differs from its copy: %v", diffs)
		}
	})
}
