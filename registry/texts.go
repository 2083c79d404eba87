package registry

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/accordhq/accord/schema"
)

// budgetCache is a least-recently-used cache bounded by what its values weigh,
// not by how many there are.
type budgetCache[K comparable, V any] struct {
	mu     sync.Mutex
	lru    *simplelru.LRU[K, V]
	weigh  func(V) int
	weight int
	budget int
}

// maxCached is a bound on the number of values that no budget reaches.
const maxCached = 1 << 30

func newBudgetCache[K comparable, V any](budget int, weigh func(V) int) *budgetCache[K, V] {
	c := &budgetCache[K, V]{budget: budget, weigh: weigh}
	lru, err := simplelru.NewLRU(maxCached, func(_ K, v V) { c.weight -= weigh(v) })
	if err != nil {
		panic(err) // only a size below 1 is refused
	}
	c.lru = lru
	return c
}

func (c *budgetCache[K, V]) lookup(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Get(key)
}

func (c *budgetCache[K, V]) store(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Remove(key)
	c.lru.Add(key, value)
	c.weight += c.weigh(value)
	for c.weight > c.budget && c.lru.Len() > 1 {
		c.lru.RemoveOldest()
	}
}

// textOf returns a version's text as it was registered, from memory or from
// the store.
func (r *Registry) textOf(ctx context.Context, v *version) (string, error) {
	if v.pending != nil {
		return *v.pending, nil
	}
	return r.bodyAt(ctx, v.at, fmt.Sprintf("%s version %d", v.subject, v.number))
}

// bodyAt returns the body of an entry; what it is, is for the error.
func (r *Registry) bodyAt(ctx context.Context, at Offset, what string) (string, error) {
	if t, ok := r.texts.lookup(at); ok {
		return t, nil
	}
	e, err := r.entryAt(ctx, at, what)
	if err != nil {
		return "", err
	}
	t := string(e.Body)
	r.texts.store(at, t)
	return t, nil
}

// entryAt fetches an entry of the log; what it is about is for the error.
func (r *Registry) entryAt(ctx context.Context, at Offset, what string) (Entry, error) {
	e, err := r.log.Get(ctx, at)
	switch {
	case err != nil && ctx.Err() != nil:
		return Entry{}, ctx.Err()
	case err != nil:
		return Entry{}, &Error{
			Code:    CodeStoreUnavailable,
			Message: "The store did not answer. Try again",
			Err:     fmt.Errorf("read the text of %s at %s: %w", what, at, err),
		}
	}
	return e, nil
}

// parsedOf returns a version parsed, with its references resolved. Versions
// exist already, so they are read leniently. What a version refers to never
// changes, so the offset of its text is all there is to remember it by.
func (r *Registry) parsedOf(ctx context.Context, st *State, v *version) (*understood, error) {
	if v.pending == nil {
		if u, ok := r.stored.lookup(v.at); ok {
			return u, nil
		}
	}
	t, err := r.textOf(ctx, v)
	if err != nil {
		return nil, err
	}
	deps, err := r.dependencies(ctx, st, v.subject, v.refs, true)
	if err != nil {
		return nil, err
	}
	u, err := r.parse(ctx, schema.Source{Format: v.format, Text: t, References: v.refs, Dependencies: deps}, lenient)
	if err != nil {
		return nil, err
	}
	if v.pending == nil {
		r.stored.store(v.at, u)
	}
	return u, nil
}
