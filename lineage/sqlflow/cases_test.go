package sqlflow_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/lineage/sqlflow"
)

var update = flag.Bool("update", false, "rewrite what the cases expect")

// TestCases runs the archives in testdata/cases. Of each, the file "columns"
// says what tables have, one a line as "table: a, b"; every other file NAME is a
// script and NAME.want what is read from it.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			runCases(t, archive)
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func runCases(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	opts := sqlflow.Options{}
	var out []txtar.File
	want := map[string]string{}
	for _, f := range archive.Files {
		if name, ok := strings.CutSuffix(f.Name, ".want"); ok {
			want[name] = string(f.Data)
		}
	}
	for _, f := range archive.Files {
		switch {
		case f.Name == "columns":
			opts.Columns = columns(string(f.Data))
			out = append(out, f)
		case !strings.HasSuffix(f.Name, ".want"):
			got := render(sqlflow.Analyze(string(f.Data), opts))
			out = append(out, f, txtar.File{Name: f.Name + ".want", Data: []byte(got + "\n")})
			if diff := cmp.Diff(strings.TrimSpace(want[f.Name]), strings.TrimSpace(got)); diff != "" && !*update {
				t.Errorf("%s: -want +got\n%s", f.Name, diff)
			}
		}
	}
	archive.Files = out
}

// columns reads lines such as "orders: id, amount" and finds tables by their
// last name.
func columns(text string) func(sqlflow.Name) []string {
	known := map[string][]string{}
	for line := range strings.Lines(text) {
		table, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		known[table] = strings.Split(list, ", ")
	}
	return func(n sqlflow.Name) []string { return known[strings.ToLower(n.Table)] }
}

// render writes a script's lineage a line per fact: "target <- source", "*" as
// the target of what bears on all columns, "?" before what is not understood.
func render(script sqlflow.Script) string {
	var b strings.Builder
	for _, st := range script.Statements {
		if st.Kind == sqlflow.Other && len(st.Unknown) == 0 {
			continue
		}
		fmt.Fprintln(&b, strings.TrimSpace(string(st.Kind)+" "+st.Target.String()))
		for _, s := range st.Sources {
			fmt.Fprintf(&b, "  reads %s\n", s)
		}
		for _, c := range st.Columns {
			if len(c.From) == 0 {
				fmt.Fprintf(&b, "  %s <-\n", c.Target)
			}
			for _, s := range c.From {
				fmt.Fprintf(&b, "  %s <- %s\n", c.Target, source(s))
			}
		}
		for _, s := range st.Influences {
			fmt.Fprintf(&b, "  * <- %s\n", source(s))
		}
		for _, u := range st.Unknown {
			fmt.Fprintf(&b, "  ? %d:%d %s\n", u.Line, u.Column, u.What)
		}
	}
	for _, table := range script.Tables {
		b.WriteString(renderTable(table))
	}
	return b.String()
}

func source(s sqlflow.Source) string {
	masking := ""
	if s.Masking {
		masking = ", masking"
	}
	return fmt.Sprintf("%s.%s (%s/%s%s)", s.Table, s.Column, s.Subtype.Type(), s.Subtype, masking)
}

func renderTable(table sqlflow.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s %s\n", table.Name, strings.Join(slices.DeleteFunc([]string{
		table.Connector, table.Location, map[bool]string{true: "temporary"}[table.Temporary],
	}, func(s string) bool { return s == "" }), " "))
	for _, c := range table.Columns {
		fmt.Fprintf(&b, "  column %s %s\n", c.Name, strings.TrimSpace(fmt.Sprintf("%s %s", c.Type,
			strings.Join(slices.DeleteFunc([]string{
				map[bool]string{true: "computed"}[c.Computed], c.Metadata, map[bool]string{true: "virtual"}[c.Virtual],
			}, func(s string) bool { return s == "" }), " "))))
	}
	for _, key := range slices.Sorted(maps.Keys(table.Options)) {
		fmt.Fprintf(&b, "  option %s = %s\n", key, table.Options[key])
	}
	return b.String()
}
