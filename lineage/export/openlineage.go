package export

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
)

// The schemas that exported events name (OpenLineage core 2-0-2, lineage facet
// 1-0-0).
const (
	producer    = "https://github.com/accordhq/accord"
	jobEventURL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
	facetURL    = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
)

// jobEvent is a statement about a job: what it reads and writes.
type jobEvent struct {
	EventTime time.Time     `json:"eventTime"`
	Producer  string        `json:"producer"`
	SchemaURL string        `json:"schemaURL"`
	Job       lineage.ID    `json:"job"`
	Inputs    []lineage.ID  `json:"inputs"`
	Outputs   []eventOutput `json:"outputs"`
}

type eventOutput struct {
	lineage.ID
	Facets *outputFacets `json:"facets,omitempty"`
}

type outputFacets struct {
	ColumnLineage columnLineage `json:"columnLineage"`
}

type columnLineage struct {
	Producer  string                 `json:"_producer"`
	SchemaURL string                 `json:"_schemaURL"`
	Fields    map[string]columnInput `json:"fields"`
	Dataset   []inputField           `json:"dataset,omitempty"`
}

type columnInput struct {
	InputFields []inputField `json:"inputFields"`
}

type inputField struct {
	lineage.ID
	Field           string                   `json:"field"`
	Transformations []lineage.Transformation `json:"transformations,omitempty"`
}

// OpenLineage writes the picture as job events, one on each line: a statement
// about each job, with the columns of its outputs.
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

func events(p Picture, at time.Time) []*jobEvent {
	byJob := map[lineage.ID]*jobEvent{}
	of := func(job lineage.ID) *jobEvent {
		if byJob[job] == nil {
			byJob[job] = &jobEvent{EventTime: at.UTC(), Producer: producer, SchemaURL: jobEventURL, Job: job, Inputs: []lineage.ID{}, Outputs: []eventOutput{}}
		}
		return byJob[job]
	}
	for _, l := range p.Links {
		switch {
		case l.To.Kind == lineage.JobNode && l.From.Kind == lineage.DatasetNode:
			e := of(l.To.ID)
			e.Inputs = append(e.Inputs, l.From.ID)
		case l.From.Kind == lineage.JobNode && l.To.Kind == lineage.DatasetNode:
			e := of(l.From.ID)
			e.Outputs = append(e.Outputs, eventOutput{ID: l.To.ID})
		}
	}
	for _, l := range p.Fields {
		if e := byJob[l.Via]; e != nil {
			e.column(l)
		}
	}
	var out []*jobEvent
	for _, e := range byJob {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *jobEvent) int { return a.Job.Compare(b.Job) })
	return out
}

// column adds a link between fields to the output that it leads to.
func (e *jobEvent) column(l lineage.Link) {
	i := slices.IndexFunc(e.Outputs, func(o eventOutput) bool { return o.ID == l.To.ID })
	if i < 0 || l.From.Path == "" {
		return
	}
	output := &e.Outputs[i]
	if output.Facets == nil {
		output.Facets = &outputFacets{columnLineage{Producer: producer, SchemaURL: facetURL, Fields: map[string]columnInput{}}}
	}
	columns := &output.Facets.ColumnLineage
	in := inputField{ID: l.From.ID, Field: l.From.Path, Transformations: l.Transformations}
	if l.To.Path == "" {
		columns.Dataset = append(columns.Dataset, in)
		return
	}
	field := columns.Fields[l.To.Path]
	field.InputFields = append(field.InputFields, in)
	columns.Fields[l.To.Path] = field
}
