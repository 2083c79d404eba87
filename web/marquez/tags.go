package marquez

import (
	"net/http"
	"slices"

	"github.com/accordhq/accord/lineage"
)

// tag is what Marquez tells of one.
type tag struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

type tagList struct {
	Tags       []tag `json:"tags"`
	TotalCount int   `json:"totalCount"`
}

// tagName is the one text that Marquez has for a tag. OpenLineage gives it a
// value as well, which is "true" where the key says all.
func tagName(t lineage.Tag) string {
	if t.Value == "" || t.Value == "true" {
		return t.Key
	}
	return t.Key + ":" + t.Value
}

// tagNames are those of a field, or of the node as a whole where the path is "".
func tagNames(tags []lineage.Tag, path string) []string {
	names := []string{}
	for _, t := range tags {
		if t.Field == path {
			names = append(names, tagName(t))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (h *Handler) tags(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, t := range h.reader().graph.Tags() {
		all = append(all, tagName(t))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	list := tagList{[]tag{}, len(all)}
	for _, name := range cut(all, p) {
		list.Tags = append(list.Tags, tag{Name: name})
	}
	return list, nil
}
