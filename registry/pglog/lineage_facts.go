package pglog

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

// putAtOnce is how many facts one statement merges, so that the server's time
// for one bounds none of many.
const putAtOnce = 2000

// Put implements lineage.Store.
func (l *Lineage) Put(ctx context.Context, facts []lineage.Fact) error {
	if len(facts) == 0 {
		_, err := l.heads(ctx)
		return err
	}
	facts = sqlstore.Distinct(facts)
	size := 0
	for _, f := range facts {
		size += 200 + len(f.Key) + len(f.Scope) + len(f.Body)
	}
	var h sqlstore.Heads
	err := l.write(ctx, changedOrder, size, always, func(b *pgx.Batch) {
		for chunk := range slices.Chunk(facts, putAtOnce) {
			b.Queue(l.sql.put, factArguments(chunk)...).Query(func(rows pgx.Rows) error {
				for rows.Next() {
					if err := rows.Scan(&h.Changed); err != nil {
						return err
					}
				}
				return rows.Err()
			})
		}
	})
	if err != nil {
		return l.failure(ctx, "put facts into", err)
	}
	l.bell.Ring(h)
	return nil
}

// factArguments are facts as the statement takes them: a slice for each
// column.
func factArguments(facts []lineage.Fact) []any {
	n := len(facts)
	kinds, keys, scopes, bodies := make([]string, n), make([][]byte, n), make([][]byte, n), make([][]byte, n)
	first, last, rank, said := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, f := range facts {
		kinds[i], keys[i], scopes[i], bodies[i] = string(f.Kind), []byte(f.Key), []byte(f.Scope), sqlstore.Filled(f.Body)
		first[i], last[i], rank[i], said[i] = sqlstore.Micros(f.First), sqlstore.Micros(f.Last), f.Rank, sqlstore.Micros(f.Said)
	}
	return []any{kinds, keys, scopes, first, last, rank, said, bodies}
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
			args := []any{after, newest.Changed, sqlstore.PageRows, sqlstore.PageBytes}
			if len(kinds) == 0 {
				return collect(ctx, l.server, scanFact, l.sql.changes, args...)
			}
			return collect(ctx, l.server, scanFact, l.sql.changesOfKinds, append(args, kinds)...)
		}, func(c lineage.Change) lineage.Cursor { return c.Cursor }, yield)
	}
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, s *server, scan func(sqlstore.Row) (T, error), query string, args ...any) (found []T, err error) {
	err = s.use(ctx, s.timeout, always, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (T, error) { return scan(row) })
		return err
	})
	if err != nil {
		return nil, s.failure(ctx, "read", err)
	}
	return found, nil
}

// scanFact reads a row of factColumns.
func scanFact(row sqlstore.Row) (lineage.Change, error) {
	var c lineage.Change
	var key, scope []byte
	var first, last, said int64
	f := &c.Fact
	err := row.Scan(&c.Cursor, &f.Kind, &key, &scope, &first, &last, &f.Rank, &said, &f.Body)
	f.Key, f.Scope, f.Body = string(key), string(scope), sqlstore.Stored(f.Body)
	f.First, f.Last, f.Said = sqlstore.Time(first), sqlstore.Time(last), sqlstore.Time(said)
	return c, err
}

// Fact implements lineage.Store.
func (l *Lineage) Fact(ctx context.Context, kind lineage.Kind, key string) (lineage.Fact, error) {
	found, err := collect(ctx, l.server, scanFact, l.sql.fact, string(kind), []byte(key))
	switch {
	case err != nil:
		return lineage.Fact{}, err
	case len(found) == 0:
		return lineage.Fact{}, lineage.ErrNotFound
	}
	return found[0].Fact, nil
}

// dialect is that of Postgres. Scopes are found by digest, as keys are.
var dialect = sqlstore.Dialect{
	Mark: "$", Text: func(s string) any { return []byte(s) },
	InScope: "sha256(scope) = sha256(?) AND scope <> ''",
}

// List implements lineage.Store.
func (l *Lineage) List(ctx context.Context, kind lineage.Kind, q lineage.Query) ([]lineage.Fact, error) {
	clause := dialect.List(kind, q)
	found, err := collect(ctx, l.server, scanFact, l.sql.facts+clause.String(), clause.Args...)
	if err != nil {
		return nil, err
	}
	facts := make([]lineage.Fact, len(found))
	for i, c := range found {
		facts[i] = c.Fact
	}
	return facts, nil
}

// Expire implements lineage.Store.
func (l *Lineage) Expire(ctx context.Context, kind lineage.Kind, before time.Time, limit int) (removed int, err error) {
	return l.remove(ctx, changedOrder, l.sql.expire, string(kind), sqlstore.Bound(before), max(0, limit))
}

// remove deletes rows and returns how many. It holds the order, too: who
// removes rows and who changes them would wait for each other in a circle.
func (l *Lineage) remove(ctx context.Context, in order, query string, args ...any) (removed int, err error) {
	err = l.write(ctx, in, 0, always, func(b *pgx.Batch) {
		b.Queue(query, args...).Exec(func(tag pgconn.CommandTag) error {
			removed = int(tag.RowsAffected())
			return nil
		})
	})
	if err != nil {
		return 0, l.failure(ctx, "remove from", err)
	}
	return removed, nil
}
