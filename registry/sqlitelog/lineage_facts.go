package sqlitelog

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

// Put implements lineage.Store.
func (l *Lineage) Put(ctx context.Context, facts []lineage.Fact) error {
	return l.commit(ctx, "put facts into", func(tx *sql.Tx, h *sqlstore.Heads) error {
		many, one := tx.StmtContext(ctx, l.stmts.putMany), tx.StmtContext(ctx, l.stmts.put)
		for chunk := range slices.Chunk(sqlstore.Distinct(facts), atOnce) {
			if len(chunk) == atOnce {
				if err := merge(ctx, many, h, chunk); err != nil {
					return err
				}
				continue
			}
			for i := range chunk {
				if err := merge(ctx, one, h, chunk[i:i+1]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// merge writes facts, as many as the statement takes, and moves the head if
// one of them says something new.
func merge(ctx context.Context, put *sql.Stmt, h *sqlstore.Heads, facts []lineage.Fact) error {
	args := make([]any, 0, 9*atOnce)
	for i, f := range facts {
		args = append(args, int64(h.Changed)+int64(i)+1, string(f.Kind), f.Key, f.Scope,
			sqlstore.Micros(f.First), sqlstore.Micros(f.Last), f.Rank, sqlstore.Micros(f.Said), sqlstore.Filled(f.Body))
	}
	n, err := affected(put.ExecContext(ctx, args...))
	if n > 0 {
		h.Changed += lineage.Cursor(len(facts))
	}
	return err
}

// affected is how many rows a statement wrote.
func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// Changes implements lineage.Store.
func (l *Lineage) Changes(ctx context.Context, after lineage.Cursor, kinds ...lineage.Kind) iter.Seq2[lineage.Change, error] {
	return func(yield func(lineage.Change, error) bool) {
		newest, err := l.heads(ctx)
		if err != nil {
			yield(lineage.Change{}, err)
			return
		}
		sqlstore.Pages(ctx, after, newest.Changed, func(after lineage.Cursor) ([]lineage.Change, error) {
			if len(kinds) == 0 {
				return l.facts(ctx, func() (*sql.Rows, error) {
					return l.stmts.changes.QueryContext(ctx, after, newest.Changed, sqlstore.PageRows)
				})
			}
			query, args := ofKinds(after, newest.Changed, kinds)
			return l.facts(ctx, func() (*sql.Rows, error) { return l.read.QueryContext(ctx, query, args...) })
		}, func(c lineage.Change) lineage.Cursor { return c.Cursor }, yield)
	}
}

// ofKinds is the query for a page of changes of some kinds. Each kind is asked
// for the beginning of its own order, so that kinds with many facts cost those
// nothing who do not ask for them.
func ofKinds(after, newest lineage.Cursor, kinds []lineage.Kind) (query string, args []any) {
	const ofKind = `SELECT * FROM (SELECT seq FROM facts WHERE kind = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?)`
	for _, kind := range kinds {
		args = append(args, string(kind), after, newest, sqlstore.PageRows)
	}
	return `SELECT seq, ` + factColumns + ` FROM facts WHERE seq IN (` +
		strings.Join(slices.Repeat([]string{ofKind}, len(kinds)), " UNION ALL ") +
		`) ORDER BY seq LIMIT ?`, append(args, sqlstore.PageRows)
}

// facts reads a page of rows.
func (l *Lineage) facts(ctx context.Context, ask func() (*sql.Rows, error)) ([]lineage.Change, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.leave()
	page, err := collect(ask, scanFact, func(c lineage.Change) int { return len(c.Fact.Body) })
	if err != nil {
		return nil, l.failure(ctx, "read", err)
	}
	return page, nil
}

// collect reads rows until their sizes come to a page's.
func collect[T any](ask func() (*sql.Rows, error), scan func(sqlstore.Row) (T, error), size func(T) int) ([]T, error) {
	rows, err := ask()
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var page []T
	for bytes := 0; bytes < sqlstore.PageBytes && rows.Next(); {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		page = append(page, item)
		bytes += size(item)
	}
	return page, rows.Err()
}

// scanFact reads a row of seq and factColumns.
func scanFact(r sqlstore.Row) (lineage.Change, error) {
	var c lineage.Change
	var first, last, said int64
	f := &c.Fact
	err := r.Scan(&c.Cursor, &f.Kind, &f.Key, &f.Scope, &first, &last, &f.Rank, &said, &f.Body)
	f.First, f.Last, f.Said = sqlstore.Time(first), sqlstore.Time(last), sqlstore.Time(said)
	f.Body = sqlstore.Stored(f.Body)
	return c, err
}

// Fact implements lineage.Store.
func (l *Lineage) Fact(ctx context.Context, kind lineage.Kind, key string) (lineage.Fact, error) {
	if err := l.enter(); err != nil {
		return lineage.Fact{}, err
	}
	defer l.leave()
	c, err := scanFact(l.stmts.fact.QueryRowContext(ctx, string(kind), key))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return lineage.Fact{}, lineage.ErrNotFound
	case err != nil:
		return lineage.Fact{}, l.failure(ctx, "read", err)
	}
	return c.Fact, nil
}

// dialect is SQLite's.
var dialect = sqlstore.Dialect{Mark: "?", Text: func(s string) any { return s }, InScope: "scope = ? AND scope <> ''"}

// List implements lineage.Store.
func (l *Lineage) List(ctx context.Context, kind lineage.Kind, q lineage.Query) ([]lineage.Fact, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.leave()
	clause := dialect.List(kind, q)
	found, err := collect(func() (*sql.Rows, error) {
		return l.read.QueryContext(ctx, `SELECT seq, `+factColumns+` FROM facts`+clause.String(), clause.Args...)
	}, scanFact, func(lineage.Change) int { return 0 })
	if err != nil {
		return nil, l.failure(ctx, "read", err)
	}
	facts := make([]lineage.Fact, len(found))
	for i, c := range found {
		facts[i] = c.Fact
	}
	return facts, nil
}

// Expire implements lineage.Store.
func (l *Lineage) Expire(ctx context.Context, kind lineage.Kind, before time.Time, limit int) (removed int, err error) {
	err = l.commit(ctx, "remove facts from", func(tx *sql.Tx, _ *sqlstore.Heads) (err error) {
		removed, err = affected(tx.StmtContext(ctx, l.stmts.expire).ExecContext(ctx, string(kind), sqlstore.Bound(before), max(0, limit)))
		return err
	})
	return removed, err
}
