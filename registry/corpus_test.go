package registry_test

import (
	"encoding/json"
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
	schemas := corpus(t)
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

func corpus(t *testing.T) []corpusSchema {
	t.Helper()
	var out []corpusSchema
	for _, s := range schematest.Corpus(t) {
		c := corpusSchema{s.Subject, registry.Candidate{Type: s.Type, Text: s.Text}}
		for _, name := range s.Imports {
			c.References = append(c.References, schema.Reference{Name: name, Subject: name, Version: -1})
		}
		out = append(out, c)
	}
	return out
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
