package lineage

import (
	"encoding/json"
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
func (g *Graph) Resolve(n Node) Node { return n }

// Node tells of a node. It reports false if the graph does not hold it.
func (g *Graph) Node(n Node) (NodeInfo, bool) { return NodeInfo{}, false }

// Nodes lists nodes of a kind in order of their names, and how many there are in
// all.
func (g *Graph) Nodes(kind NodeKind, l Listing) ([]Node, int) { return nil, 0 }

// Namespaces lists the namespaces of a kind of nodes in order.
func (g *Graph) Namespaces(kind NodeKind) []string { return nil }

// Search finds nodes whose name or namespace contains a text, whatever its case:
// exact names first, then names that begin with it, then others. kind "" means
// any. The number is how many there are in all.
func (g *Graph) Search(text string, kind NodeKind, limit int) ([]Node, int) { return nil, 0 }

// Topics are the datasets that are a Kafka topic of this name, in any cluster.
func (g *Graph) Topics(topic string) []Node { return nil }

// Uses are those of a subject, in order of client, action and version.
func (g *Graph) Uses(subject string) []Use { return nil }
