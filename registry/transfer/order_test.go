package transfer

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// Whatever versions refer to, each is in one level, after those it refers to
// unless they refer back to it.
func TestLevels(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(rt, "versions")
		honest := rapid.Bool().Draw(rt, "honest")
		versions := make([]client.Schema, n)
		for i := range versions {
			most := n - 1
			if honest {
				most = i - 1
			}
			versions[i] = client.Schema{Subject: ":.eu:s", Version: i + 1}
			if most < 0 {
				continue
			}
			for _, at := range rapid.SliceOfN(rapid.IntRange(0, most), 0, 4).Draw(rt, fmt.Sprint("references of ", i)) {
				versions[i].References = append(versions[i].References, schema.Reference{Subject: "s", Version: at + 1})
			}
		}
		done := map[versionKey]bool{}
		for _, level := range levels(versions) {
			for _, s := range level {
				for _, ref := range s.References {
					if honest && !done[versionKey{":.eu:s", ref.Version}] {
						rt.Fatalf("version %d comes before version %d, to which it refers", s.Version, ref.Version)
					}
				}
			}
			for _, s := range level {
				if done[keyOf(s)] {
					rt.Fatalf("version %d comes twice", s.Version)
				}
				done[keyOf(s)] = true
			}
		}
		if len(done) != n {
			rt.Fatalf("%d of %d versions", len(done), n)
		}
	})
}

func TestBatches(t *testing.T) {
	t.Parallel()
	var versions []client.Schema
	for i := range 350 {
		versions = append(versions, client.Schema{Version: i, Schema: string(make([]byte, i*i%70_000))})
	}
	next := 0
	for _, batch := range batches(versions) {
		size := 0
		for _, s := range batch {
			if s.Version != next {
				t.Fatalf("version %d where %d was due", s.Version, next)
			}
			size += len(s.Schema)
			next++
		}
		if len(batch) > batchVersions || size > batchBytes {
			t.Errorf("%d versions of %d bytes in a batch", len(batch), size)
		}
	}
	if next != len(versions) {
		t.Errorf("%d of %d versions", next, len(versions))
	}
}

func TestTargetOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ referrer, subject, want string }{
		{"a", "b", "b"},
		{":.eu:a", "b", ":.eu:b"},
		{":.eu:a", ":.us:b", ":.us:b"},
		{":.eu:a", ":.:b", "b"},
		{":odd", "b", "b"},
		{":.eu", "b", "b"},
	} {
		if got := targetOf(tt.referrer, tt.subject); got != tt.want {
			t.Errorf("%s refers to %s: %s, want %s", tt.referrer, tt.subject, got, tt.want)
		}
	}
}
