package usage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/usage"
)

// sink keeps what is put, unless it is told to fail.
type sink struct {
	mu    sync.Mutex
	uses  []lineage.Use
	fails error
}

func (s *sink) Put(_ context.Context, facts []lineage.Fact) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		return s.fails
	}
	for _, f := range facts {
		u, err := lineage.UseOf(f)
		if err != nil {
			return err
		}
		s.uses = append(s.uses, u)
	}
	return nil
}

// take returns what came since the last call, as lines in order.
func (s *sink) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, u := range s.uses {
		lines = append(lines, fmt.Sprintf("%s %s %s %d", u.Client, u.Action, u.Subject, u.Version))
	}
	s.uses = nil
	slices.Sort(lines)
	return lines
}

var fetch = usage.Sighting{Agent: "franz-go", Address: "10.0.0.7", Action: lineage.Fetched, Subject: "orders-value", Version: 3}

func TestClientsAreNotedOnceAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &sink{}
		r := usage.New(store, usage.Options{Now: time.Now, Every: time.Second})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		want := []string{"registry-client franz-go at 10.0.0.7 fetched orders-value 3"}
		for range 3 {
			r.Saw(fetch)
			time.Sleep(2 * time.Second)
		}
		if diff := cmp.Diff(want, store.take()); diff != "" {
			t.Errorf("in the first hour (-want +got): %s", diff)
		}
		time.Sleep(time.Hour)
		r.Saw(fetch)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, store.take()); diff != "" {
			t.Errorf("in the second hour (-want +got): %s", diff)
		}
	})
}

func TestToolsAreNotNoted(t *testing.T) {
	t.Parallel()
	store := &sink{}
	r := usage.New(store, usage.Options{Now: time.Now})
	for _, agent := range []string{"", "curl/8.5.0", "Mozilla/5.0 (X11)", "accord/1.0"} {
		s := fetch
		s.Agent = agent
		r.Saw(s)
	}
	named := fetch
	named.Agent, named.Principal = "curl/8.5.0", "risk"
	r.Saw(named)
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"registry-user risk fetched orders-value 3"}, store.take()); diff != "" {
		t.Errorf("(-want +got): %s", diff)
	}
}

func TestNothingIsLostWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	store := &sink{fails: errors.New("no")}
	r := usage.New(store, usage.Options{Now: time.Now})
	r.Saw(fetch)
	if err := r.Flush(t.Context()); !errors.Is(err, store.fails) {
		t.Fatalf("err = %v", err)
	}
	other := fetch
	other.Version = 4
	r.Saw(other)
	store.fails = nil
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := store.take(); len(got) != 2 {
		t.Errorf("got %q, want both", got)
	}
}

// A flood of clients nobody has seen costs bounded memory.
func TestFloodIsBounded(t *testing.T) {
	t.Parallel()
	store := &sink{}
	r := usage.New(store, usage.Options{Now: time.Now})
	for i := range 60_000 {
		s := fetch
		s.Address = fmt.Sprint(i)
		r.Saw(s)
	}
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(store.take()); got < 49_000 || got > 50_000 {
		t.Errorf("%d sightings kept, want some 50,000", got)
	}
}

func BenchmarkSaw(b *testing.B) {
	r := usage.New(&sink{}, usage.Options{Now: time.Now})
	b.ReportAllocs()
	for b.Loop() {
		r.Saw(fetch)
	}
}
