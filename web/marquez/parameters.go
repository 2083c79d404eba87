package marquez

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/lineage"
)

// pathName reads a name in the path. Routes see paths that are still escaped, so
// that names may hold a slash.
func pathName(r *http.Request, parameter string) (string, error) {
	text := chi.URLParam(r, parameter)
	name, err := url.PathUnescape(text)
	if err != nil || name == "" {
		return "", faultf(http.StatusBadRequest, "%q is no name: escape it as a part of a path", text)
	}
	return name, nil
}

// number reads a parameter that is a whole number, 0 or more.
func number(r *http.Request, parameter string, otherwise int) (int, error) {
	text := r.URL.Query().Get(parameter)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, faultf(http.StatusBadRequest, "%s=%s: send a whole number, 0 or more", parameter, text)
	}
	return n, nil
}

// page is which part of a list is wanted.
type page struct{ limit, offset int }

// maxOffset is beyond the end of every list.
const maxOffset = 1 << 30

// readPage reads limit and offset. A page is never longer than lineage.MaxPage:
// totalCount says that there is more.
func readPage(r *http.Request) (page, error) {
	limit, err := number(r, "limit", lineage.DefaultPage)
	if err != nil {
		return page{}, err
	}
	if limit == 0 {
		limit = lineage.DefaultPage
	}
	offset, err := number(r, "offset", 0)
	return page{min(limit, lineage.MaxPage), min(offset, maxOffset)}, err
}

// cut returns a page of a list.
func cut[T any](all []T, p page) []T {
	from := min(p.offset, len(all))
	return all[from:min(from+p.limit, len(all))]
}

// readDepth reads how far an answer reaches, lineage.MaxDepth at most.
func readDepth(r *http.Request) (int, error) {
	depth, err := number(r, "depth", lineage.DefaultDepth)
	return min(depth, lineage.MaxDepth), err
}

// moments are the spellings of times that clients send. What has no zone is UTC.
var moments = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly}

// moment reads a parameter that is a time; zero if it is absent.
func moment(r *http.Request, parameter string) (time.Time, error) {
	sent := r.URL.Query().Get(parameter)
	if sent == "" {
		return time.Time{}, nil
	}
	text := strings.Replace(sent, " ", "+", 1) // a plus sign that nobody escaped
	text, _, _ = strings.Cut(text, "[")        // Java adds the zone's name: +01:00[Europe/Paris]
	for _, layout := range moments {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, faultf(http.StatusBadRequest, "%s=%s: send a time as in 2026-11-21T12:00:00Z", parameter, sent)
}
