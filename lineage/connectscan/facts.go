package connectscan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// Source is what the facts of a scan say they come from.
const Source = "connect"

// FactOptions say how a scan becomes facts.
type FactOptions struct {
	// Kafka is the namespace of the topics; empty is "kafka://" and the id of
	// the Kafka cluster, which a scan of that cluster joins to its other names.
	// Give the namespace of that scan if there is one: then the group of a sink
	// is known to be the connector.
	Kafka string
	// Connect is the namespace of the connectors; empty is "kafka-connect://"
	// and what follows the scheme in the scan's URL.
	Connect string
	// Fields lists the paths of the fields of a topic's values, as its schema
	// has them; nil and no paths leave fields out.
	Fields func(topic string) []string
}

// Facts turns what the scan saw into facts: a connector is a job between its
// topics and the tables, folders or files on its other side.
func (s *Scan) Facts(opts FactOptions) []lineage.Fact {
	_, worker, _ := strings.Cut(s.URL, "://")
	connect := cmp.Or(opts.Connect, "kafka-connect://"+worker)
	kafka := connect // of topics nobody knows the cluster of
	if s.ClusterID != "" {
		kafka = "kafka://" + s.ClusterID
	}
	f := &facts{
		at: lineage.At(s.At), kafka: cmp.Or(opts.Kafka, kafka), connect: connect, fields: opts.Fields,
		nodes: make(map[lineage.Node]bool), edges: make(map[flowEnd]bool),
	}
	for i := range s.Connectors {
		f.connector(&s.Connectors[i])
	}
	return f.all
}

// facts are those of one scan in the making.
type facts struct {
	at             lineage.Interval
	kafka, connect string
	fields         func(string) []string
	nodes          map[lineage.Node]bool
	edges          map[flowEnd]bool
	all            []lineage.Fact
}

// flowEnd is a side of a connector that has its edge.
type flowEnd struct {
	job, dataset lineage.ID
}

// body is what the facet of a connector says.
type body struct {
	Class   string   `json:"class"`
	Type    string   `json:"type"`
	State   string   `json:"state,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

func (f *facts) connector(c *Connector) {
	node := lineage.Job(f.connect, c.Name)
	job := node.ID
	f.node(node)
	about := body{Class: c.Class, Type: "sink", State: c.State, Pattern: c.Pattern, Notes: c.Notes}
	toTopic, toStore := lineage.Reads, lineage.Writes
	if c.Source {
		about.Type, toTopic, toStore = "source", lineage.Writes, lineage.Reads
	}
	text, err := json.Marshal(about)
	if err != nil {
		panic(err) // a plain struct
	}
	f.all = append(f.all, lineage.Facet{Entity: node.Entity(), Facet: "connect", Body: text, Interval: f.at}.Fact())
	if c.Group != "" {
		f.all = append(f.all, lineage.Alias{
			Kind: lineage.JobNode, From: lineage.ID{Namespace: f.kafka, Name: c.Group}, To: job,
			Evidence: lineage.Configured, Source: Source, Note: "consumer group of the sink connector", Interval: f.at,
		}.Fact())
	}
	flows := make(map[string][]string) // tables by topic
	for _, flow := range c.Flows {
		flows[flow.Topic] = append(flows[flow.Topic], flow.Table)
	}
	for _, t := range c.Topics {
		evidence, confidence, note := lineage.Configured, lineage.Likely, byConfiguration
		if t.Seen {
			evidence, confidence, note = lineage.Observed, lineage.Certain, "among the topics that Kafka Connect saw the connector use"
		}
		topic := lineage.ID{Namespace: f.kafka, Name: t.Name}
		f.edge(job, toTopic, topic, evidence, confidence, note)
		if c.Store == "" {
			continue
		}
		if len(flows[t.Name]) == 0 {
			f.somewhere(c, job, toStore)
		}
		for _, name := range flows[t.Name] {
			table := lineage.ID{Namespace: c.Store, Name: name}
			f.edge(job, toStore, table, lineage.Configured, lineage.VeryLikely, byConfiguration)
			f.flow(c, job, topic, table)
		}
	}
}

// somewhere says what a connector is joined to where it is not known which
// table a topic belongs to: all tables it may be, or what holds them.
func (f *facts) somewhere(c *Connector, job lineage.ID, direction lineage.Direction) {
	for _, table := range c.Tables {
		f.edge(job, direction, lineage.ID{Namespace: c.Store, Name: table}, lineage.Configured, lineage.VeryLikely, byConfiguration)
	}
	if len(c.Tables) == 0 && c.Whole != "" {
		f.edge(job, direction, lineage.ID{Namespace: c.Store, Name: c.Whole}, lineage.Configured, lineage.Possible, "the connector's configuration leads there; where in it is not known")
	}
}

func (f *facts) node(n lineage.Node) {
	if !f.nodes[n] {
		f.nodes[n] = true
		f.all = append(f.all, lineage.NodeFact{Node: n, Interval: f.at}.Fact())
	}
}

func (f *facts) edge(job lineage.ID, direction lineage.Direction, dataset lineage.ID, evidence lineage.Evidence, confidence lineage.Confidence, note string) {
	if f.edges[flowEnd{job, dataset}] {
		return
	}
	f.edges[flowEnd{job, dataset}] = true
	f.node(lineage.Node{Kind: lineage.DatasetNode, ID: dataset})
	f.all = append(f.all, lineage.Edge{
		Job: job, Direction: direction, Dataset: dataset,
		Evidence: evidence, Source: Source, Confidence: confidence, Note: note, Interval: f.at,
	}.Fact())
}

// byConfiguration is how an edge is known that nobody saw used.
const byConfiguration = "the connector's configuration names it"

// flow says that a topic is made of a table or the other way, and which of
// their fields are.
func (f *facts) flow(c *Connector, job, topic, table lineage.ID) {
	from, to := topic, table
	if c.Source {
		from, to = table, topic
	}
	f.all = append(f.all, lineage.Through{
		Job: job, Input: from, Output: to, Derivation: lineage.Columns, Evidence: lineage.Configured, Source: Source, Interval: f.at,
	}.Fact())
	if f.fields == nil {
		return
	}
	for _, path := range f.fields(topic.Name) {
		if path == "key" || strings.HasPrefix(path, "key.") {
			continue
		}
		other, ok := c.column(topic.Name, path)
		if !ok || other.path == "" {
			continue
		}
		in, out := path, other.path
		if c.Source {
			in, out = other.path, path
		}
		f.all = append(f.all, lineage.FieldEdge{
			Job: job, From: lineage.Field{Dataset: from, Path: in}, To: lineage.Field{Dataset: to, Path: out},
			Transformation: other.Transformation, Evidence: lineage.Configured, Source: Source, Confidence: lineage.Likely,
			Description: c.steps(), Interval: f.at,
		}.Fact())
	}
}

// column is the field on the other side of a connector that a field of a topic
// comes from or goes to.
func (c *Connector) column(topic, path string) (field, bool) {
	if !c.Source {
		return c.chain.on(topic).forth(path)
	}
	f, ok := c.chain.back(path)
	if !ok || !c.enveloped {
		return f, ok
	}
	for _, row := range []string{"after.", "before."} {
		if column, isRow := strings.CutPrefix(f.path, row); isRow {
			f.path = column
			return f, true
		}
	}
	return field{}, false
}

// steps names the transforms that fields pass.
func (c *Connector) steps() string {
	var names []string
	for _, t := range c.chain {
		if !t.ofKeys() && !slices.Contains(names, kind(t.class)) {
			names = append(names, kind(t.class))
		}
	}
	if len(names) == 0 {
		return "copied by the connector"
	}
	return "copied by the connector through " + strings.Join(names, ", ")
}
