package contracts_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
	"github.com/accordhq/accord/schema/schematest"
)

// The standard's own examples: each can be judged, and what metadata has a place
// for comes back as it was.
func TestOfficialExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(schematest.Shared(t, "vectors", "odcs", "valid"), "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	streams := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := odcs.Parse(filepath.Base(file), text)
		all, _ := contracts.Of(doc)
		for _, c := range all {
			streams++
			in := contracts.Case{Subject: c.Subject, At: today, Contract: c, Before: c}
			fs, err := contracts.Judge(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range fs {
				if isChange(f) {
					t.Errorf("%s: %+v", doc.Name(), f)
				}
			}
			m, rules, _ := contracts.Metadata(c, nil)
			back, losses := contracts.FromMetadata(m, rules, nil)
			for _, l := range losses {
				if m.Tags[l.Path] == nil {
					t.Errorf("%s: lost on the way back: %+v", doc.Name(), l)
				}
			}
			ids := cmpopts.SortSlices(func(a, b odcs.SLA) bool { return a.ID+a.Property < b.ID+b.Property })
			for part, pair := range map[string][2]any{
				"team": {doc.Team, back.Team}, "support": {doc.Support, back.Support}, "roles": {doc.Roles, back.Roles},
				"price": {doc.Price, back.Price}, "slaProperties": {doc.SLAProperties, back.SLAProperties},
				"id": {doc.ID, back.ID}, "version": {doc.Version, back.Version}, "purpose": {doc.Description.Purpose, back.Description.Purpose},
			} {
				if diff := gocmp.Diff(pair[0], pair[1], said, ids); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", doc.Name(), part, diff)
				}
			}
		}
	}
	if streams < 3 {
		t.Errorf("%d streams, want 3 or more", streams)
	}
}

// A contract scaffolded from a schema of the wild agrees with it, whatever the
// schema does.
func TestScaffoldsOfRealSchemas(t *testing.T) {
	t.Parallel()
	for _, corpus := range []struct {
		folder, ext string
		format      schema.Format
	}{{"avro-datagen", ".avsc", schema.Avro}, {"jsonschema-iglu", "", schema.JSON}, {"protobuf-googleapis", ".proto", schema.Protobuf}} {
		t.Run(corpus.folder, func(t *testing.T) {
			t.Parallel()
			n := 0
			root := schematest.Shared(t, "corpus", corpus.folder)
			err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || corpus.ext != "" && filepath.Ext(path) != corpus.ext {
					return err
				}
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				// Those that need others stay out.
				if p, err := formats.Parse(t.Context(), schema.Source{Format: corpus.format, Text: string(text)}); err == nil {
					n++
					scaffoldAgrees(t, path, p)
				}
				return nil
			})
			if err != nil || n < 10 {
				t.Errorf("%d schemas, %v", n, err)
			}
		})
	}
}

func scaffoldAgrees(t *testing.T, path string, p schema.Parsed) {
	t.Helper()
	doc, err := contracts.Scaffold("real-value", "real", p, nil, nil, "real.avsc")
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	all, faults := contracts.Of(doc)
	fs, err := contracts.Judge(t.Context(), contracts.Case{Subject: "real-value", At: today, Contract: all[0], Schema: p})
	if err != nil || len(faults) > 0 {
		t.Errorf("%s: %v %v", path, faults, err)
	}
	for _, f := range fs {
		if strings.HasPrefix(string(f.Code), "CONTRACT_") && (f.Code != "CONTRACT_FIELD_UNLISTED" || len(p.Fields()) < 1000) {
			t.Errorf("%s: %s %s: %s", path, f.Code, f.Path, f.Message)
		}
	}
}
