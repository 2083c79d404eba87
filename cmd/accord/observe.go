package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/lineage/usage"
	"github.com/accordhq/accord/registry"
)

// observer keeps what a registry sees of lineage, beside its log: a store, the
// graph that follows it, and the duties that fill it. Without its store it does
// nothing but look for it, and harms nobody.
type observer struct {
	lateStore
	open     func(context.Context) (lineage.Store, error)
	follower atomic.Pointer[lineage.Follower]
	usage    *usage.Recorder
	builder  *openlineage.Builder
	lease    registry.Lease
	holder   string
	now      func() time.Time
	logger   *slog.Logger
	flags    observeFlags
	vitals   vitals
}

// Graph implements registry.Lineage.
func (o *observer) Graph() *lineage.Graph {
	if f := o.follower.Load(); f != nil {
		return f.Graph()
	}
	return lineage.Build(nil, lineage.Options{})
}

// Tell adds facts and waits for the graph to have them.
func (o *observer) Tell(ctx context.Context, facts []lineage.Fact) error {
	if f := o.follower.Load(); f != nil {
		return f.Tell(ctx, facts)
	}
	return o.Put(ctx, facts)
}

// Record keeps events, and counts those that are new.
func (o *observer) Record(ctx context.Context, events []lineage.Event) (int, error) {
	fresh, err := o.lateStore.Record(ctx, events)
	o.vitals.recorded.Add(int64(fresh))
	return fresh, err
}

// openObserver opens the store of observations that belongs to a --store value,
// and reads the graph from it. If that fails, run tries it again.
func openObserver(ctx context.Context, spec string, lease registry.Lease, flags observeFlags, now func() time.Time, logger *slog.Logger) (*observer, error) {
	o := &observer{lease: lease, holder: holderName(), now: now, logger: logger, flags: flags}
	o.open = func(ctx context.Context) (lineage.Store, error) { return openObservations(ctx, spec, logger) }
	var err error
	if o.builder, err = openlineage.NewBuilder(o, openlineage.BuilderOptions{Now: now, Logger: logger}); err != nil {
		return nil, err
	}
	o.usage = usage.New(o, usage.Options{Now: now, Logger: logger})
	if err := o.attempt(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		logger.Error("the registry goes on without lineage: nobody is known to read anything until it is back", "error", err)
	}
	return o, nil
}

// attempt opens the store and reads the graph.
func (o *observer) attempt(ctx context.Context) error {
	store, err := o.open(ctx)
	if err != nil {
		o.away(err)
		return err
	}
	follower, err := lineage.Follow(ctx, store, lineage.FollowOptions{Logger: o.logger})
	if err != nil {
		o.away(err)
		return errors.Join(fmt.Errorf("read lineage: %w", err), store.Close())
	}
	o.follower.Store(follower)
	o.came(store)
	return nil
}

// retryEvery is how often a store of observations that is away is looked for.
const retryEvery = 5 * time.Second

// come waits until the store is there, or ctx is done.
func (o *observer) come(ctx context.Context) {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for o.fault() != nil {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := o.attempt(ctx); err == nil {
			o.logger.Info("lineage is back")
		}
	}
}

// holderName names this process among those that share a store.
func holderName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s %d %s", host, os.Getpid(), rand.Text()[:8])
}

// dutyTTL is for how long a process that died keeps a duty.
const dutyTTL = 15 * time.Second

// run follows and fills the store until ctx is done, and closes it.
func (o *observer) run(ctx context.Context) error {
	o.come(ctx)
	if ctx.Err() != nil {
		return o.Close()
	}
	var (
		running sync.WaitGroup
		mu      sync.Mutex
		failed  error
	)
	start := func(what string, work func(context.Context) error) {
		running.Go(func() {
			if err := work(ctx); err != nil && ctx.Err() == nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	start("follow lineage", o.follower.Load().Run)
	start("look after lineage", o.lookAfter)
	start("note use of the registry", o.usage.Run)
	for name, duty := range o.duties() {
		running.Go(func() {
			registry.Serve(ctx, o.lease, registry.Duty{Name: name, Holder: o.holder, TTL: dutyTTL, Do: duty}, o.logger)
		})
	}
	running.Wait()
	return errors.Join(failed, o.Close())
}

// duties are what one process at a time does.
func (o *observer) duties() map[string]func(context.Context) error {
	all := map[string]func(context.Context) error{
		"build lineage":  o.builder.Run,
		"expire lineage": o.expire,
	}
	for name, duty := range o.flags.collectors(o) {
		all[name] = duty
	}
	return all
}

const (
	expireEvery = time.Hour
	// expireAtOnce is how many rows go in one transaction, so that others get
	// their turn.
	expireAtOnce = 1000
	// coverageKept is twice the window that it has to prove.
	coverageKept = 2 * lineage.DefaultWindow
)

// expire forgets events and runs that are older than they are kept. What the
// graph is made of stays.
func (o *observer) expire(ctx context.Context) error {
	return again(ctx, expireEvery, o.expireOnce)
}

// again does work at once and then every so often, until ctx is done or it fails.
func again(ctx context.Context, every time.Duration, work func(context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := work(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (o *observer) expireOnce(ctx context.Context) error {
	now := o.now()
	built, err := openlineage.Built(ctx, o)
	if err != nil {
		return err
	}
	steps := []func() (int, error){func() (int, error) {
		return o.ExpireEvents(ctx, now.Add(-o.flags.eventsKept), built, expireAtOnce)
	}}
	for kind, kept := range map[lineage.Kind]time.Duration{
		lineage.KindRun: o.flags.runsKept, lineage.KindRunIO: o.flags.runsKept, lineage.KindRunFacet: o.flags.runsKept,
		lineage.KindCoverage: coverageKept,
	} {
		steps = append(steps, func() (int, error) { return o.Expire(ctx, kind, now.Add(-kept), expireAtOnce) })
	}
	for _, step := range steps {
		for n := expireAtOnce; n == expireAtOnce; {
			if n, err = step(); err != nil {
				return err
			}
		}
	}
	return nil
}
