package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkGoalCheck judges a pull request among 1,000 contracts with their
// schemas, from a process that knows nothing yet.
func BenchmarkGoalCheck(b *testing.B) {
	const streams = 1000
	repo := checkRepository(b, streams)
	b.Run("check of 1,000 contracts with schemas against a commit, cold", func(b *testing.B) {
		took := time.Duration(0)
		for b.Loop() {
			start := time.Now()
			cmd := exec.CommandContext(b.Context(), "accord", "check", "--against", "git#main")
			cmd.Dir = repo
			if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exitFindings || bytes.Count(out, []byte("SLA_WEAKENED")) != 1 {
				b.Fatalf("accord check: %v\n%s", err, out)
			}
			took += time.Since(start)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms")
		b.ReportMetric(3000, "ms-at-most")
	})
}

// checkRepository is a git repository of streams, with a work tree in which one
// of them promises less.
func checkRepository(b *testing.B, streams int) string {
	b.Helper()
	needsGit(b)
	repo := b.TempDir()
	for i := range streams {
		name := fmt.Sprintf("stream%04d", i)
		writeFile(b, filepath.Join(repo, name, name+".avsc"), benchSchema(i))
		writeFile(b, filepath.Join(repo, name, name+".odcs.yaml"), benchContract(name))
	}
	for _, args := range []string{"init -q -b main", "add .", "-c user.name=Ada -c user.email=ada@example.com commit -q -m base"} {
		cmd := exec.CommandContext(b.Context(), "git", strings.Fields(args)...)
		cmd.Dir = repo
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	changed := filepath.Join(repo, "stream0007", "stream0007.odcs.yaml")
	writeFile(b, changed, strings.Replace(benchContract("stream0007"), "value: 5", "value: 50", 1))
	return repo
}

func writeFile(tb testing.TB, name, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

const benchFields = 20

func benchSchema(i int) string {
	var fields []string
	for f := range benchFields {
		fields = append(fields, fmt.Sprintf(`{"name":"field_%02d","type":"string","doc":"What measurement %d of machine %d said."}`, f, f, i))
	}
	return fmt.Sprintf(`{"type":"record","name":"Reading%d","namespace":"com.acme","doc":"Values that machine %d sent.","fields":[%s]}`+"\n",
		i, i, strings.Join(fields, ",\n"))
}

func benchContract(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `apiVersion: v3.1.0
kind: DataContract
id: acme.%[1]s
name: %[1]s
version: 1.0.0
status: active
description:
  purpose: What the machines of hall %[1]s measure.
schema:
  - name: Reading
    physicalName: %[1]s
    authoritativeDefinitions:
      - {type: implementation, url: %[1]s.avsc}
    properties:
`, name)
	for f := range benchFields {
		fmt.Fprintf(&b, "      - name: field_%02d\n        logicalType: string\n        required: true\n", f)
	}
	b.WriteString(`team:
  name: machines
  members:
    - {username: ada@example.com, role: owner}
support:
  - {channel: '#machines', tool: slack, url: https://chat.example.com/machines}
slaProperties:
  - {id: freshness, property: freshness, value: 5, unit: min}
`)
	return b.String()
}
