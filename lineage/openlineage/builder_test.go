package openlineage_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// store keeps what a Builder needs in memory, and can be made to fail.
type store struct {
	lineage.Store // the methods a Builder does not call
	mu            sync.Mutex
	facts         map[string]lineage.Fact
	puts          []int // how many facts each Put had
	events        []lineage.Recorded
	grown         chan struct{}
	// failAfter Puts the next fails, once; negative never.
	failAfter int
}

func newStore() *store {
	return &store{facts: map[string]lineage.Fact{}, grown: make(chan struct{}), failAfter: -1}
}

var errBroken = errors.New("store is broken")

func (s *store) Put(ctx context.Context, facts []lineage.Fact) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.failAfter--; s.failAfter == -1 {
		return errBroken
	}
	s.puts = append(s.puts, len(facts))
	merge(s.facts, facts)
	return nil
}

func (s *store) Fact(_ context.Context, kind lineage.Kind, key string) (lineage.Fact, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.facts[string(kind)+key]
	if !ok {
		return lineage.Fact{}, lineage.ErrNotFound
	}
	return f, nil
}

func (s *store) Record(_ context.Context, events []lineage.Event) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		// Cursors are not dense.
		s.events = append(s.events, lineage.Recorded{Cursor: lineage.Cursor(10 * (len(s.events) + 1)), Event: e})
	}
	close(s.grown)
	s.grown = make(chan struct{})
	return len(events), nil
}

func (s *store) Recorded(_ context.Context, after lineage.Cursor) iter.Seq2[lineage.Recorded, error] {
	return func(yield func(lineage.Recorded, error) bool) {
		s.mu.Lock()
		events := s.events
		s.mu.Unlock()
		for _, e := range events {
			if e.Cursor > after && !yield(e, nil) {
				return
			}
		}
	}
}

func (s *store) Wait(ctx context.Context, _, recorded lineage.Cursor) error {
	for {
		s.mu.Lock()
		more, grown := len(s.events) > 0 && s.events[len(s.events)-1].Cursor > recorded, s.grown
		s.mu.Unlock()
		if more {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// known returns the facts but for the position.
func (s *store) known() map[string]lineage.Fact {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]lineage.Fact{}
	for id, f := range s.facts {
		if f.Kind != lineage.KindPosition {
			out[id] = f
		}
	}
	return out
}

func newBuilder(t testing.TB, s lineage.Store) *openlineage.Builder {
	t.Helper()
	b, err := openlineage.NewBuilder(s, openlineage.BuilderOptions{Now: time.Now, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func record(t testing.TB, s lineage.Store, bodies ...string) {
	t.Helper()
	var events []lineage.Event
	for _, body := range bodies {
		events = append(events, lineage.Event{Received: received, Body: []byte(body)})
	}
	if _, err := s.Record(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

// heartbeat is a run event some seconds after the hour.
func heartbeat(seconds int) string {
	return event(fmt.Sprintf(`{"eventTime": %q, "eventType": "RUNNING", "inputs": [{"namespace": "n", "name": "in"}], "outputs": [{"namespace": "n", "name": "out"}]}`,
		time.Date(2026, 11, 20, 8, 0, seconds, 0, time.UTC).Format(time.RFC3339)))
}

// TestBuilder goes through the life of a Builder in a minute that takes no
// time: what is news is written at once, what is not when the minute is over,
// and what is held back when it stops.
func TestBuilder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		s, done := newStore(), make(chan error, 1)
		b := newBuilder(t, s)
		go func() { done <- b.Run(ctx) }()

		record(t, s, heartbeat(0), `{"not": "an event"}`, `not JSON`)
		synctest.Wait()
		written := len(s.known())
		if want := (openlineage.BuilderCounts{Events: 3, Refused: 2, Written: int64(written)}); b.Counts() != want || written == 0 {
			t.Errorf("%+v, want %+v", b.Counts(), want)
		}
		if at, err := openlineage.Built(ctx, s); at != 30 || err != nil {
			t.Errorf("built up to %d, %v", at, err)
		}

		for second := range 30 {
			record(t, s, heartbeat(second))
			synctest.Wait()
		}
		edge := lineage.Edge{Job: lineage.ID{Namespace: "n", Name: "j"}, Direction: lineage.Reads, Dataset: lineage.ID{Namespace: "n", Name: "in"}, Evidence: lineage.Reported, Source: openlineage.Source}
		last := func() int {
			f, err := s.Fact(ctx, lineage.KindEdge, edge.Fact().Key)
			if err != nil {
				t.Fatal(err)
			}
			return f.Last.Second()
		}
		if at, err := openlineage.Built(ctx, s); last() != 0 || at != 30 || err != nil {
			t.Errorf("last seen %d and built up to %d, %v, before the minute is over", last(), at, err)
		}

		time.Sleep(time.Minute)
		synctest.Wait()
		if at, err := openlineage.Built(ctx, s); last() != 29 || at != 330 || err != nil {
			t.Errorf("last seen %d and built up to %d, %v, after it", last(), at, err)
		}

		record(t, s, heartbeat(31))
		synctest.Wait()
		stop()
		if err := <-done; err != nil || last() != 31 {
			t.Errorf("last seen %d and %v when it stopped", last(), err)
		}
		if at, err := openlineage.Built(t.Context(), s); at != 340 || err != nil {
			t.Errorf("built up to %d, %v, when it stopped", at, err)
		}
	})
}

// TestHeartbeatsWriteLittle counts what a day of heartbeats costs.
func TestHeartbeatsWriteLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		for second := range 3600 {
			record(t, s, heartbeat(second))
		}
		build(t, s)
		// One event has 3 nodes, 2 edges and 3 facts of its run, of which the run
		// itself changes; it came in 4 batches of the 3600.
		if total := sum(s.puts); total > 8*4*2 {
			t.Errorf("%d facts were written in %d puts", total, len(s.puts))
		}
		if diff := cmp.Diff(foldAll(t, s), s.known()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// build runs a Builder until it has seen all events and stops it. It reports
// whether the store failed.
func build(t testing.TB, s *store) bool {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- newBuilder(t, s).Run(ctx) }()
	synctest.Wait()
	stop()
	err := <-done
	if err != nil && !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	return err != nil
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}

// foldAll merges what all events of a store say.
func foldAll(t testing.TB, s *store) map[string]lineage.Fact {
	t.Helper()
	var events []openlineage.Event
	for _, recorded := range s.events {
		if e, err := openlineage.Parse(recorded.Body, recorded.Received); err == nil {
			events = append(events, e)
		}
	}
	return fold(events)
}

// TestBuilderRestarts has the store fail anywhere, the process stop anywhere
// and events come in any number of parts: the facts are those of all events.
func TestBuilderRestarts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(rapid.SliceOfN(genEvent(), 1, 20), 1, 6).Draw(rt, "events")
		synctest.Test(t, func(t *testing.T) {
			s := newStore()
			for _, part := range parts {
				record(t, s, part...)
				s.failAfter = rapid.IntRange(-1, 3).Draw(rt, "fail after")
				for build(t, s) {
					s.failAfter = -1
				}
			}
			if diff := cmp.Diff(foldAll(t, s), s.known()); diff != "" {
				rt.Fatalf("(-want +got)\n%s", diff)
			}
		})
	})
}

// TestGiantEvent is written in chunks, the position with the last.
func TestGiantEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		record(t, s, event(`{"outputs": [`+outputs(10_000)+`]}`))
		for failAfter := range 8 {
			s.failAfter = failAfter
			if !build(t, s) {
				break
			}
			if at, err := openlineage.Built(t.Context(), s); at != 0 || err != nil {
				t.Fatalf("built up to %d, %v, before all was written", at, err)
			}
		}
		if at, err := openlineage.Built(t.Context(), s); at != 10 || err != nil || len(s.known()) != 30_002 {
			t.Errorf("built up to %d, %v, with %d facts", at, err, len(s.known()))
		}
	})
}

// outputs writes some datasets with names of their own.
func outputs(n int) string {
	var out strings.Builder
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"namespace": "kafka://b:9092", "name": "topic-%d"}`, i)
	}
	return out.String()
}
