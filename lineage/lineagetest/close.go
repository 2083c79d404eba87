package lineagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/accordhq/accord/lineage"
)

var closeConditions = []condition{
	{"close is idempotent and concurrent", closeTwice},
	{"close leaves every method answering ErrClosed", closedMethods},
	{"close under load ends everything in order", closeUnderLoad},
}

func closeTwice(t *testing.T, s lineage.Store) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	group.Wait()
	if err := s.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
}

// methods calls everything a store has and returns what each answers.
func methods(ctx context.Context, s lineage.Store) map[string]error {
	answers := map[string]error{
		"Put":      s.Put(ctx, []lineage.Fact{node("a", 1)}),
		"Put none": s.Put(ctx, nil),
		"Wait":     s.Wait(ctx, 1<<40, 1<<40),
	}
	for _, answers["Changes"] = range s.Changes(ctx, 0) {
	}
	for _, answers["Recorded"] = range s.Recorded(ctx, 0) {
	}
	_, answers["Fact"] = s.Fact(ctx, lineage.KindNode, "a")
	_, answers["List"] = s.List(ctx, lineage.KindNode, lineage.Query{})
	_, answers["Record"] = s.Record(ctx, events(1))
	_, answers["Record none"] = s.Record(ctx, nil)
	_, _, answers["Events"] = s.Events(ctx, lineage.EventQuery{})
	_, answers["Expire"] = s.Expire(ctx, lineage.KindNode, noon, 1)
	_, answers["ExpireEvents"] = s.ExpireEvents(ctx, noon, 1, 1)
	return answers
}

// Callers tell "shutting down" from "broken" by this one error.
func closedMethods(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1))
	mustRecord(t, s, events(1)...)
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	for method, err := range methods(bounded(t), s) {
		if !errors.Is(err, lineage.ErrClosed) {
			t.Errorf("%s after Close: got %v, want ErrClosed", method, err)
		}
	}
}

// Calls under way when the store closes either finish or say that it is
// closed.
func closeUnderLoad(t *testing.T, s lineage.Store) {
	var group sync.WaitGroup
	for w := range 6 {
		group.Go(func() {
			for i := 0; ; i++ {
				var err error
				switch w % 3 {
				case 0:
					err = s.Put(bounded(t), []lineage.Fact{node(fmt.Sprint(w, i), i)})
				case 1:
					_, err = s.Record(bounded(t), []lineage.Event{event(fmt.Sprint(w, i), i)})
				default:
					_, err = s.List(bounded(t), lineage.KindNode, lineage.Query{})
				}
				if err != nil {
					if !errors.Is(err, lineage.ErrClosed) {
						t.Errorf("got %v, want ErrClosed", err)
					}
					return
				}
			}
		})
	}
	if err := s.Wait(bounded(t), 0, 0); err != nil {
		t.Errorf("wait for the load to begin: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	group.Wait()
}
