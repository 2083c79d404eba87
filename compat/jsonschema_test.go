package compat_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsonschema"
)

var updateJSON = flag.Bool("update-jsonschema", false, "rewrite the expected differences of testdata/compat/jsonschema")

func jsonSource(text string) schema.Source { return schema.Source{Format: schema.JSON, Text: text} }

func parseJSONSchema(t testing.TB, text string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.Parse(t.Context(), jsonSource(text))
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return s
}

func compareJSONTexts(t testing.TB, original, update string) []compat.Difference {
	t.Helper()
	diffs, err := compat.Compare(t.Context(), parseJSONSchema(t, update), parseJSONSchema(t, original), compat.NewReadsOld)
	if err != nil {
		t.Fatalf("Compare: %v", err)
	}
	return diffs
}

func breaksJSON(diffs []compat.Difference, policy compat.Policy) bool {
	for _, d := range diffs {
		if d.Breaks(policy) {
			return true
		}
	}
	return false
}

// The verdicts of Confluent on the edges of JSON Schema; where it fails with a
// server error the sound verdict is expected.
func TestJSONSchemaEdges(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("ACCORD_SHARED")
	if shared == "" {
		if os.Getenv("ACCORD_TEST_REQUIRE") == "all" {
			t.Fatal("ACCORD_SHARED is not set, and ACCORD_TEST_REQUIRE=all forbids to skip")
		}
		t.Skip("ACCORD_SHARED is not set: no vectors to compare with")
	}
	text, err := os.ReadFile(filepath.Join(shared, "vectors", "accord", "jsonschema-edges.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Description      string          `json:"description"`
		Old              json.RawMessage `json:"old"`
		New              json.RawMessage `json:"new"`
		Confluent        any             `json:"confluent"`
		ConfluentLenient any             `json:"confluent_lenient"`
		Sound            any             `json:"sound"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tc := range cases {
		t.Run(tc.Description, func(t *testing.T) {
			t.Parallel()
			want := tc.Confluent
			if want == "error" {
				want = tc.Sound
			}
			lenient := tc.ConfluentLenient
			if lenient == nil {
				lenient = want
			}
			diffs := compareJSONTexts(t, string(tc.Old), string(tc.New))
			if got := !breaksJSON(diffs, compat.Strict); got != want {
				t.Errorf("STRICT: compatible is %v, want %v: %v", got, want, diffs)
			}
			if got := !breaksJSON(diffs, compat.Lenient); got != lenient {
				t.Errorf("LENIENT: compatible is %v, want %v: %v", got, lenient, diffs)
			}
		})
	}
}

// Every case is a file with an old and a new schema and the differences in both
// directions, one a line: verdict, kind, path.
func TestJSONSchemaRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "compat", "jsonschema", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range archive.Files {
				parts[f.Name] = string(f.Data)
			}
			got := map[string]string{
				"old.json": parts["old.json"],
				"new.json": parts["new.json"],
				"backward": listDifferences(compareJSONTexts(t, parts["old.json"], parts["new.json"])),
				"forward":  listDifferences(compareJSONTexts(t, parts["new.json"], parts["old.json"])),
			}
			if *updateJSON {
				archive.Files = nil
				for _, name := range []string{"old.json", "new.json", "backward", "forward"} {
					archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
				}
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(parts, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func listDifferences(diffs []compat.Difference) string {
	var b strings.Builder
	var list func(diffs []compat.Difference, indent string)
	list = func(diffs []compat.Difference, indent string) {
		for _, d := range diffs {
			verdict := map[compat.Verdict]string{compat.Compatible: "ok", compat.LenientOnly: "lenient", compat.Incompatible: "BREAKS"}[d.Verdict]
			b.WriteString(indent + verdict + " " + d.Kind + " " + d.Path + "\n")
			list(d.Inner, indent+"  ")
		}
	}
	list(diffs, "")
	return b.String()
}
