package odcs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/contracts/odcs"
)

// TestEdit runs the cases of testdata/edit.txtar: files <case>.in, <case>.do
// with one edit a line, and <case>.out. Files beginning with "refuse" have no
// out: the edit fails.
func TestEdit(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/edit.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	for name, in := range files {
		name, ok := strings.CutSuffix(name, ".in")
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := mustParse(t, in)
			for line := range strings.Lines(files[name+".do"]) {
				next, err := runEdit(doc, strings.TrimSpace(line))
				if strings.HasPrefix(name, "refuse") {
					if !errors.Is(err, odcs.ErrEdit) {
						t.Fatalf("%s: error = %v, want ErrEdit; got\n%s", line, err, bytesOf(next))
					}
					return
				}
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				doc = next
			}
			if diff := cmp.Diff(files[name+".out"], string(doc.Bytes())); diff != "" {
				t.Errorf("edited (-want +got):\n%s", diff)
			}
		})
	}
}

func bytesOf(doc *odcs.Document) string {
	if doc == nil {
		return ""
	}
	return string(doc.Bytes())
}

// runEdit runs "set PATH JSON", "append PATH JSON" or "registry INDEX URL".
func runEdit(doc *odcs.Document, line string) (*odcs.Document, error) {
	verb, rest, _ := strings.Cut(line, " ")
	path, text, _ := strings.Cut(rest, " ")
	if verb == "registry" {
		i, err := strconv.Atoi(path)
		if err != nil {
			return nil, err
		}
		return doc.SetRegistryURL(i, text)
	}
	value, err := decodeValue(json.NewDecoder(strings.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", line, err)
	}
	if verb == "append" {
		return doc.Append(path, value)
	}
	return doc.Set(path, value)
}

// decodeValue reads JSON into what edits take, in order.
func decodeValue(d *json.Decoder) (any, error) {
	d.UseNumber()
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	var seq odcs.Seq
	var m odcs.Map
	for d.More() {
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		if delim == '{' {
			of, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			m = append(m, odcs.Entry{Key: value.(string), Value: of})
			continue
		}
		seq = append(seq, value)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if delim == '{' {
		return m, nil
	}
	return seq, nil
}

func mustParse(t testing.TB, text string) *odcs.Document {
	t.Helper()
	doc, findings := odcs.Parse("contract.odcs.yaml", []byte(text))
	if doc == nil {
		t.Fatalf("not read: %+v", findings)
	}
	return doc
}

// TestSetKeepsTheRest: whatever scalar is set to whatever text, the document
// then says it, and no line changed that does not hold the value.
func TestSetKeepsTheRest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/every-key.odcs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	styled, err := os.ReadFile("testdata/styles.odcs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docs := []*odcs.Document{
		mustParse(t, string(text)),
		mustParse(t, strings.ReplaceAll(string(text), "\n", "\r\n")),
		mustParse(t, "\ufeff"+string(styled)),
		mustParse(t, string(styled)),
	}
	rapid.Check(t, func(t *rapid.T) {
		doc := rapid.SampledFrom(docs).Draw(t, "document")
		path := rapid.SampledFrom(scalarPaths(t, doc)).Draw(t, "path")
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-a-z0-9 .:#,'"\[\]{}\n\\]{0,12}`),
			rapid.SampledFrom([]string{"1.2.0", "2.0", "yes", "true", "null", "2024-01-01", "two\nlines", "- a", "a: b", "#x", "0x1f", "1e5", "~"})).Draw(t, "value")
		edited, err := doc.Set(path, value)
		if err != nil {
			t.Fatalf("set %s to %q: %v", path, value, err)
		}
		if got, ok := edited.Value(path); !ok || got.Kind() != odcs.Text || got.Text() != value {
			t.Fatalf("%s = %q, want %q", path, got.Text(), value)
		}
		checkOtherLines(t, doc, edited, path)
	})
}

// checkOtherLines compares what stands before the line of a value, and after
// the last line it can have.
func checkOtherLines(t *rapid.T, before, after *odcs.Document, path string) {
	old, edited := string(before.Bytes()), string(after.Bytes())
	prefix := 0
	for prefix < min(len(old), len(edited)) && old[prefix] == edited[prefix] {
		prefix++
	}
	suffix := 0
	for suffix < min(len(old), len(edited))-prefix && old[len(old)-1-suffix] == edited[len(edited)-1-suffix] {
		suffix++
	}
	value, _ := before.Value(path)
	changed := old[prefix : len(old)-suffix]
	if strings.Count(changed, "\n") > strings.Count(value.Text(), "\n")+4 {
		t.Fatalf("setting %s changed\n%q\nto\n%q", path, changed, edited[prefix:len(edited)-suffix])
	}
	if line := 1 + strings.Count(old[:prefix], "\n"); old != edited && line < before.Position(path).Line {
		t.Fatalf("setting %s of line %d changed line %d", path, before.Position(path).Line, line)
	}
}

// scalarPaths are the paths of all scalars.
func scalarPaths(t *rapid.T, doc *odcs.Document) []string {
	var out []string
	var walk func(path string, v odcs.Value)
	walk = func(path string, v odcs.Value) {
		if v.Kind() != odcs.List && v.Kind() != odcs.Mapping {
			out = append(out, path)
		}
		for i, item := range v.Items() {
			walk(path+"["+strconv.Itoa(i)+"]", item)
		}
		for key, member := range v.Members() {
			walk(strings.TrimPrefix(path+"."+key, "."), member)
		}
	}
	root, ok := doc.Value("")
	if !ok {
		t.Fatal("no document")
	}
	walk("", root)
	return out
}
