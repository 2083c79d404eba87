package tree

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the names of git's objects
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Git is the repository around a folder. It is asked through the git program
// and never changed: neither its files nor its index are touched.
type Git struct{ dir string }

// NoRefError says that a repository does not have a commit, and what fetches it.
type NoRefError struct {
	Ref string
	// Fetch is the command that brings it, "" if none is known to.
	Fetch string
}

func (e *NoRefError) Error() string {
	return fmt.Sprintf("the repository has no commit %q", e.Ref)
}

// Errors of OpenGit.
var (
	ErrNoGit        = errors.New("the program git is not installed")
	ErrNoRepository = errors.New("the folder is in no git repository")
)

// OpenGit finds the repository around a folder: ErrNoGit, ErrNoRepository.
func OpenGit(ctx context.Context, dir string) (*Git, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, ErrNoGit
	}
	g := &Git{dir: dir}
	if _, err := g.run(ctx, "rev-parse", "--is-inside-work-tree"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoRepository, err)
	}
	return g, nil
}

func (g *Git) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{"--no-optional-locks", "--literal-pathspecs", "-c", "core.quotepath=off"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // no shell reads the words, and none is an option of a user's
	cmd.Dir = g.dir
	return cmd
}

// run answers what git prints, without the line break at its end.
func (g *Git) run(ctx context.Context, args ...string) (string, error) {
	cmd := g.command(ctx, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		said := strings.TrimSpace(errs.String())
		if said == "" {
			said = err.Error()
		}
		return "", fmt.Errorf("git %s: %s", args[0], said)
	}
	return strings.TrimRight(string(out), "\n"), nil
}

// Resolve returns the name of the commit behind a ref. A branch that is there
// under its remote's name alone, as in the checkouts of CI, is found, too.
func (g *Git) Resolve(ctx context.Context, ref string) (string, error) {
	for _, name := range []string{ref, "origin/" + ref} {
		if strings.HasPrefix(name, "-") {
			continue // an option, to git
		}
		if commit, err := g.run(ctx, "rev-parse", "--verify", "--quiet", name+"^{commit}"); err == nil {
			return commit, nil
		}
	}
	return "", &NoRefError{Ref: ref, Fetch: g.fetch(ctx, ref)}
}

// fetch is the command that brings a ref from the remote.
func (g *Git) fetch(ctx context.Context, ref string) string {
	remotes, err := g.run(ctx, "remote")
	if err != nil || remotes == "" {
		return ""
	}
	remote, _, _ := strings.Cut(remotes, "\n")
	if slices.Contains(strings.Split(remotes, "\n"), "origin") {
		remote = "origin"
	}
	name := strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), remote+"/")
	if strings.ContainsAny(name, "~^@: ") || strings.HasPrefix(name, "-") || name == "HEAD" {
		return "git fetch --unshallow " + remote
	}
	if isObjectName(name) {
		return fmt.Sprintf("git fetch --depth=1 %s %s", remote, name)
	}
	return fmt.Sprintf("git fetch --depth=1 %s +refs/heads/%s:refs/remotes/%s/%s", remote, name, remote, name)
}

func isObjectName(name string) bool {
	return len(name) == 40 && strings.Trim(name, "0123456789abcdef") == ""
}

// Remembers reports whether the repository has all of its history: a shallow
// clone has not.
func (g *Git) Remembers(ctx context.Context) bool {
	shallow, err := g.run(ctx, "rev-parse", "--is-shallow-repository")
	return err == nil && shallow == "false"
}

// Prefix is the path of the folder from the root of the repository, "" for the
// root itself.
func (g *Git) Prefix(ctx context.Context) string {
	prefix, err := g.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return ""
	}
	return prefix
}

// Knew reports whether a text was ever in a file of the repository, as far as
// its history is here. A shallow clone does not know, and says yes.
func (g *Git) Knew(ctx context.Context, text []byte) bool {
	if !g.Remembers(ctx) {
		return true
	}
	kind, err := g.run(ctx, "cat-file", "-t", blobName(text))
	return err == nil && kind == "blob"
}

// maxHistory bounds how many texts of a file are looked at.
const maxHistory = 50

// History returns the texts that a file of the folder had in the commits of all
// branches, the newest first, as far as they are here.
func (g *Git) History(ctx context.Context, name string) ([][]byte, error) {
	listed, err := g.run(ctx, "log", "--all", "--format=", "--raw", "--no-abbrev", "--no-renames", "-n", strconv.Itoa(maxHistory), "--", name)
	if err != nil || listed == "" {
		return nil, err
	}
	reader, err := g.objects(ctx)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	seen := map[string]bool{}
	for line := range strings.SplitSeq(listed, "\n") {
		words := strings.Fields(line) // modes, then the objects before and after
		if len(words) < 5 || strings.Trim(words[3], "0") == "" || seen[words[3]] {
			continue
		}
		seen[words[3]] = true
		text, err := reader.read(words[3])
		if err != nil {
			return nil, errors.Join(err, reader.close())
		}
		out = append(out, text)
	}
	return out, reader.close()
}

// blobName is the name by which git knows a text (Git Internals, Git Objects).
func blobName(text []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(text))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// Fork is the commit at which the work left the main branch: the newest that
// HEAD shares with it, or the branch itself where a shallow clone does not know.
// It is "" where no branch is called main or master, or nothing is shared; a
// shallow clone without such a branch is a NoRefError.
func (g *Git) Fork(ctx context.Context) (string, error) {
	shallow, _ := g.run(ctx, "rev-parse", "--is-shallow-repository")
	for _, name := range []string{"origin/main", "origin/master", "main", "master"} {
		commit, err := g.run(ctx, "rev-parse", "--verify", "--quiet", name+"^{commit}")
		if err != nil {
			continue
		}
		fork, err := g.run(ctx, "merge-base", commit, "HEAD")
		switch {
		case err == nil:
			return fork, nil
		case shallow == "true":
			return commit, nil
		}
	}
	if shallow == "true" {
		return "", &NoRefError{Ref: "main", Fetch: g.fetch(ctx, "main")}
	}
	return "", nil
}

// Commit opens the files of a commit that lie in or below the folder.
func (g *Git) Commit(ctx context.Context, commit string) (*Files, error) {
	listed, err := g.run(ctx, "ls-tree", "-r", "-z", commit)
	if err != nil {
		return nil, err
	}
	objects := map[string]string{}
	f := new(Files)
	for line := range strings.SplitSeq(listed, "\x00") {
		facts, name, _ := strings.Cut(line, "\t")
		words := strings.Fields(facts) // mode, type, object
		if len(words) != 3 || words[1] != "blob" || words[0] == "120000" || !interesting(name) || inHidden(name) {
			continue
		}
		objects[name] = words[2]
		f.names = append(f.names, name)
	}
	slices.Sort(f.names)
	reader, err := g.objects(ctx)
	if err != nil {
		return nil, err
	}
	f.read = func(name string) ([]byte, error) { return reader.read(objects[name]) }
	f.close = reader.close
	return f, nil
}

func inHidden(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if hidden(dir) {
			return true
		}
	}
	return false
}

// objectReader is a git that hands out objects as they are asked for.
type objectReader struct {
	mu  sync.Mutex
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (g *Git) objects(ctx context.Context) (*objectReader, error) {
	cmd := g.command(ctx, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("run git: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("run git: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run git: %w", err)
	}
	return &objectReader{cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

// read asks for one object. The answer is "name type size", the object, and a
// line break (gitformat of cat-file --batch).
func (o *objectReader) read(object string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := fmt.Fprintln(o.in, object); err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	head, err := o.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	words := strings.Fields(head)
	if len(words) != 3 {
		return nil, fmt.Errorf("git cat-file: %s", strings.TrimSpace(head))
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("git cat-file: %s", strings.TrimSpace(head))
	}
	text := make([]byte, min(size, maxFile+1))
	if _, err := io.ReadFull(o.out, text); err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	if _, err := io.CopyN(io.Discard, o.out, size-int64(len(text))+1); err != nil {
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	return text, nil
}

func (o *objectReader) close() error {
	_ = o.in.Close() // git ends with its input
	if err := o.cmd.Wait(); err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	return nil
}
