package lineage

import (
	"slices"
	"time"
)

// Scope says which of what was seen counts for a question. Its zero value, but
// for Now, is what is wanted most: everything that is current, of whatever
// evidence.
type Scope struct {
	// Now is when the question is asked: what is stale is told from it.
	Now time.Time
	// AsOf asks for the graph as it was: edges first seen by then and last seen
	// no longer before it than the graph's window. Zero means as of Now. Names
	// are resolved by the aliases that hold now.
	AsOf time.Time
	// Evidence are the kinds that count, none for all.
	Evidence []Evidence
	// MinConfidence leaves out what is less sure.
	MinConfidence Confidence
	// Stale follows edges too that have not been seen within the window, Ended
	// those that a later statement of their source left out.
	Stale, Ended bool
}

// Status says how an edge stands at the time of a question.
type Status string

// The statuses, best first.
const (
	Current Status = "current" // seen within the window
	Stale   Status = "stale"   // not seen within the window
	Ended   Status = "ended"   // its source has since told all it knows of the job, without this
)

// rank orders statuses, the best first.
func (s Status) rank() uint8 {
	switch s {
	case Current:
		return 0
	case Stale:
		return 1
	default:
		return 2
	}
}

var statuses = [...]Status{Current, Stale, Ended}

// lens judges links by a scope.
type lens struct {
	*Graph
	at, horizon  uint32 // when the question is of, and since when an edge counts as current
	past         bool   // at is another time than now
	all          bool   // whatever the evidence and confidence
	evidence     []Evidence
	min          uint8
	stale, ended bool
}

func (g *Graph) lens(s Scope) *lens {
	at := s.AsOf
	if at.IsZero() {
		at = s.Now
	}
	l := &lens{
		Graph: g, at: second(micros(at)), past: !s.AsOf.IsZero(), evidence: s.Evidence, min: percent(s.MinConfidence),
		stale: s.Stale, ended: s.Ended, all: len(s.Evidence) == 0 && !(s.MinConfidence > 0),
	}
	l.horizon = before(l.at, g.opts.Window)
	return l
}

// sight is what a lens shows of a link.
type sight struct {
	status  uint8 // a rank
	percent uint8
	proven  bool
	last    uint32
}

// then is what is seen past one thing of the next: the worst of both.
func (s sight) then(o sight) sight {
	return sight{
		status: max(s.status, o.status), percent: min(s.percent, o.percent),
		proven: s.proven && o.proven, last: min(s.last, o.last),
	}
}

// better orders sights: the status, then the evidence, then the confidence.
func (s sight) better(o sight) bool {
	if s.status != o.status {
		return s.status < o.status
	}
	return surer(s.proven, s.percent, o.proven, o.percent)
}

// timely tells how an edge stands at the time of the question, and whether it
// counts.
func (n *lens) timely(first, last, gone uint32) (status uint8, ok bool) {
	switch {
	case first > n.known():
		return 0, false
	case n.at > gone:
		return 2, n.ended
	case last < n.horizon:
		return 1, n.stale
	}
	return 0, true
}

// see judges a link of a layer.
func (n *lens) see(layer *layer, l *link) (sight, bool) {
	if n.all {
		status, ok := n.timely(l.first, l.last, l.gone)
		if !l.many || ok && status == 0 && !n.past {
			return sight{status, l.percent, l.proven, l.latest}, ok
		}
	}
	return n.look(layer.pairs.at(l.pair))
}

// look judges a pair by its sightings: the best of those that count decides, and
// it was seen when any was.
func (n *lens) look(p *pair) (best sight, ok bool) {
	latest := uint32(0)
	for w := range p.witnesses() {
		if second(w.first) > n.known() {
			continue
		}
		s, counts := n.witness(w)
		latest = max(latest, s.last)
		if counts && (!ok || s.better(best)) {
			best, ok = s, true
		}
	}
	best.last = latest
	return best, ok
}

// known is the second up to which first sightings count.
func (n *lens) known() uint32 {
	if n.past {
		return n.at
	}
	return never
}

// admits reports whether a sighting is of the evidence and confidence wanted.
func (n *lens) admits(w *witness) bool {
	if n.all {
		return true
	}
	r := w.what.Value()
	return percent(r.confidence) >= n.min && (len(n.evidence) == 0 || slices.Contains(n.evidence, r.evidence))
}

// witness judges one sighting. One that is not of the evidence and confidence
// wanted was never seen.
func (n *lens) witness(w *witness) (sight, bool) {
	if !n.admits(w) {
		return sight{}, false
	}
	r := w.what.Value()
	s := sight{percent: percent(r.confidence), proven: r.evidence.Proves(), last: second(n.lastOf(w))}
	status, ok := n.timely(second(w.first), s.last, n.gone(w))
	s.status = status
	return s, ok
}
