package report_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/schema/finding"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var examples = []finding.Finding{
	{
		Code: "AVRO_READER_FIELD_MISSING_DEFAULT_VALUE", Severity: finding.Error, Path: "/fields/1", File: "orders.avsc", Line: 5, Column: 7,
		Message:  "The field 'note' at path '/fields/1' in the new schema has no default value and is missing in the old schema",
		Evidence: []string{"breaks readers of old data", "note"}, Hint: "give the field a default value, or keep writing it until every reader has moved",
	},
	{Code: "AVRO_RENAMED", Severity: finding.Info, File: "orders.avsc", Line: 12, Column: 11, Message: "renamed by an alias"},
	{Code: "DOC_MISSING", Severity: finding.Warning, File: "a/rather/long/path/to/a/schema/of/another/team.avsc", Line: 1, Column: 1, Message: "no documentation"},
	{Code: "OWNER_MISSING", Severity: finding.Error, Subject: "orders-value", Message: "nobody owns the stream \x1b[31m\nreally"},
	{Code: "LINEAGE_READER", Severity: finding.Warning, Subject: "orders-value", Path: "customer.email", Message: "is read", Hint: "ask billing"},
	{Code: "PII_UNTAGGED", Severity: finding.Info, Message: "<looks> like a name & an address"},
	{
		Code: "DOC_MISSING", Severity: finding.Error, Subject: "orders-value", Path: "a,b:c", File: "odd,name%1: x|y.avsc", Line: 3, Column: 2, Message: "100% of\nthe `words` are @missing #1",
		Tolerated: &finding.Tolerance{By: finding.ByExemption, Reason: "goes in March", Author: "ada", Expires: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)},
	},
	{Code: "JSON_LONG", Severity: finding.Error, File: "a.json", Message: strings.Repeat("word ", 40) + strings.Repeat("x", 120)},
}

func TestPrinters(t *testing.T) {
	t.Parallel()
	for name, printer := range map[string]report.Printer{
		"text.txt":    report.Text(report.Style{}),
		"colour.txt":  report.Text(report.Style{Colour: true}),
		"narrow.txt":  report.Text(report.Style{Width: 60}),
		"json.json":   report.JSON,
		"github.txt":  report.GitHub,
		"gitlab.json": report.GitLab,
		"sarif.json":  report.SARIF("1.2.3"),
		"junit.xml":   report.JUnit(finding.Warning),
		"markdown.md": report.Markdown(report.About{Streams: 3, Against: []string{"git#main"}}, finding.Error),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("testdata", name)
			var got strings.Builder
			if err := printer(&got, examples); err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	var text, doc strings.Builder
	if err := report.Text(report.Style{})(&text, nil); err != nil || text.Len() != 0 {
		t.Errorf("text of nothing: %q, %v", text.String(), err)
	}
	if err := report.JSON(&doc, nil); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(doc.String()), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"findings": []any{}, "summary": map[string]any{"errors": 0., "warnings": 0., "infos": 0.}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	if got := report.Summarize(examples).String(); got != "3 errors, 2 warnings, 2 infos, 1 tolerated" {
		t.Error(got)
	}
	if got := report.Summarize(nil).String(); got != "no findings" {
		t.Error(got)
	}
	for floor, want := range map[finding.Severity]bool{finding.Error: false, finding.Warning: true, finding.Info: true} {
		if got := report.Reaches(examples[1:3], floor); got != want {
			t.Errorf("reaches %s: %v", floor, got)
		}
	}
}

// TestNoEscape: nothing in a finding reaches the terminal as more than text.
func TestNoEscape(t *testing.T) {
	t.Parallel()
	evil := "\x1b]0;x\x07\u009b31m\r\n"
	f := finding.Finding{Code: finding.Code(evil), Severity: finding.Error, Subject: evil, Path: evil, Message: evil, Hint: evil, File: evil, Evidence: []string{evil}}
	var b strings.Builder
	if err := report.Text(report.Style{})(&b, []finding.Finding{f}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07\u009b\r") {
		t.Errorf("%q", b.String())
	}
}
