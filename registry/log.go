package registry

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Log is the one thing the registry needs of a store: an ordered, append-only
// log of keyed records that several processes may share. Package logtest is
// its contract in executable form; every store passes it.
//
// All methods are safe for concurrent use. After Close they return ErrClosed.
type Log interface {
	// Read yields the entries after an offset, in order, up to the head at
	// the time of the call. Bodies are left out: Get fetches one. An error
	// ends the sequence.
	Read(ctx context.Context, after Offset) iter.Seq2[Entry, error]
	// Append adds the records as consecutive entries, all or none, durable
	// when it returns, and returns the offset of the last. If the head is no
	// longer at, it returns ErrConflict and writes nothing. On any other error
	// the records may or may not have been written: the caller reads on from
	// at and looks for its change id.
	Append(ctx context.Context, at Offset, recs ...Record) (Offset, error)
	// Get returns the entry at an offset whole, or ErrNotFound.
	Get(ctx context.Context, at Offset) (Entry, error)
	// Wait returns when the head is past an offset or the context is done.
	Wait(ctx context.Context, after Offset) error
	// Close releases the store. It is idempotent.
	Close() error
}

// What a Log may answer besides an error of its own.
var (
	ErrConflict = errors.New("registry: another writer was first")
	ErrNotFound = errors.New("registry: no entry at this offset")
	ErrClosed   = errors.New("registry: log is closed")
)

// Offset is a position in a log. Only the log that made it knows its meaning:
// others compare it for equality, print it and read it back. Offsets grow but
// are not dense. The zero Offset stands before the first entry.
type Offset struct{ main, side int64 }

// NewOffset makes an offset. A log with one sequence leaves side 0; one that
// keeps two topics counts each.
func NewOffset(main, side int64) Offset { return Offset{main, side} }

// Parts returns what NewOffset was given.
func (o Offset) Parts() (main, side int64) { return o.main, o.side }

// IsZero reports whether o stands before the first entry.
func (o Offset) IsZero() bool { return o == Offset{} }

// Covers reports whether a reader at o has seen everything up to p.
func (o Offset) Covers(p Offset) bool { return o.main >= p.main && o.side >= p.side }

// String prints the offset as "main" or "main.side".
func (o Offset) String() string {
	if o.side == 0 {
		return strconv.FormatInt(o.main, 10)
	}
	return fmt.Sprintf("%d.%d", o.main, o.side)
}

// ParseOffset reads what String printed.
func ParseOffset(s string) (Offset, error) {
	first, second, two := strings.Cut(s, ".")
	main, err := strconv.ParseInt(first, 10, 64)
	var side int64
	if err == nil && two {
		side, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil || main < 0 || side < 0 {
		return Offset{}, fmt.Errorf("offset %q: want a number, or two joined by a dot", s)
	}
	return Offset{main, side}, nil
}

// Op is what a record does to its key.
type Op uint8

// The operations. Values are stored: never renumber.
const (
	// OpPut sets the key.
	OpPut Op = 1
	// OpDelete removes the key; its history stays readable.
	OpDelete Op = 2
	// OpErase removes the key and takes Facts and Body out of every earlier
	// entry of the key, in the same transaction: key, time, actor and change
	// are what remains.
	OpErase Op = 3
)

// Record is one decision. Stores keep it as it is and look at nothing but Key
// and Op.
type Record struct {
	Key Key
	Op  Op
	// Time is when it was decided, to the millisecond, in UTC; Actor by whom;
	// Change is shared by all records of one request.
	Time   time.Time
	Actor  string
	Change string
	// Facts are what memory holds of the record: JSON, small, everything that
	// start-up needs. Body is what stays in the store: a schema's text, raw.
	// Empty and nil are the same for both.
	Facts []byte
	Body  []byte
	// Optional records may be skipped by a node that does not know their
	// kind; any other unknown kind makes it refuse writes.
	Optional bool
}

// Key says what a record is about. The last record of a key counts.
type Key struct {
	Kind string
	// ID identifies within the kind; any UTF-8 text, also empty.
	ID string
}

// Entry is a record in its place.
type Entry struct {
	Offset Offset
	Record
}
