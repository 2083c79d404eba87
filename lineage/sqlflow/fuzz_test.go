package sqlflow_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/lineage/sqlflow"
)

// FuzzAnalyze holds what must be true of any text: no panic, places inside the
// text, tables of edges among the sources, indirect influences.
func FuzzAnalyze(f *testing.F) {
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, script := range archive.Files {
			if !strings.HasSuffix(script.Name, ".want") {
				f.Add(string(script.Data))
			}
		}
	}
	for _, text := range []string{
		"", ";", "'", "`", "/*", "$$", "[", "((((", "SELECT", "WITH", "FROM", "CREATE TABLE", "INSERT INTO", "CREATE TABLE t (", "SELECT * FROM t t(", "\xff\xfe", "CASE WHEN", "SELECT a[", "MERGE INTO t USING", "UPDATE t SET (a,b)=(",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		script := sqlflow.Analyze(sql, sqlflow.Options{Columns: func(n sqlflow.Name) []string {
			if n.Table == "a" {
				return []string{"id", "name"}
			}
			return nil
		}})
		lines := strings.Count(sql, "\n") + 1
		for _, st := range script.Statements {
			for _, u := range st.Unknown {
				if u.Line < 1 || u.Line > lines || u.Column < 1 || u.What == "" {
					t.Errorf("unknown %+v", u)
				}
			}
			checkSources(t, st)
		}
	})
}

func checkSources(t *testing.T, st sqlflow.Statement) {
	t.Helper()
	read := map[string]bool{}
	for _, name := range st.Sources {
		read[strings.ToLower(name.String())] = true
	}
	check := func(from []sqlflow.Source) {
		for _, s := range from {
			if !read[strings.ToLower(s.Table.String())] {
				t.Errorf("%+v comes from a table that is not read: %v", s, st.Sources)
			}
		}
	}
	for _, c := range st.Columns {
		check(c.From)
	}
	check(st.Influences)
	for _, s := range st.Influences {
		if s.Subtype.Type() != "INDIRECT" {
			t.Errorf("influence %+v", s)
		}
	}
}
