package web

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accordhq/accord/schema/jsontree"
)

const (
	accessRoom  = 4 << 20                // bytes of lines that may wait
	accessHurry = 256 << 10              // bytes that are written without delay
	accessDelay = 100 * time.Millisecond // how far the log may lag
	accessLine  = 512                    // bytes that most lines fit into
)

// accessLog writes a line for each request without making the request wait: a
// request leaves its line in a buffer that one writer empties, and a line that
// finds no room is dropped and counted.
type accessLog struct {
	out     io.Writer
	mu      sync.Mutex
	lines   []byte        // what waits to be written; guarded by mu
	waiting chan struct{} // the buffer is no longer empty
	hurry   chan struct{} // the buffer grows large
	closing chan struct{}
	dropped atomic.Int64
	running sync.WaitGroup
	failed  error // the writer's first error; read after running is done
}

func newAccessLog(w io.Writer) *accessLog {
	return &accessLog{
		out: w, waiting: make(chan struct{}, 1), hurry: make(chan struct{}, 1), closing: make(chan struct{}),
	}
}

func (l *accessLog) add(e accessEntry) {
	var room [accessLine]byte
	line := e.appendTo(room[:0])
	l.mu.Lock()
	before := len(l.lines)
	after := before + len(line)
	fits := after <= accessRoom
	if fits {
		l.lines = append(l.lines, line...)
	}
	l.mu.Unlock()
	switch {
	case !fits:
		l.dropped.Add(1)
	case before == 0:
		signal(l.waiting)
	case before < accessHurry && after >= accessHurry:
		signal(l.hurry)
	}
}

// signal leaves a message that says one thing, however often it is said.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (l *accessLog) start() { l.running.Go(l.run) }

// stop writes what waits and returns the first error of the writer. A request
// that outlives the drain may still call add; its line is lost.
func (l *accessLog) stop() error {
	close(l.closing)
	l.running.Wait()
	if l.failed != nil {
		return fmt.Errorf("write access log: %w", l.failed)
	}
	return nil
}

// run writes what gathers within accessDelay of a first line in one go: waking
// up for each line would cost the requests more than writing does.
func (l *accessLog) run() {
	var written []byte // the buffer that requests do not fill now
	for {
		select {
		case <-l.waiting:
		case <-l.closing:
			l.flush(written)
			return
		}
		delay := time.NewTimer(accessDelay)
		select {
		case <-delay.C:
		case <-l.hurry:
		case <-l.closing:
		}
		delay.Stop()
		written = l.flush(written)
	}
}

// flush hands out an empty buffer, writes the full one and returns it empty.
func (l *accessLog) flush(empty []byte) []byte {
	l.mu.Lock()
	full := l.lines
	l.lines = empty
	l.mu.Unlock()
	if len(full) == 0 {
		return full
	}
	if _, err := l.out.Write(full); err != nil && l.failed == nil {
		l.failed = err
	}
	return full[:0]
}

// accessEntry is one line of the access log.
type accessEntry struct {
	at     time.Time
	took   time.Duration
	status int
	size   int64 // of the body as sent, in bytes
	route  string
	id     string
	method string
	target string
	remote string
	agent  string
}

// appendTo appends the line as log/slog would print it: a JSON object with the
// duration in nanoseconds.
func (e *accessEntry) appendTo(b []byte) []byte {
	b = e.at.AppendFormat(append(b, `{"time":"`...), time.RFC3339Nano)
	b = append(b, `","level":"INFO","msg":"request","method":`...)
	b = appendText(b, e.method)
	b = appendText(append(b, `,"target":`...), e.target)
	b = jsontree.AppendString(append(b, `,"route":`...), e.route)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(e.status), 10)
	b = strconv.AppendInt(append(b, `,"bytes":`...), e.size, 10)
	b = strconv.AppendInt(append(b, `,"took":`...), int64(e.took), 10)
	b = jsontree.AppendString(append(b, `,"request_id":`...), e.id)
	b = jsontree.AppendString(append(b, `,"remote":`...), e.remote)
	b = appendText(append(b, `,"agent":`...), e.agent)
	return append(b, "}\n"...)
}

// appendText appends a JSON string of what a client sent. That need not be
// UTF-8: bytes that are not show as one replacement character.
func appendText(b []byte, s string) []byte {
	return jsontree.AppendString(b, strings.ToValidUTF8(s, "\ufffd"))
}
