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
	// Put adds facts. Tell does so and waits, for a moment, until the graph has
	// them. List reads those of one kind.
	Put(ctx context.Context, facts []lineage.Fact) error
	Tell(ctx context.Context, facts []lineage.Fact) error
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
		if err != nil || !(least >= 0 && least <= 1) { // NaN too
			return s, unusable("minConfidence=%s: send a number from 0 to 1", text)
		}
		s.MinConfidence = lineage.Confidence(least)
	}
	return s, nil
}

// places reads which nodes are asked about, and which fields of them. The names
// of the parameters set two questions of one request apart.
func (h *Handler) places(r *request, parameter func(string) string) ([]lineage.NodeInfo, []lineage.Place, error) {
	nodes, field, err := h.nodes(r, parameter)
	if err != nil {
		return nil, nil, err
	}
	g := h.graph()
	var infos []lineage.NodeInfo
	var places []lineage.Place
	for _, node := range nodes {
		info, ok := g.Node(node)
		if !ok {
			return nil, nil, &requestError{status: http.StatusNotFound, message: fmt.Sprintf("Nobody has seen the %s", node)}
		}
		infos = append(infos, info)
		places = append(places, placesOf(info, field)...)
	}
	return infos, places, nil
}

// nodes reads which nodes are asked about: those of a subject's topic, or one by
// its name. A field is one of the node's then.
func (h *Handler) nodes(r *request, parameter func(string) string) (nodes []lineage.Node, field string, err error) {
	field = r.text(parameter("field"))
	if subject := r.text(parameter("subject")); subject != "" {
		datasets, path := h.reg.Datasets(subject, field)
		if len(datasets) == 0 {
			return nil, "", &requestError{status: http.StatusNotFound, message: fmt.Sprintf(
				"Nobody has seen the topic of subject '%s': 'accord lineage discover' looks for it, and OpenLineage events tell of it", subject)}
		}
		for _, d := range datasets {
			nodes = append(nodes, lineage.Node{Kind: lineage.DatasetNode, ID: d})
		}
		return nodes, path, nil
	}
	node := lineage.Node{
		Kind: lineage.NodeKind(r.text(parameter("kind"))),
		ID:   lineage.ID{Namespace: r.text(parameter("namespace")), Name: r.text(parameter("name"))},
	}
	if node.Kind == "" {
		node.Kind = lineage.DatasetNode
	}
	if !node.Kind.Known() {
		return nil, "", unusable("%s=%s: send dataset or job", parameter("kind"), node.Kind)
	}
	if node.IsZero() {
		return nil, "", unusable("send %s, or %s and %s of a dataset or job", parameter("subject"), parameter("namespace"), parameter("name"))
	}
	return []lineage.Node{node}, field, nil
}

// placesOf are a node, a field of it, or all the fields that are known of it.
func placesOf(info lineage.NodeInfo, field string) []lineage.Place {
	side, every := strings.CutSuffix(field, client.EveryField) // "key." for the fields of a key
	if !every {
		return []lineage.Place{{Node: info.Node, Path: field}}
	}
	var out []lineage.Place
	for _, path := range info.Fields {
		if strings.HasPrefix(path, side) {
			out = append(out, lineage.Place{Node: info.Node, Path: path})
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
	nodes, from, err := h.places(r, plainly)
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
	g, answer := h.graph(), client.Lineage{Nodes: nodes, Streams: h.streamsOf(nodes)}
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

// streamsOf are what the registry has of the topics among nodes.
func (h *Handler) streamsOf(nodes []lineage.NodeInfo) []client.Stream {
	var out []client.Stream
	told := map[string]bool{}
	for _, n := range nodes {
		_, topic, ok := lineage.Topic(n.ID)
		if !ok || n.Kind != lineage.DatasetNode || told[topic] {
			continue
		}
		told[topic] = true
		for _, s := range h.reg.StreamsOf(topic) {
			out = append(out, client.Stream(s))
		}
	}
	return out
}

func walked(g *lineage.Graph, walk lineage.Walk, way lineage.Way) *lineage.Reach {
	walk.Way = way
	reach := g.Walk(walk)
	return &reach
}

func (h *Handler) lineagePath(r *request) (any, error) {
	_, from, err := h.places(r, prefixed("from"))
	if err != nil {
		return nil, err
	}
	_, to, err := h.places(r, prefixed("to"))
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
	g, best := h.graph(), client.LineagePath{}
	for _, between.From = range from {
		for _, between.To = range to {
			route, ok := g.Path(between)
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
	kind := lineage.NodeKind(r.text("kind"))
	if kind != "" && !kind.Known() {
		return nil, unusable("kind=%s: send dataset, job, or nothing for both", kind)
	}
	nodes, total := h.graph().Search(r.text("q"), kind, limit)
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
