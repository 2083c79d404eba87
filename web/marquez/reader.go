package marquez

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

// reader answers one request: all of it from one graph and as of one time.
type reader struct {
	store lineage.Store
	graph *lineage.Graph
	now   time.Time
}

func (h *Handler) reader() reader {
	return reader{h.opts.Store, h.opts.Graph(), h.opts.Now().UTC()}
}

// maxNames is how many of the names of one node are looked up in the store.
const maxNames = 16

// names are those by which facts speak of a node.
func names(info lineage.NodeInfo) []lineage.Node {
	all := []lineage.Node{info.Node}
	for _, id := range info.Names {
		if len(all) == maxNames {
			break
		}
		all = append(all, lineage.Node{Kind: info.Kind, ID: id})
	}
	return all
}

// node finds a node by a namespace and a name of the path.
func (v reader) node(r *http.Request, kind lineage.NodeKind) (lineage.NodeInfo, error) {
	namespace, err := pathName(r, "namespace")
	if err != nil {
		return lineage.NodeInfo{}, err
	}
	name, err := pathName(r, string(kind))
	if err != nil {
		return lineage.NodeInfo{}, err
	}
	info, ok := v.graph.Node(lineage.Node{Kind: kind, ID: lineage.ID{Namespace: namespace, Name: name}})
	if !ok {
		return lineage.NodeInfo{}, faultf(http.StatusNotFound, "nobody has seen a %s %q in namespace %q", kind, name, namespace)
	}
	return info, nil
}

// scope is what counts here. Marquez's answers have no way to tell a guess from
// a fact, so guesses are left out. How long ago something was seen is for alive
// to judge.
func (v reader) scope() lineage.Scope {
	return lineage.Scope{Now: v.now, Stale: true, Evidence: proving}
}

// proving is the evidence of what happens.
var proving = []lineage.Evidence{
	lineage.Declared, lineage.Reported, lineage.Observed, lineage.Configured, lineage.Parsed, lineage.Used,
}

// alive reports whether a link is current or still held when its job was last
// seen, give or take the graph's window. So a job that rests keeps its lineage,
// as Marquez has it, and one that has moved on to other datasets loses what it
// left. The times of jobs are kept for the next call.
func (v reader) alive(l lineage.Link, jobs map[lineage.Node]time.Time) bool {
	if l.Status == lineage.Current {
		return true
	}
	job := lineage.Node{Kind: lineage.JobNode, ID: l.Via}
	switch {
	case l.From.Kind == lineage.JobNode:
		job = l.From.Node
	case l.To.Kind == lineage.JobNode:
		job = l.To.Node
	case l.Via.IsZero():
		return true // said of two datasets, and no job to ask
	}
	last, known := jobs[job]
	if !known {
		info, _ := v.graph.Node(job)
		last = info.Last
		jobs[job] = last
	}
	return !l.Last.Before(last.Add(-v.graph.Window()))
}

// facets are those of a node: what was said last under each name. Those of the
// use of a dataset are among them, as Marquez has it.
func (v reader) facets(ctx context.Context, info lineage.NodeInfo) (facets, error) {
	var facts []lineage.Fact
	for _, n := range names(info) {
		said, err := v.store.List(ctx, lineage.KindFacet, lineage.Query{Scope: n.Entity().Key()})
		if err != nil {
			return nil, err
		}
		facts = append(facts, said...)
	}
	return facetsOf(facts), nil
}

// facets are JSON objects by name.
type facets map[string]json.RawMessage

func facetsOf(facts []lineage.Fact) facets {
	slices.SortFunc(facts, func(a, b lineage.Fact) int {
		return cmp.Or(a.Last.Compare(b.Last), strings.Compare(a.Key, b.Key))
	})
	out := facets{}
	for _, fact := range facts {
		f, err := lineage.FacetOf(fact)
		if err != nil {
			continue // of another shape: nothing can be told of it
		}
		name := strings.TrimPrefix(strings.TrimPrefix(f.Facet, openlineage.InputFacets), openlineage.OutputFacets)
		if delete(out, name); len(f.Body) > 0 {
			out[name] = f.Body
		}
	}
	return out
}

// read reads a facet. What is no such facet leaves into as it is.
func (f facets) read(name string, into any) {
	if body, ok := f[name]; ok {
		_ = json.Unmarshal(body, into) // facets are whatever clients send
	}
}

// facet reads one facet of a node, where all of them would be too much; they are
// read after all if it was said of no name as the graph has it.
func (v reader) facet(ctx context.Context, info lineage.NodeInfo, name string) (facets, error) {
	var facts []lineage.Fact
	for _, n := range names(info) {
		f := lineage.Facet{Entity: n.Entity(), Facet: name}
		fact, err := v.store.Fact(ctx, lineage.KindFacet, f.Fact().Key)
		switch {
		case isNotFound(err):
			continue
		case err != nil:
			return nil, err
		}
		facts = append(facts, fact)
	}
	if len(facts) == 0 {
		return v.facets(ctx, info)
	}
	return facetsOf(facts), nil
}

// versionOf makes the id of a version of a node, always the same of the same
// names. Without said, what it is called, it is the only one there is.
func versionOf(n lineage.Node, said ...string) string {
	parts := append([]string{string(n.Kind), n.Namespace, n.Name}, said...)
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("accord:"+lineage.Key(parts...))).String()
}

// optional is a text that is null if it is empty.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// optionalTime is a time that is null if it is zero.
func optionalTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
