package marquez

import (
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
	// maxLooks is how many runs are looked at in all, each with a question to
	// the store.
	maxLooks = 2000
)

// ascent is the search for the runs upstream of a run.
type ascent struct {
	reader
	looks     int
	truncated bool
}

// upstream answers what runs made the data that a run read, and so on.
func (h *Handler) upstream(r *http.Request) (any, error) {
	a := &ascent{reader: h.reader()}
	start, err := a.findRun(r.Context(), r.URL.Query().Get("runId"))
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
			told, producers, err := a.tell(r.Context(), known)
			if err != nil {
				return nil, err
			}
			answer.Runs = append(answer.Runs, told)
			for _, p := range producers {
				switch {
				case seen[p.ID]:
				case len(seen) == maxUpstreamRuns:
					a.truncated = true
				default:
					seen[p.ID] = true
					next = append(next, p)
				}
			}
		}
		round = next
	}
	answer.Truncated = a.truncated
	return answer, nil
}

// tell tells what a run read, and which runs made it.
func (a *ascent) tell(ctx context.Context, known lineage.Run) (upstreamRun, []lineage.Run, error) {
	of := a.runOf(known)
	told := upstreamRun{
		Job: of.JobVersion, Run: upstreamState{of.ID, of.StartedAt, of.EndedAt, of.State}, Inputs: []upstreamInput{},
	}
	all, err := a.touched(ctx, known.ID)
	if err != nil {
		return told, nil, err
	}
	var producers []lineage.Run
	for _, io := range all {
		if io.Direction != lineage.Reads {
			continue
		}
		n := a.graph.Resolve(lineage.Dataset(io.Dataset.Namespace, io.Dataset.Name))
		by, err := a.producer(ctx, n, known)
		if err != nil {
			return told, nil, err
		}
		in := upstreamInput{versionName{n.ID, versionRead(n, io)}, optional(by.ID)}
		if by.ID != "" {
			producers = append(producers, by.Run)
			if io.Version == "" {
				in.Version = by.version(n)
			}
		}
		told.Inputs = append(told.Inputs, in)
	}
	return told, producers, nil
}

// producer finds the run that wrote a dataset last before a run was done with
// it; a zero one if none is found.
func (a *ascent) producer(ctx context.Context, dataset lineage.Node, reading lineage.Run) (best write, err error) {
	reach := a.graph.Walk(lineage.Walk{
		From: []lineage.Place{{Node: dataset}}, Way: lineage.Upstream, Depth: 1, MaxNodes: maxProducers,
		Scope: lineage.Scope{Now: a.now, Stale: true, Ended: true},
	})
	a.truncated = a.truncated || reach.Left > 0
	for _, hit := range reach.Hits {
		if hit.Kind != lineage.JobNode {
			continue
		}
		info, _ := a.graph.Node(hit.Node)
		for _, n := range names(info) {
			if a.looks >= maxLooks {
				a.truncated = true
				return best, nil
			}
			a.looks++
			q := lineage.Query{Scope: n.Entity().Key(), Before: reading.Last, Newest: true, Limit: maxCandidates}
			facts, err := a.store.List(ctx, lineage.KindRun, q)
			if err != nil {
				return write{}, err
			}
			if best, err = a.newest(ctx, facts, dataset, best); err != nil {
				return write{}, err
			}
		}
	}
	return best, nil
}

// newest returns the first of some runs, the newest first, that wrote a dataset,
// unless one that was found before is newer.
func (a *ascent) newest(ctx context.Context, facts []lineage.Fact, dataset lineage.Node, best write) (write, error) {
	for _, f := range facts {
		known, err := lineage.RunOf(f)
		if err != nil {
			continue // of another shape: nothing can be told of it
		}
		if !known.Last.After(best.Last) {
			break
		}
		a.looks++
		said, ok, err := a.wrote(ctx, known.ID, dataset)
		if err != nil {
			return write{}, err
		}
		if ok {
			return write{known, said}, nil
		}
	}
	return best, nil
}
