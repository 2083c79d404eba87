package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
)

// BenchmarkGoalPlan plans one change against a registry of 20,000 subjects.
func BenchmarkGoalPlan(b *testing.B) {
	const subjects = 20_000
	s, err := startServer(b.TempDir(), "--store", "memory:")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if _, err := s.stop(); err != nil {
			b.Error(err)
		}
	})
	c, err := client.New(client.Options{URLs: []string{s.url}})
	if err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	err = each(ctx, subjects, nil, func(ctx context.Context, i int) error {
		text := fmt.Sprintf(`{"type":"record","name":"R%d","doc":"What machine %d said.","fields":[]}`, i, i)
		_, err := c.Register(ctx, fmt.Sprintf("stream%05d-value", i), client.RegisterRequest{Schema: text}, client.RegisterOptions{})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "stream00007.avsc"), benchSchema(7))
	writeFile(b, filepath.Join(dir, "stream00007.odcs.yaml"), strings.ReplaceAll(benchContract("stream0007"), "stream0007", "stream00007"))
	b.Run("plan of one change against 20,000 subjects", func(b *testing.B) {
		took := time.Duration(0)
		for b.Loop() {
			start := time.Now()
			cmd := exec.CommandContext(ctx, "accord", "plan")
			cmd.Dir, cmd.Env = dir, append(os.Environ(), registryEnv+"="+s.url)
			if out, _ := cmd.CombinedOutput(); !bytes.Contains(out, []byte("stream00007-value")) {
				b.Fatalf("accord plan:\n%s", out)
			}
			took += time.Since(start)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms")
		b.ReportMetric(1000, "ms-at-most")
	})
}
