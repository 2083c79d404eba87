package compat_test

import (
	"slices"
	"testing"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/schematest"
)

// Where Confluent's verdict is "compatible" and the truth is a risk or a break
// for some reader, a finding warns; where nothing can go wrong on the wire,
// none does.
func TestProtobufFindingsOnSharedVectors(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description, Old, New string
		Confluent             map[string]bool
		Truth                 map[string]string
	}
	schematest.Vectors(t, "protobuf-edges.json", &cases)
	if len(cases) == 0 {
		t.Fatal("no vectors")
	}
	for _, tc := range cases {
		t.Run(tc.Description, func(t *testing.T) {
			t.Parallel()
			found := findingsOf(t, parseProtobuf(t, tc.Old), parseProtobuf(t, tc.New))
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
