package kafkascan

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const someUUID = "4d1bd8c2-6a5e-4e2d-9f0a-0a1b2c3d4e5f"

func TestGuessGroup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		group Group
		want  Guess
	}{
		{"streams protocol", Group{ID: "fraud", Kind: KindStreams}, Guess{KafkaStreams, "fraud", "", 1}},
		{"streams assignor", Group{ID: "fraud", Kind: KindClassic, Assignor: "stream"}, Guess{KafkaStreams, "fraud", "", 0.95}},
		{"streams client", Group{ID: "fraud", Members: []Member{{ClientID: "fraud-" + someUUID + "-StreamThread-2-consumer"}}}, Guess{KafkaStreams, "fraud", "", 0.9}},
		{"ksqlDB", Group{ID: "_confluent-ksql-default_query_CTAS_USERS_5", Assignor: "stream"}, Guess{KSQLDB, "query_CTAS_USERS_5", "", 0.95}},
		{"sink connector by id", Group{ID: "connect-orders-to-s3"}, Guess{KafkaConnect, "orders-to-s3", "", 0.7}},
		{"sink connector by client", Group{ID: "connect-orders-to-s3", Members: []Member{{ClientID: "connector-consumer-orders-to-s3-0"}}}, Guess{KafkaConnect, "orders-to-s3", "", 0.95}},
		{"connect workers", Group{ID: "connect-cluster", Kind: KindConnect}, Guess{KafkaConnect, "connect-cluster", "", 1}},
		{"MirrorMaker workers", Group{ID: "west-mm2", Kind: KindConnect}, Guess{MirrorMaker, "west-mm2", "", 0.8}},
		{"Spark", Group{ID: "spark-kafka-source-" + someUUID + "--1234-driver-0"}, Guess{Spark, "", "", 0.9}},
		{"nothing to see", Group{ID: "billing", Kind: KindClassic, Assignor: "range", Members: []Member{{ClientID: "rdkafka"}}}, Guess{}},
		{"only the prefix", Group{ID: "connect-"}, Guess{}},
	} {
		got, ok := GuessGroup(tt.group)
		if ok != (tt.want != Guess{}) || ok && got.Evidence == "" {
			t.Errorf("%s: %t with evidence %q", tt.name, ok, got.Evidence)
		}
		if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(Guess{}, "Evidence")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// names are those of a cluster with two applications, Connect and a mirror.
func names() *Names {
	s := &Scan{
		Groups: []Group{{ID: "fraud"}, {ID: "fraud-eu"}, {ID: "workers", Kind: KindConnect}},
		Topics: []Topic{{Name: "orders"}, {Name: "orders-eu"}, {Name: "west.heartbeats"}, {Name: "west.orders"}, {Name: ".heartbeats"}},
	}
	return s.Names()
}

func TestNamesTopic(t *testing.T) {
	t.Parallel()
	n := names()
	for name, want := range map[string]TopicGuess{
		"fraud-eu-KSTREAM-AGGREGATE-STATE-STORE-0000000003-changelog": {Guess{KafkaStreams, "fraud-eu", "", 0.9}, RoleChangelog, "", ""},
		"fraud-by-customer-repartition":                               {Guess{KafkaStreams, "fraud", "", 0.9}, RoleRepartition, "", ""},
		"fraud-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000012-topic": {Guess{KafkaStreams, "fraud", "", 0.9}, RoleRepartition, "", ""},
		"unseen-counts-changelog":                                     {Guess{KafkaStreams, "", "", 0.5}, RoleChangelog, "", ""},
		"west.orders":                                                 {Guess{MirrorMaker, "", "", 0.9}, RoleReplica, "west", "orders"},
		"west.heartbeats":                                             {Guess{MirrorMaker, "", "", 0.9}, RoleBookkeeping, "", ""},
		"mm2-offset-syncs.west.internal":                              {Guess{MirrorMaker, "", "", 0.9}, RoleBookkeeping, "", ""},
		"connect-offsets":                                             {Guess{KafkaConnect, "", "", 0.8}, RoleBookkeeping, "", ""},
		"_schemas":                                                    {Guess{Registry, "", "", 0.9}, RoleBookkeeping, "", ""},
		"__debezium-heartbeat.shop":                                   {Guess{"Debezium", "", "", 0.9}, RoleBookkeeping, "", ""},
		"_confluent-ksql-default_command_topic":                       {Guess{KSQLDB, "", "", 0.95}, RoleBookkeeping, "", ""},
		"orders":                                                      {},
		"east.orders":                                                 {}, // nothing is mirrored from there
		"west.":                                                       {},
		"":                                                            {},
	} {
		got, ok := n.Topic(name)
		if ok != (want != TopicGuess{}) || ok && got.Evidence == "" {
			t.Errorf("%q: %t with evidence %q", name, ok, got.Evidence)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Guess{}, "Evidence")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", name, diff)
		}
	}
}

func TestNamesTransaction(t *testing.T) {
	t.Parallel()
	n := names()
	for id, want := range map[string]Guess{
		"fraud-" + someUUID + "-3":  {KafkaStreams, "fraud", "", 0.95},
		"unseen-" + someUUID + "-3": {KafkaStreams, "unseen", "", 0.6},
		"fraud-eu-0_12":             {KafkaStreams, "fraud-eu", "", 0.95},
		"unseen-0_12":               {KafkaStreams, "unseen", "", 0.5},
		"connect-cluster-workers":   {KafkaConnect, "workers", "", 0.9},
		"workers-orders-source-0":   {KafkaConnect, "orders-source", "", 0.8},
		"fraud.tx7":                 {"", "fraud", "", 0.6},
		"orders-sink-2-118":         {Flink, "orders-sink", "", 0.4},
		"shop":                      {},
		"fraudulent":                {},
		"":                          {},
	} {
		got, ok := n.Transaction(id)
		if ok != (want != Guess{}) || ok && got.Evidence == "" {
			t.Errorf("%q: %t with evidence %q", id, ok, got.Evidence)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Guess{}, "Evidence")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", id, diff)
		}
	}
}

func TestNamesSubject(t *testing.T) {
	t.Parallel()
	n := names()
	for subject, want := range map[string]SubjectGuess{
		"orders-value":                    {"orders", false, "TopicNameStrategy", 0.9},
		"orders-eu-key":                   {"orders-eu", true, "TopicNameStrategy", 0.9},
		":.staging:orders-value":          {"orders", false, "TopicNameStrategy", 0.9},
		"orders-eu-com.example.OrderMade": {"orders-eu", false, "TopicRecordNameStrategy", 0.5},
		"com.example.OrderMade":           {}, // RecordNameStrategy names no topic
		"payments-value":                  {},
		"orders":                          {},
		":.":                              {},
		":.orders-value":                  {},
	} {
		got, _ := n.Subject(subject)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", subject, diff)
		}
	}
}

func TestEphemeralGroups(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"console-consumer-12345": true, "console-share-consumer": true, "akhq": true, "kafka-ui-7": true, "KafkaUI": true,
		"rpk-consumer": true, "KMOffsetCache-host": true, "_confluent-ksql-default_transient_123": true, "anonymous." + someUUID: true,
		"billing": false, "console": false, "kafka-uid-service": false, "anonymous.users": false, "_confluent-ksql-default_query_CTAS_1": false,
		"spark-kafka-source-" + someUUID: false,
	} {
		got := false
		for _, p := range EphemeralGroups {
			got = got || p.MatchString(id)
		}
		if got != want {
			t.Errorf("%s is ephemeral: %t, want %t", id, got, want)
		}
	}
}

// Guesses cut names up, and names hold any character.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"fraud-0_1", "workers-", "workers-a-", "west.", "-changelog", "fraud--changelog", "connect-cluster-", "\xff-\xfe-value", ":.:"} {
		f.Add(seed)
	}
	n := names()
	f.Fuzz(func(t *testing.T, name string) {
		topic, _ := n.Topic(name)
		transaction, _ := n.Transaction(name)
		group, _ := GuessGroup(Group{ID: name, Members: []Member{{ClientID: name}}})
		for _, g := range []Guess{topic.Guess, transaction, group} {
			if g.Confidence < 0 || g.Confidence > 1 || (g.Confidence > 0) != (g.Evidence != "") {
				t.Errorf("%q: %+v", name, g)
			}
		}
		if s, ok := n.Subject(name); ok && !slices.Contains([]string{"orders", "orders-eu", "west.heartbeats", "west.orders", ".heartbeats"}, s.Topic) {
			t.Errorf("%q is of %+v, a topic that is not there", name, s)
		}
	})
}
