package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"m/002_b.sql": {Data: []byte("second")}, "m/001_a.sql": {Data: []byte("first")},
		"m/notes.txt": {Data: []byte("no script")}, "n/000.sql": {Data: []byte("another folder's")},
	}
	got, err := sqlstore.Scripts(files, "m")
	if d := cmp.Diff([]string{"first", "second"}, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

// What comes while one commit is under way shares the next.
func TestGroupShares(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var commits [][]int
		group := sqlstore.NewGroup(func(items []int) error {
			commits = append(commits, slices.Sorted(slices.Values(items)))
			time.Sleep(time.Second)
			if slices.Contains(items, 9) {
				return errors.New("refused")
			}
			return nil
		})
		var calls sync.WaitGroup
		commit := func(refused bool, items ...int) {
			calls.Go(func() {
				if err := group.Commit(t.Context(), items); (err != nil) != refused {
					t.Errorf("%v: got %v", items, err)
				}
			})
		}
		commit(false, 1, 2)
		synctest.Wait()
		commit(false, 3)
		commit(false, 4, 5)
		time.Sleep(1500 * time.Millisecond)
		commit(true, 9)
		commit(true, 8) // in bad company
		calls.Wait()
		commit(false, 6)
		calls.Wait()
		if d := cmp.Diff([][]int{{1, 2}, {3, 4, 5}, {8, 9}, {6}}, commits); d != "" {
			t.Errorf("commits (-want +got):\n%s", d)
		}
	})
}

// A caller who leaves takes nobody along.
func TestGroupIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		written := 0
		group := sqlstore.NewGroup(func(items []int) error {
			time.Sleep(time.Second)
			written += len(items)
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := group.Commit(ctx, []int{1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want context.DeadlineExceeded", err)
		}
		if err := group.Commit(ctx, []int{2}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("begun too late: got %v, want context.DeadlineExceeded", err)
		}
		if err := group.Commit(t.Context(), []int{3}); err != nil {
			t.Error(err)
		}
		if written != 2 {
			t.Errorf("%d items written, want those of the first and the last call", written)
		}
	})
}

var errClosed = errors.New("closed")

// One of those who wait looks for all; a ring wakes all at once.
func TestBell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		closing := make(chan struct{})
		bell := sqlstore.NewBell(sqlstore.Ringing[int]{
			Join: func(a, b int) int { return max(a, b) },
			Look: func(ctx context.Context) error { looks.Add(1); return ctx.Err() }, Every: time.Second,
			Closing: closing, Closed: errClosed,
		})
		const waiters = 3
		wait := func(head int) (errs chan error) {
			errs = make(chan error, waiters)
			for range waiters {
				go func() { errs <- bell.Wait(t.Context(), func(seen int) bool { return seen >= head }) }()
			}
			return errs
		}
		woken := wait(2)
		time.Sleep(9*time.Second + 500*time.Millisecond)
		if looks := looks.Load(); looks != waiters+9 {
			t.Errorf("looked %d times in 9 s, want once for each who came and once a second", looks)
		}
		bell.Ring(1)
		bell.Ring(2)
		bell.Ring(1)
		for range waiters {
			if err := <-woken; err != nil {
				t.Error(err)
			}
		}
		if head, _ := bell.Seen(); head != 2 {
			t.Errorf("heard of %d, want 2", head)
		}
		ended := wait(3)
		synctest.Wait()
		close(closing)
		for range waiters {
			if err := <-ended; !errors.Is(err, errClosed) {
				t.Errorf("got %v, want errClosed", err)
			}
		}
	})
}

func FuzzPacker(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte("small"))
	f.Add(bytes.Repeat([]byte(`{"a":1}`), 1000))
	var p sqlstore.Packer
	f.Fuzz(func(t *testing.T, body []byte) {
		stored, packed := p.Pack(body)
		if stored == nil || len(stored) > len(body) || packed && len(stored) == len(body) {
			t.Errorf("%d bytes became %d (%t)", len(body), len(stored), packed)
		}
		got, err := p.Unpack(stored, packed)
		if err != nil || !bytes.Equal(body, got) {
			t.Errorf("came back as %q (%v)", got, err)
		}
		_, _ = p.Unpack(body, true) // damaged
		if got, err := p.Unpack(stored, packed); err != nil || !bytes.Equal(body, got) {
			t.Errorf("after a damaged one it came back as %q (%v)", got, err)
		}
	})
}

func TestUnpackDamaged(t *testing.T) {
	t.Parallel()
	var p sqlstore.Packer
	stored, packed := p.Pack(bytes.Repeat([]byte("abc"), 1000))
	if _, err := p.Unpack(stored[:len(stored)/2], packed); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v, want an error that says damaged", err)
	}
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	draw := rapid.Custom(func(t *rapid.T) lineage.Fact {
		nanos := time.Duration(rapid.IntRange(0, 3000).Draw(t, "nanoseconds"))
		return lineage.Fact{
			Kind: rapid.SampledFrom([]lineage.Kind{"a", "b"}).Draw(t, "kind"), Key: rapid.SampledFrom([]string{"", "x"}).Draw(t, "key"),
			First: noon.Add(nanos), Last: noon.Add(nanos), Said: noon.Add(nanos), Body: []byte(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "body")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(draw, 1, 20).Draw(t, "facts")
		before := slices.Clone(facts)
		got := sqlstore.Distinct(facts)
		if d := cmp.Diff(before, facts); d != "" {
			t.Fatalf("the caller's facts changed: %s", d)
		}
		again := sqlstore.Distinct(rapid.Permutation(append(facts, got...)).Draw(t, "again"))
		if d := cmp.Diff(got, again); d != "" {
			t.Fatalf("another order gives something else: %s", d)
		}
		for i, f := range got {
			if i > 0 && (f.Kind < got[i-1].Kind || f.Kind == got[i-1].Kind && f.Key <= got[i-1].Key) {
				t.Fatalf("out of order: %v", got)
			}
			if f.Last.Nanosecond()%1000 != 0 {
				t.Fatalf("finer than a microsecond: %v", f)
			}
		}
	})
}
