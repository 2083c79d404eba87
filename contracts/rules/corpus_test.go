package rules_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/formats"
	"github.com/accordhq/accord/schema/schematest"
)

// Rules that name the fields of real schemas are never said to be wrong.
func TestCheckCorpus(t *testing.T) {
	t.Parallel()
	for folder, format := range map[string]schema.Format{"avro-datagen": schema.Avro, "jsonschema-iglu": schema.JSON, "protobuf-googleapis": schema.Protobuf} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			checked := 0
			err := filepath.WalkDir(schematest.Shared(t, "corpus", folder), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				parsed, err := formats.Parse(t.Context(), schema.Source{Format: format, Text: string(text)})
				if err != nil {
					return nil //nolint:nilerr // it needs files it does not come with, or is no schema
				}
				checked++
				checkNamesFields(t, path, parsed)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if checked < 10 {
				t.Errorf("%d schemas, too few to say anything", checked)
			}
		})
	}
}

func checkNamesFields(t *testing.T, path string, parsed schema.Parsed) {
	t.Helper()
	set := domain(field(condition("typeName == 'STRING' ; value != 'x'")))
	for _, f := range parsed.Fields() {
		if f.Kind != schema.KindField || strings.ContainsAny(f.Path, "<[{:-$@ ") || strings.Count(f.Path, ".") > 1 || len(set.DomainRules) > 40 || reserved(f.Path) {
			continue
		}
		rule := condition("has(message." + f.Path + ") ? message." + f.Path + " == message." + f.Path + " : true")
		rule.Name = "r" + strings.ReplaceAll(f.Path, ".", "_")
		set.DomainRules = append(set.DomainRules, rule)
	}
	for _, found := range rules.Check(parsed, set, &schema.Metadata{Tags: map[string][]string{"**": {"X"}}}) {
		if found.Severity != finding.Info && found.Code != "CONTRACT_RULE_WILDCARD" {
			t.Errorf("%s: %s", path, brief(found))
		}
	}
}

// reserved reports whether a path has a word that CEL keeps for itself.
func reserved(path string) bool {
	for name := range strings.SplitSeq(path, ".") {
		switch name {
		case "in", "true", "false", "null", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while":
			return true
		}
	}
	return false
}
