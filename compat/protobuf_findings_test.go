package compat_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/accordhq/accord/schema/finding"
)

// Where Confluent's verdict is "compatible" and the truth is a risk or a break
// for some reader, a finding warns; where nothing can go wrong on the wire,
// none does.
func TestProtobufFindingsOnSharedVectors(t *testing.T) {
	t.Parallel()
	root := os.Getenv("ACCORD_SHARED")
	if root == "" {
		if os.Getenv("ACCORD_TEST_REQUIRE") == "all" {
			t.Fatal("ACCORD_SHARED is not set: it names the folder of shared vectors and schemas")
		}
		t.Skip("ACCORD_SHARED is not set: it names the folder of shared vectors and schemas")
	}
	data, err := os.ReadFile(filepath.Join(root, "vectors", "accord", "protobuf-edges.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Description, Old, New string
		Confluent             map[string]bool
		Truth                 map[string]string
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, tc := range cases {
		t.Run(tc.Description, func(t *testing.T) {
			t.Parallel()
			found := risks(t, parseProtobuf(t, tc.Old), parseProtobuf(t, tc.New))
			warned := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Severity.AtLeast(finding.Warning) })
			passedOver, harmless := false, true
			for level, truth := range tc.Truth {
				passedOver = passedOver || tc.Confluent[level] && truth != "ok"
				harmless = harmless && truth == "ok"
			}
			if passedOver && !warned || harmless && warned {
				t.Errorf("truth %v, Confluent %v:\n%s", tc.Truth, tc.Confluent, riskLines(found))
			}
		})
	}
}
