package pglog

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accordhq/accord/registry"
)

// pageSize is how many entries Read fetches at a time. Between two pages no
// transaction is open and no connection held, however long the caller takes.
const pageSize = 1000

// Read implements registry.Log.
func (l *Log) Read(ctx context.Context, after registry.Offset) iter.Seq2[registry.Entry, error] {
	return func(yield func(registry.Entry, error) bool) {
		head, err := l.head(ctx)
		for at, _ := after.Parts(); err == nil && at < head; {
			var page []registry.Entry
			page, err = l.page(ctx, at, head)
			for _, e := range page {
				if err = ctx.Err(); err != nil {
					break
				}
				if !yield(e, nil) {
					return
				}
				at, _ = e.Offset.Parts()
			}
			if len(page) < pageSize {
				break
			}
		}
		if err != nil {
			yield(registry.Entry{}, err)
		}
	}
}

// page returns the entries after at up to and with head, pageSize at most.
func (l *Log) page(ctx context.Context, at, head int64) ([]registry.Entry, error) {
	var page []registry.Entry
	err := l.use(ctx, l.timeout, always, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, l.sql.page, at, head, pageSize)
		if err != nil {
			return err
		}
		page, err = pgx.AppendRows(make([]registry.Entry, 0, min(head-at, pageSize)), rows, func(row pgx.CollectableRow) (registry.Entry, error) {
			return scan(row)
		})
		return err
	})
	if err != nil {
		return nil, l.failure(ctx, "read", err)
	}
	return page, nil
}

// Get implements registry.Log.
func (l *Log) Get(ctx context.Context, at registry.Offset) (e registry.Entry, err error) {
	seq, side := at.Parts()
	if side != 0 {
		seq = 0 // where no entry is
	}
	err = l.use(ctx, l.timeout, always, func(ctx context.Context, conn *pgx.Conn) (err error) {
		e, err = scan(conn.QueryRow(ctx, l.sql.entry, seq))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return registry.Entry{}, registry.ErrNotFound
	}
	if err != nil {
		return registry.Entry{}, l.failure(ctx, "read", err)
	}
	return e, nil
}

// scan reads one row of the page or the entry statement.
func scan(row pgx.Row) (registry.Entry, error) {
	var e registry.Entry
	var seq, ms int64
	var op int16
	var id, actor []byte
	err := row.Scan(&seq, &e.Key.Kind, &id, &op, &ms, &actor, &e.Change, &e.Optional, &e.Facts, &e.Body)
	e.Offset = registry.NewOffset(seq, 0)
	e.Op = registry.Op(op) //nolint:gosec // it was one when it was written
	e.Key.ID, e.Actor = string(id), string(actor)
	e.Time = time.UnixMilli(ms).UTC()
	return e, err
}

// head asks the server for the last offset, 0 if there is none, and tells who
// waits.
func (l *Log) head(ctx context.Context) (head int64, err error) {
	err = l.use(ctx, l.timeout, always, func(ctx context.Context, conn *pgx.Conn) (err error) {
		head, err = l.look(ctx, conn)
		return err
	})
	if err != nil {
		return 0, l.failure(ctx, "read", err)
	}
	return head, nil
}

// look asks a connection for the head and tells who waits. It fails if the
// entry that was the head when last looked is gone or another's.
func (l *Log) look(ctx context.Context, conn *pgx.Conn) (int64, error) {
	seen, _ := l.heads.Seen() // before the server looks
	var head mark
	var same bool
	if err := conn.QueryRow(ctx, l.sql.look, seen.seq, seen.expected()).Scan(&head.seq, &head.change, &same); err != nil {
		return 0, err
	}
	if !same {
		return 0, errRewound
	}
	l.heads.Ring(head)
	return head.seq, nil
}
