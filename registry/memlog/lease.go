package memlog

import (
	"context"
	"time"

	"github.com/accordhq/accord/registry"
)

var _ registry.Lease = (*Log)(nil)

// lease is a duty that somebody has. Its timer frees the duty.
type lease struct {
	holder string
	end    *time.Timer
}

// Acquire implements registry.Lease.
func (l *Log) Acquire(ctx context.Context, duty, holder string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return false, err
	}
	if old, taken := l.leases[duty]; taken {
		if old.holder != holder {
			return false, nil
		}
		old.end.Stop()
	}
	taken := &lease{holder: holder}
	taken.end = time.AfterFunc(ttl, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.free(duty, taken)
	})
	l.leases[duty] = taken
	return true, nil
}

// Release implements registry.Lease.
func (l *Log) Release(ctx context.Context, duty, holder string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return err
	}
	if taken := l.leases[duty]; taken != nil && taken.holder == holder {
		l.free(duty, taken)
	}
	return nil
}

// free ends a lease, unless another took its place. The caller holds the lock.
func (l *Log) free(duty string, taken *lease) {
	taken.end.Stop()
	if l.leases[duty] == taken {
		delete(l.leases, duty)
	}
}
