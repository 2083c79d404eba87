package lineage

import "time"

// Scope says which of what was seen counts for a question. Its zero value, but
// for Now, is what is wanted most: everything that is current, of whatever
// evidence.
type Scope struct {
	// Now is when the question is asked: what is stale is told from it.
	Now time.Time
	// AsOf asks for the graph as it was: edges first seen by then and last seen
	// no longer before it than the graph's window. Zero means as of Now. Names
	// are resolved by the aliases that hold now.
	AsOf time.Time
	// Evidence are the kinds that count, none for all.
	Evidence []Evidence
	// MinConfidence leaves out what is less sure.
	MinConfidence Confidence
	// Stale follows edges too that have not been seen within the window, Ended
	// those that a later statement of their source left out.
	Stale, Ended bool
}

// Status says how an edge stands at the time of a question.
type Status string

// The statuses, best first.
const (
	Current Status = "current" // seen within the window
	Stale   Status = "stale"   // not seen within the window
	Ended   Status = "ended"   // its source has since told all it knows of the job, without this
)
