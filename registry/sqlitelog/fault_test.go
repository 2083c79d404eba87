package sqlitelog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/sqlstore"
)

// Open says what is wrong with a path or a file and what to do about it, and
// leaves the file as it is.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		path  string // below a folder of the test's own
		steps []step // that put something there
		says  string
	}{
		{"an empty path", "", nil, "name a file"},
		{"a folder", "x", []step{folder("")}, "name a file in it"},
		{"a missing folder", "missing/accord.db", nil, "create it first"},
		{"a text", "x", []step{text(strings.Repeat("text ", 1000))}, "not a SQLite database"},
		{"a short text", "x", []step{text("text")}, "not a SQLite database"},
		{"a file for a folder", "x/accord.db", []step{inFolder(text(""))}, "not a directory"},
		{"another program's database", "x", []step{script("CREATE TABLE t (x)")}, "another program"},
		{"another program's empty database", "x", []step{script("PRAGMA application_id = 1; CREATE TABLE t (x); DROP TABLE t")}, "another program"},
		{"a newer version's log", "x", []step{create, script("PRAGMA user_version = 99")}, "upgrade accord"},
		{"a damaged log", "x", []step{create, damage}, "restore a backup"},
		{"a folder in SQLite's way", "x", []step{create, folder("-wal")}, "let this user write"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := tc.path
			if path != "" {
				path = filepath.Join(t.TempDir(), path)
			}
			for _, do := range tc.steps {
				do(t, path)
			}
			before, _ := os.ReadFile(path)
			log, err := Open(t.Context(), path, Options{})
			if err == nil {
				_ = log.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %q, want it to name the path and say %q", err, tc.says)
			}
			if after, _ := os.ReadFile(path); !slices.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// The log and what is observed have files of their own.
func TestOpenLineageRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "accord.db")
	create(t, path)
	if _, err := OpenLineage(t.Context(), path, Options{}); !errors.Is(err, errForeign) {
		t.Errorf("the file of a log: got %v, want errForeign", err)
	}
	path += ".lineage"
	store, err := OpenLineage(t.Context(), path, Options{})
	check(t, err)
	check(t, store.Close())
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, errForeign) {
		t.Errorf("the file of observations: got %v, want errForeign", err)
	}
}

// What does not fit on the disk is refused whole, and the store goes on when
// there is room.
func TestObserveOnAFullDisk(t *testing.T) {
	t.Parallel()
	store, err := OpenLineage(t.Context(), filepath.Join(t.TempDir(), "lineage.db"), Options{})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	facts, events := make([]lineage.Fact, 500), make([]lineage.Event, 500)
	for i := range facts {
		body := fmt.Appendf(nil, "%0250d", i)
		facts[i] = lineage.Fact{Kind: lineage.KindRun, Key: strconv.Itoa(i), Body: body}
		events[i] = lineage.Event{Digest: sha256.Sum256(body), Body: body}
	}
	pragma(t, store.write, "PRAGMA max_page_count = 1")
	if err := store.Put(t.Context(), facts); err == nil || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("put: got %v, want an error that says to free some space", err)
	}
	if _, err := store.Record(t.Context(), events); err == nil || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("record: got %v, want an error that says to free some space", err)
	}
	if h, err := store.heads(t.Context()); err != nil || h != (sqlstore.Heads{}) {
		t.Errorf("the heads moved to %v (%v)", h, err)
	}
	if got := pragma(t, store.write, "SELECT (SELECT count(*) FROM facts) + (SELECT count(*) FROM events)"); got != "0" {
		t.Errorf("%s rows were written", got)
	}
	pragma(t, store.write, "PRAGMA max_page_count = 1000000")
	check(t, store.Put(t.Context(), facts))
	if fresh, err := store.Record(t.Context(), events); err != nil || fresh != len(events) {
		t.Errorf("when there is room: %d are fresh (%v)", fresh, err)
	}
}

// Every question that is asked often has an index, however many facts there
// are.
func TestLineageQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	store, err := OpenLineage(t.Context(), filepath.Join(t.TempDir(), "lineage.db"), Options{})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	list := func(q lineage.Query) *sqlstore.Clause { return dialect.List(lineage.KindRun, q) }
	const facts = "SELECT seq, " + factColumns + " FROM facts"
	kinds, args := ofKinds(0, 1, []lineage.Kind{lineage.KindNode, lineage.KindEdge})
	for _, tt := range []struct {
		query  string
		clause *sqlstore.Clause
		index  string
	}{
		{facts, list(lineage.Query{}), "facts_by_key"},
		{facts, list(lineage.Query{Newest: true}), "facts_by_last"},
		{facts, list(lineage.Query{Newest: true, Since: time.UnixMicro(1)}), "facts_by_last"},
		{facts, list(lineage.Query{Scope: "s", Newest: true}), "facts_by_scope"},
		{kinds, &sqlstore.Clause{Args: args}, "facts_by_kind"},
		{"SELECT * FROM events", dialect.Events(lineage.EventQuery{Newest: true}), "events_by_time"},
	} {
		query := tt.query + tt.clause.String()
		rows, err := store.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, tt.clause.Args...)
		check(t, err)
		var plan []string
		for rows.Next() {
			var detail string
			check(t, rows.Scan(new(int), new(int), new(int), &detail))
			plan = append(plan, detail)
		}
		check(t, rows.Err())
		if !strings.Contains(strings.Join(plan, "\n"), tt.index) {
			t.Errorf("%s\ndoes without %s:\n%s", query, tt.index, strings.Join(plan, "\n"))
		}
	}
}

// A disk that is full or may not be written refuses an append, whole, and the
// log goes on when it can be written again.
func TestAppendToABadDisk(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, breaks, mends, says string }{
		{"full", "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "free some space"},
		{"read-only", "PRAGMA query_only = on", "PRAGMA query_only = off", "let this user write"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log := openFile(t, filepath.Join(t.TempDir(), "accord.db"))
			pragma(t, log.write, tc.breaks)
			recs := make([]registry.Record, 100)
			for i := range recs {
				recs[i] = registry.Record{Op: registry.OpPut, Body: make([]byte, 1000)}
			}
			_, err := log.Append(t.Context(), registry.Offset{}, recs...)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want an error that says %q", err, tc.says)
			}
			pragma(t, log.write, tc.mends)
			if _, err := log.Append(t.Context(), registry.Offset{}, recs...); err != nil {
				t.Errorf("after it was mended: %v", err)
			}
		})
	}
}

// A cancelled append may cost its connection; the next one must be as durable.
func TestEveryConnectionIsDurable(t *testing.T) {
	t.Parallel()
	log := openFile(t, filepath.Join(t.TempDir(), "accord.db"))
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		_, _ = log.Append(ctx, registry.Offset{}, registry.Record{Op: registry.OpPut})
		for name, want := range map[string]string{"synchronous": "2", "secure_delete": "1", "journal_mode": "wal"} {
			if got := pragma(t, log.write, "PRAGMA "+name); got != want {
				t.Fatalf("%s is %q, want %q", name, got, want)
			}
		}
	}
	log.write.SetMaxIdleConns(0) // from here every use has a new connection
	if got := pragma(t, log.write, "PRAGMA synchronous"); got != "2" {
		t.Errorf("synchronous is %q on a new connection, want 2", got)
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "accord.db")
	create(t, path)
	db := database(t, path)
	scripts, err := sqlstore.Scripts(embedded, "migrations")
	check(t, err)
	had := len(scripts)
	next := append(slices.Clip(scripts), "CREATE TABLE second (x); INSERT INTO second VALUES (2)", "CREATE TABLE third (x)")
	broken := append(slices.Clip(next[:had+1]), "CREATE TABLE second (x)")

	if err := logFile.migrate(t.Context(), db, broken); err == nil || !strings.Contains(err.Error(), fmt.Sprint("migration ", had+2)) {
		t.Errorf("a broken migration: got %v, want an error that names migration %d", err, had+2)
	}
	if got := pragma(t, db, "PRAGMA user_version"); got != strconv.Itoa(had) {
		t.Errorf("a broken migration left version %s, want %d", got, had)
	}
	for range 2 {
		check(t, logFile.migrate(t.Context(), db, next))
		if got := pragma(t, db, "SELECT user_version || ' ' || x FROM pragma_user_version, second"); got != fmt.Sprint(had+2, " 2") {
			t.Errorf("after migrating: got %q, want version %d and the value 2", got, had+2)
		}
	}
	if err := logFile.migrate(t.Context(), db, scripts); !errors.Is(err, errTooNew) {
		t.Errorf("an older program: got %v, want errTooNew", err)
	}
}

// What the settings promise is worth nothing where SQLite ignores them.
func TestExpect(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	if err := expect(t.Context(), db, "PRAGMA journal_mode = WAL", "wal"); err == nil || !strings.Contains(err.Error(), "local disk") {
		t.Errorf("a database without a write-ahead log: got %v, want advice to use a local disk", err)
	}
}

// step prepares what Open finds at a path.
type step func(t *testing.T, path string)

func text(content string) step {
	return func(t *testing.T, path string) {
		t.Helper()
		check(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

func folder(suffix string) step {
	return func(t *testing.T, path string) {
		t.Helper()
		check(t, os.Mkdir(path+suffix, 0o700))
	}
}

// inFolder does at the path's folder what do does at a path.
func inFolder(do step) step {
	return func(t *testing.T, path string) {
		t.Helper()
		do(t, filepath.Dir(path))
	}
}

// script runs SQL on a file that nobody has open.
func script(statements string) step {
	return func(t *testing.T, path string) {
		t.Helper()
		db, err := sql.Open("sqlite", dsn(path, time.Second))
		check(t, err)
		_, err = db.ExecContext(t.Context(), statements)
		check(t, err)
		check(t, db.Close())
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// create makes a log with entries and closes it.
func create(t *testing.T, path string) {
	t.Helper()
	log := openFile(t, path)
	_, err := log.Append(t.Context(), registry.Offset{}, make([]registry.Record, 500)...)
	check(t, err)
	check(t, log.Close())
}

// damage overwrites all but the beginning of a file.
func damage(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	check(t, err)
	info, err := file.Stat()
	check(t, err)
	_, err = file.WriteAt([]byte(strings.Repeat("\xff", int(info.Size())-200)), 200)
	check(t, err)
	check(t, file.Close())
}

func openFile(t *testing.T, path string) *Log {
	t.Helper()
	log, err := Open(t.Context(), path, Options{PollInterval: time.Millisecond})
	check(t, err)
	t.Cleanup(func() { check(t, log.Close()) })
	return log
}

func database(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, time.Second))
	check(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { check(t, db.Close()) })
	return db
}

// pragma returns what a one-row query answers, "" if it has no row.
func pragma(t *testing.T, db *sql.DB, text string) (answer string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), text).Scan(&answer); err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	return answer
}
