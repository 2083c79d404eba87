package contracts_test

import (
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
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
			m, _ := contracts.Metadata(c, nil)
			back, losses := contracts.FromMetadata(m, nil)
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
