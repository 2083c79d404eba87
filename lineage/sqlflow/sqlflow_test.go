package sqlflow_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage/sqlflow"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	opts := sqlflow.Options{Catalog: "c", Database: "d"}
	for sql, want := range map[string]string{
		"INSERT INTO t VALUES (1)":                         "c.d.t",
		"INSERT INTO x.t VALUES (1)":                       "c.x.t",
		"INSERT INTO y.x.t VALUES (1)":                     "y.x.t",
		"INSERT INTO z.y.x.t VALUES (1)":                   "z.y.x.t",
		"INSERT INTO `a.b` VALUES (1)":                     "c.d.a.b",
		"USE x; INSERT INTO t VALUES (1)":                  "c.x.t",
		"USE y.x; INSERT INTO t VALUES (1)":                "y.x.t",
		"USE CATALOG y; INSERT INTO t VALUES (1)":          "y.t",
		"USE DATABASE x; INSERT INTO t VALUES (1)":         "c.x.t",
		"USE CATALOG y; USE x; INSERT INTO t VALUES (1);;": "y.x.t",
	} {
		statements := sqlflow.Analyze(sql, opts).Statements
		if got := statements[len(statements)-1].Target.String(); got != want {
			t.Errorf("%s writes %s, want %s", sql, got, want)
		}
	}
}

// TestDialect: double quotes are a name or a string.
func TestDialect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		dialect, sql string
		columns      int // that filter
	}{
		{"", `SELECT a FROM t WHERE a = "b"`, 2},
		{"postgres", `SELECT a FROM t WHERE a = "b"`, 2},
		{"spark", `SELECT a FROM t WHERE a = "b"`, 1},
		{"Hive", `SELECT a FROM t WHERE a = "b"`, 1},
		{"", "SELECT `a` FROM t WHERE a = \"b\"", 1},
		{"", `SELECT a FROM t WHERE a = t."b"`, 2},
		{"spark", `SELECT a FROM t WHERE a = "it\"s"`, 1},
	} {
		st := sqlflow.Analyze(tt.sql, sqlflow.Options{Dialect: tt.dialect}).Statements[0]
		if len(st.Influences) != tt.columns || len(st.Unknown) > 0 {
			t.Errorf("%s in %q: %v, unknown %v", tt.sql, tt.dialect, st.Influences, st.Unknown)
		}
	}
}

func TestKafka(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"CREATE TABLE t (a INT) WITH ('connector'='kafka', 'topic'='a; b', 'properties.bootstrap.servers'='h:1')":  "a b @ h:1",
		"CREATE TABLE t (a INT) WITH ('connector'='upsert-kafka', 'topic'='a')":                                    "a @ ",
		"CREATE TABLE t (a INT) WITH ('connector'='kafka', 'topic-pattern'='a.*')":                                 " @ ",
		"CREATE TABLE `a.b` (a INT) WITH ('connector'='confluent')":                                                "a.b @ ",
		"CREATE STREAM t (a INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='AVRO')":                                      "a @ ",
		"CREATE TABLE t USING kafka OPTIONS (subscribe 'a,b', kafka.bootstrap.servers 'h:1,h:2')":                  "a b @ h:1,h:2",
		"CREATE TABLE t (a INT) WITH ('connector'='jdbc', 'topic'='a', 'properties.bootstrap.servers'='h:1')":      " @ ",
		"CREATE TABLE o (a INT) WITH ('connector'='kafka', 'topic'='a'); CREATE TABLE t WITH ('topic'='b') LIKE o": "b @ ",
	} {
		tables := sqlflow.Analyze(sql, sqlflow.Options{}).Tables
		topics, bootstrap := tables[len(tables)-1].Kafka()
		if got := strings.Join(topics, " ") + " @ " + bootstrap; got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

// TestColumnsAskedOnce: who answers for a table's columns is asked once a
// script, and not for what the script declares.
func TestColumnsAskedOnce(t *testing.T) {
	t.Parallel()
	var asked []string
	sqlflow.Analyze(`CREATE TABLE declared (a INT) WITH ('connector' = 'kafka');
		INSERT INTO declared SELECT a FROM stored s JOIN Stored t USING (a);
		INSERT INTO stored SELECT * FROM declared`,
		sqlflow.Options{Columns: func(n sqlflow.Name) []string {
			asked = append(asked, n.String())
			return []string{"a"}
		}})
	if diff := cmp.Diff([]string{"stored"}, asked); diff != "" {
		t.Errorf("-want +asked\n%s", diff)
	}
}

// TestUnknownPlaces: what is not understood is where it stands, in order.
func TestUnknownPlaces(t *testing.T) {
	t.Parallel()
	script := sqlflow.Analyze("SELECT id;\n\nINSERT INTO a\n  SELECT x, y FROM b b1, b b2\n  WHERE ü = ", sqlflow.Options{
		Columns: func(n sqlflow.Name) []string { return map[string][]string{"b": {"x"}}[n.Table] },
	})
	var got []string
	for _, st := range script.Statements {
		for _, u := range st.Unknown {
			got = append(got, strings.Join([]string{string(st.Kind), u.What}, ": "))
			if u.Line < st.Line {
				t.Errorf("%+v is before its statement at %+v", u, st.Position)
			}
		}
	}
	want := []string{
		"SELECT: no table that is read here has a column id",
		"INSERT: the columns of a are not known: they are taken to be called as the query calls them",
		"INSERT: several tables have a column x: say whose is meant",
		"INSERT: no table that is read here has a column y",
		"INSERT: no table that is read here has a column ü",
		"INSERT: an expression was expected, not the end of the statement",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
