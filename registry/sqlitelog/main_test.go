package sqlitelog_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs the tests, or, as a child of the crash test, its writer.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Fprintln(os.Stderr, appendForever(path, os.Stdout))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
