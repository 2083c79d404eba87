package kafkascan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// Source is what the facts of a scan say they come from.
const Source = "kafka"

// facet is the name of the facet that scans give to topics and groups.
const facet = "kafka"

// FactOptions say how a scan becomes facts.
type FactOptions struct {
	// Namespace is that of the cluster's topics and groups; empty is
	// "kafka://" and the first address that was asked, as OpenLineage's
	// clients have it.
	Namespace string
	// Ephemeral takes in groups of consoles and tools, too, which would
	// otherwise pass for readers for the week that Kafka remembers them.
	Ephemeral bool
}

// Namespace is the namespace of the cluster's topics and groups unless
// FactOptions name another.
func (c Cluster) Namespace() string {
	for _, address := range slices.Concat(c.Asked, c.Brokers) {
		return scheme + address
	}
	return scheme + c.ID
}

const scheme = "kafka://"

// Covers reports whether nothing was kept from the scan that would show a
// reader. What no scan shows is still not there: consumers that choose their
// partitions themselves and commit nothing.
func (s *Scan) Covers() bool {
	return s.Cluster.AllGroups && !slices.ContainsFunc(s.Refused, func(g Gap) bool { return g.Area == AreaReaders })
}

// Facts turns what the scan saw into facts: topics are datasets, groups are
// jobs of the same namespace under their id, which is the most stable name
// that an application has on Kafka. A group that is described, or that keeps
// offsets, reads; who holds a transactional id writes. A producer without a
// name makes no edge, but is told of in the facet of its topic.
func (s *Scan) Facts(opts FactOptions) []lineage.Fact {
	f := &facts{scan: s, names: s.Names(), namespace: cmp.Or(opts.Namespace, s.Cluster.Namespace()), at: lineage.At(s.At), jobs: make(map[string]bool)}
	f.aliases()
	f.topics()
	for _, g := range s.Groups {
		if g.Kind != KindConnect && g.Kind != KindOther && (opts.Ephemeral || !g.Ephemeral) {
			f.group(g)
		}
	}
	f.writers()
	f.permissions()
	if s.Covers() {
		f.all = append(f.all, lineage.Coverage{Source: Source, Namespace: f.namespace, Slot: s.At, Interval: f.at}.Fact())
	}
	return f.all
}

// facts are those of one scan in the making.
type facts struct {
	scan      *Scan
	names     *Names
	namespace string
	at        lineage.Interval
	// jobs are those that a fact was made of, streams the topics.
	jobs, streams map[string]bool
	all           []lineage.Fact
}

func (f *facts) id(name string) lineage.ID {
	return lineage.ID{Namespace: f.namespace, Name: name}
}

// aliases say that every address of the cluster means the cluster. A loopback
// address means another cluster on every machine, so it is an alias of nothing
// but a loopback address.
func (f *facts) aliases() {
	c := f.scan.Cluster
	say := func(address, note string) {
		from := scheme + address
		if from == f.namespace || isLoopback(address) && !isLoopback(strings.TrimPrefix(f.namespace, scheme)) {
			return
		}
		for _, kind := range []lineage.NodeKind{lineage.DatasetNode, lineage.JobNode} {
			f.all = append(f.all, lineage.Alias{
				Kind: kind, From: lineage.ID{Namespace: from}, To: lineage.ID{Namespace: f.namespace},
				Evidence: lineage.Observed, Source: Source, Note: note, Interval: f.at,
			}.Fact())
		}
	}
	for _, address := range c.Asked {
		say(address, "bootstrap address of the cluster "+c.ID)
	}
	for _, address := range c.Brokers {
		if !slices.Contains(c.Asked, address) {
			say(address, "address that a broker of the cluster "+c.ID+" gives its clients")
		}
	}
	if c.ID != "" {
		say(c.ID, "id of the cluster")
	}
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// topicFacet is what the scan says of a topic beside its name.
type topicFacet struct {
	ClusterID  string `json:"clusterId,omitempty"`
	TopicID    string `json:"topicId,omitempty"`
	Partitions int    `json:"partitions"`
	Moving     bool   `json:"moving"`
	Role       Role   `json:"role,omitempty"`
	Technology string `json:"technology,omitempty"`
	Evidence   string `json:"evidence,omitempty"`
	// LastWrite is that of the last producer with idempotence, Unnamed are the
	// ids of those without a name.
	LastWrite *time.Time `json:"lastWrite,omitempty"`
	Unnamed   []int64    `json:"unnamedProducers,omitempty"`
}

func (f *facts) topics() {
	f.streams = make(map[string]bool, len(f.scan.Topics))
	byTopic := f.scan.producersByTopic()
	for _, t := range f.scan.Topics {
		if t.Internal {
			continue
		}
		f.streams[t.Name] = true
		node := lineage.Dataset(f.namespace, t.Name)
		body := topicFacet{ClusterID: f.scan.Cluster.ID, TopicID: t.ID, Partitions: t.Partitions, Moving: t.Moving}
		if guess, ok := f.names.Topic(t.Name); ok {
			body.Role, body.Technology, body.Evidence = guess.Role, guess.Technology, guess.Evidence
		}
		for _, p := range byTopic[t.Name] {
			if body.LastWrite == nil || p.LastWrite.After(*body.LastWrite) {
				body.LastWrite = &p.LastWrite
			}
			if p.TransactionalID == "" {
				body.Unnamed = append(body.Unnamed, p.ProducerID)
			}
		}
		f.node(node, body)
	}
}

// node says that a dataset or job is there, and what is known of it.
func (f *facts) node(node lineage.Node, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // facets are plain structs
	}
	f.all = append(f.all,
		lineage.NodeFact{Node: node, Interval: f.at}.Fact(),
		lineage.Facet{Entity: node.Entity(), Facet: facet, Body: text, Interval: f.at}.Fact())
}

// groupFacet is what the scan says of a group beside its name.
type groupFacet struct {
	Kind       Kind     `json:"kind"`
	State      string   `json:"state,omitempty"`
	Technology string   `json:"technology,omitempty"`
	Evidence   string   `json:"evidence,omitempty"`
	Ephemeral  bool     `json:"ephemeral,omitempty"`
	Patterns   []string `json:"patterns,omitempty"`
	// ClientIDs and Hosts are those of the members, at most facetMembers.
	Members   int      `json:"members"`
	ClientIDs []string `json:"clientIds,omitempty"`
	Hosts     []string `json:"hosts,omitempty"`
}

// facetMembers is how many different client ids and hosts a facet lists.
const facetMembers = 20

func (f *facts) group(g Group) {
	f.jobs[g.ID] = true
	body := groupFacet{Kind: g.Kind, State: g.State, Ephemeral: g.Ephemeral, Patterns: g.Regex, Members: len(g.Members)}
	if guess, ok := GuessGroup(g); ok {
		body.Technology, body.Evidence = guess.Technology, guess.Evidence
	}
	for _, m := range g.Members {
		body.ClientIDs, body.Hosts = few(body.ClientIDs, m.ClientID), few(body.Hosts, strings.TrimPrefix(m.Host, "/"))
	}
	f.node(lineage.Job(f.namespace, g.ID), body)
	for _, t := range g.Topics {
		if f.streams[t.Name] {
			confidence, note := reading(g, t)
			f.edge(g.ID, lineage.Reads, t.Name, lineage.Observed, confidence, note, f.at)
		}
	}
	if g.Topology != nil {
		f.topology(g)
	}
}

// few adds a text to some, unless it is there or there are enough.
func few(some []string, s string) []string {
	if s == "" || len(some) >= facetMembers || slices.Contains(some, s) {
		return some
	}
	return append(some, s)
}

// reading says how sure it is that a group reads a topic, and why.
func reading(g Group, t GroupTopic) (lineage.Confidence, string) {
	for _, m := range g.Members {
		if _, has := slices.BinarySearch(m.Topics, t.Name); has && t.Assigned {
			return lineage.Certain, fmt.Sprintf("assigned to a member of the %s group, %s on %s", g.Kind, cmp.Or(m.ClientID, m.ID), strings.TrimPrefix(m.Host, "/"))
		}
	}
	switch {
	case t.Assigned:
		return lineage.Certain, fmt.Sprintf("assigned to a member of the %s group", g.Kind)
	case t.Subscribed:
		return lineage.VeryLikely, fmt.Sprintf("a member of the %s group subscribes to it and has no partition now", g.Kind)
	case len(g.Members) > 0:
		return lineage.Likely, fmt.Sprintf("the %s group keeps offsets of it, and no member asks for it now", g.Kind)
	}
	return lineage.Likely, fmt.Sprintf("the %s group keeps offsets of it, and has no members now", g.Kind)
}

func (f *facts) edge(job string, direction lineage.Direction, topic string, evidence lineage.Evidence, confidence lineage.Confidence, note string, at lineage.Interval) {
	f.all = append(f.all, lineage.Edge{
		Job: f.id(job), Direction: direction, Dataset: f.id(topic),
		Evidence: evidence, Source: Source, Confidence: confidence, Note: note, Interval: at,
	}.Fact())
}

// topology says what a streams application writes, and that a subtopology's
// topics are made of what that subtopology reads and of nothing else.
func (f *facts) topology(g Group) {
	for _, sub := range g.Topology.Subtopologies {
		inputs := slices.Concat(sub.Sources, sub.RepartitionSources, g.Topology.Globals)
		outputs := slices.Concat(sub.RepartitionSinks, sub.Changelogs, sub.Sinks)
		slices.Sort(outputs)
		for _, output := range slices.Compact(outputs) {
			if !f.streams[output] {
				continue
			}
			f.edge(g.ID, lineage.Writes, output, lineage.Observed, lineage.Certain, "in the topology of the streams group, subtopology "+sub.ID, f.at)
			for _, input := range inputs {
				if !f.streams[input] {
					continue
				}
				f.all = append(f.all, lineage.Through{
					Job: f.id(g.ID), Input: f.id(input), Output: f.id(output),
					Derivation: lineage.Explicit, Evidence: lineage.Observed, Source: Source, Interval: f.at,
				}.Fact())
			}
		}
	}
}

// writers are the edges of transactional ids: of the topics whose leaders
// remember them, and of those they have open now.
func (f *facts) writers() {
	for _, p := range f.scan.Producers {
		if p.TransactionalID == "" {
			continue
		}
		last := p.LastWrite
		if last.After(f.scan.At) {
			last = f.scan.At // a clock that is ahead, or a stamp of the record's own
		}
		f.writer(p.TransactionalID, p.Topic, fmt.Sprintf("the producer with the transactional id %s wrote to it", p.TransactionalID), lineage.At(last))
	}
	for _, t := range f.scan.Transactions {
		for _, topic := range t.Topics {
			f.writer(t.ID, topic, fmt.Sprintf("is in the open transaction of the transactional id %s", t.ID), f.at)
		}
	}
}

// writer says that who holds a transactional id writes a topic. That somebody
// of that name does was seen; which application it is may be a guess.
func (f *facts) writer(id, topic, note string, at lineage.Interval) {
	if !f.streams[topic] {
		return
	}
	job, evidence, confidence := id, lineage.Observed, lineage.VeryLikely
	guess, ok := f.names.Transaction(id)
	if ok && guess.App != "" {
		job, confidence, note = guess.App, guess.Confidence, note+"; "+guess.Evidence
		if confidence < lineage.VeryLikely {
			evidence = lineage.Inferred
		}
	}
	if !f.jobs[job] {
		f.jobs[job] = true
		f.all = append(f.all, lineage.NodeFact{Node: lineage.Job(f.namespace, job), Interval: at}.Fact())
	}
	f.edge(job, lineage.Writes, topic, evidence, confidence, note, at)
}
