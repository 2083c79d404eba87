package kafkascan

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// shop is a simulated cluster of three brokers with a topic, a group that
// reads it and a transaction that is open on it.
func shop(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, *kgo.Client) {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.SeedTopics(3, "orders", "audit")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster, simulated(t, cluster)
}

func simulated(t *testing.T, cluster *kfake.Cluster, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.FetchMaxWait(50 * time.Millisecond)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseAllowingRebalance)
	return client
}

// trade opens the shop: someone reads orders and someone writes it.
func trade(t *testing.T, cluster *kfake.Cluster, opts ...kgo.Opt) {
	t.Helper()
	client := func(more ...kgo.Opt) *kgo.Client { return simulated(t, cluster, append(more, opts...)...) }
	produce(t, client(), "orders")
	reader := client(kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.ClientID("billing-1"))
	poll(t, reader)
	commit(t, reader)
	transact(t, client(kgo.TransactionalID("shop-1")), "orders")
}

func run(t *testing.T, client *kgo.Client, opts Options) *Scan {
	t.Helper()
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Between == 0 {
		opts.Between = -1
	}
	s, err := Run(t.Context(), client, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRun(t *testing.T) {
	t.Parallel()
	cluster, client := shop(t)
	trade(t, cluster)
	s := run(t, client, Options{Slice: 1})
	if diff := cmp.Diff([]Gap(nil), s.Refused); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	groups := []Group{{
		ID: "billing", Kind: KindClassic, State: "Stable", Assignor: "cooperative-sticky",
		Members: []Member{{ClientID: "billing-1", Topics: []string{"orders"}}},
		Topics:  []GroupTopic{{Name: "orders", Subscribed: true, Assigned: true, Committed: true}},
	}}
	if diff := cmp.Diff(groups, s.Groups, volatile); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if len(s.Transactions) != 1 || s.Transactions[0].ID != "shop-1" || !slices.Equal(s.Transactions[0].Topics, []string{"orders"}) {
		t.Errorf("transactions %+v, want shop-1 open on orders", s.Transactions)
	}
	if len(s.Producers) != 1 || s.Producers[0].TransactionalID != "shop-1" {
		t.Errorf("producers %+v, want that of shop-1", s.Producers)
	}
	if len(s.Cluster.Brokers) != 3 || !s.Cluster.AllGroups || !s.Covers() {
		t.Errorf("cluster %+v, covers %t; want three brokers and all groups", s.Cluster, s.Covers())
	}
}

// Each question may be refused alone, and the others are answered.
func TestRunRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault kfake.Fault
		want  []string // what stays unknown
		// covers is whether all readers were found nevertheless.
		covers bool
	}{
		{"groups of all brokers", kfake.Fault{Keys: []kmsg.Key{kmsg.ListGroups}, TopLevel: true, Err: kerr.ClusterAuthorizationFailed}, []string{"which groups there are on the cluster"}, false},
		{"groups of one broker", kfake.Fault{Keys: []kmsg.Key{kmsg.ListGroups}, TopLevel: true, Nodes: []int32{2}, Err: kerr.ClusterAuthorizationFailed}, []string{"which groups there are on the cluster"}, false},
		{"members", kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeGroups}, Group: "billing", Err: kerr.GroupAuthorizationFailed}, []string{"members of the classic groups billing"}, false},
		{"offsets", kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch}, Group: "billing", Err: kerr.GroupAuthorizationFailed}, []string{"committed offsets of the groups billing"}, false},
		{"transactional ids", kfake.Fault{Keys: []kmsg.Key{kmsg.ListTransactions}, TopLevel: true, Err: kerr.TransactionalIDAuthorizationFailed}, []string{"which transactional ids there are on the cluster"}, true},
		{"open transactions", kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeTransactions}, TxnID: "shop-1", Err: kerr.TransactionalIDAuthorizationFailed}, []string{"topics of the open transactions shop-1"}, true},
		{"producers", kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeProducers}, Topic: "orders", Err: kerr.TopicAuthorizationFailed}, []string{"who was last seen writing to orders"}, true},
		{"ends", kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "orders", Err: kerr.TopicAuthorizationFailed}, []string{"whether anything is written to orders"}, true},
		{"a group that has gone", kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeGroups}, Group: "billing", Err: kerr.GroupIDNotFound}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cluster, client := shop(t)
			trade(t, cluster)
			tt.fault.Count = -1
			cluster.Fault(tt.fault)
			s := run(t, client, Options{})
			var what []string
			for _, g := range s.Refused {
				what = append(what, g.What)
				if !strings.Contains(g.Why, "AUTHORIZATION_FAILED") || g.Hint == "" {
					t.Errorf("gap %+v: want the refusal and what to allow", g)
				}
			}
			if diff := cmp.Diff(tt.want, what); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if s.Covers() != tt.covers {
				t.Errorf("covers: %t, want %t", s.Covers(), tt.covers)
			}
			if len(s.Topics) != 2 {
				t.Errorf("topics %+v, want both", s.Topics)
			}
		})
	}
}

// Without the right to describe the cluster, Kafka shows some groups and does
// not say that there are more.
func TestRunSeesSome(t *testing.T) {
	t.Parallel()
	cluster, _ := shop(t, kfake.EnableACLs(), kfake.EnableSASL(),
		kfake.Superuser("PLAIN", "admin", "admin"), kfake.User("PLAIN", "guest", "guest",
			kfake.ACL{Resource: kmsg.ACLResourceTypeTopic, Name: "orders", Operation: kmsg.ACLOperationDescribe, Pattern: kmsg.ACLResourcePatternTypeLiteral, Allow: true}))
	s := run(t, simulated(t, cluster, login("guest")), Options{ACLs: true})
	if len(s.Topics) != 1 || s.Topics[0].Name != "orders" {
		t.Errorf("topics %+v, want orders", s.Topics)
	}
	if s.Covers() {
		t.Error("a scan that is not shown all groups claims to cover them")
	}
	var what []string
	for _, g := range s.Refused {
		what = append(what, g.What)
	}
	want := []string{"whether there are more groups on the cluster", "who was last seen writing to orders", "who may read and write topics, as ACLs of the cluster"}
	if diff := cmp.Diff(want, what); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	if s := run(t, simulated(t, cluster, login("admin")), Options{ACLs: true}); !s.Covers() || len(s.ACLs) != 1 {
		t.Errorf("the admin's scan covers: %t, with ACLs %+v; want one", s.Covers(), s.ACLs)
	}
}

// The rights that docs/discovery.md asks for are enough.
func TestRunRights(t *testing.T) {
	t.Parallel()
	may := func(resource kmsg.ACLResourceType, name string, operation kmsg.ACLOperation) kfake.ACL {
		return kfake.ACL{Resource: resource, Name: name, Operation: operation, Pattern: kmsg.ACLResourcePatternTypeLiteral, Allow: true}
	}
	cluster, _ := shop(t, kfake.EnableACLs(), kfake.EnableSASL(), kfake.Superuser("PLAIN", "admin", "admin"), kfake.User("PLAIN", "accord", "accord",
		may(kmsg.ACLResourceTypeCluster, "kafka-cluster", kmsg.ACLOperationDescribe), may(kmsg.ACLResourceTypeGroup, "*", kmsg.ACLOperationDescribe),
		may(kmsg.ACLResourceTypeTopic, "*", kmsg.ACLOperationDescribe), may(kmsg.ACLResourceTypeTopic, "*", kmsg.ACLOperationRead),
		may(kmsg.ACLResourceTypeTransactionalId, "*", kmsg.ACLOperationDescribe)))
	trade(t, cluster, login("admin"))
	s := run(t, simulated(t, cluster, login("accord")), Options{ACLs: true})
	if len(s.Refused) > 0 || !s.Covers() {
		t.Errorf("gaps %+v", s.Refused)
	}
	if len(s.Groups) != 1 || len(s.Transactions) != 1 || len(s.Producers) != 1 || len(s.ACLs) != 4 {
		t.Errorf("%d groups, %d transactions, %d producers, %d ACLs; want 1, 1, 1, and 4", len(s.Groups), len(s.Transactions), len(s.Producers), len(s.ACLs))
	}
}

func TestRunOldBrokers(t *testing.T) {
	t.Parallel()
	cluster, client := shop(t, kfake.MaxVersions(kversion.V2_4_0()))
	produce(t, simulated(t, cluster), "orders")
	reader := simulated(t, cluster, kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	poll(t, reader)
	s := run(t, client, Options{})
	if len(s.Groups) != 1 || len(s.Groups[0].Members) != 1 {
		t.Errorf("groups %+v, want one with a member", s.Groups)
	}
	for _, g := range s.Refused {
		if g.Why != "the brokers do not know the question" || !strings.HasPrefix(g.Hint, "it needs Kafka ") {
			t.Errorf("gap %+v: want that the brokers are too old", g)
		}
	}
	if len(s.Refused) != 3 || s.Covers() {
		t.Errorf("gaps %+v, covers %t: want rights, transactional ids and producers unknown", s.Refused, s.Covers())
	}
}

// A broker that answers about groups nobody asked after does no harm.
func TestRunStrangeAnswer(t *testing.T) {
	t.Parallel()
	cluster, client := shop(t)
	trade(t, cluster)
	cluster.ControlKey(int16(kmsg.DescribeGroups), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		resp, _ := req.ResponseKind().(*kmsg.DescribeGroupsResponse)
		resp.Groups = []kmsg.DescribeGroupsResponseGroup{
			{Group: "nobody"},
			{Group: "billing", ProtocolType: "consumer", Members: []kmsg.DescribeGroupsResponseGroupMember{{MemberID: "m", ProtocolMetadata: []byte{0xff}, MemberAssignment: []byte{0, 1, 2}}}},
		}
		return resp, nil, true
	})
	s := run(t, client, Options{})
	want := []Group{{ID: "billing", Kind: KindClassic, Members: []Member{{ID: "m"}}, Topics: []GroupTopic{{Name: "orders", Committed: true}}}}
	if diff := cmp.Diff(want, s.Groups, volatile); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestRunUnreachable(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, tt := range map[string]struct{ address, reason string }{
		"nobody listens": {closed.Addr().String(), "connection refused"},
		"nobody answers": {silent.Addr().String(), "no answer within 200ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := kgo.NewClient(kgo.SeedBrokers(tt.address))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			began := time.Now()
			_, err = Run(t.Context(), client, Options{Now: time.Now, Timeout: 200 * time.Millisecond})
			if err == nil || !strings.Contains(err.Error(), tt.address) || !strings.Contains(err.Error(), tt.reason) || !strings.Contains(err.Error(), "check that") {
				t.Errorf("error %v: want the address, what to check, and %q", err, tt.reason)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	cluster, client := shop(t)
	ctx, cancel := context.WithCancel(t.Context())
	cluster.ControlKey(int16(kmsg.ListGroups), func(kmsg.Request) (kmsg.Response, error, bool) {
		cancel()
		return nil, errors.New("cut"), true
	})
	if _, err := Run(ctx, client, Options{Now: time.Now}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestSlices(t *testing.T) {
	t.Parallel()
	s := &scanner{opts: Options{Slice: 3}, scan: &Scan{Topics: []Topic{
		{Name: "a", Partitions: 2}, {Name: "hidden", Partitions: 9}, {Name: "b", Partitions: 5}, {Name: "none"}, {Name: "c", Partitions: 2},
	}}}
	var got [][]share
	for slice := range s.slices(func(t Topic) bool { return t.Name != "hidden" }) {
		got = append(got, slice)
	}
	want := [][]share{
		{{"a", []int32{0, 1}}, {"b", []int32{0}}},
		{{"b", []int32{1, 2, 3}}},
		{{"b", []int32{4}}, {"c", []int32{0, 1}}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(share{})); diff != "" {
		t.Errorf("slices (-want +got):\n%s", diff)
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		groupType, protocol string
		want                Kind
	}{
		{"Classic", "consumer", KindClassic},
		{"classic", "", KindClassic},
		{"", "consumer", KindClassic}, // before Kafka 3.8
		{"Consumer", "consumer", KindConsumer},
		{"Share", "share", KindShare},
		{"Streams", "streams", KindStreams},
		{"Classic", "connect", KindConnect},
		{"Classic", "sr", KindOther},
	} {
		if got := kindOf(tt.groupType, tt.protocol); got != tt.want {
			t.Errorf("kindOf(%q, %q) = %s, want %s", tt.groupType, tt.protocol, got, tt.want)
		}
	}
}
