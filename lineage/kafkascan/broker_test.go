package kafkascan

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"github.com/accordhq/accord/lineage/kafkascan/kafkatest"
)

// playground is a broker, shared with other tests, in which all names of one
// test begin alike.
type playground struct {
	address, prefix string
	admin           *kadm.Client
}

func broker(t *testing.T) playground {
	t.Helper()
	p := playground{address: kafkatest.Broker(t), prefix: kafkatest.Prefix(t)}
	p.admin = kadm.NewClient(p.client(t))
	return p
}

func (p playground) name(suffix string) string { return p.prefix + suffix }

func (p playground) client(t *testing.T, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	return kafkatest.Client(t, append([]kgo.Opt{kgo.SeedBrokers(p.address), kgo.ClientID("scan-test"), kgo.FetchMaxWait(100 * time.Millisecond)}, opts...)...)
}

func (p playground) topic(t *testing.T, suffix string) string {
	t.Helper()
	kafkatest.Topic(t, p.name(suffix), 2)
	return p.name(suffix)
}

func produce(t *testing.T, client *kgo.Client, topic string) {
	t.Helper()
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: []byte("v")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// poll reads until there is a record, so that the client is in its group.
func poll(t *testing.T, client *kgo.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("poll: %v", err)
		}
		if fetches.NumRecords() > 0 {
			return
		}
	}
}

func commit(t *testing.T, client *kgo.Client) {
	t.Helper()
	if err := client.CommitUncommittedOffsets(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// scan scans and keeps what belongs to the test.
func (p playground) scan(t *testing.T, opts Options) *Scan {
	t.Helper()
	opts.Now = time.Now
	s, err := Run(t.Context(), p.client(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	foreign := func(name string) bool { return !strings.HasPrefix(name, p.prefix) }
	s.Topics = slices.DeleteFunc(s.Topics, func(t Topic) bool { return foreign(t.Name) })
	s.Groups = slices.DeleteFunc(s.Groups, func(g Group) bool { return foreign(g.ID) })
	s.Transactions = slices.DeleteFunc(s.Transactions, func(x Transaction) bool { return foreign(x.ID) })
	s.Producers = slices.DeleteFunc(s.Producers, func(p Producer) bool { return foreign(p.Topic) })
	s.ACLs = slices.DeleteFunc(s.ACLs, func(a ACL) bool { return foreign(a.Name) })
	return s
}

// volatile are fields whose values a test cannot know.
var volatile = cmp.Options{
	cmpopts.IgnoreFields(Member{}, "ID", "Host"),
	cmpopts.IgnoreFields(Topic{}, "ID"),
	cmpopts.EquateEmpty(),
}

func TestBrokerGroups(t *testing.T) {
	t.Parallel()
	p := broker(t)
	orders := p.topic(t, "orders")
	produce(t, p.client(t), orders)
	from := kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())

	classic := p.client(t, kgo.ConsumerGroup(p.name("classic")), kgo.ConsumeTopics(orders), from, kgo.InstanceID("one"))
	poll(t, classic)
	commit(t, classic)
	modern := p.client(t, kgo.ConsumerGroup(p.name("modern")), kgo.ConsumeRegex(), kgo.ConsumeTopics("^"+p.prefix+"ord.*"), from,
		kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()), kgo.ClientID("modern-1"))
	poll(t, modern)
	p.shareFromStart(t, p.name("share"))
	share := p.client(t, kgo.ShareGroup(p.name("share")), kgo.ConsumeTopics(orders))
	poll(t, share)
	share.MarkAcks(kgo.AckAccept)
	if err := share.FlushAcks(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone := p.client(t, kgo.ConsumerGroup(p.name("gone")), kgo.ConsumeTopics(orders), from)
	poll(t, gone)
	commit(t, gone)
	gone.Close()

	got := p.scan(t, Options{})
	// The client puts the pattern into parentheses of its own.
	for i, g := range got.Groups {
		for j, regex := range g.Regex {
			got.Groups[i].Regex[j] = strings.Trim(regex, ".*(?:)")
		}
	}
	want := []Group{
		{
			ID: p.name("classic"), Kind: KindClassic, State: "Stable", Assignor: "cooperative-sticky",
			Members: []Member{{Instance: "one", ClientID: "scan-test", Topics: []string{orders}}},
			Topics:  []GroupTopic{{Name: orders, Subscribed: true, Assigned: true, Committed: true}},
		},
		{
			ID: p.name("gone"), Kind: KindClassic, State: "Empty",
			Topics: []GroupTopic{{Name: orders, Committed: true}},
		},
		{
			ID: p.name("modern"), Kind: KindConsumer, State: "Stable", Assignor: "uniform",
			Members: []Member{{ClientID: "modern-1", Topics: []string{orders}}},
			Topics:  []GroupTopic{{Name: orders, Assigned: true}},
			Regex:   []string{"^" + p.prefix + "ord"},
		},
		{
			ID: p.name("share"), Kind: KindShare, State: "Stable", Assignor: "simple",
			Members: []Member{{ClientID: "scan-test", Topics: []string{orders}}},
			Topics:  []GroupTopic{{Name: orders, Subscribed: true, Assigned: true, Committed: true}},
		},
	}
	if diff := cmp.Diff(want, got.Groups, volatile); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if len(got.Refused) > 0 {
		t.Errorf("gaps: %v", got.Refused)
	}
	if got.Cluster.ID == "" || !cmp.Equal(got.Cluster.Brokers, []string{p.address}) || !cmp.Equal(got.Cluster.Asked, []string{p.address}) {
		t.Errorf("cluster %+v, want an id and %s", got.Cluster, p.address)
	}
}

// shareFromStart lets a share group see records from before it was there.
func (p playground) shareFromStart(t *testing.T, group string) {
	t.Helper()
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeGroupConfig, group
	config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	config.Name, config.Value = "share.auto.offset.reset", kmsg.StringPtr("earliest")
	resource.Configs = append(resource.Configs, config)
	req.Resources = append(req.Resources, resource)
	resp, err := req.RequestWith(t.Context(), p.client(t))
	if err == nil {
		err = kerr.ErrorForCode(resp.Resources[0].ErrorCode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrokerStreamsGroup(t *testing.T) {
	t.Parallel()
	p := broker(t)
	app := p.name("app")
	orders := p.topic(t, "orders")
	changelog, repartition := app+"-counts-changelog", app+"-by-customer-repartition"

	sub := kmsg.NewStreamsGroupHeartbeatRequestTopologySubtopology()
	sub.SubtopologyID, sub.SourceTopics, sub.RepartitionSinkTopics = "0", []string{orders}, []string{repartition}
	second := kmsg.NewStreamsGroupHeartbeatRequestTopologySubtopology()
	second.SubtopologyID = "1"
	second.RepartitionSourceTopics = []kmsg.TopicInfo{{Topic: repartition, NumPartitions: 2, ReplicationFactor: 1}}
	second.StateChangelogTopics = []kmsg.TopicInfo{{Topic: changelog, ReplicationFactor: 1}}
	p.joinStreams(t, app, sub, second)

	got := p.scan(t, Options{})
	if len(got.Groups) != 1 {
		t.Fatalf("groups: %+v, gaps: %v", got.Groups, got.Refused)
	}
	g := got.Groups[0]
	want := &Topology{Subtopologies: []Subtopology{
		{ID: "0", Sources: []string{orders}, RepartitionSinks: []string{repartition}},
		{ID: "1", RepartitionSources: []string{repartition}, Changelogs: []string{changelog}},
	}}
	if diff := cmp.Diff(want, g.Topology, volatile); diff != "" {
		t.Errorf("topology (-want +got):\n%s", diff)
	}
	if g.Kind != KindStreams || len(g.Members) != 1 || g.Members[0].ClientID != "scan-test" {
		t.Errorf("group %+v, want a streams group with one member", g)
	}
	i := slices.IndexFunc(g.Topics, func(t GroupTopic) bool { return t.Name == orders })
	if i < 0 || !g.Topics[i].Subscribed {
		t.Errorf("topics %+v, want %s subscribed", g.Topics, orders)
	}
}

// joinStreams does what a Kafka Streams application does to join its group.
func (p playground) joinStreams(t *testing.T, app string, subtopologies ...kmsg.StreamsGroupHeartbeatRequestTopologySubtopology) {
	t.Helper()
	client := p.client(t)
	coordinators := p.admin.FindGroupCoordinators(t.Context(), app)
	if err := coordinators.Error(); err != nil {
		t.Fatal(err)
	}
	req := kmsg.NewPtrStreamsGroupHeartbeatRequest()
	process := "p-1"
	req.Group, req.MemberID, req.ProcessID, req.RebalanceTimeoutMillis = app, "member-"+rand.Text(), &process, 60_000
	req.ActiveTasks, req.StandbyTasks, req.WarmupTasks = []kmsg.TaskIDs{}, []kmsg.TaskIDs{}, []kmsg.TaskIDs{}
	req.Topology = &kmsg.StreamsGroupHeartbeatRequestTopology{Epoch: 1, Subtopologies: subtopologies}
	answer, err := client.Broker(int(coordinators[app].NodeID)).RetriableRequest(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	resp, _ := answer.(*kmsg.StreamsGroupHeartbeatResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		t.Fatalf("%v: %s", err, text(resp.ErrorMessage))
	}
}

func TestBrokerWriters(t *testing.T) {
	t.Parallel()
	p := broker(t)
	orders, payments, legacy := p.topic(t, "orders"), p.topic(t, "payments"), p.topic(t, "legacy")

	settled := p.client(t, kgo.TransactionalID(p.name("settled")))
	transact(t, settled, orders)
	if err := settled.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	open := p.client(t, kgo.TransactionalID(p.name("open")))
	transact(t, open, payments)
	anonymous := p.client(t)
	produce(t, anonymous, payments)
	produce(t, p.client(t, kgo.DisableIdempotentWrite()), legacy)

	began := time.Now()
	got := p.scan(t, Options{Slice: 2})
	names := make(map[string][]string)
	for _, producer := range got.Producers {
		names[producer.Topic] = append(names[producer.Topic], producer.TransactionalID)
		if age := began.Sub(producer.LastWrite); age < 0 || age > time.Minute {
			t.Errorf("%+v: last write %s ago", producer, age)
		}
	}
	for _, n := range names {
		slices.Sort(n)
	}
	if diff := cmp.Diff(map[string][]string{orders: {p.name("settled")}, payments: {"", p.name("open")}}, names); diff != "" {
		t.Errorf("transactional ids of the producers of topics (-want +got):\n%s", diff)
	}
	want := []Transaction{
		{ID: p.name("open"), State: "Ongoing", Topics: []string{payments}},
		{ID: p.name("settled"), State: "CompleteCommit"},
	}
	if diff := cmp.Diff(want, got.Transactions, volatile, cmpopts.IgnoreFields(Transaction{}, "ProducerID", "Started")); diff != "" {
		t.Errorf("transactions (-want +got):\n%s", diff)
	}
	if got.Transactions[0].Started.IsZero() || !got.Transactions[1].Started.IsZero() {
		t.Errorf("transactions %+v: want a start of the open one alone", got.Transactions)
	}
	if err := open.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Error(err)
	}
}

// transact begins a transaction and writes to it.
func transact(t *testing.T, client *kgo.Client, topic string) {
	t.Helper()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, client, topic)
}

func TestBrokerMoving(t *testing.T) {
	t.Parallel()
	p := broker(t)
	busy, idle := p.topic(t, "busy"), p.topic(t, "idle")
	client := p.client(t)
	produce(t, client, idle)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			client.ProduceSync(ctx, &kgo.Record{Topic: busy})
			time.Sleep(10 * time.Millisecond)
		}
	}()
	got := p.scan(t, Options{Between: 300 * time.Millisecond})
	stop()
	<-done
	want := []Topic{{Name: busy, Partitions: 2, Moving: true}, {Name: idle, Partitions: 2, End: 1}}
	if diff := cmp.Diff(want, got.Topics, volatile, cmpopts.IgnoreFields(Topic{}, "ID", "End")); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
	if got.Topics[1].End != 1 || got.Topics[1].ID == "" {
		t.Errorf("%+v: want an id and one record", got.Topics[1])
	}
}

// A user who may not see all gets what he may see, and a gap for the rest.
func TestBrokerRefuses(t *testing.T) {
	t.Parallel()
	p := broker(t)
	guests := kafkatest.Login(t)
	orders := p.topic(t, "orders")
	produce(t, p.client(t), orders)
	for _, group := range []string{"open", "secret"} {
		c := p.client(t, kgo.ConsumerGroup(p.name(group)), kgo.ConsumeTopics(orders), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		poll(t, c)
	}
	p.acls(t, kadm.NewACLs().Groups(p.name("secret")).Topics(orders).Operations(kadm.OpRead).Deny("User:guest").DenyHosts("*"))
	p.acls(t, kadm.NewACLs().Topics(orders).Operations(kadm.OpDescribe).Allow("User:guest").AllowHosts("*"))

	guest := p
	guest.address = guests
	client := guest.client(t, login("guest"))
	const why = "the cluster refused (GROUP_AUTHORIZATION_FAILED)"
	wantGaps := []Gap{
		{AreaReaders, "members of the classic groups " + p.name("secret"), why, "allow the user of the scan Describe on the groups"},
		{AreaReaders, "committed offsets of the groups " + p.name("secret"), why, "allow the user of the scan Describe on the groups and on the topics they read"},
		{AreaWriters, "who was last seen writing to " + orders, "the cluster refused (TOPIC_AUTHORIZATION_FAILED)", "allow the user of the scan Read on the topics"},
	}
	var s *Scan
	for patience := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var err error
		if s, err = Run(t.Context(), client, Options{Now: time.Now, ACLs: true}); err != nil {
			t.Fatal(err)
		}
		diff := cmp.Diff(wantGaps, s.Refused)
		if diff == "" {
			break
		}
		if time.Now().After(patience) { // a broker obeys an ACL some time after it took it
			t.Fatalf("gaps (-want +got):\n%s", diff)
		}
	}
	if !slices.ContainsFunc(s.Groups, func(g Group) bool { return g.ID == p.name("open") && len(g.Members) == 1 }) {
		t.Errorf("the group that may be seen was not found: %+v", s.Groups)
	}
	acl := ACL{Resource: "TOPIC", Name: orders, Principal: "User:guest", Host: "*", Operation: "READ", Deny: true}
	if !slices.Contains(s.ACLs, acl) {
		t.Errorf("%+v is not among the ACLs %+v", acl, s.ACLs)
	}
}

// login is that of a user whose password is the name.
func login(user string) kgo.Opt {
	return kgo.SASL(plain.Auth{User: user, Pass: user}.AsMechanism())
}

// acls makes ACLs that end with the test.
func (p playground) acls(t *testing.T, acls *kadm.ACLBuilder) {
	t.Helper()
	acls.ResourcePatternType(kadm.ACLPatternLiteral)
	if _, err := p.admin.CreateACLs(t.Context(), acls); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := p.admin.DeleteACLs(context.WithoutCancel(t.Context()), acls); err != nil {
			t.Error(err)
		}
	})
}

// Reading by group and writing by transactional id meet in one job.
func TestBrokerFacts(t *testing.T) {
	t.Parallel()
	p := broker(t)
	orders, alerts := p.topic(t, "orders"), p.topic(t, "alerts")
	produce(t, p.client(t), orders)
	from := kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())
	poll(t, p.client(t, kgo.ConsumerGroup(p.name("fraud")), kgo.ConsumeTopics(orders), from))
	poll(t, p.client(t, kgo.ConsumerGroup(p.name("billing")), kgo.ConsumeTopics(orders), from, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer())))
	writer := p.client(t, kgo.TransactionalID(p.name("fraud-"+someUUID+"-1")))
	transact(t, writer, alerts)
	if err := writer.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}

	s := p.scan(t, Options{})
	var edges []string
	for _, line := range told(t, s.Facts(FactOptions{})) {
		if strings.HasPrefix(line, p.prefix) {
			edges = append(edges, strings.ReplaceAll(line, p.prefix, ""))
		}
	}
	want := []string{"billing reads orders, observed 1", "fraud reads orders, observed 1", "fraud writes alerts, observed 0.95"}
	if diff := cmp.Diff(want, edges); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(s.Unknown(), func(line string) bool {
		return strings.HasPrefix(line, "no producer reported for topic "+orders+"; last write ") && strings.Contains(line, "by an unnamed producer (id ")
	}) {
		t.Errorf("unknown: %q; want that nobody named writes %s", s.Unknown(), orders)
	}
}
