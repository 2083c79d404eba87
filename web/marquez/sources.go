package marquez

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// source is where datasets are: here, their namespace.
type source struct {
	Type          string    `json:"type"`
	Name          string    `json:"name"`
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
	ConnectionURL string    `json:"connectionUrl"`
	Description   *string   `json:"description"`
}

type sourceList struct {
	Sources    []source `json:"sources"`
	TotalCount int      `json:"totalCount"`
}

// unknownSource is the type of a source whose namespace does not say it.
const unknownSource = "UNKNOWN"

// sourceOf tells of the source that a namespace is. The URL is empty where the
// namespace is none: clients read it as one.
func sourceOf(n namespace) source {
	s := source{Type: unknownSource, Name: n.Name, CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt}
	if u, err := url.Parse(n.Name); err == nil && u.Scheme != "" && u.Host != "" && u.String() == n.Name {
		s.Type, s.ConnectionURL = strings.ToUpper(u.Scheme), n.Name
	}
	return s
}

func (v reader) sources() []source {
	var all []source
	for _, n := range v.namespaces(lineage.DatasetNode) {
		all = append(all, sourceOf(n))
	}
	return all
}

func (h *Handler) sources(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	all := h.reader().sources()
	return sourceList{append([]source{}, cut(all, p)...), len(all)}, nil
}

func (h *Handler) source(r *http.Request) (any, error) {
	name, err := pathName(r, "source")
	if err != nil {
		return nil, err
	}
	v := h.reader()
	wanted := v.namespaceOf(lineage.DatasetNode, name)
	all := v.sources()
	i := slices.IndexFunc(all, func(s source) bool { return s.Name == wanted })
	if i < 0 {
		return nil, faultf(http.StatusNotFound, "nobody has seen a dataset in namespace %q", name)
	}
	return all[i], nil
}
