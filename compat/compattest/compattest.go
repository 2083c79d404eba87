// Package compattest reads the cases that say what a change of a schema breaks
// and risks. One set of files serves the engine, the REST API and the commands,
// so that all of them give one answer.
//
// A case is a txtar file in testdata/compat/<language>, named after its rule.
// Its comment says the rule in a sentence; its files are
//
//	old.avsc, new.avsc      the schemas (.proto and .json in other languages)
//	old import NAME@2       what the old schema references: version 2 of the
//	new import NAME@3       subject NAME, by that name; likewise the new one
//	backward                differences that the new schema finds in old data
//	forward                 differences that the old schema finds in new data
//	findings                the findings of the change
//
// A difference is a line "VERDICT KIND PATH" with Avro's additional information
// behind it. VERDICT is BREAKS, lenient (breaks under STRICT alone) or ok; what
// lies behind a difference is indented below it. A finding is a line
// "SEVERITY CODE path: message".
package compattest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/formats"
)

// Names of the sections that hold what is expected.
const (
	sectionBackward = "backward"
	sectionForward  = "forward"
	sectionFindings = "findings"
)

// Case is one change of a schema and what is expected of it.
type Case struct {
	// Name is the rule, the file's name without its ending; File its path, and
	// Comment the rule in words.
	Name, File, Comment string
	// Old and New are the schemas with what they reference.
	Old, New schema.Source
	Want     Expectation
}

// Expectation is what a change breaks and risks, as sections of a case hold it.
type Expectation struct{ Backward, Forward, Findings string }

// languages are the endings of schema files.
var languages = map[string]schema.Format{"avsc": schema.Avro, "proto": schema.Protobuf, "json": schema.JSON}

// Cases loads the cases of a folder, in the order of their names. A folder
// without cases, and a file that is none, fail the test.
func Cases(t testing.TB, dir string) []Case {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	cases := make([]Case, len(files))
	for i, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases[i] = Case{Name: strings.TrimSuffix(filepath.Base(file), ".txtar"), File: file, Comment: strings.TrimSpace(string(archive.Comment))}
		for _, f := range archive.Files {
			cases[i].read(t, f)
		}
		if c := cases[i]; c.Old.Format == "" || c.Old.Format != c.New.Format || c.Comment == "" {
			t.Fatalf("%s: a case has a comment, an old and a new schema of one language", file)
		}
	}
	return cases
}

// read takes one file of a case.
func (c *Case) read(t testing.TB, f txtar.File) {
	t.Helper()
	text := string(f.Data)
	switch f.Name {
	case sectionBackward:
		c.Want.Backward = text
		return
	case sectionForward:
		c.Want.Forward = text
		return
	case sectionFindings:
		c.Want.Findings = text
		return
	}
	side, rest, imported := strings.Cut(f.Name, " import ")
	side, ending, _ := strings.Cut(side, ".")
	src := map[string]*schema.Source{"old": &c.Old, "new": &c.New}[side]
	switch format, known := languages[ending]; {
	case src != nil && imported:
		src.Dependencies = append(src.Dependencies, dependency(t, rest, text))
	case src != nil && known:
		src.Format, src.Text = format, text
	default:
		t.Fatalf("%s: a case has no file %q", c.File, f.Name)
	}
}

func dependency(t testing.TB, name, text string) schema.Dependency {
	t.Helper()
	name, version, _ := strings.Cut(name, "@")
	n, err := strconv.Atoi(version)
	if err != nil {
		t.Fatalf("import %s: say which version it is: %v", name, err)
	}
	return schema.Dependency{Reference: schema.Reference{Name: name, Subject: name, Version: n}, Text: text}
}

// Breaks reports whether the case expects a direction to be incompatible under
// a policy.
func (c Case) Breaks(sides compat.Sides, policy compat.Policy) bool {
	section := c.Want.Backward
	if sides == compat.OldReadsNew {
		section = c.Want.Forward
	}
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "BREAKS ") || policy != compat.Lenient && strings.HasPrefix(line, "lenient ") {
			return true
		}
	}
	return false
}

// Parse reads both schemas.
func (c Case) Parse(t testing.TB) (old, next schema.Parsed) {
	t.Helper()
	for _, side := range []struct {
		src schema.Source
		to  *schema.Parsed
	}{{c.Old, &old}, {c.New, &next}} {
		parsed, err := formats.Parse(t.Context(), side.src)
		if err != nil {
			t.Fatalf("%s: parse: %v", c.File, err)
		}
		*side.to = parsed
	}
	return old, next
}

// Judge asks package compat what the change from old to next breaks and risks.
func Judge(ctx context.Context, old, next schema.Parsed) (Expectation, error) {
	backward, err := compat.Compare(ctx, next, old, compat.NewReadsOld)
	if err != nil {
		return Expectation{}, err
	}
	forward, err := compat.Compare(ctx, old, next, compat.OldReadsNew)
	if err != nil {
		return Expectation{}, err
	}
	findings, err := compat.Findings(ctx, old, next)
	return Expectation{Differences(backward), Differences(forward), Findings(findings)}, err
}

// Save rewrites the case's file with other expectations.
func (c Case) Save(t testing.TB, want Expectation) {
	t.Helper()
	archive, err := txtar.ParseFile(c.File)
	if err != nil {
		t.Fatal(err)
	}
	var kept []txtar.File
	for _, f := range archive.Files {
		switch f.Name {
		case sectionBackward, sectionForward, sectionFindings:
		default:
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept,
		txtar.File{Name: sectionBackward, Data: []byte(want.Backward)},
		txtar.File{Name: sectionForward, Data: []byte(want.Forward)},
		txtar.File{Name: sectionFindings, Data: []byte(want.Findings)})
	if err := os.WriteFile(c.File, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Differences prints differences as the sections of a case hold them.
func Differences(differences []compat.Difference) string {
	var b strings.Builder
	var list func(differences []compat.Difference, indent string)
	list = func(differences []compat.Difference, indent string) {
		for _, d := range differences {
			b.WriteString(strings.TrimRight(indent+verdictWord(d.Verdict)+" "+d.Kind+" "+d.Path+" "+d.Info, " ") + "\n")
			list(d.Inner, indent+"  ")
		}
	}
	list(differences, "")
	return b.String()
}

func verdictWord(v compat.Verdict) string {
	switch v {
	case compat.Incompatible:
		return "BREAKS"
	case compat.LenientOnly:
		return "lenient"
	}
	return "ok"
}

// Findings prints findings as a case holds them.
func Findings(findings []finding.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(string(f.Severity) + " " + string(f.Code) + " " + f.Path + ": " + f.Message + "\n")
	}
	return b.String()
}
