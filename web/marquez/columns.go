package marquez

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
)

// columnData is what a node of the lineage of fields carries. Texts that are not
// known are empty: Marquez's Java client takes no null.
type columnData struct {
	Namespace      string  `json:"namespace"`
	Dataset        string  `json:"dataset"`
	DatasetVersion *string `json:"datasetVersion"`
	Field          string  `json:"field"`
	FieldType      string  `json:"fieldType"`
	transformed
	InputFields []fieldOrigin `json:"inputFields"`
}

// transformed says what became of a field; of several, what is said of all.
type transformed struct {
	Description string `json:"transformationDescription"`
	Type        string `json:"transformationType"`
}

// fieldOrigin is a field that another is made of.
type fieldOrigin struct {
	Namespace      string  `json:"namespace"`
	Dataset        string  `json:"dataset"`
	DatasetVersion *string `json:"datasetVersion"`
	Field          string  `json:"field"`
	transformed
	// Transformations say what Marquez drops; only Accord says it.
	Transformations []lineage.Transformation `json:"transformations"`
}

// fieldOrigins are the fields that a field of a dataset is made of.
type fieldOrigins struct {
	Name string `json:"name"`
	transformed
	InputFields []fieldOrigin `json:"inputFields"`
}

// maskedType is OpenLineage's word for a masked field, before there were
// transformations (ColumnLineageDatasetFacet 1-0-0). Subtypes are told as they
// are.
const maskedType = "MASKED"

// transformationType tells transformations in one word, where they agree on it.
func transformationType(all []lineage.Transformation) string {
	var word string
	for i, t := range all {
		next := cmp.Or(t.Subtype, t.Type)
		if t.Masking {
			next = maskedType
		}
		if i > 0 && next != word {
			return ""
		}
		word = next
	}
	return word
}

// originOf tells of a link between fields.
func originOf(l lineage.Link) fieldOrigin {
	o := fieldOrigin{
		Namespace: l.From.Namespace, Dataset: l.From.Name, Field: l.From.Path,
		Transformations: append([]lineage.Transformation{}, l.Transformations...),
	}
	if len(l.Sightings) > 0 {
		o.Description = l.Sightings[0].Note
	}
	return o
}

// fieldOrigins are those of all fields of a dataset, by name.
func (v reader) fieldOrigins(info lineage.NodeInfo) []fieldOrigins {
	all := []fieldOrigins{}
	if len(info.Fields) == 0 {
		return all
	}
	c := newColumns(v)
	c.walk(fieldsOf(info), lineage.Upstream, 1)
	for _, path := range info.Fields {
		if inputs := c.inputs[lineage.Place{Node: info.Node, Path: path}]; len(inputs) > 0 {
			inputs = merged(inputs)
			all = append(all, fieldOrigins{path, common(inputs), inputs})
		}
	}
	slices.SortFunc(all, func(a, b fieldOrigins) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func fieldsOf(info lineage.NodeInfo) []lineage.Place {
	var all []lineage.Place
	for _, path := range info.Fields {
		all = append(all, lineage.Place{Node: info.Node, Path: path})
	}
	return all
}

// merged joins what is said of one input field several times: by several jobs,
// or for several transformations.
func merged(inputs []fieldOrigin) []fieldOrigin {
	slices.SortStableFunc(inputs, func(a, b fieldOrigin) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Field, b.Field))
	})
	out := []fieldOrigin{}
	for _, in := range inputs {
		last := len(out) - 1
		if last < 0 || out[last].Namespace != in.Namespace || out[last].Dataset != in.Dataset || out[last].Field != in.Field {
			out = append(out, in)
			continue
		}
		for _, t := range in.Transformations {
			if !slices.Contains(out[last].Transformations, t) {
				out[last].Transformations = append(out[last].Transformations, t)
			}
		}
	}
	for i := range out {
		out[i].Type = transformationType(out[i].Transformations)
	}
	return out
}

// columns gathers the lineage of fields.
type columns struct {
	reader
	places    map[lineage.Place]bool
	inputs    map[lineage.Place][]fieldOrigin
	edges     map[[2]lineage.Place]bool
	links     map[columnLink]bool // that were added
	jobs      map[lineage.Node]time.Time
	truncated bool
}

// columnLink is what makes two links the same.
type columnLink struct {
	from, to lineage.Place
	via      lineage.ID
	kind     lineage.Transformation // its first
}

func newColumns(v reader) *columns {
	return &columns{
		reader: v, places: map[lineage.Place]bool{}, inputs: map[lineage.Place][]fieldOrigin{},
		edges: map[[2]lineage.Place]bool{}, links: map[columnLink]bool{}, jobs: map[lineage.Node]time.Time{},
	}
}

// walk adds what some fields are made of, or what is made of them. One field is
// two hops from another, by way of the job.
func (c *columns) walk(from []lineage.Place, way lineage.Way, depth int) {
	reach := c.graph.Walk(lineage.Walk{From: from, Way: way, Depth: 2 * max(1, depth), Scope: c.scope()})
	c.truncated = c.truncated || reach.Left > 0 || reach.AtLeast || reach.LinksLeft > 0
	links := slices.DeleteFunc(reach.Links, func(l lineage.Link) bool { return !c.alive(l, c.jobs) })
	joined := joinedTo(from, links)
	for p := range joined {
		c.places[p] = true
	}
	for _, l := range links {
		if joined[l.From] {
			c.add(l)
		}
	}
	for _, hit := range reach.Hits {
		if joined[hit.Place] || !hit.Influenced {
			continue
		}
		// It has influence on the dataset of the place before it, as a whole.
		before := from[hit.Root]
		if hit.Parent >= 0 {
			before = reach.Hits[hit.Parent].Place
		}
		c.edges[[2]lineage.Place{hit.Place, {Node: before.Node}}] = true
	}
}

// joinedTo are the places that links join to some, and those themselves.
func joinedTo(from []lineage.Place, links []lineage.Link) map[lineage.Place]bool {
	near := map[lineage.Place][]lineage.Place{}
	for _, l := range links {
		near[l.From] = append(near[l.From], l.To)
		near[l.To] = append(near[l.To], l.From)
	}
	joined := map[lineage.Place]bool{}
	for round := from; len(round) > 0; {
		var next []lineage.Place
		for _, p := range round {
			if !joined[p] {
				joined[p] = true
				next = append(next, near[p]...)
			}
		}
		round = next
	}
	return joined
}

// add adds a link, unless it is known.
func (c *columns) add(l lineage.Link) {
	id := columnLink{from: l.From, to: l.To, via: l.Via}
	if len(l.Transformations) > 0 {
		id.kind = l.Transformations[0]
	}
	if c.links[id] {
		return
	}
	c.links[id] = true
	c.edges[[2]lineage.Place{l.From, l.To}] = true
	if l.From.Path != "" && l.To.Path != "" {
		c.inputs[l.To] = append(c.inputs[l.To], originOf(l))
	}
}

// columnLineage answers for a field, for all fields of a dataset, or for all
// that a job writes.
func (h *Handler) columnLineage(r *http.Request) (any, error) {
	v := h.reader()
	of, err := v.subjectOf(r.URL.Query().Get("nodeId"))
	if err != nil {
		return nil, err
	}
	downstream := r.URL.Query().Get("withDownstream")
	withDownstream := downstream == "true" || downstream == "True" // as Python writes it
	if of.version != "" && withDownstream {
		return nil, faultf(http.StatusBadRequest, "nodeId names a version, whose downstream is not known: leave out #%s or withDownstream", of.version)
	}
	depth, err := readDepth(r)
	if err != nil {
		return nil, err
	}
	c := newColumns(v)
	from := c.start(of)
	if len(from) == 0 {
		return graph{Graph: []graphNode{}}, nil
	}
	c.walk(from, lineage.Upstream, depth)
	if withDownstream {
		c.walk(from, lineage.Downstream, depth)
	}
	return c.answer(r.Context())
}

// start are the fields that an answer begins with, maxGraphNodes at most.
func (c *columns) start(of subject) []lineage.Place {
	if of.Path != "" {
		return []lineage.Place{of.Place}
	}
	datasets := []lineage.Node{of.Node}
	if of.Kind == lineage.JobNode {
		datasets, _ = c.neighbours(of.Node, lineage.Downstream, maxJobDatasets)
	}
	var from []lineage.Place
	for _, n := range datasets {
		info, _ := c.graph.Node(n)
		from = append(from, fieldsOf(info)...)
		if info.FieldsLeft > 0 || len(from) > maxGraphNodes {
			c.truncated = true
		}
		if len(from) >= maxGraphNodes {
			return from[:maxGraphNodes]
		}
	}
	return from
}

// answer tells of all fields, and of the edges among them.
func (c *columns) answer(ctx context.Context) (graph, error) {
	types, brief, err := c.types(ctx)
	if err != nil {
		return graph{}, err
	}
	answer := graph{Graph: []graphNode{}, Truncated: c.truncated, Brief: brief}
	at := map[lineage.Place]int{}
	for p := range c.places {
		if p.Path == "" || p.Kind != lineage.DatasetNode {
			continue
		}
		inputs := merged(c.inputs[p])
		data := columnData{p.Namespace, p.Name, nil, p.Path, types[p.Node][p.Path], common(inputs), inputs}
		answer.Graph = append(answer.Graph, graphNode{
			ID: placeID(p), Type: "DATASET_FIELD", Data: data, InEdges: []graphEdge{}, OutEdges: []graphEdge{},
		})
		at[p] = len(answer.Graph) - 1
	}
	for e := range c.edges {
		edge := graphEdge{placeID(e[0]), placeID(e[1])}
		if e[0].Path == "" || e[1].Path == "" {
			answer.DatasetEdges = append(answer.DatasetEdges, edge)
			continue
		}
		if from, ok := at[e[0]]; ok {
			answer.Graph[from].OutEdges = append(answer.Graph[from].OutEdges, edge)
		}
		if to, ok := at[e[1]]; ok {
			answer.Graph[to].InEdges = append(answer.Graph[to].InEdges, edge)
		}
	}
	answer.sort()
	return answer, nil
}

// common is what is said alike of all input fields.
func common(inputs []fieldOrigin) transformed {
	var all transformed
	for i, in := range inputs {
		if i == 0 {
			all = in.transformed
		}
		if in.Description != all.Description {
			all.Description = ""
		}
		if in.Type != all.Type {
			all.Type = ""
		}
	}
	return all
}

// types are those of the fields of each dataset, unless the datasets are too
// many to ask the store of each.
func (c *columns) types(ctx context.Context) (types map[lineage.Node]map[string]string, brief bool, err error) {
	types = map[lineage.Node]map[string]string{}
	for p := range c.places {
		types[p.Node] = nil
	}
	if len(types) > maxDetailed {
		return nil, true, nil
	}
	for n := range types {
		info, ok := c.graph.Node(n)
		if !ok || n.Kind != lineage.DatasetNode {
			continue
		}
		said, err := c.facet(ctx, info, "schema")
		if err != nil {
			return nil, false, err
		}
		var schema schemaFacet
		said.read("schema", &schema)
		types[n] = schema.types()
	}
	return types, false, nil
}
