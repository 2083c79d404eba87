package marquez_test

import (
	"fmt"
	"strings"
	"testing"
)

// ran is an event of run n of a job of namespace "shop".
func ran(job string, n int, state, at, rest string) string {
	return fmt.Sprintf(`{"eventType":%q,"eventTime":"2026-11-20T%sZ","producer":"p","schemaURL":"s","run":{"runId":"0191d8a5-2f1b-7c3d-8e4f-%012d"},`+
		`"job":{"namespace":"shop","name":%q},%s}`, state, at, n, job, rest)
}

func column(list map[string]any, member, of string) string {
	var all []string
	for _, each := range list[member].([]any) {
		all = append(all, fmt.Sprint(each.(map[string]any)[of]))
	}
	return strings.Join(all, " ")
}

func TestRunsOfJobs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const none = `"inputs":[],"outputs":[]`
	s.send(t,
		ran("good", 1, "START", "08:00:00", none), ran("good", 1, "COMPLETE", "08:00:01.5", none),
		ran("good", 2, "START", "09:00:00", none),
		ran("bad", 3, "START", "08:00:00", none), ran("bad", 3, "FAIL", "08:30:00", none),
		ran("mended", 4, "FAIL", "08:00:00", none), ran("mended", 5, "COMPLETE", "10:00:00", none),
	)
	list := s.get(t, "/namespaces/shop/jobs/good/runs")
	if got := column(list, "runs", "state") + " " + column(list, "runs", "durationMs"); got != "RUNNING COMPLETED <nil> 1500" || list["totalCount"] != 2.0 {
		t.Errorf("runs: %s of %v", got, list["totalCount"])
	}
	if got := column(s.get(t, "/namespaces/shop/jobs/good/runs?limit=1&offset=1"), "runs", "state"); got != "COMPLETED" {
		t.Errorf("second page: %s", got)
	}
	for states, want := range map[string]string{
		"":                                "bad good mended",
		"lastRunStates=FAILED":            "bad",
		"lastRunStates=completed,RUNNING": "good mended",
		"lastRunStates=FAILED&lastRunStates=RUNNING": "bad good",
		"lastRunStates=ABORTED":                      "",
		"lastRunStates=FAILED,RUNNING&limit=1":       "bad",
	} {
		for _, path := range []string{"/jobs?", "/namespaces/shop/jobs?"} {
			if got := column(s.get(t, path+states), "jobs", "name"); got != want {
				t.Errorf("%s%s: %q, want %q", path, states, got, want)
			}
		}
	}
}

func TestVersionsThatRunsName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	touch := func(side, version string) string {
		return fmt.Sprintf(`%q:[{"namespace":"lake","name":"orders","facets":{"version":{"datasetVersion":%q},"schema":{"fields":[{"name":"id","type":%q}]}}}]`, side, version, version)
	}
	s.send(t,
		ran("write", 1, "COMPLETE", "08:00:00", touch("outputs", "snap-1")),
		ran("write", 2, "COMPLETE", "09:00:00", touch("outputs", "snap-2")),
		ran("read", 3, "COMPLETE", "10:00:00", touch("inputs", "snap-1")),
	)
	list := s.get(t, "/namespaces/lake/datasets/orders/versions")
	if got := column(list, "versions", "datasetVersion"); got != "snap-2 snap-1" {
		t.Fatalf("versions: %s", got)
	}
	older := list["versions"].([]any)[1].(map[string]any)
	if fields := older["fields"].([]any); len(fields) != 0 {
		t.Errorf("what is known of the newest version was told of an older one: %v", fields)
	}
	one := s.get(t, "/namespaces/lake/datasets/orders/versions/snap-1")
	if one["version"] != older["version"] || one["createdByRun"].(map[string]any)["id"] != "0191d8a5-2f1b-7c3d-8e4f-000000000001" {
		t.Errorf("one version: %v", one)
	}
	run := s.get(t, "/jobs/runs/0191d8a5-2f1b-7c3d-8e4f-000000000003")
	read := run["inputDatasetVersions"].([]any)[0].(map[string]any)["datasetVersionId"].(map[string]any)
	if read["version"] != older["version"] {
		t.Errorf("the run read version %v, and %v was written", read["version"], older["version"])
	}
}
