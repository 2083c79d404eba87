package web

import (
	"io"
	"net"
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

// BenchmarkThroughput asks GET /schemas/ids/1 over connections that stay open,
// of this server with everything on, and of a bare handler that writes the
// same bytes. Client and server share the processors.
func BenchmarkThroughput(b *testing.B) {
	r := start(b, Options{AccessLog: io.Discard})
	defer r.stopped(b)
	register, err := r.client.Post(r.URL()+"/subjects/orders-value/versions", "application/json", strings.NewReader(recordBody))
	if err != nil {
		b.Fatal(err)
	}
	register.Body.Close()
	const path = "/schemas/ids/1"
	rec := httptest.NewRecorder()
	r.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil))
	answer := rec.Body.Bytes()
	bare := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = bare.Serve(listener) }()
	defer bare.Close()

	b.Run("bare", func(b *testing.B) { hammer(b, "http://"+listener.Addr().String()+path) })
	b.Run("accord", func(b *testing.B) { hammer(b, r.URL()+path) })
	b.Run("handler", func(b *testing.B) {
		req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
		b.ReportAllocs()
		for b.Loop() {
			r.Handler().ServeHTTP(&discard{header: http.Header{}}, req)
		}
	})
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

// hammer asks a URL over one connection for each of 16 goroutines a processor.
func hammer(b *testing.B, url string) {
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		conn := newPersistent(b, url)
		defer conn.close()
		for pb.Next() {
			conn.ask(b)
		}
	})
}

// persistent is the cheapest client there is: it writes the same request again
// and again and reads answers of a known size.
type persistent struct {
	conn    net.Conn
	request []byte
	answer  []byte
}

func newPersistent(b *testing.B, url string) *persistent {
	b.Helper()
	req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	conn, err := net.Dial("tcp", req.URL.Host)
	if err != nil {
		b.Fatal(err)
	}
	p := &persistent{conn: conn, answer: make([]byte, 16<<10)}
	p.request = []byte("GET " + req.URL.Path + " HTTP/1.1\r\nHost: " + req.URL.Host + "\r\n\r\n")
	return p
}

// ask reads until the end of the JSON object that is the body.
func (p *persistent) ask(b *testing.B) {
	if _, err := p.conn.Write(p.request); err != nil {
		b.Error(err)
		return
	}
	for read := 0; ; {
		n, err := p.conn.Read(p.answer[read:])
		if err != nil {
			b.Error(err)
			return
		}
		read += n
		if p.answer[read-1] == '}' {
			return
		}
	}
}

func (p *persistent) close() { _ = p.conn.Close() }
