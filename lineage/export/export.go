// Package export writes parts of the lineage graph in the forms that others
// read: DOT for Graphviz, Mermaid for Markdown, OpenLineage for other
// catalogues.
package export

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/accordhq/accord/lineage"
)

// Picture is a part of the graph. Whoever has added to one calls Tidy before it
// is written.
type Picture struct {
	Nodes []lineage.Node `json:"nodes"`
	// Links are between nodes, Fields between fields of them.
	Links  []lineage.Link `json:"links"`
	Fields []lineage.Link `json:"fields"`
}

// Add takes what a walk found into the picture.
func (p *Picture) Add(r lineage.Reach) {
	for _, link := range r.Links {
		if link.From.Path != "" || link.To.Path != "" {
			p.Fields = append(p.Fields, link)
		} else {
			p.Links = append(p.Links, link)
		}
	}
	for _, hit := range r.Hits {
		p.Nodes = append(p.Nodes, hit.Node)
	}
}

// Tidy puts the picture in order, drops what is in it twice and adds the nodes
// that links name.
func (p *Picture) Tidy() {
	p.Links, p.Fields = tidied(p.Links), tidied(p.Fields)
	for _, l := range slices.Concat(p.Links, p.Fields) {
		p.Nodes = append(p.Nodes, l.From.Node, l.To.Node)
	}
	slices.SortFunc(p.Nodes, lineage.Node.Compare)
	p.Nodes = append([]lineage.Node{}, slices.Compact(p.Nodes)...)
}

func tidied(links []lineage.Link) []lineage.Link {
	links = append([]lineage.Link{}, links...)
	slices.SortStableFunc(links, compareLinks)
	return slices.CompactFunc(links, func(a, b lineage.Link) bool { return compareLinks(a, b) == 0 })
}

func compareLinks(a, b lineage.Link) int {
	return cmp.Or(
		a.From.Compare(b.From), a.To.Compare(b.To), a.Via.Compare(b.Via),
		slices.CompareFunc(a.Transformations, b.Transformations, lineage.Transformation.Compare),
	)
}

// numbered gives each node a short name, for forms whose names hold no
// characters but letters and digits.
func numbered(nodes []lineage.Node) map[lineage.Node]string {
	names := make(map[lineage.Node]string, len(nodes))
	for i, n := range nodes {
		names[n] = fmt.Sprintf("n%d", i+1)
	}
	return names
}

// evidence says in a word how a link is known, "" where its job reported it.
func evidence(l lineage.Link) string {
	if len(l.Sightings) == 0 || l.Sightings[0].Evidence == lineage.Reported {
		return ""
	}
	return string(l.Sightings[0].Evidence)
}
