package report_test

import (
	"os"
	"strings"
	"testing"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsonschema"
)

// TestSARIFIsValid holds the report against the parts of the standard's JSON
// Schema that it uses.
func TestSARIFIsValid(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/sarif.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	standard, err := jsonschema.Parse(t.Context(), schema.Source{Format: schema.JSON, Text: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := report.SARIF("devel")(&got, examples); err != nil {
		t.Fatal(err)
	}
	if err := standard.Validate(got.String()); err != nil {
		t.Error(err)
	}
	if err := standard.Validate(strings.Replace(got.String(), `"level": "error"`, `"level": "fatal"`, 1)); err == nil {
		t.Error("the schema lets everything pass")
	}
}
