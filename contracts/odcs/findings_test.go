package odcs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

// TestFindings runs the cases of testdata/findings.txtar; -update rewrites
// what is expected.
func TestFindings(t *testing.T) {
	t.Parallel()
	const file = "testdata/findings.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, out := archive.Files[i], &archive.Files[i+1]
		_, findings := odcs.Parse("contract.yaml", in.Data)
		got := printed(findings)
		if *update {
			out.Data = []byte(got)
		}
		if diff := cmp.Diff(string(out.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func printed(findings []finding.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%d:%d %s %s %s: %s (%s)\n", f.Line, f.Column, f.Severity, f.Code, f.Path, f.Message, f.Hint)
	}
	return b.String()
}

// TestEncodings: texts are read whatever their line ends, with a byte order
// mark, and as JSON; what is not UTF-8 is refused at its byte.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "apiVersion: v3.1.0\nkind: DataContract\nid: ü\nversion: 1.0.0\nstatus: draft\nname: {}\n"
	for _, tt := range []struct {
		name, text, want string
	}{
		{"unix", text, "6:7 CONTRACT_WRONG_TYPE"},
		{"windows", strings.ReplaceAll(text, "\n", "\r\n"), "6:7 CONTRACT_WRONG_TYPE"},
		{"byte order mark", "\ufeff" + text, "6:7 CONTRACT_WRONG_TYPE"},
		{"json", `{"id": "ü", "kind": "DataContract", "apiVersion": "v3.1.0", "version": "1", "status": 5}`, "1:88 CONTRACT_WRONG_TYPE"},
		{"latin1", "id: \xfc\n", "1:5 CONTRACT_ENCODING"},
		{"utf16", "\xff\xfei\x00", "1:1 CONTRACT_ENCODING"},
		{"control", "id: \x01\n", "1:1 CONTRACT_BROKEN_YAML"},
		{"nothing", "", "1:1 CONTRACT_EMPTY"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, findings := odcs.Parse("contract.yaml", []byte(tt.text))
			if len(findings) != 1 {
				t.Fatalf("findings: %+v", findings)
			}
			f := findings[0]
			if got := fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Code); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if doc != nil && string(doc.Bytes()) != tt.text {
				t.Errorf("bytes = %q, want %q", doc.Bytes(), tt.text)
			}
		})
	}
}

// TestHostile: texts made to cost much are refused, or read, at little cost.
func TestHostile(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	bomb := "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
	for i := 1; i < 20; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 8), i-1)
	}
	var keys strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&keys, "k%d: 1, ", i)
	}
	merges := "base: &b {" + keys.String() + "x: 1}\nlist:\n" + strings.Repeat("  - <<: *b\n", 50_000)
	for name, text := range map[string]string{
		"too large":         "a: " + strings.Repeat("x", odcs.MaxBytes),
		"aliases":           bomb,
		"merges":            merges,
		"brackets":          strings.Repeat("[", size),
		"braces":            strings.Repeat("{a: ", size/4),
		"dashes":            strings.Repeat("- ", size/2),
		"question marks":    strings.Repeat("? ", size/2),
		"deep":              "a: " + strings.Repeat("[", 500) + strings.Repeat("]", 500),
		"items":             "a: [" + strings.Repeat("1,", size/2) + "1]",
		"lines":             "a:\n" + strings.Repeat("- 1\n", size/4),
		"keys":              keys.String(),
		"unknown keys":      strings.ReplaceAll(keys.String(), ", ", "\n"),
		"comments":          strings.Repeat("# x\n", size/4),
		"long comments":     "a:\n" + strings.Repeat("  # x\n\n", size/8) + "  b: 1\n",
		"number":            "a: " + strings.Repeat("9", size),
		"exponent":          "schema: [{name: a, properties: [{name: b, primaryKeyPosition: 1e999999999}]}]",
		"anchors":           strings.Repeat("- &a x\n", size/8),
		"references":        "schema: [{name: a, properties: [" + strings.Repeat("{name: b, relationships: [{to: a.c}]}, ", 15_000) + "]}]",
		"broken at the end": strings.Repeat("a: 1\n", 100_000) + "  b: 2\n",
		"quote":             "a: \"" + strings.Repeat("x\n", size/2),
		"directives":        strings.Repeat("%a b\n", size/5),
		"spaces":            strings.Repeat(" ", size) + "a",
		"tabs":              "a:\n" + strings.Repeat("\t", size) + "b: 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, findings := odcs.Parse("contract.yaml", []byte(text))
			if len(findings) == 0 || len(findings) > 502 {
				t.Errorf("%d findings", len(findings))
			}
		})
	}
}
