package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// TestPostgresRestarts stops, crashes and starts the database under two
// registries that are written to. A write meanwhile succeeds or asks for
// patience, what was acknowledged is there afterwards, and both registries go
// on by themselves.
func TestPostgresRestarts(t *testing.T) {
	t.Parallel()
	db := pgtest.StartServer(t)
	f := startFleet(t, pgtest.SchemaOn(t, db.DSN), 2)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	acks := f.load(ctx)
	for _, end := range slices.Repeat([]func(){db.Stop, db.Crash}, soak(1)) {
		acks.grow(t)
		end()
		eventually(t, "the registries notice", func() error {
			_, err := registerOnce(t.Context(), f.at(0).url, "agreed", schemaText("probe", 0))
			var refused *refusal
			if !errors.As(err, &refused) || !refused.patience() {
				return fmt.Errorf("a write without a database: got %w", err)
			}
			return nil
		})
		db.Start()
		for i := range f.servers {
			eventually(t, "a registry is ready again", func() error { return get(t, f.at(i).url+"/readyz") })
		}
	}
	acks.grow(t)
	cancel()
	f.working.Wait()
	f.verify(acks.all())
	t.Logf("%d registrations over %d restarts", len(acks.all()), 2*soak(1))
}

// TestPostgresGone takes the database away for good: what a registry knows is
// still answered, and what needs the store asks for patience.
func TestPostgresGone(t *testing.T) {
	t.Parallel()
	db := pgtest.StartServer(t)
	f := startFleet(t, pgtest.SchemaOn(t, db.DSN), 2)
	known, err := registerOnce(t.Context(), f.at(0).url, "known", schemaText("known", 0))
	if err != nil {
		t.Fatal(err)
	}
	db.Stop()
	url := f.at(0).url
	for _, path := range []string{"/subjects", "/subjects/known/versions/1", fmt.Sprintf("/schemas/ids/%d", known.id), "/config", "/healthz", "/metrics"} {
		if err := get(t, url+path); err != nil {
			t.Errorf("%s without a database: %v", path, err)
		}
	}
	if again, err := registerOnce(t.Context(), url, "known", known.text); err != nil || again != known {
		t.Errorf("registering what exists: got %v (%v), want %v", again, err, known)
	}
	for i := range f.servers {
		began := time.Now()
		_, err := registerOnce(t.Context(), f.at(i).url, "unknown", schemaText("unknown", 0))
		var refused *refusal
		if !errors.As(err, &refused) || !refused.patience() {
			t.Errorf("a write without a database: got %v, want 503 with Retry-After", err)
		}
		if strings.Contains(err.Error(), "postgres") {
			t.Errorf("the answer tells clients about the store: %v", err)
		}
		err = get(t, f.at(i).url+"/readyz")
		if !errors.As(err, &refused) || refused.status != http.StatusServiceUnavailable || !strings.Contains(refused.body, "start the server") {
			t.Errorf("readyz: got %v, want 503 and advice to start the server", err)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
	}
}

// TestPostgresHangs lets no byte pass between a registry and its database: reads
// are answered as ever, writes in bounded time, and when the bytes flow again
// so does everything.
func TestPostgresHangs(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	proxy := pgtest.StartProxy(t, pgtest.Address(t, dsn))
	f := startFleet(t, pgtest.At(t, dsn, proxy.Address), 1)
	url := f.at(0).url
	known, err := registerOnce(t.Context(), url, "known", schemaText("known", 0))
	if err != nil {
		t.Fatal(err)
	}
	proxy.Hang()
	wrote := make(chan error)
	began := time.Now()
	go func() {
		_, err := registerOnce(t.Context(), url, "late", schemaText("late", 0))
		wrote <- err
	}()
	for _, path := range []string{"/subjects/known/versions/1", fmt.Sprintf("/schemas/ids/%d", known.id), "/healthz"} {
		if err := get(t, url+path); err != nil {
			t.Errorf("%s with a database that hangs: %v", path, err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("reads took %s", took)
	}
	var refused *refusal
	if err := get(t, url+"/readyz"); !errors.As(err, &refused) || refused.status != http.StatusServiceUnavailable {
		t.Errorf("readyz: got %v, want 503", err)
	}
	err = <-wrote
	if took := time.Since(began); took > 25*time.Second {
		t.Errorf("the write took %s, more than clients wait", took)
	}
	if !errors.As(err, &refused) || !refused.patience() {
		t.Errorf("a write: got %v, want 503 with Retry-After", err)
	}
	proxy.Flow()
	// It may have been written after all; either way it is version 1.
	eventually(t, "the registry writes again", func() error {
		a, err := registerOnce(t.Context(), url, "late", schemaText("late", 0))
		if err == nil && a.version != 1 {
			t.Errorf("version %d, want 1", a.version)
		}
		return err
	})
}

func get(t *testing.T, url string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	_, err = send(req)
	return err
}
