package pglog

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

var _ lineage.Store = (*Lineage)(nil)

// Lineage is a lineage.Store in the log's database and schema, with tables and
// a pool of connections of its own. Any number of processes share it.
//
// What others write is found by polling: notifications of a flood would have
// every transaction of the server that notifies, also the log's appends, wait
// for the same lock when it commits.
type Lineage struct {
	*server
	sql      lineageStatements
	bell     *sqlstore.Bell[sqlstore.Heads]
	recorder *sqlstore.Recorder
}

// lineagePoll is how often what others wrote is looked for, if Options do not
// say.
const lineagePoll = 500 * time.Millisecond

// OpenLineage opens the store of observations in the database that a
// connection string names, as Open does the log, or makes it.
func OpenLineage(ctx context.Context, dsn string, opts Options) (*Lineage, error) {
	l := &Lineage{server: newServer("lineage store", dsn, opts, lineage.ErrClosed)}
	l.bell = sqlstore.NewBell(sqlstore.Ringing[sqlstore.Heads]{
		Join:  sqlstore.Heads.Join,
		Look:  func(ctx context.Context) error { _, err := l.heads(ctx); return err },
		Every: cmp.Or(opts.PollInterval, lineagePoll), Closing: l.closing, Closed: lineage.ErrClosed,
	})
	l.recorder = sqlstore.NewRecorder(l.record)
	err := l.connect(ctx, dsn, func(schema string) { l.sql = lineageStatementsIn(schema) })
	if err == nil {
		_, err = l.heads(ctx)
	}
	if err != nil {
		return nil, l.abandon(ctx, err)
	}
	return l, nil
}

// Close implements lineage.Store. It waits for calls under way.
func (l *Lineage) Close() error { return l.closeOnce() }

// Wait implements lineage.Store. What this process writes wakes it at once.
func (l *Lineage) Wait(ctx context.Context, changes, recorded lineage.Cursor) error {
	return l.bell.Wait(ctx, func(h sqlstore.Heads) bool { return h.Changed > changes || h.Recorded > recorded })
}

// heads asks the server for the newest cursors and tells who waits. It fails if
// they were higher before: who follows would pass over what comes next.
func (l *Lineage) heads(ctx context.Context) (h sqlstore.Heads, err error) {
	seen, _ := l.bell.Seen() // before the server looks
	err = l.use(ctx, l.timeout, always, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, l.sql.heads).Scan(&h.Changed, &h.Recorded)
	})
	if err == nil && h.Join(seen) != h {
		err = errRewound
	}
	if err != nil {
		return sqlstore.Heads{}, l.failure(ctx, "read", err)
	}
	l.bell.Ring(h)
	return h, nil
}

// order is one of the two orders of a store, which who writes to it holds.
type order string

const (
	changedOrder  order = "changed"
	recordedOrder order = "recorded"
)

// write sends statements that are one transaction and one round trip. The
// first waits until nobody else writes to an order, so that the others see
// what is committed then. Size is how many bytes they bring, again says when
// they may be repeated.
func (l *Lineage) write(ctx context.Context, in order, size int, again func(error) bool, queue func(b *pgx.Batch)) error {
	within := l.timeout + time.Duration(size>>20)*time.Second
	return l.use(ctx, within, again, func(ctx context.Context, conn *pgx.Conn) error {
		// Without an explicit transaction the statements up to the end of a
		// batch are one.
		b := &pgx.Batch{}
		b.Queue(l.sql.lock, string(in))
		queue(b)
		return conn.SendBatch(ctx, b).Close()
	})
}
