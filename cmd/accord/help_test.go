package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// testEnv is a world with nothing in it.
func testEnv(stdout, stderr *bytes.Buffer) env {
	return env{
		stdin:  strings.NewReader(""),
		stdout: stdout,
		stderr: stderr,
		lookup: func(string) (string, bool) { return "", false },
		now:    func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		isTTY:  func(any) bool { return false },
	}
}

// TestHelp keeps the help of every command in one file, so that a change to
// the command line shows in review. Run with -update to accept one.
func TestHelp(t *testing.T) {
	t.Parallel()
	const golden = "testdata/help.txt"
	var got bytes.Buffer
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		args := strings.Fields(cmd.CommandPath())[1:]
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(args, "--help"), testEnv(&out, &errs)); code != exitFine {
			t.Errorf("%s --help: exit code %d\n%s", cmd.CommandPath(), code, &errs)
		}
		got.WriteString("==== " + cmd.CommandPath() + "\n\n" + out.String() + "\n")
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&app{env: testEnv(new(bytes.Buffer), new(bytes.Buffer))}))
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("help texts (-%s +now):\n%s", golden, diff)
	}
}

// TestCommandsExplainThemselves holds every command to the house rules.
func TestCommandsExplainThemselves(t *testing.T) {
	t.Parallel()
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: wants a short description without a full stop, has %q", cmd.CommandPath(), cmd.Short)
		}
		if !strings.Contains(cmd.Example, "accord ") {
			t.Errorf("%s: wants an example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Long) {
			if len(line) > 81 {
				t.Errorf("%s: line of %d characters: %s", cmd.CommandPath(), len(line), line)
			}
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&app{env: testEnv(new(bytes.Buffer), new(bytes.Buffer))}))
}
