package registry_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
)

var errDisk = errors.New("disk on fire")

func TestAFailedAppendChangesNothing(t *testing.T) {
	t.Parallel()
	r := open(t, logtest.Faulty(memlog.New(), logtest.Refuse(errDisk)))
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: avro(`"int"`)})
	wantCode(t, err, registry.CodeStoreUnavailable)
	if !errors.Is(err, errDisk) {
		t.Errorf("the cause must be there for logs: %v", err)
	}
	if got := r.Subjects(registry.SubjectFilter{}); len(got) != 0 {
		t.Errorf("subjects = %v after a failed write", got)
	}
	if v := register(t, r, "s", avro(`"int"`)); v.ID != 1 || v.Version != 1 {
		t.Errorf("id %d version %d, want the first", v.ID, v.Version)
	}
}

// An append may succeed although its answer was lost: the writer recognises
// its own records by their change id, and does not write twice.
func TestALostAnswerIsFoundInTheLog(t *testing.T) {
	t.Parallel()
	r := open(t, logtest.Faulty(memlog.New(), logtest.LoseAnswer(errDisk)))
	v := register(t, r, "s", avro(`"int"`))
	if v.ID != 1 || v.Version != 1 {
		t.Errorf("id %d version %d, want the first", v.ID, v.Version)
	}
	if head := r.Stats().Head; head != registry.NewOffset(1, 0) {
		t.Errorf("head = %s, want one record", head)
	}
}

func TestAConflictIsDecidedAgain(t *testing.T) {
	t.Parallel()
	log := logtest.Faulty(memlog.New(), logtest.Overtake(logtest.Bystander()), logtest.Overtake(logtest.Bystander()))
	r := open(t, log)
	if v := register(t, r, "s", avro(`"int"`)); v.Version != 1 {
		t.Errorf("version = %d", v.Version)
	}
}

// Writes that arrive while an append is under way share the next one.
func TestWaitingWritesShareOneAppend(t *testing.T) {
	t.Parallel()
	r, log, release := held(t)
	const writers = 50
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			req := registry.RegisterRequest{Subject: fmt.Sprint("s", i), Candidate: avro(record("R", fmt.Sprint("f", i)))}
			if _, err := r.Register(t.Context(), req); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, func() bool { return r.Waiting() == writers })
	release()
	wg.Wait()
	if n := log.appends.Load(); n != 2 {
		t.Errorf("%d writers took %d appends, want the held one and one for all", writers, n)
	}
	if top := r.MaxID("s"); top != writers+1 {
		t.Errorf("highest id = %d, want %d", top, writers+1)
	}
}

// A writer that gave up before its turn writes nothing.
func TestACancelledWriteIsNotDecided(t *testing.T) {
	t.Parallel()
	r, _, release := held(t)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := r.Register(ctx, registry.RegisterRequest{Subject: "second", Candidate: avro(`"int"`)})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want the context's", err)
		}
	})
	waitFor(t, func() bool { return r.Waiting() == 1 })
	cancel()
	release()
	wg.Wait()
	if _, err := r.Versions("second", registry.VersionFilter{}); err == nil {
		t.Error("the cancelled write is there")
	}
}

// held is a registry in the middle of an append that ends with release.
func held(t *testing.T) (r *registry.Registry, log *counted, release func()) {
	t.Helper()
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	log = &counted{Log: logtest.Faulty(memlog.New(), logtest.Hold(held))}
	r = open(t, log)
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	t.Cleanup(release)
	wg.Go(func() {
		if _, err := r.Register(context.WithoutCancel(t.Context()), registry.RegisterRequest{Subject: "held", Candidate: avro(`"bytes"`)}); err != nil {
			t.Error(err)
		}
	})
	waitFor(t, func() bool { return log.appends.Load() == 1 })
	return r, log, release
}

func TestAClosedRegistryRefusesWrites(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: avro(`"int"`)})
	wantCode(t, err, registry.CodeStoreUnavailable)
}

// counted counts appends.
type counted struct {
	registry.Log
	appends atomic.Int64
}

func (c *counted) Append(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
	c.appends.Add(1)
	return c.Log.Append(ctx, at, recs...)
}
