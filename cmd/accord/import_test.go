package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
)

const (
	importedVersions = 3000
	importKills      = 3 // of the import, and as many of the target
)

// TestImportSurvivesKills kills an import in the middle, then the registry it
// fills, again and again. Run once more it completes what is missing, and both
// registries list the same.
func TestImportSurvivesKills(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source, err := startServer(dir, "--store", "memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.kill() })
	fillSource(t, source.url)
	store := "sqlite:" + filepath.Join(dir, "target.db")
	for round := range importKills {
		target, err := startServer(dir, "--store", store)
		if err != nil {
			t.Fatal(err)
		}
		running := startImport(t, source.url, target.url)
		held := waitForVersions(t, target.url, (2*round+1)*importedVersions/(2*importKills+2))
		if err := running.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = running.Wait() // it was killed, or was done before

		running = startImport(t, source.url, target.url)
		waitForVersions(t, target.url, held+1)
		if err := target.kill(); err != nil {
			t.Fatal(err)
		}
		_ = running.Process.Kill() // it would wait for the target to come back
		_ = running.Wait()
	}
	target, err := startServer(dir, "--store", store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.kill() })
	code, out, errs := importInto(t, source.url, target.url)
	var view importView
	if err := json.Unmarshal([]byte(out), &view); err != nil || code != exitFine {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, out, errs)
	}
	if v := view.Versions; v.Read != importedVersions || v.Stored+v.Identical != v.Read || v.Identical == 0 {
		t.Errorf("versions: %+v", v)
	}
	t.Logf("the last run found %d versions and brought %d", view.Versions.Identical, view.Versions.Stored)
	for _, path := range []string{"/schemas?deleted=true", "/schemas?deleted=true&offset=1000", "/schemas?deleted=true&offset=2000", "/subjects", "/contexts", "/schemas/ids/1?fetchMaxId=true"} {
		if diff := cmp.Diff(fetch(t, source.url+path), fetch(t, target.url+path)); diff != "" {
			t.Errorf("%s (-source +target):\n%s", path, diff)
		}
	}
}

func fillSource(t *testing.T, url string) {
	t.Helper()
	c := soleClient(t, url)
	var items []client.Schema
	for i := range importedVersions {
		items = append(items, client.Schema{
			Subject: fmt.Sprintf("s-%d", i%20), Version: i/20 + 1, ID: i + 1,
			Schema: fmt.Sprintf(`{"type":"fixed","name":"F","size":%d}`, i+1), Timestamp: new(int64(1_600_000_000_000 + i)),
		})
	}
	for batch := range slices.Chunk(items, client.MaxImported) {
		if _, err := c.Import(t.Context(), client.ImportRequest{Versions: batch}); err != nil {
			t.Fatal(err)
		}
	}
}

// startImport runs 'accord import', slowly: one request at a time.
func startImport(t *testing.T, from, to string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "accord", "import", "--from", from, "--registry", to, "--parallel", "1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// waitForVersions returns how many versions a registry has once that is at
// least the number given, or all there are.
func waitForVersions(t *testing.T, url string, least int) int {
	t.Helper()
	c := soleClient(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		n := 0
		for _, err := range c.Schemas(ctx, client.SchemasOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n >= min(least, importedVersions) {
			return n
		}
	}
}

func importInto(t *testing.T, from, to string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"import", "--from", from, "--registry", to, "--output", "json"}, args...), testEnv(&stdout, &stderr))
	return code, stdout.String(), stderr.String()
}

// fetch returns what a URL answers.
func fetch(tb testing.TB, url string) string {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

// TestImportCredentials: what the environment holds goes to the source alone.
func TestImportCredentials(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":  {nil, ""},
		"token": {map[string]string{fromTokenEnv: "t0ken", fromUserEnv: "me"}, "Bearer t0ken"},
		"user":  {map[string]string{fromUserEnv: "me", fromPasswordEnv: "pass"}, "Basic bWU6cGFzcw=="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("Authorization"); got != tt.want {
					t.Errorf("the source was sent %q, want %q", got, tt.want)
				}
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"error_code":401,"message":"Unauthorized"}`)
			}))
			t.Cleanup(source.Close)
			target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("Authorization"); got != "" {
					t.Errorf("the target was sent %q", got)
				}
				_, _ = io.WriteString(w, `{}`)
			}))
			t.Cleanup(target.Close)
			var out, errs bytes.Buffer
			e := testEnv(&out, &errs)
			e.lookup = func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
			if code := run(t.Context(), []string{"import", "--from", source.URL, "--registry", target.URL}, e); code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			if !strings.Contains(errs.String(), "Unauthorized") || strings.Contains(errs.String(), "pass") {
				t.Errorf("it says %s", errs.String())
			}
		})
	}
}

// TestProgressBar shows the bar on a terminal and nothing elsewhere.
func TestProgressBar(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	a := &app{env: testEnv(&out, &errs)}
	if a.progress("Reading") != nil {
		t.Error("there is a bar without a terminal")
	}
	a.isTTY = func(any) bool { return true }
	step := a.progress("Reading")
	for i := range 1000 {
		step(i+1, 1000)
	}
	if n := strings.Count(errs.String(), "\r"); n < 100 || n > 201 {
		t.Errorf("the bar was drawn %d times for 1000 steps", n)
	}
	if want := "Reading            [########################] 1000 of 1000\n"; !strings.HasSuffix(errs.String(), want) {
		t.Errorf("it ends as %q", errs.String()[len(errs.String())-80:])
	}
}
