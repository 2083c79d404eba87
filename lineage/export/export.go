// Package export writes parts of the lineage graph in the forms that others
// read: DOT for Graphviz, Mermaid for Markdown, OpenLineage for other
// catalogues.
package export

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// Picture is a part of the graph.
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
			continue
		}
		p.Links = append(p.Links, link)
		p.Nodes = append(p.Nodes, link.From.Node, link.To.Node)
	}
	for _, hit := range r.Hits {
		p.Nodes = append(p.Nodes, hit.Node)
	}
}

// Tidy puts the picture in order and drops what is in it twice. Whoever writes
// a picture that was added to calls it first.
func (p *Picture) Tidy() {
	slices.SortFunc(p.Nodes, lineage.Node.Compare)
	p.Nodes = slices.CompactFunc(p.Nodes, func(a, b lineage.Node) bool { return a == b })
	p.Links, p.Fields = tidied(p.Links), tidied(p.Fields)
}

func tidied(links []lineage.Link) []lineage.Link {
	slices.SortStableFunc(links, compareLinks)
	return slices.CompactFunc(links, func(a, b lineage.Link) bool { return compareLinks(a, b) == 0 })
}

func compareLinks(a, b lineage.Link) int {
	for _, c := range []int{
		a.From.Compare(b.From), a.To.Compare(b.To), a.Via.Compare(b.Via), slices.CompareFunc(a.Transformations, b.Transformations, compareTransformations),
	} {
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareTransformations(a, b lineage.Transformation) int {
	return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Subtype, b.Subtype))
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

// dashed reports whether a link is drawn as one that nothing proves.
func dashed(l lineage.Link) bool { return !l.Proven }

// label says in a word how a link is known, "" where it was simply reported.
func label(l lineage.Link) string {
	if len(l.Sightings) == 0 || l.Sightings[0].Evidence == lineage.Reported {
		return ""
	}
	return string(l.Sightings[0].Evidence)
}

// DOT writes the picture for Graphviz.
func DOT(w io.Writer, p Picture) error {
	out, names := bufio.NewWriter(w), numbered(p.Nodes)
	fmt.Fprintln(out, "digraph lineage {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];")
	for _, n := range p.Nodes {
		shape := "box"
		if n.Kind == lineage.JobNode {
			shape = "ellipse"
		}
		fmt.Fprintf(out, "  %s [shape=%s, label=%s];\n", names[n], shape, dotText(n.Name+"\n"+n.Namespace))
	}
	for _, l := range p.Links {
		style := ""
		if dashed(l) {
			style = ", style=dashed"
		}
		if l.Status != lineage.Current {
			style += ", color=gray"
		}
		fmt.Fprintf(out, "  %s -> %s [label=%s%s];\n", names[l.From.Node], names[l.To.Node], dotText(label(l)), style)
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// dotText quotes a text for DOT.
func dotText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", " ", "\x00", "").Replace(s) + `"`
}

// Mermaid writes the picture as a flowchart that Markdown shows.
func Mermaid(w io.Writer, p Picture) error {
	out, names := bufio.NewWriter(w), numbered(p.Nodes)
	fmt.Fprintln(out, "flowchart LR")
	for _, n := range p.Nodes {
		open, shut := "[(", ")]"
		if n.Kind == lineage.JobNode {
			open, shut = "([", "])"
		}
		fmt.Fprintf(out, "  %s%s%s%s\n", names[n], open, mermaidText(n.Name), shut)
	}
	for _, l := range p.Links {
		arrow := "-->"
		if dashed(l) {
			arrow = "-.->"
		}
		if text := label(l); text != "" {
			arrow += "|" + text + "|"
		}
		fmt.Fprintf(out, "  %s %s %s\n", names[l.From.Node], arrow, names[l.To.Node])
	}
	return out.Flush()
}

// mermaidText quotes a text for Mermaid, which knows no escapes but entities.
func mermaidText(s string) string {
	return `"` + strings.NewReplacer(`"`, "#quot;", "#", "#35;", "<", "#lt;", ">", "#gt;", "\n", " ", "\r", " ").Replace(s) + `"`
}
