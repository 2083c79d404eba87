package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
)

// What a throughput benchmark does: the two sides take turns in short slices,
// so that whatever else the machine does hits both alike.
const (
	loadRounds = 24
	loadSlice  = 150 * time.Millisecond
)

// BenchmarkGoalHTTP loads a real 'accord serve', a process of its own with all
// its middleware and an access log in a file.
func BenchmarkGoalHTTP(b *testing.B) {
	s := startLoaded(b)
	lookup := newLoad(b, s.url, http.MethodGet, "/schemas/ids/1", "")
	b.Run("GET /schemas/ids, throughput : bare net/http that writes the same bytes", func(b *testing.B) {
		bare := startBare(b, []byte(fetch(b, s.url+"/schemas/ids/1")))
		compare(b, lookup, newLoad(b, bare, http.MethodGet, "/schemas/ids/1", ""), 0.8)
	})
	b.Run("registering what exists already, throughput : GET /schemas/ids", func(b *testing.B) {
		register := newLoad(b, s.url, http.MethodPost, "/subjects/orders-value/versions", registration(b))
		compare(b, register, lookup, 0.5)
	})
}

// compare reports the throughput of one load as a multiple of another's.
func compare(b *testing.B, of, to *load, goal float64) {
	b.Helper()
	var rates [2]struct {
		answers int
		took    time.Duration
	}
	for b.Loop() {
		for range loadRounds {
			for i, l := range []*load{of, to} {
				answers, took := l.run(b, loadSlice)
				rates[i].answers += answers
				rates[i].took += took
			}
		}
	}
	rate := func(i int) float64 { return float64(rates[i].answers) / rates[i].took.Seconds() }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate(0), "answers/s")
	b.ReportMetric(rate(1), "answers/s-there")
	b.ReportMetric(rate(0)/rate(1), "x")
	b.ReportMetric(goal, "x-at-least")
}

// startLoaded starts a server with one schema, the id 1.
func startLoaded(b *testing.B) *server {
	b.Helper()
	s, err := startServer(b.TempDir(), "--store", "memory:", "--access-log", "access.log")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if said, err := s.stop(); err != nil {
			b.Errorf("%v\n%s", err, said)
		}
	})
	resp, err := http.Post(s.url+"/subjects/orders-value/versions", "application/json", strings.NewReader(registration(b)))
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status)
	}
	return s
}

// registration is the body that registers an Avro record of 1.2 KB.
func registration(b *testing.B) string {
	b.Helper()
	fields := make([]string, 14)
	for i := range fields {
		fields[i] = fmt.Sprintf(`{"name":"field_%02d","type":"string","doc":"What field %02d holds."}`, i, i)
	}
	body, err := json.Marshal(client.RegisterRequest{
		Schema: `{"type":"record","name":"Order","namespace":"com.acme.orders","fields":[` + strings.Join(fields, ",") + `]}`,
	})
	if err != nil {
		b.Fatal(err)
	}
	return string(body)
}

// startBare starts a process that answers every request with the same bytes,
// and returns its URL.
func startBare(b *testing.B, answer []byte) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "answer")
	if err := os.WriteFile(file, answer, 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command("bare", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(url)
}

// serveBare is the program that startBare starts.
func serveBare() {
	answer, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString("http://" + listener.Addr().String() + "\n")
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})))
}
