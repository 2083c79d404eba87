package pglog

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accordhq/accord/registry"
)

// Append implements registry.Log. All records share one statement, and so one
// round trip and one transaction.
func (l *Log) Append(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
	head, side := at.Parts()
	if side != 0 || len(recs) == 0 {
		return l.compare(ctx, at)
	}
	var added int64
	err := l.use(ctx, l.timeout+transfer(recs), pgconn.SafeToRetry, func(ctx context.Context, conn *pgx.Conn) (err error) {
		added, err = l.insert(ctx, conn, head, recs)
		return err
	})
	switch {
	case isTaken(err):
		return registry.Offset{}, registry.ErrConflict
	case err != nil:
		return registry.Offset{}, l.failure(ctx, "append to", err)
	case added == 0:
		// The head is not at, or the log is not what it was.
		if _, err := l.head(ctx); err != nil {
			return registry.Offset{}, err
		}
		return registry.Offset{}, registry.ErrConflict
	}
	head += added
	l.heads.Ring(mark{head, recs[len(recs)-1].Change})
	return registry.NewOffset(head, 0), nil
}

// transfer is what sending records may add to the time of an exchange.
func transfer(recs []registry.Record) time.Duration {
	size := 0
	for _, rec := range recs {
		size += len(rec.Facts) + len(rec.Body)
	}
	return time.Duration(size>>20) * time.Second
}

// isTaken reports whether a row was there already at the first offset.
func isTaken(err error) bool {
	var cause *pgconn.PgError
	return errors.As(err, &cause) && cause.Code == uniqueViolation && cause.ConstraintName == "accord_entries_pkey"
}

// compare answers an append of nothing.
func (l *Log) compare(ctx context.Context, at registry.Offset) (registry.Offset, error) {
	head, err := l.head(ctx)
	if err == nil && at != registry.NewOffset(head, 0) {
		err = registry.ErrConflict
	}
	if err != nil {
		return registry.Offset{}, err
	}
	return at, nil
}

// insert writes the records after head and returns how many, 0 if head is not
// the head.
func (l *Log) insert(ctx context.Context, conn *pgx.Conn, head int64, recs []registry.Record) (added int64, err error) {
	seen, _ := l.heads.Seen()
	rows := columnsOf(recs)
	query := l.sql.append
	args := append([]any{head, seen.seq, seen.expected()}, rows.arguments()...)
	args = append(args, l.channel())
	if len(rows.goneKinds) > 0 {
		query, args = l.sql.appendErasing, append(args, rows.goneKinds, rows.goneIDs)
	}
	err = conn.QueryRow(ctx, query, args...).Scan(&added, nil, nil)
	return added, err
}

// columns are records as the statement takes them: a slice for each column.
type columns struct {
	kinds, changes     []string
	ids, actors, facts [][]byte
	ops                []int16
	times              []int64
	optional           []bool
	bodyOf             []int64 // place of the record, from 1
	bodies             [][]byte
	// goneKinds and goneIDs are the keys whose earlier entries are blanked.
	goneKinds []string
	goneIDs   [][]byte
}

func columnsOf(recs []registry.Record) *columns {
	var c columns
	// The last erasure of a key blanks what stands before it, also here.
	erased := map[registry.Key]int{}
	for i, rec := range recs {
		if rec.Op == registry.OpErase {
			erased[rec.Key] = i
		}
	}
	for key := range erased {
		c.goneKinds, c.goneIDs = append(c.goneKinds, key.Kind), append(c.goneIDs, []byte(key.ID))
	}
	for i, rec := range recs {
		if last, ok := erased[rec.Key]; ok && i < last {
			rec.Facts, rec.Body = nil, nil
		}
		c.add(int64(i+1), rec)
	}
	return &c
}

func (c *columns) add(place int64, rec registry.Record) {
	c.kinds = append(c.kinds, rec.Key.Kind)
	c.ids = append(c.ids, []byte(rec.Key.ID))
	c.ops = append(c.ops, int16(rec.Op))
	c.times = append(c.times, rec.Time.UnixMilli())
	c.actors = append(c.actors, []byte(rec.Actor))
	c.changes = append(c.changes, rec.Change)
	c.optional = append(c.optional, rec.Optional)
	facts := rec.Facts
	if facts == nil {
		facts = []byte{} // nil is NULL
	}
	c.facts = append(c.facts, facts)
	if len(rec.Body) > 0 {
		c.bodyOf, c.bodies = append(c.bodyOf, place), append(c.bodies, rec.Body)
	}
}

// arguments are the columns in the order of the statement's parameters.
func (c *columns) arguments() []any {
	return []any{c.kinds, c.ids, c.ops, c.times, c.actors, c.changes, c.optional, c.facts, c.bodyOf, c.bodies}
}
