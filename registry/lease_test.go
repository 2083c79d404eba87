package registry_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
)

const dutyTTL = 6 * time.Second

// link is a process's way to the store of leases, which may fail.
type link struct {
	registry.Lease
	// before and after are what happens on the way to the store and back.
	before, after atomic.Pointer[func(ctx context.Context) error]
}

func (l *link) Acquire(ctx context.Context, duty, holder string, ttl time.Duration) (bool, error) {
	if err := l.pass(ctx, &l.before); err != nil {
		return false, err
	}
	// What has arrived is done, also when the sender does not wait for it.
	has, err := l.Lease.Acquire(context.WithoutCancel(ctx), duty, holder, ttl)
	if lost := l.pass(ctx, &l.after); lost != nil {
		return false, lost
	}
	return has, err
}

func (l *link) pass(ctx context.Context, way *atomic.Pointer[func(context.Context) error]) error {
	if do := way.Load(); do != nil {
		return (*do)(ctx)
	}
	return ctx.Err()
}

// hang is what a network does that drops everything.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// journal notes who does the duty.
type journal struct {
	mu     sync.Mutex
	doing  string
	faults []string
	spells []string // who, from when to when
	zero   time.Time
}

// duty is work that ends at once when it must.
func (j *journal) duty(holder string) registry.Duty {
	return registry.Duty{Name: "build", Holder: holder, TTL: dutyTTL, Do: func(ctx context.Context) error {
		from := j.begin(holder)
		<-ctx.Done()
		j.end(holder, from)
		return ctx.Err()
	}}
}

func (j *journal) begin(holder string) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.doing != "" {
		j.faults = append(j.faults, fmt.Sprintf("%s begins while %s is at work", holder, j.doing))
	}
	j.doing = holder
	return time.Since(j.zero)
}

func (j *journal) end(holder string, from time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.doing = ""
	j.spells = append(j.spells, fmt.Sprint(holder, " ", from, " to ", time.Since(j.zero)))
}

func (j *journal) now() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.doing
}

func (j *journal) verify(t *testing.T, spells ...string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, fault := range j.faults {
		t.Error(fault)
	}
	if len(spells) > 0 && fmt.Sprint(spells) != fmt.Sprint(j.spells) {
		t.Errorf("the duty was done by %q, want %q", j.spells, spells)
	}
}

// A process that cannot reach the store stops before the other begins.
func TestServeHandsOver(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(ctx context.Context) error{
		"refused": func(context.Context) error { return errors.New("refused") },
		"hangs":   hang,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := memlog.New()
				defer store.Close()
				j := &journal{zero: time.Now()}
				a := &link{Lease: store}
				ctx, stop := context.WithCancel(t.Context())
				var serving sync.WaitGroup
				serving.Go(func() { registry.Serve(ctx, a, j.duty("a"), slog.New(slog.DiscardHandler)) })
				synctest.Wait()
				serving.Go(func() { registry.Serve(ctx, store, j.duty("b"), slog.New(slog.DiscardHandler)) })
				time.Sleep(time.Minute + time.Millisecond) // and the last renewal was at 1m0s
				a.before.Store(&fault)
				time.Sleep(10 * time.Second)
				if got := j.now(); got != "b" {
					t.Errorf("%q is at work, want b", got)
				}
				a.before.Store(nil)
				time.Sleep(time.Minute)
				stop()
				serving.Wait()
				j.verify(t, "a 0s to 1m5s", "b 1m6s to 2m10.001s")
			})
		})
	}
}

// A process that ends gives its duty up, and another need not wait.
func TestServeReleases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memlog.New()
		defer store.Close()
		j := &journal{zero: time.Now()}
		ctx, stop := context.WithCancel(t.Context())
		var serving sync.WaitGroup
		serving.Go(func() { registry.Serve(ctx, store, j.duty("a"), slog.New(slog.DiscardHandler)) })
		time.Sleep(time.Second)
		stop()
		serving.Wait()
		if has, err := store.Acquire(t.Context(), "build", "b", dutyTTL); !has || err != nil {
			t.Errorf("after the holder ended: got %t and %v", has, err)
		}
		j.verify(t, "a 0s to 1s")
	})
}

// Work that fails is tried again, not at once and not by everybody.
func TestServeTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memlog.New()
		defer store.Close()
		zero := time.Now()
		var began []time.Duration
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		registry.Serve(ctx, store, registry.Duty{Name: "build", Holder: "a", TTL: dutyTTL, Do: func(context.Context) error {
			began = append(began, time.Since(zero))
			if len(began) == 3 {
				stop()
			}
			return errors.New("failed")
		}}, slog.New(slog.DiscardHandler))
		if got, want := fmt.Sprint(began), "[0s 6s 12s]"; got != want {
			t.Errorf("the work began at %s, want %s", got, want)
		}
	})
}

// Requests and answers that come late or never must not make two do the work.
func TestServeOverABadNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memlog.New()
		defer store.Close()
		j := &journal{zero: time.Now()}
		ctx, stop := context.WithCancel(t.Context())
		var serving sync.WaitGroup
		delay := func(ctx context.Context) error {
			if rand.N(3) == 0 {
				return ctx.Err()
			}
			select {
			case <-time.After(rand.N(dutyTTL / 2)):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		for i := range 3 {
			l := &link{Lease: store}
			l.before.Store(&delay)
			l.after.Store(&delay)
			serving.Go(func() { registry.Serve(ctx, l, j.duty(fmt.Sprint(i)), slog.New(slog.DiscardHandler)) })
		}
		time.Sleep(24 * time.Hour)
		stop()
		serving.Wait()
		if len(j.spells) < 100 {
			t.Errorf("the duty changed hands %d times: the network was not bad", len(j.spells))
		}
		j.verify(t)
	})
}
