package pglog

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockClass is the first half of the advisory lock that migrations take, the
// second is a digest of the schema's name: "ACRD".
const lockClass = 0x41435244

// migrating bounds how long migrations may take, with waiting for another
// process that applies them.
const migrating = 10 * time.Minute

// Migrations are applied in order of their names, each once; accord_meta counts
// those a log has had. They only go forward: a released one is never changed.
//
//go:embed migrations/*.sql
var embedded embed.FS

var (
	errForeign = errors.New("the schema holds tables named accord_... of another program: make a schema of its own for accord and name it with search_path")
	errTooNew  = errors.New("this log was written by a newer version of accord: upgrade accord, or restore a backup of before")
)

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// stamp is what a log says of itself. The zero stamp stands for no log.
type stamp struct {
	identity string
	version  int // migrations applied
}

// stampOf reads the stamp of the log in a schema. It fails if something else is
// there, or a log that has had more migrations than known.
func stampOf(ctx context.Context, q querier, schema string, known int) (stamp, error) {
	var ours, others bool
	err := q.QueryRow(ctx, `SELECT coalesce(bool_or(relname = 'accord_meta'), false), count(*) > 0
		FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
		WHERE nspname = $1 AND relname IN ('accord_meta', 'accord_entries', 'accord_bodies', 'accord_log',
			'accord_leases', 'accord_heads', 'accord_facts', 'accord_events', 'accord_seen')`, schema).Scan(&ours, &others)
	switch {
	case err != nil:
		return stamp{}, err
	case others && !ours:
		return stamp{}, errForeign
	case !ours:
		return stamp{}, nil
	}
	var s stamp
	err = q.QueryRow(ctx, `SELECT identity::text, version FROM `+in(schema, "accord_meta")).Scan(&s.identity, &s.version)
	switch {
	case errors.Is(err, pgx.ErrNoRows), stateOf(err) == undefinedColumn:
		return stamp{}, errForeign
	case err != nil:
		return stamp{}, err
	case s.version > known:
		return stamp{}, fmt.Errorf("%w (its schema is %d, this version knows %d)", errTooNew, s.version, known)
	}
	return s, nil
}

// migrate applies the scripts that a log has not had, all in one transaction.
// Another process may do the same meanwhile: who comes second finds it done.
func migrate(ctx context.Context, conn *pgx.Conn, schema string, scripts []string) (stamp, error) {
	ctx, cancel := context.WithTimeout(ctx, migrating)
	defer cancel()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return stamp{}, err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // after a commit it reports just that
	// A statement of a migration may take longer than any other.
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, strconv.FormatInt(migrating.Milliseconds(), 10)); err != nil {
		return stamp{}, err
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, lockClass, schema); err != nil {
		return stamp{}, err
	}
	found, err := stampOf(ctx, tx, schema, len(scripts))
	if err != nil || found.version == len(scripts) {
		return found, err
	}
	if _, err := tx.Exec(ctx, `SELECT set_config('search_path', quote_ident($1), true)`, schema); err != nil {
		return stamp{}, err
	}
	for i, script := range scripts[found.version:] {
		if _, err := tx.Exec(ctx, script, pgx.QueryExecModeSimpleProtocol); err != nil {
			return stamp{}, fmt.Errorf("migration %d: %w", found.version+i+1, err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE accord_meta SET version = $1`, len(scripts)); err != nil {
		return stamp{}, err
	}
	if found, err = stampOf(ctx, tx, schema, len(scripts)); err != nil {
		return stamp{}, err
	}
	return found, tx.Commit(ctx)
}

// in names a table of a schema in SQL.
func in(schema, table string) string { return pgx.Identifier{schema, table}.Sanitize() }
