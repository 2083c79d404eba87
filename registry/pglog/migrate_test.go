package pglog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accordhq/accord/registry/pglog/pgtest"
	"github.com/accordhq/accord/registry/sqlstore"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	conn, schema := connect(t, dsn)
	scripts, err := sqlstore.Scripts(embedded, "migrations")
	check(t, err)
	first, err := migrate(t.Context(), conn, schema, scripts)
	check(t, err)
	had := len(scripts)
	next := append(slices.Clip(scripts), "CREATE TABLE second (x int); INSERT INTO second VALUES (2)", "CREATE TABLE third (x int)")
	broken := append(slices.Clip(next[:had+1]), "CREATE TABLE second (x int)")

	if _, err := migrate(t.Context(), conn, schema, broken); err == nil || !strings.Contains(err.Error(), fmt.Sprint("migration ", had+2)) {
		t.Errorf("a broken migration: got %v, want an error that names migration %d", err, had+2)
	}
	if got := pgtest.Query(t, dsn, "SELECT version::text FROM accord_meta"); got != strconv.Itoa(had) {
		t.Errorf("a broken migration left version %s, want %d", got, had)
	}
	// Replicas are upgraded at the same time: each migration is applied once.
	var upgrades sync.WaitGroup
	for range 4 {
		conn, schema := connect(t, dsn)
		upgrades.Go(func() {
			got, err := migrate(t.Context(), conn, schema, next)
			if want := (stamp{first.identity, had + 2}); err != nil || got != want {
				t.Errorf("got %v (%v), want %v", got, err, want)
			}
		})
	}
	upgrades.Wait()
	if got := pgtest.Query(t, dsn, "SELECT version || ' ' || x FROM accord_meta, second"); got != fmt.Sprint(had+2, " 2") {
		t.Errorf("after migrating: got %q, want version %d and the value 2", got, had+2)
	}
	if _, err := migrate(t.Context(), conn, schema, scripts); !errors.Is(err, errTooNew) {
		t.Errorf("an older program: got %v, want errTooNew", err)
	}
}

// A schema's name is any text.
func TestSchemaNames(t *testing.T) {
	t.Parallel()
	server := pgtest.DSN(t)
	for _, name := range []string{`Überall "x"; --`, strings.Repeat("n", 63)} {
		name += pgtest.Query(t, server, "SELECT to_char(clock_timestamp(), 'US')")
		name = name[max(0, len(name)-63):]
		quoted := pgx.Identifier{name}.Sanitize()
		pgtest.Exec(t, server, "CREATE SCHEMA "+quoted)
		t.Cleanup(func() { pgtest.ExecLater(t, server, "DROP SCHEMA "+quoted+" CASCADE") })
		log, err := Open(t.Context(), pgtest.With(t, server, "search_path", quoted), Options{})
		check(t, err)
		if log.schema != name {
			t.Errorf("the log is in schema %q, want %q", log.schema, name)
		}
		check(t, log.Close())
	}
}

func TestOldServersAreRefused(t *testing.T) {
	t.Parallel()
	for version, says := range map[int]string{150000: "", 180003: "", 140019: "PostgreSQL 14.19: version 15 or newer"} {
		if err := supported(version); (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%d: got %v, want %q", version, err, says)
		}
	}
}

// Every state that an operator can do something about has a hint, of its own
// or its class's, and no hint hides the server's words.
func TestHints(t *testing.T) {
	t.Parallel()
	for state, says := range map[string]string{
		"53100": "disk is full",
		"53300": "max_connections",
		"25006": "name the primary",
		"57P01": "shutting down",
		"57P03": "starting up",
		"55P03": "lock",
		"40P01": "broke off",
		"28P01": "check user, password",
		"08006": "check the network",
		"58030": "disk failed",
		"57014": "too slow",
		"99999": "append to log db: ERROR: words",
	} {
		err := (&server{what: "log", name: "db"}).failure(t.Context(), "append to", fmt.Errorf("wrapped: %w", &pgconn.PgError{Severity: "ERROR", Code: state, Message: "words"}))
		if state == "99999" {
			says = "append to log db: wrapped: ERROR: words"
		}
		if !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "words") {
			t.Errorf("%s: got %q, want it to say %q and the server's words", state, err, says)
		}
	}
}

func connect(t *testing.T, dsn string) (*pgx.Conn, string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	check(t, err)
	t.Cleanup(func() { check(t, conn.Close(t.Context())) })
	schema, err := schemaOf(t.Context(), conn)
	check(t, err)
	return conn, schema
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
