package lineage

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"
	"unique"
)

// pair is an edge between two nodes, or fields, or the input and output of a job:
// what all sightings of it have in common.
type pair struct {
	pairKey
	one  witness
	more []witness
}

// pairKey identifies a pair within its layer.
type pairKey struct {
	from, to int32
	via      int32 // the job's vertex, -1 for none
	marks    marks
}

// marks are what of a pair a walk must know at every step.
type marks uint8

const (
	indirect  marks = 1 << iota // of fields: influence, not value
	masking                     // of fields: the value cannot be seen behind it
	explicit                    // of throughs: Explicit, not Columns
	inputless                   // of throughs: the output has no input; from and to are the output
)

// witness is one way a pair is known, by one spelling of its names.
type witness struct {
	from, to int32 // names
	of       int32 // the name whose statements end it: that of the job, or of the dataset that it leads to
	first    int64 // microseconds since 1970
	last     int64
	what     unique.Handle[remark]
}

// remark is what of a sighting is said again and again, and so kept once.
type remark struct {
	evidence   Evidence
	source     string
	derivation Derivation
	change     Transformation
	confidence Confidence
	note       string
	body       string // the fact's, by which Merge decides
}

// same reports whether two witnesses are of one fact.
func (w *witness) same(o *witness) bool {
	if w.from != o.from || w.to != o.to || w.of != o.of {
		return false
	}
	if w.what == o.what {
		return true
	}
	a, b := w.what.Value(), o.what.Value()
	return a.evidence == b.evidence && a.source == b.source && a.derivation == b.derivation && a.change == b.change
}

// merge does for sightings what Merge does for their facts: all are of rank 0,
// and said when they were last seen.
func (w *witness) merge(o *witness) {
	if w.what != o.what && cmp.Or(cmp.Compare(o.last, w.last), cmp.Compare(o.what.Value().body, w.what.Value().body)) > 0 {
		w.what = o.what
	}
	w.first, w.last = min(w.first, o.first), max(w.last, o.last)
}

// sight adds a sighting to a pair that has some, and reports whether it said
// anything new.
func (p *pair) sight(s witness) bool {
	for known := range p.witnesses() {
		if !known.same(&s) {
			continue
		}
		merged := *known
		if merged.merge(&s); merged == *known {
			return false
		}
		if known == &p.one {
			p.one = merged
			return true
		}
		p.more = slices.Clone(p.more)
		i := slices.IndexFunc(p.more, func(o witness) bool { return o.same(&s) })
		p.more[i] = merged
		return true
	}
	p.more = append(slices.Clip(p.more), s)
	return true
}

// witnesses yields all of a pair.
func (p *pair) witnesses() iter.Seq[*witness] {
	return func(yield func(*witness) bool) {
		if !yield(&p.one) {
			return
		}
		for i := range p.more {
			if !yield(&p.more[i]) {
				return
			}
		}
	}
}

// Times of links are whole seconds since 1970, which is as finely as questions
// are answered.
const never = math.MaxUint32

// second cuts microseconds to the seconds of links.
func second(micro int64) uint32 {
	return uint32(min(max(0, micro/1e6), never-1))
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func instant(micro int64) time.Time { return time.UnixMicro(micro).UTC() }

// percent is a confidence as links keep it.
func percent(c Confidence) uint8 {
	if !(c > 0) { // NaN too
		return 0
	}
	return uint8(math.Round(float64(min(c, 1)) * 100))
}
