package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// produced are the media types of answers, the preferred one first; each is
// the ready value of a Content-Type header (registry API 3).
var produced = [][]string{
	{"application/vnd.schemaregistry.v1+json"},
	{"application/vnd.schemaregistry+json"},
	{"application/json"},
}

// negotiate chooses the media type of the answer. Without a match it returns
// the preferred one, for the error, and false.
func negotiate(accept []string) ([]string, bool) {
	if len(accept) == 0 {
		return produced[0], true
	}
	header := accept[0]
	if len(accept) > 1 {
		header = strings.Join(accept, ",")
	}
	if header == "" || header == "*/*" {
		return produced[0], true
	}
	best, bestQuality := produced[0], 0.0
	for _, media := range produced {
		if media[0] == header {
			return media, true
		}
		if q := quality(header, media[0]); q > bestQuality {
			best, bestQuality = media, q
		}
	}
	return best, bestQuality > 0
}

// quality is the weight that an Accept header gives a media type: that of the
// most specific range that matches it, 0 if none does.
func quality(accept, media string) float64 {
	mainType, _, _ := strings.Cut(media, "/")
	weight, specificity := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.TrimSpace(name)
		s := 0
		switch {
		case strings.EqualFold(name, media):
			s = 3
		case strings.EqualFold(name, mainType+"/*"):
			s = 2
		case name == "*/*":
			s = 1
		}
		if s > specificity {
			weight, specificity = weightOf(params), s
		}
	}
	return weight
}

func weightOf(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || math.IsNaN(q) {
			return 0
		}
		return min(max(q, 0), 1)
	}
	return 1
}

// consumes reports whether a body of the given Content-Type is read.
func consumes(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch media {
	case produced[0][0], produced[1][0], produced[2][0], "application/octet-stream":
		return true
	}
	return false
}

// decode reads a request's JSON body into v. Fields that v does not have are
// ignored; a body that is missing or null is refused.
func (r *request) decode(v any) error {
	if !consumes(r.Header.Get("Content-Type")) {
		return plainError(http.StatusUnsupportedMediaType)
	}
	body, err := r.readBody()
	if err != nil {
		return err
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || string(trimmed) == "null" {
		return &requestError{
			status: http.StatusUnprocessableEntity, message: "The request has no body: send a JSON object",
		}
	}
	if !utf8.Valid(body) {
		return &requestError{status: http.StatusBadRequest, message: "The request body is not UTF-8"}
	}
	if err := json.Unmarshal(body, v); err != nil {
		return &requestError{status: http.StatusBadRequest, message: syntaxMessage(string(body), err)}
	}
	return nil
}

// readBody reads the body in one piece, if it is as long as it says and not
// huge. An endpoint that is asked twice gets it twice.
func (r *request) readBody() ([]byte, error) {
	if r.body != nil {
		return r.body, nil
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), maxPooled)) + bytes.MinRead)
	if _, err := body.ReadFrom(http.MaxBytesReader(r.writer, r.Body, r.maxBody)); err != nil {
		return nil, bodyError(err)
	}
	r.body = body.Bytes()
	return r.body, nil
}

// bodyError explains why a body could not be read to its end.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &requestError{
			status:  http.StatusRequestEntityTooLarge,
			message: fmt.Sprintf("The request body is larger than %d bytes", tooLarge.Limit),
		}
	}
	return &requestError{status: http.StatusBadRequest, message: "The request body could not be read: " + err.Error()}
}

// syntaxMessage says what is wrong with a JSON text, and where.
func syntaxMessage(body string, err error) string {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		at := schema.PositionOf(body, int(syntax.Offset)-1)
		return fmt.Sprintf("Invalid JSON: %s at line %d, column %d", syntax, at.Line, at.Column)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("Invalid JSON: %s cannot be a JSON %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Sprintf("Invalid JSON: the body cannot be a JSON %s, send an object", kind.Value)
	}
	return "Invalid JSON: " + err.Error()
}

// decodeSchema reads the body of the endpoints that take a schema.
func (r *request) decodeSchema() (client.RegisterRequest, error) {
	var body client.RegisterRequest
	if err := r.decode(&body); err != nil {
		return body, err
	}
	return body, checkNumbers(body)
}

// checkNumbers refuses a schema with numbers that the wire cannot hold.
func checkNumbers(body client.RegisterRequest) error {
	if err := checkNumber("version", body.Version); err != nil {
		return err
	}
	if err := checkNumber("id", body.ID); err != nil {
		return err
	}
	for i, ref := range body.References {
		if err := checkNumber(fmt.Sprintf("references[%d].version", i), ref.Version); err != nil {
			return err
		}
	}
	return nil
}

// checkNumber refuses what does not fit the 32 bits that ids and versions have
// on the wire.
func checkNumber(field string, n int) error {
	if n < math.MinInt32 || n > math.MaxInt32 {
		return &requestError{
			status: http.StatusBadRequest, message: fmt.Sprintf("Invalid JSON: %s %d is not a 32-bit integer", field, n),
		}
	}
	return nil
}

// What an endpoint may return besides a value for JSON.
type (
	rawText string
	// yamlText says that it is YAML, whatever the client accepts.
	yamlText  string
	noContent struct{}
	// multiStatus answers several requests at once: the value says how each
	// of them went.
	multiStatus struct{ value any }
)

// write sends an answer.
func (h *Handler) write(w http.ResponseWriter, answer any) {
	switch a := answer.(type) {
	case rawText:
		w.Header().Set("Content-Length", strconv.Itoa(len(a)))
		_, _ = io.WriteString(w, string(a))
	case yamlText:
		w.Header().Set("Content-Type", "application/yaml")
		h.write(w, rawText(a))
	case *ready:
		a.write(w)
	case noContent:
		w.Header().Del("Content-Type")
		w.WriteHeader(http.StatusNoContent)
	case multiStatus:
		h.writeJSON(w, http.StatusMultiStatus, a.value)
	default:
		h.writeJSON(w, http.StatusOK, a)
	}
}

// writeJSON encodes v whole before it sends anything. A client that is gone is
// nobody's error.
func (h *Handler) writeJSON(w http.ResponseWriter, status int, v any) {
	buf, _ := h.buffers.Get().(*encoded)
	if buf == nil {
		buf = new(encoded)
	}
	if err := buf.encode(v); err != nil {
		panic(fmt.Sprintf("api: encode %T: %v", v, err)) // all answers are plain structs
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(buf.b)))
	w.WriteHeader(status)
	_, _ = w.Write(buf.b)
	if cap(buf.b) <= maxPooled {
		h.buffers.Put(buf)
	}
}

// maxPooled keeps a buffer that once held a huge listing from staying.
const maxPooled = 64 << 10

// encoded is a JSON text under construction.
type encoded struct{ b []byte }

func (e *encoded) encode(v any) error {
	e.b = e.b[:0]
	switch v := v.(type) {
	case *client.SchemaString:
		return e.schemaString(v)
	case *client.RegisterResponse:
		return e.registered(v)
	}
	return e.value(v)
}

// value appends any value.
func (e *encoded) value(v any) error {
	enc := json.NewEncoder(e)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	e.b = bytes.TrimSuffix(e.b, []byte("\n"))
	return err
}

// Write implements io.Writer.
func (e *encoded) Write(p []byte) (int, error) {
	e.b = append(e.b, p...)
	return len(p), nil
}
