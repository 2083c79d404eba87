package export

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
)

// The schemas that exported events name (OpenLineage core 2-0-2 and its facets).
const (
	producer        = "https://github.com/accordhq/accord"
	jobEventURL     = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
	datasetEventURL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
	columnsURL      = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
	lineageURL      = "https://openlineage.io/spec/facets/1-0-0/LineageDatasetFacet.json#/$defs/LineageDatasetFacet"
)

// event is a statement about a job, what it reads and writes, or about a
// dataset.
type event struct {
	EventTime time.Time   `json:"eventTime"`
	Producer  string      `json:"producer"`
	SchemaURL string      `json:"schemaURL"`
	Job       *lineage.ID `json:"job,omitempty"`
	Inputs    []dataset   `json:"inputs,omitempty"`
	Outputs   []dataset   `json:"outputs,omitempty"`
	Dataset   *dataset    `json:"dataset,omitempty"`
}

type dataset struct {
	lineage.ID
	Facets *facets `json:"facets,omitempty"`
}

type facets struct {
	Columns *columnLineage `json:"columnLineage,omitempty"`
	Lineage *lineageFacet  `json:"lineage,omitempty"`
}

type origin struct {
	Producer  string `json:"_producer"`
	SchemaURL string `json:"_schemaURL"`
}

type columnLineage struct {
	origin
	Fields  map[string]columnInputs `json:"fields"`
	Dataset []input                 `json:"dataset,omitempty"`
}

type columnInputs struct {
	InputFields []input `json:"inputFields"`
}

// lineageFacet says what a dataset is made of where no job is named.
type lineageFacet struct {
	origin
	Inputs []input                `json:"inputs,omitempty"`
	Fields map[string]fieldInputs `json:"fields,omitempty"`
}

type fieldInputs struct {
	Inputs []input `json:"inputs"`
}

// input is a dataset, or a field of one, that flows into something.
type input struct {
	Type string `json:"type,omitempty"` // DATASET, in the lineage facet
	lineage.ID
	Field           string                   `json:"field,omitempty"`
	Transformations []lineage.Transformation `json:"transformations,omitempty"`
}

// OpenLineage writes the picture as events, one on each line: a statement about
// each job, with the columns of its outputs, and one about each dataset that no
// job reads or writes. An event has the time of the last sighting in it, so that
// what is stale here is stale wherever it is read; at is that of what was never
// seen by a time.
//
// What the form has no word for is left out: evidence, confidence, and which
// input of a job becomes which output where no columns tell. So are links that
// nothing proves, because who reads the events takes them for reported.
func OpenLineage(w io.Writer, p Picture, at time.Time) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, e := range events(p, at) {
		if err := out.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// draft are events in the making.
type draft struct {
	jobs, datasets map[lineage.ID]*event
	// told are datasets that are in any event.
	told map[lineage.ID]bool
}

func events(p Picture, at time.Time) []*event {
	d := &draft{jobs: map[lineage.ID]*event{}, datasets: map[lineage.ID]*event{}, told: map[lineage.ID]bool{}}
	for _, l := range p.Links {
		if l.Proven {
			d.link(l)
		}
	}
	for _, l := range p.Fields {
		if l.Proven {
			d.field(l)
		}
	}
	for _, n := range p.Nodes {
		switch {
		case n.Kind == lineage.JobNode:
			d.job(n.ID)
		case !d.told[n.ID]:
			d.dataset(n.ID)
		}
	}
	var out []*event
	for _, of := range []map[lineage.ID]*event{d.jobs, d.datasets} {
		for _, id := range slices.SortedFunc(maps.Keys(of), lineage.ID.Compare) {
			e := of[id]
			if e.EventTime.IsZero() {
				e.EventTime = at.UTC()
			}
			out = append(out, e)
		}
	}
	return out
}

// job is the event about a job.
func (d *draft) job(id lineage.ID) *event {
	if d.jobs[id] == nil {
		d.jobs[id] = &event{Producer: producer, SchemaURL: jobEventURL, Job: &id}
	}
	return d.jobs[id]
}

// dataset is the event about a dataset.
func (d *draft) dataset(id lineage.ID) *event {
	if d.datasets[id] == nil {
		d.datasets[id] = &event{Producer: producer, SchemaURL: datasetEventURL, Dataset: &dataset{ID: id}}
	}
	d.told[id] = true
	return d.datasets[id]
}

// link adds a link between nodes.
func (d *draft) link(l lineage.Link) {
	var e *event
	switch from, to := l.From.Node, l.To.Node; {
	case to.Kind == lineage.JobNode:
		e = d.job(to.ID)
		e.Inputs = append(e.Inputs, dataset{ID: from.ID})
		d.told[from.ID] = true
	case from.Kind == lineage.JobNode:
		e = d.job(from.ID)
		e.Outputs = append(e.Outputs, dataset{ID: to.ID})
		d.told[to.ID] = true
	default:
		e = d.dataset(to.ID)
		made := e.Dataset.lineage()
		made.Inputs = append(made.Inputs, input{Type: "DATASET", ID: from.ID})
	}
	e.seen(l.Last)
}

// seen has the event be of the last sighting in it.
func (e *event) seen(at time.Time) {
	if at.After(e.EventTime) {
		e.EventTime = at.UTC()
	}
}

// field adds a link between fields: to the output of its job, or else to the
// dataset that it leads to. Of a dataset that flows into a field as a whole
// columnLineage cannot tell.
func (d *draft) field(l lineage.Link) {
	if l.From.IsZero() || l.To.IsZero() {
		return // a value that the job made itself
	}
	in := input{ID: l.From.ID, Field: l.From.Path, Transformations: l.Transformations}
	if l.Via.IsZero() {
		in.Type = "DATASET"
		e := d.dataset(l.To.ID)
		e.Dataset.lineage().add(l.To.Path, in)
		e.seen(l.Last)
		return
	}
	e := d.jobs[l.Via]
	if e == nil || l.From.Path == "" {
		return
	}
	if i := slices.IndexFunc(e.Outputs, func(o dataset) bool { return o.ID == l.To.ID }); i >= 0 {
		e.Outputs[i].columns().add(l.To.Path, in)
	}
}

// lineage is the lineage facet of a dataset.
func (d *dataset) lineage() *lineageFacet {
	if d.Facets == nil {
		d.Facets = &facets{Lineage: &lineageFacet{origin: origin{producer, lineageURL}}}
	}
	return d.Facets.Lineage
}

func (f *lineageFacet) add(path string, in input) {
	if path == "" {
		f.Inputs = append(f.Inputs, in)
		return
	}
	if f.Fields == nil {
		f.Fields = map[string]fieldInputs{}
	}
	f.Fields[path] = fieldInputs{append(f.Fields[path].Inputs, in)}
}

// columns is the columnLineage facet of a dataset.
func (d *dataset) columns() *columnLineage {
	if d.Facets == nil {
		d.Facets = &facets{Columns: &columnLineage{origin: origin{producer, columnsURL}, Fields: map[string]columnInputs{}}}
	}
	return d.Facets.Columns
}

func (c *columnLineage) add(path string, in input) {
	if path == "" {
		c.Dataset = append(c.Dataset, in)
		return
	}
	c.Fields[path] = columnInputs{append(c.Fields[path].InputFields, in)}
}
