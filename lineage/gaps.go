package lineage

import "time"

// Listing asks for a page of a list, ordered by name.
type Listing struct {
	// Namespace is the only one wanted, "" for all.
	Namespace string
	// Limit bounds the page, 0 for DefaultPage; Offset says how many to pass
	// over.
	Limit, Offset int
	Scope
}

// DefaultPage is how long a page is that does not say, MaxPage how long any is.
const DefaultPage, MaxPage = 100, 1000

// Stream is a dataset in a list, with what is known of both its sides.
type Stream struct {
	Node
	Who
	// Readers and Writers are the jobs known to be such, tools not counted.
	Readers int `json:"readers"`
	Writers int `json:"writers"`
	// LastWritten and LastRead are when that was last seen, zero for never.
	LastWritten time.Time `json:"lastWritten,omitzero"`
	LastRead    time.Time `json:"lastRead,omitzero"`
	// Proven says that somebody looked all the time (Watch), so that nobody
	// reading it means that nobody does.
	Proven bool `json:"proven"`
}

// Orphans are the datasets that something writes and nobody is known to read. The
// number is that of all, of which one page is returned; so of the others.
func (g *Graph) Orphans(l Listing) ([]Stream, int) { return nil, 0 }

// Unproduced are the datasets that somebody reads and nothing is known to write.
func (g *Graph) Unproduced(l Listing) ([]Stream, int) { return nil, 0 }

// Producer is a job in a list, with the datasets it writes.
type Producer struct {
	Node
	Who
	// Datasets are what it writes, at most 20; Left is how many more.
	Datasets []Node `json:"datasets"`
	Left     int    `json:"left,omitempty"`
	// Sightings tell how it is known.
	Sightings []Sighting `json:"sightings"`
	Interval
}

// UndocumentedProducers are the jobs that write topics and are known from
// watching alone: nobody declared them, they reported nothing, and no
// configuration of theirs is known. The namespace of the listing is the topic's.
func (g *Graph) UndocumentedProducers(l Listing) ([]Producer, int) { return nil, 0 }
