package registry_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/schematest"
)

// corpusSchema is one file of the corpus and where it is registered.
type corpusSchema struct {
	subject string
	registry.Candidate
}

// Every schema of the corpus registers at level NONE, comes back byte for byte
// (printed, where it is JSON that only a lenient parser takes), and is found
// again.
func TestCorpusRegisters(t *testing.T) {
	t.Parallel()
	dir := schematest.Shared(t, "corpus")
	schemas := slices.Concat(avroCorpus(t, dir), jsonCorpus(t, dir), protobufCorpus(t, dir))
	log := memlog.New()
	r := open(t, log)
	none := compat.None
	if _, err := r.SetConfig(t.Context(), "", registry.ConfigChange{Set: registry.Config{CompatibilityLevel: &none}}); err != nil {
		t.Fatal(err)
	}
	versions := make([]registry.Version, len(schemas))
	for i, s := range schemas {
		v, err := r.Register(t.Context(), registry.RegisterRequest{Subject: s.subject, Candidate: s.Candidate})
		if err != nil {
			t.Errorf("%s: %v", s.subject, err)
			continue
		}
		versions[i] = v
	}
	if t.Failed() {
		return
	}
	t.Logf("registered %d schemas as %d versions", len(schemas), total(r))
	reopened := open(t, keepOpen{log})
	for i, s := range schemas {
		checkCorpusSchema(t, reopened, s, versions[i])
	}
	if diff := cmp.Diff(r.State().Dump(), reopened.State().Dump()); diff != "" {
		t.Errorf("the state after a restart differs:\n%s", diff)
	}
}

func checkCorpusSchema(t *testing.T, r *registry.Registry, s corpusSchema, v registry.Version) {
	t.Helper()
	got, err := r.Version(t.Context(), s.subject, registry.VersionRef{Number: v.Version}, registry.ReadOptions{})
	if err != nil {
		t.Errorf("%s version %d: %v", s.subject, v.Version, err)
		return
	}
	strict := s.Type == "PROTOBUF" || json.Valid([]byte(s.Text))
	if strict && got.Text != s.Text || !strict && !json.Valid([]byte(got.Text)) {
		t.Errorf("%s version %d does not come back byte for byte", s.subject, v.Version)
	}
	found, err := r.Lookup(t.Context(), s.subject, s.Candidate, registry.LookupOptions{})
	if err != nil || found.Version != v.Version {
		t.Errorf("%s: lookup = version %d, %v; want %d", s.subject, found.Version, err, v.Version)
	}
	again, err := r.Register(t.Context(), registry.RegisterRequest{Subject: s.subject, Candidate: s.Candidate})
	if err != nil || again.Version != v.Version || again.ID != v.ID {
		t.Errorf("%s: registering again = version %d id %d, %v; want %d, %d", s.subject, again.Version, again.ID, err, v.Version, v.ID)
	}
}

func total(r *registry.Registry) int {
	n := 0
	for _, k := range r.Stats().Active {
		n += k
	}
	return n
}

// files reads every file with a suffix below dir, keyed by slash path from it.
func files(t *testing.T, dir, suffix string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, suffix) {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		out[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func avroCorpus(t *testing.T, dir string) []corpusSchema {
	t.Helper()
	var out []corpusSchema
	for name, text := range sorted(files(t, filepath.Join(dir, "avro-datagen"), ".avsc")) {
		out = append(out, corpusSchema{strings.TrimSuffix(name, ".avsc") + "-value", registry.Candidate{Text: text}})
	}
	return out
}

// jsonCorpus names subjects by vendor, name and model: the revisions and
// additions of one model are its versions.
func jsonCorpus(t *testing.T, dir string) []corpusSchema {
	t.Helper()
	var out []corpusSchema
	for name, text := range sorted(files(t, filepath.Join(dir, "jsonschema-iglu"), "")) {
		vendorAndName, version, ok := strings.Cut(name, "/jsonschema/")
		if !ok {
			continue
		}
		model, _, _ := strings.Cut(version, "-")
		out = append(out, corpusSchema{vendorAndName + "/" + model, registry.Candidate{Type: "JSON", Text: text}})
	}
	return out
}

var importLine = regexp.MustCompile(`(?m)^import (?:public |weak )?"([^"]+)";`)

// protobufCorpus registers each file under its import path, after those it
// imports.
func protobufCorpus(t *testing.T, dir string) []corpusSchema {
	t.Helper()
	texts := files(t, filepath.Join(dir, "protobuf-googleapis"), ".proto")
	var out []corpusSchema
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		text, ok := texts[name]
		if !ok || done[name] {
			return
		}
		done[name] = true
		c := registry.Candidate{Type: "PROTOBUF", Text: text}
		for _, m := range importLine.FindAllStringSubmatch(text, -1) {
			if add(m[1]); done[m[1]] {
				c.References = append(c.References, schema.Reference{Name: m[1], Subject: m[1], Version: -1})
			}
		}
		out = append(out, corpusSchema{path.Clean(name), c})
	}
	for name := range sorted(texts) {
		add(name)
	}
	return out
}

// sorted iterates a map in the order of its keys.
func sorted(m map[string]string) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
