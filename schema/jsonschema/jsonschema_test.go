package jsonschema_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/schematest"
)

func parse(t *testing.T, text string, deps ...schema.Dependency) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.Parse(t.Context(), schema.Source{Format: schema.JSON, Text: text, Dependencies: deps, Strict: true})
	if err != nil {
		t.Fatalf("Parse: %v\n%s", err, text)
	}
	return s
}

func dependency(name, text string) schema.Dependency {
	return schema.Dependency{Reference: schema.Reference{Name: name, Subject: name, Version: 1}, Text: text}
}

func TestCorpusParses(t *testing.T) {
	t.Parallel()
	count := 0
	err := filepath.WalkDir(schematest.Shared(t, "corpus", "jsonschema-iglu"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "LICENSE" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count++
		for _, strict := range []bool{true, false} {
			s, err := jsonschema.Parse(t.Context(), schema.Source{Text: string(text), Strict: strict})
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if s.Draft() != jsonschema.Draft7 {
				t.Errorf("%s: draft %s, want draft-07 for an unknown $schema", path, s.Draft())
			}
			if len(s.Fields()) == 0 || (s.Documentation() == "") != !strings.Contains(string(text), `"description"`) {
				t.Errorf("%s: %d fields, documentation %q", path, len(s.Fields()), s.Documentation())
			}
		}
		return nil
	})
	if err != nil || count == 0 {
		t.Errorf("walked %d files: %v", count, err)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]jsonschema.Draft{
		"": jsonschema.Draft7,
		"http://iglucentral.com/schemas/desc/1-0-0#":    jsonschema.Draft7,
		"http://json-schema.org/schema#":                jsonschema.Draft4,
		"http://json-schema.org/draft-04/schema#":       jsonschema.Draft4,
		"https://json-schema.org/draft-04/schema":       jsonschema.Draft4,
		"http://json-schema.org/draft-06/schema":        jsonschema.Draft6,
		"https://json-schema.org/draft-07/schema#":      jsonschema.Draft7,
		"https://json-schema.org/draft/2019-09/schema":  jsonschema.Draft2019,
		"https://json-schema.org/draft/2020-12/schema#": jsonschema.Draft2020,
	} {
		if got := parse(t, `{"$schema":`+strconv.Quote(url)+`}`).Draft(); got != want {
			t.Errorf("$schema %q is read as %s, want %s", url, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	s := parse(t, `{
		"title": "Order", "type": "object", "$comment": "for us",
		"description": "  An\n order. ",
		"properties": {
			"description": {"type": "string", "description": "Free text."},
			"b": {"default": {"description": "data"}, "minimum": 1E3, "maximum": 1.0, "enum": [0.10, -0.0, -0, 15e-1, 1e-9]},
			"a": true
		},
		"type": "object"
	}`)
	wantCanonical := `{"title":"Order","type":"object","$comment":"for us","description":"  An\n order. ","properties":{` +
		`"description":{"type":"string","description":"Free text."},` +
		`"b":{"default":{"description":"data"},"minimum":1E+3,"maximum":1.0,"enum":[0.10,0.0,0,1.5,1E-9]},"a":true}}`
	wantNormalized := `{"$comment":"for us","description":"  An\n order. ","properties":{"a":true,` +
		`"b":{"default":{"description":"data"},"enum":[0.10,0.0,0,1.5,1E-9],"maximum":1.0,"minimum":1E+3},` +
		`"description":{"description":"Free text.","type":"string"}},"title":"Order","type":"object"}`
	wantStructure := `{"properties":{"a":true,` +
		`"b":{"default":{"description":"data"},"enum":[0.10,0.0,0,1.5,1E-9],"maximum":1.0,"minimum":1E+3},` +
		`"description":{"type":"string"}},"title":"Order","type":"object"}`
	wantDocumentation := " $comment: for us\n description: An order.\n/properties/description description: Free text.\n"
	for _, tc := range []struct{ what, got, want string }{
		{"Canonical", s.Canonical(), wantCanonical},
		{"Print", s.Print("resolved"), wantCanonical},
		{"Normalized", s.Normalized(), wantNormalized},
		{"Structure", s.Structure(), wantStructure},
		{"Documentation", s.Documentation(), wantDocumentation},
		{"Name", s.Name(), "Order"},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.what, diff)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	const target = `{"title":"Target"}`
	for _, tc := range []struct {
		name, text string
		deps       []schema.Dependency
	}{
		{"definitions", `{"properties":{"a":{"$ref":"#/definitions/T"}},"definitions":{"T":` + target + `}}`, nil},
		{"defs under draft-07", `{"properties":{"a":{"$ref":"#/$defs/T"}},"$defs":{"T":` + target + `}}`, nil},
		{"escaped pointer", `{"properties":{"a":{"$ref":"#/definitions/x~1y%20z"}},"definitions":{"x/y z":` + target + `}}`, nil},
		{"place that is no keyword", `{"properties":{"a":{"$ref":"#/components/schemas/T"}},"components":{"schemas":{"T":` + target + `}}}`, nil},
		{"id anchor", `{"properties":{"a":{"$ref":"#t"}},"definitions":{"T":{"$id":"#t","title":"Target"}}}`, nil},
		{"draft-04 id", `{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{"$ref":"#t"}},"definitions":{"T":{"id":"#t","title":"Target"}}}`, nil},
		{"embedded id", `{"$id":"http://x/root.json","properties":{"a":{"$ref":"t.json"}},"definitions":{"T":{"$id":"t.json","title":"Target"}}}`, nil},
		{"pointer counted from the root below an id", `{"properties":{"a":{"$id":"/properties/a","allOf":[{"$ref":"#/definitions/T"}],"title":"Target"}},"definitions":{"T":{}}}`, nil},
		{"anchor", `{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":{"$ref":"#t"}},"$defs":{"T":{"$anchor":"t","title":"Target"}}}`, nil},
		{"dynamic anchor", `{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":{"$ref":"#t"}},"$defs":{"T":{"$dynamicAnchor":"t","title":"Target"}}}`, nil},
		{"name as written", `{"properties":{"a":{"$ref":"t.json"}}}`, []schema.Dependency{dependency("t.json", target)}},
		{"name of any kind", `{"properties":{"a":{"$ref":"com.acme:T%zz"}}}`, []schema.Dependency{dependency("com.acme:T%zz", target)}},
		{"name resolved against id", `{"$id":"http://x/a/root.json","properties":{"a":{"$ref":"../t.json#"}}}`, []schema.Dependency{dependency("http://x/t.json", target)}},
		{"relative name under an id", `{"$id":"http://x/a/root.json","properties":{"a":{"$ref":"http://x/a/t.json"}}}`, []schema.Dependency{dependency("t.json", target)}},
		{"dependency's own id", `{"properties":{"a":{"$ref":"http://x/t"}}}`, []schema.Dependency{dependency("other", `{"$id":"http://x/t","title":"Target"}`)}},
		{"fragment of a dependency", `{"properties":{"a":{"$ref":"t.json#/definitions/T"}}}`, []schema.Dependency{dependency("t.json", `{"definitions":{"T":`+target+`}}`)}},
		{"through a dependency", `{"properties":{"a":{"$ref":"b.json"}}}`, []schema.Dependency{dependency("t.json", target), dependency("b.json", `{"$ref":"t.json"}`)}},
		{"circular dependencies", `{"$id":"root.json","title":"Root","properties":{"a":{"$ref":"t.json"}}}`, []schema.Dependency{dependency("t.json", `{"title":"Target","properties":{"back":{"$ref":"root.json"}}}`)}},
		{"metaschema", `{"properties":{"a":{"$ref":"http://json-schema.org/draft-07/schema#"}},"title":"x"}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, tc.text, tc.deps...)
			n := s.Root().Properties[0].Schema
			for n.Ref != nil {
				n = n.Ref
			}
			if title := n.Text("title"); title != "Target" && title != "JSON Schema draft-07" {
				t.Errorf("the reference leads to %q at %s#%s", title, n.File, n.Pointer)
			}
			s.Fields()
			if err := s.Validate(`{}`); err != nil {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}

func TestSiblingsOfRef(t *testing.T) {
	t.Parallel()
	const text = `"properties":{"a":{"$ref":"#/definitions/T","description":"Beside."}},"definitions":{"T":{"type":"string","description":"Target."}}}`
	for draft, want := range map[string]string{
		"http://json-schema.org/draft-07/schema#":      "Target.",
		"https://json-schema.org/draft/2019-09/schema": "Beside.",
	} {
		if got := parse(t, `{"$schema":"`+draft+`",`+text).Fields()[1].Doc; got != want {
			t.Errorf("%s: documentation is %q, want %q", draft, got, want)
		}
	}
}

func TestDynamicReferences(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"tree2","$dynamicAnchor":"node","title":"Strict","$ref":"tree"}`,
		dependency("tree", `{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"tree","$dynamicAnchor":"node","properties":{"child":{"$dynamicRef":"#node"}}}`))
	if got := s.Root().Ref.Properties[0].Schema.DynamicRef; got != s.Root() {
		t.Errorf("the dynamic reference leads to %s#%s, want the root", got.File, got.Pointer)
	}
	s = parse(t, `{"$schema":"https://json-schema.org/draft/2019-09/schema","properties":{"child":{"$recursiveRef":"#"}}}`)
	if got := s.Root().Properties[0].Schema.DynamicRef; got != s.Root() {
		t.Errorf("the recursive reference leads to %#v", got)
	}
}

// Every fault names its place, and nothing is fetched whatever a text asks for.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text, want string
		lenient          bool // also an error without Strict
	}{
		{"not JSON", "{\n  \"a\": }", "2:8: not JSON: ", true},
		{"empty", "", "1:1: not JSON: ", true},
		{"array", "[]", "1:1: a JSON Schema must be an object or a boolean, not an array", true},
		{"null", " null", "1:2: a JSON Schema must be an object or a boolean, not null", true},
		{"http", "{\n \"$ref\": \"http://127.0.0.1:1/secret\"}", `2:10: $ref "http://127.0.0.1:1/secret" cannot be resolved: schemas are never fetched`, true},
		{"file", `{"properties":{"a":{"$ref":"file:///etc/passwd"}}}`, `1:28: $ref "file:///etc/passwd" cannot be resolved: schemas are never fetched; register that schema and add a reference with the name "file:///etc/passwd" (at /properties/a/$ref)`, true},
		{"relative", `{"items":{"$ref":"other.json#/a"}}`, `add a reference with the name "other.json"`, true},
		{"pointer", `{"items":{"$ref":"#/definitions/X"},"definitions":{}}`, `there is no "X" in "/definitions"`, true},
		{"pointer to no schema", `{"items":{"$ref":"#/required"},"required":["a"]}`, `it leads to an array, which is no schema`, true},
		{"anchor", `{"items":{"$ref":"#x"}}`, `no schema there has the anchor "x"`, true},
		{"loop", `{"items":{"$ref":"#/definitions/a"},"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}`, `leads back to itself`, false},
		{"self", `{"$ref":"#"}`, `leads back to itself`, false},
		{"pattern", `{"pattern":"("}`, `(at /pattern)`, false},
		{"pattern of properties", `{"$schema":"https://json-schema.org/draft/2020-12/schema","patternProperties":{"[":{}}}`, `regular expression is invalid`, false},
		{"type", "{\n\"type\": \"strin\"}", `2:9: not a valid draft-07 schema: "type": `, false},
		{"minLength", `{"properties":{"a":{"minLength":"1"}}}`, `1:33: not a valid draft-07 schema: "minLength": got string, want integer (at /properties/a/minLength)`, false},
		{"required", `{"properties":{"a":{"required":true}}}`, `(at /properties/a/required)`, false},
		{"properties", `{"properties":[]}`, `(at /properties)`, false},
		{"deep", strings.Repeat(`{"items":`, 1000) + `{}` + strings.Repeat(`}`, 1000), "nesting is deeper", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := jsonschema.Parse(t.Context(), schema.Source{Text: tc.text, Strict: true})
			var at *schema.Error
			if !errors.As(err, &at) || !strings.Contains(err.Error(), tc.want) || at.Line == 0 {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
			if _, err := jsonschema.Parse(t.Context(), schema.Source{Text: tc.text}); (err != nil) != tc.lenient {
				t.Errorf("without Strict: %v", err)
			}
		})
	}
}

// Whatever a text points at, nobody is asked for it.
func TestNothingIsFetched(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	defer server.Close()
	for _, text := range []string{
		`{"$ref":"URL/a.json"}`,
		`{"$schema":"URL/meta"}`,
		`{"$id":"URL/root.json","properties":{"a":{"$ref":"a.json#/b"}}}`,
		`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicRef":"URL/a#b"}`,
		`{"$schema":"https://json-schema.org/draft/2020-12/schema","$vocabulary":{"URL/v":true}}`,
	} {
		for _, strict := range []bool{true, false} {
			s, err := jsonschema.Parse(t.Context(), schema.Source{Text: strings.ReplaceAll(text, "URL", server.URL), Strict: strict})
			if err != nil {
				continue
			}
			if err := s.Validate(`{}`); err != nil {
				t.Errorf("%s: Validate: %v", text, err)
			}
		}
	}
	if asked.Load() {
		t.Error("the server was asked")
	}
}

func TestErrorInDependency(t *testing.T) {
	t.Parallel()
	_, err := jsonschema.Parse(t.Context(), schema.Source{
		Text:         `{"$ref":"a.json"}`,
		Dependencies: []schema.Dependency{dependency("a.json", "{\n\"items\":{\"$ref\":\"b.json\"}}")},
	})
	if err == nil || !strings.HasPrefix(err.Error(), `a.json:2:17: $ref "b.json" cannot be resolved`) {
		t.Errorf("error %v", err)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := jsonschema.Parse(ctx, schema.Source{Text: `{}`}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	many := `{"anyOf":[` + strings.Repeat(`{},`, 100_000) + `{}]}`
	if _, err := jsonschema.Parse(t.Context(), schema.Source{Text: many}); err == nil || !strings.Contains(err.Error(), "split the schema") {
		t.Errorf("100,000 schemas: %v", err)
	}
	deps := make([]schema.Dependency, schema.MaxDependencies+1)
	if _, err := jsonschema.Parse(t.Context(), schema.Source{Text: `{}`, Dependencies: deps}); err == nil {
		t.Error("too many dependencies: no error")
	}
}

// Schemas whose unfolding would never end, or take longer than anybody waits.
func TestHostileGraphs(t *testing.T) {
	t.Parallel()
	wide := strings.Builder{}
	wide.WriteString(`{"properties":{"r":{"$ref":"#/definitions/d0"}},"definitions":{`)
	for i := range 40 {
		next := `{"$ref":"#/definitions/d` + strconv.Itoa(i+1) + `"}`
		wide.WriteString(`"d` + strconv.Itoa(i) + `":{"anyOf":[` + next + `,` + next + `,{"allOf":[` + next + `,` + next + `]}]},`)
	}
	wide.WriteString(`"d40":{"properties":{"x":{"type":"string"}}}}}`)
	doubling := strings.ReplaceAll(wide.String(), `"anyOf"`, `"prefixItems"`)
	for name, text := range map[string]string{
		"wide":      wide.String(),
		"doubling":  doubling,
		"recursive": `{"title":"T","properties":{"l":{"$ref":"#"},"r":{"$ref":"#"},"m":{"allOf":[{"$ref":"#"}]}}}`,
		"all of me": `{"allOf":[{"$ref":"#"}],"anyOf":[{"$ref":"#"},{"$ref":"#"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			s := parse(t, text)
			n := len(s.Fields())
			if took := time.Since(start); took > 10*time.Second || n > 2*schema.MaxFields {
				t.Errorf("%d fields in %s", n, took)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"$id":"http://x/root.json","type":"object","required":["id"],"properties":{"id":{"$ref":"id.json#/definitions/id"},"zip":{"pattern":"^(?!0)\\d{5}$"}}}`,
		dependency("id.json", `{"definitions":{"id":{"type":"integer","minimum":1}}}`))
	for text, want := range map[string]string{
		`{"id":1,"zip":"12345"}`:   "",
		`{"id":0}`:                 "/id",
		`{"id":1,"zip":"02345"}`:   "/zip",
		`{}`:                       "id",
		`{"id":"x"}`:               "/id",
		`{"id":`:                   "read the JSON value",
		`{"id":1,"extra":[1e400]}`: "",
	} {
		err := s.Validate(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Validate(%s) = %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, `true`, `{"$ref":"#"}`, `{"$ref":"#/a/0","a":[{}]}`, `{"type":["string","null"],"pattern":"(a+)+$"}`,
		`{"$schema":"http://json-schema.org/draft-04/schema#","id":"x","properties":{"a":{"items":[{},true]}}}`,
		`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicAnchor":"n","items":{"$dynamicRef":"#n"}}`,
		`{"oneOf":[{"const":1e5,"description":"d"},{"const":null}],"confluent:tags":["PII"]}`,
		`{"$id":"http://x/y","properties":{"a":{"$id":"z","$ref":"y#/properties/a"}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := jsonschema.Parse(t.Context(), schema.Source{Text: text, Strict: len(text)%2 == 0})
		if err != nil {
			var at *schema.Error
			if !errors.As(err, &at) {
				t.Fatalf("error %v is not a *schema.Error", err)
			}
			return
		}
		s.Fields()
		for _, printed := range []string{s.Canonical(), s.Normalized()} {
			again, err := jsonschema.Parse(t.Context(), schema.Source{Text: printed})
			if err != nil {
				t.Fatalf("%s does not parse again: %v", printed, err)
			}
			if again.Normalized() != s.Normalized() || printed == s.Canonical() && again.Canonical() != printed {
				t.Fatalf("printed twice: %s, then %s", printed, again.Canonical())
			}
			if again.Documentation() != s.Documentation() || again.Structure() != s.Structure() {
				t.Fatalf("documentation or structure changes by printing: %s", printed)
			}
		}
	})
}

func BenchmarkParse50Properties(b *testing.B) {
	var text strings.Builder
	text.WriteString(`{"type":"object","additionalProperties":false,"properties":{`)
	for i := range 50 {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`"field` + strconv.Itoa(i) + `":{"type":["string","null"],"maxLength":40,"description":"The field number ` + strconv.Itoa(i) + `."}`)
	}
	text.WriteString(`}}`)
	for _, strict := range []bool{true, false} {
		b.Run("strict="+strconv.FormatBool(strict), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsonschema.Parse(b.Context(), schema.Source{Text: text.String(), Strict: strict}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
