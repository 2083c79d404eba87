package logtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
)

// RunLease tries what a registry.Lease promises. Open returns two handles on
// one empty store, which may be the same; the store ends with the test.
func RunLease(t *testing.T, open func(t *testing.T) (one, other registry.Lease)) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, one, other registry.Lease)
	}{
		{"a duty is one holder's", leaseExclusive},
		{"duties and holders have any name", leaseNames},
		{"a holder renews", leaseRenews},
		{"a duty that is not renewed ends", leaseEnds},
		{"a duty that is given up is free", leaseReleases},
		{"nobody gives up what is another's", leaseReleasesOwn},
		{"many race and never two have it", leaseRace},
		{"acquire respects the context", leaseCancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			one, other := open(t)
			c.test(t, one, other)
		})
	}
}

// long is a time that no test waits for, brief one that every test may.
const long, brief = time.Hour, 300 * time.Millisecond

// acquires fails the test unless a duty is had or not, as is wanted.
func acquires(t *testing.T, lease registry.Lease, duty, holder string, ttl time.Duration, want bool) {
	t.Helper()
	got, err := lease.Acquire(bounded(t), duty, holder, ttl)
	if err != nil {
		t.Fatalf("acquire %q for %q: %v", duty, holder, err)
	}
	if got != want {
		t.Errorf("acquire %q for %q: %t, want %t", duty, holder, got, want)
	}
}

func releases(t *testing.T, lease registry.Lease, duty, holder string) {
	t.Helper()
	if err := lease.Release(bounded(t), duty, holder); err != nil {
		t.Fatalf("release %q by %q: %v", duty, holder, err)
	}
}

func leaseExclusive(t *testing.T, one, other registry.Lease) {
	acquires(t, one, "build", "a", long, true)
	acquires(t, other, "build", "b", long, false)
	acquires(t, one, "build", "b", long, false)
	acquires(t, other, "build", "a", long, true) // it has it wherever it asks
	acquires(t, other, "expire", "b", long, true)
	acquires(t, one, "expire", "a", long, false)
}

func leaseNames(t *testing.T, one, other registry.Lease) {
	for _, name := range []string{"", " ", "'; --", "ключ 🦊", "BUILD", "build"} {
		acquires(t, one, name, name, long, true)
		acquires(t, other, name, name+"x", long, false)
	}
}

// The time counts anew from each renewal, also to a shorter end.
func leaseRenews(t *testing.T, one, other registry.Lease) {
	acquires(t, one, "build", "a", brief, true)
	acquires(t, one, "build", "a", long, true)
	time.Sleep(2 * brief)
	acquires(t, other, "build", "b", long, false)
	acquires(t, one, "build", "a", brief, true)
	time.Sleep(2 * brief)
	acquires(t, other, "build", "b", long, true)
	acquires(t, one, "build", "a", long, false)
}

// A holder that died must not keep the duty, nor lose it early.
func leaseEnds(t *testing.T, one, other registry.Lease) {
	began := time.Now()
	acquires(t, one, "build", "a", brief, true)
	ctx := bounded(t)
	for {
		has, err := other.Acquire(ctx, "build", "b", long)
		if err != nil {
			t.Fatalf("acquire: %v", err)
		}
		if has {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if took := time.Since(began); took < brief-5*time.Millisecond { // stores may count in milliseconds
		t.Errorf("another had the duty after %s, within the %s it was taken for", took, brief)
	}
	acquires(t, one, "build", "a", long, false)
	releases(t, one, "build", "a") // came back too late
	acquires(t, one, "build", "a", long, false)
}

func leaseReleases(t *testing.T, one, other registry.Lease) {
	acquires(t, one, "build", "a", long, true)
	releases(t, one, "build", "a")
	acquires(t, other, "build", "b", long, true)
	releases(t, one, "build", "a")
	acquires(t, one, "build", "a", long, false)
}

func leaseReleasesOwn(t *testing.T, one, other registry.Lease) {
	releases(t, one, "build", "a") // nobody's
	acquires(t, one, "build", "a", long, true)
	releases(t, other, "build", "b")
	releases(t, other, "expire", "a")
	acquires(t, other, "build", "b", long, false)
}

// Work that two do at once is what a lease is there to prevent. Each holder
// has the duty far shorter than it was given for, or lets it end.
func leaseRace(t *testing.T, one, other registry.Lease) {
	const holders, turns = 6, 4
	var having, had atomic.Int64
	var racing sync.WaitGroup
	for i := range holders {
		lease, holder := one, fmt.Sprint("holder ", i)
		if i%2 == 1 {
			lease = other
		}
		racing.Go(func() {
			for range turns {
				if !insistOnDuty(bounded(t), t, lease, holder) {
					return
				}
				if having.Add(1) > 1 {
					t.Error("two have the duty")
				}
				had.Add(1)
				time.Sleep(time.Millisecond)
				having.Add(-1)
				if err := lease.Release(bounded(t), "build", holder); err != nil {
					t.Errorf("release: %v", err)
				}
			}
		})
	}
	racing.Wait()
	if had.Load() != holders*turns {
		t.Errorf("the duty was had %d times, want %d", had.Load(), holders*turns)
	}
}

// insistOnDuty tries until the holder has the duty.
func insistOnDuty(ctx context.Context, t *testing.T, lease registry.Lease, holder string) bool {
	for {
		has, err := lease.Acquire(ctx, "build", holder, long)
		if err != nil {
			t.Errorf("acquire: %v", err)
		}
		if has || err != nil {
			return has
		}
		time.Sleep(time.Millisecond)
	}
}

func leaseCancelled(t *testing.T, one, other registry.Lease) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if has, err := one.Acquire(ctx, "build", "a", long); has || !errors.Is(err, context.Canceled) {
		t.Errorf("acquire: got %t and %v, want context.Canceled", has, err)
	}
	acquires(t, other, "build", "b", long, true)
	if err := one.Release(ctx, "build", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("release: got %v, want context.Canceled", err)
	}
	acquires(t, other, "build", "a", long, false)
}
