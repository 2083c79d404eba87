package openlineage_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/schema/schematest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// received is when the events of the tests come in, after all of them were
// sent.
var received = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// vector is one event of the shared vectors.
type vector struct {
	name string // path and index
	body []byte
}

// vectors reads the events below a folder of the shared vectors, in the order
// of their paths. What stands for any value there has got one.
func vectors(t testing.TB, below ...string) []vector {
	t.Helper()
	root := vectorRoot(t)
	var out []vector
	err := filepath.WalkDir(filepath.Join(append([]string{root}, below...)...), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") || strings.Contains(path, "/consumer/consumers/") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		out = append(out, events(t, filepath.ToSlash(name), body)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func vectorRoot(t testing.TB) string {
	t.Helper()
	return schematest.Shared(t, "vectors", "openlineage", "events")
}

// events fills in the placeholders of a file and splits it, if it is an array.
func events(t testing.TB, name string, body []byte) []vector {
	t.Helper()
	var text any
	if err := json.Unmarshal(body, &text); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	list, isList := text.([]any)
	if !isList {
		list = []any{text}
	}
	var out []vector
	for i, event := range list {
		body, err := json.Marshal(fill("", event))
		if err != nil {
			t.Fatal(err)
		}
		v := vector{name, body}
		if isList {
			v.name = fmt.Sprintf("%s[%d]", name, i)
		}
		out = append(out, v)
	}
	return out
}

var matcher = regexp.MustCompile(`\$\{json-unit\.[^}]*\}|\{\{[^}]*\}\}`)

// fill puts a value where a test of the origin takes any.
func fill(member string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = fill(name, value)
		}
	case []any:
		for i, value := range v {
			v[i] = fill(member, value)
		}
	case string:
		switch {
		case !matcher.MatchString(v):
		case member == "runId":
			return "0191d8a5-2f1b-7c3d-8e4f-000000000001"
		case member == "eventTime":
			return "2026-11-20T08:00:00.123Z"
		case strings.Contains(v, "any-number"):
			return 1
		default:
			return strings.NewReplacer(`\d+`, "1", `\d{1,3}`, "1", `\`, "", ".*", "any").Replace(matcher.ReplaceAllString(v, "any"))
		}
	}
	return v
}

// TestVectors says of each event in the wild whether it is taken, and what had
// to be mended, or why it is refused.
func TestVectors(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, v := range vectors(t) {
		fmt.Fprintln(&got, v.name)
		e, err := openlineage.Parse(v.body, received)
		if err != nil {
			fmt.Fprintf(&got, "\trefused: %v\n", err)
			continue
		}
		fmt.Fprintf(&got, "\ttaken: %s, %s\n", e.Kind, tally(openlineage.Facts(e)))
		for _, note := range e.Notes {
			fmt.Fprintf(&got, "\t%s\n", note)
		}
	}
	golden(t, "vectors.txt", got.String())
}

// tally counts facts by kind.
func tally(facts []lineage.Fact) string {
	counts := map[lineage.Kind]int{}
	for _, f := range facts {
		counts[f.Kind]++
	}
	var out []string
	for kind, n := range counts {
		out = append(out, fmt.Sprintf("%d %s", n, kind))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew)\n%s", path, diff)
	}
}
