package contracts_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/formats"
)

var update = flag.Bool("update", false, "rewrite what the cases expect")

// today is when cases are judged.
var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// A case is a txtar file in testdata/cases. Its comment says what changes; its
// files are, all but the last optional,
//
//	before.odcs.yaml  the contract before; without it, that of testdata/base
//	before.edit       what sets it apart from that
//	contract.edit     what the change does to the contract
//	old.EXT, schema.edit, new.EXT   likewise the schema (.avsc, .proto, .json)
//	facts             words: new (nothing stood before), no-contract (there is
//	                  none after), no-schema (likewise), inherits, subject=NAME
//	readers           who reads, a line each: "use PATH NAME [OWNER]", "perhaps NAME
//	                  [OWNER]", "unknown REASON", or "unread warn", the policy;
//	                  without it, nobody can be asked
//	findings          what Judge finds, and the bump that fits
//
// An edit is a diff without context: lines with "-" become those with "+" that
// follow.
type testCase struct {
	file    string
	archive *txtar.Archive
}

func cases(t testing.TB) []testCase {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	out := make([]testCase, len(files))
	for i, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = testCase{file, archive}
	}
	return out
}

func (c testCase) section(name string) (string, bool) {
	i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return "", false
	}
	return string(c.archive.Files[i].Data), true
}

func (c testCase) has(fact string) bool {
	facts, _ := c.section("facts")
	return slices.Contains(strings.Fields(facts), fact)
}

// texts are a text before and after: a base, or a file of the case, with edits.
func (c testCase) texts(t testing.TB, base, first, firstEdit, edit, last string) (before, after string) {
	t.Helper()
	before, ok := c.section(first)
	if !ok {
		data, err := os.ReadFile(filepath.Join("testdata", "base", base))
		if err != nil {
			t.Fatal(err)
		}
		before = string(data)
	}
	if e, ok := c.section(firstEdit); ok {
		before = apply(t, before, e)
	}
	if text, ok := c.section(last); ok {
		return before, text
	}
	e, _ := c.section(edit)
	return before, apply(t, before, e)
}

// apply makes an edit.
func apply(t testing.TB, text, edit string) string {
	t.Helper()
	var out, in strings.Builder
	flush := func() {
		if out.Len() == 0 {
			return
		}
		if strings.Count(text, out.String()) != 1 {
			t.Fatalf("not there once:\n%s", out.String())
		}
		text = strings.Replace(text, out.String(), in.String(), 1)
		out.Reset()
		in.Reset()
	}
	for line := range strings.Lines(edit) {
		switch line[0] {
		case '-':
			if in.Len() > 0 {
				flush()
			}
			out.WriteString(line[1:])
		case '+':
			in.WriteString(line[1:])
		default:
			flush()
		}
	}
	flush()
	return text
}

func contractIn(t testing.TB, text string) *contracts.Contract {
	t.Helper()
	doc, faults := odcs.Parse("orders.odcs.yaml", []byte(text))
	if doc == nil {
		t.Fatalf("%+v", faults)
	}
	all, _ := contracts.Of(doc)
	if len(all) == 0 {
		t.Fatal("the contract has no stream")
	}
	return all[0]
}

func schemaIn(t testing.TB, f schema.Format, text string) schema.Parsed {
	t.Helper()
	p, err := formats.Parse(t.Context(), schema.Source{Format: f, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// load makes what Judge takes.
func (c testCase) load(t testing.TB) contracts.Case {
	t.Helper()
	format, ext := schema.Avro, "avsc"
	for e, f := range map[string]schema.Format{"proto": schema.Protobuf, "json": schema.JSON} {
		if _, ok := c.section("old." + e); ok {
			format, ext = f, e
		}
	}
	out := contracts.Case{Subject: "orders-value", At: today, SchemaFile: "orders." + ext, Inherits: c.has("inherits")}
	was, is := c.texts(t, "orders.odcs.yaml", "before.odcs.yaml", "before.edit", "contract.edit", "contract.odcs.yaml")
	out.Before, out.Contract = contractIn(t, was), contractIn(t, is)
	old, next := c.texts(t, "orders.avsc", "old."+ext, "old.edit", "schema.edit", "new."+ext)
	out.Previous, out.Schema = schemaIn(t, format, old), schemaIn(t, format, next)
	if text, ok := c.section("other.json"); ok {
		out.Schema = schemaIn(t, schema.JSON, text)
	}
	if c.has("new") {
		out.Before, out.Previous = nil, nil
	}
	if c.has("no-contract") {
		out.Contract = nil
	}
	if c.has("no-schema") {
		out.Schema = nil
	}
	if text, ok := c.section("readers"); ok {
		known := readersIn(text)
		out.Readers, out.Unread = known, known.unread
	}
	facts, _ := c.section("facts")
	for _, fact := range strings.Fields(facts) {
		if subject, ok := strings.CutPrefix(fact, "subject="); ok {
			out.Subject = subject
		}
	}
	return out
}

// readers are what a case says of who reads.
type readers struct {
	use     map[string][]contracts.Reader
	perhaps []contracts.Reader
	unknown string
	unread  bool
}

func readersIn(text string) readers {
	known := readers{use: map[string][]contracts.Reader{}}
	reader := func(words []string) contracts.Reader {
		return contracts.Reader{
			Name: words[0], Owner: strings.Join(words[1:], " "), LastSeen: today.Add(-time.Hour), How: "reported, confidence 1", Reach: "2 datasets depend on it",
		}
	}
	for line := range strings.Lines(text) {
		switch words := strings.Fields(line); words[0] {
		case "use":
			known.use[words[1]] = append(known.use[words[1]], reader(words[2:]))
		case "perhaps":
			known.perhaps = append(known.perhaps, reader(words[1:]))
		case "unknown":
			known.unknown = strings.Join(words[1:], " ")
		case "unread":
			known.unread = true
		}
	}
	return known
}

// Of implements contracts.Readers.
func (r readers) Of(paths []string) []contracts.Readership {
	var out []contracts.Readership
	for _, path := range paths {
		out = append(out, r.of(path))
	}
	return out
}

func (r readers) of(path string) contracts.Readership {
	out := contracts.Readership{Perhaps: r.perhaps, Unknown: r.unknown, Window: 30 * 24 * time.Hour}
	if r.unknown != "" {
		out.Hint = "look with 'accord lineage discover'"
	}
	for field, all := range r.use {
		if field == path || strings.HasPrefix(field, path+".") || path == "" {
			out.Use = append(out.Use, all...)
		}
	}
	return out
}

// report prints findings and bump as cases hold them.
func report(fs []finding.Finding, r contracts.Release) string {
	var b strings.Builder
	for _, f := range fs {
		place := ""
		if f.Line > 0 {
			place = fmt.Sprintf(" %s:%d:%d", f.File, f.Line, f.Column)
		}
		path := strings.Join(append([]string{cmp.Or(f.Path, ".")}, f.Also...), "+")
		fmt.Fprintf(&b, "%s %s %s%s\n  %s\n  hint: %s\n", f.Severity, f.Code, path, place, f.Message, f.Hint)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  | %s\n", e)
		}
	}
	fmt.Fprintf(&b, "bump: %s", r.Level)
	if r.Level != contracts.NoBump {
		fmt.Fprintf(&b, " to %s", r.Version)
	}
	b.WriteString("\n")
	return b.String()
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, c := range cases(t) {
		t.Run(strings.TrimSuffix(filepath.Base(c.file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			in := c.load(t)
			fs, err := contracts.Judge(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			got := report(fs, contracts.Bump(in))
			want, _ := c.section("findings")
			if *update {
				c.save(t, got)
				return
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.file, diff)
			}
		})
	}
}

func (c testCase) save(t testing.TB, findings string) {
	t.Helper()
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "findings" })
	c.archive.Files = append(c.archive.Files, txtar.File{Name: "findings", Data: []byte(findings)})
	if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o600); err != nil {
		t.Fatal(err)
	}
}
