// Package openlineage turns OpenLineage events (core schema 2-0-2) into facts.
//
// Parse checks what an event is about and mends the rest: who sends a run
// without a UUID is told so, who leaves out the time zone is understood. Facts
// says what one event proves, and looks at nothing but that event; so the order
// in which events come, and how often, does not matter. Builder does both to
// the events of a lineage.Store and puts back what it made of them.
package openlineage

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/accordhq/accord/lineage"
)

// The sources of the facts made here. What a run did accumulates; what a design
// says (JobEvent, DatasetEvent) replaces what it said before.
const (
	Source       = "openlineage"
	DesignSource = "openlineage/design"
)

// Facets that were said of the use of a dataset (inputFacets, outputFacets) are
// kept with the dataset, under their name with one of these before it: what
// counts is the last measurement of the data, and a run is forgotten earlier.
const (
	InputFacets  = "inputFacets."
	OutputFacets = "outputFacets."
)

// Kind says what an event is about.
type Kind string

// The kinds of events, by shape: one with run and job is of a run, one with
// only a job of a job, one with only a dataset of a dataset. What schemaURL
// says does not count, because many senders leave it out.
const (
	RunEvent     Kind = "run"
	JobEvent     Kind = "job"
	DatasetEvent Kind = "dataset"
)

// Event is one event whose identities are sound. It shares memory with the body
// it was read from.
type Event struct {
	Kind Kind
	// Type is the eventType of a run event, OTHER where it has none that is
	// known. On a job event it is empty, or says that the sender forgot the run.
	Type lineage.RunState
	// Time is the event's own, in UTC and not after Received.
	Time, Received time.Time
	// Run is the run's id, in lower case; of a run event only.
	Run       string
	RunFacets Facets
	// Job is zero in a dataset event, Dataset in all others.
	Job       lineage.ID
	JobFacets Facets
	Dataset   Dataset
	// Inputs and Outputs are empty in a dataset event. States reports whether
	// the event has either member at all, so that it may be said to name none.
	Inputs, Outputs []Dataset
	States          bool
	// Notes say what was mended, each with its place in the event.
	Notes []string
	// Body is the event in valid UTF-8 and without white space.
	Body []byte
}

// Dataset is a dataset as an event speaks of it.
type Dataset struct {
	lineage.ID
	Facets Facets
	// Use are the inputFacets of an input, the outputFacets of an output.
	Use Facets
}

// Facets are JSON objects by name, verbatim.
type Facets map[string]json.RawMessage

// Digest is the event's SHA-256, by which a repeated one is known. It is of the
// body without white space, because the same event may come alone, in a batch
// and from a file, and each is laid out in its own way.
func (e Event) Digest() [sha256.Size]byte { return sha256.Sum256(e.Body) }

// Raw returns the event as stores keep it.
func (e Event) Raw() lineage.Event {
	return lineage.Event{Digest: e.Digest(), Time: e.Time, Received: e.Received, Body: e.Body}
}
