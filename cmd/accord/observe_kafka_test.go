package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/kafkascan/kafkatest"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// TestLineageFromKafka watches a cluster: two groups and a transactional
// producer are found, and the events of a topic go in, each once, also after a
// restart.
func TestLineageFromKafka(t *testing.T) {
	t.Parallel()
	for name, broker := range map[string]func(*testing.T) string{"simulated": simulatedKafka, "real": realKafka} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fromKafka(t, broker(t), name == "real")
		})
	}
}

func simulatedKafka(t *testing.T) string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()[0]
}

func realKafka(t *testing.T) string {
	t.Helper()
	return kafkatest.Broker(t)
}

func kafkaClient(t *testing.T, address string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	c, err := kgo.NewClient(append(opts, kgo.SeedBrokers(address), kgo.FetchMaxWait(100*time.Millisecond))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseAllowingRebalance)
	return c
}

func fromKafka(t *testing.T, address string, isReal bool) {
	t.Helper()
	prefix := "watch-" + strings.ToLower(rand.Text()[:8]) + "-"
	orders, scores, events := prefix+"orders", prefix+"scores", prefix+"events"
	producer := kafkaClient(t, address)
	admin := kadm.NewClient(producer)
	if _, err := admin.CreateTopics(t.Context(), 2, 1, nil, orders, scores, events); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = admin.DeleteTopics(context.WithoutCancel(t.Context()), orders, scores, events) })
	put := func(topic, value string) {
		t.Helper()
		if err := producer.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	put(orders, "o")
	for _, group := range []string{prefix + "billing", prefix + "fraud"} {
		member := kafkaClient(t, address, kgo.ConsumerGroup(group), kgo.ConsumeTopics(orders), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		if fetches := member.PollFetches(t.Context()); fetches.Err() != nil {
			t.Fatal(fetches.Err())
		}
	}
	writer := kafkaClient(t, address, kgo.TransactionalID(prefix+"scorer"), kgo.TransactionTimeout(time.Minute))
	if err := writer.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := writer.ProduceSync(t.Context(), &kgo.Record{Topic: scores, Value: []byte("s")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.EndTransaction(context.WithoutCancel(t.Context()), kgo.TryCommit) })
	put(events, jobEvent("one"))
	put(events, "no event")
	put(events, jobEvent("two"))

	store := "sqlite:" + filepath.Join(t.TempDir(), "accord.db")
	args := []string{"--store", store, "--kafka", address, "--discover-every", "10s", "--openlineage-topic", events, "--openlineage-group", prefix + "accord"}
	s, err := startServer(t.TempDir(), args...)
	if err != nil {
		t.Fatal(err)
	}
	awaitReaders(t, s.url, "one", "two")
	c := soleClient(t, s.url)
	found := func(subject string, way lineage.Way) []string {
		answer, err := c.Lineage(t.Context(), client.Place{Subject: subject}, way, client.LineageScope{})
		if err != nil {
			return nil
		}
		var names []string
		for _, reach := range []*lineage.Reach{answer.Upstream, answer.Downstream} {
			if reach != nil {
				for _, h := range reach.Hits {
					names = append(names, h.Name)
				}
			}
		}
		return names
	}
	eventually(t, "both groups are seen reading", func() error {
		names := found(orders+"-value", lineage.Downstream)
		if !slices.Contains(names, prefix+"billing") || !slices.Contains(names, prefix+"fraud") {
			return fmt.Errorf("seen: %v", names)
		}
		return nil
	})
	if isReal { // kfake tells nothing of transactions under way
		eventually(t, "the transactional producer is seen writing", func() error {
			if names := found(scores+"-value", lineage.Upstream); !slices.Contains(names, prefix+"scorer") {
				return fmt.Errorf("seen: %v", names)
			}
			return nil
		})
	}
	if said, err := s.stop(); err != nil || !strings.Contains(said, "no OpenLineage event") {
		t.Errorf("%v\n%s", err, said)
	}
	put(events, jobEvent("three"))
	s, err = startServer(t.TempDir(), args...)
	if err != nil {
		t.Fatal(err)
	}
	awaitReaders(t, s.url, "one", "two", "three")
	if said, err := s.stop(); err != nil || strings.Contains(said, "no OpenLineage event") {
		t.Errorf("it read on from the beginning: %v\n%s", err, said)
	}
}

// TestOneReplicaDiscovers: of several that watch a cluster one looks at it, and
// another once that is killed.
func TestOneReplicaDiscovers(t *testing.T) {
	t.Parallel()
	store, address := pgtest.Schema(t), simulatedKafka(t)
	var fleet []*server
	for range 2 {
		s, err := startServer(t.TempDir(), "--store", store, "--kafka", address, "--discover-every", "10s", "--log-level", "error")
		if err != nil {
			t.Fatal(err)
		}
		fleet = append(fleet, s)
	}
	looked := func(s *server) bool {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/metrics", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		body, err := send(req)
		return err == nil && bytes.Contains(body, []byte("\naccord_lineage_discovered_timestamp_seconds "))
	}
	eventually(t, "one of them looks", func() error {
		if !looked(fleet[0]) && !looked(fleet[1]) {
			return errors.New("none does")
		}
		return nil
	})
	one, other := fleet[0], fleet[1]
	if looked(other) {
		one, other = other, one
	}
	if looked(other) {
		t.Error("both look")
	}
	if err := one.kill(); err != nil {
		t.Error(err)
	}
	eventually(t, "the other looks", func() error {
		if !looked(other) {
			return errors.New("it does not")
		}
		return nil
	})
	if said, err := other.stop(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
