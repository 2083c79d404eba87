package main

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// remoteReaders ask a registry who reads the fields that a change breaks, each
// once, while the change is judged without it: so a comparison with a commit
// names those whom the registry knows.
type remoteReaders struct {
	ask func(subject string, paths []string) (client.Impact, error)

	mu     sync.Mutex
	known  map[subjectPath]contracts.Readership
	failed error
}

type subjectPath struct{ subject, path string }

// askReaders asks a registry until the context is done.
func askReaders(ctx context.Context, c *client.Client) *remoteReaders {
	return &remoteReaders{
		known: map[subjectPath]contracts.Readership{},
		ask: func(subject string, paths []string) (client.Impact, error) {
			req := client.ImpactRequest{Subject: subject}
			if paths[0] != "" {
				req.Fields = paths
			}
			return c.Impact(ctx, req, client.LineageScope{Limit: 1})
		},
	}
}

// of are the readers of a subject.
func (r *remoteReaders) of(subject string) contracts.Readers { return readersOf{r, subject} }

// failure is what went wrong while readers were asked for.
func (r *remoteReaders) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// learn asks who reads fields of a subject. After a failure nothing is asked any
// more.
func (r *remoteReaders) learn(subject string, paths []string) {
	for some := range slices.Chunk(paths, lineage.MaxChanged) {
		if r.failed != nil {
			return
		}
		impact, err := r.ask(subject, some)
		if err != nil {
			r.failed = fmt.Errorf("ask the registry who reads %s: %w", subject, err)
			return
		}
		for i, path := range some {
			known := registry.ReadershipOf(impact.Impact, i)
			known.Unknown, known.Hint = impact.Unknown, impact.Hint
			r.known[subjectPath{subject, path}] = known
		}
	}
}

// readersOf are remoteReaders of one subject.
type readersOf struct {
	*remoteReaders
	subject string
}

// Of implements contracts.Readers.
func (r readersOf) Of(paths []string) []contracts.Readership {
	r.mu.Lock()
	defer r.mu.Unlock()
	var fresh []string
	for _, path := range paths {
		if _, ok := r.known[subjectPath{r.subject, path}]; !ok {
			fresh = append(fresh, path)
		}
	}
	r.learn(r.subject, fresh)
	out := make([]contracts.Readership, len(paths))
	for i, path := range paths {
		out[i] = r.known[subjectPath{r.subject, path}]
	}
	return out
}
