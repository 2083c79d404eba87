// Package pglog keeps a registry.Log in a PostgreSQL database, version 15 or
// newer: the store for any number of replicas, none of which leads.
//
// An append is one statement, one round trip and one transaction. The offset
// of a record is the primary key of its row, and the writer chooses it: the
// one after the head it decided on. Of two writers who decided on the same
// head one gets a duplicate key, which is registry.ErrConflict. So offsets
// have no gaps and become visible in their order. An acknowledged append is on
// the server's disk, and on its synchronous standbys where it has some,
// whatever synchronous_commit says for the role.
//
// Replicas are woken by LISTEN and NOTIFY; a notification that is lost delays
// them by Options.PollInterval and no more. Behind a pooler that gives each
// transaction another connection, such as PgBouncer in that mode, entries are
// found by polling alone; one that knows no prepared statements wants
// default_query_exec_mode=exec in the connection string.
//
// A log has an identity, which every new connection must show, and every read
// and append makes sure that the last entry seen is still there. So a node
// never goes on with another database that answers in place of its own, nor
// with one that was restored from an older backup: it says so and waits to be
// restarted.
//
// Erased content is gone from the tables when Append returns, and from the
// files when Postgres next vacuums the tables. Archived write-ahead logs and
// backups are the operator's.
package pglog

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/sqlstore"
)

var _ registry.Log = (*Log)(nil)

// Options tune a store. The zero value is fit for production.
type Options struct {
	// PollInterval is how often Wait looks for entries of other processes
	// whose notifications did not arrive; 2 s if zero. Of a store of lineage,
	// which is not notified, it is all there is: 500 ms if zero.
	PollInterval time.Duration
	// Timeout bounds every exchange with the server: a connection that is
	// made, a page that is read, an append; 5 s if zero. Large appends get a
	// second more for each MiB. A connect_timeout in the connection string goes
	// first.
	Timeout time.Duration
	// Logger receives what goes wrong where nobody is there to be told: the
	// connection for notifications. Default: discarded.
	Logger *slog.Logger
}

// Log is a log in a PostgreSQL database.
type Log struct {
	*server
	poll  time.Duration
	sql   statements
	heads *sqlstore.Bell[mark]
}

// Open opens the log in the database that a connection string names, a URL
// (postgres://user:password@host:port/database?search_path=schema) or
// key=value pairs; what it leaves out is taken from the PG* environment as by
// other clients of Postgres. The tables are made in the first schema of the
// search path, which must exist.
//
// It fails if the server is older than version 15 or takes no writes, if the
// schema holds tables of another program, or if the log was written by a newer
// version; the error says what to do about it and shows no password.
func Open(ctx context.Context, dsn string, opts Options) (*Log, error) {
	l := &Log{server: newServer("log", dsn, opts, registry.ErrClosed), poll: cmp.Or(opts.PollInterval, 2*time.Second)}
	l.heads = sqlstore.NewBell(sqlstore.Ringing[mark]{Join: further, Closing: l.closing, Closed: registry.ErrClosed})
	l.meet = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := l.look(ctx, conn)
		return err
	}
	err := l.connect(ctx, dsn, func(schema string) { l.sql = statementsIn(schema) })
	if err == nil {
		_, err = l.head(ctx)
	}
	if err != nil {
		return nil, l.abandon(ctx, err)
	}
	listening, deafen := context.WithCancel(context.WithoutCancel(ctx))
	l.end = deafen
	l.background.Go(func() { l.listen(listening) })
	return l, nil
}

// Close implements registry.Log. It waits for calls under way.
func (l *Log) Close() error { return l.closeOnce() }
