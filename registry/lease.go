package registry

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Lease gives a duty to one of the processes that share a store: discovery,
// the building of lineage, expiry. Time is the store's, so clocks of processes
// need not agree. Its contract in executable form is logtest.RunLease.
type Lease interface {
	// Acquire takes a duty for the time given, or prolongs it if the holder has
	// it already. It reports whether the holder has it now; false says that
	// another has.
	Acquire(ctx context.Context, duty, holder string, ttl time.Duration) (bool, error)
	// Release gives a duty up. A holder who does not have it changes nothing.
	Release(ctx context.Context, duty, holder string) error
}

// Duty is work that one process at a time does.
type Duty struct {
	// Name is what processes compete for, Holder what names this process among
	// them.
	Name, Holder string
	// TTL is for how long a process that died keeps the duty. It is renewed
	// three times as often.
	TTL time.Duration
	// Do does the work until its context is done. It is called whenever this
	// process gets the duty, and again, a TTL later, if it returns before.
	Do func(ctx context.Context) error
}

// Serve competes for a duty and does it whenever this process has it, until
// ctx is done. The work's context ends when the duty can no longer be renewed.
// Errors of the work and of the lease are logged: both are tried again.
func Serve(ctx context.Context, lease Lease, d Duty, logger *slog.Logger) {
	tick := time.NewTicker(d.TTL / 3)
	defer tick.Stop()
	for {
		has, err := lease.Acquire(ctx, d.Name, d.Holder, d.TTL)
		if err != nil && ctx.Err() == nil {
			logger.Warn("cannot tell who has a duty", "duty", d.Name, "error", err)
		}
		if has {
			d.perform(ctx, lease, logger)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// perform does the work and renews the duty beside it, until the work returns
// or the duty is lost.
func (d Duty) perform(ctx context.Context, lease Lease, logger *slog.Logger) {
	work, lost := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := d.Do(work); err != nil && work.Err() == nil {
			logger.Warn("a duty failed and is tried again", "duty", d.Name, "error", err)
		}
		lost(nil)
	}()
	d.renew(work, lease, lost)
	<-done
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.TTL)
	defer cancel()
	if err := lease.Release(release, d.Name, d.Holder); err != nil {
		logger.Debug("a duty was not given up", "duty", d.Name, "error", err)
	}
}

var errDutyLost = errors.New("another process has the duty now")

// renew prolongs the duty until ctx is done, and calls lost when it cannot for
// so long that it may have run out.
func (d Duty) renew(ctx context.Context, lease Lease, lost context.CancelCauseFunc) {
	tick := time.NewTicker(d.TTL / 3)
	defer tick.Stop()
	failed := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		attempt, cancel := context.WithTimeout(ctx, d.TTL/3)
		has, err := lease.Acquire(attempt, d.Name, d.Holder, d.TTL)
		cancel()
		switch {
		case err == nil && has:
			failed = 0
			continue
		case err == nil:
			lost(errDutyLost)
			return
		}
		if failed++; failed == 2 { // a third failure could come after the end
			lost(err)
			return
		}
	}
}
