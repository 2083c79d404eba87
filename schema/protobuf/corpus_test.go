package protobuf_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/accordhq/accord/schema/protobuf"
	"github.com/accordhq/accord/schema/schematest"
)

var importPattern = regexp.MustCompile(`(?m)^import (?:public )?"([^"]+)"`)

// readCorpus reads every .proto file below a folder by import path.
func readCorpus(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".proto" {
			return err
		}
		data, err := os.ReadFile(path)
		rel, relErr := filepath.Rel(root, path)
		if relErr != nil {
			return relErr
		}
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("read corpus: %d files, %v", len(files), err)
	}
	return files
}

// needs lists the files that one imports, directly or not, each before the
// first that needs it, as path, text, path, text, …; false if one is neither
// in the corpus nor built in.
func needs(files map[string]string, path string) (dependencies []string, complete bool) {
	complete = true
	seen := map[string]bool{path: true}
	var visit func(path string)
	visit = func(path string) {
		for _, m := range importPattern.FindAllStringSubmatch(files[path], -1) {
			if dep := m[1]; !seen[dep] {
				seen[dep] = true
				visit(dep)
				text, ok := files[dep]
				complete = complete && (ok || slices.Contains(protobuf.BuiltinImports(), dep))
				if ok {
					dependencies = append(dependencies, dep, text)
				}
			}
		}
	}
	visit(path)
	return dependencies, complete
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	files := readCorpus(t, schematest.Shared(t, "corpus", "protobuf-googleapis"))
	for path, text := range files {
		t.Run(strings.TrimSuffix(path, ".proto"), func(t *testing.T) {
			t.Parallel()
			dependencies, complete := needs(files, path)
			if !complete {
				t.Skip("imports a file that is not in the corpus")
			}
			f := mustParse(t, text, dependencies...)
			checkReprints(t, f, dependencies...)
			if len(f.Fields()) == 0 && f.Descriptor().Messages().Len() > 0 {
				t.Error("no fields listed")
			}
		})
	}
}
