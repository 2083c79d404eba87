package marquez

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// job is what Marquez tells of one. Lists tell what the graph knows, and the
// newest run; the rest is for the answer of one job.
type job struct {
	ID             lineage.ID   `json:"id"`
	Type           string       `json:"type"`
	Name           string       `json:"name"`
	SimpleName     string       `json:"simpleName"`
	ParentJobName  *string      `json:"parentJobName"`
	ParentJobUUID  *string      `json:"parentJobUuid"`
	CreatedAt      time.Time    `json:"createdAt"`
	UpdatedAt      time.Time    `json:"updatedAt"`
	Namespace      string       `json:"namespace"`
	Inputs         []lineage.ID `json:"inputs"`
	Outputs        []lineage.ID `json:"outputs"`
	Location       *string      `json:"location"`
	Description    *string      `json:"description"`
	LatestRun      *run         `json:"latestRun"`
	LatestRuns     []run        `json:"latestRuns"`
	Facets         facets       `json:"facets"`
	CurrentVersion string       `json:"currentVersion"`
	Labels         []string     `json:"labels"`
	Tags           []string     `json:"tags"`
	// DatasetsLeft is how many inputs and outputs are not listed; only Accord
	// says it.
	DatasetsLeft int `json:"datasetsLeft,omitempty"`
}

type jobList struct {
	Jobs       []job `json:"jobs"`
	TotalCount int   `json:"totalCount"`
	// Truncated says that jobs whose last run is long ago were not looked for.
	Truncated bool `json:"truncated,omitempty"`
}

// Bounds of what is told of a job.
const (
	maxJobDatasets = 1000
	maxLatestRuns  = 10
	// maxStatesRead is how many of the newest runs are read to find the jobs
	// whose last run is in a state.
	maxStatesRead = 10_000
)

// jobVersionID is the id of a job's version. Accord tells of one at a time: what
// the job reads and writes by all that was seen lately.
func jobVersionID(n lineage.Node) string { return versionOf(n) }

func jobType(t lineage.JobType) string {
	switch strings.ToUpper(t.ProcessingType) {
	case "STREAMING":
		return "STREAM"
	case "SERVICE":
		return "SERVICE"
	}
	return "BATCH"
}

// neighbours are the nodes on one side of a node, in order, and how many more
// there are.
func (v reader) neighbours(n lineage.Node, way lineage.Way, most int) (near []lineage.Node, left int) {
	reach := v.graph.Walk(lineage.Walk{From: []lineage.Place{{Node: n}}, Way: way, Depth: 1, MaxNodes: most, Scope: v.scope()})
	jobs := map[lineage.Node]time.Time{}
	for _, l := range reach.Links {
		other := l.To.Node
		if other == n {
			other = l.From.Node
		}
		if other.Kind != n.Kind && (l.From.Node == n || l.To.Node == n) && v.alive(l, jobs) {
			near = append(near, other)
		}
	}
	slices.SortFunc(near, lineage.Node.Compare)
	return slices.Compact(near), reach.Left
}

// jobOf tells what the graph knows of a job, and of so many datasets on either
// side of it.
func (v reader) jobOf(info lineage.NodeInfo, datasets int) job {
	j := job{
		ID: info.ID, Type: jobType(info.JobType), Name: info.Name, SimpleName: info.Name, Namespace: info.Namespace,
		CreatedAt: info.First, UpdatedAt: info.Last, Description: optional(info.Description), CurrentVersion: jobVersionID(info.Node),
		Inputs: []lineage.ID{}, Outputs: []lineage.ID{}, LatestRuns: []run{}, Facets: facets{}, Labels: []string{}, Tags: tagNames(info.Tags, ""),
	}
	inputs, inputsLeft := v.neighbours(info.Node, lineage.Upstream, datasets)
	for _, n := range inputs {
		j.Inputs = append(j.Inputs, n.ID)
	}
	outputs, outputsLeft := v.neighbours(info.Node, lineage.Downstream, datasets)
	for _, n := range outputs {
		j.Outputs = append(j.Outputs, n.ID)
	}
	j.DatasetsLeft = inputsLeft + outputsLeft
	return j
}

// ran adds a job's newest runs.
func (v reader) ran(ctx context.Context, j *job, info lineage.NodeInfo, most int) error {
	runs, err := v.runs(ctx, info, page{limit: most})
	for _, known := range runs {
		j.LatestRuns = append(j.LatestRuns, v.runOf(known))
	}
	if len(runs) > 0 {
		j.LatestRun = &j.LatestRuns[0]
	}
	return err
}

// tell adds what facets say of a job: whose part it is, and where its code is.
// Clients read the location as a URL, so what is none is left out.
func (j *job) tell(said facets) {
	var parent struct {
		Job struct{ Name string } `json:"job"`
	}
	said.read("parent", &parent)
	if name := parent.Job.Name; name != "" && name != j.Name {
		j.ParentJobName = &name
		j.SimpleName = strings.TrimPrefix(j.Name, name+".")
	}
	var location struct{ URL string }
	said.read("sourceCodeLocation", &location)
	if u, err := url.Parse(location.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		j.Location = &location.URL
	}
}

// job tells all of the job of a path.
func (v reader) job(r *http.Request) (job, error) {
	info, err := v.node(r, lineage.JobNode)
	if err != nil {
		return job{}, err
	}
	j := v.jobOf(info, maxJobDatasets)
	if j.Facets, err = v.facets(r.Context(), info); err != nil {
		return job{}, err
	}
	j.tell(j.Facets)
	return j, v.ran(r.Context(), &j, info, maxLatestRuns)
}

func (h *Handler) job(r *http.Request) (any, error) { return h.reader().job(r) }

func (h *Handler) allJobs(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	v := h.reader()
	if states := lastRunStates(r); len(states) > 0 {
		return v.lastRan(r.Context(), "", states, p)
	}
	nodes, total := v.nodes(lineage.JobNode, "", p)
	return v.jobs(r.Context(), nodes, jobList{TotalCount: total})
}

func (h *Handler) jobs(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	v := h.reader()
	nodes, total, err := v.listed(r, lineage.JobNode, p)
	if err != nil {
		return nil, err
	}
	if states := lastRunStates(r); len(states) > 0 {
		name, _ := pathName(r, "namespace") // as listed read it
		return v.lastRan(r.Context(), v.namespaceOf(lineage.JobNode, name), states, p)
	}
	return v.jobs(r.Context(), nodes, jobList{TotalCount: total})
}

// lastRunStates are those that the last run of a listed job is in, none for any.
// Clients repeat the parameter or join its values with commas.
func lastRunStates(r *http.Request) []string {
	return strings.FieldsFunc(strings.ToUpper(strings.Join(r.URL.Query()["lastRunStates"], ",")), func(c rune) bool { return c == ',' })
}

// jobs adds jobs to a list, each with its newest run.
func (v reader) jobs(ctx context.Context, nodes []lineage.Node, list jobList) (jobList, error) {
	list.Jobs = make([]job, 0, len(nodes))
	for _, n := range nodes {
		info, ok := v.graph.Node(n)
		if !ok {
			continue
		}
		j := v.jobOf(info, maxListed)
		if err := v.ran(ctx, &j, info, 1); err != nil {
			return list, err
		}
		list.Jobs = append(list.Jobs, j)
	}
	return list, nil
}

// lastRan lists the jobs of a namespace, "" for all, whose last run is in one of
// some states, by name.
func (v reader) lastRan(ctx context.Context, namespace string, states []string, p page) (jobList, error) {
	facts, err := v.store.List(ctx, lineage.KindRun, lineage.Query{Newest: true, Limit: maxStatesRead})
	if err != nil {
		return jobList{}, err
	}
	seen := map[lineage.Node]bool{}
	var all []lineage.Node
	for _, f := range facts {
		known, err := lineage.RunOf(f)
		if err != nil {
			continue // of another shape: nothing can be told of it
		}
		n := v.graph.Resolve(lineage.Job(known.Job.Namespace, known.Job.Name))
		if seen[n] {
			continue
		}
		seen[n] = true
		if (namespace == "" || n.Namespace == namespace) && slices.Contains(states, runStates[known.State]) {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, lineage.Node.Compare)
	return v.jobs(ctx, cut(all, p), jobList{TotalCount: len(all), Truncated: len(facts) == maxStatesRead})
}

// jobVersion is what Marquez tells of a version of a job.
type jobVersion struct {
	ID        versionName  `json:"id"`
	Name      string       `json:"name"`
	CreatedAt time.Time    `json:"createdAt"`
	Version   string       `json:"version"`
	Namespace string       `json:"namespace"`
	Location  *string      `json:"location"`
	Inputs    []lineage.ID `json:"inputs"`
	Outputs   []lineage.ID `json:"outputs"`
	LatestRun *run         `json:"latestRun"`
}

type jobVersionList struct {
	Versions   []jobVersion `json:"versions"`
	TotalCount int          `json:"totalCount"`
}

// version tells of the one version of the job of the path.
func (h *Handler) version(r *http.Request) (jobVersion, error) {
	j, err := h.reader().job(r)
	if err != nil {
		return jobVersion{}, err
	}
	return jobVersion{
		ID: versionName{j.ID, j.CurrentVersion}, Name: j.Name, CreatedAt: j.CreatedAt, Version: j.CurrentVersion, Namespace: j.Namespace,
		Location: j.Location, Inputs: j.Inputs, Outputs: j.Outputs, LatestRun: j.LatestRun,
	}, nil
}

func (h *Handler) jobVersions(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	only, err := h.version(r)
	return jobVersionList{cut([]jobVersion{only}, p), 1}, err
}

func (h *Handler) jobVersion(r *http.Request) (any, error) {
	wanted, err := pathName(r, "version")
	if err != nil {
		return nil, err
	}
	only, err := h.version(r)
	if err == nil && only.Version != wanted {
		return nil, faultf(http.StatusNotFound, "the job has no version %q: older versions are not kept", wanted)
	}
	return only, err
}
