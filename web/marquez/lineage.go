package marquez

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// graph is an answer of nodes, by their ids.
type graph struct {
	Graph []graphNode `json:"graph"`
	// What only Accord says: Truncated that nodes are left out because they
	// are too many, Deeper how many jobs lie right beyond the depth, and Brief
	// that nodes lack runs, parents and schemas because they are many.
	Truncated bool `json:"truncated,omitempty"`
	Deeper    int  `json:"deeper,omitempty"`
	Brief     bool `json:"brief,omitempty"`
	// DatasetEdges join a dataset as a whole to fields, or to a dataset.
	DatasetEdges []graphEdge `json:"datasetEdges,omitempty"`
}

type graphNode struct {
	ID       string      `json:"id"`
	Type     string      `json:"type"`
	Data     any         `json:"data"`
	InEdges  []graphEdge `json:"inEdges"`
	OutEdges []graphEdge `json:"outEdges"`
}

type graphEdge struct {
	Origin      string `json:"origin"`
	Destination string `json:"destination"`
}

// Bounds of graphs.
const (
	maxGraphNodes = lineage.DefaultNodes
	// maxDetailed is how many nodes a graph has at most if the store is asked
	// of each.
	maxDetailed = 100
)

// lineage answers as Marquez does: jobs are joined by any dataset they share,
// whichever way data flows, and depth counts jobs.
func (h *Handler) lineage(r *http.Request) (any, error) {
	v := h.reader()
	of, err := v.subjectOf(r.URL.Query().Get("nodeId"))
	if err != nil {
		return nil, err
	}
	if of.Path != "" {
		return nil, faultf(http.StatusBadRequest, "nodeId names a field: ask /column-lineage, or send dataset: or job:")
	}
	depth, err := readDepth(r)
	if err != nil {
		return nil, err
	}
	k := &kin{
		reader: v, nodes: map[lineage.Node]bool{of.Node: true},
		links: map[[2]lineage.Node]bool{}, jobs: map[lineage.Node]time.Time{},
	}
	k.explore(of.Node, depth)
	return k.answer(r.Context())
}

// kin are the nodes related to one, as Marquez reads it.
type kin struct {
	reader
	nodes     map[lineage.Node]bool
	links     map[[2]lineage.Node]bool // from, to
	jobs      map[lineage.Node]time.Time
	truncated bool
	deeper    int
}

// explore finds all within some jobs of a node. The jobs that touch a dataset
// are none away from it, those that share a dataset with a job are one away.
func (k *kin) explore(start lineage.Node, depth int) {
	datasets := []lineage.Node{start}
	if start.Kind == lineage.JobNode {
		datasets, _ = k.admit(k.around(datasets))
	}
	for ; len(datasets) > 0; depth-- {
		near := k.around(datasets)
		if start.Kind == lineage.JobNode && depth == 0 || depth < 0 {
			k.deeper = len(slices.DeleteFunc(near, func(n lineage.Node) bool { return n.Kind != lineage.JobNode }))
			return
		}
		said, jobs := k.admit(near) // datasets said to come of others, by no job
		datasets, _ = k.admit(k.around(jobs))
		datasets = append(datasets, said...)
	}
}

// around finds the neighbours of some nodes that are not admitted yet, in
// order, and the links to them and among those that are. Who does not want to be
// shown is not.
func (k *kin) around(from []lineage.Node) []lineage.Node {
	if len(from) == 0 {
		return nil
	}
	places := make([]lineage.Place, len(from))
	for i, n := range from {
		places[i].Node = n
	}
	found, hidden := map[lineage.Node]bool{}, map[lineage.Node]bool{}
	for _, way := range []lineage.Way{lineage.Upstream, lineage.Downstream} {
		reach := k.graph.Walk(lineage.Walk{From: places, Way: way, Depth: 1, MaxNodes: maxGraphNodes, Scope: k.scope()})
		k.truncated = k.truncated || reach.Left > 0 || reach.AtLeast || reach.LinksLeft > 0
		for _, hit := range reach.Hits {
			hidden[hit.Node] = hit.Hidden
		}
		for _, l := range reach.Links {
			if !k.alive(l, k.jobs) {
				continue
			}
			if len(k.links) == lineage.MaxLinks {
				k.truncated = true
				break
			}
			k.links[[2]lineage.Node{l.From.Node, l.To.Node}] = true
			found[l.From.Node], found[l.To.Node] = true, true
		}
	}
	var near []lineage.Node
	for n := range found {
		if !k.nodes[n] && !hidden[n] {
			near = append(near, n)
		}
	}
	slices.SortFunc(near, lineage.Node.Compare)
	return near
}

// admit adds nodes to the answer, as far as there is room.
func (k *kin) admit(found []lineage.Node) (datasets, jobs []lineage.Node) {
	for _, n := range found {
		if len(k.nodes) == maxGraphNodes {
			k.truncated = true
			break
		}
		k.nodes[n] = true
		if n.Kind == lineage.JobNode {
			jobs = append(jobs, n)
		} else {
			datasets = append(datasets, n)
		}
	}
	return datasets, jobs
}

// answer tells of all nodes and of the links among them.
func (k *kin) answer(ctx context.Context) (graph, error) {
	answer := graph{Graph: make([]graphNode, 0, len(k.nodes)), Truncated: k.truncated, Deeper: k.deeper, Brief: len(k.nodes) > maxDetailed}
	at := map[lineage.Node]int{}
	for n := range k.nodes {
		data, err := k.tell(ctx, n, !answer.Brief)
		if err != nil {
			return graph{}, err
		}
		answer.Graph = append(answer.Graph, graphNode{
			ID: nodeID(n), Type: strings.ToUpper(string(n.Kind)), Data: data, InEdges: []graphEdge{}, OutEdges: []graphEdge{},
		})
		at[n] = len(answer.Graph) - 1
	}
	for l := range k.links {
		from, fromOK := at[l[0]]
		to, toOK := at[l[1]]
		if !fromOK || !toOK {
			continue
		}
		e := graphEdge{answer.Graph[from].ID, answer.Graph[to].ID}
		answer.Graph[from].OutEdges = append(answer.Graph[from].OutEdges, e)
		answer.Graph[to].InEdges = append(answer.Graph[to].InEdges, e)
	}
	answer.sort()
	return answer, nil
}

// tell is what a node of a graph carries.
func (k *kin) tell(ctx context.Context, n lineage.Node, detailed bool) (any, error) {
	info, _ := k.graph.Node(n)
	if n.Kind == lineage.DatasetNode {
		d := datasetOf(info, maxListed)
		if !detailed {
			return d, nil
		}
		said, err := k.facet(ctx, info, "schema")
		d.describe(said, info.Tags)
		return d, err
	}
	j := k.jobOf(info, maxListed)
	if !detailed {
		return j, nil
	}
	said, err := k.facet(ctx, info, "parent")
	if err != nil {
		return nil, err
	}
	j.tell(said)
	return j, k.ran(ctx, &j, info, 1)
}

// sort orders nodes by id, and the edges of each.
func (g *graph) sort() {
	for _, n := range g.Graph {
		slices.SortFunc(n.InEdges, compareEdges)
		slices.SortFunc(n.OutEdges, compareEdges)
	}
	slices.SortFunc(g.Graph, func(a, b graphNode) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(g.DatasetEdges, compareEdges)
}

func compareEdges(a, b graphEdge) int {
	return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Destination, b.Destination))
}
