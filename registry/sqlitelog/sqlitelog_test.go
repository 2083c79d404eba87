package sqlitelog_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/sqlitelog"
)

// One handle needs no polling, so here there is none.
func TestConformance(t *testing.T) {
	t.Parallel()
	logtest.Run(t, func(t *testing.T) registry.Log {
		t.Helper()
		return openPolling(t, filepath.Join(t.TempDir(), "accord.db"), time.Hour)
	})
}

func TestConformancePersistent(t *testing.T) {
	t.Parallel()
	logtest.RunPersistent(t, func(t *testing.T, path string) registry.Log {
		t.Helper()
		return openPolling(t, filepath.Join(path, "accord.db"), 5*time.Millisecond)
	})
}

func TestLeaseConformance(t *testing.T) {
	t.Parallel()
	logtest.RunLease(t, func(t *testing.T) (one, other registry.Lease) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "accord.db")
		return open(t, path), open(t, path)
	})
}

// What a path holds must not change what it means.
func TestOpenPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{":memory:", "a b?mode=ro#x%20.db", "..db", "ключ.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			log := open(t, path)
			if _, err := log.Append(t.Context(), registry.Offset{}, logtest.Bystander()); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Size() == 0 {
				t.Errorf("no file at the path: %v", err)
			}
		})
	}
}

func TestOpenRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	open(t, ":memory:")
	if _, err := os.Stat(":memory:"); err != nil {
		t.Errorf("no file at the path: %v", err)
	}
}

func TestOpenWithCancelledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqlitelog.Open(ctx, filepath.Join(t.TempDir(), "accord.db"), sqlitelog.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// The bytes of an erased body must leave the files, not only the answers.
func TestEraseLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	log := open(t, filepath.Join(folder, "accord.db"))
	secret := bytes.Repeat([]byte("jane@example.org "), 1000)
	rec := registry.Record{Key: registry.Key{Kind: "k", ID: "a"}, Op: registry.OpPut, Facts: secret[:170], Body: secret}
	at, err := log.Append(t.Context(), registry.Offset{}, rec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), at, registry.Record{Key: rec.Key, Op: registry.OpErase}); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		t.Errorf("closing left %d files, want the database alone: %v", len(files), files)
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, secret[:16]) {
			t.Errorf("%s still holds the erased text", file.Name())
		}
	}
}

// Operators read the log with any SQLite shell.
func TestViewForOperators(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "accord.db")
	log := open(t, path)
	rec := registry.Record{
		Key: registry.Key{Kind: "schema", ID: "orders-value"}, Op: registry.OpDelete,
		Time: time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.UTC), Actor: "user:ada", Change: "c1",
		Facts: []byte(`{"id":7}`), Body: []byte(`"string"`),
	}
	if _, err := log.Append(t.Context(), registry.Offset{}, rec); err != nil {
		t.Fatal(err)
	}
	got := query(t, path, `SELECT concat_ws(' ', seq, time, actor, change, op, kind, id, facts ->> 'id', body) FROM log`)
	want := `1 2026-03-14T15:09:26.535Z user:ada c1 delete schema orders-value 7 "string"`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the view (-want +got):\n%s", d)
	}
}

// A writer in another process makes an append wait, no longer than it was told
// to and no longer than its context.
func TestAppendWhileAnotherProcessWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "accord.db")
	open(t, path)
	other, err := connect(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name             string
		busy, deadline   time.Duration
		want             error
		says             string
		releaseMeanwhile bool
	}{
		{name: "gives up", busy: 20 * time.Millisecond, deadline: time.Minute, says: "another process holds the file"},
		{name: "context ends", busy: time.Minute, deadline: 20 * time.Millisecond, want: context.DeadlineExceeded},
		{name: "lock is released", busy: time.Minute, deadline: time.Minute, releaseMeanwhile: true},
	} {
		log, err := sqlitelog.Open(t.Context(), path, sqlitelog.Options{BusyTimeout: tc.busy})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), tc.deadline)
		if tc.releaseMeanwhile {
			if _, err := other.ExecContext(ctx, "COMMIT"); err != nil {
				t.Fatal(err)
			}
		}
		_, err = log.Append(ctx, registry.Offset{}, logtest.Bystander())
		switch {
		case tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)):
			t.Errorf("%s: got %v, want an error that says %q", tc.name, err, tc.says)
		case tc.says == "" && !errors.Is(err, tc.want):
			t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
		}
		cancel()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	}
}

// open opens a log; the test closes it.
func open(tb testing.TB, path string) *sqlitelog.Log {
	tb.Helper()
	return openPolling(tb, path, 0)
}

func openPolling(tb testing.TB, path string, interval time.Duration) *sqlitelog.Log {
	tb.Helper()
	log, err := sqlitelog.Open(tb.Context(), path, sqlitelog.Options{PollInterval: interval})
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

// connect opens the file as an operator would.
func connect(tb testing.TB, path string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// query returns the one text that a query answers.
func query(tb testing.TB, path, text string) (answer string) {
	tb.Helper()
	if err := connect(tb, path).QueryRowContext(tb.Context(), text).Scan(&answer); err != nil {
		tb.Fatal(err)
	}
	return answer
}
