package sqlitelog

import (
	"context"
	"time"

	"github.com/accordhq/accord/registry"
)

var _ registry.Lease = (*Log)(nil)

// Takes a duty that is free, the holder's or at its end, and writes no row
// otherwise.
const acquireQuery = `INSERT INTO leases (duty, holder, until)
	VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?3)
	ON CONFLICT (duty) DO UPDATE SET holder = excluded.holder, until = excluded.until
	WHERE holder = excluded.holder OR until <= CAST(unixepoch('subsec') * 1000 AS INTEGER)`

// Acquire implements registry.Lease. The clock is the host's, which all
// processes that share the file run on.
func (l *Log) Acquire(ctx context.Context, duty, holder string, ttl time.Duration) (bool, error) {
	if err := l.enter(); err != nil {
		return false, err
	}
	defer l.leave()
	n, err := affected(l.stmts.acquire.ExecContext(ctx, duty, holder, ttl.Milliseconds()))
	if err != nil {
		return false, l.failure(ctx, "take a duty from", err)
	}
	return n > 0, nil
}

// Release implements registry.Lease.
func (l *Log) Release(ctx context.Context, duty, holder string) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.leave()
	if _, err := l.stmts.release.ExecContext(ctx, duty, holder); err != nil {
		return l.failure(ctx, "give up a duty of", err)
	}
	return nil
}
