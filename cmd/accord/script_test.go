package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/accordhq/accord/registry/pglog/pgtest"
)

var update = flag.Bool("update", false, "rewrite what scripts and golden files expect")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"accord": main, "bare": serveBare})
}

// TestScripts runs the program as people do. Beside testscript's own commands
// there are:
//
//	server start ARG...   run 'accord serve' with a free port and set
//	                      ACCORD_REGISTRY to where it listens, ADDRESS to
//	                      the same without http://
//	server stop           end it as SIGTERM does, expect exit code 0 and
//	                      leave what it said in the file "server"
//	stamp FILE...         write times for NOW-3h and the like in files
//	exits CODE ARG...     run 'accord' and expect the exit code; the output
//	                      is in the files "out" and "err", with one time for
//	                      all, the server's URL as REGISTRY and what SOURCE
//	                      holds as SOURCE; standard input is the file "in",
//	                      if there is one
//	get PATH              read what the server answers there to any client
//	                      into the file "out", with one time for all
//	post STATUS PATH FILE send a JSON file, with the time in place of NOW,
//	                      and expect the status; the answer is in "out"
//	await PATTERN ARG...  run 'accord' until its output has a match
func TestScripts(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/script", nil)
}

// TestPostgresScripts runs scripts that find in POSTGRES the connection string
// of an empty schema each.
func TestPostgresScripts(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	runScripts(t, "testdata/postgres", func(e *testscript.Env) {
		e.Setenv("POSTGRES", pgtest.Schema(t))
	})
}

func runScripts(t *testing.T, dir string, setup func(*testscript.Env)) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"stamp":  scriptStamp,
			"server": scriptServer,
			"exits":  scriptExits,
			"get":    scriptGet,
			"post":   scriptPost,
			"await":  scriptAwait,
		},
		Setup: func(e *testscript.Env) error {
			e.Values[serverKey{}] = new(*server)
			if setup != nil {
				setup(e)
			}
			return nil
		},
	})
}

type serverKey struct{}

func scriptServer(ts *testscript.TestScript, neg bool, args []string) {
	running := ts.Value(serverKey{}).(**server)
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: server start ARG... | server stop")
	case args[0] == "start":
		s, err := startServer(ts.MkAbs("."), args[1:]...)
		ts.Check(err)
		*running = s
		ts.Defer(func() { _ = s.cmd.Process.Kill() })
		ts.Setenv(registryEnv, s.url)
		ts.Setenv("ADDRESS", strings.TrimPrefix(s.url, "http://"))
	case args[0] == "stop":
		said, err := (*running).stop()
		ts.Check(err)
		said = strings.ReplaceAll(said, (*running).url, "REGISTRY")
		ts.Check(os.WriteFile(ts.MkAbs("server"), []byte(said), 0o600))
	}
}

func scriptGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: get PATH")
	}
	answer, err := http.Get(ts.Getenv(registryEnv) + args[0])
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	var out bytes.Buffer
	ts.Check(json.Indent(&out, body, "", "  "))
	text := tsPattern.ReplaceAllString(out.String(), `"ts": 0`)
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(text+"\n"), 0o600))
}

func scriptPost(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: post STATUS PATH FILE")
	}
	body := strings.ReplaceAll(ts.ReadFile(args[2]), "NOW", time.Now().UTC().Format(time.RFC3339Nano))
	answer, err := http.Post(ts.Getenv(registryEnv)+args[1], "application/json", strings.NewReader(body))
	ts.Check(err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("out"), append(said, '\n'), 0o600))
	if got := strconv.Itoa(answer.StatusCode); got != args[0] {
		ts.Fatalf("POST %s: status %s, want %s\n%s", args[1], got, args[0], said)
	}
}

func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN ARG...")
	}
	wanted, err := regexp.Compile(args[0])
	ts.Check(err)
	var out []byte
	for range 300 {
		cmd := exec.Command("accord", args[1:]...)
		cmd.Dir = ts.MkAbs(".")
		cmd.Env = append(os.Environ(), registryEnv+"="+ts.Getenv(registryEnv))
		out, _ = cmd.CombinedOutput() // a failure has no match
		if wanted.Match(out) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("accord %s: it never said %s\n%s", strings.Join(args[1:], " "), args[0], out)
}

var tsPattern = regexp.MustCompile(`"ts": \d+`)

var timePattern = regexp.MustCompile(`20\d\d-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?Z`)

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exits CODE ARG...")
	}
	cmd := exec.Command("accord", args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), registryEnv+"="+ts.Getenv(registryEnv))
	if in, err := os.Open(ts.MkAbs("in")); err == nil {
		defer in.Close()
		cmd.Stdin = in
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // its exit code says all
	for name, buf := range map[string]*bytes.Buffer{"out": &out, "err": &errs} {
		text := timePattern.ReplaceAllString(buf.String(), "2026-01-02${1}03:04:05Z")
		for name, shown := range map[string]string{registryEnv: "REGISTRY", "SOURCE": "SOURCE"} {
			if url := ts.Getenv(name); url != "" {
				text = strings.ReplaceAll(text, url, shown)
			}
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("accord %s: exit code %s, want %s\n%s%s", strings.Join(args[1:], " "), got, args[0], &out, &errs)
	}
}

// server is a running 'accord serve', a process of its own.
type server struct {
	cmd  *exec.Cmd
	url  string
	said *transcript
	// done is closed when all the process had to say was read.
	done chan struct{}
}

const startTimeout = time.Minute

// listening finds the server's URL in its greeting, for people and in JSON.
var listening = regexp.MustCompile(`listening(?: on |","url":")(http://[^"\s]+)`)

// startServer runs 'accord serve' on a free port and waits until it listens.
// Governance is off unless the arguments say otherwise.
func startServer(dir string, args ...string) (*server, error) {
	cmd := exec.Command("accord", append([]string{"serve", "--listen", "127.0.0.1:0", "--governance", "off"}, args...)...)
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, said: new(transcript), done: make(chan struct{})}
	found := make(chan string, 1)
	go func() {
		defer close(s.done)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			s.said.add(lines.Text())
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	select {
	case s.url = <-found:
		return s, nil
	case <-s.done:
	case <-ctx.Done():
	}
	_ = cmd.Process.Kill()
	return nil, fmt.Errorf("accord serve did not start: %w\n%s", cmd.Wait(), s.said)
}

// stop ends the server as an operator would and returns what it said.
func (s *server) stop() (string, error) {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return "", err
	}
	<-s.done
	if err := s.cmd.Wait(); err != nil {
		return "", fmt.Errorf("accord serve: %w\n%s", err, s.said)
	}
	return s.said.String(), nil
}

// kill ends the server as kill -9 does.
func (s *server) kill() error {
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	<-s.done
	var died *exec.ExitError
	if err := s.cmd.Wait(); !errors.As(err, &died) {
		return fmt.Errorf("accord serve was not killed: %w\n%s", err, s.said)
	}
	return nil
}

// transcript collects lines that a process says while others read them.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (t *transcript) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.WriteString(line + "\n")
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

var stampPattern = regexp.MustCompile(`NOW(-\d+[hm])?`)

func scriptStamp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: stamp FILE...")
	}
	now := time.Now().UTC()
	for _, name := range args {
		text := stampPattern.ReplaceAllStringFunc(ts.ReadFile(name), func(stamp string) string {
			ago, _ := time.ParseDuration(strings.TrimPrefix(stamp, "NOW")) // zero if there is none
			return now.Add(ago).Format(time.RFC3339)
		})
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}
