package marquez

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/accordhq/accord/lineage"
)

// namespace is what Marquez tells of one.
type namespace struct {
	Name        string    `json:"name"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	OwnerName   string    `json:"ownerName"`
	Description *string   `json:"description"`
	IsHidden    bool      `json:"isHidden"`
}

type namespaceList struct {
	Namespaces []namespace `json:"namespaces"`
	TotalCount int         `json:"totalCount"`
}

// namespaces are those of datasets and of jobs, by name, each from the first
// sighting of anything in it to the last.
func (v reader) namespaces(kinds ...lineage.NodeKind) []namespace {
	spans := map[string]lineage.Interval{}
	for _, kind := range kinds {
		for n, seen := range v.graph.Census(kind) {
			if known, ok := spans[n.Namespace]; ok {
				seen = seen.Span(known)
			}
			spans[n.Namespace] = seen
		}
	}
	all := make([]namespace, 0, len(spans))
	for name, seen := range spans {
		all = append(all, namespace{Name: name, CreatedAt: seen.First, UpdatedAt: seen.Last})
	}
	slices.SortFunc(all, func(a, b namespace) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func (h *Handler) namespaces(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	all := h.reader().namespaces(lineage.DatasetNode, lineage.JobNode)
	return namespaceList{cut(all, p), len(all)}, nil
}

// findNamespace finds a namespace by any of its names.
func (v reader) findNamespace(name string) (namespace, bool) {
	all := v.namespaces(lineage.DatasetNode, lineage.JobNode)
	for _, name := range []string{name, v.namespaceOf(lineage.DatasetNode, name), v.namespaceOf(lineage.JobNode, name)} {
		i, ok := slices.BinarySearchFunc(all, name, func(n namespace, name string) int { return cmp.Compare(n.Name, name) })
		if ok {
			return all[i], true
		}
	}
	return namespace{}, false
}

// namespaceOf is the name that the graph has for a namespace.
func (v reader) namespaceOf(kind lineage.NodeKind, name string) string {
	return v.graph.Resolve(lineage.Node{Kind: kind, ID: lineage.ID{Namespace: name}}).Namespace
}

func (h *Handler) namespace(r *http.Request) (any, error) {
	name, err := pathName(r, "namespace")
	if err != nil {
		return nil, err
	}
	known, ok := h.reader().findNamespace(name)
	if !ok {
		return nil, unknownNamespace(name)
	}
	return known, nil
}

func unknownNamespace(name string) error {
	return faultf(http.StatusNotFound, "nobody has seen a dataset or job in namespace %q", name)
}

// keepNamespace answers clients that make a namespace before they send events. A
// namespace is there as soon as something in it is, so nothing is kept.
func (h *Handler) keepNamespace(r *http.Request) (any, error) {
	name, err := pathName(r, "namespace")
	if err != nil {
		return nil, err
	}
	v := h.reader()
	known, ok := v.findNamespace(name)
	if !ok {
		known = namespace{Name: name, CreatedAt: v.now, UpdatedAt: v.now}
	}
	return known, nil
}

// listed returns a page of the nodes in the namespace of the path, and how many
// there are.
func (v reader) listed(r *http.Request, kind lineage.NodeKind, p page) (nodes []lineage.Node, total int, err error) {
	name, err := pathName(r, "namespace")
	if err != nil {
		return nil, 0, err
	}
	nodes, total = v.nodes(kind, v.namespaceOf(kind, name), p)
	if total > 0 {
		return nodes, total, nil
	}
	if _, ok := v.findNamespace(name); !ok {
		return nil, 0, unknownNamespace(name)
	}
	return nil, 0, nil
}

// nodes are a page of those in a namespace, "" for all.
func (v reader) nodes(kind lineage.NodeKind, namespace string, p page) ([]lineage.Node, int) {
	return v.graph.Nodes(kind, lineage.Listing{Namespace: namespace, Limit: p.limit, Offset: p.offset, Scope: v.scope()})
}
