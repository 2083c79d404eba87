package eventtopic_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/eventtopic"
	"github.com/accordhq/accord/registry/memlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func event(run int) string {
	return fmt.Sprintf(`{"eventType":"COMPLETE","eventTime":"2026-06-01T12:00:00Z","producer":"https://p.example","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",`+
		`"run":{"runId":"0197a1f0-0000-7000-8000-%012d"},"job":{"namespace":"n","name":"j"}}`, run)
}

// store is a store of events that can be told to fail.
type store struct {
	*memlog.Lineage
	failing atomic.Bool
	again   atomic.Int64 // events that were known already
}

var errFull = errors.New("the disk is full")

func (s *store) Record(ctx context.Context, events []lineage.Event) (int, error) {
	if s.failing.Load() {
		return 0, errFull
	}
	fresh, err := s.Lineage.Record(ctx, events)
	s.again.Add(int64(len(events) - fresh))
	return fresh, err
}

// runs are the runs of the events that are kept, sorted.
func (s *store) runs(t *testing.T) []string {
	t.Helper()
	var runs []string
	for e, err := range s.Recorded(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(e.Body), `"runId":"0197a1f0-0000-7000-8000-`)
		run, _, _ := strings.Cut(rest, `"`)
		runs = append(runs, strings.TrimLeft(run, "0"))
	}
	slices.Sort(runs)
	return runs
}

func simulate(t *testing.T) (address string, producer *kgo.Client) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "events"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	address = cluster.ListenAddrs()[0]
	return address, connect(t, address)
}

func connect(t *testing.T, address string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(address), kgo.FetchMaxWait(50*time.Millisecond))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func send(t *testing.T, producer *kgo.Client, values ...string) {
	t.Helper()
	for _, v := range values {
		record := &kgo.Record{Topic: "events"}
		if v != "" {
			record.Value = []byte(v)
		}
		if err := producer.ProduceSync(t.Context(), record).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// read reads the topic until it is stopped, which returns what Read did.
func read(t *testing.T, address string, s *store) (stop func() error) {
	t.Helper()
	client := connect(t, address, eventtopic.Options("events", "accord")...)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	go func() { done <- eventtopic.Read(ctx, client, s, time.Now, logger) }()
	return func() error {
		cancel()
		err := <-done
		client.Close()
		return err
	}
}

// committed waits until the group has come past so many records.
func committed(t *testing.T, client *kgo.Client, records int64) {
	t.Helper()
	admin := kadm.NewClient(client)
	eventually(t, fmt.Sprintf("%d records are committed", records), func() bool {
		offsets, err := admin.FetchOffsets(t.Context(), "accord")
		if err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		offsets.Each(func(o kadm.OffsetResponse) { sum += max(0, o.At) })
		return sum == records
	})
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// Every event is taken once, what is none is passed over, and who reads on
// after a stop reads nothing again.
func TestRead(t *testing.T) {
	t.Parallel()
	address, producer := simulate(t)
	s := &store{Lineage: memlog.NewLineage()}
	send(t, producer, event(1), "no event", "", event(2), event(1), `{"job":{}}`, event(3))
	stop := read(t, address, s)
	eventually(t, "three events are kept", func() bool { return len(s.runs(t)) == 3 })
	committed(t, producer, 7)
	if err := stop(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	send(t, producer, event(4))
	again := s.again.Load()
	stop = read(t, address, s)
	eventually(t, "the fourth is kept", func() bool { return len(s.runs(t)) == 4 })
	if err := stop(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	if got := s.runs(t); !slices.Equal(got, []string{"1", "2", "3", "4"}) {
		t.Errorf("runs %v", got)
	}
	if again != 1 || s.again.Load() != 1 {
		t.Errorf("%d, then %d events came again, want the one that was sent twice", again, s.again.Load())
	}
}

// A store that fails ends the reading, and loses nothing.
func TestReadStoreFails(t *testing.T) {
	t.Parallel()
	address, producer := simulate(t)
	s := &store{Lineage: memlog.NewLineage()}
	s.failing.Store(true)
	send(t, producer, event(1), event(2))
	client := connect(t, address, eventtopic.Options("events", "accord")...)
	err := eventtopic.Read(t.Context(), client, s, time.Now, slog.New(slog.DiscardHandler))
	if !errors.Is(err, errFull) {
		t.Fatalf("error %v", err)
	}
	client.Close()
	s.failing.Store(false)
	stop := read(t, address, s)
	eventually(t, "both are kept", func() bool { return len(s.runs(t)) == 2 })
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestReadWithoutBroker(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	client := connect(t, "127.0.0.1:1", eventtopic.Options("events", "accord")...)
	if err := eventtopic.Read(ctx, client, &store{Lineage: memlog.NewLineage()}, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("who is stopped while no broker answers: %v", err)
	}
}
