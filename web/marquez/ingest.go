package marquez

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

// ingest takes one event. It is stored when the answer is sent, and joins the
// graph soon after.
func (h *Handler) ingest(r *http.Request) (answer, error) {
	body, done, err := h.body(r)
	if err != nil {
		return answer{}, err
	}
	defer done()
	event, err := decode(h, r, body, openlineage.Parse)
	if err != nil {
		return answer{}, refused(err)
	}
	if _, err := h.opts.Store.Record(r.Context(), []lineage.Event{event.Raw()}); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated}, nil
}

// processed says what became of a batch (OpenLineage 2.0.2, postEventBatch).
type processed struct {
	Status  string        `json:"status"`
	Summary summary       `json:"summary"`
	Failed  []failedEvent `json:"failed_events,omitempty"`
}

type summary struct {
	Received     int `json:"received"`
	Successful   int `json:"successful"`
	Failed       int `json:"failed"`
	Retriable    int `json:"retriable"`
	NonRetriable int `json:"non_retriable"`
}

type failedEvent struct {
	Index     int    `json:"index"`
	Reason    string `json:"reason"`
	Retriable bool   `json:"retriable"`
}

// ingestBatch takes an array of events, each for itself: one that is refused
// keeps none of the others out.
func (h *Handler) ingestBatch(r *http.Request) (answer, error) {
	body, done, err := h.body(r)
	if err != nil {
		return answer{}, err
	}
	defer done()
	batch, err := decode(h, r, body, openlineage.ParseBatch)
	if err != nil {
		return answer{}, refused(err)
	}
	events := make([]lineage.Event, len(batch.Events))
	for i, e := range batch.Events {
		events[i] = e.Raw()
	}
	if _, err := h.opts.Store.Record(r.Context(), events); err != nil {
		return answer{}, err
	}
	told := processed{Status: "success", Summary: summary{
		Received: batch.Received, Successful: len(events), Failed: len(batch.Failed), NonRetriable: len(batch.Failed),
	}}
	for _, f := range batch.Failed {
		told.Status = "partial_success"
		told.Failed = append(told.Failed, failedEvent{Index: f.Index, Reason: f.Fault.Error()})
	}
	return answer{http.StatusOK, told}, nil
}

// enter waits for one of a number of places.
func enter(r *http.Request, places chan struct{}) (leave func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// decode parses a body when its turn has come.
func decode[T any](h *Handler, r *http.Request, body []byte, parse func([]byte, time.Time) (T, error)) (T, error) {
	leave, err := enter(r, h.decoding)
	if err != nil {
		var none T
		return none, err
	}
	defer leave()
	return parse(body, h.opts.Now())
}

// body reads a request's body, compressed or not. The caller calls done when it
// no longer needs the body.
func (h *Handler) body(r *http.Request) (body []byte, done func(), err error) {
	source, err := decoded(r)
	if err != nil {
		return nil, nil, err
	}
	done = func() {}
	body, err = read(r, source, nil, min(largeBody, h.opts.MaxBody+1))
	if err == nil && len(body) >= largeBody {
		if done, err = enter(r, h.large); err != nil {
			return nil, nil, err
		}
		body, err = read(r, source, body, h.opts.MaxBody+1)
	}
	if err == nil && int64(len(body)) > h.opts.MaxBody {
		err = faultf(http.StatusRequestEntityTooLarge,
			"the body has more than %d bytes: send fewer events at a time, and turn off facets that hold whole plans (spark.openlineage.facets)", h.opts.MaxBody)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return body, done, nil
}

// read appends what a source has to the beginning of a body, up to a size.
func read(r *http.Request, source io.Reader, beginning []byte, size int64) ([]byte, error) {
	body := bytes.NewBuffer(beginning)
	_, err := body.ReadFrom(io.LimitReader(source, size-int64(len(beginning))))
	switch {
	case err == nil:
		return body.Bytes(), nil
	case r.Context().Err() != nil:
		return nil, r.Context().Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, faultf(http.StatusRequestTimeout, "the body did not come in time: send it again")
	}
	return nil, faultf(http.StatusBadRequest, "the body cannot be read to its end: %s", err)
}

// decoded undoes the content coding, of which gzip alone is known. Whatever the
// type is said to be, the body is JSON, and so in UTF-8.
func decoded(r *http.Request) (io.Reader, error) {
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := strings.ToLower(parameters["charset"]); err == nil && !slices.Contains(charsets, charset) {
		return nil, faultf(http.StatusUnsupportedMediaType, "Content-Type has charset %q: JSON is sent in UTF-8", charset)
	}
	switch coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); coding {
	case "", "identity":
		return r.Body, nil
	case "gzip", "x-gzip":
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, faultf(http.StatusBadRequest, "the body is said to be gzip and is not: %s", err)
		}
		return unzipped, nil
	default:
		return nil, faultf(http.StatusUnsupportedMediaType, "Content-Encoding %q is not known: send gzip, or no compression", coding)
	}
}

// charsets are the names of those that are UTF-8.
var charsets = []string{"", "utf-8", "utf8", "us-ascii"}

// refused makes a fault of an event an answer: the event is hopeless, and
// sending it again would not help.
func refused(err error) error {
	wrong := new(openlineage.Fault)
	if !errors.As(err, &wrong) {
		return err
	}
	f := faultf(http.StatusUnprocessableEntity, "%s", wrong)
	f.Path = wrong.Path
	return f
}
