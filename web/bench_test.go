package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// recordBody registers a small record with its documentation.
const recordBody = `{"schema":"{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"com.acme\",\"fields\":[` +
	`{\"name\":\"id\",\"type\":\"string\",\"doc\":\"Number of the order, unique over all shops.\"},` +
	`{\"name\":\"amount\",\"type\":\"long\",\"doc\":\"Total in cents, taxes included.\"},` +
	`{\"name\":\"currency\",\"type\":\"string\",\"doc\":\"ISO 4217 code of the currency.\"},` +
	`{\"name\":\"placed_at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"},\"doc\":\"When it was placed.\"}]}"}`

// BenchmarkHandler is what this server does for GET /schemas/ids/1 with
// everything on, net/http aside. Two allocations are the header map of the
// answer.
func BenchmarkHandler(b *testing.B) {
	r := start(b, Options{AccessLog: io.Discard})
	defer r.stopped(b)
	register, err := r.client.Post(r.URL()+"/subjects/orders-value/versions", "application/json", strings.NewReader(recordBody))
	if err != nil {
		b.Fatal(err)
	}
	register.Body.Close()
	req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/schemas/ids/1", nil)
	b.ReportAllocs()
	for b.Loop() {
		r.Handler().ServeHTTP(&discard{header: http.Header{}}, req)
	}
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
