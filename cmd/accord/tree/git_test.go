package tree_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/cmd/accord/tree"
)

// TestHistory: the texts of a file come from all branches, once each, whatever
// the file is called and wherever the folder lies.
func TestHistory(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil && os.Getenv("ACCORD_TEST_REQUIRE") != "all" {
		t.Skip(err)
	}
	root := t.TempDir()
	dir := filepath.Join(root, "a folder")
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", root, "-c", "user.name=Ada", "-c", "user.email=ada@example.com"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	const name = ":(top) ä*.avsc"
	commit := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		git("add", ".")
		git("commit", "-q", "-m", "x", "--date", "2026-01-01T00:00:00Z")
	}
	git("init", "-q", "-b", "main")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	repository, err := tree.OpenGit(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if texts, _ := repository.History(t.Context(), name); len(texts) > 0 {
		t.Errorf("before the first commit: %q", texts)
	}
	commit("1\n")
	git("checkout", "-q", "-b", "other")
	commit("2\n")
	git("checkout", "-q", "main")
	commit("3\n")
	commit("1\n")
	git("rm", "-q", "--cached", "-r", ".")
	git("commit", "-q", "-m", "gone")
	texts, err := repository.History(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, text := range texts {
		got[string(text)] = true
	}
	if diff := cmp.Diff(map[string]bool{"1\n": true, "2\n": true, "3\n": true}, got); diff != "" || len(texts) != 3 {
		t.Errorf("%d texts (-want +got):\n%s", len(texts), diff)
	}
	if prefix := repository.Prefix(t.Context()); prefix != "a folder/" {
		t.Errorf("prefix %q", prefix)
	}
	if !repository.Remembers(t.Context()) {
		t.Error("a repository with its history remembers nothing")
	}
}
