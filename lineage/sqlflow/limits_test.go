package sqlflow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accordhq/accord/lineage/sqlflow"
)

// TestHostile reads what is made to take long or to overflow a stack. Each must
// be said not to be understood, in time.
func TestHostile(t *testing.T) {
	t.Parallel()
	const many = 100_000
	doubling := "WITH c0 AS (SELECT * FROM a)"
	for i := range 40 {
		doubling += fmt.Sprintf(", c%d AS (SELECT x.*, y.* FROM c%d x, c%d y)", i+1, i, i)
	}
	wide := "SELECT 1 AS x0"
	for i := range 2_000 {
		wide += fmt.Sprintf(", id + name AS x%d", i+1)
	}
	for name, sql := range map[string]string{
		"parentheses":       "SELECT " + strings.Repeat("(", many) + "1" + strings.Repeat(")", many) + " FROM a",
		"open parentheses":  "SELECT * FROM " + strings.Repeat("(", many),
		"subqueries":        strings.Repeat("SELECT * FROM (", many) + "SELECT 1",
		"scalar subqueries": strings.Repeat("SELECT (", many) + "SELECT 1",
		"cases":             "SELECT " + strings.Repeat("CASE WHEN a THEN ", many),
		"functions":         "SELECT " + strings.Repeat("f(", many),
		"indexes":           "SELECT a" + strings.Repeat("[1", many),
		"negations":         "SELECT " + strings.Repeat("NOT - ", many) + "a FROM a",
		"doubled columns":   doubling + " SELECT * FROM c40",
		"types":             "CREATE TABLE t (a " + strings.Repeat("ROW<a ", many),
		"brackets":          "SELECT " + strings.Repeat("[a ", many),
		"joins":             "SELECT * FROM a" + strings.Repeat(" JOIN (a", many),
		"wide":              "CREATE VIEW v AS " + wide + " FROM a; " + strings.Repeat("SELECT * FROM v; ", 5_000),
		"statements":        strings.Repeat("SELECT 1;", many),
		"tokens":            "SELECT " + strings.Repeat("1,", 600_000) + "1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := sqlflow.Analyze(sql, sqlflow.Options{Columns: func(sqlflow.Name) []string { return []string{"id", "name"} }})
			unknown := 0
			for _, st := range script.Statements {
				unknown += len(st.Unknown)
			}
			if unknown == 0 {
				t.Error("nothing is said not to be understood")
			}
		})
	}
}

// TestLong reads long statements that are in order.
func TestLong(t *testing.T) {
	t.Parallel()
	const many = 20_000
	columns := func(sqlflow.Name) []string { return []string{"id", "name"} }
	var ctes strings.Builder
	ctes.WriteString("WITH c0 AS (SELECT id FROM a)")
	for i := range many {
		fmt.Fprintf(&ctes, ", c%d AS (SELECT id FROM c%d WHERE id > %d)", i+1, i, i)
	}
	fmt.Fprintf(&ctes, " SELECT * FROM c%d", many)
	for name, sql := range map[string]string{
		"operators": "SELECT id" + strings.Repeat(" + id", many) + " FROM a",
		"values":    "INSERT INTO a VALUES (1, 'x')" + strings.Repeat(", (2, 'it''s')", many),
		"union":     "SELECT id FROM a" + strings.Repeat(" UNION ALL SELECT id FROM b", many),
		"queries":   ctes.String(),
		"columns":   "SELECT " + strings.Repeat("a.id, ", many) + "name FROM a",
		"casts":     "SELECT id" + strings.Repeat("::int", many) + " FROM a",
		"fields":    "SELECT id" + strings.Repeat("[1].id", many) + " FROM a",
		"indexes":   "SELECT id" + strings.Repeat("[name]", many) + " FROM a",
		"views":     "CREATE VIEW v AS SELECT id FROM a;" + strings.Repeat("CREATE OR REPLACE VIEW v AS SELECT id FROM v WHERE id > 1;", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statements := sqlflow.Analyze(sql, sqlflow.Options{Columns: columns}).Statements
			if last := statements[len(statements)-1]; len(last.Unknown) > 0 || len(last.Columns) == 0 {
				t.Errorf("%d columns, unknown %v", len(last.Columns), last.Unknown)
			}
		})
	}
}
