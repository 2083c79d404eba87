package main

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// ciStep is a step of the GitHub action.
type ciStep struct {
	ID               string            `yaml:"id"`
	Run              string            `yaml:"run"`
	Shell            string            `yaml:"shell"`
	WorkingDirectory string            `yaml:"working-directory"`
	Env              map[string]string `yaml:"env"`
}

type ciAction struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Using string   `yaml:"using"`
		Steps []ciStep `yaml:"steps"`
	} `yaml:"runs"`
}

func readAction(t *testing.T) ciAction {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a ciAction
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

var expression = regexp.MustCompile(`\$\{\{ ([a-z._-]+) \}\}`)

// TestActionExpressions: what somebody else may have written reaches scripts in
// variables alone, and everything an expression names is there.
func TestActionExpressions(t *testing.T) {
	t.Parallel()
	a := readAction(t)
	if a.Runs.Using != "composite" {
		t.Errorf("using %s", a.Runs.Using)
	}
	ids := map[string]bool{}
	for _, s := range a.Runs.Steps {
		ids[s.ID] = true
		if strings.Contains(s.Run, "${{") || s.Shell != "bash" {
			t.Errorf("step %s: expressions in its script, or shell %s", s.ID, s.Shell)
		}
		for _, value := range s.Env {
			m := expression.FindStringSubmatch(value)
			if m == nil {
				t.Errorf("step %s: %s is no expression", s.ID, value)
				continue
			}
			if name, ok := strings.CutPrefix(m[1], "inputs."); ok {
				if _, there := a.Inputs[name]; !there {
					t.Errorf("there is no input %s", name)
				}
			}
		}
	}
	for name, out := range a.Outputs {
		m := expression.FindStringSubmatch(out.Value)
		if m == nil || !ids[strings.Split(m[1], ".")[1]] {
			t.Errorf("output %s: %s", name, out.Value)
		}
	}
}

// runner is a machine that runs jobs: a checkout, and what the service sets.
type runner struct {
	workspace, temp string
	// context answers expressions such as inputs.paths.
	context map[string]string
	env     map[string]string
}

func newRunner(t *testing.T, workspace string, inputs, env map[string]string) *runner {
	t.Helper()
	r := &runner{workspace: workspace, temp: filepath.Join(t.TempDir(), "a runner's temp"), context: map[string]string{}, env: env}
	if err := os.Mkdir(r.temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, input := range readAction(t).Inputs {
		r.context["inputs."+name] = input.Default
	}
	r.context["github.event.repository.default_branch"] = "main"
	for name, value := range inputs {
		if !strings.HasPrefix(name, "github.") {
			name = "inputs." + name
		}
		r.context[name] = value
	}
	return r
}

func (r *runner) file(name string) string { return filepath.Join(r.temp, name) }

// script runs a script as a runner does and returns what it printed.
func (r *runner) script(t *testing.T, dir, text string, env map[string]string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text)
	cmd.Dir = filepath.Join(r.workspace, dir)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.temp, "RUNNER_TEMP=" + r.temp, "GITHUB_WORKSPACE=" + r.workspace,
		"GITHUB_OUTPUT=" + r.file("output"), "GITHUB_STEP_SUMMARY=" + r.file("summary"), "GITHUB_ENV=" + r.file("env"),
	}
	for _, more := range []map[string]string{r.env, env} {
		for name, value := range more {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// action runs the steps of the action until one fails.
func (r *runner) action(t *testing.T) (string, int) {
	t.Helper()
	var all strings.Builder
	for _, s := range readAction(t).Runs.Steps {
		env := map[string]string{}
		for name, value := range s.Env {
			env[name] = r.expand(value)
		}
		out, code := r.script(t, r.expand(s.WorkingDirectory), s.Run, env)
		all.WriteString(out)
		for name, value := range r.outputs(t) {
			r.context["steps."+s.ID+".outputs."+name] = value
		}
		if code != 0 {
			return all.String(), code
		}
	}
	return all.String(), 0
}

func (r *runner) expand(text string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string { return r.context[expression.FindStringSubmatch(e)[1]] })
}

func (r *runner) outputs(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range strings.Lines(r.read(t, "output")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		out[name] = value
	}
	return out
}

func (r *runner) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(r.file(name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// forge is a repository with a branch main and one that makes a promise weaker,
// both begun at the same commit. Main has since let something go.
type forge struct {
	t *testing.T
	// url is that of the repository, without its .git.
	url, work string
	// begin is the commit at which both began, main what main is.
	begin, main string
}

const ciFolder = "our contracts" // a name with a space

// needsGit skips what cannot run without git, unless every test is asked for.
func needsGit(tb testing.TB) {
	tb.Helper()
	_, err := exec.LookPath("git")
	switch {
	case err == nil:
	case os.Getenv("ACCORD_TEST_REQUIRE") == "all":
		tb.Fatal(err)
	default:
		tb.Skip(err)
	}
}

func newForge(t *testing.T) *forge {
	t.Helper()
	needsGit(t)
	dir := t.TempDir()
	f := &forge{t: t, url: "file://" + filepath.Join(dir, "forge"), work: filepath.Join(dir, "work")}
	f.git(dir, "init", "-q", "--bare", "-b", "main", "forge.git")
	f.git(dir, "init", "-q", "-b", "main", "work")
	f.git(f.work, "remote", "add", "origin", f.url+".git")
	for _, name := range []string{"stream0001", "stream0002"} {
		f.write(name+"/"+name+".avsc", benchSchema(1))
		f.write(name+"/"+name+".odcs.yaml", benchContract(name))
	}
	f.write("accord.yaml", "governance: enforce\n")
	f.begin = f.commit("Begin")
	f.git(f.work, "checkout", "-q", "-b", "weaker")
	f.write("stream0001/stream0001.odcs.yaml", strings.Replace(benchContract("stream0001"), "value: 5", "value: 50", 1))
	f.commit("Weaker")
	f.git(f.work, "checkout", "-q", "main")
	f.write("stream0002/stream0002.odcs.yaml", strings.NewReplacer("value: 5", "value: 4", "version: 1.0.0", "version: 1.1.0").Replace(benchContract("stream0002")))
	f.main = f.commit("Stronger")
	f.git(f.work, "push", "-q", "origin", "main", "weaker")
	return f
}

func (f *forge) git(dir string, args ...string) string {
	f.t.Helper()
	cmd := exec.CommandContext(f.t.Context(), "git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.com"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (f *forge) write(name, text string) { writeFile(f.t, filepath.Join(f.work, ciFolder, name), text) }

func (f *forge) commit(message string) string {
	f.git(f.work, "add", ".")
	f.git(f.work, "commit", "-q", "-m", message)
	return f.git(f.work, "rev-parse", "HEAD")
}

// checkout is a clone as CI makes it.
func (f *forge) checkout(branch string, args ...string) string {
	f.t.Helper()
	dir := filepath.Join(f.t.TempDir(), "work space")
	f.git(f.work, append(append([]string{"clone", "-q", "--single-branch", "--branch", branch}, args...), f.url+".git", dir)...)
	return dir
}

// TestAction runs the action on scratch repositories, with what GitHub sets.
func TestAction(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	pull := map[string]string{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_REF": "refs/pull/1/merge"}
	push := func(branch string) map[string]string {
		return map[string]string{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/" + branch}
	}
	queue := map[string]string{"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-1"}
	const weakened = "::error file=our contracts/stream0001/stream0001.odcs.yaml,line="
	tests := map[string]struct {
		branch string
		full   bool
		inputs map[string]string
		env    map[string]string
		code   int
		says   string
	}{
		"a pull request":                     {branch: "weaker", env: pull, code: 1, says: weakened},
		"a pull request, whole history":      {branch: "weaker", full: true, env: pull, code: 1, says: weakened},
		"a pull request that changes little": {branch: "main", env: pull},
		"a path":                             {branch: "weaker", full: true, env: pull, inputs: map[string]string{"paths": "stream0002 accord.yaml"}},
		"paths, one a line": {
			branch: "weaker", env: pull, code: 1, says: weakened,
			inputs: map[string]string{"working-directory": ".", "paths": "our contracts/stream0001\n\nour contracts/stream0002\n"},
		},
		"a push to main":            {branch: "main", env: push("main"), inputs: map[string]string{"github.event.before": f.begin}},
		"a first push to main":      {branch: "main", env: push("main"), inputs: map[string]string{"github.event.before": strings.Repeat("0", 40)}},
		"a push to another branch":  {branch: "weaker", full: true, env: push("weaker"), code: 1, says: weakened},
		"a queue":                   {branch: "weaker", env: queue, code: 1, says: weakened, inputs: map[string]string{"github.event.merge_group.base_sha": f.begin}},
		"what to compare with":      {branch: "weaker", env: pull, inputs: map[string]string{"against": "none"}},
		"a commit that is not here": {branch: "main", env: pull, inputs: map[string]string{"against": "git#" + f.begin}, code: 3, says: "git fetch"},
		"a branch that is nowhere":  {branch: "main", env: map[string]string{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "gone"}, code: 3, says: "origin/gone cannot be fetched"},
		"no such severity":          {branch: "main", env: pull, inputs: map[string]string{"fail-on": "disaster"}, code: 2, says: "disaster"},
		"a registry that is away":   {branch: "main", env: pull, inputs: map[string]string{"registry": "http://127.0.0.1:1"}, code: 3},
		"a hostile path":            {branch: "main", env: pull, inputs: map[string]string{"paths": "$(touch x)\n`touch x`; touch x\n--write-baseline=x\n"}, code: 2},
		"a hostile reference":       {branch: "main", env: pull, inputs: map[string]string{"against": `"; touch x; "`}, code: 2},
		"no program": {
			branch: "main", env: pull, code: 1, says: "go.mod file not found",
			inputs: map[string]string{"accord": "nothing-of-this-name", "github.action_path": t.TempDir()},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := *f
			g.t = t
			args := []string{"--depth=1"}
			if tt.full {
				args = nil
			}
			dir := g.checkout(tt.branch, args...)
			inputs := map[string]string{"working-directory": ciFolder}
			maps.Copy(inputs, tt.inputs)
			r := newRunner(t, dir, inputs, tt.env)
			out, code := r.action(t)
			if code != tt.code || !strings.Contains(out, tt.says) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, tt.code, tt.says, out)
			}
			if name != "no program" {
				r.judged(t, tt.code, out)
			}
			if left := g.git(dir, "status", "--porcelain"); left != "" {
				t.Errorf("left behind: %s", left)
			}
			if shallow := g.git(dir, "rev-parse", "--is-shallow-repository"); shallow == "true" && tt.full {
				t.Error("a full clone became shallow")
			}
		})
	}
}

// judged holds what a run leaves against its exit code.
func (r *runner) judged(t *testing.T, code int, out string) {
	t.Helper()
	outputs := r.outputs(t)
	if want := []string{"0", "1", "2", "3"}[code]; outputs["exit-code"] != want {
		t.Errorf("output exit-code %q, want %s", outputs["exit-code"], want)
	}
	summary := r.read(t, "summary")
	if code <= 1 && !strings.Contains(summary, "stream") {
		t.Errorf("summary:\n%s", summary)
	}
	if code > 1 && !strings.Contains(out, "::error title=accord check::") {
		t.Errorf("nothing of it is annotated:\n%s", out)
	}
	if report := outputs["report"]; code <= 1 {
		if text, err := os.ReadFile(report); err != nil || string(text) != summary {
			t.Errorf("report %s: %v\n%s", report, err, text)
		}
	}
}

// TestGitLabTemplate runs the template on a scratch repository and on a fork of
// it.
func TestGitLabTemplate(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../accord.gitlab-ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]struct {
		Variables map[string]string `yaml:"variables"`
		Script    []string          `yaml:"script"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	job := template["accord check"]
	f := newForge(t)
	for name, tt := range map[string]struct {
		source, paths string
		code          int
		args          []string
	}{
		"a merge request":       {source: "1", code: 1, args: []string{"--depth=1"}},
		"with its history":      {source: "1", code: 1},
		"of a fork":             {source: "2", code: 1, args: []string{"--depth=1", "--origin", "origin"}},
		"that changes a path":   {source: "1", code: 1, paths: "stream0001\nstream0002\n"},
		"that changes no path":  {source: "1", paths: "stream0002"},
		"that is hostile":       {source: "1", code: 2, paths: "$(touch x)\n--write-baseline=x"},
		"with a path like --no": {source: "1", code: 2, paths: "--no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := *f
			g.t = t
			dir := g.checkout("weaker", tt.args...)
			if tt.source == "2" {
				g.git(dir, "remote", "set-url", "origin", "file:///nowhere.git")
			}
			env := map[string]string{
				"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
				"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": tt.source, "CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_MERGE_REQUEST_PROJECT_URL": g.url,
			}
			for name, value := range job.Variables {
				env[name] = value
			}
			env["ACCORD_DIRECTORY"], env["ACCORD_PATHS"] = ciFolder, tt.paths
			out, code := newRunner(t, dir, nil, nil).script(t, ".", strings.Join(job.Script, "\n"), env)
			if code != tt.code {
				t.Errorf("exit code %d, want %d:\n%s", code, tt.code, out)
			}
			report, err := os.ReadFile(filepath.Join(dir, "gl-code-quality-report.json"))
			if found := bytes.Contains(report, []byte(`"path": "our contracts/stream0001/`)) || bytes.Contains(report, []byte(`"path":"our contracts/stream0001/`)); err != nil || found != (tt.code == 1) {
				t.Errorf("report: %v\n%s", err, report)
			}
			if _, err := os.Stat(filepath.Join(dir, ciFolder, "x")); err == nil {
				t.Error("something was run")
			}
		})
	}
}
