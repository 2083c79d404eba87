package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	accessQueue  = 8192                   // lines that may wait
	accessBuffer = 64 << 10               // bytes written at once
	accessDelay  = 100 * time.Millisecond // how far the log may lag
)

// accessLog writes a line for each request without making the request wait:
// lines pass through a queue to one writer, and a line that finds the queue
// full is dropped and counted.
type accessLog struct {
	queue   chan accessEntry
	out     *bufio.Writer
	lines   slog.Handler
	dropped atomic.Int64
	running sync.WaitGroup
	closing chan struct{}
	hurry   chan struct{} // the queue fills up
	failed  error         // the writer's first error; read after running is done
}

func newAccessLog(w io.Writer) *accessLog {
	out := bufio.NewWriterSize(w, accessBuffer)
	return &accessLog{
		queue: make(chan accessEntry, accessQueue), closing: make(chan struct{}), hurry: make(chan struct{}, 1),
		out: out, lines: slog.NewJSONHandler(out, nil),
	}
}

func (l *accessLog) add(e accessEntry) {
	select {
	case l.queue <- e:
	default:
		l.dropped.Add(1)
		return
	}
	if len(l.queue) == accessQueue/2 {
		select {
		case l.hurry <- struct{}{}:
		default:
		}
	}
}

func (l *accessLog) start() { l.running.Go(l.run) }

// stop writes what is in the queue and returns the first error of the writer.
// A request that outlives the drain may still call add; its line is lost.
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
	for {
		select {
		case e := <-l.queue:
			l.write(e)
		case <-l.closing:
			l.drain()
			return
		}
		delay := time.NewTimer(accessDelay)
		select {
		case <-delay.C:
		case <-l.hurry:
		case <-l.closing:
		}
		delay.Stop()
		l.drain()
	}
}

// drain writes what waits, without waiting for more.
func (l *accessLog) drain() {
	for {
		select {
		case e := <-l.queue:
			l.write(e)
		default:
			l.note(l.out.Flush())
			return
		}
	}
}

func (l *accessLog) write(e accessEntry) {
	line := slog.NewRecord(e.at, slog.LevelInfo, "request", 0)
	line.AddAttrs(
		slog.String("method", e.method),
		slog.String("target", e.target),
		slog.String("route", e.route),
		slog.Int("status", e.status),
		slog.Int64("bytes", e.size),
		slog.Duration("took", e.took),
		slog.String("request_id", e.id),
		slog.String("remote", e.remote),
		slog.String("agent", e.agent),
	)
	l.note(l.lines.Handle(context.Background(), line))
}

// note keeps the writer's first error for stop.
func (l *accessLog) note(err error) {
	if l.failed == nil {
		l.failed = err
	}
}
