package kafkascan

import (
	"context"
	"slices"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Topology is what a streams group does with topics, as its members told the
// broker.
type Topology struct {
	Subtopologies []Subtopology
	// Globals are topics that every instance reads whole and without the group,
	// to look things up in; known if the topology is Complete.
	Globals []string
	// Complete is true if the members described their sinks, too (KIP-1331,
	// Kafka 4.4). Otherwise where the application writes its results is not
	// known to the cluster.
	Complete bool
}

// Subtopology is a part of a topology that runs on its own.
type Subtopology struct {
	ID string
	// Sources are topics it reads.
	Sources []string
	// RepartitionSinks are topics it writes for another part of the
	// application, which has them among its RepartitionSources.
	RepartitionSinks, RepartitionSources []string
	// Changelogs are topics it keeps its state in.
	Changelogs []string
	// Sinks are all topics it writes, known if the topology is Complete.
	Sinks []string
}

// streamsDescribed is the status of a topology description that is there.
const streamsDescribed = 3

// describeStreams asks each coordinator for its streams groups. The client
// does not route this request by itself.
func (s *scanner) describeStreams(ctx context.Context, groups []found) {
	byCoordinator := make(map[int32][]string)
	for _, g := range groups {
		byCoordinator[g.coordinator] = append(byCoordinator[g.coordinator], g.ID)
	}
	for broker, ids := range byCoordinator {
		for some := range slices.Chunk(ids, batch) {
			s.askStreams(ctx, broker, some)
		}
	}
}

func (s *scanner) askStreams(ctx context.Context, broker int32, ids []string) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	req := kmsg.NewPtrStreamsGroupDescribeRequest()
	req.Groups, req.IncludeTopologyDescription = ids, true
	answer, err := s.client.Broker(int(broker)).RetriableRequest(ctx, req)
	if err != nil {
		s.refuse(questionStreams, err, ids...)
		return
	}
	resp, _ := answer.(*kmsg.StreamsGroupDescribeResponse)
	for _, described := range resp.Groups {
		if g, ok := s.answered(questionStreams, described.Group, described.ErrorCode); ok {
			g.describe(described)
		}
	}
}

// describe takes over what a streams group told of itself.
func (g found) describe(described kmsg.StreamsGroupDescribeResponseGroup) {
	g.State = described.State
	g.Topology = topology(described)
	bySubtopology := make(map[string][]string)
	for _, sub := range g.Topology.Subtopologies {
		bySubtopology[sub.ID] = slices.Concat(sub.Sources, sub.RepartitionSources)
	}
	for _, m := range described.Members {
		var assigned []string
		for _, task := range m.Assignment.ActiveTasks {
			assigned = append(assigned, bySubtopology[task.SubtopologyID]...)
		}
		g.join(Member{ID: m.MemberID, Instance: text(m.InstanceID), ClientID: m.ClientID, Host: m.ClientHost}, nil, assigned)
	}
	if len(described.Members) == 0 {
		return
	}
	for _, sources := range bySubtopology {
		for _, name := range sources {
			g.topic(name).Subscribed = true
		}
	}
	for _, name := range g.Topology.Globals {
		g.topic(name).Subscribed = true
	}
}

func topology(described kmsg.StreamsGroupDescribeResponseGroup) *Topology {
	t := &Topology{}
	if described.Topology == nil {
		return t
	}
	sinks := make(map[string][]string)
	if d := described.TopologyDescription; d != nil && described.TopologyDescriptionStatus == streamsDescribed {
		t.Complete = true
		for _, sub := range d.Subtopologies {
			sinks[sub.SubtopologyID] = sinkTopics(sub.Nodes)
		}
		for _, store := range d.GlobalStores {
			t.Globals = append(t.Globals, store.Source.SourceTopics...)
		}
	}
	for _, sub := range described.Topology.Subtopologies {
		t.Subtopologies = append(t.Subtopologies, Subtopology{
			ID:                 sub.SubtopologyID,
			Sources:            sub.SourceTopics,
			RepartitionSinks:   sub.RepartitionSinkTopics,
			RepartitionSources: topicNames(sub.RepartitionSourceTopics),
			Changelogs:         topicNames(sub.StateChangelogTopics),
			Sinks:              sinks[sub.SubtopologyID],
		})
	}
	return t
}

func sinkTopics(nodes []kmsg.TopologyDescriptionNode) []string {
	var topics []string
	for _, n := range nodes {
		if n.SinkTopic != nil {
			topics = append(topics, *n.SinkTopic)
		}
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

func topicNames(infos []kmsg.TopicInfo) []string {
	var names []string
	for _, info := range infos {
		names = append(names, info.Topic)
	}
	return names
}
