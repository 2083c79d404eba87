package sqlflow_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage/sqlflow"
	"github.com/accordhq/accord/schema/schematest"
)

// event is what these tests read of an OpenLineage event.
type event struct {
	Job struct {
		Facets struct {
			SQL struct{ Query string }
		}
	}
	Inputs, Outputs []dataset
}

type dataset struct {
	Name   string
	Facets struct {
		Schema        struct{ Fields []struct{ Name string } }
		ColumnLineage struct {
			Fields  map[string]struct{ InputFields []inputField }
			Dataset []inputField
		}
	}
}

type inputField struct {
	Name, Field     string
	Transformations []struct {
		Type, Subtype string
		Masking       bool
	}
}

// events decodes the shared events that are one JSON object; templates and
// logs of several are left out.
func events(t *testing.T, dir string) map[string]event {
	t.Helper()
	root := os.DirFS(schematest.Shared(t, "vectors", "openlineage", "events"))
	out := map[string]event{}
	err := fs.WalkDir(root, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		text, err := fs.ReadFile(root, name)
		var e event
		if json.Unmarshal(text, &e) == nil {
			out[path.Base(name)] = e
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// folded are edges that Hive does not report since its optimizer knows the
// value: the column equals a constant in WHERE. The text has them.
var folded = map[string][]string{
	"cllComplexQueryCTEJoinsComplete.json": {"b <- t1.b DIRECT/IDENTITY", "c <- t2.c DIRECT/IDENTITY"},
}

// TestHiveEvents compares with what OpenLineage's Hive integration reports of
// the same SQL.
func TestHiveEvents(t *testing.T) {
	t.Parallel()
	compared := 0
	for name, e := range events(t, "openlineage/integration/hive") {
		want := reported(e, nil)
		if e.Job.Facets.SQL.Query == "" || len(want) == 0 || strings.HasPrefix(e.Job.Facets.SQL.Query, "IMPORT") {
			continue
		}
		compared++
		got := found(t, e, e.Job.Facets.SQL.Query)
		got = slices.DeleteFunc(got, func(edge string) bool { return slices.Contains(folded[name], edge) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -Hive +got\n%s\n%s", name, diff, e.Job.Facets.SQL.Query)
		}
	}
	if compared < 10 {
		t.Errorf("%d events compared", compared)
	}
}

// The scenario's events have Spark's plan and no SQL; this is the plan in
// words.
const scenario = `
CREATE TABLE tbl1 STORED AS TEXTFILE LOCATION '/data/cll_test/tbl1' AS
SELECT t1.a AS ident, CONCAT(t1.b, 'test') AS trans, SUM(t2.c) AS agg
FROM (SELECT a, b FROM cll_source1) t1
JOIN (SELECT a, c FROM cll_source2 WHERE a > 1) t2 ON t1.a = t2.a
WHERE t1.a > 1
GROUP BY t1.a, t1.b`

// TestSparkScenario compares with what OpenLineage's Spark integration reports
// of the scenario CLL. As datasetLineageEnabled is off there, what bears on all
// columns is at each.
func TestSparkScenario(t *testing.T) {
	t.Parallel()
	compared := 0
	for name, e := range events(t, "compatibility-tests/consumer/scenarios/CLL") {
		spread := []string{"ident", "trans", "agg"}
		want := reported(e, spread)
		if len(want) == 0 {
			continue
		}
		compared++
		if diff := cmp.Diff(want, found(t, e, scenario)); diff != "" {
			t.Errorf("%s: -Spark +got\n%s", name, diff)
		}
	}
	if compared == 0 {
		t.Error("no event has column lineage")
	}
}

// TestSharedSQL reads all SQL there is in the events: nothing of it is beyond
// the parser but what is no SQL.
func TestSharedSQL(t *testing.T) {
	t.Parallel()
	read := 0
	for name, e := range events(t, ".") {
		query := e.Job.Facets.SQL.Query
		if query == "" || strings.HasPrefix(query, "IMPORT") || strings.HasPrefix(query, "LOAD") {
			continue
		}
		read++
		for _, st := range sqlflow.Analyze(query, sqlflow.Options{}).Statements {
			for _, u := range st.Unknown {
				if !strings.Contains(u.What, "known") {
					t.Errorf("%s: %d:%d: %s", name, u.Line, u.Column, u.What)
				}
			}
		}
	}
	if read < 15 {
		t.Errorf("%d texts read", read)
	}
}

// reported are the edges of an event. INDIRECT ones that are at every column of
// spread are those of the whole dataset.
func reported(e event, spread []string) []string {
	edges := map[string]bool{}
	for _, out := range e.Outputs {
		for target, field := range out.Facets.ColumnLineage.Fields {
			addEdges(edges, target, field.InputFields)
		}
		addEdges(edges, "*", out.Facets.ColumnLineage.Dataset)
	}
	for edge := range maps.Clone(edges) {
		target, from, _ := strings.Cut(edge, " ")
		everywhere := len(spread) > 0 && strings.Contains(edge, " INDIRECT/")
		for _, column := range spread {
			everywhere = everywhere && (edges[column+" "+from] || target == "*")
		}
		if everywhere {
			edges["* "+from] = true
		}
	}
	for edge := range maps.Clone(edges) {
		if target, from, _ := strings.Cut(edge, " "); target != "*" && edges["* "+from] {
			delete(edges, edge)
		}
	}
	return slices.Sorted(maps.Keys(edges))
}

func addEdges(edges map[string]bool, target string, inputs []inputField) {
	for _, in := range inputs {
		for _, how := range in.Transformations {
			edges[edge(target, shortName(in.Name), in.Field, how.Type, how.Subtype, how.Masking)] = true
		}
	}
}

// shortName is the last part of test.t1 and of /data/cll_test/t1.
func shortName(name string) string {
	return name[strings.LastIndexAny(name, "./")+1:]
}

func edge(target, table, column, kind, subtype string, masking bool) string {
	out := strings.ToLower(target + " <- " + table + "." + column)
	out += " " + kind + "/" + subtype
	if masking {
		out += " masking"
	}
	return out
}

// found are the edges read from SQL, with the columns the event's inputs and
// outputs have.
func found(t *testing.T, e event, sql string) []string {
	t.Helper()
	known := map[string][]string{}
	for _, d := range slices.Concat(e.Inputs, e.Outputs) {
		for _, field := range d.Facets.Schema.Fields {
			known[shortName(d.Name)] = append(known[shortName(d.Name)], field.Name)
		}
	}
	script := sqlflow.Analyze(sql, sqlflow.Options{
		Database: "test",
		Columns:  func(n sqlflow.Name) []string { return known[strings.ToLower(n.Table)] },
	})
	edges := map[string]bool{}
	add := func(target string, from []sqlflow.Source) {
		for _, s := range from {
			edges[edge(target, s.Table.Table, s.Column, s.Subtype.Type(), string(s.Subtype), s.Masking)] = true
		}
	}
	for _, st := range script.Statements {
		for _, u := range st.Unknown {
			t.Errorf("%d:%d: %s\n%s", u.Line, u.Column, u.What, sql)
		}
		for _, c := range st.Columns {
			add(c.Target, c.From)
		}
		add("*", st.Influences)
	}
	return slices.Sorted(maps.Keys(edges))
}
