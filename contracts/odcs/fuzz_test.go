package odcs_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/contracts/odcs"
)

// FuzzParse: no text makes the parser panic or run long. What it reads has the
// text unchanged, a JSON form that is JSON, and edits that do what they say or
// nothing.
func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/findings.txtar", "testdata/edit.txtar"} {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data)
		}
	}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		start := time.Now()
		doc, findings := odcs.Parse("fuzz.yaml", text)
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("parsing took %v", took)
		}
		if doc == nil {
			if len(findings) == 0 {
				t.Fatal("refused without a finding")
			}
			return
		}
		if string(doc.Bytes()) != string(text) {
			t.Fatal("the text changed")
		}
		form, err := json.Marshal(doc)
		if err != nil || !json.Valid(form) {
			t.Fatalf("no JSON: %v\n%s", err, form)
		}
		doc.Streams()
		edited, err := doc.SetVersion("9.9.9")
		if err != nil && !errors.Is(err, odcs.ErrEdit) {
			t.Fatal(err)
		}
		if err == nil && edited.Version != "9.9.9" {
			t.Fatalf("version = %q", edited.Version)
		}
	})
}
