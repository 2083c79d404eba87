package lineage

import "cmp"

// Place is what a walk starts from or arrives at: a node or, with a path, a
// field of a dataset.
type Place struct {
	Node
	// Path is the field's, as in Field; "" for the node as a whole.
	Path string `json:"field,omitempty"`
}

// Compare orders places by node, then path.
func (p Place) Compare(o Place) int {
	return cmp.Or(p.Node.Compare(o.Node), cmp.Compare(p.Path, o.Path))
}

// Link is an edge between two places as a question sees it: all sightings that
// count, joined.
type Link struct {
	From Place `json:"from"`
	To   Place `json:"to"`
	// Via is the job that makes one field of another; zero between nodes, and
	// where a dataset was said to come from another without a job.
	Via ID `json:"via,omitzero"`
	// Transformations are set between fields: one type, masking or not, in one or
	// several subtypes.
	Transformations []Transformation `json:"transformations,omitempty"`
	Status          Status           `json:"status"`
	// Confidence is that of the best sighting, Proven whether that is one of
	// something that happens (Evidence.Proves).
	Confidence Confidence `json:"confidence"`
	Proven     bool       `json:"proven"`
	// Sightings are those that count, the strongest evidence first.
	Sightings []Sighting `json:"sightings"`
	Interval
}

// Sighting is one way in which an edge is known.
type Sighting struct {
	Evidence   Evidence   `json:"evidence"`
	Source     string     `json:"source"`
	Confidence Confidence `json:"confidence"`
	Note       string     `json:"note,omitempty"`
	Status     Status     `json:"status"`
	Interval
}
