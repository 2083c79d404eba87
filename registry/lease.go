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
	// Acquire takes a duty for the time given, which begins when the store has
	// the request, or prolongs it if the holder has it already. It reports
	// whether the holder has it now; false says that another has.
	Acquire(ctx context.Context, duty, holder string, ttl time.Duration) (bool, error)
	// Release gives a duty up. A holder who does not have it changes nothing.
	Release(ctx context.Context, duty, holder string) error
}

// Duty is work that one process at a time does.
type Duty struct {
	// Name is what processes compete for, Holder what names this process among
	// them.
	Name, Holder string
	// TTL is for how long a process that died keeps the duty; it is positive.
	// It is renewed three times as often.
	TTL time.Duration
	// Do does the work until its context is done. It is called whenever this
	// process gets the duty, and again, a TTL later, if it returns before.
	Do func(ctx context.Context) error
}

// Serve competes for a duty and does it whenever this process has it, until
// ctx is done. The work's context ends a sixth of the TTL before another
// process could have the duty: so long has the work to stop. Errors of the
// work and of the lease are logged: both are tried again.
func Serve(ctx context.Context, lease Lease, d Duty, logger *slog.Logger) {
	for {
		pause := d.TTL / 3
		if d.attempt(ctx, lease, logger) {
			pause = d.TTL
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// errDutyLost is why work ends that its process may not do any more.
var errDutyLost = errors.New("the duty could not be renewed: another process may have it")

// attempt does the work if the duty can be had, and reports whether it could.
func (d Duty) attempt(ctx context.Context, lease Lease, logger *slog.Logger) bool {
	work, end := context.WithCancelCause(ctx)
	defer end(nil)
	hold := d.hold(end)
	defer func() { hold.Stop() }()
	has, err := d.acquire(ctx, lease)
	if err != nil && ctx.Err() == nil {
		logger.Warn("cannot tell who has a duty", "duty", d.Name, "error", err)
	}
	if !has {
		return false
	}
	done := make(chan error, 1)
	go func() { done <- d.Do(work) }()
	tick := time.NewTicker(d.TTL / 3)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			d.over(work, lease, err, logger)
			return true
		case <-tick.C:
		}
		renewed := d.hold(end)
		switch has, err := d.acquire(work, lease); {
		case has:
			hold, renewed = renewed, hold
		case err == nil:
			end(errDutyLost)
		case work.Err() == nil:
			logger.Warn("a duty could not be renewed yet", "duty", d.Name, "error", err)
		}
		renewed.Stop()
	}
}

// hold ends the work in time, unless the timer is stopped. It is started
// before the store is asked, because the time of the lease begins when the
// store has the request.
func (d Duty) hold(end context.CancelCauseFunc) *time.Timer {
	return time.AfterFunc(d.TTL-d.TTL/6, func() { end(errDutyLost) })
}

// acquire takes or prolongs the duty.
func (d Duty) acquire(ctx context.Context, lease Lease) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, d.TTL/3)
	defer cancel()
	return lease.Acquire(ctx, d.Name, d.Holder, d.TTL)
}

// over says how the work ended and lets another process have the duty.
func (d Duty) over(work context.Context, lease Lease, err error, logger *slog.Logger) {
	switch lost := context.Cause(work); {
	case lost == nil && err != nil:
		logger.Warn("a duty failed and is tried again", "duty", d.Name, "error", err)
	case errors.Is(lost, errDutyLost):
		logger.Warn("a duty was lost", "duty", d.Name, "error", lost)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(work), d.TTL/3)
	defer cancel()
	if err := lease.Release(ctx, d.Name, d.Holder); err != nil {
		logger.Debug("a duty was not given up: it ends by itself", "duty", d.Name, "error", err)
	}
}
