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
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/accordhq/accord/registry"
)

var _ registry.Log = (*Log)(nil)

// readers bounds the connections for reading. Reads of the registry come from
// memory; these serve start-up, catching up and the bodies that no cache holds.
const readers = 4

// writing are the settings of connections that write. The page size counts
// for a new file alone: 8 KB holds three schemas of the usual 2 KB, where the
// default of 4 KB holds one and leaves the rest empty.
var writing = []string{
	"synchronous(full)", "fullfsync(1)", "checkpoint_fullfsync(1)", // the last two matter on macOS
	"secure_delete(on)",
	"page_size(8192)",
}

// Options tune a log. The zero value is fit for production.
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
	path string
	poll time.Duration

	write, read *sql.DB // one connection; up to readers
	stmts       statements

	// calls is held for reading by every use of the databases and for writing
	// by Close, which so waits for those under way. Wait and the callers of
	// Read sleep and work without it.
	calls     sync.RWMutex
	closing   chan struct{} // closed first thing by Close
	closeOnce func() error  // shut, run once

	heads   heads
	polling chan struct{} // holds a token while one of the waiters polls for all
}

// Open opens the log in the file at path, or makes it. The folder must exist.
// It fails if the file is something else, is damaged, or was written by a
// newer version; the error says what to do about it.
func Open(ctx context.Context, path string, opts Options) (*Log, error) {
	l := &Log{
		poll:    cmp.Or(opts.PollInterval, 250*time.Millisecond),
		closing: make(chan struct{}),
		heads:   heads{grown: make(chan struct{})},
		polling: make(chan struct{}, 1),
	}
	l.closeOnce = sync.OnceValue(l.shut)
	var err error
	if l.path, err = usable(path); err != nil {
		return nil, fmt.Errorf("open sqlite log %q: %w", path, err)
	}
	if err := l.connect(ctx, cmp.Or(opts.BusyTimeout, 5*time.Second)); err != nil {
		return nil, errors.Join(l.failure(ctx, "open", err), l.Close())
	}
	return l, nil
}

// connect opens both pools, brings the schema up to date in between, and
// prepares the statements.
func (l *Log) connect(ctx context.Context, busy time.Duration) error {
	var err error
	if l.write, err = sql.Open("sqlite", dsn(l.path, busy, writing...)); err != nil {
		return err
	}
	l.write.SetMaxOpenConns(1)
	if err := prepareFile(ctx, l.write, busy); err != nil {
		return err
	}
	if l.read, err = sql.Open("sqlite", dsn(l.path, busy, "query_only(on)")); err != nil {
		return err
	}
	l.read.SetMaxOpenConns(readers)
	l.read.SetMaxIdleConns(readers)
	return l.stmts.prepare(ctx, l.write, l.read)
}

// Close implements registry.Log. It waits for calls under way.
func (l *Log) Close() error { return l.closeOnce() }

func (l *Log) shut() error {
	close(l.closing)
	l.calls.Lock()
	defer l.calls.Unlock()
	// The reading side goes first: the last connection to leave empties the
	// write-ahead log into the file, and must be one that may write.
	var errs []error
	for _, db := range []*sql.DB{l.read, l.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close sqlite log %q: %w", l.path, err)
	}
	return nil
}

// enter begins a use of the databases; unless it fails, leave must follow.
func (l *Log) enter() error {
	l.calls.RLock()
	select {
	case <-l.closing:
		l.calls.RUnlock()
		return registry.ErrClosed
	default:
		return nil
	}
}

func (l *Log) leave() { l.calls.RUnlock() }

// usable returns path made absolute if a database may be there, which SQLite
// itself reports as "unable to open database file" whatever the reason.
func usable(path string) (string, error) {
	if path == "" {
		return "", errors.New("no path given: name a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return "", errors.New("this is a folder: name a file in it")
	case err == nil && !info.Mode().IsRegular():
		return "", errors.New("this is not a regular file: name one")
	case err == nil:
		return path, nil
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return "", fmt.Errorf("the folder must exist: create it first: %w", err)
	}
	return path, nil
}

// dsn names the file in the driver's terms. The path must be absolute: so no
// name, such as ":memory:", has a special meaning.
func dsn(path string, busy time.Duration, pragmas ...string) string {
	query := url.Values{
		"_txlock":   {"immediate"}, // a transaction that writes must not find out late that another does
		"_pragma":   append([]string{"busy_timeout(" + strconv.FormatInt(busy.Milliseconds(), 10) + ")"}, pragmas...),
		"_error_rc": {"1"},
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}
