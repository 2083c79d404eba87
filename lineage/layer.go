package lineage

import (
	"cmp"
	"slices"
)

// layer is a graph of one kind of pairs over numbered vertices.
type layer struct {
	adjacent vector[adjacency]
	pairs    vector[pair]
}

// adjacency is what lies next to a vertex, in the order of link.compare.
type adjacency struct {
	in, out []link
	tie     uint64 // the vertex's
	job     bool   // the vertex is one
	bound   bool   // throughs restrict what flows here: those of the job, or some into or out of the dataset
}

// link is a pair seen from one of its ends, with what a walk needs to judge it
// without looking at its sightings.
type link struct {
	peer int32
	via  int32
	pair int32
	// first, last and gone are of the surest sighting: after gone it has ended.
	first, last, gone uint32
	latest            uint32 // of any sighting
	percent           uint8  // the surest sighting's confidence
	marks             marks
	proven            bool // the surest sighting's evidence proves
	many              bool // there are several sightings: where the surest is not current, another may be the best
}

func (l *link) compare(o *link) int {
	return cmp.Or(cmp.Compare(l.via, o.via), cmp.Compare(l.peer, o.peer), cmp.Compare(l.marks, o.marks))
}

// linksVia returns the links of a job.
func linksVia(links []link, via int32) []link {
	from, _ := slices.BinarySearchFunc(links, via, func(l link, via int32) int { return cmp.Compare(l.via, via) })
	to := from
	for to < len(links) && links[to].via == via {
		to++
	}
	return links[from:to]
}

// linkTo returns the link to a peer, or nil. It is for layers without via.
func linkTo(links []link, peer int32) *link {
	i, ok := slices.BinarySearchFunc(links, peer, func(l link, peer int32) int {
		return cmp.Or(cmp.Compare(l.via, -1), cmp.Compare(l.peer, peer))
	})
	if !ok {
		return nil
	}
	return &links[i]
}

// toward returns the links that lead a way.
func (a *adjacency) toward(way Way) []link {
	if way == Upstream {
		return a.in
	}
	return a.out
}

// layerEdit is a layer while sightings are put into it: its pairs are right at
// once, its links when it is finished.
type layerEdit struct {
	*layer
	e     *edition
	fresh map[pairKey]int32
	dirty map[int32]bool
}

func editLayer(l *layer, e *edition) *layerEdit {
	return &layerEdit{layer: l, e: e, fresh: map[pairKey]int32{}, dirty: map[int32]bool{}}
}

// sight puts a sighting into the layer.
func (l *layerEdit) sight(key pairKey, s witness) (index int32, added bool) {
	i := l.find(key)
	if i < 0 {
		i = l.pairs.push(l.e, pair{pairKey: key, one: s})
		l.fresh[key] = i
		l.dirty[i] = true
		return i, true
	}
	if known := *l.pairs.at(i); known.sight(s) {
		*l.pairs.edit(l.e, i) = known
		l.dirty[i] = true
	}
	return i, false
}

func (l *layerEdit) find(key pairKey) int32 {
	if i, ok := l.fresh[key]; ok {
		return i
	}
	want := link{peer: key.to, via: key.via, marks: key.marks}
	links := l.adjacent.at(key.from).out
	i, ok := slices.BinarySearchFunc(links, &want, func(l link, want *link) int { return l.compare(want) })
	if !ok {
		return -1
	}
	return links[i].pair
}

// end is a link and where it belongs.
type end struct {
	vertex int32
	in     bool
	link
}

// finish brings the links of all pairs up that were touched.
func (l *layerEdit) finish(summary func(*pair) link) {
	ends := make([]end, 0, 2*len(l.dirty))
	for i := range l.dirty {
		p := l.pairs.at(i)
		to := summary(p)
		to.pair, to.via, to.marks = i, p.via, p.marks
		from := to
		to.peer, from.peer = p.to, p.from
		ends = append(ends, end{p.from, false, to}, end{p.to, true, from})
	}
	slices.SortFunc(ends, func(a, b end) int {
		if a.vertex != b.vertex {
			return cmp.Compare(a.vertex, b.vertex)
		}
		if a.in != b.in {
			if a.in {
				return 1
			}
			return -1
		}
		return a.compare(&b.link)
	})
	for len(ends) > 0 {
		n := 1
		for n < len(ends) && ends[n].vertex == ends[0].vertex && ends[n].in == ends[0].in {
			n++
		}
		a := l.adjacent.edit(l.e, ends[0].vertex)
		if ends[0].in {
			a.in = mergeLinks(a.in, ends[:n])
		} else {
			a.out = mergeLinks(a.out, ends[:n])
		}
		ends = ends[n:]
	}
}

// mergeLinks returns links with those of ends put in their places.
func mergeLinks(links []link, ends []end) []link {
	added := len(ends)
	for i := range ends {
		_, known := slices.BinarySearchFunc(links, &ends[i].link, func(l link, want *link) int { return l.compare(want) })
		if known {
			added--
		}
	}
	merged := make([]link, 0, len(links)+added)
	for i := range ends {
		n, known := slices.BinarySearchFunc(links, &ends[i].link, func(l link, want *link) int { return l.compare(want) })
		merged = append(append(merged, links[:n]...), ends[i].link)
		if links = links[n:]; known {
			links = links[1:]
		}
	}
	return append(merged, links...)
}
