package lineage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/memlog"
)

// faulty is a store that fails once.
type faulty struct {
	lineage.Store
	mu    sync.Mutex
	fault error
}

func (s *faulty) Changes(ctx context.Context, after lineage.Cursor, kinds ...lineage.Kind) iter.Seq2[lineage.Change, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := s.fault
	if s.fault = nil; fault == nil {
		return s.Store.Changes(ctx, after, kinds...)
	}
	return func(yield func(lineage.Change, error) bool) { yield(lineage.Change{}, fault) }
}

// newStore opens a store in memory.
func newStore(t *testing.T) *memlog.Lineage {
	t.Helper()
	s := memlog.NewLineage()
	t.Cleanup(func() { s.Close() })
	return s
}

// head is the cursor of the last change.
func head(t *testing.T, s lineage.Store) (last lineage.Cursor) {
	t.Helper()
	for change, err := range s.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = change.Cursor
	}
	return last
}

// follow runs a follower until the test is over.
func follow(t *testing.T, s lineage.Store, logger *slog.Logger) *lineage.Follower {
	t.Helper()
	f, err := lineage.Follow(t.Context(), s, lineage.FollowOptions{Logger: logger, Every: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return f
}

// lineageOf waits until the follower has all, and walks from a.
func lineageOf(t *testing.T, s lineage.Store, f *lineage.Follower) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := f.Await(ctx, head(t, s)); err != nil {
		t.Fatalf("Await: %v", err)
	}
	return drawHits(f.Graph().Walk(lineage.Walk{From: places("a"), Scope: lineage.Scope{Now: now}}), places("a"))
}

func put(t *testing.T, s lineage.Store, facts []lineage.Fact) {
	t.Helper()
	if err := s.Put(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	put(t, s, sketch(t, "a -> (f)"))
	var log bytes.Buffer
	f := follow(t, s, slog.New(slog.NewTextHandler(&log, nil)))
	if got := lineageOf(t, s, f); got != "1 (f) from a end\n" {
		t.Errorf("at first: %s", got)
	}
	put(t, s, append(sketch(t, "(f) -> b"), lineage.Fact{Kind: lineage.KindEdge, Key: "x"}, lineage.Run{ID: "r", Interval: lineage.At(now)}.Fact()))
	if got := lineageOf(t, s, f); got != "1 (f) from a\n2 b from (f) end\n" {
		t.Errorf("after a change: %s", got)
	}
	put(t, s, []lineage.Fact{{Kind: lineage.KindEdge, Key: "y"}})
	lineageOf(t, s, f)
	if n := strings.Count(log.String(), "cannot be read"); n != 1 || f.Graph().Stats().Malformed != 2 {
		t.Errorf("malformed facts were told of %d times: %s", n, log.String())
	}
}

// A store that fails once is asked again.
func TestFollowAfterFault(t *testing.T) {
	t.Parallel()
	s := &faulty{Store: newStore(t)}
	f := follow(t, s, nil)
	s.mu.Lock()
	s.fault = errors.New("the disk is asleep")
	s.mu.Unlock()
	put(t, s, sketch(t, "a -> (f)"))
	if got := lineageOf(t, s.Store, f); got != "1 (f) from a end\n" {
		t.Errorf("%s", got)
	}
}

func TestFollowNeedsTheStore(t *testing.T) {
	t.Parallel()
	gone := errors.New("the disk is gone")
	if _, err := lineage.Follow(t.Context(), &faulty{fault: gone}, lineage.FollowOptions{}); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
}

// Names that come to mean something else are joined while other facts come in.
func TestFollowAliases(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f := follow(t, s, nil)
	want := lineage.Build(nil, lineage.Options{})
	both := func(facts []lineage.Fact) {
		put(t, s, facts)
		want = want.With(facts)
	}
	for i := range 40 {
		both(sketch(t, fmt.Sprintf("a -> (f%d) -> b%d\nc%d -> (g%d)", i, i, i, i)))
		both([]lineage.Fact{lineage.Alias{
			Kind: lineage.DatasetNode, From: id(fmt.Sprintf("c%d", i)), To: id(fmt.Sprintf("b%d", i)),
			Evidence: lineage.Declared, Source: "api", Interval: lineage.At(now),
		}.Fact()})
	}
	got := lineageOf(t, s, f)
	if straight := drawHits(want.Walk(lineage.Walk{From: places("a"), Scope: lineage.Scope{Now: now}}), places("a")); got != straight {
		t.Errorf("%s\nwant\n%s", got, straight)
	}
}

func TestAwaitGivesUp(t *testing.T) {
	t.Parallel()
	f := follow(t, newStore(t), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := f.Await(ctx, 1000); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
