package registry_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

// filled is a log with n versions, ten to a subject.
func filled(b *testing.B, n int) *memlog.Log {
	b.Helper()
	log := memlog.New()
	var at registry.Offset
	var err error
	for i := 0; i < n; {
		var recs []registry.Record
		for ; len(recs) < 1000 && i < n; i++ {
			recs = append(recs, schemaRecord(b, i))
		}
		if at, err = log.Append(b.Context(), at, recs...); err != nil {
			b.Fatal(err)
		}
	}
	return log
}

// schemaRecord is the i-th version of filled, with facts as a server writes
// them.
func schemaRecord(b *testing.B, i int) registry.Record {
	b.Helper()
	var guid schema.GUID
	binary.BigEndian.PutUint64(guid[:], uint64(i)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(guid[8:], uint64(i))
	facts, err := json.Marshal(map[string]any{
		"id": i + 1, "type": "AVRO", "guid": guid, "canonical": fmt.Sprintf("%x", i+1),
		"normal": fmt.Sprintf("%x", i+1), "structure": fmt.Sprintf("%x", i+1), "deriver": 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	return registry.Record{
		Key: registry.Key{Kind: "schema", ID: fmt.Sprintf("domain.stream-%07d-value@%d", i/10, i%10+1)},
		Op:  registry.OpPut, Time: time.UnixMilli(int64(i)).UTC(), Facts: facts,
	}
}

// What a registration costs must not depend on how much is there already.
func BenchmarkRegister(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("versions=%d", n), func(b *testing.B) {
			r, err := registry.Open(b.Context(), registry.Options{Log: filled(b, n), Now: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			b.ResetTimer()
			for i := range b.N {
				c := avro(record("R", fmt.Sprint("f", i)))
				req := registry.RegisterRequest{Subject: fmt.Sprintf("new-%d-value", i), Candidate: c}
				if _, err := r.Register(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Opening a registry reads facts alone.
func BenchmarkOpen(b *testing.B) {
	const n = 100_000
	log := filled(b, n)
	for b.Loop() {
		before := heap()
		r, err := registry.Open(b.Context(), registry.Options{Log: keepOpen{log}, Now: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(heap()-before)/n, "index-bytes/version")
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/100k-versions")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// keepOpen is a log that outlives the registries on it.
type keepOpen struct{ registry.Log }

func (keepOpen) Close() error { return nil }

// A page of findings costs what its subjects do, wherever it lies among 20,000
// that have been judged before.
func BenchmarkFindings(b *testing.B) {
	const subjects = 20_000
	r, err := registry.Open(b.Context(), registry.Options{Log: memlog.New(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for i := range subjects {
		req := registry.RegisterRequest{Subject: fmt.Sprintf("stream-%05d-value", i), Candidate: avro(record("R", fmt.Sprintf("f%d", i)))}
		if _, err := r.Register(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
	mode := registry.Advise
	if _, err := r.SetPolicy(b.Context(), "", registry.PolicyChange{Set: registry.Policy{Governance: &mode}}); err != nil {
		b.Fatal(err)
	}
	all, err := r.Findings(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	for name, page := range map[string]struct{ offset, most int }{
		"first": {0, 100}, "last": {len(all) - 100, 100}, "all": {0, len(all)},
	} {
		b.Run("page="+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.FindingsPage(b.Context(), "", page.offset, page.most); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
