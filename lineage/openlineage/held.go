package openlineage

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
)

// maxHeld bounds the facts that are held back, maxHeldBytes their keys and
// bodies.
const (
	maxHeld      = 50_000
	maxHeldBytes = 64 << 20
)

// held are facts that say nothing new but a last sighting shortly after the one
// that was written. They are written when the first of them has waited long
// enough, or when they are many.
type held struct {
	quiet time.Duration
	seed  maphash.Seed
	// recent and older remember what was last written of a fact. When recent is
	// full it becomes older, and what was older is forgotten.
	recent, older map[uint64]sighting
	limit         int
	waiting       map[factID]lineage.Fact
	bytes         int       // of their keys and bodies
	since         time.Time // when the first of them came
}

// sighting is what was last written of a fact.
type sighting struct {
	first, last time.Time
	body        uint64 // a digest
}

func newHeld(quiet time.Duration, limit int) *held {
	return &held{
		quiet: quiet, seed: maphash.MakeSeed(), limit: max(1, limit/2),
		recent: map[uint64]sighting{}, waiting: map[factID]lineage.Fact{},
	}
}

// sift returns the facts that are news, each with what was held back of it, and
// holds back the rest. Facts have no two of one identity.
func (h *held) sift(facts []lineage.Fact, now time.Time) []lineage.Fact {
	var news []lineage.Fact
	for _, f := range facts {
		id := factID{f.Kind, f.Key}
		if w, ok := h.waiting[id]; ok {
			f = lineage.Merge(w, f)
		}
		if h.isNews(id, f) {
			news = append(news, f)
			h.written(id, f)
			h.drop(id)
			continue
		}
		if h.empty() {
			h.since = now
		}
		h.hold(f)
	}
	return news
}

// hold holds a fact back.
func (h *held) hold(f lineage.Fact) {
	id := factID{f.Kind, f.Key}
	h.drop(id)
	h.waiting[id] = f
	h.bytes += len(f.Key) + len(f.Body)
}

func (h *held) drop(id factID) {
	if f, ok := h.waiting[id]; ok {
		h.bytes -= len(f.Key) + len(f.Body)
		delete(h.waiting, id)
	}
}

// isNews reports whether a fact says more than a last sighting shortly after
// the written one. To take what is no news for news costs a write; the other
// way round a delay, also if two facts share a digest.
func (h *held) isNews(id factID, f lineage.Fact) bool {
	of := maphash.Comparable(h.seed, id)
	s, ok := h.recent[of]
	if !ok {
		if s, ok = h.older[of]; !ok {
			return true
		}
	}
	return f.First.Before(s.first) || f.Last.Sub(s.last) >= h.quiet || h.digest(f) != s.body
}

// written remembers what is written of a fact.
func (h *held) written(id factID, f lineage.Fact) {
	if len(h.recent) >= h.limit {
		h.recent, h.older = map[uint64]sighting{}, h.recent
	}
	h.recent[maphash.Comparable(h.seed, id)] = sighting{f.First, f.Last, h.digest(f)}
}

// digest is of what decides whose body stands, but for when it was said.
func (h *held) digest(f lineage.Fact) uint64 {
	return maphash.Bytes(h.seed, f.Body) ^ uint64(f.Rank) //nolint:gosec // any bits will do
}

func (h *held) empty() bool { return len(h.waiting) == 0 }

// due reports whether what is held back must be written.
func (h *held) due(now time.Time) bool {
	return len(h.waiting) >= maxHeld || h.bytes >= maxHeldBytes || !h.empty() && h.patience(now) <= 0
}

// patience is how long what is held back may still wait.
func (h *held) patience(now time.Time) time.Duration { return h.since.Add(h.quiet).Sub(now) }

// facts returns what is held back, ordered so that writers who write the same
// do so in the same order.
func (h *held) facts() []lineage.Fact {
	return slices.SortedFunc(maps.Values(h.waiting), func(a, b lineage.Fact) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
}

// release forgets what was held back, because it was written.
func (h *held) release() {
	for id, f := range h.waiting {
		h.written(id, f)
	}
	clear(h.waiting)
	h.bytes = 0
}
