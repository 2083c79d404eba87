package lineage

import (
	"context"
	"time"
)

// tellFor is how long Tell waits for the graph.
const tellFor = 2 * time.Second

// Tell puts facts into the store and waits for the graph to hold them, so that
// whoever said something sees it in the next answer. It takes a Run. The facts
// are kept even if the graph is late: it is not waited for longer than two
// seconds.
func (f *Follower) Tell(ctx context.Context, facts []Fact) error {
	f.mu.Lock()
	known := f.held
	f.mu.Unlock()
	if err := f.store.Put(ctx, facts); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tellFor)
	defer cancel()
	kinds := make([]Kind, len(facts))
	for i := range facts {
		kinds[i] = facts[i].Kind
	}
	put := known
	for change, err := range f.store.Changes(ctx, known, kinds...) {
		if err != nil {
			return nil // they are kept, and seen when the store answers again
		}
		put = change.Cursor
	}
	_ = f.Await(ctx, put) // likewise
	return nil
}
