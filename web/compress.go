package web

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// minCompressed is the smallest answer worth compressing, in bytes: below it
// the time spent is more than the packets saved.
const minCompressed = 4 << 10

// compressor gzips large answers for clients that ask for it.
type compressor struct {
	writers sync.Pool // of *gzip.Writer
}

func newCompressor() *compressor {
	return &compressor{writers: sync.Pool{New: func() any {
		gz, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails only on an unknown level
		return gz
	}}}
}

func (c *compressor) compress(next http.Handler) http.Handler {
	vary := []string{"Accept-Encoding"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Vary"] = vary
		if r.Method == http.MethodHead || !acceptsGzip(r.Header["Accept-Encoding"]) {
			next.ServeHTTP(w, r)
			return
		}
		cw := &compressedWriter{ResponseWriter: w, compressor: c}
		defer cw.close()
		next.ServeHTTP(cw, r)
	})
}

func acceptsGzip(headers []string) bool {
	for _, header := range headers {
		for coding := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(strings.TrimSpace(coding), ";")
			if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") {
				continue
			}
			weight, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			q, err := strconv.ParseFloat(weight, 64)
			return !found || err == nil && q > 0
		}
	}
	return false
}

// compressedWriter decides with the header whether the body is compressed.
type compressedWriter struct {
	http.ResponseWriter
	compressor *compressor
	decided    bool
	gz         *gzip.Writer // nil: the body goes out as it is
}

func (w *compressedWriter) WriteHeader(status int) {
	informational := status < http.StatusOK && status != http.StatusSwitchingProtocols
	if !w.decided && !informational {
		w.decided = true
		if w.worthwhile(status) {
			header := w.Header()
			header.Del("Content-Length")
			header.Set("Content-Encoding", "gzip")
			w.gz, _ = w.compressor.writers.Get().(*gzip.Writer)
			w.gz.Reset(w.ResponseWriter)
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *compressedWriter) worthwhile(status int) bool {
	header := w.Header()
	if status == http.StatusNoContent || status == http.StatusNotModified || status < http.StatusOK ||
		header.Get("Content-Encoding") != "" {
		return false
	}
	size, err := strconv.Atoi(header.Get("Content-Length"))
	return err != nil || size >= minCompressed
}

func (w *compressedWriter) Write(p []byte) (int, error) {
	if !w.decided {
		w.WriteHeader(http.StatusOK)
	}
	if w.gz == nil {
		return w.ResponseWriter.Write(p)
	}
	return w.gz.Write(p)
}

// Flush sends what is compressed so far, for answers that stream.
func (w *compressedWriter) Flush() {
	if w.gz != nil {
		_ = w.gz.Flush() // an error shows with the next Write
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *compressedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *compressedWriter) close() {
	if w.gz == nil {
		return
	}
	_ = w.gz.Close() // fails only when the client is gone
	w.compressor.writers.Put(w.gz)
}
