package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/accordhq/accord/lineage/kafkascan/kafkatest"
)

// market is what happens on a real broker: two groups of either protocol read
// orders, a transaction writes payments, somebody without a name writes orders,
// and a connector copies orders into a file.
type market struct {
	broker, connect, prefix string
	orders, payments        string
	// file is where the connector writes.
	file string
}

func openMarket(t *testing.T) market {
	t.Helper()
	m := market{broker: kafkatest.Broker(t), connect: kafkatest.Connect(t), prefix: kafkatest.Prefix(t), file: filepath.Join(t.TempDir(), "orders.txt")}
	m.orders, m.payments = m.prefix+"orders", m.prefix+"payments"
	kafkatest.Topic(t, m.orders, 2)
	kafkatest.Topic(t, m.payments, 1)
	write := func(client *kgo.Client, topic string) {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: []byte("v")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	write(kafkatest.Client(t), m.orders)
	bank := kafkatest.Client(t, kgo.TransactionalID(m.prefix+"bank"))
	if err := bank.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	write(bank, m.payments)
	t.Cleanup(func() {
		if err := bank.EndTransaction(context.WithoutCancel(t.Context()), kgo.TryAbort); err != nil {
			t.Error(err)
		}
	})

	m.deploy(t)
	read := []kgo.Opt{kgo.ConsumeTopics(m.orders), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}
	for group, more := range map[string][]kgo.Opt{"billing": nil, "fraud": {kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer())}} {
		client := kafkatest.Client(t, append(append(more, read...), kgo.ConsumerGroup(m.prefix+group))...)
		for client.PollFetches(t.Context()).NumRecords() == 0 {
			if t.Context().Err() != nil {
				t.Fatalf("%s was not given a record", group)
			}
		}
	}
	eventually(t, "the connector writes its file", func() error {
		text, err := os.ReadFile(m.file)
		if err == nil && len(text) == 0 {
			err = errors.New("the file is empty")
		}
		return err
	})
	return m
}

// deploy makes the connector, which ends with the test.
func (m market) deploy(t *testing.T) {
	t.Helper()
	name := m.prefix + "archive"
	body, err := json.Marshal(map[string]any{"name": name, "config": map[string]string{
		"connector.class": "FileStreamSink", "tasks.max": "1", "topics": m.orders, "file": m.file, "consumer.override.auto.offset.reset": "earliest",
	}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(m.connect+"/connectors", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("POST /connectors: %s", resp.Status)
	}
	t.Cleanup(func() {
		req, err := http.NewRequest(http.MethodDelete, m.connect+"/connectors/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	})
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	cmd := exec.CommandContext(t.Context(), "accord", "lineage", "discover", "--kafka", m.broker, "--connect", m.connect, "--dry-run", "--output", "json")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var got discoveryView
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]string)
	for _, g := range got.Groups {
		if name, ok := strings.CutPrefix(g.ID, m.prefix); ok && slices.Contains(g.Topics, m.orders) {
			kinds[name] = g.Kind
		}
	}
	if diff := cmp.Diff(map[string]string{"billing": "classic", "fraud": "consumer"}, kinds); diff != "" {
		t.Errorf("groups that read orders (-want +got):\n%s", diff)
	}
	if i := slices.IndexFunc(got.Producers, func(p transactionView) bool { return p.ID == m.prefix+"bank" }); i < 0 || !slices.Equal(got.Producers[i].Topics, []string{m.payments}) {
		t.Errorf("transactional ids %+v, want that of the bank, open on %s", got.Producers, m.payments)
	}
	archive := connectorView{Name: m.prefix + "archive", Kind: "sink", Class: "FileStreamSink", State: "RUNNING", Topics: []string{m.orders}, Store: "file", Tables: []string{m.file}}
	i := slices.IndexFunc(got.Connectors, func(c connectorView) bool { return c.Name == archive.Name })
	if i < 0 {
		t.Fatalf("connectors %+v, want %s", got.Connectors, archive.Name)
	}
	if diff := cmp.Diff(archive, got.Connectors[i]); diff != "" {
		t.Errorf("connector (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(got.Unknown, func(s string) bool {
		return strings.HasPrefix(s, "no producer reported for topic "+m.orders+"; last write ")
	}) {
		t.Errorf("unknown %q, want that nobody knows who writes %s", got.Unknown, m.orders)
	}
}

// A server that looks at the cluster tells who reads what, and that the group of
// a sink is the connector.
func TestServeDiscovers(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	s, err := startServer(t.TempDir(), "--store", "sqlite:accord.db", "--kafka", m.broker, "--connect", m.connect, "--discover-every", "10s")
	if err != nil {
		t.Fatal(err)
	}
	show := func() string {
		out, err := exec.CommandContext(t.Context(), "accord", "lineage", "show", m.orders, "--registry", s.url).CombinedOutput()
		if err != nil {
			return err.Error() + "\n" + string(out)
		}
		return string(out)
	}
	var shown string
	eventually(t, "the server has seen the cluster", func() error {
		if shown = show(); !strings.Contains(shown, m.prefix+"archive") {
			return errors.New(shown)
		}
		return nil
	})
	for _, want := range []string{m.prefix + "billing", m.prefix + "fraud", m.file} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is missing:\n%s", want, shown)
		}
	}
	if group := "connect-" + m.prefix + "archive"; strings.Contains(shown, group) {
		t.Errorf("the group %s is shown beside the connector:\n%s", group, shown)
	}
	if said, err := s.stop(); err != nil || strings.Contains(said, "was not seen") {
		t.Errorf("%v\n%s", err, said)
	}
}
