package kafkascan

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Kind is the protocol of a group.
type Kind string

// The kinds of groups.
const (
	// KindClassic groups balance themselves; so do groups that only commit.
	KindClassic Kind = "classic"
	// KindConsumer groups are balanced by their broker (KIP-848).
	KindConsumer Kind = "consumer"
	// KindShare groups read as queues (KIP-932).
	KindShare Kind = "share"
	// KindStreams groups are Kafka Streams applications (KIP-1071).
	KindStreams Kind = "streams"
	// KindConnect groups are the workers of a Kafka Connect cluster. They
	// share out connectors and read nothing by themselves.
	KindConnect Kind = "connect"
	// KindOther groups use Kafka to agree on something else, as schema
	// registries do on a leader.
	KindOther Kind = "other"
)

// Group is a group of readers.
type Group struct {
	ID   string
	Kind Kind
	// State is Kafka's word: "Stable", "Empty", ...
	State string
	// Assignor is how a classic or consumer group shares partitions out, empty
	// without members. That of Kafka Streams is called "stream".
	Assignor string
	Members  []Member
	Topics   []GroupTopic
	// Regex are patterns of topics that members subscribe to; a new topic that
	// matches joins by itself. A classic group's broker is not told patterns.
	Regex []string
	// Ephemeral is true of groups that Options.Ephemeral matches.
	Ephemeral bool
	// Topology is the inner working of a streams group, nil of others.
	Topology *Topology
}

// Member is a process or a thread that is in a group now.
type Member struct {
	// ID is given by Kafka, Instance by the member for static membership.
	ID, Instance string
	// ClientID is free text that the client sends; Host is where it comes
	// from, often a pod's address.
	ClientID, Host string
	// Topics are those it subscribes to, or that are assigned to it.
	Topics []string
}

// GroupTopic is a topic that a group reads, and how that is known.
type GroupTopic struct {
	Name string
	// Subscribed, Assigned: by a member that is there now. Committed: there is
	// an offset, which Kafka keeps for a week after the last member left
	// (offsets.retention.minutes) and does not say the age of.
	Subscribed, Assigned, Committed bool
}

// found is a group that was listed, while it is asked after.
type found struct {
	*Group
	coordinator int32
	topics      map[string]*GroupTopic
}

// topic returns the group's entry of a topic, a new one if there is none.
func (g found) topic(name string) *GroupTopic {
	t, ok := g.topics[name]
	if !ok {
		t = &GroupTopic{Name: name}
		g.topics[name] = t
	}
	return t
}

// join adds a member with the topics it wants and those it has.
func (g found) join(m Member, subscribed, assigned []string) {
	for _, name := range subscribed {
		g.topic(name).Subscribed = true
	}
	for _, name := range assigned {
		g.topic(name).Assigned = true
	}
	m.Topics = slices.Compact(slices.Sorted(slices.Values(slices.Concat(subscribed, assigned))))
	g.Members = append(g.Members, m)
}

// groups finds the groups and asks after each in the way of its kind.
func (s *scanner) groups(ctx context.Context) {
	s.found = s.listGroups(ctx)
	byKind := make(map[Kind][]found)
	for _, g := range s.found {
		byKind[g.Kind] = append(byKind[g.Kind], g)
	}
	for _, groups := range byKind {
		slices.SortFunc(groups, func(a, b found) int { return cmp.Compare(a.ID, b.ID) })
	}
	for ids := range batches(slices.Concat(byKind[KindClassic], byKind[KindConnect])) {
		s.describeClassic(ctx, ids)
	}
	for ids := range batches(byKind[KindConsumer]) {
		s.describeConsumer(ctx, ids)
	}
	for ids := range batches(byKind[KindShare]) {
		s.describeShare(ctx, ids)
		s.shareOffsets(ctx, ids)
	}
	s.describeStreams(ctx, byKind[KindStreams])
	for ids := range batches(slices.Concat(byKind[KindClassic], byKind[KindConsumer], byKind[KindStreams])) {
		s.offsets(ctx, ids)
	}
	s.keepGroups()
}

// keepGroups puts what was found into the scan, in order.
func (s *scanner) keepGroups() {
	for _, g := range s.found {
		for _, t := range g.topics {
			g.Topics = append(g.Topics, *t)
		}
		slices.SortFunc(g.Topics, func(a, b GroupTopic) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(g.Members, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
		slices.Sort(g.Regex)
		g.Regex = slices.Compact(g.Regex)
		g.Ephemeral = slices.ContainsFunc(s.opts.Ephemeral, func(p *regexp.Regexp) bool { return p.MatchString(g.ID) })
		s.scan.Groups = append(s.scan.Groups, *g.Group)
	}
	slices.SortFunc(s.scan.Groups, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) })
}

// batch is how many groups one request asks after.
const batch = 500

// batches cuts groups into the ids that one request names.
func batches(groups []found) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for some := range slices.Chunk(groups, batch) {
			ids := make([]string, len(some))
			for i, g := range some {
				ids[i] = g.ID
			}
			if !yield(ids) {
				return
			}
		}
	}
}

func (s *scanner) listGroups(ctx context.Context) map[string]found {
	byID := make(map[string]found)
	ask(ctx, s, questionGroups, kmsg.NewPtrListGroupsRequest(), func(broker int32, resp *kmsg.ListGroupsResponse) {
		if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
			s.refuse(questionGroups, err, "the cluster")
			return
		}
		for _, g := range resp.Groups {
			group := &Group{ID: g.Group, Kind: kindOf(g.GroupType, g.ProtocolType), State: g.GroupState}
			byID[g.Group] = found{group, broker, make(map[string]*GroupTopic)}
		}
	})
	return byID
}

// answered returns the group that an answer is about, and false if the answer
// is a refusal or about a group that nobody asked after. A group that has gone
// since it was listed is forgotten.
func (s *scanner) answered(q question, id string, code int16) (found, bool) {
	g, known := s.found[id]
	switch err := kerr.ErrorForCode(code); {
	case !known:
		return found{}, false
	case errors.Is(err, kerr.GroupIDNotFound):
		delete(s.found, id)
		return found{}, false
	case err != nil:
		s.refuse(q, err, id)
		return found{}, false
	}
	return g, true
}

// kindOf tells a group's kind from its type, which Kafka lists since 3.8, and
// from its protocol, which is empty if the group only commits.
func kindOf(groupType, protocol string) Kind {
	switch kind := Kind(strings.ToLower(groupType)); {
	case kind == KindConsumer, kind == KindShare, kind == KindStreams:
		return kind
	case protocol == "consumer", protocol == "":
		return KindClassic
	case protocol == "connect":
		return KindConnect
	}
	return KindOther
}
