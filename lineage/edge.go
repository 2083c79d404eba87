package lineage

import "cmp"

// NodeFact says that a dataset or a job exists.
type NodeFact struct {
	Node
	Interval
}

// Fact returns n as a fact.
func (n NodeFact) Fact() Fact {
	return sighting(KindNode, Key(string(n.Kind), n.Namespace, n.Name), "", n.Interval, nil)
}

// NodeOf reads a fact of KindNode.
func NodeOf(f Fact) (NodeFact, error) {
	p, err := f.parts(KindNode, 3)
	if err != nil {
		return NodeFact{}, err
	}
	return NodeFact{Node{NodeKind(p[0]), ID{p[1], p[2]}}, f.Interval()}, nil
}

// Direction says which way data flows between a job and a dataset.
type Direction string

// The directions.
const (
	Reads  Direction = "reads"  // from the dataset to the job
	Writes Direction = "writes" // from the job to the dataset
)

// Edge says that a job reads or writes a dataset.
type Edge struct {
	Job       ID        `json:"job"`
	Direction Direction `json:"direction"`
	Dataset   ID        `json:"dataset"`
	Evidence  Evidence  `json:"evidence"`
	// Source names the collector: "openlineage", "kafka", "connect". What one
	// source states as a whole (Statement) ends only its own edges.
	Source     string     `json:"source"`
	Confidence Confidence `json:"confidence"`
	// Note says in a few words what was seen: "member of the group on 10.0.0.7".
	Note string `json:"note,omitempty"`
	Interval
}

// edgeBody is what of an edge is no part of its identity.
type edgeBody struct {
	Confidence Confidence `json:"confidence"`
	Note       string     `json:"note,omitempty"`
}

// Fact returns e as a fact.
func (e Edge) Fact() Fact {
	key := Key(e.Job.Namespace, e.Job.Name, string(e.Direction), e.Dataset.Namespace, e.Dataset.Name, string(e.Evidence), e.Source)
	return sighting(KindEdge, key, "", e.Interval, edgeBody{e.Confidence, e.Note})
}

// EdgeOf reads a fact of KindEdge.
func EdgeOf(f Fact) (Edge, error) {
	p, err := f.parts(KindEdge, 7)
	if err != nil {
		return Edge{}, err
	}
	var body edgeBody
	err = f.decode(&body)
	return Edge{
		Job: ID{p[0], p[1]}, Direction: Direction(p[2]), Dataset: ID{p[3], p[4]}, Evidence: Evidence(p[5]), Source: p[6],
		Confidence: body.Confidence, Note: body.Note, Interval: f.Interval(),
	}, err
}

// Derivation says how the inputs of an output are known.
type Derivation string

// The derivations, best first. Where a job has throughs of the best for an
// output, the others count for nothing; where it has none, every input of the
// job may flow into the output (a product).
const (
	Explicit Derivation = "explicit" // the lineage facet, which is complete
	Columns  Derivation = "columns"  // the columns of the output name their inputs
	Product  Derivation = "product"  // all inputs of the job into all its outputs: never a fact, what a graph assumes
)

// Through says that a job turns an input into an output: what of the product of
// its inputs and outputs is real. The job is zero where only datasets were
// named. A zero input says that the output is known to have none.
type Through struct {
	Job        ID         `json:"job"`
	Input      ID         `json:"input"`
	Output     ID         `json:"output"`
	Derivation Derivation `json:"derivation"`
	Evidence   Evidence   `json:"evidence"`
	Source     string     `json:"source"`
	Interval
}

// Fact returns t as a fact.
func (t Through) Fact() Fact {
	key := Key(t.Job.Namespace, t.Job.Name, t.Input.Namespace, t.Input.Name, t.Output.Namespace, t.Output.Name,
		string(t.Derivation), string(t.Evidence), t.Source)
	return sighting(KindThrough, key, "", t.Interval, nil)
}

// ThroughOf reads a fact of KindThrough.
func ThroughOf(f Fact) (Through, error) {
	p, err := f.parts(KindThrough, 9)
	if err != nil {
		return Through{}, err
	}
	return Through{
		Job: ID{p[0], p[1]}, Input: ID{p[2], p[3]}, Output: ID{p[4], p[5]},
		Derivation: Derivation(p[6]), Evidence: Evidence(p[7]), Source: p[8], Interval: f.Interval(),
	}, nil
}

// Transformation says what becomes of a field on its way (OpenLineage,
// ColumnLineageDatasetFacet): DIRECT with IDENTITY, TRANSFORMATION or
// AGGREGATION; INDIRECT with JOIN, GROUP_BY, FILTER, SORT, WINDOW or
// CONDITIONAL. Masking is set where the value can no longer be seen.
type Transformation struct {
	Type    string `json:"type"`
	Subtype string `json:"subtype,omitempty"`
	Masking bool   `json:"masking,omitempty"`
}

// Compare orders transformations by type, then subtype, the masking ones last.
func (t Transformation) Compare(o Transformation) int {
	if d := cmp.Or(cmp.Compare(t.Type, o.Type), cmp.Compare(t.Subtype, o.Subtype)); d != 0 || t.Masking == o.Masking {
		return d
	}
	if o.Masking {
		return -1
	}
	return 1
}

// The types of transformations.
const (
	Direct   = "DIRECT"
	Indirect = "INDIRECT"
)

// FieldEdge says that a job makes one field of another. A From without path is
// a dataset that flows into the field as a whole; a To without path is a
// dataset that the field has influence on as a whole.
type FieldEdge struct {
	Job  ID    `json:"job"`
	From Field `json:"from"`
	To   Field `json:"to"`
	Transformation
	Evidence    Evidence   `json:"evidence"`
	Source      string     `json:"source"`
	Confidence  Confidence `json:"confidence"`
	Description string     `json:"description,omitempty"`
	Interval
}

type fieldBody struct {
	Confidence  Confidence `json:"confidence"`
	Description string     `json:"description,omitempty"`
}

// Fact returns e as a fact.
func (e FieldEdge) Fact() Fact {
	masking := ""
	if e.Masking {
		masking = "masking"
	}
	key := Key(e.Job.Namespace, e.Job.Name,
		e.From.Dataset.Namespace, e.From.Dataset.Name, e.From.Path, e.To.Dataset.Namespace, e.To.Dataset.Name, e.To.Path,
		e.Type, e.Subtype, masking, string(e.Evidence), e.Source)
	return sighting(KindField, key, "", e.Interval, fieldBody{e.Confidence, e.Description})
}

// FieldEdgeOf reads a fact of KindField.
func FieldEdgeOf(f Fact) (FieldEdge, error) {
	p, err := f.parts(KindField, 13)
	if err != nil {
		return FieldEdge{}, err
	}
	var body fieldBody
	err = f.decode(&body)
	return FieldEdge{
		Job: ID{p[0], p[1]}, From: Field{ID{p[2], p[3]}, p[4]}, To: Field{ID{p[5], p[6]}, p[7]},
		Transformation: Transformation{Type: p[8], Subtype: p[9], Masking: p[10] != ""}, Evidence: Evidence(p[11]), Source: p[12],
		Confidence: body.Confidence, Description: body.Description, Interval: f.Interval(),
	}, err
}
