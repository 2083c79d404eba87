package marquez_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// said is an event of a dataset with facets.
func said(namespace, name, at, facets string) string {
	return fmt.Sprintf(`{"eventTime":%q,"producer":"p","schemaURL":"s","dataset":{"namespace":%q,"name":%q,"facets":%s}}`, at, namespace, name, facets)
}

func TestFacetsAreSharedByAllNames(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t,
		said("postgresql://DB/", "shop.orders", "2026-11-20T08:00:00Z", `{"documentation":{"description":"old"},"schema":{"fields":[{"name":"id","type":"int"}]}}`),
		said("postgres://db:5432/", "shop.orders", "2026-11-20T09:00:00Z", `{"documentation":{"description":"new"}}`),
		said("file", "/warehouse/orders", "2026-11-20T10:00:00Z",
			`{"owned":{"by":"us"},"symlinks":{"identifiers":[{"namespace":"postgres://db:5432/","name":"shop.orders","type":"TABLE"}]}}`),
	)
	for _, name := range []string{"postgresql://DB/ shop.orders", "postgres://db:5432/ shop.orders", "file /warehouse/orders"} {
		namespace, name, _ := strings.Cut(name, " ")
		d := s.get(t, "/namespaces/"+url.PathEscape(namespace)+"/datasets/"+url.PathEscape(name))
		facets := d["facets"].(map[string]any)
		if d["namespace"] != "postgres://db:5432/" || d["description"] != "new" || len(facets) != 4 || facets["owned"] == nil {
			t.Errorf("%s %s: %v", namespace, name, d)
		}
		if fields := d["fields"].([]any); len(fields) != 1 || fields[0].(map[string]any)["type"] != "int" {
			t.Errorf("%s %s: fields %v", namespace, name, fields)
		}
	}
}

func TestFacetsOfUse(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, strings.Replace(started, `"name":"orders"`,
		`"name":"orders","facets":{"custom":{"a":1.50}},"inputFacets":{"dataQualityAssertions":{"assertions":[{"assertion":"not_null","success":true}]}}`, 1))
	w := s.do(t, "GET", "/namespaces/kafka:%2F%2Fbroker:9092/datasets/orders", nil)
	if !strings.Contains(w.Body.String(), `"facets":{"custom":{"a":1.50},"dataQualityAssertions":{"assertions":[{"assertion":"not_null","success":true}]}}`) {
		t.Errorf("facets are not verbatim: %s", w.Body)
	}
	s.send(t, said("kafka://broker:9092", "orders", "2026-11-20T09:00:00Z", `{"custom":{"_deleted":true},"lifecycleStateChange":{"lifecycleStateChange":"DROP"}}`))
	d := s.get(t, "/namespaces/kafka:%2F%2Fbroker:9092/datasets/orders")
	if _, ok := d["facets"].(map[string]any)["custom"]; ok || d["deleted"] != true || d["lastLifecycleState"] != "DROP" {
		t.Errorf("after custom was taken back and the dataset dropped: %v", d)
	}
}

func TestFacetsOfJobs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	job := `"job":{"namespace":"shop","name":"flow.bill","facets":{"jobType":{"processingType":"STREAMING","integration":"FLINK"},
		"sourceCodeLocation":{"type":"git","url":%q}}}`
	event := strings.Replace(started, `"job":{"namespace":"shop","name":"bill"}`, job, 1)
	event = strings.Replace(event, `000001"}`, `000001","facets":{"parent":{"run":{"runId":"0191d8a5-2f1b-7c3d-8e4f-00000000000a"},"job":{"namespace":"shop","name":"flow"}},
		"nominalTime":{"nominalStartTime":"2026-11-20T07:00:00Z"}}}`, 1)
	s.send(t, fmt.Sprintf(event, "https://example.com/code"))
	j := s.get(t, "/namespaces/shop/jobs/flow.bill")
	got := fmt.Sprintf("%v %v %v %v", j["type"], j["simpleName"], j["parentJobName"], j["location"])
	if got != "STREAM bill flow https://example.com/code" {
		t.Error(got)
	}
	run := s.get(t, "/jobs/runs/0191d8a5-2f1b-7c3d-8e4f-000000000001")
	if run["nominalStartTime"] != "2026-11-20T07:00:00Z" || run["state"] != "RUNNING" {
		t.Errorf("run: %v", run)
	}
	for kind, want := range map[string]string{"run": "nominalTime", "job": "jobType"} {
		facets := s.get(t, "/jobs/runs/0191d8a5-2f1b-7c3d-8e4f-000000000001/facets?type="+kind)["facets"].(map[string]any)
		if facets[want] == nil {
			t.Errorf("facets of the %s: %v", kind, facets)
		}
	}
	s.send(t, strings.Replace(fmt.Sprintf(event, "git@example.com:code"), "08:00", "09:00", 1))
	if j := s.get(t, "/namespaces/shop/jobs/flow.bill"); j["location"] != nil {
		t.Errorf("a location that is no URL for the web: %v", j["location"])
	}
}
