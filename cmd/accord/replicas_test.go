package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// TestReplicas lets two and three registries on one database register the same
// schemas and conflicting ones at once while one after the other is killed.
// Every schema has one id, versions have no gaps, what was acknowledged is
// everywhere, and no reader of a replica sees a version vanish.
func TestReplicas(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	for _, replicas := range []int{2, 3} {
		t.Run(strconv.Itoa(replicas), func(t *testing.T) {
			t.Parallel()
			f := startFleet(t, pgtest.Schema(t), replicas)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			acks := f.load(ctx)
			for round := range soak(killRounds) {
				acks.grow(t)
				f.replace(round % replicas)
			}
			acks.grow(t)
			cancel()
			f.working.Wait()
			f.verify(acks.all())
			t.Logf("%d registrations at %d replicas", len(acks.all()), replicas)
		})
	}
}

// fleet is some registries on one database.
type fleet struct {
	t          *testing.T
	dir, store string
	// working are those who write and read.
	working sync.WaitGroup

	mu      sync.Mutex
	servers []*server
}

func startFleet(t *testing.T, store string, replicas int) *fleet {
	t.Helper()
	f := &fleet{t: t, dir: t.TempDir(), store: store, servers: make([]*server, replicas)}
	for i := range f.servers {
		f.servers[i] = f.start()
	}
	t.Cleanup(func() {
		for _, s := range f.servers {
			if said, err := s.stop(); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		}
	})
	return f
}

func (f *fleet) start() *server {
	f.t.Helper()
	s, err := startServer(f.dir, "--store", f.store, "--compatibility", "NONE", "--log-level", "error")
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// replace kills a replica and starts another.
func (f *fleet) replace(i int) {
	f.t.Helper()
	if err := f.at(i).kill(); err != nil {
		f.t.Error(err)
	}
	s := f.start()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.servers[i] = s
}

func (f *fleet) at(i int) *server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.servers[i]
}

// load lets two writers and a reader work at each replica until the context is
// done. All register the same schemas in the same order in one subject, and
// different ones in another.
func (f *fleet) load(ctx context.Context) *ledger {
	acks := &ledger{}
	for i := range f.servers {
		for w := range 2 {
			f.working.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					f.insist(ctx, i, "agreed", schemaText("agreed", n), acks)
					f.insist(ctx, i, "contested", schemaText(fmt.Sprintf("contested_%d_%d", i, w), n), acks)
				}
			})
		}
		f.working.Go(func() { f.watch(ctx, i) })
	}
	return acks
}

func schemaText(name string, n int) string {
	return fmt.Sprintf(`{"type":"fixed","name":"%s_%d","size":%d}`, name, n, n+1)
}

// insist registers at a replica until it says yes. While it is killed it may
// say nothing, and without a store it may ask for patience; all else is wrong.
func (f *fleet) insist(ctx context.Context, i int, subject, text string, acks *ledger) {
	for ctx.Err() == nil {
		a, err := registerOnce(ctx, f.at(i).url, subject, text)
		var refused *refusal
		switch {
		case err == nil:
			acks.add(a)
			return
		case errors.As(err, &refused) && !refused.patience():
			f.t.Errorf("replica %d: %s of %s: %v", i, text, subject, err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// watch reads the versions of a replica again and again: none may vanish.
func (f *fleet) watch(ctx context.Context, i int) {
	seen := 0
	for ctx.Err() == nil {
		c := soleClient(f.t, f.at(i).url)
		versions, err := c.Versions(ctx, "contested", client.VersionsOptions{})
		var refused *client.Error
		switch {
		case errors.As(err, &refused) && seen > 0:
			f.t.Errorf("replica %d had %d versions: %v", i, seen, err)
		case err == nil && (!dense(versions) || len(versions) < seen):
			f.t.Errorf("replica %d had %d versions and has %v", i, seen, versions)
		}
		seen = max(seen, len(versions))
		time.Sleep(5 * time.Millisecond)
	}
}

// dense reports whether versions are 1, 2, 3 and so on.
func dense(versions []int) bool {
	for i, v := range versions {
		if v != i+1 {
			return false
		}
	}
	return true
}

// verify looks for every acknowledged registration at every replica, and for
// gaps. A replica may be a moment behind.
func (f *fleet) verify(acks []ack) {
	f.t.Helper()
	highest := map[string]int{}
	for _, a := range acks {
		highest[a.subject] = max(highest[a.subject], a.version)
	}
	for i, s := range f.servers {
		c := soleClient(f.t, s.url)
		for subject, want := range highest {
			var versions []int
			eventually(f.t, fmt.Sprintf("replica %d has version %d of %s", i, want, subject), func() (err error) {
				versions, err = c.Versions(f.t.Context(), subject, client.VersionsOptions{})
				if err == nil && !slices.Contains(versions, want) {
					err = fmt.Errorf("it has %d versions", len(versions))
				}
				return err
			})
			if !dense(versions) {
				f.t.Errorf("replica %d: versions of %s have gaps: %v", i, subject, versions)
			}
		}
		verifyAcks(f.t, s.url, acks)
	}
}

// eventually waits until try succeeds.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s: %v", what, err)
		}
	}
}

// ledger collects acknowledgements from many writers.
type ledger struct {
	mu   sync.Mutex
	acks []ack
}

func (l *ledger) add(a ack) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acks = append(l.acks, a)
}

func (l *ledger) all() []ack {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.acks)
}

// grow waits for more acknowledgements.
func (l *ledger) grow(t *testing.T) {
	t.Helper()
	want := len(l.all()) + killAfterAcks
	eventually(t, fmt.Sprintf("%d registrations are acknowledged", want), func() error {
		if n := len(l.all()); n < want {
			return fmt.Errorf("%d are", n)
		}
		return nil
	})
}

// refusal is an answer that is not 200.
type refusal struct {
	status     int
	retryAfter string
	body       string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("HTTP %d, Retry-After %q: %s", r.status, r.retryAfter, r.body)
}

// patience reports whether the answer asks to try again later.
func (r *refusal) patience() bool {
	return r.status == http.StatusServiceUnavailable && r.retryAfter != ""
}

// registerOnce registers with a request of its own, so that nothing is tried
// twice and headers can be seen. An answer other than 200 is a *refusal.
func registerOnce(ctx context.Context, url, subject, text string) (ack, error) {
	payload, err := json.Marshal(client.RegisterRequest{Schema: text})
	if err != nil {
		return ack{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/subjects/"+subject+"/versions", bytes.NewReader(payload))
	if err != nil {
		return ack{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	body, err := send(req)
	if err != nil {
		return ack{}, err
	}
	var got client.RegisterResponse
	if err := json.Unmarshal(body, &got); err != nil {
		return ack{}, fmt.Errorf("%s: %w", body, err)
	}
	return ack{subject, text, got.ID, got.Version}, nil
}

func send(req *http.Request) ([]byte, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &refusal{resp.StatusCode, resp.Header.Get("Retry-After"), string(body)}
	}
	return body, nil
}
