package client

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/schema"
)

// Place names a node of the lineage graph, or a field of it. Either Subject, of
// whose topic it is, or Kind, Namespace and Name.
type Place struct {
	Subject         string
	Kind            lineage.NodeKind
	Namespace, Name string
	// Field is a path, "" for the node as a whole.
	Field string
}

// add writes the place into a query; prefix sets two places of one query apart.
func (p Place) add(q query, prefix string) query {
	name := func(s string) string {
		if prefix == "" {
			return s
		}
		return prefix + strings.ToUpper(s[:1]) + s[1:]
	}
	return q.text(name("subject"), p.Subject).text(name("kind"), string(p.Kind)).
		text(name("namespace"), p.Namespace).text(name("name"), p.Name).text(name("field"), p.Field)
}

// LineageScope says which of what was observed counts, and how much is told.
// The zero value is all that is current, within the server's bounds.
type LineageScope struct {
	// AsOf asks as of a time, now if it is zero.
	AsOf time.Time
	// Evidence are the kinds that count, all if there is none.
	Evidence      []lineage.Evidence
	MinConfidence lineage.Confidence
	// Stale and Ended count what is not current, too.
	Stale, Ended bool
	// Depth bounds the hops, Limit the nodes; 0 for the server's defaults.
	Depth, Limit int
}

func (s LineageScope) add(q query) query {
	if !s.AsOf.IsZero() {
		q = q.text("asOf", s.AsOf.UTC().Format(time.RFC3339Nano))
	}
	evidence := make([]string, len(s.Evidence))
	for i, e := range s.Evidence {
		evidence[i] = string(e)
	}
	if s.MinConfidence > 0 {
		q = q.text("minConfidence", strconv.FormatFloat(float64(s.MinConfidence), 'g', -1, 64))
	}
	if s.Depth > 0 {
		q = q.text("depth", strconv.Itoa(s.Depth))
	}
	return q.each("evidence", evidence).flag("stale", s.Stale).flag("ended", s.Ended).page(0, s.Limit)
}

// Lineage is what lies around a place.
type Lineage struct {
	// Nodes are the nodes asked for: a topic may be in several clusters.
	Nodes []lineage.NodeInfo `json:"nodes"`
	// Streams are what the registry has of the topics among them.
	Streams []Stream `json:"streams,omitempty"`
	// Upstream and Downstream are what they are made of and what is made of
	// them, as far as it was asked for.
	Upstream   *lineage.Reach `json:"upstream,omitempty"`
	Downstream *lineage.Reach `json:"downstream,omitempty"`
}

// Stream is a subject of a topic with its latest version, 0 if all are deleted,
// and the contract that speaks for it.
type Stream struct {
	Subject         string `json:"subject"`
	Version         int    `json:"version,omitempty"`
	Contract        string `json:"contract,omitempty"`
	ContractVersion string `json:"contractVersion,omitempty"`
	Status          string `json:"status,omitempty"`
}

// Lineage walks from a place, up, down or, for "", both ways.
func (c *Client) Lineage(ctx context.Context, at Place, way lineage.Way, scope LineageScope) (Lineage, error) {
	var out Lineage
	q := scope.add(at.add(query{}, "")).text("way", string(way))
	err := c.json(ctx, get(q, "accord", "v1", "lineage"), &out)
	return out, err
}

// LineagePath is the shortest way between two places. Found is false where
// there is none.
type LineagePath struct {
	Found bool `json:"found"`
	lineage.Route
}

// LineagePath finds the shortest way from one place to another.
func (c *Client) LineagePath(ctx context.Context, from, to Place, scope LineageScope) (LineagePath, error) {
	var out LineagePath
	q := to.add(from.add(scope.add(query{}), "from"), "to")
	err := c.json(ctx, get(q, "accord", "v1", "lineage", "path"), &out)
	return out, err
}

// LineageNodes are nodes whose name holds a text, and how many there are.
type LineageNodes struct {
	Total int            `json:"total"`
	Nodes []lineage.Node `json:"nodes"`
}

// SearchLineage finds nodes by a part of their name, of one kind or, for "", of
// both.
func (c *Client) SearchLineage(ctx context.Context, text string, kind lineage.NodeKind, limit int) (LineageNodes, error) {
	var out LineageNodes
	q := query{}.text("q", text).text("kind", string(kind)).page(0, limit)
	err := c.json(ctx, get(q, "accord", "v1", "lineage", "nodes"), &out)
	return out, err
}

// LineageGaps are what the graph lacks: datasets that nobody is known to read
// (orphans) or to make (unproduced), and producers that nothing but observation
// tells of (undocumented).
type LineageGaps struct {
	Orphans           []lineage.Stream   `json:"orphans"`
	OrphansTotal      int                `json:"orphansTotal"`
	Unproduced        []lineage.Stream   `json:"unproduced"`
	UnproducedTotal   int                `json:"unproducedTotal"`
	Undocumented      []lineage.Producer `json:"undocumented"`
	UndocumentedTotal int                `json:"undocumentedTotal"`
}

// LineageGaps lists what the graph lacks in a namespace, "" for all: of each
// kind a page.
func (c *Client) LineageGaps(ctx context.Context, namespace string, offset, limit int) (LineageGaps, error) {
	var out LineageGaps
	err := c.json(ctx, get(query{}.text("namespace", namespace).page(offset, limit), "accord", "v1", "lineage", "gaps"), &out)
	return out, err
}

// LineageStats count what the graph holds.
type LineageStats struct {
	lineage.Stats
	// Window is for how long what was seen counts as current, in seconds.
	Window float64 `json:"window"`
}

// LineageStats counts what the graph holds.
func (c *Client) LineageStats(ctx context.Context) (LineageStats, error) {
	var out LineageStats
	err := c.json(ctx, get(nil, "accord", "v1", "lineage", "stats"), &out)
	return out, err
}

// ImpactRequest asks what a change of a subject breaks. Schema is the text that
// its latest version would be changed to; without one Fields would go, and
// without either the stream.
type ImpactRequest struct {
	Subject    string             `json:"subject"`
	SchemaType string             `json:"schemaType,omitempty"`
	Schema     string             `json:"schema,omitempty"`
	References []schema.Reference `json:"references,omitempty"`
	Fields     []string           `json:"fields,omitempty"`
}

// Impact says who is hurt by a change.
type Impact struct {
	Subject string `json:"subject"`
	// Version is the one that a schema was compared with.
	Version int `json:"version,omitempty"`
	// Changes are what a schema breaks, in the order of Fields.
	Changes []FieldDamage `json:"changes"`
	// Complete: all who read the stream are known. Else Unknown says why others
	// may, and Hint what would tell.
	Complete bool   `json:"complete"`
	Unknown  string `json:"unknown,omitempty"`
	Hint     string `json:"hint,omitempty"`
	lineage.Impact
}

// FieldDamage is what a change does to a field.
type FieldDamage struct {
	// Path is where the field stood, Now where it stands, "" if it is gone.
	Path string `json:"path"`
	Now  string `json:"now,omitempty"`
	// What says it in a clause: "is gone". Meaning: the values are as they were,
	// and may mean something else.
	What    string `json:"what"`
	Meaning bool   `json:"meaning,omitempty"`
}

// Impact tells who is hurt by a change.
func (c *Client) Impact(ctx context.Context, req ImpactRequest, scope LineageScope) (Impact, error) {
	var out Impact
	err := c.json(ctx, post(scope.add(query{}), req, "accord", "v1", "impact"), &out)
	return out, err
}

// LineageAliases lists the names that mean another name, and how that is known.
func (c *Client) LineageAliases(ctx context.Context) ([]lineage.Alias, error) {
	var out []lineage.Alias
	err := c.json(ctx, get(nil, "accord", "v1", "lineage", "aliases"), &out)
	return out, err
}

// SetLineageAlias declares that a name means another, or takes that back (Ended).
func (c *Client) SetLineageAlias(ctx context.Context, a lineage.Alias) (lineage.Alias, error) {
	var out lineage.Alias
	err := c.json(ctx, put(nil, a, "accord", "v1", "lineage", "aliases"), &out)
	return out, err
}

// LineageRules lists what people say of jobs by their names.
func (c *Client) LineageRules(ctx context.Context) ([]lineage.Rule, error) {
	var out []lineage.Rule
	err := c.json(ctx, get(nil, "accord", "v1", "lineage", "rules"), &out)
	return out, err
}

// SetLineageRule says who owns the jobs that a pattern matches, or that they
// are tools; Ended takes it back.
func (c *Client) SetLineageRule(ctx context.Context, r lineage.Rule) (lineage.Rule, error) {
	var out lineage.Rule
	err := c.json(ctx, put(nil, r, "accord", "v1", "lineage", "rules"), &out)
	return out, err
}

// MaxObservations is how many facts one call may send, observedBytes about how
// many bytes Observe sends at once.
const MaxObservations, observedBytes = 5000, 4 << 20

// Observation is a lineage.Fact as it travels.
type Observation struct {
	Kind  lineage.Kind `json:"kind"`
	Key   []string     `json:"key"`
	Scope []string     `json:"scope,omitempty"`
	First time.Time    `json:"firstSeen"`
	Last  time.Time    `json:"lastSeen"`
	// Rank and Said decide whose body stands: see lineage.Fact.
	Rank int64           `json:"rank,omitempty"`
	Said time.Time       `json:"said,omitzero"`
	Body json.RawMessage `json:"body,omitempty"`
}

// ObservationOf makes a fact ready to travel.
func ObservationOf(f lineage.Fact) (Observation, error) {
	o := Observation{Kind: f.Kind, First: f.First, Last: f.Last, Rank: f.Rank, Said: f.Said, Body: f.Body}
	var err error
	if o.Key, err = lineage.ParseKey(f.Key); err == nil && f.Scope != "" {
		o.Scope, err = lineage.ParseKey(f.Scope)
	}
	return o, err
}

// Fact is the inverse of ObservationOf.
func (o Observation) Fact() lineage.Fact {
	first, last := lineage.At(o.First), lineage.At(o.Last)
	f := lineage.Fact{Kind: o.Kind, Key: lineage.Key(o.Key...), First: first.First, Last: last.Last, Rank: o.Rank, Said: last.Last, Body: o.Body}
	if o.Scope != nil {
		f.Scope = lineage.Key(o.Scope...)
	}
	if !o.Said.IsZero() {
		f.Said = lineage.At(o.Said).Last
	}
	return f
}

// Observe sends what a collector saw, in as many calls as it takes.
func (c *Client) Observe(ctx context.Context, facts []lineage.Fact) error {
	for len(facts) > 0 {
		var body []Observation
		for size := 0; len(facts) > 0 && len(body) < MaxObservations && size < observedBytes; facts = facts[1:] {
			f := facts[0]
			o, err := ObservationOf(f)
			if err != nil {
				return err
			}
			body, size = append(body, o), size+len(f.Key)+len(f.Scope)+len(f.Body)
		}
		if err := c.json(ctx, post(nil, body, "accord", "v1", "lineage", "observations"), nil); err != nil {
			return err
		}
	}
	return nil
}

// EveryField as the field of a Place asks for all that are known of a dataset.
const EveryField = "*"

// EventsTaken says what became of OpenLineage events.
type EventsTaken struct {
	Summary struct {
		Successful int `json:"successful"`
	} `json:"summary"`
	Failed []EventRefused `json:"failed_events"`
}

// EventRefused is an event that was refused, by its place among those sent.
type EventRefused struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
}

// SendEvents sends OpenLineage events as a batch. Each is taken or refused for
// itself.
func (c *Client) SendEvents(ctx context.Context, events [][]byte) (EventsTaken, error) {
	batch := make([]json.RawMessage, len(events))
	for i, e := range events {
		batch[i] = e
	}
	var out EventsTaken
	err := c.json(ctx, post(nil, batch, "api", "v1", "lineage", "batch"), &out)
	return out, err
}
