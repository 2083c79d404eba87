package lineage

import (
	"cmp"
	"slices"
	"strings"
)

// Search finds nodes one of whose names or namespaces contains a text, whatever
// its case: exact names first, then names that begin with it, names that contain
// it, and namespaces that do. kind "" means any; limit is at most MaxPage, 0 for
// DefaultPage. The number is how many there are in all.
func (g *Graph) Search(text string, kind NodeKind, limit int) ([]Node, int) {
	ranks := map[int32]int{}
	text = strings.ToLower(text)
	for _, known := range g.names.all() {
		n := g.vertices.at(known.vertex).node
		if !n.Kind.Known() || kind != "" && n.Kind != kind {
			continue
		}
		rank := rankMatch(known.node.ID, text)
		if best, ok := ranks[known.vertex]; rank >= 0 && (!ok || rank < best) {
			ranks[known.vertex] = rank
		}
	}
	type match struct {
		Node
		rank int
	}
	all := make([]match, 0, len(ranks))
	for v, rank := range ranks {
		all = append(all, match{g.vertices.at(v).node, rank})
	}
	slices.SortFunc(all, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Name, b.Name), a.Compare(b.Node))
	})
	nodes := make([]Node, 0, min(len(all), bound(limit, DefaultPage, MaxPage)))
	for _, m := range all[:cap(nodes)] {
		nodes = append(nodes, m.Node)
	}
	return nodes, len(all)
}

// rankMatch says how well a name matches a text in lower case: 0 is best, -1 is
// not at all.
func rankMatch(id ID, text string) int {
	name := strings.ToLower(id.Name)
	switch {
	case name == text:
		return 0
	case strings.HasPrefix(name, text):
		return 1
	case strings.Contains(name, text):
		return 2
	case strings.Contains(strings.ToLower(id.Namespace), text):
		return 3
	}
	return -1
}
