package lineage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind says what a fact is about, and so what its key and body are.
type Kind string

// The kinds of facts. Each has a type of its own that makes and reads it.
const (
	KindNode      Kind = "node"      // NodeFact: a dataset or job exists
	KindEdge      Kind = "edge"      // Edge: a job reads or writes a dataset
	KindThrough   Kind = "through"   // Through: which input a job turns into which output
	KindField     Kind = "field"     // FieldEdge: a field flows into another
	KindFacet     Kind = "facet"     // Facet: what was said about a dataset, job or cluster
	KindRunFacet  Kind = "run-facet" // Facet: what was said about a run, which is forgotten earlier
	KindAlias     Kind = "alias"     // Alias: two names of one thing
	KindStatement Kind = "statement" // Statement: the whole truth about a job as of a time
	KindRun       Kind = "run"       // Run: a run of a job
	KindRunIO     Kind = "run-io"    // RunIO: what a run read or wrote
	KindCoverage  Kind = "coverage"  // Coverage: somebody looked, and when
	KindUse       Kind = "use"       // Use: a client used a schema of the registry
	KindRule      Kind = "rule"      // Rule: what a person says about names
	KindPosition  Kind = "position"  // Position: how far a reader has come
)

// Fact is one thing that was seen, from its first sighting to its last. Two
// facts of one kind and key are the same thing seen twice: see Merge. So facts
// may be written again, by several processes and in any order, and the result
// is the same.
type Fact struct {
	Kind Kind
	// Key is the identity within the kind: a JSON array of strings, so that
	// its parts hold any character. Make it with Key.
	Key string
	// Scope is the key of what the fact is listed under (a run under its job,
	// a facet under its node), "" for nothing.
	Scope string
	// First and Last are the times of the first and last sighting, in UTC, cut
	// to microseconds.
	First, Last time.Time
	// Rank and Said decide whose body stands: the highest rank (the end of a
	// run before its heartbeat, a person before a program), then what was said
	// last.
	Rank int64
	Said time.Time
	// Body is the rest, as JSON; empty if there is no more to say.
	Body []byte
}

// sighting makes a fact whose body was said when it was last seen.
func sighting(kind Kind, key, scope string, at Interval, body any) Fact {
	f := Fact{Kind: kind, Key: key, Scope: scope, First: at.First, Last: at.Last, Said: at.Last}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			panic(err) // bodies are plain structs
		}
		f.Body = text
	}
	return f
}

// Interval spans the first and the last sighting of something.
type Interval struct {
	First time.Time `json:"firstSeen"`
	Last  time.Time `json:"lastSeen"`
}

// At is the interval of one sighting, as exact as stores keep it.
func At(t time.Time) Interval {
	t = t.UTC().Truncate(time.Microsecond)
	return Interval{t, t}
}

// Span is the interval that holds both.
func (i Interval) Span(o Interval) Interval {
	if o.First.Before(i.First) {
		i.First = o.First
	}
	if o.Last.After(i.Last) {
		i.Last = o.Last
	}
	return i
}

// Interval returns when the fact was seen.
func (f Fact) Interval() Interval { return Interval{f.First, f.Last} }

// Key makes a key of its parts. Invalid UTF-8 is replaced.
func Key(parts ...string) string {
	b := bytes.Buffer{}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(parts); err != nil {
		panic(err) // strings always encode
	}
	return string(bytes.TrimRight(b.Bytes(), "\n"))
}

// ParseKey returns the parts of a key.
func ParseKey(key string) ([]string, error) {
	if parts, ok := plainParts(key); ok {
		return parts, nil
	}
	var parts []string
	if err := json.Unmarshal([]byte(key), &parts); err != nil {
		return nil, fmt.Errorf("key %q: %w", key, err)
	}
	return parts, nil
}

// plainParts reads a key as Key makes it of parts without anything to escape,
// which is most of them, several times as fast as JSON is read.
func plainParts(key string) ([]string, bool) {
	inner, ok := strings.CutPrefix(key, `["`)
	if !ok || !utf8.ValidString(key) {
		return nil, false
	}
	if inner, ok = strings.CutSuffix(inner, `"]`); !ok {
		return nil, false
	}
	parts := strings.Split(inner, `","`)
	for _, part := range parts {
		if strings.ContainsFunc(part, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' }) {
			return nil, false
		}
	}
	return parts, true
}

// ErrMalformed is what a fact of another shape than its kind's is.
var ErrMalformed = errors.New("malformed fact")

// parts returns the key's parts, of which there must be n.
func (f Fact) parts(kind Kind, n int) ([]string, error) {
	parts, err := ParseKey(f.Key)
	if err != nil || f.Kind != kind || len(parts) != n {
		return nil, fmt.Errorf("%w: %s %s", ErrMalformed, f.Kind, f.Key)
	}
	return parts, nil
}

// decode reads the body into v. A nil body leaves v as it is.
func (f Fact) decode(v any) error {
	if f.Body == nil {
		return nil
	}
	if err := json.Unmarshal(f.Body, v); err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrMalformed, f.Kind, f.Key, err)
	}
	return nil
}

// Merge returns what two facts of the same kind and key say together: the
// interval that spans both, and the body that stands. It is commutative,
// associative and idempotent, and stores do the same in SQL.
func Merge(a, b Fact) Fact {
	span := a.Interval().Span(b.Interval())
	if b.outranks(a) {
		a = b
	}
	a.First, a.Last = span.First, span.Last
	return a
}

// outranks reports whether f's body stands against another's.
func (f Fact) outranks(o Fact) bool {
	return cmp.Or(cmp.Compare(f.Rank, o.Rank), f.Said.Compare(o.Said), bytes.Compare(f.Body, o.Body)) > 0
}
