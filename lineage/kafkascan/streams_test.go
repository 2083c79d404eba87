package kafkascan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A broker of Kafka 4.4 hands on what an application says of its sinks and of
// its global stores.
func TestDescribeCompleteTopology(t *testing.T) {
	t.Parallel()
	sub := kmsg.NewStreamsGroupDescribeResponseGroupTopologySubtopology()
	sub.SubtopologyID, sub.SourceTopics = "0", []string{"orders"}
	sub.StateChangelogTopics = []kmsg.TopicInfo{{Topic: "app-counts-changelog"}}
	described := kmsg.NewStreamsGroupDescribeResponseGroup()
	described.Group, described.State = "app", "Stable"
	described.Topology = &kmsg.StreamsGroupDescribeResponseGroupTopology{Subtopologies: []kmsg.StreamsGroupDescribeResponseGroupTopologySubtopology{sub}}
	described.TopologyDescriptionStatus = streamsDescribed
	described.TopologyDescription = &kmsg.StreamsGroupDescribeResponseGroupTopologyDescription{
		Subtopologies: []kmsg.TopologyDescriptionSubtopology{{SubtopologyID: "0", Nodes: []kmsg.TopologyDescriptionNode{
			{Name: "source", SourceTopics: []string{"orders"}}, {Name: "b", SinkTopic: kmsg.StringPtr("late")}, {Name: "a", SinkTopic: kmsg.StringPtr("alerts")}, {Name: "c", SinkTopic: kmsg.StringPtr("alerts")},
		}}},
		GlobalStores: []kmsg.TopologyDescriptionGlobalStore{{Source: kmsg.TopologyDescriptionNode{SourceTopics: []string{"countries"}}}},
	}
	member := kmsg.NewStreamsGroupDescribeResponseGroupMember()
	member.MemberID = "m"
	member.Assignment.ActiveTasks = []kmsg.TaskIDs{{SubtopologyID: "0", Partitions: []int32{0}}}
	described.Members = append(described.Members, member)

	s := &scanner{scan: &Scan{}, found: map[string]found{"app": {Group: &Group{ID: "app", Kind: KindStreams}, topics: make(map[string]*GroupTopic)}}}
	s.found["app"].describe(described)
	s.keepGroups()
	want := []Group{{
		ID: "app", Kind: KindStreams, State: "Stable", Members: []Member{{ID: "m", Topics: []string{"orders"}}},
		Topics: []GroupTopic{{Name: "countries", Subscribed: true}, {Name: "orders", Subscribed: true, Assigned: true}},
		Topology: &Topology{Complete: true, Globals: []string{"countries"}, Subtopologies: []Subtopology{{
			ID: "0", Sources: []string{"orders"}, Changelogs: []string{"app-counts-changelog"}, Sinks: []string{"alerts", "late"},
		}}},
	}}
	if diff := cmp.Diff(want, s.scan.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}
