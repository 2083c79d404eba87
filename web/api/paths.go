package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
)

// routed brings a request's path into the one form that routes are written
// for and tells the router to use it: still escaped, so that a subject may
// hold a slash, without empty segments, and without /contexts/{context} in
// front, which becomes part of the names behind it (registry API 1.1, 1.7).
// With an error it returns r as it is.
func routed(r *http.Request, routes chi.Routes) (*http.Request, error) {
	path := r.URL.EscapedPath()
	if !isPlain(path) {
		target, err := rewrite(r.Method, path, r.URL)
		if err != nil {
			return r, err
		}
		path = target.RawPath
		rewritten := *r
		rewritten.URL = target
		r = &rewritten
	}
	rctx := chi.RouteContext(r.Context())
	if rctx == nil {
		rctx = chi.NewRouteContext()
		r = r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, rctx))
	}
	rctx.Routes, rctx.RoutePath = routes, path
	return r, nil
}

// isPlain reports whether a path needs no rewriting.
func isPlain(path string) bool {
	return path == "/" || strings.HasPrefix(path, "/") && !strings.HasSuffix(path, "/") &&
		!strings.Contains(path, "//") && !strings.HasPrefix(path, "/contexts/")
}

// rewrite returns where a request goes.
func rewrite(method, escaped string, from *url.URL) (*url.URL, error) {
	segments, err := segmentsOf(escaped)
	if err != nil {
		return nil, err
	}
	to := *from
	if len(segments) > 1 && segments[0] == "contexts" {
		query := from.Query()
		if segments, err = enterContext(segments[1], segments[2:], method, query); err != nil {
			return nil, err
		}
		to.RawQuery = query.Encode()
	}
	var raw strings.Builder
	for _, s := range segments {
		raw.WriteString("/" + url.PathEscape(s))
	}
	to.Path, to.RawPath = "/"+strings.Join(segments, "/"), raw.String()
	if len(segments) == 0 {
		to.RawPath = "/"
	}
	return &to, nil
}

// segmentsOf splits an escaped path and decodes each segment once. Empty
// segments are dropped, but for the namespace in associations/resources//name:
// new Java clients send it empty when they know no cluster, and "-" says the
// same.
func segmentsOf(escaped string) ([]string, error) {
	raw := strings.Split(escaped, "/")
	var out []string
	for i, s := range raw {
		if s == "" {
			namespace := len(out) >= 2 && slices.Equal(out[len(out)-2:], []string{"associations", "resources"})
			if named := i+1 < len(raw) && raw[i+1] != ""; namespace && named {
				out = append(out, "-")
			}
			continue
		}
		decoded, err := url.PathUnescape(s)
		if err != nil {
			return nil, &requestError{status: http.StatusBadRequest, message: err.Error()}
		}
		out = append(out, decoded)
	}
	return out, nil
}

// enterContext applies the table of registry API 1.7: it returns the segments
// that mean within a context what rest means without, and changes the query
// accordingly.
func enterContext(name string, rest []string, method string, query url.Values) ([]string, error) {
	prefix, err := contextPrefix(name)
	if err != nil {
		return nil, err
	}
	if len(rest) == 0 {
		return []string{"contexts", name}, nil
	}
	if prefix == "" {
		return rest, nil
	}
	qualifyQuery(rest, method, query, prefix)
	return qualifySegments(rest, prefix), nil
}

// contextPrefix is what names in a context begin with: ":.eu:" for "eu" and
// ".eu", nothing for the default context.
func contextPrefix(name string) (string, error) {
	if strings.Contains(name, ":") {
		return "", &requestError{
			status:  http.StatusBadRequest,
			message: fmt.Sprintf("Context name '%s' cannot contain a colon", name),
		}
	}
	name = "." + strings.TrimPrefix(name, ".")
	if name == "." {
		return "", nil
	}
	return ":" + name + ":", nil
}

func qualifySegments(rest []string, prefix string) []string {
	settings := rest[0] == "config" || rest[0] == "mode"
	if settings && len(rest) == 1 {
		return []string{rest[0], prefix}
	}
	out := slices.Clone(rest)
	if len(rest) > 2 && rest[0] == "accord" {
		return qualifyOurs(out, prefix)
	}
	if rest[0] == "dek-registry" {
		// A key may be named subjects, or deks: what counts is the place in
		// dek-registry/v1/keks/{name}/deks/{subject}.
		if len(out) > 5 && rest[4] == "deks" {
			out[5] = qualify(out[5], prefix)
		}
		return out
	}
	for i := 1; i < len(out); i++ {
		before := rest[i-1]
		if before == "subjects" || settings && i == 1 {
			out[i] = qualify(out[i], prefix)
			break // what follows a name is not a name
		}
	}
	return out
}

// qualifyOurs is qualifySegments for Accord's own paths, /accord/v1/thing/name.
func qualifyOurs(segments []string, prefix string) []string {
	switch thing := segments[2]; {
	case thing == "config" && len(segments) == 3:
		return append(segments, prefix)
	case len(segments) > 3 && (thing == "config" || thing == "contracts" || thing == "baseline"):
		segments[3] = qualify(segments[3], prefix)
	}
	return segments
}

func qualifyQuery(rest []string, method string, query url.Values, prefix string) {
	switch {
	case len(rest) > 1 && rest[0] == "schemas" && rest[1] == "ids":
		query.Set("subject", qualify(query.Get("subject"), prefix))
	case len(rest) == 3 && rest[0] == "accord" && rest[2] == "exceptions":
		if subject := query.Get("subject"); subject != "" {
			query.Set("subject", qualify(subject, prefix))
		}
	case len(rest) == 1 && (rest[0] == "schemas" || rest[0] == "subjects"),
		len(rest) == 3 && rest[0] == "accord" && slices.Contains([]string{"findings", "coverage", "baseline"}, rest[2]):
		prefixes := query["subjectPrefix"]
		for i, p := range prefixes {
			prefixes[i] = qualify(p, prefix)
		}
		if len(prefixes) == 0 {
			query.Set("subjectPrefix", prefix)
		}
	case len(rest) == 3 && rest[0] == "dek-registry" && rest[2] == "keks":
		// A key belongs to no context: without a prefix all are listed.
		for i, p := range query["subjectPrefix"] {
			query["subjectPrefix"][i] = qualify(p, prefix)
		}
	case strings.HasPrefix(rest[0], "associations") && (method == http.MethodPost || method == http.MethodPut),
		len(rest) == 3 && rest[0] == "accord" && rest[2] == "changes":
		query.Set("context", prefix)
	}
}

// qualify puts a name into a context unless it names one itself.
func qualify(name, prefix string) string {
	if strings.HasPrefix(name, ":.") || strings.HasPrefix(name, ":*:") {
		return name
	}
	return prefix + name
}
