package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/accordhq/accord/lineage/kafkascan"
	"github.com/accordhq/accord/registry/client"
)

// TestDiscoverSimulated looks at a simulated cluster, and at a Connect that works
// on it: in a dry run, and then with a registry that hears of what is found.
func TestDiscoverSimulated(t *testing.T) {
	t.Parallel()
	brokers := busyCluster(t)
	connect := httptest.NewServer(http.HandlerFunc(oneConnector))
	t.Cleanup(connect.Close)

	var out, errs bytes.Buffer
	env := testEnv(&out, &errs)
	env.now = time.Now
	accord := func(args ...string) string {
		t.Helper()
		out.Reset()
		if code := run(t.Context(), append([]string{"lineage"}, args...), env); code != exitFine {
			t.Fatalf("%v: exit code %d\n%s", args, code, &errs)
		}
		return out.String()
	}
	args := []string{"discover", "--kafka", brokers, "--connect", connect.URL, "--namespace", "kafka://shop:9092"}
	said := accord(append(args, "--dry-run")...)
	for _, want := range []string{
		"Namespace  kafka://shop:9092", "TOPIC ", "orders  2", "GROUP ", "billing  classic  Stable  1        orders",
		"CONNECTOR  ", "lake       sink  RUNNING  orders  s3://lake  topics/orders", "What Kafka does not tell:", "Kafka names no producer",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the output lacks %q:\n%s", want, said)
		}
	}

	server, err := startServer(t.TempDir(), "--store", "memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.kill() })
	args = append(args, "--registry", server.url, "--output", "json")
	var view discoveryView
	if err := json.Unmarshal([]byte(accord(args...)), &view); err != nil {
		t.Fatal(err)
	}
	if view.Facts == 0 || !view.Complete {
		t.Errorf("told of %d facts, complete: %t", view.Facts, view.Complete)
	}
	want := []string{"lake", "billing", "topics/orders"}
	var got []string
	for range 100 {
		if code := run(t.Context(), []string{"lineage", "show", "orders", "--down", "--registry", server.url}, env); code == exitFine {
			var found client.Lineage
			if err := json.Unmarshal([]byte(accord("show", "orders", "--down", "--registry", server.url, "--output", "json")), &found); err != nil {
				t.Fatal(err)
			}
			for _, hit := range found.Downstream.Hits {
				got = append(got, hit.Name)
			}
			break
		}
		time.Sleep(50 * time.Millisecond) // it shows a moment later
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("downstream of orders (-want +got):\n%s", diff)
	}
}

func TestDiscoverFails(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "client.properties")
	if err := os.WriteFile(config, []byte("bootstrap.servers=127.0.0.1:1\nlinger.ms=5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitUsage, "name a broker with --kafka"},
		{[]string{"--kafka-config", config, "--timeout", "5s"}, exitFailed, "mean nothing here: linger.ms"},
		{[]string{"--kafka", "127.0.0.1:1", "--timeout", "5s"}, exitFailed, "does it listen where --kafka says?"},
		{[]string{"--kafka-config", config + ".old"}, exitFailed, "name a file with --kafka-config"},
	} {
		var out, errs bytes.Buffer
		env := testEnv(&out, &errs)
		env.now = time.Now
		if code := run(t.Context(), append([]string{"lineage", "discover"}, tt.args...), env); code != tt.code || !strings.Contains(errs.String(), tt.says) {
			t.Errorf("%v: exit code %d, want %d and %q\n%s", tt.args, code, tt.code, tt.says, &errs)
		}
	}
}

// TestDiscoveryIsCut has more unknown than anybody reads.
func TestDiscoveryIsCut(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	view := lineageDiscover{}.view(&kafkascan.Scan{}, nil)
	view.Unknown = slices.Repeat([]string{"who writes"}, maxUnknown+2)
	view.print(&app{env: testEnv(&out, &errs)})
	if got := out.String(); strings.Count(got, "who writes") != maxUnknown || !strings.Contains(got, "and 2 more") {
		t.Errorf("printed\n%s", got)
	}
}

// busyCluster is a cluster with a topic that a group reads.
func busyCluster(t *testing.T) (brokers string) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	brokers = strings.Join(cluster.ListenAddrs(), ",")
	reader, err := kgo.NewClient(kgo.SeedBrokers(brokers), kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(reader.CloseAllowingRebalance)
	if err := reader.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte("v")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := reader.PollFetches(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	return brokers
}

// oneConnector answers as a Connect worker with one connector does.
func oneConnector(w http.ResponseWriter, r *http.Request) {
	answer := map[string]string{
		"/": `{"version": "4.1.0", "commit": "c", "kafka_cluster_id": ""}`,
		"/connectors": `{"lake": {
			"info": {"name": "lake", "type": "sink", "config": {"connector.class": "io.confluent.connect.s3.S3SinkConnector", "topics": "orders", "s3.bucket.name": "lake"}},
			"status": {"name": "lake", "type": "sink", "connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "RUNNING"}]}}}`,
		"/connectors/lake/topics": `{"lake": {"topics": ["orders"]}}`,
	}[r.URL.Path]
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(answer))
}
