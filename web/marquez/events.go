package marquez

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// eventList are events as they came.
type eventList struct {
	Events     []json.RawMessage `json:"events"`
	TotalCount int               `json:"totalCount"`
	// Truncated says that the page is shorter than asked for, because its
	// events are large; only Accord says it.
	Truncated bool `json:"truncated,omitempty"`
}

// Bounds of a page of events: they are read some at a time until they are many
// bytes.
const (
	maxEventBytes = 32 << 20
	eventsAtOnce  = 10
)

// events lists events by their time, from after up to and not with before, the
// newest first unless asked otherwise.
func (h *Handler) events(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	q := lineage.EventQuery{Newest: true, Offset: p.offset}
	if q.After, err = moment(r, "after"); err != nil {
		return nil, err
	}
	if q.Before, err = moment(r, "before"); err != nil {
		return nil, err
	}
	switch direction := r.URL.Query().Get("sortDirection"); strings.ToLower(direction) {
	case "", "desc":
	case "asc":
		q.Newest = false
	default:
		return nil, faultf(http.StatusBadRequest, "sortDirection=%s: send asc or desc", direction)
	}
	return h.reader().events(r.Context(), q, p.limit)
}

func (v reader) events(ctx context.Context, q lineage.EventQuery, limit int) (eventList, error) {
	list := eventList{Events: []json.RawMessage{}}
	for size := 0; len(list.Events) < limit; {
		if size >= maxEventBytes {
			list.Truncated = true
			break
		}
		q.Limit = min(eventsAtOnce, limit-len(list.Events))
		some, total, err := v.store.Events(ctx, q)
		if err != nil {
			return list, err
		}
		list.TotalCount = total
		for _, e := range some {
			list.Events = append(list.Events, e.Body)
			size += len(e.Body)
		}
		if len(some) < q.Limit {
			break
		}
		q.Offset += len(some)
	}
	return list, nil
}
