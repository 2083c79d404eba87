package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// calls finds where the files for CI call the program, with the words of the
// command and its flags.
var calls = regexp.MustCompile(`(?:"\$ACCORD"|\baccord) (check|contract validate)\b([^\n|']*)`)

// TestCIFiles holds what CI runs against the commands there are.
func TestCIFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"action.yml", "accord.gitlab-ci.yml", ".pre-commit-hooks.yaml"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := yaml.Unmarshal(text, &tree); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		found := calls.FindAllStringSubmatch(string(text), -1)
		if found == nil {
			t.Errorf("%s calls no command", name)
		}
		for _, call := range found {
			args := strings.Fields(call[1])
			for _, word := range strings.Fields(call[2]) {
				if strings.HasPrefix(word, "--") && word != "--" {
					args = append(args, word+"=error")
				}
			}
			var out, errs bytes.Buffer
			if code := run(t.Context(), append(args, "--help"), testEnv(&out, &errs)); code != exitFine {
				t.Errorf("%s: accord %s: exit code %d\n%s", name, strings.Join(args, " "), code, &errs)
			}
		}
	}
}
