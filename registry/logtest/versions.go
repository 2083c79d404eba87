package logtest

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
)

// VersionText is an Avro schema of 2 KB, as Versions repeats it.
func VersionText() string {
	fields := make([]string, 23)
	for i := range fields {
		fields[i] = fmt.Sprintf(`{"name":"field_%02d","type":"string","doc":"What the field number %02d of it holds."}`, i, i)
	}
	return `{"type":"record","name":"Event","namespace":"com.acme","fields":[` + strings.Join(fields, ",") + `]}`
}

// Versions yields the records of n versions, ten to a subject, so many at a
// time as one append takes. They are copies of what a registry over scratch,
// an empty log that it closes, writes for a real one, with ids and digests of
// their own.
func Versions(tb testing.TB, scratch registry.Log, n int) iter.Seq[[]registry.Record] {
	tb.Helper()
	const atOnce = 5000
	made := written(tb, scratch)
	return func(yield func([]registry.Record) bool) {
		for done := 0; done < n; {
			recs := make([]registry.Record, min(atOnce, n-done))
			for i := range recs {
				recs[i] = made.copy(done)
				done++
			}
			if !yield(recs) {
				return
			}
		}
	}
}

// pattern is a record and what of its facts is its own.
type pattern struct {
	registry.Record
	facts string
	guid  string
}

// written registers a schema and returns its record.
func written(tb testing.TB, scratch registry.Log) pattern {
	tb.Helper()
	r, err := registry.Open(tb.Context(), registry.Options{Log: scratch, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	ctx := registry.WithActor(tb.Context(), "unverified:10.0.0.1")
	v, err := r.Register(ctx, registry.RegisterRequest{
		Subject: "a", Candidate: registry.Candidate{Text: VersionText()},
	})
	if err != nil {
		tb.Fatal(err)
	}
	e, err := scratch.Get(ctx, v.Stored)
	if err != nil {
		tb.Fatal(err)
	}
	return pattern{Record: e.Record, facts: string(e.Facts), guid: v.GUID.String()}
}

// copy is the i-th version.
func (p pattern) copy(i int) registry.Record {
	const spread = 0x9e3779b9 // GUIDs come in no order
	guid := fmt.Sprintf("%08x-0000-0000-0000-%012x", uint32(i+1)*spread, i+1)
	rec := p.Record
	rec.Key.ID = fmt.Sprintf("domain.stream-%07d-value@%d", i/10, i%10+1)
	facts := strings.Replace(p.facts, `"id":1,`, fmt.Sprintf(`"id":%d,`, i+1), 1)
	rec.Facts = []byte(strings.Replace(facts, p.guid, guid, 1))
	return rec
}
