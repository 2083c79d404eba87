package api

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage/usage"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/memlog"
)

// recordSchema is an Avro record of about 1.2 KB.
func recordSchema(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"com.acme.orders\",\"fields\":[`, name)
	for i := range 14 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{\"name\":\"field_%02d\",\"type\":\"string\",\"doc\":\"What field %02d holds.\"}`, i, i)
	}
	return b.String() + `]}`
}

// discard is a ResponseWriter that costs nothing.
type discard struct {
	header http.Header
	size   int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(p []byte) (int, error) {
	d.size += len(p)
	return len(p), nil
}

// BenchmarkSchemaByID is the call that every consumer makes for each new id.
// The bare handler writes the same bytes, and the noted calls are those of a
// client whose use of schemas is remembered.
func BenchmarkSchemaByID(b *testing.B) {
	s := newServer(b, Options{Usage: usage.New(memlog.NewLineage(), usage.Options{Now: time.Now})})
	body := `{"schema":"` + recordSchema("Order") + `"}`
	ask[client.RegisterResponse](b, s, http.MethodPost, "/subjects/orders-value/versions", body, http.StatusOK)
	answer := s.send(b, http.MethodGet, "/schemas/ids/1", "", nil).Body.String()
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	})
	for _, bench := range []struct {
		name, target, agent string
		handler             http.Handler
	}{
		{"bare", "/schemas/ids/1", "", bare},
		{"plain", "/schemas/ids/1", "curl/8", s},
		{"noted", "/schemas/ids/1", "franz-go", s},
		{"java", "/schemas/ids/1?fetchMaxId=false&subject=orders-value", "Java/21", s},
	} {
		b.Run(bench.name, func(b *testing.B) {
			req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, bench.target, nil)
			req.Header.Set("User-Agent", bench.agent)
			b.SetBytes(int64(len(answer)))
			b.ReportAllocs()
			for b.Loop() {
				bench.handler.ServeHTTP(&discard{header: http.Header{}}, req)
			}
		})
	}
}

// BenchmarkRegisterExisting is what each producer does when it starts.
func BenchmarkRegisterExisting(b *testing.B) {
	s := newServer(b, Options{})
	body := `{"schema":"` + recordSchema("Order") + `"}`
	ask[client.RegisterResponse](b, s, http.MethodPost, "/subjects/orders-value/versions", body, http.StatusOK)
	for _, target := range []string{"/subjects/orders-value/versions", "/subjects/orders-value"} {
		b.Run(target, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, target, strings.NewReader(body))
				s.ServeHTTP(&discard{header: http.Header{}}, req)
			}
		})
	}
}
