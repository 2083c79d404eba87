package marquez

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// searchResult is a dataset or job that was found.
type searchResult struct {
	Type      string    `json:"type"`
	Name      string    `json:"name"`
	UpdatedAt time.Time `json:"updatedAt"`
	Namespace string    `json:"namespace"`
	NodeID    string    `json:"nodeId"`
}

type searchAnswer struct {
	TotalCount int            `json:"totalCount"`
	Results    []searchResult `json:"results"`
	// Truncated says that what was filtered and sorted are the best matches,
	// not all; only Accord says it.
	Truncated bool `json:"truncated,omitempty"`
}

// search finds datasets and jobs by a part of their name or namespace, in any
// case of letters.
func (h *Handler) search(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	if query.Get("q") == "" {
		return nil, faultf(http.StatusBadRequest, "q is missing: send a part of a name")
	}
	var kind lineage.NodeKind
	switch filter := strings.ToUpper(query.Get("filter")); filter {
	case "", "ALL":
	case "JOB", "DATASET":
		kind = lineage.NodeKind(strings.ToLower(filter))
	default:
		return nil, faultf(http.StatusBadRequest, "filter=%s: send JOB or DATASET, or nothing for both", filter)
	}
	after, err := moment(r, "after")
	if err != nil {
		return nil, err
	}
	before, err := moment(r, "before")
	if err != nil {
		return nil, err
	}
	answer := h.reader().search(query.Get("q"), kind, func(s searchResult) bool {
		return (query.Get("namespace") == "" || s.Namespace == query.Get("namespace")) &&
			!s.UpdatedAt.Before(after) && (before.IsZero() || s.UpdatedAt.Before(before))
	})
	if err := sortResults(answer.Results, query.Get("sort")); err != nil {
		return nil, err
	}
	answer.Results = cut(answer.Results, p)
	return answer, nil
}

// search looks among the best matches, lineage.MaxPage of them.
func (v reader) search(text string, kind lineage.NodeKind, wanted func(searchResult) bool) searchAnswer {
	nodes, total := v.graph.Search(text, kind, lineage.MaxPage)
	answer := searchAnswer{Results: []searchResult{}, Truncated: total > len(nodes)}
	for _, n := range nodes {
		info, _ := v.graph.Node(n)
		s := searchResult{strings.ToUpper(string(n.Kind)), n.Name, info.Last, n.Namespace, nodeID(n)}
		if wanted(s) {
			answer.Results = append(answer.Results, s)
		}
	}
	answer.TotalCount = len(answer.Results)
	if answer.Truncated && answer.TotalCount == len(nodes) {
		answer.TotalCount = total // nothing was filtered out
	}
	return answer
}

// sortResults orders what was found; without an order the best matches come
// first.
func sortResults(results []searchResult, order string) error {
	switch strings.ToUpper(order) {
	case "":
	case "NAME":
		slices.SortStableFunc(results, func(a, b searchResult) int { return cmp.Compare(a.Name, b.Name) })
	case "UPDATE_AT", "UPDATED_AT":
		slices.SortStableFunc(results, func(a, b searchResult) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	default:
		return faultf(http.StatusBadRequest, "sort=%s: send NAME or UPDATE_AT", order)
	}
	return nil
}

// hits is what Marquez answers out of its search engine.
type hits struct {
	Hits       []hit                 `json:"hits"`
	Highlights []map[string][]string `json:"highlights"`
}

type hit struct {
	RunID     *string `json:"run_id"`
	Name      string  `json:"name"`
	Namespace string  `json:"namespace"`
	EventType *string `json:"eventType"`
	Type      string  `json:"type"`
	Facets    facets  `json:"facets"`
	RunFacets facets  `json:"runFacets"`
}

// maxHits is how many hits are told of.
const maxHits = 10

// hits finds nodes of a kind, and marks what was found in their names.
func (h *Handler) hits(kind lineage.NodeKind) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		text := r.URL.Query().Get("q")
		if text == "" {
			return nil, faultf(http.StatusBadRequest, "q is missing: send a part of a name")
		}
		v := h.reader()
		nodes, _ := v.graph.Search(text, kind, maxHits)
		answer := hits{[]hit{}, []map[string][]string{}}
		for _, n := range nodes {
			info, _ := v.graph.Node(n)
			found := hit{Name: n.Name, Namespace: n.Namespace, Type: datasetType(info), Facets: facets{}, RunFacets: facets{}}
			if n.Kind == lineage.JobNode {
				found.Type = jobType(info.JobType)
				runs, err := v.runs(r.Context(), info, page{limit: 1})
				if err != nil {
					return nil, err
				}
				for _, known := range runs {
					found.RunID, found.EventType = &known.ID, optional(string(known.State))
				}
			}
			answer.Hits = append(answer.Hits, found)
			answer.Highlights = append(answer.Highlights, highlight(n.ID, text))
		}
		return answer, nil
	}
}

// highlight marks a text within a name or namespace.
func highlight(id lineage.ID, text string) map[string][]string {
	out := map[string][]string{}
	for member, value := range map[string]string{"name": id.Name, "namespace": id.Namespace} {
		i := strings.Index(strings.ToLower(value), strings.ToLower(text))
		if end := i + len(text); i >= 0 && end <= len(value) && strings.EqualFold(value[i:end], text) {
			out[member] = []string{value[:i] + "<em>" + value[i:end] + "</em>" + value[end:]}
		}
	}
	return out
}
