package logtest

import (
	"context"
	"sync"

	"github.com/accordhq/accord/registry"
)

// DeafLog is how a log looks from a node that hears of other nodes' appends as
// late as can be: never, unless it asks. Several share the log they wrap.
type DeafLog struct {
	registry.Log
	closed  chan struct{}
	closing func()
}

// Deaf wraps a log, which stays open when the DeafLog is closed.
func Deaf(log registry.Log) *DeafLog {
	closed := make(chan struct{})
	return &DeafLog{Log: log, closed: closed, closing: sync.OnceFunc(func() { close(closed) })}
}

// Wait hears nothing.
func (l *DeafLog) Wait(ctx context.Context, _ registry.Offset) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-l.closed:
		return registry.ErrClosed
	}
}

// Close ends Wait and nothing else.
func (l *DeafLog) Close() error {
	l.closing()
	return nil
}
