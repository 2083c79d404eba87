package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/web"
)

// vitals are what /metrics and /readyz tell of an observer beside what its parts
// count.
type vitals struct {
	recorded, discovered atomic.Int64 // events; a time in Unix nanoseconds

	mu     sync.Mutex
	behind time.Duration
	fault  string
}

const (
	// lookEvery is how often the store is asked how it is, lookPatience how long
	// it may take to answer.
	lookEvery    = 5 * time.Second
	lookPatience = 3 * time.Second
)

// Observed implements web.Observer.
func (o *observer) Observed() web.Observed {
	made, graph := o.builder.Counts(), o.Graph().Stats()
	out := web.Observed{
		Recorded: o.vitals.recorded.Load(), Built: made.Events, Refused: made.Refused, Written: made.Written,
		Datasets: graph.Datasets, Jobs: graph.Jobs, Fields: graph.Fields,
		Edges: graph.Edges, FieldEdges: graph.FieldEdges, Malformed: graph.Malformed,
	}
	if at := o.vitals.discovered.Load(); at != 0 {
		out.Discovered = time.Unix(0, at)
	}
	if err := o.fault(); err != nil {
		out.Fault = err.Error()
		return out
	}
	o.vitals.mu.Lock()
	defer o.vitals.mu.Unlock()
	out.Behind, out.Fault = o.vitals.behind, o.vitals.fault
	return out
}

// lookAfter asks the store how it is until ctx is done.
func (o *observer) lookAfter(ctx context.Context) error {
	return again(ctx, lookEvery, func(ctx context.Context) error {
		behind, err := o.behind(ctx)
		if ctx.Err() != nil {
			return nil
		}
		o.vitals.mu.Lock()
		defer o.vitals.mu.Unlock()
		o.vitals.behind, o.vitals.fault = behind, ""
		if err != nil {
			o.vitals.fault = err.Error()
		}
		return nil
	})
}

// behind is the age of the oldest event that is not known to be built.
func (o *observer) behind(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	built, err := openlineage.Built(ctx, o)
	if err != nil {
		return 0, err
	}
	for oldest, err := range o.Recorded(ctx, built) {
		if err != nil {
			return 0, err
		}
		return max(0, o.now().Sub(oldest.Received)), nil
	}
	return 0, nil
}
