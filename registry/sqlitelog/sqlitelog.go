// Package sqlitelog keeps a registry.Log in one SQLite file: the default
// store, embedded and without cgo.
//
// An append is one transaction in write-ahead mode with synchronous=FULL: when
// it returns, the records have been fsynced. Grouping is the caller's: all
// records of one Append share one fsync, and the registry's sequencer puts
// what waits into one Append. Writers of one log cannot be grouped below that:
// each must name the head it decided on, and only one of them is right.
//
// Several processes of one host may share a file; no lock is held between
// calls. SQLite's locks and its shared memory do not work over network file
// systems: replicas on several hosts want Postgres.
//
// Erased content is overwritten in the file when SQLite next copies its
// write-ahead log there, at the latest when the last process closes the log.
// Backups are the operator's.
package sqlitelog

import (
	"cmp"
	"context"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/sqlstore"
)

var _ registry.Log = (*Log)(nil)

// What Options leave out.
const (
	pollInterval = 250 * time.Millisecond
	busyTimeout  = 5 * time.Second
)

// Options tune a store. The zero value is fit for production.
type Options struct {
	// PollInterval is how often Wait looks for entries of other processes;
	// 250 ms if zero. Entries of this one are seen at once.
	PollInterval time.Duration
	// BusyTimeout is how long an append waits while another process writes;
	// 5 s if zero.
	BusyTimeout time.Duration
}

// Log is a log in a SQLite file.
type Log struct {
	*file
	stmts statements
	heads *sqlstore.Bell[int64]
}

// logFile is what is particular to a log. The page size counts for a new file
// alone: 8 KB holds three schemas of the usual 2 KB, where the default of 4 KB
// holds one and leaves the rest empty.
var logFile = format{
	name: "log", folder: "migrations", application: 0x41435244, // "ACRD"
	synchronous: "2", // full
	writing: []string{
		"synchronous(full)", "fullfsync(1)", "checkpoint_fullfsync(1)", // the last two matter on macOS
		"secure_delete(on)",
		"page_size(8192)",
	},
	closed: registry.ErrClosed,
}

// Open opens the log in the file at path, or makes it. The folder must exist.
// It fails if the file is something else, is damaged, or was written by a
// newer version; the error says what to do about it.
func Open(ctx context.Context, path string, opts Options) (*Log, error) {
	l := &Log{file: newFile(logFile)}
	l.heads = sqlstore.NewBell(sqlstore.Ringing[int64]{
		Join:  func(a, b int64) int64 { return max(a, b) },
		Look:  func(ctx context.Context) error { _, err := l.head(ctx); return err },
		Every: cmp.Or(opts.PollInterval, pollInterval), Closing: l.closing, Closed: registry.ErrClosed,
	})
	if err := l.open(ctx, path, cmp.Or(opts.BusyTimeout, busyTimeout), l.stmts.prepare); err != nil {
		return nil, err
	}
	return l, nil
}

// Wait implements registry.Log. Appends of this process wake it at once. Those
// of others are found by polling, which one of the waiters does for all, and
// nobody when nobody waits.
func (l *Log) Wait(ctx context.Context, after registry.Offset) error {
	at, _ := after.Parts()
	return l.heads.Wait(ctx, func(head int64) bool { return head > at })
}

// Close implements registry.Log. It waits for calls under way.
func (l *Log) Close() error { return l.closeOnce() }
