package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
)

const (
	accessQueue  = 4096     // lines that may wait
	accessBuffer = 64 << 10 // bytes written at once
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
	failed  error // the writer's first error; read after running is done
}

func newAccessLog(w io.Writer) *accessLog {
	out := bufio.NewWriterSize(w, accessBuffer)
	return &accessLog{
		queue: make(chan accessEntry, accessQueue), closing: make(chan struct{}),
		out: out, lines: slog.NewJSONHandler(out, nil),
	}
}

func (l *accessLog) add(e accessEntry) {
	select {
	case l.queue <- e:
	default:
		l.dropped.Add(1)
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

func (l *accessLog) run() {
	for {
		select {
		case e := <-l.queue:
			l.write(e)
		case <-l.closing:
			l.drain()
			return
		}
	}
}

// drain writes what waits, without waiting for more.
func (l *accessLog) drain() {
	for {
		select {
		case e := <-l.queue:
			l.write(e)
		default:
			return
		}
	}
}

// write formats one line. The buffer goes out whenever nothing waits behind
// it, so a quiet server's log is never behind, and a busy one's is written in
// large pieces.
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
	err := l.lines.Handle(context.Background(), line)
	if err == nil && len(l.queue) == 0 {
		err = l.out.Flush()
	}
	if err != nil && l.failed == nil {
		l.failed = err
	}
}
