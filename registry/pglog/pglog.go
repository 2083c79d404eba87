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
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accordhq/accord/registry"
)

var _ registry.Log = (*Log)(nil)

// Options tune a log. The zero value is fit for production.
type Options struct {
	// PollInterval is how often Wait looks for entries of other processes
	// whose notifications did not arrive; 2 s if zero.
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

// connections is how many the pool makes at most if the connection string does
// not say pool_max_conns. One more listens. Reads of the registry come from
// memory; these serve appends, catching up and the bodies that no cache holds.
const connections = 4

// Log is a log in a PostgreSQL database.
type Log struct {
	name    string // for messages: no password
	poll    time.Duration
	timeout time.Duration
	logger  *slog.Logger

	schema string // the log's tables lie there
	stamp         // of when it was opened
	sql    statements
	config *pgx.ConnConfig // of the connection that listens
	pool   *pgxpool.Pool
	dialed *sockets

	// calls is held for reading by every use of the pool and for writing by
	// Close, which so waits for those under way, each bounded by timeout. Wait
	// and the callers of Read sleep and work without it.
	calls     sync.RWMutex
	closing   chan struct{} // closed first thing by Close
	closeOnce func() error  // shut, run once

	heads     heads
	listening sync.WaitGroup
	deafen    context.CancelFunc // ends the listener
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
	l := &Log{
		name:    Name(dsn),
		poll:    cmp.Or(opts.PollInterval, 2*time.Second),
		timeout: cmp.Or(opts.Timeout, 5*time.Second),
		logger:  cmp.Or(opts.Logger, slog.New(slog.DiscardHandler)),
		dialed:  newSockets(),
		closing: make(chan struct{}),
		heads:   heads{grown: make(chan struct{})},
		deafen:  func() {},
	}
	l.closeOnce = sync.OnceValue(l.shut)
	if err := l.connect(ctx, dsn); err != nil {
		return nil, errors.Join(l.failure(ctx, "open", err), l.Close())
	}
	return l, nil
}

// connect brings the database up to date, then opens the pool and starts the
// listener.
func (l *Log) connect(ctx context.Context, dsn string) error {
	config, err := parse(dsn)
	if err != nil {
		return err
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = l.timeout
	}
	config.ConnConfig.DialFunc = l.dialed.tracking(config.ConnConfig.DialFunc)
	l.config = config.ConnConfig
	if err := l.prepare(ctx); err != nil {
		return err
	}
	config.AfterConnect = l.adopt
	config.PingTimeout = l.timeout
	if l.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
		return err
	}
	if _, err := l.head(ctx); err != nil {
		return err
	}
	listening, deafen := context.WithCancel(context.WithoutCancel(ctx))
	l.deafen = deafen
	l.listening.Go(func() { l.listen(listening) })
	return nil
}

// prepare finds the schema and the identity of the log, which it makes or
// migrates if it must. Nothing is changed in a schema that is not ours, and
// nothing is locked where there is nothing to do.
func (l *Log) prepare(ctx context.Context) error {
	scripts, err := migrations()
	if err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(short, l.config)
	if err != nil {
		return err
	}
	defer l.hangUp(conn)
	durable, err := l.settle(short, conn)
	if err != nil {
		return err
	}
	if !durable {
		l.logger.Warn("the server runs with fsync off: a power failure can lose acknowledged writes; turn it on", "store", l.name)
	}
	if l.schema, err = schemaOf(short, conn); err != nil {
		return err
	}
	l.sql = statementsIn(l.schema)
	l.stamp, err = stampOf(short, conn, l.schema, len(scripts))
	if err == nil && l.version < len(scripts) {
		l.stamp, err = migrate(ctx, conn, l.schema, scripts)
	}
	return err
}

// Close implements registry.Log. It waits for calls under way.
func (l *Log) Close() error { return l.closeOnce() }

// goodbye is how long Close lets connections part in order.
const goodbye = time.Second

func (l *Log) shut() error {
	close(l.closing)
	l.deafen()
	l.calls.Lock()
	defer l.calls.Unlock()
	// A server that hangs does not take part in a farewell.
	hurry := time.AfterFunc(goodbye, l.dialed.sever)
	defer hurry.Stop()
	l.listening.Wait()
	if l.pool != nil {
		l.pool.Close()
	}
	return nil
}

// enter begins a use of the pool; unless it fails, leave must follow.
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
