package pglog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accordhq/accord/registry"
)

var _ registry.Lease = (*Log)(nil)

// Takes a duty that is free, the holder's or at its end, and writes no row
// otherwise. The clock is read when the row is locked: now() would be the time
// of before a wait for another who tries.
const acquireQuery = `INSERT INTO {leases} AS l (duty, holder, until)
	VALUES ($1, $2, clock_timestamp() + $3 * interval '1 microsecond')
	ON CONFLICT (duty) DO UPDATE SET holder = excluded.holder, until = clock_timestamp() + $3 * interval '1 microsecond'
	WHERE l.holder = excluded.holder OR l.until <= clock_timestamp()`

const releaseQuery = `DELETE FROM {leases} WHERE duty = $1 AND holder = $2`

// Acquire implements registry.Lease. The clock is the server's.
func (l *Log) Acquire(ctx context.Context, duty, holder string, ttl time.Duration) (bool, error) {
	n, err := l.exec(ctx, l.sql.acquire, []byte(duty), []byte(holder), ttl.Microseconds())
	if err != nil {
		return false, l.failure(ctx, "take a duty from", err)
	}
	return n > 0, nil
}

// Release implements registry.Lease.
func (l *Log) Release(ctx context.Context, duty, holder string) error {
	if _, err := l.exec(ctx, l.sql.release, []byte(duty), []byte(holder)); err != nil {
		return l.failure(ctx, "give up a duty of", err)
	}
	return nil
}

// exec runs a statement that may be repeated and returns how many rows it
// wrote.
func (s *server) exec(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = s.use(ctx, s.timeout, always, func(ctx context.Context, conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, query, args...)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}
