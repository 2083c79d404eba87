package lineage

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Store keeps observations: facts, and the events they were read from. Package
// lineagetest is its contract in executable form; every store passes it.
//
// All methods are safe for concurrent use, also by several processes. After
// Close they return ErrClosed.
type Store interface {
	// Put merges facts with those of their kind and key (Merge), all or none.
	// A fact that changes takes a new place in the order of changes; one that
	// says nothing new is left alone.
	Put(ctx context.Context, facts []Fact) error
	// Changes yields the facts of some kinds (of all, if none is named) that
	// changed after a cursor, each once and in the order of its last change, up
	// to the newest at the time of the call. Kinds whose facts expire tell
	// nothing of those that did. An error ends the sequence.
	Changes(ctx context.Context, after Cursor, kinds ...Kind) iter.Seq2[Change, error]
	// Fact returns one fact, or ErrNotFound.
	Fact(ctx context.Context, kind Kind, key string) (Fact, error)
	// List returns facts of one kind as a query says.
	List(ctx context.Context, kind Kind, q Query) ([]Fact, error)
	// Record keeps events, durable when it returns as far as the death of the
	// process goes, and returns how many of them were not known yet. An event
	// with a known digest is not kept again.
	Record(ctx context.Context, events []Event) (fresh int, err error)
	// Recorded yields events after a cursor in the order they were recorded, up
	// to the newest at the time of the call.
	Recorded(ctx context.Context, after Cursor) iter.Seq2[Recorded, error]
	// Events returns events by their time, and how many the query is of in all.
	Events(ctx context.Context, q EventQuery) ([]Recorded, int, error)
	// Wait returns when something was put or recorded after a cursor of
	// Changes and one of Recorded, or when the context is done.
	Wait(ctx context.Context, changes, recorded Cursor) error
	// Expire removes facts of a kind last seen before a time, at most limit of
	// them, and returns how many it removed. ExpireEvents does so for events
	// received before a time, never for one after the cursor built.
	Expire(ctx context.Context, kind Kind, before time.Time, limit int) (int, error)
	ExpireEvents(ctx context.Context, before time.Time, built Cursor, limit int) (int, error)
	// Close releases the store. It is idempotent.
	Close() error
}

// What a Store may answer besides an error of its own.
var (
	ErrNotFound = errors.New("lineage: no such fact")
	ErrClosed   = errors.New("lineage: store is closed")
)

// Cursor is a place in the order in which a store's facts changed, or in the
// one in which its events were recorded. Cursors grow but are not dense; 0 is
// before all.
type Cursor int64

// Change is a fact, and its place in the order of changes.
type Change struct {
	Cursor Cursor
	Fact   Fact
}

// Query selects facts of one kind. Its zero value selects all.
type Query struct {
	// Scope is what the facts are listed under, "" for any.
	Scope string
	// Last bounds the last sighting: at or after Since, before Before. Zero
	// times bound nothing.
	Since, Before time.Time
	// Newest first, by last sighting, then key; else by key.
	Newest bool
	// Limit bounds how many are returned, 0 for all; Offset says how many to
	// pass over.
	Limit, Offset int
}

// Event is a raw event as it came.
type Event struct {
	// Digest is the SHA-256 of the body, by which a repeated event is known.
	Digest [32]byte
	// Time is the event's own time, Received when it came.
	Time, Received time.Time
	// Body is the event, JSON.
	Body []byte
}

// Recorded is an event, and its place in the order of recording.
type Recorded struct {
	Cursor Cursor
	Event
}

// EventQuery selects events by their own time: at or after After, before
// Before, where zero bounds nothing.
type EventQuery struct {
	After, Before time.Time
	Newest        bool
	Limit, Offset int
}
