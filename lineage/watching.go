package lineage

import (
	"slices"
	"time"
)

// Watch says whether somebody looked at a cluster all the time, so that whoever
// read a topic was seen.
type Watch struct {
	// Proven: somebody looked in every slot (CoverageSlot) of the window.
	Proven bool `json:"proven"`
	// From and To are the window.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Gaps are when nobody looked, oldest first, at most 20; GapsLeft is how
	// many more there are.
	Gaps     []Gap `json:"gaps,omitempty"`
	GapsLeft int   `json:"gapsLeft,omitempty"`
	// Sources are the collectors that looked.
	Sources []string `json:"sources,omitempty"`
}

// Gap is a time in which nobody looked.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// maxGaps is how many gaps a Watch lists.
const maxGaps = 20

// Watch tells whether all who read datasets of a namespace are known: as of the
// scope's time, over the graph's window. The slots in which the window begins and
// ends count for nothing: the one is not whole, the other not over.
func (g *Graph) Watch(namespace string, s Scope) Watch {
	to := s.AsOf
	if to.IsZero() {
		to = s.Now
	}
	w := Watch{From: to.Add(-g.opts.Window).UTC(), To: to.UTC()}
	first := w.From.Truncate(CoverageSlot).Add(CoverageSlot)
	looks := g.looks(namespace, first, w.To)
	for slot := first; slot.Before(w.To.Truncate(CoverageSlot)); slot = slot.Add(CoverageSlot) {
		for len(looks) > 0 && looks[0].Slot.Before(slot) {
			looks = looks[1:]
		}
		if len(looks) == 0 || looks[0].Slot.After(slot) {
			w.miss(slot)
			continue
		}
		for ; len(looks) > 0 && looks[0].Slot.Equal(slot); looks = looks[1:] {
			if !slices.Contains(w.Sources, looks[0].Source) {
				w.Sources = append(w.Sources, looks[0].Source)
			}
		}
	}
	slices.Sort(w.Sources)
	w.Proven = len(w.Gaps) == 0 && len(w.Sources) > 0
	return w
}

// miss adds a slot in which nobody looked to the gaps.
func (w *Watch) miss(slot time.Time) {
	end := slot.Add(CoverageSlot)
	last := len(w.Gaps) - 1
	switch {
	case last >= 0 && w.Gaps[last].To.Equal(slot) && w.GapsLeft == 0:
		w.Gaps[last].To = end
	case last+1 < maxGaps:
		w.Gaps = append(w.Gaps, Gap{slot, end})
	default:
		w.GapsLeft++
	}
}

// looks are when a cluster was looked at, by all its names and in order.
func (g *Graph) looks(namespace string, from, to time.Time) []Coverage {
	v := g.find(Node{clusterVertex, Fold(Node{DatasetNode, ID{Namespace: namespace}}).ID})
	if v < 0 {
		return nil
	}
	var looks []Coverage
	for _, i := range g.vertices.at(v).names {
		said := g.names.at(i).said
		if said == nil {
			continue
		}
		for _, c := range said.looks {
			if !c.Slot.Before(from) && c.Slot.Before(to) {
				looks = append(looks, c)
			}
		}
	}
	slices.SortFunc(looks, func(a, b Coverage) int { return a.Slot.Compare(b.Slot) })
	return looks
}

// watchAll is the watch over all the clusters of a proposal's datasets: proven
// if each is.
func (g *Graph) watchAll(p Proposal) Watch {
	var all Watch
	seen := map[string]bool{}
	for _, id := range p.Datasets {
		namespace := g.Resolve(Node{DatasetNode, id}).Namespace
		if seen[namespace] {
			continue
		}
		seen[namespace] = true
		w := g.Watch(namespace, p.Scope)
		if len(seen) == 1 || all.Proven && !w.Proven {
			all = w
		}
	}
	return all
}
