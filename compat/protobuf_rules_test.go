package compat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

// ruleCase is a pair of schemas for one rule. Its file has the schemas as
// "old.proto" and "new.proto", the files they reference as "old path" and
// "new path", and a section per set of rules with the findings expected, a line
// each: "CODE line:column path", then the file if it is not the schema itself.
// The section "RISKS" has what Findings says, each line begun by its severity.
type ruleCase struct {
	rule      string // the file is named after it, with "-variant" behind
	path      string
	archive   *txtar.Archive
	old, next *protobuf.File
}

func ruleCases(t testing.TB) []ruleCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "compat", "protobuf-rules", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []ruleCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := ruleCase{path: file, archive: archive}
		c.rule, _, _ = strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txtar"), "-")
		c.old, c.next = c.parse(t, "old", nil), c.parse(t, "new", nil)
		cases = append(cases, c)
	}
	return cases
}

// parse reads one side, its texts changed by a function unless that is nil.
func (c ruleCase) parse(t testing.TB, side string, change func(string) string) *protobuf.File {
	t.Helper()
	if change == nil {
		change = func(text string) string { return text }
	}
	var text string
	var imports []schema.Dependency
	for _, f := range c.archive.Files {
		if path, ok := strings.CutPrefix(f.Name, side+" "); ok {
			imports = append(imports, schema.Dependency{
				Reference: schema.Reference{Name: path, Subject: path, Version: len(side)},
				Text:      change(string(f.Data)),
			})
		} else if f.Name == side+".proto" {
			text = change(string(f.Data))
		}
	}
	return parseProtobuf(t, text, imports...)
}

func (c ruleCase) section(name string) string {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func ruleLines(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %d:%d %s", f.Code, f.Line, f.Column, f.Path)
		if f.File != "" {
			b.WriteString(" " + f.File)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func riskLines(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %s", f.Severity, ruleLines([]finding.Finding{f}))
	}
	return b.String()
}

func checkRules(t testing.TB, rules compat.Rules, old, next *protobuf.File) []finding.Finding {
	t.Helper()
	found, err := compat.CheckRules(t.Context(), rules, old, next)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestProtobufRuleCases(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases(t) {
		t.Run(strings.TrimSuffix(filepath.Base(c.path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			got := map[string]string{"RISKS": riskLines(findingsOf(t, c.old, c.next))}
			for _, rules := range compat.RuleSets() {
				got[string(rules)] = ruleLines(checkRules(t, rules, c.old, c.next))
			}
			if *update {
				c.update(t, got)
				return
			}
			for section, lines := range got {
				if diff := cmp.Diff(c.section(section), lines); diff != "" {
					t.Errorf("%s (-want +got):\n%s", section, diff)
				}
			}
			if all := strings.Join([]string{got["FILE"], got["PACKAGE"], got["WIRE_JSON"], got["WIRE"], got["RISKS"]}, ""); !strings.Contains(all, "PROTO_"+c.rule+" ") {
				t.Errorf("the rule of this case finds nothing:\n%s", all)
			}
		})
	}
}

func (c ruleCase) update(t *testing.T, got map[string]string) {
	t.Helper()
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool {
		_, ok := got[f.Name]
		return ok
	})
	for _, section := range []string{"FILE", "PACKAGE", "WIRE_JSON", "WIRE", "RISKS"} {
		if got[section] != "" {
			c.archive.Files = append(c.archive.Files, txtar.File{Name: section, Data: []byte(got[section])})
		}
	}
	if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o600); err != nil {
		t.Fatal(err)
	}
}
