package marquez

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
)

// datasetVersion is what a run left of a dataset. Fields and facets are known of
// the newest version alone.
type datasetVersion struct {
	ID             versionName `json:"id"`
	Type           string      `json:"type"`
	Name           string      `json:"name"`
	PhysicalName   string      `json:"physicalName"`
	CreatedAt      time.Time   `json:"createdAt"`
	Version        string      `json:"version"`
	Namespace      string      `json:"namespace"`
	SourceName     string      `json:"sourceName"`
	Fields         []field     `json:"fields"`
	Tags           []string    `json:"tags"`
	Description    *string     `json:"description"`
	LifecycleState string      `json:"lifecycleState"`
	CreatedByRun   *run        `json:"createdByRun"`
	Facets         facets      `json:"facets"`
	// DatasetVersion is what the run itself calls the version; only Accord
	// says it.
	DatasetVersion string `json:"datasetVersion,omitempty"`
}

type versionName struct {
	lineage.ID
	Version string `json:"version"`
}

type datasetVersionList struct {
	Versions   []datasetVersion `json:"versions"`
	TotalCount int              `json:"totalCount"`
	// Truncated says that older versions were not looked for.
	Truncated bool `json:"truncated,omitempty"`
}

// Bounds of the search for versions, which asks the store once for each run of
// each job that writes the dataset.
const (
	maxWriters     = 16
	maxWriterRuns  = 100
	maxRunsWritten = 300
)

// write is a run that wrote a dataset.
type write struct {
	lineage.Run
	said string // the version that the run named
}

// version is the id of what a run wrote.
func (w write) version(n lineage.Node) string {
	return versionOf(n, cmp.Or(w.said, w.ID))
}

// writes are the runs that wrote a dataset, the newest first, at least so many
// if there are, and whether there may be more.
func (v reader) writes(ctx context.Context, info lineage.NodeInfo, most int) (found []write, more bool, err error) {
	jobs, left := v.neighbours(info.Node, lineage.Upstream, maxWriters)
	more = left > 0
	var runs []lineage.Run
	for _, job := range jobs {
		known, _ := v.graph.Node(job)
		of, err := v.runs(ctx, known, page{limit: maxWriterRuns})
		if err != nil {
			return nil, false, err
		}
		more = more || len(of) == maxWriterRuns
		runs = append(runs, of...)
	}
	slices.SortFunc(runs, compareRuns)
	for i, run := range runs {
		if len(found) == most || i == maxRunsWritten {
			return found, true, nil
		}
		said, ok, err := v.wrote(ctx, run.ID, info.Node)
		if err != nil {
			return nil, false, err
		}
		if ok {
			found = append(found, write{run, said})
		}
	}
	return found, more, nil
}

// wrote reports whether a run wrote a dataset, and what it called the version.
func (v reader) wrote(ctx context.Context, run string, dataset lineage.Node) (version string, ok bool, err error) {
	touched, err := v.touched(ctx, run)
	if err != nil {
		return "", false, err
	}
	for _, io := range touched {
		if io.Direction == lineage.Writes && v.graph.Resolve(lineage.Dataset(io.Dataset.Namespace, io.Dataset.Name)) == dataset {
			return io.Version, true, nil
		}
	}
	return "", false, nil
}

func (h *Handler) datasetVersions(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	v := h.reader()
	info, err := v.node(r, lineage.DatasetNode)
	if err != nil {
		return nil, err
	}
	all, more, err := v.versions(r.Context(), info, maxRunsWritten)
	if err != nil {
		return nil, err
	}
	return datasetVersionList{cut(all, p), len(all), more}, nil
}

func (h *Handler) datasetVersion(r *http.Request) (any, error) {
	wanted, err := pathName(r, "version")
	if err != nil {
		return nil, err
	}
	v := h.reader()
	info, err := v.node(r, lineage.DatasetNode)
	if err != nil {
		return nil, err
	}
	all, _, err := v.versions(r.Context(), info, maxRunsWritten)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(d datasetVersion) bool { return d.Version == wanted || d.DatasetVersion == wanted })
	if i < 0 {
		return nil, faultf(http.StatusNotFound, "%s has no version %q that is still known", info.Node, wanted)
	}
	return all[i], nil
}

// versions are those of a dataset, the newest first: what each run left, or the
// one there is if no run is known.
func (v reader) versions(ctx context.Context, info lineage.NodeInfo, most int) ([]datasetVersion, bool, error) {
	now, err := v.described(ctx, info)
	if err != nil {
		return nil, false, err
	}
	writes, more, err := v.writes(ctx, info, most)
	if err != nil {
		return nil, false, err
	}
	var all []datasetVersion
	seen := map[string]bool{}
	for _, w := range writes {
		d := now.version(w.version(info.Node), w.At)
		if d.DatasetVersion = w.said; seen[d.Version] {
			continue
		}
		seen[d.Version] = true
		by := v.runOf(w.Run)
		d.CreatedByRun = &by
		all = append(all, d)
	}
	if len(all) == 0 {
		all = append(all, now.version(versionOf(info.Node), info.First))
	}
	all[0].Fields, all[0].Facets, all[0].LifecycleState = now.Fields, now.Facets, now.LastLifecycleState
	return all, more, nil
}

// version is a version of a dataset of which nothing is known but its id.
func (d dataset) version(id string, at time.Time) datasetVersion {
	return datasetVersion{
		ID: versionName{d.ID, id}, Type: d.Type, Name: d.Name, PhysicalName: d.PhysicalName, CreatedAt: at, Version: id,
		Namespace: d.Namespace, SourceName: d.SourceName, Fields: []field{}, Tags: d.Tags, Description: d.Description, Facets: facets{},
	}
}
