package registry_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

// replicas opens nodes that share a log and hear nothing of one another.
func replicas(t *testing.T) (a, b *registry.Registry) {
	t.Helper()
	log := memlog.New()
	return open(t, logtest.Deaf(log)), open(t, logtest.Deaf(log))
}

func TestARefusalRestsOnTheNewestState(t *testing.T) {
	t.Parallel()
	a, b := replicas(t)
	register(t, a, "s", avro(`"int"`))
	if _, err := b.SchemaByID(t.Context(), 1, "", registry.ReadOptions{}); err == nil {
		t.Fatal("the other node heard of the write: this test shows nothing")
	}
	var got registry.Version
	err := b.Current(t.Context(), func() (err error) {
		got, err = b.SchemaByID(t.Context(), 1, "", registry.ReadOptions{})
		return err
	})
	if err != nil || got.Text != `"int"` {
		t.Errorf("schema 1 = %q, %v", got.Text, err)
	}
	wantCode(t, b.Current(t.Context(), func() error {
		_, err := b.SchemaByID(t.Context(), 2, "", registry.ReadOptions{})
		return err
	}), registry.CodeSchemaNotFound)
}

// A write is refused for what stands, not for what stood.
func TestAWriteIsRefusedOnTheNewestState(t *testing.T) {
	t.Parallel()
	a, b := replicas(t)
	register(t, a, "s", avro(`"int"`))
	if err := b.Current(t.Context(), func() error {
		_, err := b.DeleteSubject(t.Context(), "s", false)
		return err
	}); err != nil {
		t.Errorf("delete on the other node: %v", err)
	}
	// The first node still has it, and learns while it tries.
	wantCode(t, a.Current(t.Context(), func() error {
		_, err := a.DeleteSubject(t.Context(), "s", false)
		return err
	}), registry.CodeSubjectSoftDeleted)
}

func TestAVerboseCheckKnowsNewReferences(t *testing.T) {
	t.Parallel()
	a, b := replicas(t)
	register(t, a, "money", avro(record("acme.Money", "currency")))
	got, err := b.CheckCompatibility(t.Context(), registry.CheckRequest{
		Subject: "order", Verbose: true,
		Candidate: avro(`{"type":"record","name":"acme.Order","fields":[{"name":"total","type":"acme.Money"}]}`,
			schema.Reference{Name: "acme.Money", Subject: "money", Version: 1}),
	})
	if err != nil || !got.Compatible {
		t.Errorf("check = %+v, %v", got, err)
	}
}

func TestAwaitReadsUpToAnOffset(t *testing.T) {
	t.Parallel()
	a, b := replicas(t)
	register(t, a, "s", avro(`"int"`))
	if err := b.Await(t.Context(), a.Head()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Versions("s", registry.VersionFilter{}); err != nil {
		t.Errorf("after waiting for the write: %v", err)
	}
	main, _ := a.Head().Parts()
	wantCode(t, b.Await(t.Context(), registry.NewOffset(main+1, 0)), registry.CodeUnknownOffset)
}

// Nothing is said to be missing while the log cannot be asked.
func TestAMissWithoutALogIsUnknown(t *testing.T) {
	t.Parallel()
	log := &gate{Log: logtest.Deaf(memlog.New())}
	r := open(t, log)
	log.fail.Store(true)
	err := r.Current(t.Context(), func() error {
		_, err := r.Versions("s", registry.VersionFilter{})
		return err
	})
	wantCode(t, err, registry.CodeStoreUnavailable)
	if !errors.Is(err, errDisk) {
		t.Errorf("the cause must be there for logs: %v", err)
	}
}

// Those who miss while the log is read share the next reading.
func TestMissesShareAReading(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	log := &gate{Log: logtest.Deaf(memlog.New())}
	r := open(t, log)
	before := log.reads.Load()
	log.hold.Store(&held)

	const readers = 100
	var asked atomic.Int64
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			err := r.Current(t.Context(), func() error {
				_, err := r.Versions("s", registry.VersionFilter{})
				asked.Add(1)
				return err
			})
			if refused := new(registry.Error); !errors.As(err, &refused) || refused.Code != registry.CodeSubjectNotFound {
				t.Errorf("error = %v", err)
			}
		})
	}
	waitFor(t, func() bool { return asked.Load() == readers })
	close(held)
	wg.Wait()
	// One was under way and one is for all who asked meanwhile; the rest are
	// for stragglers who had been refused and had not asked yet.
	if reads := log.reads.Load() - before; reads > readers/4 {
		t.Errorf("%d misses took %d readings", readers, reads)
	}
}

// gate is a log that can be made to fail or to wait when it is read.
type gate struct {
	registry.Log
	reads atomic.Int64
	fail  atomic.Bool
	hold  atomic.Pointer[chan struct{}]
}

func (g *gate) Read(ctx context.Context, after registry.Offset) iter.Seq2[registry.Entry, error] {
	g.reads.Add(1)
	if held := g.hold.Load(); held != nil {
		<-*held
	}
	if g.fail.Load() {
		return func(yield func(registry.Entry, error) bool) { yield(registry.Entry{}, errDisk) }
	}
	return g.Log.Read(ctx, after)
}
