package sqlflow_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/lineage/sqlflow"
)

// TestWrapped holds that a query has the same lineage however it is wrapped:
// in parentheses, as a query with a name, as a view, as a table.
func TestWrapped(t *testing.T) {
	t.Parallel()
	wraps := map[string]func(string) string{
		"parentheses": func(q string) string { return "(" + q + ")" },
		"subquery":    func(q string) string { return "SELECT * FROM (" + q + ") AS w" },
		"alias":       func(q string) string { return "SELECT w.* FROM (" + q + ") w" },
		"named":       func(q string) string { return "WITH w AS (" + q + ") SELECT * FROM w" },
		"view":        func(q string) string { return "CREATE VIEW w AS " + q + "; SELECT * FROM w" },
		"table":       func(q string) string { return "CREATE TABLE w AS " + q },
		"explained":   func(q string) string { return "EXPLAIN PLAN FOR " + q },
		"union":       func(q string) string { return "(" + q + ") UNION ALL (" + q + ")" },
	}
	queries := 0
	for name, q := range plainQueries(t) {
		opts := sqlflow.Options{Columns: columns(q.columns)}
		want := sqlflow.Analyze(q.sql, opts).Statements
		if len(want) != 1 || want[0].Kind != sqlflow.Select || len(want[0].Unknown) > 0 {
			continue
		}
		queries++
		for how, wrap := range wraps {
			statements := sqlflow.Analyze(wrap(q.sql), opts).Statements
			got := statements[len(statements)-1]
			if diff := cmp.Diff(lineageOf(want[0]), lineageOf(got)); diff != "" || len(got.Unknown) > 0 {
				t.Errorf("%s as %s: %v -want +got\n%s", name, how, got.Unknown, diff)
			}
		}
	}
	if queries < 10 {
		t.Errorf("%d queries", queries)
	}
}

type plainQuery struct{ sql, columns string }

// plainQueries are the scripts of the cases.
func plainQueries(t *testing.T) map[string]plainQuery {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]plainQuery{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var known string
		for _, f := range archive.Files {
			switch {
			case f.Name == "columns":
				known = string(f.Data)
			case !strings.HasSuffix(f.Name, ".want"):
				out[f.Name] = plainQuery{strings.TrimRight(string(f.Data), "; \n"), known}
			}
		}
	}
	return out
}

type lineage struct {
	Sources    []sqlflow.Name
	Columns    []sqlflow.ColumnFlow
	Influences []sqlflow.Source
}

func lineageOf(st sqlflow.Statement) lineage {
	return lineage{st.Sources, st.Columns, st.Influences}
}
