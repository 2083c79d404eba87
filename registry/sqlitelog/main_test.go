package sqlitelog_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs the tests, or, as a child of the crash tests, a writer.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Fprintln(os.Stderr, appendForever(path, os.Stdout))
		os.Exit(1)
	}
	if path := os.Getenv(crashLineage); path != "" {
		fmt.Fprintln(os.Stderr, observeForever(path, os.Stdout))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
