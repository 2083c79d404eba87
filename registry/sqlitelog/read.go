package sqlitelog

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"github.com/accordhq/accord/registry"
)

// pageSize is how many entries Read fetches at a time. Between two pages no
// transaction is open, however long the caller takes: an open one would keep
// the write-ahead log from being emptied.
const pageSize = 1000

// Read implements registry.Log. While the caller works on a full page, the next
// one is fetched: at start-up both take their time.
func (l *Log) Read(ctx context.Context, after registry.Offset) iter.Seq2[registry.Entry, error] {
	return func(yield func(registry.Entry, error) bool) {
		head, err := l.head(ctx)
		if err != nil {
			yield(registry.Entry{}, err)
			return
		}
		at, _ := after.Parts()
		if at >= head {
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		next := func() ([]registry.Entry, error) { return l.page(ctx, at, head) }
		for next != nil {
			page, err := next()
			if next = nil; len(page) == pageSize {
				next = l.fetch(ctx, page[pageSize-1].Offset, head)
			}
			if !yieldPage(ctx, page, err, yield) {
				break
			}
		}
		cancel()
		if next != nil {
			_, _ = next() // nothing is under way when Read is over
		}
	}
}

// fetch begins to read the page after an offset; the function it returns waits
// for it.
func (l *Log) fetch(ctx context.Context, after registry.Offset, head int64) func() ([]registry.Entry, error) {
	at, _ := after.Parts()
	var page []registry.Entry
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		page, err = l.page(ctx, at, head)
	}()
	return func() ([]registry.Entry, error) {
		<-done
		return page, err
	}
}

// yieldPage reports whether the caller wants more.
func yieldPage(ctx context.Context, page []registry.Entry, err error, yield func(registry.Entry, error) bool) bool {
	for _, e := range page {
		if err = ctx.Err(); err != nil {
			break
		}
		if !yield(e, nil) {
			return false
		}
	}
	if err != nil {
		yield(registry.Entry{}, err)
		return false
	}
	return true
}

// page returns the entries after at up to and with head, pageSize at most.
func (l *Log) page(ctx context.Context, at, head int64) ([]registry.Entry, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.leave()
	rows, err := l.stmts.page.QueryContext(ctx, at, head, pageSize)
	if err != nil {
		return nil, l.failure(ctx, "read", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	page := make([]registry.Entry, 0, min(head-at, pageSize))
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, l.failure(ctx, "read", err)
		}
		page = append(page, e)
	}
	if err := rows.Err(); err != nil {
		return nil, l.failure(ctx, "read", err)
	}
	return page, nil
}

// Get implements registry.Log.
func (l *Log) Get(ctx context.Context, at registry.Offset) (registry.Entry, error) {
	if err := l.enter(); err != nil {
		return registry.Entry{}, err
	}
	defer l.leave()
	seq, side := at.Parts()
	if side != 0 {
		return registry.Entry{}, registry.ErrNotFound
	}
	e, err := scan(l.stmts.entry.QueryRowContext(ctx, seq))
	if errors.Is(err, sql.ErrNoRows) {
		return registry.Entry{}, registry.ErrNotFound
	}
	if err != nil {
		return registry.Entry{}, l.failure(ctx, "read", err)
	}
	return e, nil
}

// scan reads one row of the page or the entry statement.
func scan(row interface{ Scan(dest ...any) error }) (registry.Entry, error) {
	var e registry.Entry
	var seq, ms int64
	err := row.Scan(&seq, &e.Key.Kind, &e.Key.ID, &e.Op, &ms, &e.Actor, &e.Change, &e.Optional, &e.Facts, &e.Body)
	e.Offset = registry.NewOffset(seq, 0)
	e.Time = time.UnixMilli(ms).UTC()
	return e, err
}

// head asks the file for the last offset, 0 if there is none, and tells who
// waits.
func (l *Log) head(ctx context.Context) (int64, error) {
	if err := l.enter(); err != nil {
		return 0, err
	}
	defer l.leave()
	var head int64
	if err := l.stmts.head.QueryRowContext(ctx).Scan(&head); err != nil {
		return 0, l.failure(ctx, "read", err)
	}
	l.heads.Ring(head)
	return head, nil
}
