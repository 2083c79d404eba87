package odcs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/schematest"
)

// TestVectors: the published examples get the verdict their README gives.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, verdict := range []string{"valid", "invalid"} {
		files, err := filepath.Glob(filepath.Join(schematest.Shared(t, "vectors", "odcs", verdict), "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s examples: %v", verdict, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, findings := odcs.Parse(filepath.Base(file), text)
			if doc == nil || doc.Valid() != (verdict == "valid") {
				t.Errorf("%s is not %s: %+v", filepath.Base(file), verdict, findings)
			}
			if doc != nil && string(doc.Bytes()) != string(text) {
				t.Errorf("%s: the text changed", file)
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("testdata/every-key.odcs.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		odcs.Parse("every-key.odcs.yaml", text)
	}
}
