package openlineage_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/registry/sqlitelog"
)

// store is one in memory that counts and can be made to fail.
type store struct {
	*memlog.Lineage
	mu   sync.Mutex
	puts []int // how many facts each Put had
	// failAfter Puts the next fails, once; negative never.
	failAfter int
}

func newStore() *store { return &store{Lineage: memlog.NewLineage(), failAfter: -1} }

var errBroken = errors.New("store is broken")

func (s *store) Put(ctx context.Context, facts []lineage.Fact) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failAfter--; s.failAfter == -1 {
		return errBroken
	}
	s.puts = append(s.puts, len(facts))
	return s.Lineage.Put(ctx, facts)
}

// known returns the facts but for the position.
func (s *store) known(t testing.TB) map[string]lineage.Fact {
	t.Helper()
	out := map[string]lineage.Fact{}
	for c, err := range s.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Fact.Kind != lineage.KindPosition {
			merge(out, []lineage.Fact{c.Fact})
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
		events = append(events, lineage.Event{Digest: sha256.Sum256([]byte(body)), Time: received, Received: received, Body: []byte(body)})
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
		written := len(s.known(t))
		if want := (openlineage.BuilderCounts{Events: 3, Refused: 2, Written: int64(written)}); b.Counts() != want || written == 0 {
			t.Errorf("%+v, want %+v", b.Counts(), want)
		}
		if at, err := openlineage.Built(ctx, s); at != 3 || err != nil {
			t.Errorf("built up to %d, %v", at, err)
		}

		for second := range 30 {
			record(t, s, heartbeat(second))
			synctest.Wait()
		}
		edge := lineage.Edge{Job: lineage.ID{Namespace: "n", Name: "j"}, Direction: lineage.Reads, Dataset: lineage.ID{Namespace: "n", Name: "in"}, Evidence: lineage.Reported, Source: openlineage.Source}
		last := func() int {
			f, err := s.Fact(t.Context(), lineage.KindEdge, edge.Fact().Key)
			if err != nil {
				t.Fatal(err)
			}
			return f.Last.Second()
		}
		if at, err := openlineage.Built(ctx, s); last() != 0 || at != 3 || err != nil {
			t.Errorf("last seen %d and built up to %d, %v, before the minute is over", last(), at, err)
		}

		time.Sleep(time.Minute)
		synctest.Wait()
		if at, err := openlineage.Built(ctx, s); last() != 29 || at != 32 || err != nil {
			t.Errorf("last seen %d and built up to %d, %v, after it", last(), at, err)
		}

		record(t, s, heartbeat(31))
		synctest.Wait()
		stop()
		if err := <-done; err != nil || last() != 31 {
			t.Errorf("last seen %d and %v when it stopped", last(), err)
		}
		if at, err := openlineage.Built(t.Context(), s); at != 33 || err != nil {
			t.Errorf("built up to %d, %v, when it stopped", at, err)
		}
	})
}

// TestHeartbeatsWriteLittle counts what heartbeats cost.
func TestHeartbeatsWriteLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		for second := range 1200 {
			record(t, s, heartbeat(second))
		}
		build(t, s)
		// One event has 3 nodes, 2 edges and 3 facts of its run, of which the run
		// itself changes; it came in 2 batches of the 1200.
		if total := sum(s.puts); total > 8*3*2 {
			t.Errorf("%d facts were written in %d puts", total, len(s.puts))
		}
		if diff := cmp.Diff(foldAll(t, s), s.known(t)); diff != "" {
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
	for recorded, err := range s.Recorded(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
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
			if diff := cmp.Diff(foldAll(t, s), s.known(t)); diff != "" {
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
		for _, puts := range []int{0, 2, 6, 100} {
			s.failAfter = puts
			if !build(t, s) {
				break
			}
			if at, err := openlineage.Built(t.Context(), s); at != 0 || err != nil {
				t.Fatalf("built up to %d, %v, before all was written", at, err)
			}
		}
		if at, err := openlineage.Built(t.Context(), s); at != 1 || err != nil || len(s.known(t)) != 30_002 {
			t.Errorf("built up to %d, %v, with %d facts", at, err, len(s.known(t)))
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

// TestBuilderOnDisk builds with a store that others read at the same time.
func TestBuilderOnDisk(t *testing.T) {
	t.Parallel()
	s, err := sqlitelog.OpenLineage(t.Context(), filepath.Join(t.TempDir(), "lineage.db"), sqlitelog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	events := repeated(t, 500)
	if _, err := s.Record(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	buildAll(t, s, len(events))
	if at, err := openlineage.Built(t.Context(), s); err != nil || int(at) < len(events) {
		t.Errorf("built up to %d of %d, %v", at, len(events), err)
	}
}

// buildAll runs a Builder until it has read so many events.
func buildAll(t testing.TB, s lineage.Store, events int) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	b, done := newBuilder(t, s), make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	for b.Counts().Events < int64(events) && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

var clock = regexp.MustCompile(`"eventTime":"[^"]*"`)

// repeated are our own events again and again, each time a second later.
func repeated(t testing.TB, n int) []lineage.Event {
	t.Helper()
	var out []lineage.Event
	for i := 0; len(out) < n; i++ {
		for _, name := range []string{"debezium", "snapshot", "names", "columns"} {
			for _, e := range ownEvents(t, name) {
				body := clock.ReplaceAll(e.Body, fmt.Appendf(nil, `"eventTime":"2026-11-20T%02d:%02d:%02dZ"`, i/3600%24, i/60%60, i%60))
				e, err := openlineage.Parse(body, received)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, e.Raw())
			}
		}
	}
	return out
}

// BenchmarkBuilder builds from events in memory.
func BenchmarkBuilder(b *testing.B) {
	events := repeated(b, 20_000)
	for b.Loop() {
		s := newStore()
		if _, err := s.Record(b.Context(), events); err != nil {
			b.Fatal(err)
		}
		buildAll(b, s, len(events))
		b.ReportMetric(float64(sum(s.puts)), "facts")
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
}
