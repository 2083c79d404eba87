package pglog_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/pglog"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// Notifications wake who waits, so here there is no polling.
func TestConformance(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	logtest.Run(t, func(t *testing.T) registry.Log {
		t.Helper()
		return open(t, pgtest.Schema(t), pglog.Options{PollInterval: time.Hour})
	})
}

func TestConformancePersistent(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	schemaOf := schemas(t)
	logtest.RunPersistent(t, func(t *testing.T, path string) registry.Log {
		t.Helper()
		return open(t, schemaOf(t, path), pglog.Options{PollInterval: time.Hour})
	})
}

// schemas gives each path of a suite a schema of its own.
func schemas(t *testing.T) func(t *testing.T, path string) (dsn string) {
	t.Helper()
	var mu sync.Mutex
	made := map[string]string{}
	return func(t *testing.T, path string) string {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if made[path] == "" {
			made[path] = pgtest.Schema(t)
		}
		return made[path]
	}
}

func TestLeaseConformance(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	logtest.RunLease(t, func(t *testing.T) (one, other registry.Lease) {
		t.Helper()
		dsn := pgtest.Schema(t)
		return open(t, dsn, pglog.Options{}), open(t, dsn, pglog.Options{})
	})
}

// Polling alone is enough, for where notifications do not arrive.
func TestWaitByPolling(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	log := open(t, dsn, pglog.Options{PollInterval: 10 * time.Millisecond})
	woken := make(chan error)
	go func() { woken <- log.Wait(t.Context(), registry.Offset{}) }()
	// As an append does it, but for the notification.
	pgtest.Exec(t, dsn, `INSERT INTO accord_entries (seq, kind, id, op, time_ms, actor, change, optional, facts)
		VALUES (1, 'k', '', 1, 0, '', 'c', false, '')`)
	select {
	case err := <-woken:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody looked")
	}
}

// Poolers that know no prepared statements want another mode of the driver,
// which the connection string names.
func TestWithoutPreparedStatements(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	logtest.Run(t, func(t *testing.T) registry.Log {
		t.Helper()
		return open(t, pgtest.With(t, pgtest.Schema(t), "default_query_exec_mode", "exec"), pglog.Options{})
	})
}

// Operators read the log with psql.
func TestViewForOperators(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	log := open(t, dsn, pglog.Options{})
	rec := registry.Record{
		Key: registry.Key{Kind: "schema", ID: "заказы\x00value"}, Op: registry.OpDelete,
		Time: time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.UTC), Actor: "user:ada", Change: "c1",
		Facts: []byte(`{"id":7}`), Body: []byte(`"string"`),
	}
	if _, err := log.Append(t.Context(), registry.Offset{}, rec); err != nil {
		t.Fatal(err)
	}
	got := pgtest.Query(t, dsn, `SELECT concat_ws(' ', seq, time AT TIME ZONE 'UTC', actor, change, op, kind, id, facts::json ->> 'id', body) FROM accord_log`)
	want := `1 2026-03-14 15:09:26.535 user:ada c1 delete schema заказы value 7 "string"`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the view (-want +got):\n%s", d)
	}
}

// An acknowledged append is on disk, whatever is the default of the role.
func TestAppendIsDurable(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"off": "on", "local": "on", "on": "on", "remote_apply": "remote_apply"} {
		dsn := pgtest.Schema(t)
		log := open(t, dsn, pglog.Options{})
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		// What the transaction ran with is noted as it ends.
		pgtest.Exec(t, dsn, `CREATE TABLE noted (setting text);
			CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN INSERT INTO noted VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
			CREATE CONSTRAINT TRIGGER note AFTER INSERT ON accord_entries DEFERRABLE INITIALLY DEFERRED
				FOR EACH ROW EXECUTE FUNCTION note()`)
		log = open(t, pgtest.With(t, dsn, "synchronous_commit", setting), pglog.Options{})
		if _, err := log.Append(t.Context(), registry.Offset{}, logtest.Bystander()); err != nil {
			t.Fatal(err)
		}
		if got := pgtest.Query(t, dsn, "SELECT setting FROM noted"); got != want {
			t.Errorf("with synchronous_commit = %s an append commits with %s, want %s", setting, got, want)
		}
	}
}

// Once the tables are there a role needs no more than docs/postgres.md says.
func TestLeastRights(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	guest := unprivileged(t, dsn)
	if err := open(t, dsn, pglog.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	schema := pgtest.Query(t, dsn, "SELECT current_schema()")
	pgtest.Exec(t, dsn, fmt.Sprintf(`GRANT SELECT ON ALL TABLES IN SCHEMA %[1]s TO %[1]s_guest;
		GRANT INSERT, UPDATE ON accord_entries TO %[1]s_guest; GRANT INSERT, DELETE ON accord_bodies TO %[1]s_guest`, schema))
	log := open(t, guest, pglog.Options{})
	rec := logtest.Bystander()
	rec.Body = []byte("text")
	at, err := log.Append(t.Context(), registry.Offset{}, rec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), at, registry.Record{Key: rec.Key, Op: registry.OpErase}); err != nil {
		t.Fatal(err)
	}
	if e, err := log.Get(t.Context(), at); err != nil || len(e.Body) > 0 {
		t.Errorf("got body %q (%v), want none", e.Body, err)
	}
}

// A name is for messages: it says which database and no password.
func TestName(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, name := range []string{"PGUSER", "PGHOST", "PGPORT", "PGDATABASE", "PGSERVICE"} {
		t.Setenv(name, "") // what is left out of a name comes from there
	}
	for dsn, want := range map[string]string{
		"postgres://ada:s3cret@db.example.org/accord":                      "postgres:ada@db.example.org:5432/accord",
		"postgres://ada:s3cret@[::1]:6543/accord?search_path=registry":     "postgres:ada@[::1]:6543/accord schema registry",
		"postgres://ada:s3cret@a,b:6543/accord":                            "postgres:ada@a:5432,b:6543/accord",
		"host=/var/run/postgresql user=ada password=s3cret dbname=a":       "postgres:ada@/var/run/postgresql/a",
		"postgres://ada@h/accord?password=s3cret":                          "postgres:ada@h:5432/accord",
		"postgres://ada:s3cret/x@h/accord":                                 "postgres:",
		"postgres://ada:s3cret%zz@h/accord":                                "postgres:",
		"host=h user=ada password='s3cret":                                 "postgres:",
		"postgres://ada:s3cret@h/accord?sslmode=sometimes&password=s3cret": "postgres:",
	} {
		if got := pglog.Name(dsn); got != want {
			t.Errorf("%s is named %q, want %q", dsn, got, want)
		}
		if strings.HasPrefix(want, "postgres:ada") {
			continue
		}
		_, err := pglog.Open(t.Context(), dsn, pglog.Options{})
		if err == nil || strings.Contains(err.Error(), "s3c") || !strings.Contains(err.Error(), "not a connection string") {
			t.Errorf("%s: got %v, want an error about its form that keeps the password", dsn, err)
		}
	}
}

// open opens a log; the test closes it.
func open(tb testing.TB, dsn string, opts pglog.Options) *pglog.Log {
	tb.Helper()
	log, err := pglog.Open(tb.Context(), dsn, opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := log.Close(); err != nil {
			tb.Error(err)
		}
	})
	return log
}
