package connectscan

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage/kafkascan"
	"github.com/accordhq/accord/lineage/kafkascan/kafkatest"
)

// deploy makes a connector that ends with the test.
func deploy(t *testing.T, worker, name string, cfg config) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"name": name, "config": cfg})
	if err != nil {
		t.Fatal(err)
	}
	send := func(ctx context.Context, method, path string, body []byte) {
		req, err := http.NewRequestWithContext(ctx, method, worker+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode >= 300 {
			t.Errorf("%s %s: %s", method, path, resp.Status)
		}
	}
	send(t.Context(), http.MethodPost, "/connectors", body)
	t.Cleanup(func() { send(context.WithoutCancel(t.Context()), http.MethodDelete, "/connectors/"+name, nil) })
}

// A line of a file goes through Kafka into another file, on a real worker.
func TestWorker(t *testing.T) {
	t.Parallel()
	worker, prefix := kafkatest.Connect(t), kafkatest.Prefix(t)
	lines := prefix + "lines"
	kafkatest.Topic(t, lines, 1)
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.txt"), filepath.Join(dir, "out.txt")
	if err := os.WriteFile(in, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	deploy(t, worker, prefix+"in", config{
		"connector.class": "FileStreamSource", "tasks.max": "1", "file": in, "topic": prefix + "raw",
		"transforms": "r", "transforms.r.type": apache + "RegexRouter", "transforms.r.regex": "(.*)-raw", "transforms.r.replacement": "$1-lines",
	})
	deploy(t, worker, prefix+"out", config{"connector.class": "FileStreamSink", "tasks.max": "1", "file": out, "topics": lines})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if text, err := os.ReadFile(out); err == nil && string(text) == "hello\n" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the line did not arrive within a minute")
		}
	}

	s, err := Run(t.Context(), Options{URL: worker, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	s.Connectors = slices.DeleteFunc(s.Connectors, func(c Connector) bool { return !strings.HasPrefix(c.Name, prefix) })
	topics := []Topic{{lines, true}}
	want := []Connector{
		{Source: true, Store: "file", Whole: in, Tables: []string{in}, Topics: topics, Flows: []Flow{{lines, in}}},
		{Store: "file", Whole: out, Topics: topics, Flows: []Flow{{lines, out}}},
	}
	if diff := cmp.Diff(want, s.Connectors, public); diff != "" {
		t.Errorf("connectors (-want +got):\n%s", diff)
	}
	seen, err := kafkascan.Run(t.Context(), kafkatest.Client(t), kafkascan.Options{Now: time.Now, Between: -1, NoProducers: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.ClusterID != seen.Cluster.ID || s.Version == "" {
		t.Errorf("the worker is on the cluster %q at version %q, the broker is of %q", s.ClusterID, s.Version, seen.Cluster.ID)
	}
	i := slices.IndexFunc(seen.Groups, func(g kafkascan.Group) bool { return g.ID == s.Connectors[1].Group })
	if i < 0 {
		t.Fatalf("no group is called %s", s.Connectors[1].Group)
	}
	if guess, _ := kafkascan.GuessGroup(seen.Groups[i]); guess.Technology != kafkascan.KafkaConnect || guess.App != prefix+"out" {
		t.Errorf("the group's members %+v are guessed to be %+v", seen.Groups[i].Members, guess)
	}
}
