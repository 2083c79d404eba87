package sqlitelog

import (
	"context"
	"database/sql"

	"github.com/accordhq/accord/registry"
)

// Append implements registry.Log. All records share one transaction and one
// fsync.
func (l *Log) Append(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
	if err := l.enter(); err != nil {
		return registry.Offset{}, err
	}
	defer l.leave()
	head, err := l.commit(ctx, at, recs)
	if err != nil {
		return registry.Offset{}, l.failure(ctx, "append to", err)
	}
	l.heads.Ring(head)
	return registry.NewOffset(head, 0), nil
}

// commit compares and writes under the one lock for writing that a SQLite file
// has. So no other process can come in between, and what readers see grows in
// the order of the offsets.
func (l *Log) commit(ctx context.Context, at registry.Offset, recs []registry.Record) (int64, error) {
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it reports just that
	var head int64
	if err := tx.StmtContext(ctx, l.stmts.headInTx).QueryRowContext(ctx).Scan(&head); err != nil {
		return 0, err
	}
	if at != registry.NewOffset(head, 0) {
		return 0, registry.ErrConflict
	}
	if len(recs) == 0 {
		return head, nil
	}
	for _, rec := range recs {
		head++
		if err := l.insert(ctx, tx, head, rec); err != nil {
			return 0, err
		}
	}
	return head, tx.Commit()
}

// insert writes one record, after blanking what it erases: the earlier entries
// of its key, also those of the same transaction.
func (l *Log) insert(ctx context.Context, tx *sql.Tx, seq int64, rec registry.Record) error {
	if rec.Op == registry.OpErase {
		for _, stmt := range []*sql.Stmt{l.stmts.eraseBodies, l.stmts.eraseFacts} {
			if _, err := tx.StmtContext(ctx, stmt).ExecContext(ctx, rec.Key.Kind, rec.Key.ID); err != nil {
				return err
			}
		}
	}
	facts := rec.Facts
	if facts == nil {
		facts = []byte{} // the driver makes NULL of nil
	}
	_, err := tx.StmtContext(ctx, l.stmts.insertEntry).ExecContext(ctx, seq, rec.Key.Kind, rec.Key.ID, int64(rec.Op),
		rec.Time.UnixMilli(), rec.Actor, rec.Change, rec.Optional, facts)
	if err == nil && len(rec.Body) > 0 {
		_, err = tx.StmtContext(ctx, l.stmts.insertBody).ExecContext(ctx, seq, rec.Body)
	}
	return err
}
