package pglog

import (
	"context"
	"net"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// sockets are the network connections that are open, so that Close need not
// wait for a server that does not answer any more.
type sockets struct {
	mu      sync.Mutex
	open    map[*socket]struct{}
	severed chan struct{} // closed by sever
}

func newSockets() *sockets {
	return &sockets{open: map[*socket]struct{}{}, severed: make(chan struct{})}
}

// socket is a connection that is forgotten when it is closed.
type socket struct {
	net.Conn
	from *sockets
}

func (s *socket) Close() error {
	s.from.mu.Lock()
	delete(s.from.open, s)
	s.from.mu.Unlock()
	return s.Conn.Close()
}

// tracking dials with dial and remembers what is open.
func (s *sockets) tracking(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-s.severed:
				cancel()
			case <-ctx.Done():
			}
		}()
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return s.add(conn)
	}
}

func (s *sockets) add(conn net.Conn) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.severed:
		_ = conn.Close()
		return nil, net.ErrClosed
	default:
	}
	tracked := &socket{conn, s}
	s.open[tracked] = struct{}{}
	return tracked, nil
}

// sever closes every connection, now and for ever. It is called once.
func (s *sockets) sever() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.severed)
	for conn := range s.open {
		_ = conn.Conn.Close()
	}
}
