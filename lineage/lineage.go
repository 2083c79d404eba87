// Package lineage knows who makes the data of a stream, who reads it and who
// breaks when a field changes.
//
// What was seen (an OpenLineage event, a consumer group, a connector, a client
// that fetched a schema) is kept as facts: see Fact. Facts are idempotent and
// come in any order, so several processes may write the same ones. They live in
// a Store, beside the registry's log and never in it. A Graph is made of facts,
// held in memory and asked; it never changes, a new one takes its place.
//
// Nothing here is a decision: a fact is as good as its Evidence, and what
// nobody saw is unknown, which is never the same as unused.
package lineage

import (
	"cmp"
	"fmt"
)

// ID is the identity of a dataset or a job as OpenLineage has it: both parts
// hold any character, and neither is ever joined to the other to make one
// string that would have to be split again.
type ID struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// IsZero reports whether n names nothing.
func (n ID) IsZero() bool { return n == ID{} }

// String prints the name for people.
func (n ID) String() string { return n.Namespace + " " + n.Name }

// Compare orders names by namespace, then name.
func (n ID) Compare(o ID) int {
	return cmp.Or(cmp.Compare(n.Namespace, o.Namespace), cmp.Compare(n.Name, o.Name))
}

// NodeKind says what a node of the graph is.
type NodeKind string

// The kinds of nodes. Data flows from dataset to job to dataset.
const (
	DatasetNode NodeKind = "dataset" // topic, table, file: what holds data
	JobNode     NodeKind = "job"     // application, query, connector, consumer group: what moves it
)

// Known reports whether nodes of the graph are of this kind.
func (k NodeKind) Known() bool { return k == DatasetNode || k == JobNode }

// Node is the identity of a dataset or a job.
type Node struct {
	Kind NodeKind `json:"kind"`
	ID
}

// Dataset is the node of a dataset.
func Dataset(namespace, name string) Node { return Node{DatasetNode, ID{namespace, name}} }

// Job is the node of a job.
func Job(namespace, name string) Node { return Node{JobNode, ID{namespace, name}} }

// Compare orders nodes by kind, namespace and name.
func (n Node) Compare(o Node) int {
	return cmp.Or(cmp.Compare(n.Kind, o.Kind), n.ID.Compare(o.ID))
}

// String prints the node for people.
func (n Node) String() string { return fmt.Sprintf("%s %s", n.Kind, n.Name) }

// Field is a place within a dataset: the path is that of schema.Field, such as
// "order.items[].sku"; one below "key." is of a message's key. A path "" is the
// dataset as a whole.
type Field struct {
	Dataset ID     `json:"dataset"`
	Path    string `json:"path"`
}

// Compare orders fields by dataset, then path.
func (f Field) Compare(o Field) int {
	return cmp.Or(f.Dataset.Compare(o.Dataset), cmp.Compare(f.Path, o.Path))
}
