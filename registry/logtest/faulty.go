package logtest

import (
	"context"
	"sync"

	"github.com/accordhq/accord/registry"
)

// AppendFunc is registry.Log.Append.
type AppendFunc func(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error)

// A Fault is what goes wrong in one append: it stands between the caller and
// next, which is the log's own.
type Fault func(next AppendFunc) AppendFunc

// FaultyLog is a log some of whose appends go wrong. All else it does as the
// log it wraps.
type FaultyLog struct {
	registry.Log
	mu     sync.Mutex
	faults []Fault
}

// Faulty wraps a log so that its next appends suffer the faults, one each, in
// order; a nil fault lets one append pass. To repeat a fault use
// slices.Repeat.
func Faulty(log registry.Log, faults ...Fault) *FaultyLog {
	return &FaultyLog{Log: log, faults: faults}
}

// Inject adds faults for the appends after those already spoiled.
func (l *FaultyLog) Inject(faults ...Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, faults...)
}

// Append appends as the next fault has it.
func (l *FaultyLog) Append(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
	do := l.Log.Append
	if fault := l.next(); fault != nil {
		do = fault(do)
	}
	return do(ctx, at, recs...)
}

func (l *FaultyLog) next() Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.faults) == 0 {
		return nil
	}
	fault := l.faults[0]
	l.faults = l.faults[1:]
	return fault
}

// Refuse fails without writing: the disk is full, the server is gone.
func Refuse(err error) Fault {
	return func(AppendFunc) AppendFunc {
		return func(context.Context, registry.Offset, ...registry.Record) (registry.Offset, error) {
			return registry.Offset{}, err
		}
	}
}

// LoseAnswer writes, if it can, and fails all the same: the connection broke
// after the commit. The caller must find out from the log.
func LoseAnswer(err error) Fault {
	return func(next AppendFunc) AppendFunc {
		return func(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
			_, _ = next(ctx, at, recs...)
			return registry.Offset{}, err
		}
	}
}

// Hold appends once release is closed, or fails when the context ends before:
// a slow disk whose time the test decides. For a slow one by the clock, pass
// the Done channel of a context with a timeout.
func Hold(release <-chan struct{}) Fault {
	return func(next AppendFunc) AppendFunc {
		return func(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
			select {
			case <-release:
				return next(ctx, at, recs...)
			case <-ctx.Done():
				return registry.Offset{}, ctx.Err()
			}
		}
	}
}

// Overtake lets another writer be first: its records go in at the offset the
// caller named, so that the caller's own append is a true conflict.
func Overtake(first ...registry.Record) Fault {
	return func(next AppendFunc) AppendFunc {
		return func(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
			if _, err := next(ctx, at, first...); err != nil {
				return registry.Offset{}, err
			}
			return next(ctx, at, recs...)
		}
	}
}

// Bystander makes a record that changes no state: an optional one of a kind
// nobody knows. With it, Overtake is a conflict and nothing else.
func Bystander() registry.Record {
	return registry.Record{
		Key: registry.Key{Kind: "logtest-bystander"}, Op: registry.OpPut,
		Time: decided, Actor: "logtest", Change: "bystander", Optional: true,
	}
}
