package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/schema/finding"
)

// What a commit and a registry both say is told once.
func TestBothSidesTellOnce(t *testing.T) {
	t.Parallel()
	unknown := func(path string, also ...string) finding.Finding {
		return finding.Finding{Code: "LINEAGE_UNKNOWN", Severity: finding.Info, Subject: "s", Path: path, Also: also, File: "a", Line: 1}
	}
	elsewhere := unknown("a")
	elsewhere.Line = 2
	tests := map[string]struct{ offline, online, want []finding.Finding }{
		"the same":        {[]finding.Finding{unknown("a")}, []finding.Finding{unknown("a")}, []finding.Finding{unknown("a")}},
		"less":            {[]finding.Finding{unknown("a", "b")}, []finding.Finding{unknown("b")}, []finding.Finding{unknown("a", "b")}},
		"more":            {[]finding.Finding{unknown("b")}, []finding.Finding{unknown("a", "b")}, []finding.Finding{unknown("a", "b")}},
		"more behind":     {[]finding.Finding{unknown("a")}, []finding.Finding{unknown("a", "b")}, []finding.Finding{unknown("a", "b")}},
		"another":         {[]finding.Finding{unknown("a")}, []finding.Finding{unknown("b")}, []finding.Finding{unknown("a"), unknown("b")}},
		"another place":   {[]finding.Finding{unknown("a")}, []finding.Finding{elsewhere}, []finding.Finding{unknown("a"), elsewhere}},
		"overlapping":     {[]finding.Finding{unknown("a", "b")}, []finding.Finding{unknown("b", "c")}, []finding.Finding{unknown("a", "b"), unknown("b", "c")}},
		"one side silent": {nil, []finding.Finding{unknown("a")}, []finding.Finding{unknown("a")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := judgement{head: &tree.Tree{}}
			j.take(tt.offline, nil)
			j.take(tt.online, nil)
			if diff := cmp.Diff(tt.want, j.found); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
