// Package schematest finds what tests share and the repository does not hold:
// real schemas and vectors, in the folder that ACCORD_SHARED names.
package schematest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Shared returns a path in the shared folder. Without ACCORD_SHARED it skips
// the test and says so, or fails it where ACCORD_TEST_REQUIRE=all asks for
// every test.
func Shared(tb testing.TB, elem ...string) string {
	tb.Helper()
	const missing = "ACCORD_SHARED is not set: it names a folder of real schemas and vectors"
	root := os.Getenv("ACCORD_SHARED")
	switch {
	case root != "":
		return filepath.Join(append([]string{root}, elem...)...)
	case os.Getenv("ACCORD_TEST_REQUIRE") == "all":
		tb.Fatal(missing)
	}
	tb.Skip(missing)
	return ""
}

// Vectors decodes a file of our own vectors.
func Vectors(tb testing.TB, name string, into any) {
	tb.Helper()
	data, err := os.ReadFile(Shared(tb, "vectors", "accord", name))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		tb.Fatal(err)
	}
}
