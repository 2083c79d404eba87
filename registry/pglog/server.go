package pglog

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accordhq/accord/registry/sqlstore"
)

// connections is how many the pool makes at most if the connection string does
// not say pool_max_conns. One more listens. Reads of the registry come from
// memory; these serve appends, catching up and the bodies that no cache holds.
const connections = 4

// server is the database of a store: a pool of connections and who uses it.
type server struct {
	what    string // "log", for messages
	name    string // for messages, too: no password
	timeout time.Duration
	logger  *slog.Logger
	closed  error // the answer of calls after Close

	schema string // the tables lie there
	stamp         // of when it was opened
	config *pgx.ConnConfig
	pool   *pgxpool.Pool
	dialed *sockets
	// meet looks at a connection that leads to the right database before it
	// is used; nil if there is nothing to look for.
	meet func(ctx context.Context, conn *pgx.Conn) error

	// calls is held for reading by every use of the pool and for writing by
	// Close, which so waits for those under way, each bounded by timeout. Who
	// waits for more and the callers of iterators sleep and work without it.
	calls     sync.RWMutex
	closing   chan struct{} // closed first thing by Close
	closeOnce func() error  // shut, run once

	background sync.WaitGroup
	end        context.CancelFunc // of what runs there
}

func newServer(what, dsn string, opts Options, closed error) *server {
	s := &server{
		what:    what,
		name:    Name(dsn),
		timeout: cmp.Or(opts.Timeout, 5*time.Second),
		logger:  cmp.Or(opts.Logger, slog.New(slog.DiscardHandler)),
		closed:  closed,
		dialed:  newSockets(),
		closing: make(chan struct{}),
		end:     func() {},
	}
	s.closeOnce = sync.OnceValue(s.shut)
	return s
}

// connect brings the database up to date, then opens the pool. Adopt is told
// the schema before there is a connection in it.
func (s *server) connect(ctx context.Context, dsn string, adopt func(schema string)) error {
	config, err := parse(dsn)
	if err != nil {
		return err
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = s.timeout
	}
	config.ConnConfig.DialFunc = s.dialed.tracking(config.ConnConfig.DialFunc)
	s.config = config.ConnConfig
	if err := s.prepare(ctx); err != nil {
		return err
	}
	adopt(s.schema)
	config.AfterConnect = s.adopt
	config.PingTimeout = s.timeout
	s.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	return err
}

// abandon closes what could not be opened and says why.
func (s *server) abandon(ctx context.Context, err error) error {
	return errors.Join(s.failure(ctx, "open", err), s.closeOnce())
}

// prepare finds the schema and the identity of the store, which it makes or
// migrates if it must. Nothing is changed in a schema that is not ours, and
// nothing is locked where there is nothing to do.
func (s *server) prepare(ctx context.Context) error {
	scripts, err := sqlstore.Scripts(embedded, "migrations")
	if err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(short, s.config)
	if err != nil {
		return err
	}
	defer s.hangUp(conn)
	durable, err := s.settle(short, conn)
	if err != nil {
		return err
	}
	if !durable {
		s.logger.Warn("the server runs with fsync off: a power failure can lose acknowledged writes; turn it on", "store", s.name)
	}
	if s.schema, err = schemaOf(short, conn); err != nil {
		return err
	}
	s.stamp, err = stampOf(short, conn, s.schema, len(scripts))
	if err == nil && s.version < len(scripts) {
		s.stamp, err = migrate(ctx, conn, s.schema, scripts)
	}
	return err
}

// goodbye is how long Close lets connections part in order.
const goodbye = time.Second

func (s *server) shut() error {
	close(s.closing)
	s.end()
	s.calls.Lock()
	defer s.calls.Unlock()
	// A server that hangs does not take part in a farewell.
	hurry := time.AfterFunc(goodbye, s.dialed.sever)
	defer hurry.Stop()
	s.background.Wait()
	if s.pool != nil {
		s.pool.Close()
	}
	return nil
}

// enter begins a use of the pool; unless it fails, leave must follow.
func (s *server) enter() error {
	s.calls.RLock()
	select {
	case <-s.closing:
		s.calls.RUnlock()
		return s.closed
	default:
		return nil
	}
}

func (s *server) leave() { s.calls.RUnlock() }
