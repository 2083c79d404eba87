package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

// Observations are what a registry's process knows of lineage beside the log.
type Observations interface {
	// Graph is the newest graph, never nil.
	Graph() *lineage.Graph
	// Put adds facts, and List reads those of one kind.
	Put(ctx context.Context, facts []lineage.Fact) error
	List(ctx context.Context, kind lineage.Kind, q lineage.Query) ([]lineage.Fact, error)
}

// routeLineage is the graph of datasets and jobs, and what people say of names.
func (h *Handler) routeLineage() {
	h.get("/accord/v1/lineage", h.observed(h.lineage))
	h.get("/accord/v1/lineage/path", h.observed(h.lineagePath))
	h.get("/accord/v1/lineage/nodes", h.observed(h.lineageNodes))
	h.get("/accord/v1/lineage/gaps", h.observed(h.lineageGaps))
	h.get("/accord/v1/lineage/stats", h.observed(h.lineageStats))
	h.get("/accord/v1/lineage/aliases", h.observed(h.aliases))
	h.put("/accord/v1/lineage/aliases", h.observed(h.setAlias))
	h.get("/accord/v1/lineage/rules", h.observed(h.rules))
	h.put("/accord/v1/lineage/rules", h.observed(h.setRule))
	h.post("/accord/v1/lineage/observations", h.observed(h.observe))
}

// observed refuses where nobody observes.
func (h *Handler) observed(e endpoint) endpoint {
	return func(r *request) (any, error) {
		if h.opts.Observations == nil {
			return nil, &requestError{status: http.StatusNotFound, message: "This registry observes no lineage: run it with 'accord serve'"}
		}
		return e(r)
	}
}

func (h *Handler) graph() *lineage.Graph { return h.opts.Observations.Graph() }

// unusable is the answer to a parameter that means nothing.
func unusable(format string, args ...any) error {
	return &requestError{status: http.StatusUnprocessableEntity, message: fmt.Sprintf(format, args...)}
}

// count is a parameter that is a number of things; 0 if it is absent.
func (r *request) count(name string) (int, error) {
	text := r.text(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, unusable("%s=%s: send a number, 0 or more", name, text)
	}
	return n, nil
}

// moment is a parameter that is a time; zero if it is absent.
func (r *request) moment(name string) (time.Time, error) {
	text := r.text(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, unusable("%s=%s: send a time as in 2026-11-21T12:00:00Z", name, text)
	}
	return at, nil
}

// lineageScope reads which observations count.
func (h *Handler) lineageScope(r *request) (lineage.Scope, error) {
	s := lineage.Scope{Now: h.opts.Now(), Stale: r.flag("stale"), Ended: r.flag("ended")}
	var err error
	if s.AsOf, err = r.moment("asOf"); err != nil {
		return s, err
	}
	for _, text := range r.texts("evidence") {
		e, ok := lineage.ParseEvidence(text)
		if !ok {
			return s, unusable("evidence=%s is not known. Valid values are %v", text, lineage.Evidences())
		}
		s.Evidence = append(s.Evidence, e)
	}
	if text := r.text("minConfidence"); text != "" {
		least, err := strconv.ParseFloat(text, 64)
		if err != nil || least < 0 || least > 1 {
			return s, unusable("minConfidence=%s: send a number from 0 to 1", text)
		}
		s.MinConfidence = lineage.Confidence(least)
	}
	return s, nil
}

// places reads which nodes are asked about: those of a subject's topic, or one
// by its name. The prefix sets the parameters of two places apart.
func (h *Handler) places(r *request, parameter func(string) string) ([]lineage.Place, error) {
	field := r.text(parameter("field"))
	if subject := r.text(parameter("subject")); subject != "" {
		datasets, path := h.reg.Datasets(subject, field)
		if len(datasets) == 0 {
			return nil, &requestError{status: http.StatusNotFound, message: fmt.Sprintf(
				"Nobody has seen the topic of subject '%s': 'accord lineage discover' looks for it, and OpenLineage events tell of it", subject)}
		}
		var out []lineage.Place
		for _, d := range datasets {
			out = append(out, h.place(lineage.Dataset(d.Namespace, d.Name), path)...)
		}
		return out, nil
	}
	node := lineage.Node{
		Kind: lineage.NodeKind(r.text(parameter("kind"))),
		ID:   lineage.ID{Namespace: r.text(parameter("namespace")), Name: r.text(parameter("name"))},
	}
	if node.Kind == "" {
		node.Kind = lineage.DatasetNode
	}
	if node.Kind != lineage.DatasetNode && node.Kind != lineage.JobNode {
		return nil, unusable("%s=%s: send dataset or job", parameter("kind"), node.Kind)
	}
	if node.IsZero() {
		return nil, unusable("send %s, or %s and %s of a dataset or job", parameter("subject"), parameter("namespace"), parameter("name"))
	}
	if _, ok := h.graph().Node(node); !ok {
		return nil, &requestError{status: http.StatusNotFound, message: fmt.Sprintf("Nobody has seen the %s", node)}
	}
	return h.place(node, field), nil
}

// place is a node, a field of it, or all the fields that are known of it.
func (h *Handler) place(node lineage.Node, field string) []lineage.Place {
	side, every := strings.CutSuffix(field, client.EveryField) // "key." for the fields of a key
	if !every {
		return []lineage.Place{{Node: node, Path: field}}
	}
	info, _ := h.graph().Node(node)
	var out []lineage.Place
	for _, path := range info.Fields {
		if strings.HasPrefix(path, side) {
			out = append(out, lineage.Place{Node: node, Path: path})
		}
	}
	return out
}

func plainly(name string) string { return name }

// prefixed names the parameters of one of two places: fromNamespace, toName.
func prefixed(prefix string) func(string) string {
	return func(name string) string { return prefix + string(name[0]-'a'+'A') + name[1:] }
}

func (h *Handler) lineage(r *request) (any, error) {
	from, err := h.places(r, plainly)
	if err != nil {
		return nil, err
	}
	walk := lineage.Walk{From: from, Exposed: r.flag("exposed")}
	if walk.Scope, err = h.lineageScope(r); err != nil {
		return nil, err
	}
	if walk.Depth, err = r.count("depth"); err != nil {
		return nil, err
	}
	if walk.MaxNodes, err = r.count("limit"); err != nil {
		return nil, err
	}
	g, answer := h.graph(), client.Lineage{}
	for i, p := range from {
		if i > 0 && from[i-1].Node == p.Node {
			continue
		}
		if info, ok := g.Node(p.Node); ok {
			answer.Nodes = append(answer.Nodes, info)
		}
	}
	way := lineage.Way(r.text("way"))
	if way != "" && way != lineage.Upstream && way != lineage.Downstream {
		return nil, unusable("way=%s: send upstream, downstream, or nothing for both", way)
	}
	if way != lineage.Downstream {
		answer.Upstream = walked(g, walk, lineage.Upstream)
	}
	if way != lineage.Upstream {
		answer.Downstream = walked(g, walk, lineage.Downstream)
	}
	return answer, nil
}

func walked(g *lineage.Graph, walk lineage.Walk, way lineage.Way) *lineage.Reach {
	walk.Way = way
	reach := g.Walk(walk)
	return &reach
}

func (h *Handler) lineagePath(r *request) (any, error) {
	from, err := h.places(r, prefixed("from"))
	if err != nil {
		return nil, err
	}
	to, err := h.places(r, prefixed("to"))
	if err != nil {
		return nil, err
	}
	between := lineage.Between{}
	if between.Scope, err = h.lineageScope(r); err != nil {
		return nil, err
	}
	if between.Depth, err = r.count("depth"); err != nil {
		return nil, err
	}
	best := client.LineagePath{}
	for _, between.From = range from {
		for _, between.To = range to {
			route, ok := h.graph().Path(between)
			if ok && (!best.Found || len(route.Steps) < len(best.Steps)) {
				best = client.LineagePath{Found: true, Route: route}
			}
		}
	}
	return best, nil
}

func (h *Handler) lineageNodes(r *request) (any, error) {
	limit, err := r.count("limit")
	if err != nil {
		return nil, err
	}
	nodes, total := h.graph().Search(r.text("q"), lineage.NodeKind(r.text("kind")), limit)
	return client.LineageNodes{Total: total, Nodes: cut(nodes, window{})}, nil
}

func (h *Handler) lineageGaps(r *request) (any, error) {
	page := lineage.Listing{Namespace: r.text("namespace")}
	var err error
	if page.Scope, err = h.lineageScope(r); err != nil {
		return nil, err
	}
	if page.Limit, err = r.count("limit"); err != nil {
		return nil, err
	}
	if page.Offset, err = r.count("offset"); err != nil {
		return nil, err
	}
	g, answer := h.graph(), client.LineageGaps{}
	answer.Orphans, answer.OrphansTotal = g.Orphans(page)
	answer.Unproduced, answer.UnproducedTotal = g.Unproduced(page)
	answer.Undocumented, answer.UndocumentedTotal = g.UndocumentedProducers(page)
	answer.Orphans, answer.Unproduced = cut(answer.Orphans, window{}), cut(answer.Unproduced, window{})
	answer.Undocumented = cut(answer.Undocumented, window{})
	return answer, nil
}

func (h *Handler) lineageStats(*request) (any, error) {
	g := h.graph()
	return client.LineageStats{Stats: g.Stats(), Window: g.Window().Seconds()}, nil
}
