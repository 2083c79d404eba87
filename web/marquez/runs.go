package marquez

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/accordhq/accord/lineage"
)

// run is what Marquez tells of one.
type run struct {
	ID                    string            `json:"id"`
	CreatedAt             time.Time         `json:"createdAt"`
	UpdatedAt             time.Time         `json:"updatedAt"`
	NominalStartTime      *time.Time        `json:"nominalStartTime"`
	NominalEndTime        *time.Time        `json:"nominalEndTime"`
	State                 string            `json:"state"`
	StartedAt             *time.Time        `json:"startedAt"`
	EndedAt               *time.Time        `json:"endedAt"`
	DurationMs            *int64            `json:"durationMs"`
	Args                  map[string]string `json:"args"`
	JobVersion            versionName       `json:"jobVersion"`
	InputDatasetVersions  []touched         `json:"inputDatasetVersions"`
	OutputDatasetVersions []touched         `json:"outputDatasetVersions"`
	Facets                facets            `json:"facets"`
}

// touched is a version of a dataset that a run read or wrote.
type touched struct {
	DatasetVersionID versionName `json:"datasetVersionId"`
	Facets           facets      `json:"facets"`
}

type runList struct {
	Runs       []run `json:"runs"`
	TotalCount int   `json:"totalCount"`
	// Truncated says that there are more than were counted.
	Truncated bool `json:"truncated,omitempty"`
}

// Bounds of lists of runs: how many of a job are counted and, if the job has
// several names, how many of each can be listed.
const (
	maxRunsCounted = 1000
	maxRunsMerged  = 10_000
)

// runStates are Marquez's words for where a run stands.
var runStates = map[lineage.RunState]string{
	lineage.RunOther: "NEW", lineage.RunStart: "RUNNING", lineage.RunRunning: "RUNNING",
	lineage.RunComplete: "COMPLETED", lineage.RunAbort: "ABORTED", lineage.RunFail: "FAILED",
}

// runOf tells what a run's own fact says. How long it took is known only if
// more was seen of it than its end.
func (v reader) runOf(r lineage.Run) run {
	job := v.graph.Resolve(lineage.Job(r.Job.Namespace, r.Job.Name))
	told := run{
		ID: r.ID, CreatedAt: r.First, UpdatedAt: r.Last, State: cmp.Or(runStates[r.State], runStates[lineage.RunOther]),
		Args: map[string]string{}, JobVersion: versionName{job.ID, jobVersionID(job)},
		InputDatasetVersions: []touched{}, OutputDatasetVersions: []touched{}, Facets: facets{},
	}
	ended := r.State.Ended()
	if r.State != lineage.RunOther && (!ended || r.First.Before(r.At)) {
		told.StartedAt = optionalTime(r.First)
	}
	if ended {
		told.EndedAt = optionalTime(r.At)
	}
	if told.StartedAt != nil && ended {
		took := r.At.Sub(r.First).Milliseconds()
		told.DurationMs = &took
	}
	return told
}

// compareRuns orders the newest first.
func compareRuns(a, b lineage.Run) int {
	return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.ID, b.ID))
}

// runs are those of a job, the newest first.
func (v reader) runs(ctx context.Context, job lineage.NodeInfo, p page) ([]lineage.Run, error) {
	all := names(job)
	q := lineage.Query{Newest: true, Limit: p.limit, Offset: p.offset}
	if len(all) > 1 {
		q.Limit, q.Offset = min(p.offset+p.limit, maxRunsMerged), 0 // of each name, to merge them
	}
	var runs []lineage.Run
	for _, n := range all {
		q.Scope = n.Entity().Key()
		facts, err := v.store.List(ctx, lineage.KindRun, q)
		if err != nil {
			return nil, err
		}
		for _, f := range facts {
			if r, err := lineage.RunOf(f); err == nil {
				runs = append(runs, r)
			}
		}
	}
	if len(all) > 1 {
		slices.SortFunc(runs, compareRuns)
		runs = cut(runs, p)
	}
	return runs, nil
}

// run finds a run by the id of the path.
func (v reader) run(r *http.Request) (lineage.Run, error) {
	id, err := pathName(r, "run")
	if err != nil {
		return lineage.Run{}, err
	}
	return v.findRun(r.Context(), id)
}

// findRun finds a run by its id, which may be a node id.
func (v reader) findRun(ctx context.Context, id string) (lineage.Run, error) {
	id = strings.ToLower(strings.TrimPrefix(id, "run:"))
	if uuid.Validate(id) != nil {
		return lineage.Run{}, faultf(http.StatusBadRequest, "%.100q is no id of a run: send a UUID", id)
	}
	f, err := v.store.Fact(ctx, lineage.KindRun, lineage.Key(id))
	if isNotFound(err) {
		return lineage.Run{}, faultf(http.StatusNotFound, "run %s is not known, or forgotten: runs are kept for a while only", id)
	}
	if err != nil {
		return lineage.Run{}, err
	}
	return lineage.RunOf(f)
}

func isNotFound(err error) bool { return errors.Is(err, lineage.ErrNotFound) }

// touched are the datasets that a run read or wrote.
func (v reader) touched(ctx context.Context, run string) ([]lineage.RunIO, error) {
	facts, err := v.store.List(ctx, lineage.KindRunIO, lineage.Query{Scope: lineage.Key(run), Limit: lineage.MaxNodes})
	if err != nil {
		return nil, err
	}
	var all []lineage.RunIO
	for _, f := range facts {
		if io, err := lineage.RunIOOf(f); err == nil {
			all = append(all, io)
		}
	}
	return all, nil
}

func (h *Handler) jobRuns(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	v := h.reader()
	info, err := v.node(r, lineage.JobNode)
	if err != nil {
		return nil, err
	}
	counted, err := v.runs(r.Context(), info, page{limit: maxRunsCounted + 1})
	if err != nil {
		return nil, err
	}
	runs := cut(counted, p)
	if p.offset+p.limit > len(counted) && len(counted) > maxRunsCounted {
		if runs, err = v.runs(r.Context(), info, p); err != nil {
			return nil, err
		}
	}
	list := runList{[]run{}, min(len(counted), maxRunsCounted), len(counted) > maxRunsCounted}
	for _, known := range runs {
		list.Runs = append(list.Runs, v.runOf(known))
	}
	return list, nil
}

func (h *Handler) run(r *http.Request) (any, error) {
	v, ctx := h.reader(), r.Context()
	known, err := v.run(r)
	if err != nil {
		return nil, err
	}
	told := v.runOf(known)
	if told.Facets, err = v.runFacets(ctx, known.ID); err != nil {
		return nil, err
	}
	var nominal struct{ NominalStartTime, NominalEndTime *time.Time }
	told.Facets.read("nominalTime", &nominal)
	told.NominalStartTime, told.NominalEndTime = nominal.NominalStartTime, nominal.NominalEndTime
	all, err := v.touched(ctx, known.ID)
	if err != nil {
		return nil, err
	}
	for _, io := range all {
		n := v.graph.Resolve(lineage.Dataset(io.Dataset.Namespace, io.Dataset.Name))
		if io.Direction == lineage.Writes {
			wrote := versionName{n.ID, write{known, io.Version}.version(n)}
			told.OutputDatasetVersions = append(told.OutputDatasetVersions, touched{wrote, facets{}})
			continue
		}
		told.InputDatasetVersions = append(told.InputDatasetVersions, touched{versionName{n.ID, versionRead(n, io)}, facets{}})
	}
	return told, nil
}

// versionRead is the id of what a run read; that of the dataset where nobody
// said which version it was.
func versionRead(n lineage.Node, io lineage.RunIO) string {
	if io.Version == "" {
		return versionOf(n)
	}
	return versionOf(n, io.Version)
}

func (v reader) runFacets(ctx context.Context, id string) (facets, error) {
	of := lineage.Entity{Kind: lineage.RunEntity, ID: lineage.ID{Name: id}}
	facts, err := v.store.List(ctx, lineage.KindRunFacet, lineage.Query{Scope: of.Key()})
	return facetsOf(facts), err
}

// runFacetList are the facets of a run or of its job.
type runFacetList struct {
	RunID  string `json:"runId"`
	Facets facets `json:"facets"`
}

func (h *Handler) runFacets(r *http.Request) (any, error) {
	v, ctx := h.reader(), r.Context()
	known, err := v.run(r)
	if err != nil {
		return nil, err
	}
	list := runFacetList{RunID: known.ID}
	switch kind := r.URL.Query().Get("type"); strings.ToLower(kind) {
	case "", "run":
		list.Facets, err = v.runFacets(ctx, known.ID)
	case "job":
		job := lineage.Job(known.Job.Namespace, known.Job.Name)
		info, ok := v.graph.Node(job)
		if !ok {
			info = lineage.NodeInfo{Node: job}
		}
		list.Facets, err = v.facets(ctx, info)
	default:
		return nil, faultf(http.StatusBadRequest, "type=%s: send run or job", kind)
	}
	return list, err
}
