package docs_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/accordhq/accord/contracts/docs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/formats"
	"github.com/accordhq/accord/schema/schematest"
)

// readCorpus reads every file with an extension below a folder of the shared
// corpus, by its path within.
func readCorpus(t *testing.T, folder, ext string) map[string]string {
	t.Helper()
	root := schematest.Shared(t, "corpus", folder)
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ext {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := strings.CutPrefix(path, root+string(filepath.Separator))
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("read corpus: %d files, %v", len(files), err)
	}
	return files
}

var importPattern = regexp.MustCompile(`(?m)^import (?:public )?"([^"]+)"`)

// dependencies are the files of the corpus that one imports, directly or not,
// each before the first that needs it.
func dependencies(files map[string]string, path string) []schema.Dependency {
	var out []schema.Dependency
	seen := map[string]bool{path: true}
	var visit func(path string)
	visit = func(path string) {
		for _, m := range importPattern.FindAllStringSubmatch(files[path], -1) {
			text, known := files[m[1]]
			if !known || seen[m[1]] {
				continue
			}
			seen[m[1]] = true
			visit(m[1])
			out = append(out, schema.Dependency{Reference: schema.Reference{Name: m[1], Subject: m[1], Version: 1}, Text: text})
		}
	}
	visit(path)
	return out
}

// parseCorpus parses every file of a corpus that stands by itself or with what
// the corpus holds.
func parseCorpus(t *testing.T, files map[string]string, format schema.Format) map[string]schema.Parsed {
	t.Helper()
	parsed := map[string]schema.Parsed{}
	for path, text := range files {
		src := schema.Source{Format: format, Text: text, Dependencies: dependencies(files, path)}
		for _, d := range src.Dependencies {
			src.References = append(src.References, d.Reference)
		}
		if p, err := formats.Parse(context.WithoutCancel(t.Context()), src); err == nil {
			parsed[path] = p
		}
	}
	if len(parsed) < len(files)*9/10 {
		t.Fatalf("parsed %d of %d files", len(parsed), len(files))
	}
	return parsed
}

// Words that people wrote with care must not be refused: on schemas that are
// documented well, errors about words stay under one in a hundred (contracts
// reference 4.4).
func TestFairness(t *testing.T) {
	t.Parallel()
	documented, errors := 0, 0
	for path, p := range parseCorpus(t, readCorpus(t, "protobuf-googleapis", ".proto"), schema.Protobuf) {
		documented += docs.Cover(path, p).Documented
		for _, f := range docs.Check(p, docs.Options{Subject: path}) {
			if f.Severity == finding.Error && f.Code != "DOC_MISSING" {
				errors++
				t.Logf("%s:%d: %s: %s %v", path, f.Line, f.Code, f.Message, f.Evidence)
			}
		}
	}
	t.Logf("googleapis: %d of %d documented elements refused (%.2f %%)", errors, documented, 100*float64(errors)/float64(documented))
	if 100*errors >= documented {
		t.Errorf("%d of %d documented elements are refused, one in a hundred is too many", errors, documented)
	}
}

// comments are what some files hold that JSON does not know.
var comments = regexp.MustCompile(`(?m)^\s*//.*$|//[^"\n]*$|(?s:/\*.*?\*/)`)

// undocumented counts the records, enums and fields of an Avro schema that have
// no doc, without the parser.
func undocumented(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			n += undocumented(item)
		}
	case map[string]any:
		fields, _ := v["fields"].([]any)
		if _, enum := v["symbols"].([]any); (fields != nil || enum) && v["doc"] == nil {
			n++
		}
		for _, f := range fields {
			field, _ := f.(map[string]any)
			if field["doc"] == nil {
				n++
			}
			n += undocumented(field["type"])
		}
		for _, key := range []string{"type", "items", "values"} {
			if fields == nil {
				n += undocumented(v[key])
			}
		}
	}
	return n
}

// What has no documentation is always found.
func TestRecall(t *testing.T) {
	t.Parallel()
	files := readCorpus(t, "avro-datagen", ".avsc")
	want, got := 0, 0
	for path, p := range parseCorpus(t, files, schema.Avro) {
		var tree any
		if err := json.Unmarshal([]byte(comments.ReplaceAllString(files[path], "")), &tree); err != nil {
			t.Fatal(err)
		}
		expected, found := undocumented(tree), 0
		for _, f := range docs.Check(p, docs.Options{Subject: path}) {
			if f.Code == "DOC_MISSING" {
				found++
			}
		}
		if found != expected {
			t.Errorf("%s: %d elements found missing, %d are", path, found, expected)
		}
		want, got = want+expected, got+found
	}
	t.Logf("datagen: %d of %d undocumented elements found", got, want)
}

// The figures of real schemas, and the laws that hold for all of them: coverage
// and findings agree, and adding up is counting.
func TestCoverageOfCorpora(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		folder, ext string
		format      schema.Format
	}{
		{"avro-datagen", ".avsc", schema.Avro},
		{"jsonschema-iglu", ".json", schema.JSON},
		{"protobuf-googleapis", ".proto", schema.Protobuf},
	} {
		t.Run(c.folder, func(t *testing.T) {
			t.Parallel()
			var sum docs.Coverage
			codes := map[string]int{}
			for path, p := range parseCorpus(t, readCorpus(t, c.folder, c.ext), c.format) {
				one := docs.Cover(path, p)
				sum = sum.Add(one)
				missing := 0
				for _, f := range docs.Check(p, docs.Options{Subject: path}) {
					codes[string(f.Severity)+" "+string(f.Code)]++
					if f.Code == "DOC_MISSING" && f.Severity == finding.Error {
						missing++
					}
				}
				if one.Required-one.Documented != missing {
					t.Errorf("%s: %d of %d documented, %d errors of missing", path, one.Documented, one.Required, missing)
				}
			}
			if sum.Required-sum.Useful != len(sum.Gaps) {
				t.Errorf("%d required, %d useful, %d gaps", sum.Required, sum.Useful, len(sum.Gaps))
			}
			t.Logf("%s: %d required, %.1f %% documented, %.1f %% useful; %v", c.folder, sum.Required, 100*sum.DocumentedShare(), 100*sum.UsefulShare(), codes)
		})
	}
}
