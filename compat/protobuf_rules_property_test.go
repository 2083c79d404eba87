package compat_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
	"github.com/accordhq/accord/schema/schematest"
)

// A schema breaks no rule against itself, nor against itself sent as a
// descriptor or normalised, which moves nothing but places.
func TestProtobufRulesFindNothingWithoutChange(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases(t) {
		for side, f := range map[string]*protobuf.File{"old": c.old, "new": c.next} {
			for _, form := range []func(*protobuf.File) string{
				(*protobuf.File).Text,
				(*protobuf.File).Normalized,
				func(f *protobuf.File) string { return f.Print("serialized") },
			} {
				same := c.parse(t, side, func(text string) string {
					if text == f.Text() {
						return form(f)
					}
					return text
				})
				for _, rules := range compat.RuleSets() {
					if got := checkRules(t, rules, f, same); len(got) > 0 {
						t.Errorf("%s, %s: %s:\n%s", c.path, side, rules, ruleLines(got))
					}
				}
				if got := findingsOf(t, f, same); len(got) > 0 {
					t.Errorf("%s, %s:\n%s", c.path, side, riskLines(got))
				}
			}
		}
	}
}

// Comments, indentation and line ends change places and nothing else.
func TestProtobufRulesIgnoreFormatting(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases(t) {
		next := c.parse(t, "new", protoRestyler.Replace)
		for _, rules := range compat.RuleSets() {
			want := checkRules(t, rules, c.old, c.next)
			got := checkRules(t, rules, c.old, next)
			if diff := cmp.Diff(codesAndPaths(want), codesAndPaths(got)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", c.path, rules, diff)
			}
			for _, f := range got {
				if f.File == "" && f.Line == 0 {
					t.Errorf("%s: %s has no place in the reformatted text", c.path, f.Code)
				}
			}
		}
	}
}

func codesAndPaths(found []finding.Finding) map[string]int {
	set := map[string]int{}
	for _, f := range found {
		set[fmt.Sprintf("%s %s %s", f.Code, f.File, f.Path)]++
	}
	return set
}

// Every set finds something wherever a weaker one does: reference 3.7 has the
// same rule, or a stricter one, in its column.
func TestProtobufRuleSetsGrowStricter(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases(t) {
		paths := map[string]bool{}
		for i, rules := range []compat.Rules{compat.FileRules, compat.WireJSONRules, compat.WireRules} {
			found := checkRules(t, rules, c.old, c.next)
			for _, f := range found {
				// A deleted type takes what is in it along.
				if i > 0 && !paths[f.Path] {
					t.Errorf("%s: %s finds %s at %s, and a stricter set nothing there", c.path, rules, f.Code, f.Path)
				}
			}
			paths = map[string]bool{}
			for _, f := range found {
				paths[f.Path] = true
			}
		}
	}
}

// Findings explain themselves: both sides in the message, a hint, whom it
// breaks as the first line of evidence, and a place.
func TestProtobufRuleFindingsAreComplete(t *testing.T) {
	t.Parallel()
	breaks := map[string]bool{}
	for _, b := range []compat.Breaks{compat.OldData, compat.OldReaders, compat.Wire, compat.JSONForm, compat.Meaning, compat.Code} {
		breaks[string(b)] = true
	}
	for _, c := range ruleCases(t) {
		found := findingsOf(t, c.old, c.next)
		for _, f := range found {
			if f.Severity == finding.Error {
				t.Errorf("%s: %s is an error without being asked for", c.path, f.Code)
			}
		}
		for _, rules := range compat.RuleSets() {
			checked := checkRules(t, rules, c.old, c.next)
			for _, f := range checked {
				if f.Severity != finding.Error {
					t.Errorf("%s: %s is %s", c.path, f.Code, f.Severity)
				}
			}
			found = append(found, checked...)
		}
		for _, f := range found {
			switch {
			case finding.Purpose(f.Code) == "":
				t.Errorf("%s: code %s is not claimed", c.path, f.Code)
			case !strings.Contains(f.Message, "old") || !strings.Contains(f.Message, "new"):
				t.Errorf("%s: %s names one side only: %s", c.path, f.Code, f.Message)
			case strings.Contains(f.Message, "%!"), strings.Contains(f.Hint, "%!"):
				t.Errorf("%s: %s is badly formatted: %s; %s", c.path, f.Code, f.Message, f.Hint)
			case len(f.Evidence) == 0, !breaks[f.Evidence[0]]:
				t.Errorf("%s: %s does not say whom it breaks: %v", c.path, f.Code, f.Evidence)
			case f.File == "" && f.Line == 0:
				t.Errorf("%s: %s has no place", c.path, f.Code)
			case f.Hint == "":
				t.Errorf("%s: %s has no hint", c.path, f.Code)
			}
		}
	}
}

// mesh is a schema of 25 messages that all hold one another.
func mesh(syntax, name string) string {
	const size = 25
	var b strings.Builder
	fmt.Fprintf(&b, "syntax = %q;\npackage mesh;\n", syntax)
	for i := range size {
		fmt.Fprintf(&b, "message %s%d {\n", name, i)
		for j := range size {
			fmt.Fprintf(&b, "  optional %s%d f%d = %d;\n  repeated int32 n%d = %d;\n", name, j, j, j+1, j, size+j+1)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func TestProtobufRulesOnAMesh(t *testing.T) {
	t.Parallel()
	old := parseProtobuf(t, mesh("proto2", "M")+"message Root { optional M0 m = 1; }")
	next := parseProtobuf(t, mesh("proto2", "N")+"message Root { optional N0 m = 1; }")
	begin := time.Now()
	found := findingsOf(t, old, next)
	if got := riskLines(found); !strings.Contains(got, "info PROTO_FIELD_SAME_SHAPE") {
		t.Errorf("no finding says that the messages are the same: %s", got)
	}
	next = parseProtobuf(t, mesh("proto3", "M"))
	for _, rules := range compat.RuleSets() {
		checkRules(t, rules, old, next)
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("took %v", took)
	}
}

func TestProtobufRulesStopWithTheirContext(t *testing.T) {
	t.Parallel()
	f := parseProtobuf(t, `syntax = "proto3"; message A { int32 n = 1; }`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, rules := range compat.RuleSets() {
		if _, err := compat.CheckRules(ctx, rules, f, f); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error = %v, want context.Canceled", rules, err)
		}
	}
	if _, err := compat.Findings(ctx, f, f); !errors.Is(err, context.Canceled) {
		t.Errorf("findings: error = %v, want context.Canceled", err)
	}
}

func TestCheckRulesRefuses(t *testing.T) {
	t.Parallel()
	f := parseProtobuf(t, `syntax = "proto3"; message A { int32 n = 1; }`)
	other := otherFormat{}
	if found, err := compat.CheckRules(t.Context(), compat.NoRules, other, other); found != nil || err != nil {
		t.Errorf("no rules: %v, %v", found, err)
	}
	for _, tc := range []struct {
		rules     compat.Rules
		old, next schema.Parsed
		want      string
	}{
		{compat.WireRules, other, f, "AVRO to PROTOBUF"},
		{compat.FileRules, f, other, "PROTOBUF to AVRO"},
		{"CSR", f, f, "not a set of rules"},
	} {
		if _, err := compat.CheckRules(t.Context(), tc.rules, tc.old, tc.next); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want %q in it", tc.rules, err, tc.want)
		}
	}
}

// otherFormat stands for a schema of another language.
type otherFormat struct{ schema.Parsed }

func (otherFormat) Format() schema.Format { return schema.Avro }

func TestParseRules(t *testing.T) {
	t.Parallel()
	for _, want := range compat.RuleSets() {
		if got, ok := compat.ParseRules(strings.ToLower(string(want))); !ok || got != want {
			t.Errorf("ParseRules(%q) = %q, %v", strings.ToLower(string(want)), got, ok)
		}
	}
	if got, ok := compat.ParseRules(""); !ok || got != compat.NoRules {
		t.Errorf(`ParseRules("") = %q, %v`, got, ok)
	}
	if _, ok := compat.ParseRules("CSR"); ok {
		t.Error("CSR is no set of rules here")
	}
}

// Pairs of schemas made of the cases' files hold to the laws too, however
// little they have in common.
func TestProtobufRulesOnAnyPair(t *testing.T) {
	t.Parallel()
	cases := ruleCases(t)
	rapid.Check(t, func(rt *rapid.T) {
		one, other := rapid.SampledFrom(cases).Draw(rt, "old"), rapid.SampledFrom(cases).Draw(rt, "new")
		paths := map[string]bool{}
		for _, f := range checkRules(t, compat.WireJSONRules, one.old, other.next) {
			paths[f.Path] = true
		}
		for _, f := range checkRules(t, compat.WireRules, one.old, other.next) {
			if !paths[f.Path] {
				rt.Errorf("%s to %s: WIRE_JSON has nothing at %s, where WIRE has %s", one.path, other.path, f.Path, f.Code)
			}
		}
		for _, f := range append(findingsOf(t, one.old, other.next), checkRules(t, compat.FileRules, one.old, other.next)...) {
			if len(f.Evidence) == 0 || !strings.HasPrefix(f.Path, "#/") {
				rt.Errorf("%s to %s: %+v", one.path, other.path, f)
			}
		}
	})
}

// Of real schemas, a file that keeps nothing loses everything it declares,
// each at a place; against itself it loses nothing.
func TestProtobufRulesOnRealSchemas(t *testing.T) {
	t.Parallel()
	root := schematest.Shared(t)
	files := os.DirFS(filepath.Join(root, "corpus", "protobuf-googleapis"))
	var all []schema.Dependency
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".proto" {
			return err
		}
		text, err := fs.ReadFile(files, path)
		all = append(all, schema.Dependency{Reference: schema.Reference{Name: path, Subject: path, Version: 1}, Text: string(text)})
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	judged := 0
	for _, d := range all {
		f, err := protobuf.Parse(t.Context(), schema.Source{Text: d.Text, Dependencies: all})
		if err != nil {
			continue // it imports what the corpus does not have
		}
		judged++
		nothing := parseProtobuf(t, fmt.Sprintf("syntax = \"proto3\"; package %s; message Nothing {}", f.Descriptor().Package()))
		for _, found := range checkRules(t, compat.FileRules, f, nothing) {
			if found.File == "" && found.Line == 0 {
				t.Errorf("%s: %s %s has no place", d.Name, found.Code, found.Path)
			}
		}
		if found := append(checkRules(t, compat.FileRules, f, f), findingsOf(t, f, f)...); len(found) > 0 {
			t.Errorf("%s differs from itself:\n%s", d.Name, ruleLines(found))
		}
	}
	if judged < len(all)/2 {
		t.Errorf("only %d of %d files parse", judged, len(all))
	}
}
