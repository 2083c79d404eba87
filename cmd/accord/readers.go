package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// remoteReaders ask a registry who reads the fields that a change breaks, each
// once, while the change is judged without it: so a comparison with a commit
// names those whom the registry knows.
type remoteReaders struct {
	ask func(subject, path string) (contracts.Readership, error)

	mu     sync.Mutex
	known  map[subjectPath]contracts.Readership
	failed error
}

type subjectPath struct{ subject, path string }

// askReaders asks a registry until the context is done.
func askReaders(ctx context.Context, c *client.Client) *remoteReaders {
	return &remoteReaders{
		known: map[subjectPath]contracts.Readership{},
		ask: func(subject, path string) (contracts.Readership, error) {
			req := client.ImpactRequest{Subject: subject}
			if path != "" {
				req.Fields = []string{path}
			}
			impact, err := c.Impact(ctx, req, client.LineageScope{Limit: 1})
			if err != nil {
				return contracts.Readership{}, fmt.Errorf("ask the registry who reads %s: %w", subject, err)
			}
			known := registry.ReadershipOf(impact.Impact)
			known.Unknown, known.Hint = impact.Unknown, impact.Hint
			return known, nil
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

// readersOf are remoteReaders of one subject.
type readersOf struct {
	*remoteReaders
	subject string
}

// Of implements contracts.Readers. After a failure nothing is asked any more.
func (r readersOf) Of(path string) contracts.Readership {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := subjectPath{r.subject, path}
	if known, ok := r.known[at]; ok || r.failed != nil {
		return known
	}
	r.known[at], r.failed = r.ask(r.subject, path)
	return r.known[at]
}
