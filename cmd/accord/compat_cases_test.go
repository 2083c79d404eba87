package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/compat/compattest"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// caseExtensions are the endings by which the command knows a language.
var caseExtensions = map[schema.Format]string{schema.Avro: ".avsc", schema.JSON: ".json", schema.Protobuf: ".proto"}

// TestCompatCases runs the engine's cases through the command: it says of each
// what the engine says.
func TestCompatCases(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"avro", "jsonschema", "protobuf"} {
		for _, c := range compattest.Cases(t, filepath.Join("..", "..", "testdata", "compat", language)) {
			t.Run(language+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				args := writeCase(t, c)
				for level, sides := range map[compat.Level]compat.Sides{compat.Backward: compat.NewReadsOld, compat.Forward: compat.OldReadsNew} {
					for _, policy := range []compat.Policy{compat.Strict, compat.Lenient} {
						got := runCompat(t, append(args, "--level", string(level), "--policy", string(policy))...)
						if got.Compatible == c.Breaks(sides, policy) {
							t.Errorf("%s, %s: compatible is %v", level, policy, got.Compatible)
						}
						want := engineFindings(t, c, sides, policy)
						if diff := cmp.Diff(want, bare(got.Findings)); diff != "" {
							t.Errorf("%s, %s: findings (-engine +command):\n%s", level, policy, diff)
						}
					}
				}
			})
		}
	}
}

// writeCase writes the schemas of a case to files and returns the command line
// that compares them.
func writeCase(t *testing.T, c compattest.Case) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	ending := caseExtensions[c.Old.Format]
	args := []string{"schema", "compat", write("old"+ending, c.Old.Text), write("new"+ending, c.New.Text), "--all", "--output", "json"}
	for flag, dependencies := range map[string][]schema.Dependency{"--old-reference": c.Old.Dependencies, "--reference": c.New.Dependencies} {
		for _, d := range dependencies {
			// One version of one subject is one file.
			version := filepath.Join("references", numbered(d.Version), d.Name)
			args = append(args, flag, d.Name+"="+write(version, d.Text))
		}
	}
	return args
}

func runCompat(t *testing.T, args ...string) compatView {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, testEnv(&out, &errs))
	var view compatView
	if err := json.Unmarshal(out.Bytes(), &view); err != nil {
		t.Fatalf("%v: %s%s", err, &out, &errs)
	}
	if want := map[bool]int{true: exitFine, false: exitFindings}[view.Compatible]; code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	return view
}

func engineFindings(t *testing.T, c compattest.Case, sides compat.Sides, policy compat.Policy) []finding.Finding {
	t.Helper()
	old, next := c.Parse(t)
	differences, err := compat.CompareChange(t.Context(), old, next, sides)
	if err != nil {
		t.Fatal(err)
	}
	var findings []finding.Finding
	for _, d := range differences {
		findings = append(findings, d.Finding(sides, policy))
	}
	risks, err := compat.Findings(t.Context(), old, next)
	if err != nil {
		t.Fatal(err)
	}
	return bare(append(findings, risks...))
}

// bare are findings without their files, in one order.
func bare(findings []finding.Finding) []finding.Finding {
	out := append([]finding.Finding{}, findings...)
	for i := range out {
		out[i].File = ""
	}
	slices.SortFunc(out, func(a, b finding.Finding) int { return bytes.Compare(encoded(a), encoded(b)) })
	return out
}

func encoded(f finding.Finding) []byte {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	return text
}
