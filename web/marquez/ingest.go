package marquez

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

// ingest takes one event. It is stored when the answer is sent, and joins the
// graph soon after.
func (h *Handler) ingest(r *http.Request) (answer, error) {
	done, err := h.enter(r)
	if err != nil {
		return answer{}, err
	}
	defer done()
	body, err := h.body(r)
	if err != nil {
		return answer{}, err
	}
	event, err := openlineage.Parse(body, h.opts.Now())
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
	done, err := h.enter(r)
	if err != nil {
		return answer{}, err
	}
	defer done()
	body, err := h.body(r)
	if err != nil {
		return answer{}, err
	}
	batch, err := openlineage.ParseBatch(body, h.opts.Now())
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

// enter waits for leave to hold a body in memory.
func (h *Handler) enter(r *http.Request) (done func(), err error) {
	select {
	case h.decoding <- struct{}{}:
		return func() { <-h.decoding }, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// body reads a request's body, compressed or not.
func (h *Handler) body(r *http.Request) ([]byte, error) {
	source, err := decoded(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(source, h.opts.MaxBody+1))
	switch {
	case int64(len(body)) > h.opts.MaxBody:
		return nil, faultf(http.StatusRequestEntityTooLarge,
			"the body has more than %d bytes: send fewer events at a time, and turn off facets that hold whole plans (spark.openlineage.facets)", h.opts.MaxBody)
	case err != nil && r.Context().Err() != nil:
		return nil, r.Context().Err()
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, faultf(http.StatusBadRequest, "the body is not whole: %s", err)
	case err != nil:
		return nil, faultf(http.StatusBadRequest, "the body cannot be read: %s", err)
	}
	return body, nil
}

// decoded undoes the content coding, of which gzip alone is known.
func decoded(r *http.Request) (io.Reader, error) {
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
