package sqlitelog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	lib "modernc.org/sqlite/lib"

	"github.com/accordhq/accord/registry/sqlstore"
)

// Migrations are applied in order of their names, each once. PRAGMA
// user_version counts those a file has had. They only go forward: a released
// one is never changed.
//
//go:embed migrations/*.sql lineage/*.sql
var embedded embed.FS

var (
	errForeign = errors.New("this SQLite database belongs to another program: name another file")
	errTooNew  = errors.New("this file was written by a newer version of accord: upgrade accord, or restore a backup of before")
)

// prepareFile makes sure that the file is one of the format with the newest
// schema, and that the connection writes as durably as is promised. Nothing is
// changed in a file that is not ours.
func (f format) prepareFile(ctx context.Context, db *sql.DB, busy time.Duration) error {
	scripts, err := sqlstore.Scripts(embedded, f.folder)
	if err != nil {
		return err
	}
	had, err := f.version(ctx, db, len(scripts))
	if err != nil {
		return err
	}
	if err := useWAL(ctx, db, busy); err != nil {
		return err
	}
	if err := expect(ctx, db, "PRAGMA synchronous", f.synchronous); err != nil {
		return err
	}
	if had == len(scripts) {
		return nil // and no lock to wait for
	}
	return f.migrate(ctx, db, scripts)
}

// walRetry is how long useWAL waits between two tries.
const walRetry = 5 * time.Millisecond

// useWAL switches a file to write-ahead mode. SQLite does not wait for others
// here, whatever busy_timeout says, so that processes which open a new file at
// the same time would refuse one another.
func useWAL(ctx context.Context, db *sql.DB, busy time.Duration) error {
	waiting, cancel := context.WithTimeout(ctx, busy)
	defer cancel()
	retry := time.NewTicker(walRetry)
	defer retry.Stop()
	for {
		err := expect(ctx, db, "PRAGMA journal_mode = WAL", "wal")
		if resultOf(err) != lib.SQLITE_BUSY {
			return err
		}
		select {
		case <-waiting.Done():
			return err
		case <-retry.C:
		}
	}
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// version returns how many migrations a file has had. It fails if the file is
// not of the format or has had more than known.
func (f format) version(ctx context.Context, q querier, known int) (int, error) {
	var application, had, objects int
	err := q.QueryRowContext(ctx, `SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&application, &had, &objects)
	switch {
	case err != nil:
		return 0, err
	case application == f.application && had > known:
		return 0, fmt.Errorf("%w (its schema is %d, this version knows %d)", errTooNew, had, known)
	case application == f.application:
		return had, nil
	case application != 0 || had != 0 || objects != 0:
		return 0, errForeign
	}
	return 0, nil
}

// migrate applies the scripts that a file has not had, all in one transaction.
// Another process may do the same meanwhile: who comes second finds it done.
func (f format) migrate(ctx context.Context, db *sql.DB, scripts []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it reports just that
	had, err := f.version(ctx, tx, len(scripts))
	if err != nil || had == len(scripts) {
		return err
	}
	for i, script := range scripts[had:] {
		if _, err := tx.ExecContext(ctx, script); err != nil {
			return fmt.Errorf("migration %d: %w", had+i+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", f.application, len(scripts))); err != nil {
		return err
	}
	return tx.Commit()
}

// expect runs a pragma and compares what it answers: SQLite ignores settings
// that it cannot apply.
func expect(ctx context.Context, db *sql.DB, pragma, want string) error {
	var got string
	if err := db.QueryRowContext(ctx, pragma).Scan(&got); err != nil {
		return fmt.Errorf("%s: %w", pragma, err)
	}
	if got != want {
		return fmt.Errorf("%s answered %q, not %q: the file system cannot keep an acknowledged write safe; use a local disk", pragma, got, want)
	}
	return nil
}
