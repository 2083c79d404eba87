package marquez

import (
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/accordhq/accord/lineage"
)

// fieldKind is the kind of node ids that name a field of a dataset.
const fieldKind = "datasetField"

// Bounds of node ids: each colon is a way to read one.
const (
	maxNodeID = 8 << 10
	maxColons = 64
)

// nodeID is Marquez's id of a node. It cannot be taken apart again without
// knowing which nodes there are: both parts may hold colons.
func nodeID(n lineage.Node) string { return string(n.Kind) + ":" + n.Namespace + ":" + n.Name }

// placeID is that of a field, or of a dataset as a whole.
func placeID(p lineage.Place) string {
	if p.Path == "" {
		return nodeID(p.Node)
	}
	return fieldKind + ":" + p.Namespace + ":" + p.Name + ":" + p.Path
}

// subject is what a node id names.
type subject struct {
	lineage.Place
	version string // "" for none
}

// splits yields the ways to cut a text in two at a colon, the longest first part
// first.
func splits(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i := strings.LastIndexByte(text, ':'); i > 0; i = strings.LastIndexByte(text[:i], ':') {
			if i+1 < len(text) && !yield(text[:i], text[i+1:]) {
				return
			}
		}
	}
}

// subjectOf finds what a node id names, by trying each way to read it against
// the nodes that are known, the longest namespace first (lineage reference 2.2).
func (v reader) subjectOf(id string) (subject, error) {
	kind, rest, ok := strings.Cut(id, ":")
	switch {
	case id == "":
		return subject{}, faultf(http.StatusBadRequest, "nodeId is missing: send one as in dataset:namespace:name or job:namespace:name")
	case !ok || kind != string(lineage.DatasetNode) && kind != string(lineage.JobNode) && kind != fieldKind:
		return subject{}, faultf(http.StatusBadRequest, "nodeId %.200q: send one that begins with dataset:, datasetField: or job:", id)
	case len(id) > maxNodeID || strings.Count(id, ":") > maxColons:
		return subject{}, faultf(http.StatusBadRequest, "nodeId has more than %d bytes or %d colons: no name is so long", maxNodeID, maxColons)
	}
	if place, ok := v.find(kind, rest); ok {
		return subject{Place: place}, nil
	}
	if hash := strings.LastIndexByte(rest, '#'); hash > 0 && uuid.Validate(rest[hash+1:]) == nil {
		if place, ok := v.find(kind, rest[:hash]); ok {
			return subject{place, rest[hash+1:]}, nil
		}
	}
	return subject{}, faultf(http.StatusNotFound, "nodeId %.200q: nobody has seen such a %s", id, kind)
}

func (v reader) find(kind, text string) (lineage.Place, bool) {
	if kind == fieldKind {
		return v.findField(text)
	}
	info, ok := v.findNode(lineage.NodeKind(kind), text)
	return lineage.Place{Node: info.Node}, ok
}

// findNode reads "namespace:name".
func (v reader) findNode(kind lineage.NodeKind, text string) (lineage.NodeInfo, bool) {
	for namespace, name := range splits(text) {
		if info, ok := v.graph.Node(lineage.Node{Kind: kind, ID: lineage.ID{Namespace: namespace, Name: name}}); ok {
			return info, true
		}
	}
	return lineage.NodeInfo{}, false
}

// findField reads "namespace:name:field". A field that takes part in the
// lineage of fields is preferred; else it is the shortest that leaves a dataset.
func (v reader) findField(text string) (lineage.Place, bool) {
	var found lineage.Place
	for dataset, field := range splits(text) {
		info, ok := v.findNode(lineage.DatasetNode, dataset)
		if !ok {
			continue
		}
		place := lineage.Place{Node: info.Node, Path: field}
		if slices.Contains(info.Fields, field) {
			return place, true
		}
		if found.Path == "" {
			found = place
		}
	}
	return found, found.Path != ""
}
