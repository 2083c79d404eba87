package pgtest

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
)

// Proxy stands between a client and a server and does to their connections
// what networks do.
type Proxy struct {
	// Address is where it listens, HOST:PORT.
	Address string

	listener net.Listener
	running  sync.WaitGroup

	mu     sync.Mutex
	target string
	pairs  map[*pair]struct{}
	// needle: the answer to the next message that holds it is lost.
	needle []byte
	// flowing is open while bytes stand still, and closed while they flow.
	flowing chan struct{}
	closed  bool
}

// pair is a client's connection and the one to the server.
type pair struct{ client, server net.Conn }

func (p *pair) close() {
	_ = p.client.Close()
	_ = p.server.Close()
}

// StartProxy starts a proxy to a server's address; it ends with the test.
func StartProxy(tb testing.TB, target string) *Proxy {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{
		Address: listener.Addr().String(), listener: listener,
		target: target, pairs: map[*pair]struct{}{}, flowing: make(chan struct{}),
	}
	close(p.flowing)
	p.running.Go(p.accept)
	tb.Cleanup(p.close)
	return p
}

// Redirect sends new connections to another server.
func (p *Proxy) Redirect(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Cut closes every connection.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.pairs {
		c.close()
	}
}

// Hang lets no byte pass until Flow, and closes nothing.
func (p *Proxy) Hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flowing = make(chan struct{})
}

// Flow ends Hang.
func (p *Proxy) Flow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flowing:
	default:
		close(p.flowing)
	}
}

// LoseAnswer passes the next message that holds needle to the server, waits
// for the answer and closes the connection in its place.
func (p *Proxy) LoseAnswer(needle string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.needle = []byte(needle)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close() //nolint:errcheck // the client may be gone
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		return
	}
	c := &pair{client, server}
	defer c.close()
	if !p.add(c) {
		return
	}
	defer p.remove(c)
	var lose sync.Once
	losing := make(chan struct{})
	var back sync.WaitGroup
	back.Go(func() {
		defer c.close()
		p.copy(client, server, func([]byte) bool {
			select {
			case <-losing:
				return false
			default:
				return true
			}
		})
	})
	p.copy(server, client, func(data []byte) bool {
		if p.found(data) {
			lose.Do(func() { close(losing) })
		}
		return true
	})
	c.close()
	back.Wait()
}

// copy passes what it reads as long as pass allows it.
func (p *Proxy) copy(to, from net.Conn, pass func([]byte) bool) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		flowing := p.flowing
		p.mu.Unlock()
		<-flowing
		if !pass(buf[:n]) {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *Proxy) found(data []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.needle) == 0 || !bytes.Contains(data, p.needle) {
		return false
	}
	p.needle = nil
	return true
}

func (p *Proxy) add(c *pair) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pairs[c] = struct{}{}
	return !p.closed
}

func (p *Proxy) remove(c *pair) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pairs, c)
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Flow()
	p.Cut()
	p.running.Wait()
}
