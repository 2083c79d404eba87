package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// loadConns is how many connections a load has open, as wrk -c32 has.
const loadConns = 32

// load sends one request over and over on connections that stay open: the
// cheapest client there is, so that the server's work is most of what counts. It
// says what it is, as clients do, so that its use of schemas is noted.
type load struct {
	conns []*loadConn
}

// newLoad connects to a server, whose answers must all be as long as the first.
func newLoad(tb testing.TB, url, method, path, body string) *load {
	tb.Helper()
	host := strings.TrimPrefix(url, "http://")
	request := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: franz-go\r\n", method, path, host)
	if body != "" {
		request = fmt.Appendf(request, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	request = append(append(request, "\r\n"...), body...)
	l := new(load)
	for range loadConns {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = conn.Close() })
		c := &loadConn{conn: conn, request: request}
		if err := c.measure(); err != nil {
			tb.Fatalf("%s %s: %v", method, path, err)
		}
		l.conns = append(l.conns, c)
	}
	return l
}

// run asks for so long and returns how many answers came in how much time.
func (l *load) run(tb testing.TB, d time.Duration) (answers int, took time.Duration) {
	tb.Helper()
	start := time.Now()
	counts := make([]int, len(l.conns))
	var asking sync.WaitGroup
	for i, c := range l.conns {
		asking.Go(func() {
			for time.Since(start) < d {
				if err := c.ask(); err != nil {
					tb.Error(err)
					return
				}
				counts[i]++
			}
		})
	}
	asking.Wait()
	took = time.Since(start)
	for _, n := range counts {
		answers += n
	}
	return answers, took
}

type loadConn struct {
	conn    net.Conn
	request []byte
	answer  []byte // room for one, header and all
}

// measure asks once and learns how long an answer is.
func (c *loadConn) measure() error {
	var seen bytes.Buffer
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(io.TeeReader(c.conn, &seen)), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, body)
	}
	c.answer = make([]byte, seen.Len())
	return nil
}

func (c *loadConn) ask() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.conn, c.answer); err != nil {
		return err
	}
	if !bytes.HasPrefix(c.answer, []byte("HTTP/1.1 200 ")) {
		return errors.New("answered " + string(c.answer))
	}
	return nil
}
