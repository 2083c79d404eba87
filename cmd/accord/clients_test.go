package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// clientSuites are the suites in testdata/clients, each named after the client
// whose cases it holds. A client that asks for little of newer answers is also
// driven against a server that speaks as older ones did.
var clientSuites = []struct{ name, api string }{
	{"confluent-kafka-go", "8.5"},
	{"confluentinc-schemaregistry", "8.5"},
	{"kafkajs-confluent-schema-registry", "8.5"},
	{"kafkajs-confluent-schema-registry", "7.3"},
	{"confluent-kafka-python", "8.5"},
	{"franz-go", "8.5"},
}

const clientTimeout = 2 * time.Minute

// TestClients drives the server with clients that people use and that know
// nothing of it. Each has a registry of its own, which lets every schema pass,
// and logs how many cases it passed; .ci/summary.awk shows that.
func TestClients(t *testing.T) {
	t.Parallel()
	dir := clientsInstalled(t)
	for _, suite := range clientSuites {
		name := suite.name
		t.Run(name+"/"+suite.api, func(t *testing.T) {
			t.Parallel()
			s, err := startServer(t.TempDir(), "--store", "memory:", "--compatibility", "NONE", "--api-version", suite.api)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if said, err := s.stop(); err != nil {
					t.Errorf("%v\n%s", err, said)
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), clientTimeout)
			defer cancel()
			out, err := exec.CommandContext(ctx, filepath.Join(dir, name), s.url).CombinedOutput()
			passed, wrong := casesPassed(out)
			if err := errors.Join(err, wrong); err != nil {
				t.Fatalf("client %s: %v\n%s", name, err, out)
			}
			t.Logf("client %s: %d cases passed (API %s)", name, passed, suite.api)
		})
	}
}

// clientsInstalled returns the folder that .ci/clients filled.
func clientsInstalled(t *testing.T) string {
	t.Helper()
	const missing = "ACCORD_TEST_CLIENTS is not set: run .ci/clients, which installs other people's clients, and set it to .build/clients"
	dir := os.Getenv("ACCORD_TEST_CLIENTS")
	switch {
	case dir == "" && os.Getenv("ACCORD_TEST_REQUIRE") == "all":
		t.Fatal(missing)
	case dir == "":
		t.Skip(missing)
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir) // from the root of the repository
	}
	return dir
}

var (
	tapCase = regexp.MustCompile(`(?m)^(not )?ok \d+\b.*$`)
	tapPlan = regexp.MustCompile(`(?m)^1\.\.(\d+)$`)
)

// casesPassed counts the cases in what a suite printed, in the Test Anything
// Protocol. A failed case is an error, and so are cases that never ran: the
// plan comes last and says how many there are.
func casesPassed(out []byte) (int, error) {
	cases := tapCase.FindAll(out, -1)
	for _, line := range cases {
		if bytes.HasPrefix(line, []byte("not ")) {
			return 0, fmt.Errorf("%s", line)
		}
	}
	plan := tapPlan.FindSubmatch(out)
	if plan == nil {
		return 0, fmt.Errorf("it broke off after %d cases", len(cases))
	}
	planned, err := strconv.Atoi(string(plan[1]))
	if err != nil {
		return 0, err
	}
	if len(cases) != planned || planned == 0 {
		return 0, fmt.Errorf("%d cases ran, the plan says %d", len(cases), planned)
	}
	return planned, nil
}

func TestCasesPassed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		out  string
		want int
		err  string
	}{
		"all":       {"ok 1 - a\n# a warning\nok 2 - b\n1..2\n", 2, ""},
		"failed":    {"ok 1 - a\nnot ok 2 - b\n# why\n1..2\n", 0, "not ok 2 - b"},
		"broke off": {"ok 1 - a\npanic\n", 0, "it broke off after 1 cases"},
		"too few":   {"ok 1 - a\n1..2\n", 0, "1 cases ran, the plan says 2"},
		"none":      {"1..0\n", 0, "0 cases ran, the plan says 0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := casesPassed([]byte(tt.out))
			if got != tt.want || fmt.Sprint(err) != cmp.Or(tt.err, "<nil>") {
				t.Errorf("got %d, %v; want %d, %s", got, err, tt.want, tt.err)
			}
		})
	}
}
