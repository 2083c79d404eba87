package openlineage

import (
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// Facts returns what an event proves. It looks at this event alone and neither
// at time nor at names another source knows: identities are as they were sent.
// No two facts have the same kind and key.
//
// A run that failed has read and written all the same, and a streaming job is
// never waited for: every run event draws edges. What controls a job (parent,
// jobDependencies) is no data and draws none.
//
// An event whose names are long and repeat in many facts would make more of
// them than it has bytes, without end. Of one that makes more than 128 MB the
// rest is left out, the flows of fields before those of datasets.
func Facts(e Event) []lineage.Fact {
	facts, _ := prove(e)
	return facts
}

// maxFacts bounds the keys and bodies of one event's facts, in bytes.
const maxFacts = 128 << 20

// prove returns the facts of an event, and how many were left out.
func prove(e Event) (facts []lineage.Fact, leftOut int) {
	c := &collector{
		at: lineage.At(e.Time), source: Source, job: e.Job,
		merged: newMerged(), explicit: map[lineage.ID]bool{},
	}
	// An event without run that has an eventType is no statement of a design.
	if e.Kind != RunEvent && e.Type == "" {
		c.source = DesignSource
	}
	if e.Kind == DatasetEvent {
		c.datasetEvent(e)
	} else {
		c.jobEvent(e)
	}
	return c.facts, c.leftOut
}

// factID is the identity of a fact.
type factID struct {
	kind lineage.Kind
	key  string
}

// merged are facts of which no two have one identity.
type merged struct {
	facts []lineage.Fact
	index map[factID]int
}

func newMerged() merged { return merged{index: map[factID]int{}} }

// merge adds a fact to the one of its identity, and reports whether there is one.
func (m *merged) merge(f lineage.Fact) bool {
	i, ok := m.index[factID{f.Kind, f.Key}]
	if ok {
		m.facts[i] = lineage.Merge(m.facts[i], f)
	}
	return ok
}

// append adds a fact whose identity is new.
func (m *merged) append(f lineage.Fact) {
	m.index[factID{f.Kind, f.Key}] = len(m.facts)
	m.facts = append(m.facts, f)
}

// collector gathers the facts of one event.
type collector struct {
	at     lineage.Interval
	source string
	job    lineage.ID // zero in a dataset event
	merged
	// bytes are those of the facts' keys and bodies.
	bytes, leftOut int
	// explicit are the datasets whose lineage facet leaves no more to say.
	explicit map[lineage.ID]bool
}

// add puts a fact to the others, once.
func (c *collector) add(f lineage.Fact) {
	if c.merge(f) {
		return
	}
	size := len(f.Key) + len(f.Scope) + len(f.Body)
	if c.bytes+size > maxFacts {
		c.leftOut++
		return
	}
	c.bytes += size
	c.append(f)
}

func (c *collector) node(n lineage.Node) {
	c.add(lineage.NodeFact{Node: n, Interval: c.at}.Fact())
}

// edge says that a job reads or writes a dataset.
func (c *collector) edge(job lineage.ID, d lineage.Direction, dataset lineage.ID) {
	if job.IsZero() {
		return
	}
	c.add(lineage.Edge{
		Job: job, Direction: d, Dataset: dataset,
		Evidence: lineage.Reported, Source: c.source, Confidence: lineage.Certain, Interval: c.at,
	}.Fact())
}

// through says that a job makes an output of an input, and so that it reads the
// one and writes the other. Only what an event names as inputs and outputs does
// a job touch for sure, but nobody derives what he never read.
func (c *collector) through(job, input, output lineage.ID, d lineage.Derivation) {
	c.add(lineage.Through{
		Job: job, Input: input, Output: output, Derivation: d,
		Evidence: lineage.Reported, Source: c.source, Interval: c.at,
	}.Fact())
	if input.IsZero() {
		return
	}
	c.node(lineage.Node{Kind: lineage.DatasetNode, ID: input})
	c.node(lineage.Node{Kind: lineage.DatasetNode, ID: output})
	c.edge(job, lineage.Reads, input)
	c.edge(job, lineage.Writes, output)
}

func (c *collector) datasetEvent(e Event) {
	c.dataset(e.Dataset)
	node := lineage.Node{Kind: lineage.DatasetNode, ID: e.Dataset.ID}
	c.explicitDataset(lineage.ID{}, e.Dataset)
	c.columns(lineage.ID{}, e.Dataset)
	// A dataset event that says nothing of lineage takes none back.
	_, lineageSaid := e.Dataset.Facets[lineageFacet]
	_, columnsSaid := e.Dataset.Facets[columnLineageFacet]
	if c.source == DesignSource && (lineageSaid || columnsSaid) {
		c.statement(node, 0)
	}
}

func (c *collector) jobEvent(e Event) {
	job := lineage.Node{Kind: lineage.JobNode, ID: e.Job}
	c.node(job)
	c.facets(job.Entity(), "", e.JobFacets)
	for _, d := range e.Inputs {
		c.dataset(d)
		c.facets(entity(d), InputFacets, d.Use)
		c.edge(e.Job, lineage.Reads, d.ID)
	}
	for _, d := range e.Outputs {
		c.dataset(d)
		c.facets(entity(d), OutputFacets, d.Use)
		c.edge(e.Job, lineage.Writes, d.ID)
	}
	if e.Kind == RunEvent {
		c.run(e)
	}
	c.flows(e)
	if grace, ok := statement(e); ok {
		c.statement(job, grace)
	}
}

// flows adds which inputs become which outputs, from the best that the event
// has for each output: the lineage facet, then the columns, then the SQL.
func (c *collector) flows(e Event) {
	c.explicitJob(e.JobFacets.get(lineageFacet))
	for _, d := range e.Outputs {
		c.explicitDataset(e.Job, d)
	}
	for _, d := range e.Outputs {
		c.columns(e.Job, d)
	}
	c.sql(e)
	// What is said of an input's making is said of another job, and nobody knows
	// which.
	for _, d := range e.Inputs {
		c.explicitDataset(lineage.ID{}, d)
		c.columns(lineage.ID{}, d)
	}
}

// dataset adds what a dataset is and what was said of it.
func (c *collector) dataset(d Dataset) {
	c.node(lineage.Node{Kind: lineage.DatasetNode, ID: d.ID})
	c.facets(entity(d), "", d.Facets)
	c.symlinks(d.ID, d.Facets.get(symlinksFacet))
	c.lifecycle(d.ID, d.Facets.get(lifecycleFacet))
}

func entity(d Dataset) lineage.Entity {
	return lineage.Dataset(d.Namespace, d.Name).Entity()
}

// run adds the run, what it read and wrote, and what was said of it.
func (c *collector) run(e Event) {
	c.add(lineage.Run{ID: e.Run, Job: e.Job, State: e.Type, At: c.at.Last, Interval: c.at}.Fact())
	c.facets(lineage.Entity{Kind: lineage.RunEntity, ID: lineage.ID{Name: e.Run}}, "", e.RunFacets)
	// A view folds the tasks of an application long after their runs are
	// forgotten, so the job remembers who last started it.
	if parent, ok := e.RunFacets[parentFacet]; ok {
		c.facets(lineage.Job(e.Job.Namespace, e.Job.Name).Entity(), "", Facets{parentFacet: parent})
	}
	for _, d := range e.Inputs {
		c.runIO(e.Run, lineage.Reads, d)
	}
	for _, d := range e.Outputs {
		c.runIO(e.Run, lineage.Writes, d)
	}
}

func (c *collector) runIO(run string, direction lineage.Direction, d Dataset) {
	io := lineage.RunIO{
		Run: run, Direction: direction, Dataset: d.ID,
		Version: d.Facets.get(versionFacet).text("datasetVersion"), Interval: c.at,
	}
	f := io.Fact()
	if io.Version != "" {
		f.Rank = 1 // the events of a run add up: one that is silent on the version takes none back
	}
	c.add(f)
}

func (c *collector) statement(of lineage.Node, grace time.Duration) {
	c.add(lineage.Statement{Node: of, Source: c.source, Grace: grace, Interval: c.at}.Fact())
}

const (
	// graceWindows is after how many windows of silence a dataset has left a job
	// that sends snapshots.
	graceWindows = 3
	// usualWindow is taken where a job does not say how long its windows are,
	// longestWindow where it says more.
	usualWindow   = 20 * time.Minute
	longestWindow = 30 * 24 * time.Hour
)

// statement reports whether an event tells all that its job reads and writes,
// and how long what it leaves out may still be true. A job event does; a run
// event only of a job that sends complete snapshots. An event that names no
// dataset was not made to say so, unless it is a design with empty lists.
func statement(e Event) (time.Duration, bool) {
	_, explicit := e.JobFacets[lineageFacet]
	if e.Kind == JobEvent {
		return 0, e.Type == "" && (e.States || explicit)
	}
	named := len(e.Inputs)+len(e.Outputs) > 0 || explicit
	if e.Kind != RunEvent || !named || e.Type == lineage.RunAbort || e.Type == lineage.RunFail {
		return 0, false
	}
	pattern := e.JobFacets.get(jobTypeFacet).get("emissionPattern").object()
	if !strings.EqualFold(pattern.text("eventContentMode"), "COMPLETE_SNAPSHOT") {
		return 0, false
	}
	return graceWindows * window(pattern["windowDuration"]), true
}
