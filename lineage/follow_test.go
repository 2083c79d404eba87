package lineage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
)

// shelf is the part of a Store that a Follower needs.
type shelf struct {
	lineage.Store
	mu      sync.Mutex
	changes []lineage.Change
	put     chan struct{}
	fault   error
}

func newShelf() *shelf { return &shelf{put: make(chan struct{})} }

func (s *shelf) Put(_ context.Context, facts []lineage.Fact) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range facts {
		s.changes = append(s.changes, lineage.Change{Cursor: s.headLocked() + 1, Fact: f})
	}
	close(s.put)
	s.put = make(chan struct{})
	return nil
}

func (s *shelf) headLocked() lineage.Cursor { return lineage.Cursor(len(s.changes)) }

func (s *shelf) head() lineage.Cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.headLocked()
}

func (s *shelf) Changes(_ context.Context, after lineage.Cursor, kinds ...lineage.Kind) iter.Seq2[lineage.Change, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes, fault := s.changes[after:], s.fault
	s.fault = nil
	return func(yield func(lineage.Change, error) bool) {
		if fault != nil {
			yield(lineage.Change{}, fault)
			return
		}
		for _, c := range changes {
			if (len(kinds) == 0 || slices.Contains(kinds, c.Fact.Kind)) && !yield(c, nil) {
				return
			}
		}
	}
}

func (s *shelf) Wait(ctx context.Context, changes, _ lineage.Cursor) error {
	s.mu.Lock()
	put, ready := s.put, s.headLocked() > changes
	s.mu.Unlock()
	if ready {
		return nil
	}
	select {
	case <-put:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow runs a follower until the test is over.
func follow(t *testing.T, s *shelf, logger *slog.Logger) *lineage.Follower {
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
func lineageOf(t *testing.T, s *shelf, f *lineage.Follower) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := f.Await(ctx, s.head()); err != nil {
		t.Fatalf("Await: %v", err)
	}
	return drawHits(f.Graph().Walk(lineage.Walk{From: places("a"), Scope: lineage.Scope{Now: now}}), places("a"))
}

func (s *shelf) mustPut(t *testing.T, facts []lineage.Fact) {
	t.Helper()
	if err := s.Put(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	s := newShelf()
	s.mustPut(t, sketch(t, "a -> (f)"))
	var log bytes.Buffer
	f := follow(t, s, slog.New(slog.NewTextHandler(&log, nil)))
	if got := lineageOf(t, s, f); got != "1 (f) from a end\n" {
		t.Errorf("at first: %s", got)
	}
	s.mustPut(t, append(sketch(t, "(f) -> b"), lineage.Fact{Kind: lineage.KindEdge, Key: "x"}, lineage.Run{ID: "r", Interval: lineage.At(now)}.Fact()))
	if got := lineageOf(t, s, f); got != "1 (f) from a\n2 b from (f) end\n" {
		t.Errorf("after a change: %s", got)
	}
	s.mustPut(t, []lineage.Fact{{Kind: lineage.KindEdge, Key: "y"}})
	lineageOf(t, s, f)
	if n := strings.Count(log.String(), "cannot be read"); n != 1 || f.Graph().Stats().Malformed != 2 {
		t.Errorf("malformed facts were told of %d times: %s", n, log.String())
	}
}

// A store that fails once is asked again.
func TestFollowAfterFault(t *testing.T) {
	t.Parallel()
	s := newShelf()
	f := follow(t, s, nil)
	s.mu.Lock()
	s.fault = errors.New("the disk is asleep")
	s.mu.Unlock()
	s.mustPut(t, sketch(t, "a -> (f)"))
	if got := lineageOf(t, s, f); got != "1 (f) from a end\n" {
		t.Errorf("%s", got)
	}
}

func TestFollowNeedsTheStore(t *testing.T) {
	t.Parallel()
	s := newShelf()
	s.fault = errors.New("the disk is gone")
	gone := s.fault
	if _, err := lineage.Follow(t.Context(), s, lineage.FollowOptions{}); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
}

// Names that come to mean something else are joined while other facts come in.
func TestFollowAliases(t *testing.T) {
	t.Parallel()
	s := newShelf()
	f := follow(t, s, nil)
	want := lineage.Build(nil, lineage.Options{})
	put := func(facts []lineage.Fact) {
		s.mustPut(t, facts)
		want = want.With(facts)
	}
	for i := range 40 {
		put(sketch(t, fmt.Sprintf("a -> (f%d) -> b%d\nc%d -> (g%d)", i, i, i, i)))
		put([]lineage.Fact{lineage.Alias{
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
	f := follow(t, newShelf(), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := f.Await(ctx, 1000); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
