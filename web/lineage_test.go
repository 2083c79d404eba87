package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// told is an Observer that says what it was told.
type told Observed

func (o told) Observed() Observed { return Observed(o) }

// Operators see how lineage goes; a node without it is ready all the same.
func TestObserved(t *testing.T) {
	t.Parallel()
	well := told{
		Recorded: 7, Built: 6, Refused: 1, Written: 20, Behind: 1500 * time.Millisecond,
		Datasets: 2, Jobs: 3, Fields: 4, Edges: 5, FieldEdges: 6, Malformed: 1, Discovered: time.Unix(1800000000, 0),
	}
	tests := map[string]struct {
		observer told
		checks   string
		metrics  []string
	}{
		"well": {well, `{"lineage":"ok","registry":"ok"}`, []string{
			`accord_lineage_behind_seconds 1.5`,
			`accord_lineage_discovered_timestamp_seconds 1.8e+09`,
			`accord_lineage_events_built_total 6`,
			`accord_lineage_events_recorded_total 7`,
			`accord_lineage_events_refused_total 1`,
			`accord_lineage_facts_written_total 20`,
			`accord_lineage_graph_size{of="datasets"} 2`,
			`accord_lineage_graph_size{of="edges"} 5`,
			`accord_lineage_graph_size{of="field_edges"} 6`,
			`accord_lineage_graph_size{of="fields"} 4`,
			`accord_lineage_graph_size{of="jobs"} 3`,
			`accord_lineage_malformed_facts 1`,
			`accord_lineage_up 1`,
		}},
		"away": {told{Fault: "the disk is full"}, `{"lineage":"the disk is full","registry":"ok"}`, []string{
			`accord_lineage_behind_seconds 0`,
			`accord_lineage_events_built_total 0`,
			`accord_lineage_events_recorded_total 0`,
			`accord_lineage_events_refused_total 0`,
			`accord_lineage_facts_written_total 0`,
			`accord_lineage_graph_size{of="datasets"} 0`,
			`accord_lineage_graph_size{of="edges"} 0`,
			`accord_lineage_graph_size{of="field_edges"} 0`,
			`accord_lineage_graph_size{of="fields"} 0`,
			`accord_lineage_graph_size{of="jobs"} 0`,
			`accord_lineage_malformed_facts 0`,
			`accord_lineage_up 0`,
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, Options{Observer: tt.observer})
			defer r.stopped(t)
			want := `{"status":"ready","checks":` + tt.checks + "}\n"
			if resp, body := r.get(t, "/readyz", nil); resp.StatusCode != http.StatusOK || body != want {
				t.Errorf("GET /readyz: %d %s", resp.StatusCode, body)
			}
			_, body := r.get(t, "/metrics", nil)
			var lines []string
			for line := range strings.Lines(body) {
				if strings.HasPrefix(line, "accord_lineage_") {
					lines = append(lines, strings.TrimSpace(line))
				}
			}
			if diff := cmp.Diff(tt.metrics, lines); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}
