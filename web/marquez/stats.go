package marquez

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// interval is a time that something is counted over.
type interval struct {
	From time.Time `json:"startInterval"`
	To   time.Time `json:"endInterval"`
}

// runCount counts the runs that began or ended in an interval.
type runCount struct {
	interval
	Fail     int `json:"fail"`
	Start    int `json:"start"`
	Complete int `json:"complete"`
	Abort    int `json:"abort"`
	// Truncated says that there were more; only Accord says it.
	Truncated bool `json:"truncated,omitempty"`
}

// count is how many there were of something at the end of an interval.
type count struct {
	interval
	Count int `json:"count"`
}

// maxRunsInStats is how many of the newest runs are counted.
const maxRunsInStats = 20_000

// intervals are the hours of the last day, or the days of the last week in a
// time zone, the oldest first. A zone that is not known here is UTC: each
// interval says when it is.
func (v reader) intervals(r *http.Request) ([]interval, error) {
	period := strings.ToUpper(r.URL.Query().Get("period"))
	switch period {
	case "DAY":
		last := v.now.Truncate(time.Hour)
		return steps(24, func(i int) time.Time { return last.Add(time.Duration(i) * time.Hour) }), nil
	case "WEEK":
		zone, err := time.LoadLocation(r.URL.Query().Get("timezone"))
		if err != nil {
			zone = time.UTC
		}
		year, month, day := v.now.In(zone).Date()
		return steps(7, func(i int) time.Time { return time.Date(year, month, day+i, 0, 0, 0, 0, zone) }), nil
	}
	return nil, faultf(http.StatusBadRequest, "period=%s: send DAY or WEEK", period)
}

// steps makes n intervals, of which the last begins at step 0.
func steps(n int, at func(i int) time.Time) []interval {
	var all []interval
	for i := 1 - n; i <= 0; i++ {
		all = append(all, interval{at(i), at(i + 1)})
	}
	return all
}

// holds reports whether a time lies in the interval.
func (i interval) holds(at time.Time) bool { return !at.Before(i.From) && at.Before(i.To) }

func (h *Handler) runStats(r *http.Request) (any, error) {
	v := h.reader()
	within, err := v.intervals(r)
	if err != nil {
		return nil, err
	}
	return v.runCounts(r.Context(), within)
}

// runCounts counts runs. One counts as begun when it was first seen.
func (v reader) runCounts(ctx context.Context, within []interval) ([]runCount, error) {
	counts := make([]runCount, len(within))
	for i := range within {
		counts[i].interval = within[i]
	}
	facts, err := v.store.List(ctx, lineage.KindRun, lineage.Query{Since: within[0].From, Newest: true, Limit: maxRunsInStats})
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		known, err := lineage.RunOf(f)
		if err != nil {
			continue // of another shape: nothing can be told of it
		}
		for i := range counts {
			counts[i].add(known)
		}
	}
	if len(facts) == maxRunsInStats {
		for i := range counts {
			counts[i].Truncated = counts[i].From.Before(facts[len(facts)-1].Last)
		}
	}
	return counts, nil
}

func (c *runCount) add(r lineage.Run) {
	if c.holds(r.First) {
		c.Start++
	}
	if !c.holds(r.At) {
		return
	}
	switch r.State {
	case lineage.RunFail:
		c.Fail++
	case lineage.RunComplete:
		c.Complete++
	case lineage.RunAbort:
		c.Abort++
	}
}

// jobStats, datasetStats and sourceStats count what had been seen by the end of
// each interval.
func (h *Handler) jobStats(r *http.Request) (any, error) { return h.nodeStats(r, lineage.JobNode) }

func (h *Handler) datasetStats(r *http.Request) (any, error) {
	return h.nodeStats(r, lineage.DatasetNode)
}

func (h *Handler) nodeStats(r *http.Request, kind lineage.NodeKind) (any, error) {
	v := h.reader()
	return v.counts(r, func(yield func(time.Time) bool) {
		for _, seen := range v.graph.Census(kind) {
			if !yield(seen.First) {
				return
			}
		}
	})
}

func (h *Handler) sourceStats(r *http.Request) (any, error) {
	v := h.reader()
	return v.counts(r, func(yield func(time.Time) bool) {
		for _, n := range v.namespaces(lineage.DatasetNode) {
			if !yield(n.CreatedAt) {
				return
			}
		}
	})
}

// counts tells how many of some times had passed by the end of each interval.
func (v reader) counts(r *http.Request, firsts iter.Seq[time.Time]) (any, error) {
	within, err := v.intervals(r)
	if err != nil {
		return nil, err
	}
	all := make([]count, len(within))
	for i := range within {
		all[i].interval = within[i]
	}
	for first := range firsts {
		for i := len(all) - 1; i >= 0 && first.Before(all[i].To); i-- {
			all[i].Count++
		}
	}
	return all, nil
}
