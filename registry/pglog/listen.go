package pglog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// How long the listener waits before it connects again: twice as long each
// time, less a random half, so that replicas do not come back all at once.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// channel is what appends notify: one for each log, and within Postgres's
// limit of 63 bytes.
func (l *Log) channel() string { return "accord_" + l.identity }

// listen keeps a connection of its own that hears of every append, until the
// context is done. While there is none it polls with the pool's. It logs what
// keeps it from listening once, not at each try.
func (l *Log) listen(ctx context.Context) {
	retry, said := firstRetry, ""
	for {
		err := l.hear(ctx, func() {
			if said != "" {
				l.logger.Info("listening for changes again", "store", l.name)
			}
			retry, said = firstRetry, ""
		})
		if ctx.Err() != nil {
			return
		}
		err = l.failure(ctx, "listen to", err)
		if err.Error() != said {
			l.logger.Warn("not listening for changes; polling until that works", "store", l.name, "error", err)
			said = err.Error()
		}
		if !sleep(ctx, retry/2+rand.N(retry/2)) { //nolint:gosec // no secret
			return
		}
		retry = min(2*retry, lastRetry)
		// What it says was logged above, and is the answer to who reads.
		_, _ = l.head(ctx)
	}
}

// hear connects, listens, and looks for new entries whenever it is notified or
// the poll interval is over. It calls listening once it does, and returns what
// went wrong.
func (l *Log) hear(ctx context.Context, listening func()) error {
	conn, err := pgx.ConnectConfig(ctx, l.config)
	if err != nil {
		return err
	}
	defer l.hangUp(conn)
	if err := l.adopt(ctx, conn); err != nil {
		return err
	}
	if err := l.bounded(ctx, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{l.channel()}.Sanitize())
		return err
	}); err != nil {
		return err
	}
	for first := true; ; first = false {
		// Also before the first notification: what was appended before LISTEN
		// took effect was notified to nobody.
		if err := l.bounded(ctx, func(ctx context.Context) error {
			_, err := l.look(ctx, conn)
			return err
		}); err != nil {
			return err
		}
		if first {
			listening()
		}
		if err := l.notified(ctx, conn); err != nil {
			return err
		}
	}
}

// notified returns when there may be entries that have not been seen: when
// notified of one, or when the poll interval is over.
func (l *Log) notified(ctx context.Context, conn *pgx.Conn) error {
	poll, cancel := context.WithTimeout(ctx, l.poll)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(poll)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case poll.Err() != nil && !conn.IsClosed():
			return nil
		case err != nil:
			return fmt.Errorf("the connection for notifications: %w", err)
		}
		// The payload only spares a look for what this process appended itself.
		seen, _ := l.heads.Seen()
		if head, err := strconv.ParseInt(n.Payload, 10, 64); err != nil || head > seen.seq {
			return nil
		}
	}
}

// bounded runs an exchange outside of the pool.
func (s *server) bounded(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return do(ctx)
}

// hangUp closes the listener's connection, without patience.
func (s *server) hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if err := conn.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		s.logger.Debug("closing the connection for notifications", "store", s.name, "error", err)
	}
	<-conn.PgConn().CleanupDone()
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
