package marquez

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/accordhq/accord/lineage"
)

// upstreamRuns are a run, and the runs that made what it read.
type upstreamRuns struct {
	Runs []upstreamRun `json:"runs"`
	// Truncated says that runs are left out because they are too many; only
	// Accord says it.
	Truncated bool `json:"truncated,omitempty"`
}

type upstreamRun struct {
	Job    versionName     `json:"job"`
	Run    upstreamState   `json:"run"`
	Inputs []upstreamInput `json:"inputs"`
}

type upstreamState struct {
	ID     string     `json:"id"`
	Start  *time.Time `json:"start"`
	End    *time.Time `json:"end"`
	Status string     `json:"status"`
}

type upstreamInput struct {
	versionName
	ProducedByRunID *string `json:"producedByRunId"`
}

// Bounds of the search for the runs upstream of a run.
const (
	maxUpstreamRuns = 200
	maxProducers    = 8  // jobs that wrote one dataset
	maxCandidates   = 10 // runs of one of them
)

// upstream answers what runs made the data that a run read, and so on.
func (h *Handler) upstream(r *http.Request) (any, error) {
	v, ctx := h.reader(), r.Context()
	start, err := v.findRun(ctx, r.URL.Query().Get("runId"))
	if err != nil {
		return nil, err
	}
	depth, err := readDepth(r)
	if err != nil {
		return nil, err
	}
	answer := upstreamRuns{Runs: []upstreamRun{}}
	seen, round := map[string]bool{start.ID: true}, []lineage.Run{start}
	for ; len(round) > 0 && depth >= 0; depth-- {
		var next []lineage.Run
		for _, known := range round {
			told, producers, err := v.upstreamOf(ctx, known)
			if err != nil {
				return nil, err
			}
			answer.Runs = append(answer.Runs, told)
			for _, p := range producers {
				if len(seen) == maxUpstreamRuns {
					answer.Truncated = true
					break
				}
				if !seen[p.ID] {
					seen[p.ID] = true
					next = append(next, p)
				}
			}
		}
		round = next
	}
	return answer, nil
}

// upstreamOf tells what a run read, and which runs made it.
func (v reader) upstreamOf(ctx context.Context, known lineage.Run) (upstreamRun, []lineage.Run, error) {
	of := v.runOf(known)
	told := upstreamRun{
		Job: of.JobVersion, Run: upstreamState{of.ID, of.StartedAt, of.EndedAt, of.State}, Inputs: []upstreamInput{},
	}
	all, err := v.touched(ctx, known.ID)
	if err != nil {
		return told, nil, err
	}
	var producers []lineage.Run
	for _, io := range all {
		if io.Direction != lineage.Reads {
			continue
		}
		n := v.graph.Resolve(lineage.Dataset(io.Dataset.Namespace, io.Dataset.Name))
		by, ok, err := v.producer(ctx, n, known)
		if err != nil {
			return told, nil, err
		}
		in := upstreamInput{versionName: versionName{n.ID, versionOf(string(n.Kind), n.Namespace, n.Name, cmp.Or(io.Version, by.said, by.ID))}}
		if in.ProducedByRunID = optional(by.ID); ok {
			producers = append(producers, by.Run)
		} else if io.Version == "" {
			in.Version = versionOf(string(n.Kind), n.Namespace, n.Name)
		}
		told.Inputs = append(told.Inputs, in)
	}
	return told, producers, nil
}

// producer finds the run that wrote a dataset last before a run was done with
// it.
func (v reader) producer(ctx context.Context, dataset lineage.Node, before lineage.Run) (best write, found bool, err error) {
	reach := v.graph.Walk(lineage.Walk{
		From: []lineage.Place{{Node: dataset}}, Way: lineage.Upstream, Depth: 1, MaxNodes: maxProducers,
		Scope: lineage.Scope{Now: v.now, Stale: true, Ended: true},
	})
	for _, hit := range reach.Hits {
		if hit.Kind != lineage.JobNode {
			continue
		}
		info, _ := v.graph.Node(hit.Node)
		for _, n := range names(info) {
			q := lineage.Query{Scope: n.Entity().Key(), Before: before.Last, Newest: true, Limit: maxCandidates}
			facts, err := v.store.List(ctx, lineage.KindRun, q)
			if err != nil {
				return write{}, false, err
			}
			for _, f := range facts {
				known, err := lineage.RunOf(f)
				if err != nil || known.ID == before.ID || found && !known.Last.After(best.Last) {
					continue
				}
				said, ok, err := v.wrote(ctx, known.ID, dataset)
				if err != nil {
					return write{}, false, err
				}
				if ok {
					best, found = write{known, said}, true
					break
				}
			}
		}
	}
	return best, found, nil
}
