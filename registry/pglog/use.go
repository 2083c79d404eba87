package pglog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// use lends a connection for one exchange with the server, which it ends when
// the time is up. If the connection turns out to be lost it discards the pool's others,
// which are most likely lost with it, and tries once more with a new one if
// again says that the error allows it.
func (s *server) use(ctx context.Context, within time.Duration, again func(error) bool, do func(context.Context, *pgx.Conn) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	lost, err := s.lend(bounded, do)
	if !lost || ctx.Err() != nil { // a caller who gives up costs a connection, too
		return err
	}
	s.pool.Reset()
	if bounded.Err() == nil && again(err) {
		_, err = s.lend(bounded, do)
	}
	return err
}

// always is the answer to whether an exchange that changes nothing may be
// repeated.
func always(error) bool { return true }

// lend runs an exchange on a connection of the pool and reports whether it was
// lost meanwhile.
func (s *server) lend(ctx context.Context, do func(context.Context, *pgx.Conn) error) (lost bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	err = do(ctx, conn.Conn())
	return err != nil && conn.Conn().IsClosed(), err
}
