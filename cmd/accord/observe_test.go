package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// jobEvent is an event of a job that reads the topic orders and writes one that
// is named after it.
func jobEvent(job string) string {
	return fmt.Sprintf(`{"eventType":"COMPLETE","eventTime":%q,"producer":"https://p.example","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",`+
		`"run":{"runId":"0197a1f0-0000-7000-8000-000000000001"},"job":{"namespace":"jobs","name":%q},`+
		`"inputs":[{"namespace":"kafka://broker:9092","name":"orders"}],"outputs":[{"namespace":"kafka://broker:9092","name":%q}]}`,
		time.Now().UTC().Format(time.RFC3339Nano), job, "by-"+job)
}

// tellEvent posts an event.
func tellEvent(ctx context.Context, url, event string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/v1/lineage", strings.NewReader(event))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return &refusal{resp.StatusCode, resp.Header.Get("Retry-After"), ""}
	}
	return nil
}

// readersAt are the names of all who read orders, as a server tells them.
func readersAt(ctx context.Context, t *testing.T, url string) ([]string, error) {
	t.Helper()
	impact, err := soleClient(t, url).Impact(ctx, client.ImpactRequest{Subject: "orders-value"}, client.LineageScope{})
	if err != nil || len(impact.Fields) == 0 {
		return nil, err
	}
	var names []string
	for _, r := range impact.Fields[0].Readers {
		names = append(names, r.Job.Name)
	}
	slices.Sort(names)
	return names, nil
}

// awaitReaders waits until a server names all of these readers.
func awaitReaders(t *testing.T, url string, want ...string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%v are seen reading", want), func() error {
		names, err := readersAt(t.Context(), t, url)
		for _, name := range want {
			if err == nil && !slices.Contains(names, name) {
				err = fmt.Errorf("only %v are", names)
			}
		}
		return err
	})
}

// TestLineageOfReplicas has events of one replica seen at the other, also after
// the one that made facts of them was killed.
func TestLineageOfReplicas(t *testing.T) {
	t.Parallel()
	f := startFleet(t, pgtest.Schema(t), 2)
	post := func(i int, job string) {
		t.Helper()
		if err := tellEvent(t.Context(), f.at(i).url, jobEvent(job)); err != nil {
			t.Fatal(err)
		}
	}
	post(0, "one")
	post(1, "two")
	for i := range f.servers {
		awaitReaders(t, f.at(i).url, "one", "two")
	}
	for i := range f.servers { // one of them builds
		f.replace(i)
		post(1-i, fmt.Sprint("after-", i))
		awaitReaders(t, f.at(1-i).url, "one", "two", fmt.Sprint("after-", i))
	}
	c := soleClient(t, f.at(0).url)
	rule := lineage.Rule{Pattern: "jobs one", Owner: "Risk"}
	if _, err := c.SetLineageRule(t.Context(), rule); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the other replica knows the rule", func() error {
		impact, err := soleClient(t, f.at(1).url).Impact(t.Context(), client.ImpactRequest{Subject: "orders-value"}, client.LineageScope{})
		for _, r := range impact.Fields[0].Readers {
			if r.Job.Name == "one" && slices.Equal(r.Owners, []string{"Risk"}) {
				return nil
			}
		}
		return errors.Join(err, errors.New("nobody owns it"))
	})
}

// TestLineageSurvivesKills kills a server while events come in: each that it
// acknowledged is in the graph of the next.
func TestLineageSurvivesKills(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "accord.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.Schema(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, dir := store(t), t.TempDir()
			var acked []string
			for round := range soak(killRounds) {
				s, err := startServer(dir, "--store", spec)
				if err != nil {
					t.Fatal(err)
				}
				acked = append(acked, tellUntilKilled(t, s, round)...)
			}
			s, err := startServer(dir, "--store", spec)
			if err != nil {
				t.Fatal(err)
			}
			awaitReaders(t, s.url, acked...)
			if said, err := s.stop(); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
			t.Logf("%d events survived", len(acked))
		})
	}
}

// tellUntilKilled posts events of jobs from several goroutines, kills the server
// once it has acknowledged some, and returns the jobs of those.
func tellUntilKilled(t *testing.T, s *server, round int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	acked := make(chan string)
	var writers sync.WaitGroup
	for w := range killWriters {
		writers.Go(func() {
			for i := 0; ; i++ {
				job := fmt.Sprintf("job-%d-%d-%d", round, w, i)
				if tellEvent(ctx, s.url, jobEvent(job)) != nil {
					return // the server is gone
				}
				acked <- job
			}
		})
	}
	go func() { writers.Wait(); close(acked) }()
	var jobs []string
	for job := range acked {
		if jobs = append(jobs, job); len(jobs) == killAfterAcks {
			go func() {
				if err := s.kill(); err != nil {
					t.Error(err)
				}
			}()
		}
	}
	<-s.done
	return jobs
}

// harmless asks a registry without lineage for what has to work all the same.
func harmless(t *testing.T, url, subject string) {
	t.Helper()
	a, err := registerOnce(t.Context(), url, subject, schemaText("harmless", 0))
	if err != nil {
		t.Errorf("a registration without lineage: %v", err)
	}
	for _, path := range []string{fmt.Sprintf("/schemas/ids/%d", a.id), "/subjects", "/readyz", "/metrics", "/accord/v1/lineage/stats", "/accord/v1/impact?subject=orders-value"} {
		if err := get(t, url+path); err != nil {
			t.Errorf("%s without lineage: %v", path, err)
		}
	}
}

// patient fails unless an event is refused with a request for patience.
func patient(t *testing.T, url string) {
	t.Helper()
	var refused *refusal
	if err := tellEvent(t.Context(), url, jobEvent("late")); !errors.As(err, &refused) || !refused.patience() {
		t.Errorf("an event without lineage: %v, want 503 with Retry-After", err)
	}
}

// lineageCheck is what /readyz says of lineage.
func lineageCheck(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/readyz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	body, err := send(req)
	if err != nil {
		t.Fatalf("/readyz: %v", err)
	}
	var health struct{ Checks map[string]string }
	if err := json.Unmarshal(body, &health); err != nil {
		t.Fatal(err)
	}
	return health.Checks["lineage"]
}

// TestLineageAway starts a server whose file of observations cannot be opened:
// schemas are served, and lineage once the file is put right.
func TestLineageAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "accord.lineage.db")
	if err := os.WriteFile(file, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := startServer(dir, "--store", "sqlite:accord.db")
	if err != nil {
		t.Fatal(err)
	}
	harmless(t, s.url, "a")
	patient(t, s.url)
	if said := lineageCheck(t, s.url); !strings.Contains(said, "lineage is away") {
		t.Errorf("readyz says of lineage: %s", said)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	eventually(t, "lineage is back", func() error { return tellEvent(t.Context(), s.url, jobEvent("billing")) })
	awaitReaders(t, s.url, "billing")
	said, err := s.stop()
	if err != nil || !strings.Contains(said, "goes on without lineage") || !strings.Contains(said, "lineage is back") {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestLineageFails takes the tables of lineage away from a server that runs, and
// gives them back.
func TestLineageFails(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	s, err := startServer(t.TempDir(), "--store", dsn, "--log-level", "error")
	if err != nil {
		t.Fatal(err)
	}
	if err := tellEvent(t.Context(), s.url, jobEvent("early")); err != nil {
		t.Fatal(err)
	}
	awaitReaders(t, s.url, "early")
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	rename := func(from, to string) {
		t.Helper()
		for _, table := range []string{"accord_facts", "accord_events"} {
			if _, err := conn.Exec(t.Context(), "ALTER TABLE "+table+from+" RENAME TO "+table+to); err != nil {
				t.Fatal(err)
			}
		}
	}
	rename("", "_away")
	harmless(t, s.url, "a")
	patient(t, s.url)
	eventually(t, "readyz tells", func() error {
		if lineageCheck(t, s.url) == "ok" {
			return errors.New("lineage is said to be well")
		}
		return nil
	})
	awaitReaders(t, s.url, "early") // what is known stays known
	rename("_away", "")
	if err := tellEvent(t.Context(), s.url, jobEvent("later")); err != nil {
		t.Fatal(err)
	}
	awaitReaders(t, s.url, "early", "later")
	eventually(t, "readyz is content", func() error {
		if said := lineageCheck(t, s.url); said != "ok" {
			return errors.New(said)
		}
		return nil
	})
	if said, err := s.stop(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestLineageHangs has the tables of lineage locked: schemas are served as fast as
// ever, and events go in when the lock is gone.
func TestLineageHangs(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	s, err := startServer(t.TempDir(), "--store", dsn, "--log-level", "error")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE accord_facts, accord_events IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	posted := make(chan error, 50)
	for i := range cap(posted) {
		go func() { posted <- tellEvent(t.Context(), s.url, jobEvent(fmt.Sprint("held-", i))) }()
	}
	began := time.Now()
	harmless(t, s.url, "a")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the registry took %s", took)
	}
	if _, err := conn.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	for range cap(posted) {
		if err := <-posted; err != nil {
			t.Errorf("an event after the lock: %v", err)
		}
	}
	awaitReaders(t, s.url, "held-0", "held-49")
	if said, err := s.stop(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
