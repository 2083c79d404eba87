package pglog

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

// Record implements lineage.Store. Calls that come while others write share
// the next transaction.
func (l *Lineage) Record(ctx context.Context, events []lineage.Event) (fresh int, err error) {
	return l.recorder.Record(ctx, events)
}

// record writes the events of several callers. None of them may end it, so the
// time it takes is bounded by the server's alone.
func (l *Lineage) record(arrivals []*sqlstore.Arrival) error {
	ctx := context.Background()
	// One statement is told an event once, by whoever came first with it.
	first := make(map[[32]byte]*sqlstore.Arrival, len(arrivals))
	var distinct []*sqlstore.Arrival
	size := 0
	for _, a := range arrivals {
		if first[a.Digest] == nil {
			first[a.Digest] = a
			distinct = append(distinct, a)
			size += 200 + len(a.Body)
		}
	}
	var h sqlstore.Heads
	err := l.write(ctx, recordedOrder, size, pgconn.SafeToRetry, func(b *pgx.Batch) {
		for len(distinct) > 0 {
			var args []any
			args, distinct = eventArguments(distinct)
			b.Queue(l.sql.record, args...).Query(func(rows pgx.Rows) error {
				return added(rows, first, &h)
			})
		}
	})
	if err != nil {
		return l.failure(ctx, "record events in", err)
	}
	l.bell.Ring(h)
	return nil
}

// added notes which events the server did not know, and the head.
func added(rows pgx.Rows, first map[[32]byte]*sqlstore.Arrival, h *sqlstore.Heads) error {
	for rows.Next() {
		var seq lineage.Cursor
		var digest []byte
		if err := rows.Scan(&seq, &digest); err != nil {
			return err
		}
		h.Recorded = max(h.Recorded, seq)
		if a := first[[32]byte(digest)]; a != nil {
			a.Fresh = true
		}
	}
	return rows.Err()
}

// eventArguments are events as the statement takes them, a slice for each
// column, and the events that come after a page of them.
func eventArguments(arrivals []*sqlstore.Arrival) (args []any, rest []*sqlstore.Arrival) {
	var digests, bodies [][]byte
	var times, received []int64
	var packed []bool
	n := 0
	for bytes := 0; n < len(arrivals) && n < sqlstore.PageRows && bytes < sqlstore.PageBytes; n++ {
		a := arrivals[n]
		digests, bodies, packed = append(digests, a.Digest[:]), append(bodies, a.Body), append(packed, a.Packed)
		times, received = append(times, sqlstore.Micros(a.Time)), append(received, sqlstore.Micros(a.Received))
		bytes += len(a.Body)
	}
	return []any{digests, times, received, packed, bodies}, arrivals[n:]
}

// Recorded implements lineage.Store.
func (l *Lineage) Recorded(ctx context.Context, after lineage.Cursor) iter.Seq2[lineage.Recorded, error] {
	return func(yield func(lineage.Recorded, error) bool) {
		newest, err := l.heads(ctx)
		if err != nil {
			yield(lineage.Recorded{}, err)
			return
		}
		sqlstore.Pages(ctx, after, newest.Recorded, func(after lineage.Cursor) ([]lineage.Recorded, error) {
			return collect(ctx, l.server, l.recorder.Scan, l.sql.recorded, after, newest.Recorded, sqlstore.PageRows, sqlstore.PageBytes)
		}, func(e lineage.Recorded) lineage.Cursor { return e.Cursor }, yield)
	}
}

// Events implements lineage.Store.
func (l *Lineage) Events(ctx context.Context, q lineage.EventQuery) ([]lineage.Recorded, int, error) {
	clause, all := dialect.Events(q), dialect.Count(q)
	found, err := collect(ctx, l.server, l.recorder.Scan, l.sql.events+clause.String(), clause.Args...)
	if err != nil {
		return nil, 0, err
	}
	total, err := collect(ctx, l.server, func(row sqlstore.Row) (n int, err error) { return n, row.Scan(&n) }, l.sql.count+all.String(), all.Args...)
	if err != nil {
		return nil, 0, err
	}
	return found, total[0], nil
}

// ExpireEvents implements lineage.Store.
func (l *Lineage) ExpireEvents(ctx context.Context, before time.Time, built lineage.Cursor, limit int) (removed int, err error) {
	return l.remove(ctx, recordedOrder, l.sql.expireEvents, sqlstore.Bound(before), built, max(0, limit))
}
