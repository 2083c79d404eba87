package lineage

import "time"

// Proposal asks who is hurt if fields of a stream change.
type Proposal struct {
	// Datasets hold the stream: one topic, in as many clusters as have it.
	Datasets []ID
	// Subjects are the stream's in the registry, whose Use tells of readers.
	Subjects []string
	// Fields are the paths that change; none for the stream as a whole.
	Fields []string
	// Depth bounds the hops downstream, MaxNodes the places listed for each
	// field and for the stream, MaxReaders the readers; 0 for the defaults.
	Depth, MaxNodes, MaxReaders int
	Scope
}

// DefaultReaders is how many readers an Impact lists that does not say.
const DefaultReaders = 500

// Impact says who is hurt by a change.
type Impact struct {
	// Datasets are those that the graph holds, by the names it has for them.
	Datasets []ID `json:"datasets"`
	// Fields answer for each path asked for, in that order; one with path "" for
	// the stream as a whole if none was.
	Fields []FieldImpact `json:"fields"`
	// Downstream is what lies downstream of the stream, whatever the field.
	Downstream Reach `json:"downstream"`
	// Watch says whether all who read the stream are known.
	Watch Watch `json:"watch"`
}

// FieldImpact says who is hurt by a change of one field. A path stands for what
// lies below it, and who reads what it is part of as a whole reads it too.
type FieldImpact struct {
	Path string `json:"path"`
	// Readers are all who read the stream: first those known to use the field,
	// then those of whom it is not known, then those known to use others. Tools
	// and the least sure come last.
	Readers []Reader `json:"readers"`
	// ReadersLeft is how many more there are.
	ReadersLeft int `json:"readersLeft,omitempty"`
	// Downstream are the fields that the field flows into or has influence on.
	Downstream Reach `json:"downstream"`
}

// Knowledge says what is known of a reader and a field.
type Knowledge string

// The kinds of knowledge.
const (
	UsesField  Knowledge = "uses"    // it makes something of the field
	MayUse     Knowledge = "unknown" // it reads the stream, nobody knows which fields
	UsesOthers Knowledge = "others"  // all its outputs are known field by field, and none is made of this one: still a reader
	LeftStream Knowledge = "left"    // it used to read the stream: stale or ended
	MayRead    Knowledge = "may"     // a guess or a permission: nothing shows that it reads the stream
)

// Reader is a job that reads a stream, or a client that fetched its schema.
type Reader struct {
	Job       ID        `json:"job"`
	Knowledge Knowledge `json:"knowledge"`
	// Fields are the paths at, above or below the one asked for that it is known
	// to use, at most 20.
	Fields []string `json:"fields,omitempty"`
	// Versions are those of the subjects that it fetched, lowest first, at most
	// 20 of the highest.
	Versions []int `json:"versions,omitempty"`
	// Sightings tell how it is known to read the stream, or, of one that uses
	// the field, how that is known: the strongest evidence first.
	Sightings  []Sighting `json:"sightings"`
	Confidence Confidence `json:"confidence"`
	Proven     bool       `json:"proven"`
	Status     Status     `json:"status"`
	Interval
	Who
	// Extent is what lies downstream of the reader.
	Extent Extent `json:"extent"`
}

// Extent counts what lies downstream of something.
type Extent struct {
	Datasets int `json:"datasets"`
	Jobs     int `json:"jobs"`
	// Fields are those made of the field asked for, by this reader and on.
	Fields int `json:"fields"`
	// Sinks are the datasets and jobs of which nothing more is known to be made.
	Sinks int `json:"sinks"`
	// AtLeast says that counting was given up, so that there may be more.
	AtLeast bool `json:"atLeast,omitempty"`
}

// Watch says whether somebody looked at a cluster all the time, so that whoever
// read a topic was seen.
type Watch struct {
	// Proven: somebody looked in every slot (CoverageSlot) of the window.
	Proven bool `json:"proven"`
	// From and To are the window.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Gaps are when nobody looked, oldest first, at most 20; GapsLeft is how
	// many more there are.
	Gaps     []Gap `json:"gaps,omitempty"`
	GapsLeft int   `json:"gapsLeft,omitempty"`
	// Sources are the collectors that looked.
	Sources []string `json:"sources,omitempty"`
}

// Gap is a time in which nobody looked.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Impact answers a Proposal.
func (g *Graph) Impact(p Proposal) Impact { return Impact{} }

// Watch tells whether all who read datasets of a namespace are known: as of the
// scope's time, over the graph's window.
func (g *Graph) Watch(namespace string, s Scope) Watch { return Watch{} }
