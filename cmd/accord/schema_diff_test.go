package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
)

// TestDiffOnTerminal: a terminal gets colours, and nothing of what a schema
// says that would move its cursor.
func TestDiffOnTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	old := write("old.json", `{"properties":{"a":{"type":"integer"},"b":{"type":"string"}}}`)
	next := write("new.json", `{"properties":{"a":{"type":"number"},"c\u001b[2J":{"type":"string","description":"see \u001b[31m"}}}`)
	var out, errs bytes.Buffer
	e := testEnv(&out, &errs)
	e.isTTY = func(any) bool { return true }
	if code := run(t.Context(), []string{"schema", "diff", old, next}, e); code != exitFine {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	want := "\x1b[33m~ a      integer -> number (widened)  (" + next + ":1:16)\x1b[0m\n" +
		"\x1b[31m- b      string  (" + old + ":1:39)\x1b[0m\n" +
		"\x1b[32m+ c·[2J  string  see ·[31m  (" + next + ":1:38)\x1b[0m\n"
	got, _, _ := strings.Cut(out.String(), "\n\n")
	if diff := cmp.Diff(want, got+"\n"); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAlsoAt(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "", 2: "  (also at p0, p1)", 4: "  (also at 4 other places)"} {
		var e compat.Edit
		for i := range n {
			e.Also = append(e.Also, fmt.Sprintf("p%d", i))
		}
		if got := alsoAt(e); got != want {
			t.Errorf("%d paths: %q, want %q", n, got, want)
		}
	}
}
