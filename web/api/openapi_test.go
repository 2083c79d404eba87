package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/web/marquez"
)

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc, _ := document()
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

// What the server around the API answers is documented here and tested there.
var operations = []string{"GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json"}

func TestDocumentAndRoutesAgree(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	marquez.New(marquez.Options{}).Route(s.Router())
	routes := slices.Clone(operations)
	err := chi.Walk(s.Router(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !strings.HasSuffix(route, "/*") { // where nothing else is served
			routes = append(routes, method+" "+route)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	doc, _ := document()
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	for _, route := range routes {
		if !slices.Contains(documented, route) {
			t.Errorf("%s is served and not documented", route)
		}
	}
	for _, route := range documented {
		if !slices.Contains(routes, route) {
			t.Errorf("%s is documented and not served", route)
		}
	}
}

func TestDocumentNamesEveryErrorCode(t *testing.T) {
	t.Parallel()
	text := string(OpenAPI())
	for code, out := range outcomes {
		if out.status < http.StatusInternalServerError && !strings.Contains(text, strconv.Itoa(out.code)) {
			t.Errorf("%s: error_code %d is not in the document", code, out.code)
		}
	}
}
