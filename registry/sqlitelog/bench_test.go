package sqlitelog_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/registry/sqlitelog"
)

func BenchmarkGoalAppends(b *testing.B) {
	logtest.BenchmarkAppends(b, "SQLite", 5, func(b *testing.B) registry.Log {
		return open(b, filepath.Join(b.TempDir(), "accord.db"))
	})
}

// fileWith makes a log of n versions with texts of 2 KB.
func fileWith(b *testing.B, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "accord.db")
	log, err := sqlitelog.Open(b.Context(), path, sqlitelog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var at registry.Offset
	for recs := range logtest.Versions(b, memlog.New(), n) {
		if at, err = log.Append(b.Context(), at, recs...); err != nil {
			b.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// openRegistry starts a registry on a file, as 'accord serve' does.
func openRegistry(b *testing.B, path string) *registry.Registry {
	b.Helper()
	log, err := sqlitelog.Open(b.Context(), path, sqlitelog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	r, err := registry.Open(b.Context(), registry.Options{Log: log, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkGoalScale looks at what grows with the number of versions: the time
// to start, the memory of the index, the file, and the cost of one version more.
func BenchmarkGoalScale(b *testing.B) {
	few, hundred, million := fileWith(b, 1_000), fileWith(b, 100_000), fileWith(b, 1_000_000)
	b.Run("start with 100,000 versions of 2 KB", func(b *testing.B) {
		start(b, hundred, 100_000)
		b.ReportMetric(1000, "ms-at-most")
	})
	b.Run("start with 1,000,000 versions of 2 KB", func(b *testing.B) {
		start(b, million, 1_000_000)
		b.ReportMetric(0, "ms-no-goal")
	})
	b.Run("registering a new schema, time with 1,000,000 versions : with 1,000", func(b *testing.B) {
		grow(b, million, few)
	})
}

// start opens a registry a few times. Of the times the shortest counts: it is
// the one that what else the machine does disturbed least.
func start(b *testing.B, path string, versions int) {
	b.Helper()
	const times = 4
	took := time.Duration(math.MaxInt64)
	var held uint64
	for b.Loop() {
		for range times {
			before := heap()
			began := time.Now()
			r := openRegistry(b, path)
			took = min(took, time.Since(began))
			held = heap() - before
			if err := r.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took.Milliseconds()), "ms")
	b.ReportMetric(float64(held)/float64(versions), "index-B/version")
	b.ReportMetric(500, "index-B/version-at-most")
	b.ReportMetric(float64(info.Size())/float64(versions), "file-B/version")
	b.ReportMetric(0, "file-B/version-no-goal")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// grow registers new schemas in two registries in turns.
func grow(b *testing.B, large, small string) {
	b.Helper()
	const rounds, each = 40, 50
	paths := []string{large, small}
	var took [2]time.Duration
	registries := make([]*registry.Registry, len(paths))
	for i, path := range paths {
		registries[i] = openRegistry(b, path)
		defer func() { _ = registries[i].Close() }()
	}
	n := 0
	for b.Loop() {
		for range rounds {
			for i, r := range registries {
				began := time.Now()
				registerNew(b, r, n, each)
				took[i] += time.Since(began)
			}
			n += each
		}
	}
	b.ReportMetric(0, "ns/op")
	for i, unit := range []string{"us", "us-there"} {
		b.ReportMetric(float64(took[i].Microseconds())/float64(n), unit)
	}
	b.ReportMetric(float64(took[0])/float64(took[1]), "x")
	b.ReportMetric(1.5, "x-at-most")
}

// registerNew registers so many schemas under new subjects, one by one.
func registerNew(b *testing.B, r *registry.Registry, from, count int) {
	b.Helper()
	for i := from; i < from+count; i++ {
		req := registry.RegisterRequest{
			Subject:   fmt.Sprintf("new-%d-value", i),
			Candidate: registry.Candidate{Text: fmt.Sprintf(`{"type":"record","name":"R","fields":[{"name":"f%d","type":"string"}]}`, i)},
		}
		if _, err := r.Register(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLog100k reads from a log of 100,000 entries with bodies of 2 KB,
// some 250 MB: a start of the registry, which must leave the bodies alone, and
// a body that no cache holds.
func BenchmarkLog100k(b *testing.B) {
	const entries = 100_000
	log := open(b, fileWith(b, entries))
	b.Run("replay", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range log.Read(b.Context(), registry.Offset{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != entries {
				b.Fatal(fmt.Errorf("read %d entries", n))
			}
		}
		b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := log.Get(b.Context(), registry.NewOffset(1+rand.N[int64](entries), 0)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
