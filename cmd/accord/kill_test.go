package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

const (
	killRounds    = 3 // ACCORD_SOAK=N asks for more
	killWriters   = 6
	killAfterAcks = 40 // in each round
)

// ack is a registration that the server said it had made.
type ack struct {
	subject, text string
	id, version   int
}

// TestKill kills a server in the middle of its writes, again and again, and
// looks for every registration it ever acknowledged: same version, same id,
// same text.
func TestKill(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "accord.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return pgtest.Schema(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kill(t, store(t), soak(killRounds))
		})
	}
}

// soak is how many rounds ACCORD_SOAK asks for, few if it does not.
func soak(few int) int {
	if n, err := strconv.Atoi(os.Getenv("ACCORD_SOAK")); err == nil && n > 0 {
		return n
	}
	return few
}

func kill(t *testing.T, store string, rounds int) {
	t.Helper()
	dir := t.TempDir()
	var acks []ack
	for round := range rounds {
		s, err := startServer(dir, "--store", store, "--compatibility", "NONE")
		if err != nil {
			t.Fatal(err)
		}
		verifyAcks(t, s.url, acks)
		acks = append(acks, registerUntilKilled(t, s, round)...)
	}
	s, err := startServer(dir, "--store", store)
	if err != nil {
		t.Fatal(err)
	}
	verifyAcks(t, s.url, acks)
	if said, err := s.stop(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if len(acks) < rounds*killAfterAcks {
		t.Errorf("only %d registrations in %d rounds", len(acks), rounds)
	}
	t.Logf("%d registrations survived %d kills", len(acks), rounds)
}

// registerUntilKilled writes from several goroutines and kills the server once
// it has acknowledged some. Each writer has a subject of its own and one that
// all share, so that versions and ids are contended for.
func registerUntilKilled(t *testing.T, s *server, round int) []ack {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	acked := make(chan ack)
	var writers sync.WaitGroup
	for w := range killWriters {
		writers.Go(func() {
			c := soleClient(t, s.url)
			for i := 0; ; i++ {
				subject := "shared"
				if i%2 == 0 {
					subject = fmt.Sprintf("own-%d", w)
				}
				text := fmt.Sprintf(`{"type":"fixed","name":"r%d_w%d_i%d","size":%d}`, round, w, i, i+1)
				got, err := c.Register(ctx, subject, client.RegisterRequest{Schema: text}, client.RegisterOptions{})
				if err != nil {
					return // the server is gone
				}
				acked <- ack{subject, text, got.ID, got.Version}
			}
		})
	}
	go func() { writers.Wait(); close(acked) }()
	var acks []ack
	for a := range acked {
		if acks = append(acks, a); len(acks) == killAfterAcks {
			// The writers go on while it dies.
			go func() {
				if err := s.kill(); err != nil {
					t.Error(err)
				}
			}()
		}
	}
	<-s.done
	return acks
}

func verifyAcks(t *testing.T, url string, acks []ack) {
	t.Helper()
	c := soleClient(t, url)
	taken, ids := map[string]string{}, map[string]int{}
	for _, a := range acks {
		got, err := c.Version(t.Context(), a.subject, a.version, client.ReadOptions{})
		switch {
		case err != nil:
			t.Errorf("%s version %d was acknowledged: %v", a.subject, a.version, err)
		case got.ID != a.id || got.Schema != a.text:
			t.Errorf("%s version %d was acknowledged as id %d %s, now it is id %d %s",
				a.subject, a.version, a.id, a.text, got.ID, got.Schema)
		}
		byID, err := c.TextByID(t.Context(), a.id, "", "")
		if err != nil || byID != a.text {
			t.Errorf("id %d was acknowledged as %s, now it is %s (%v)", a.id, a.text, byID, err)
		}
		place := fmt.Sprintf("%s version %d", a.subject, a.version)
		if other, again := taken[place]; again && other != a.text {
			t.Errorf("%s was given to %s and to %s", place, other, a.text)
		}
		if other, again := ids[a.text]; again && other != a.id {
			t.Errorf("%s was given id %d and id %d", a.text, other, a.id)
		}
		taken[place], ids[a.text] = a.text, a.id
	}
}

// soleClient asks once and no more: a second try would hide what the first one
// met.
func soleClient(t *testing.T, url string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{URLs: []string{url}, Retries: -1})
	if err != nil {
		t.Error(err)
	}
	return c
}
