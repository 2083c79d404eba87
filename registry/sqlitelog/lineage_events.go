package sqlitelog

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

// Record implements lineage.Store. Calls that come while others write share
// the next transaction.
func (l *Lineage) Record(ctx context.Context, events []lineage.Event) (fresh int, err error) {
	return l.recorder.Record(ctx, events)
}

// record writes the events of several callers. None of them may end it, so the
// time it takes is bounded by the file's alone.
func (l *Lineage) record(arrivals []*sqlstore.Arrival) error {
	ctx := context.Background()
	return l.commit(ctx, "record events in", func(tx *sql.Tx, h *sqlstore.Heads) error {
		insert := tx.StmtContext(ctx, l.stmts.record)
		for _, a := range arrivals {
			n, err := affected(insert.ExecContext(ctx, int64(h.Recorded)+1, a.Digest[:],
				sqlstore.Micros(a.Time), sqlstore.Micros(a.Received), a.Packed, a.Body))
			if err != nil {
				return err
			}
			if a.Fresh = n > 0; a.Fresh {
				h.Recorded++
			}
		}
		return nil
	})
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
			return l.events(ctx, func() (*sql.Rows, error) {
				return l.stmts.recorded.QueryContext(ctx, after, newest.Recorded, sqlstore.PageRows)
			}, func(e lineage.Recorded) int { return len(e.Body) })
		}, func(e lineage.Recorded) lineage.Cursor { return e.Cursor }, yield)
	}
}

// events reads rows until their sizes come to a page's.
func (l *Lineage) events(ctx context.Context, ask func() (*sql.Rows, error), size func(lineage.Recorded) int) ([]lineage.Recorded, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.leave()
	page, err := collect(ask, l.recorder.Scan, size)
	if err != nil {
		return nil, l.failure(ctx, "read", err)
	}
	return page, nil
}

// Events implements lineage.Store.
func (l *Lineage) Events(ctx context.Context, q lineage.EventQuery) ([]lineage.Recorded, int, error) {
	clause := dialect.Events(q)
	found, err := l.events(ctx, func() (*sql.Rows, error) {
		return l.read.QueryContext(ctx, `SELECT `+sqlstore.EventColumns+` FROM events`+clause.String(), clause.Args...)
	}, func(lineage.Recorded) int { return 0 })
	if err != nil {
		return nil, 0, err
	}
	total, err := l.count(ctx, dialect.Count(q))
	return found, total, err
}

// count returns how many events a clause selects.
func (l *Lineage) count(ctx context.Context, clause *sqlstore.Clause) (total int, err error) {
	if err := l.enter(); err != nil {
		return 0, err
	}
	defer l.leave()
	if err := l.read.QueryRowContext(ctx, `SELECT count(*) FROM events`+clause.String(), clause.Args...).Scan(&total); err != nil {
		return 0, l.failure(ctx, "read", err)
	}
	return total, nil
}

// ExpireEvents implements lineage.Store.
func (l *Lineage) ExpireEvents(ctx context.Context, before time.Time, built lineage.Cursor, limit int) (removed int, err error) {
	err = l.commit(ctx, "remove events from", func(tx *sql.Tx, _ *sqlstore.Heads) (err error) {
		removed, err = affected(tx.StmtContext(ctx, l.stmts.expireEvents).ExecContext(ctx, sqlstore.Bound(before), built, max(0, limit)))
		return err
	})
	return removed, err
}
