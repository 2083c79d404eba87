package odcs_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/schematest"
)

// oracle is the official JSON Schema of ODCS v3.1.
func oracle(t *testing.T) *jsonschema.Schema {
	t.Helper()
	const file = "odcs-json-schema-v3.1.0.json"
	text, err := os.ReadFile(schematest.Shared(t, "vectors", "odcs", file))
	if err != nil {
		t.Fatal(err)
	}
	definition, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(file, definition); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// accepts reports the oracle's verdict on a document's JSON form.
func accepts(t interface{ Fatal(args ...any) }, schema *jsonschema.Schema, doc *odcs.Document) error {
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// stricter are the faults a JSON Schema cannot see.
var stricter = []finding.Code{odcs.CodeDuplicateID, odcs.CodeDuplicateKey, odcs.CodeBrokenYAML, odcs.CodeUnequalEnds}

// TestOracle: on documents made by changing valid ones at random our verdict is
// that of the official JSON Schema. Where the text of the standard allows more,
// a warning says so.
func TestOracle(t *testing.T) {
	t.Parallel()
	schema := oracle(t)
	seeds := oracleSeeds(t)
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			root := rapid.SampledFrom(seeds).Draw(t, "seed")()
			for range rapid.IntRange(1, 3).Draw(t, "changes") {
				mutate(t, root)
			}
			text, err := yaml.Marshal(root)
			if err != nil {
				t.Skip("no YAML")
			}
			checkVerdict(t, schema, text)
		}
	})
}

// checkVerdict compares what we and the oracle say of a text.
func checkVerdict(t *rapid.T, schema *jsonschema.Schema, text []byte) {
	doc, findings := odcs.Parse("mutated.yaml", text)
	if doc == nil {
		return
	}
	refused := accepts(t, schema, doc)
	var ours, beyond bool
	for _, f := range findings {
		if slices.Contains(stricter, f.Code) {
			return
		}
		ours = ours || f.Severity == finding.Error
		beyond = beyond || f.Code == odcs.CodeNotPortable
	}
	if (ours || beyond) != (refused != nil) {
		t.Fatalf("we say %+v\nthe JSON Schema says %v\n%s", findings, refused, text)
	}
}

// oracleSeeds are the valid examples, and one of ours that uses every key.
func oracleSeeds(t *testing.T) []func() *yaml.Node {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(schematest.Shared(t, "vectors", "odcs", "valid"), "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, filepath.Join("testdata", "every-key.odcs.yaml"))
	var seeds []func() *yaml.Node
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, func() *yaml.Node {
			var doc yaml.Node
			if err := yaml.Unmarshal(text, &doc); err != nil {
				panic(err)
			}
			return doc.Content[0]
		})
	}
	return seeds
}

// mutate changes one place of a document.
func mutate(t *rapid.T, root *yaml.Node) {
	var all []*yaml.Node
	var collect func(n *yaml.Node)
	collect = func(n *yaml.Node) {
		all = append(all, n)
		for _, c := range n.Content {
			collect(c)
		}
	}
	collect(root)
	n := rapid.SampledFrom(all).Draw(t, "node")
	if n.Kind == yaml.ScalarNode {
		*n = *rapid.SampledFrom(replacements).Draw(t, "value")()
		return
	}
	if len(n.Content) == 0 {
		return
	}
	pair := 1
	if n.Kind == yaml.MappingNode {
		pair = 2
	}
	i := pair * rapid.IntRange(0, len(n.Content)/pair-1).Draw(t, "entry")
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 0:
		n.Content = slices.Delete(n.Content, i, i+pair)
	case 1:
		n.Content[i+pair-1] = rapid.SampledFrom(replacements).Draw(t, "value")()
	case 2:
		n.Content[i] = &yaml.Node{Kind: yaml.ScalarNode, Value: rapid.SampledFrom(keyWords).Draw(t, "key")}
	case 3:
		if pair == 2 {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: rapid.SampledFrom(keyWords).Draw(t, "key")},
				rapid.SampledFrom(replacements).Draw(t, "value")())
		}
	}
}

// keyWords are keys of the standard and some that are none.
var keyWords = []string{
	"id", "name", "type", "url", "description", "value", "property", "properties", "items", "logicalType", "logicalTypeOptions",
	"metric", "rule", "query", "mustBe", "mustBeLessThan", "mustBeGreaterThan", "mustBeBetween", "mustNotBeBetween", "from", "to",
	"relationships", "quality", "tags", "customProperties", "authoritativeDefinitions", "topic", "host", "port", "format", "required",
	"minLength", "minimum", "maxItems", "multipleOf", "pii", "members", "engine", "implementation", "arguments", "classification",
	"database", "schema", "location", "timezone", "uniqueItems", "roles", "valueExt", "dimension",
}

// replacements are values of every kind.
var replacements = func() []func() *yaml.Node {
	var out []func() *yaml.Node
	for _, text := range []string{
		"null", "true", "\"\"", "text", "string", "object", "array", "integer", "number", "date", "boolean", "timestamp", "kafka", "custom",
		"s3", "sftp", "sql", "library", "foreignKey", "v3.1.0", "DataContract", "0", "1", "-1", "1.0", "1.5", "1e2", "2022-08-02", "[]", "{}", "[1, 2]",
		"[1, 1.0]", "[1]", "[a, b]", "[a, a]", "a.b", "a.b.c", "a/b", "a b", "schema/a/properties/b", "x.yaml#/schema/a", "x.yaml#a.b", "{a: 1}",
		"[{property: a, value: 1}]", "[{type: a, url: b}]", "{name: a}", "[{name: a}]", "[{metric: rowCount, mustBe: 1}]", "[{to: a.b}]",
		"[{from: a.b, to: [c.d]}]", "completeness", "cp", "rowCount", "i64", "f32", "sftp://a",
	} {
		out = append(out, func() *yaml.Node {
			var doc yaml.Node
			if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
				panic(err)
			}
			return doc.Content[0]
		})
	}
	return out
}()
