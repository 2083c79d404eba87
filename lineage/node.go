package lineage

import (
	"encoding/json"
	"maps"
	"slices"
)

// NodeInfo is what the graph holds of a node.
type NodeInfo struct {
	Node
	// Names are the others by which it was spoken of.
	Names []ID `json:"names,omitempty"`
	Interval
	Who
	Description string `json:"description,omitempty"`
	// DatasetType is TOPIC, TABLE and so on, "" for unknown.
	DatasetType string  `json:"datasetType,omitempty"`
	JobType     JobType `json:"jobType,omitzero"`
	Tags        []Tag   `json:"tags,omitempty"`
	// Fields are the paths that take part in the lineage of fields, at most
	// MaxFields; FieldsLeft is how many more.
	Fields     []string `json:"fields,omitempty"`
	FieldsLeft int      `json:"fieldsLeft,omitempty"`
	// Inputs and Outputs count the edges with any evidence, at any time.
	Inputs  int `json:"inputs"`
	Outputs int `json:"outputs"`
	// Facets are Accord's own, whose names begin with "accord".
	Facets map[string]json.RawMessage `json:"facets,omitempty"`
}

// MaxFields is how many fields a NodeInfo lists.
const MaxFields = 1000

// JobType is OpenLineage's facet of that name.
type JobType struct {
	ProcessingType string `json:"processingType,omitempty"` // BATCH, STREAMING or SERVICE
	Integration    string `json:"integration,omitempty"`    // SPARK, FLINK, KAFKA
	JobType        string `json:"jobType,omitempty"`        // QUERY, TASK, CONNECTOR
}

// Tag is one of OpenLineage's tags facet.
type Tag struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Source string `json:"source,omitempty"`
	Field  string `json:"field,omitempty"` // a path, "" for the node as a whole
}

// Resolve returns the name that the graph has for a node: folded, and what its
// aliases mean.
func (g *Graph) Resolve(n Node) Node {
	n = Fold(n)
	if i := g.nameOf(n); i >= 0 {
		return g.vertices.at(g.names.at(i).vertex).node
	}
	return g.resolve(n)
}

// namespace is what a namespace means.
func (g *Graph) namespace(kind NodeKind, namespace string) string {
	if namespace == "" {
		return ""
	}
	return g.resolve(Fold(Node{kind, ID{Namespace: namespace}})).Namespace
}

// Node tells of a node. It reports false if the graph does not hold it.
func (g *Graph) Node(n Node) (NodeInfo, bool) {
	i := g.find(n)
	if i < 0 {
		return NodeInfo{}, false
	}
	v := g.vertices.at(i)
	near := g.streams.adjacent.at(i)
	info := NodeInfo{Node: v.node, Interval: g.seen(i, v), Who: g.who(v), Inputs: len(near.in), Outputs: len(near.out)}
	for _, i := range v.names {
		if known := g.names.at(i); known.node != v.node {
			info.Names = append(info.Names, known.node.ID)
		}
	}
	slices.SortFunc(info.Names, ID.Compare)
	if v.details == nil {
		return info, true
	}
	info.Description, info.DatasetType, info.JobType = v.description, v.datasetType, v.jobType
	info.Tags, info.Facets = slices.Clone(v.tags), maps.Clone(v.accord)
	for _, f := range v.fields {
		if path := g.fields.at(f).path; len(info.Fields) == MaxFields {
			info.FieldsLeft++
		} else if path != "" {
			info.Fields = append(info.Fields, path)
		}
	}
	return info, true
}

// span is when any edge of a vertex was seen.
func (g *Graph) span(near *adjacency) (seen Interval) {
	for _, links := range [][]link{near.in, near.out} {
		for _, l := range links {
			for w := range g.streams.pairs.at(l.pair).witnesses() {
				at := Interval{instant(w.first), instant(w.last)}
				if seen.First.IsZero() {
					seen = at
				}
				seen = seen.Span(at)
			}
		}
	}
	return seen
}

// Nodes lists nodes of a kind in order of their names, and how many there are in
// all. Of the listing, the scope does not matter.
func (g *Graph) Nodes(kind NodeKind, l Listing) ([]Node, int) {
	var all []Node
	l.Namespace = g.namespace(kind, l.Namespace)
	for _, v := range g.vertices.all() {
		if n := v.node; n.Kind == kind && (l.Namespace == "" || n.Namespace == l.Namespace) {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, Node.Compare)
	return page(all, l), len(all)
}

// page cuts a page out of a list.
func page[T any](all []T, l Listing) []T {
	from := min(max(0, l.Offset), len(all))
	return all[from:min(from+bound(l.Limit, DefaultPage, MaxPage), len(all))]
}

// Namespaces lists the namespaces of a kind of nodes in order.
func (g *Graph) Namespaces(kind NodeKind) []string {
	seen := map[string]bool{}
	for _, v := range g.vertices.all() {
		if n := v.node; n.Kind == kind {
			seen[n.Namespace] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Topics are the datasets that are a Kafka topic of this name, in any cluster
// and by any of their names.
func (g *Graph) Topics(topic string) []Node {
	var nodes []Node
	for i := range g.topics.with(hashOf(topic)) {
		if known := g.names.at(*g.topicsOf.at(i)); known.node.Name == topic {
			nodes = append(nodes, g.vertices.at(known.vertex).node)
		}
	}
	slices.SortFunc(nodes, Node.Compare)
	return slices.Compact(nodes)
}

// Uses are those of a subject, in order of client, action and version.
func (g *Graph) Uses(subject string) []Use {
	i := g.nameOf(Node{subjectVertex, ID{Name: subject}})
	if i < 0 || g.names.at(i).said == nil {
		return nil
	}
	return slices.Clone(g.names.at(i).said.uses)
}
