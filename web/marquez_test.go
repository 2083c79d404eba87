package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/web/api"
	"github.com/accordhq/accord/web/marquez"
)

const billed = `{"eventType":"COMPLETE","eventTime":"2026-11-20T08:00:00Z","producer":"https://example.com","schemaURL":"s",
	"run":{"runId":"0191d8a5-2f1b-7c3d-8e4f-000000000001"},"job":{"namespace":"shop/eu","name":"bill","facets":{"tags":{"tags":[{"key":"gold"}]}}},
	"inputs":[{"namespace":"kafka://broker:9092","name":"orders","facets":{"schema":{"fields":[{"name":"id","type":"long"}]}}}],
	"outputs":[{"namespace":"kafka://broker:9092","name":"bills","facets":{"columnLineage":{"fields":{
		"order":{"inputFields":[{"namespace":"kafka://broker:9092","name":"orders","field":"id"}]}}}}}]}`

// TestLineageIsAnsweredAsDocumented asks for everything that Marquez's API
// answers, through all of the server.
func TestLineageIsAnsweredAsDocumented(t *testing.T) {
	t.Parallel()
	store := memlog.NewLineage()
	e, err := openlineage.Parse([]byte(billed), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	facts := openlineage.Facts(e)
	if err := store.Put(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	graph := lineage.Build(facts, lineage.Options{})
	served := marquez.New(marquez.Options{Store: store, Graph: func() *lineage.Graph { return graph }, Now: time.Now})
	s := start(t, Options{Lineage: served})
	defer s.stopped(t)
	if resp, body := s.do(t, http.MethodPost, "/api/v1/lineage", billed, nil); resp.StatusCode != http.StatusCreated {
		t.Fatalf("POST: %d %s", resp.StatusCode, body)
	}
	if resp, body := s.do(t, http.MethodPost, "/api/v1/lineage/batch", "["+billed+",{}]", nil); resp.StatusCode != http.StatusOK {
		t.Fatalf("POST of a batch: %d %s", resp.StatusCode, body)
	}
	fill := strings.NewReplacer("{namespace}/datasets", "kafka:%2F%2Fbroker:9092/datasets", "{dataset}", "bills", "{job}", "bill",
		"{namespace}", "shop%2Feu", "{run}", "0191d8a5-2f1b-7c3d-8e4f-000000000001", "{source}", "kafka:%2F%2Fbroker:9092")
	query := "?nodeId=dataset:kafka://broker:9092:bills&withDownstream=true&runId=0191d8a5-2f1b-7c3d-8e4f-000000000001&q=bill&period=DAY"
	documented := documentation(t)
	mux := chi.NewMux()
	served.Route(mux)
	checked := 0
	err = chi.Walk(mux, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet || strings.HasSuffix(route, "/*") {
			return nil
		}
		checked++
		path := fill.Replace(route)
		if strings.Contains(path, "{version}") {
			list, _, _ := strings.Cut(path, "/{version}")
			var known struct{ Versions []struct{ Version string } }
			if _, body := s.get(t, list, nil); json.Unmarshal([]byte(body), &known) != nil || len(known.Versions) == 0 {
				t.Fatalf("GET %s: %s", list, body)
			}
			path = strings.ReplaceAll(path, "{version}", known.Versions[0].Version)
		}
		resp, body := s.get(t, path+query, nil)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("GET %s: %d %v %s", path, resp.StatusCode, resp.Header, body)
		}
		documented(t, resp, body)
		return nil
	})
	if err != nil || checked < 28 {
		t.Errorf("%d routes were checked: %v", checked, err)
	}
	if resp, _ := s.do(t, http.MethodHead, "/api/v1/namespaces", "", nil); resp.StatusCode != http.StatusOK {
		t.Errorf("HEAD of a list: %d", resp.StatusCode)
	}
	resp, body := s.do(t, http.MethodPut, "/api/v1/namespaces/shop%2Feu", "{}", nil)
	documented(t, resp, body)
	resp, body = s.do(t, http.MethodPut, "/api/v1/namespaces/shop%2Feu/jobs/bill", "{}", nil)
	if resp.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(body, "OpenLineage") {
		t.Errorf("PUT of a job: %d %s", resp.StatusCode, body)
	}
}

// documentation returns a check of answers against the document.
func documentation(t *testing.T) (check func(t *testing.T, resp *http.Response, body string)) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T, resp *http.Response, body string) {
		t.Helper()
		route, parameters, err := router.FindRoute(resp.Request)
		if err != nil {
			t.Fatalf("%s: %v", resp.Request.URL, err)
		}
		out := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: resp.Request, PathParams: parameters, Route: route},
			Status:                 resp.StatusCode, Header: resp.Header, Options: &openapi3filter.Options{IncludeResponseStatus: true},
		}
		out.SetBodyBytes([]byte(body))
		if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
			t.Errorf("%s: %v\n%s", resp.Request.URL, err, body)
		}
	}
}
