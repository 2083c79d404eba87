package sqlitelog

import (
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
)

// readers bounds the connections for reading. Reads of the registry come from
// memory; these serve start-up, catching up and the bodies that no cache holds.
const readers = 4

// format is what is particular to a kind of files of ours.
type format struct {
	name        string // for messages
	folder      string // of its migrations
	application int    // marks a file as one of the kind
	// writing are the settings of connections that write, synchronous what
	// SQLite answers when asked for that one.
	writing     []string
	synchronous string
	closed      error // the answer of calls after Close
}

// file is a SQLite file of ours, open.
type file struct {
	format
	path string

	write, read *sql.DB // one connection; up to readers

	// calls is held for reading by every use of the databases and for writing
	// by Close, which so waits for those under way. Who waits for more and the
	// callers of iterators sleep and work without it.
	calls     sync.RWMutex
	closing   chan struct{} // closed first thing by Close
	closeOnce func() error  // shut, run once
}

func newFile(f format) *file {
	opened := &file{format: f, closing: make(chan struct{})}
	opened.closeOnce = sync.OnceValue(opened.shut)
	return opened
}

// open opens the file at path, or makes it, brings its schema up to date and
// prepares statements.
func (f *file) open(ctx context.Context, path string, busy time.Duration, prepare func(ctx context.Context, write, read *sql.DB) error) error {
	var err error
	if f.path, err = usable(path); err != nil {
		return fmt.Errorf("open sqlite %s %q: %w", f.name, path, err)
	}
	if err = f.connect(ctx, busy); err == nil {
		err = prepare(ctx, f.write, f.read)
	}
	if err != nil {
		return errors.Join(f.failure(ctx, "open", err), f.closeOnce())
	}
	return nil
}

// connect opens both pools and brings the schema up to date in between.
func (f *file) connect(ctx context.Context, busy time.Duration) error {
	var err error
	if f.write, err = sql.Open("sqlite", dsn(f.path, busy, f.writing...)); err != nil {
		return err
	}
	f.write.SetMaxOpenConns(1)
	if err := f.prepareFile(ctx, f.write, busy); err != nil {
		return err
	}
	if f.read, err = sql.Open("sqlite", dsn(f.path, busy, "query_only(on)")); err != nil {
		return err
	}
	f.read.SetMaxOpenConns(readers)
	f.read.SetMaxIdleConns(readers)
	return nil
}

func (f *file) shut() error {
	close(f.closing)
	f.calls.Lock()
	defer f.calls.Unlock()
	// The reading side goes first: the last connection to leave empties the
	// write-ahead log into the file, and must be one that may write.
	var errs []error
	for _, db := range []*sql.DB{f.read, f.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close sqlite %s %q: %w", f.name, f.path, err)
	}
	return nil
}

// enter begins a use of the databases; unless it fails, leave must follow.
func (f *file) enter() error {
	f.calls.RLock()
	select {
	case <-f.closing:
		f.calls.RUnlock()
		return f.closed
	default:
		return nil
	}
}

func (f *file) leave() { f.calls.RUnlock() }

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
