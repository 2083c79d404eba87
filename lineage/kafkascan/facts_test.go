package kafkascan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

// noon is when the scans of these tests begin.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// told prints facts in lines for a test to compare, facets and nodes left out.
func told(t *testing.T, all []lineage.Fact) []string {
	t.Helper()
	var lines []string
	for _, f := range all {
		switch f.Kind {
		case lineage.KindEdge:
			e, err := lineage.EdgeOf(f)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%s %s %s, %s %g", e.Job.Name, e.Direction, e.Dataset.Name, e.Evidence, e.Confidence))
		case lineage.KindThrough:
			th, err := lineage.ThroughOf(f)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%s: %s -> %s", th.Job.Name, th.Input.Name, th.Output.Name))
		case lineage.KindAlias:
			a, err := lineage.AliasOf(f)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%s %s = %s", a.Kind, a.From.Namespace, a.To.Namespace))
		case lineage.KindCoverage:
			c, err := lineage.CoverageOf(f)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("covered %s at %s", c.Namespace, c.Slot.Format("15:04")))
		}
	}
	return lines
}

func TestFacts(t *testing.T) {
	t.Parallel()
	cluster := Cluster{ID: "c1", Brokers: []string{"b-1:9092", "b-2:9092"}, Asked: []string{"b-1:9092"}, AllGroups: true}
	topics := []Topic{{Name: "__consumer_offsets", Internal: true}, {Name: "alerts"}, {Name: "fraud-counts-changelog"}, {Name: "fraud-by-card-repartition"}, {Name: "orders"}}
	slices.SortFunc(topics, func(a, b Topic) int { return strings.Compare(a.Name, b.Name) })
	for _, tt := range []struct {
		name string
		scan Scan
		opts FactOptions
		want []string // without aliases and coverage
	}{
		{
			name: "readers",
			scan: Scan{Groups: []Group{
				{ID: "archive", Kind: KindClassic, Topics: []GroupTopic{{Name: "orders", Committed: true}}},
				{ID: "billing", Kind: KindConsumer, Members: []Member{{ClientID: "b", Topics: []string{"alerts", "orders"}}}, Topics: []GroupTopic{
					{Name: "__consumer_offsets", Assigned: true}, {Name: "alerts", Subscribed: true}, {Name: "deleted", Committed: true}, {Name: "orders", Subscribed: true, Assigned: true},
				}},
				{ID: "console-consumer-1", Kind: KindClassic, Ephemeral: true, Topics: []GroupTopic{{Name: "orders", Committed: true}}},
				{ID: "workers", Kind: KindConnect, Members: []Member{{ID: "w"}}},
			}},
			want: []string{"archive reads orders, observed 0.7", "billing reads alerts, observed 0.9", "billing reads orders, observed 1"},
		},
		{
			name: "ephemeral readers on demand",
			scan: Scan{Groups: []Group{{ID: "console-consumer-1", Ephemeral: true, Topics: []GroupTopic{{Name: "orders", Committed: true}}}}},
			opts: FactOptions{Ephemeral: true},
			want: []string{"console-consumer-1 reads orders, observed 0.7"},
		},
		{
			name: "streams",
			scan: Scan{Groups: []Group{{
				ID: "fraud", Kind: KindStreams, Members: []Member{{ID: "m"}},
				Topics: []GroupTopic{{Name: "fraud-by-card-repartition", Assigned: true}, {Name: "orders", Assigned: true}},
				Topology: &Topology{Complete: true, Subtopologies: []Subtopology{
					{ID: "0", Sources: []string{"orders"}, RepartitionSinks: []string{"fraud-by-card-repartition"}, Sinks: []string{"fraud-by-card-repartition"}},
					{ID: "1", RepartitionSources: []string{"fraud-by-card-repartition"}, Changelogs: []string{"fraud-counts-changelog"}, Sinks: []string{"alerts"}},
				}},
			}}},
			want: []string{
				"fraud reads fraud-by-card-repartition, observed 1", "fraud reads orders, observed 1",
				"fraud writes fraud-by-card-repartition, observed 1", "fraud: orders -> fraud-by-card-repartition",
				"fraud writes alerts, observed 1", "fraud: fraud-by-card-repartition -> alerts",
				"fraud writes fraud-counts-changelog, observed 1", "fraud: fraud-by-card-repartition -> fraud-counts-changelog",
			},
		},
		{
			name: "writers",
			scan: Scan{
				Groups: []Group{{ID: "fraud", Kind: KindClassic, Assignor: "stream"}},
				Producers: []Producer{
					{Topic: "alerts", ProducerID: 1, TransactionalID: "fraud-" + someUUID + "-1", LastWrite: noon.Add(-time.Hour)},
					{Topic: "orders", ProducerID: 2, TransactionalID: "shop", LastWrite: noon.Add(time.Hour)},
					{Topic: "orders", ProducerID: 3, LastWrite: noon},
				},
				Transactions: []Transaction{{ID: "sink-1-7", Topics: []string{"__consumer_offsets", "alerts"}}, {ID: "shop"}},
			},
			want: []string{"fraud writes alerts, observed 0.95", "shop writes orders, observed 0.9", "sink writes alerts, inferred 0.4"},
		},
		{
			name: "permissions",
			scan: Scan{ACLs: []ACL{
				{Resource: "GROUP", Name: "orders", Principal: "User:a", Host: "*", Operation: "READ"},
				{Resource: "TOPIC", Name: "*", Principal: "User:admin", Host: "*", Operation: "ALL"},
				{Resource: "TOPIC", Name: "alerts", Principal: "User:*", Host: "*", Operation: "READ"},
				{Resource: "TOPIC", Name: "fraud-", Prefixed: true, Principal: "User:fraud", Host: "*", Operation: "ALL"},
				{Resource: "TOPIC", Name: "fraud-counts-changelog", Principal: "User:fraud", Host: "*", Operation: "ALL", Deny: true},
				{Resource: "TOPIC", Name: "orders", Principal: "User:shop", Host: "*", Operation: "WRITE"},
				{Resource: "TOPIC", Name: "orders", Principal: "User:shop", Host: "*", Operation: "DESCRIBE"},
			}},
			want: []string{
				"User:fraud reads fraud-by-card-repartition, permitted 0.3", "User:fraud writes fraud-by-card-repartition, permitted 0.3",
				"User:shop writes orders, permitted 0.3",
			},
		},
	} {
		tt.scan.At, tt.scan.Cluster, tt.scan.Topics = noon, cluster, topics
		want := slices.Concat([]string{
			"dataset kafka://b-2:9092 = kafka://b-1:9092", "job kafka://b-2:9092 = kafka://b-1:9092",
			"dataset kafka://c1 = kafka://b-1:9092", "job kafka://c1 = kafka://b-1:9092",
		}, tt.want, []string{"covered kafka://b-1:9092 at 12:00"})
		if diff := cmp.Diff(want, told(t, tt.scan.Facts(tt.opts))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Every job and dataset of an edge is a node, and no fact was seen after the
// scan.
func TestFactsNodes(t *testing.T) {
	t.Parallel()
	s := Scan{
		At: noon, Cluster: Cluster{Asked: []string{"k:1"}}, Topics: []Topic{{Name: "orders"}},
		Groups:    []Group{{ID: "billing", Topics: []GroupTopic{{Name: "orders", Assigned: true}}}},
		Producers: []Producer{{Topic: "orders", TransactionalID: "shop", LastWrite: noon.Add(time.Hour)}},
	}
	nodes, jobs := make(map[lineage.Node]bool), make(map[lineage.Node]bool)
	for _, f := range s.Facts(FactOptions{}) {
		if f.Last.After(noon) || f.First.IsZero() {
			t.Errorf("%s %s was seen from %s to %s", f.Kind, f.Key, f.First, f.Last)
		}
		switch f.Kind {
		case lineage.KindNode:
			n, err := lineage.NodeOf(f)
			if err != nil {
				t.Fatal(err)
			}
			nodes[n.Node] = true
		case lineage.KindEdge:
			e, err := lineage.EdgeOf(f)
			if err != nil {
				t.Fatal(err)
			}
			jobs[lineage.Node{Kind: lineage.JobNode, ID: e.Job}], jobs[lineage.Node{Kind: lineage.DatasetNode, ID: e.Dataset}] = true, true
		}
	}
	if diff := cmp.Diff(nodes, jobs); diff != "" {
		t.Errorf("nodes of edges (-nodes +edges):\n%s", diff)
	}
}

func TestFactsAliases(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cluster   Cluster
		namespace string
		want      []string // of datasets
	}{
		{Cluster{Asked: []string{"lb:9092"}, Brokers: []string{"b-1:9092"}}, "", []string{"dataset kafka://b-1:9092 = kafka://lb:9092"}},
		{Cluster{ID: "c1", Asked: []string{"lb:9092"}, Brokers: []string{"lb:9092"}}, "kafka://c1", []string{"dataset kafka://lb:9092 = kafka://c1"}},
		{Cluster{Asked: []string{"127.0.0.1:9092"}, Brokers: []string{"localhost:9092"}}, "", []string{"dataset kafka://localhost:9092 = kafka://127.0.0.1:9092"}},
		// Everybody's localhost is another.
		{Cluster{Asked: []string{"lb:9092"}, Brokers: []string{"localhost:9092", "[::1]:9092"}}, "", nil},
		{Cluster{Asked: []string{"localhost:9092"}}, "kafka://prod:9092", nil},
	} {
		s := Scan{At: noon, Cluster: tt.cluster}
		got := slices.DeleteFunc(told(t, s.Facts(FactOptions{Namespace: tt.namespace})), func(line string) bool { return !strings.HasPrefix(line, "dataset ") })
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v as %q (-want +got):\n%s", tt.cluster, tt.namespace, diff)
		}
	}
}

// Nothing is covered where something was kept from the scan.
func TestCovers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scan Scan
		want bool
	}{
		{Scan{Cluster: Cluster{AllGroups: true}}, true},
		{Scan{}, false},
		{Scan{Cluster: Cluster{AllGroups: true}, Refused: []Gap{{Area: AreaWriters}, {Area: AreaPermissions}}}, true},
		{Scan{Cluster: Cluster{AllGroups: true}, Refused: []Gap{{Area: AreaReaders}}}, false},
	} {
		if got := tt.scan.Covers(); got != tt.want {
			t.Errorf("%+v covers: %t, want %t", tt.scan, got, tt.want)
		}
	}
}

func TestFacets(t *testing.T) {
	t.Parallel()
	s := Scan{
		At: noon, Cluster: Cluster{ID: "c1", Asked: []string{"k:1"}},
		Topics:    []Topic{{Name: "orders", ID: "t1", Partitions: 3, Moving: true}},
		Producers: []Producer{{Topic: "orders", ProducerID: 4711, LastWrite: noon.Add(-2 * time.Minute)}},
		Groups: []Group{{ID: "billing", Kind: KindClassic, State: "Stable", Assignor: "stream", Members: []Member{
			{ClientID: "billing-1", Host: "/10.0.0.7"}, {ClientID: "billing-2", Host: "/10.0.0.7"},
		}}},
	}
	got := make(map[string]any)
	for _, f := range s.Facts(FactOptions{}) {
		if f.Kind == lineage.KindFacet {
			var body map[string]any
			if err := json.Unmarshal(f.Body, &body); err != nil {
				t.Fatal(err)
			}
			delete(body, "evidence")
			got[f.Key] = body
		}
	}
	want := map[string]any{
		`["dataset","kafka://k:1","orders","kafka"]`: map[string]any{
			"clusterId": "c1", "topicId": "t1", "partitions": 3.0, "moving": true,
			"lastWrite": "2026-11-21T11:58:00Z", "unnamedProducers": []any{4711.0},
		},
		`["job","kafka://k:1","billing","kafka"]`: map[string]any{
			"kind": "classic", "state": "Stable", "technology": "Kafka Streams", "members": 2.0,
			"clientIds": []any{"billing-1", "billing-2"}, "hosts": []any{"10.0.0.7"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facets (-want +got):\n%s", diff)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	s := Scan{
		At: noon,
		Topics: []Topic{
			{Name: "__consumer_offsets", Internal: true, Moving: true},
			{Name: "audit", Moving: true},
			{Name: "clicks"},
			{Name: "idle"},
			{Name: "orders"},
			{Name: "payments"},
			{Name: "x-counts-changelog", Moving: true},
		},
		Producers: []Producer{
			{Topic: "clicks", ProducerID: 1, LastWrite: noon.Add(-3 * time.Hour)},
			{Topic: "clicks", ProducerID: 2, LastWrite: noon.Add(-90 * time.Minute)},
			{Topic: "orders", ProducerID: 4711, LastWrite: noon.Add(-2 * time.Minute)},
			{Topic: "payments", ProducerID: 5, LastWrite: noon, TransactionalID: "shop"},
		},
		Groups: []Group{
			{ID: "archive", Topics: []GroupTopic{{Name: "clicks", Committed: true}, {Name: "orders", Committed: true}}},
			{ID: "fraud", Kind: KindStreams, Members: []Member{{ID: "m"}}, Topology: &Topology{}},
			{ID: "search", Members: []Member{{ID: "m"}}, Regex: []string{"^shop.*"}, Topics: []GroupTopic{{Name: "orders", Assigned: true}}},
		},
		Refused: []Gap{{AreaReaders, "members of the classic groups secret", "the cluster refused (X)", "allow it"}, {AreaPermissions, "ACLs", "there are none", ""}},
	}
	want := []string{
		"unknown: members of the classic groups secret; the cluster refused (X); allow it",
		"unknown: ACLs; there are none",
		"no producer reported for topic audit, which is being written to; brokers remember only producers with idempotence",
		"no producer reported for topic clicks; last write 1 h ago by one of 2 unnamed producers (id 2)",
		"no producer reported for topic orders; last write 2 min ago by an unnamed producer (id 4711)",
		"group archive has no members now; it has committed offsets of clicks, orders, and Kafka does not say when",
		"group fraud is a Kafka Streams application; the topics it writes its results to are not known to the cluster",
		"group search subscribes to a pattern, ^shop.*: topics that match later join by themselves",
	}
	if diff := cmp.Diff(append(want, limits...), s.Unknown()); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "less than a second", 3 * time.Second: "3 s", 119 * time.Second: "1 min", 26 * time.Hour: "26 h", 72 * time.Hour: "3 days",
	} {
		if got := age(d); got != want {
			t.Errorf("age(%s) = %q, want %q", d, got, want)
		}
	}
}
