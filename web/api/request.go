package api

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/registry"
)

// request is an HTTP request with accessors for what the API's endpoints read
// of it.
type request struct {
	*http.Request
	writer  http.ResponseWriter
	maxBody int64
	body    []byte     // nil until read
	values  url.Values // of the query; nil until asked for
}

// param is a decoded path parameter. routed keeps the path escaped, so it is
// decoded exactly once, here.
func (r *request) param(name string) string {
	escaped := chi.URLParam(r.Request, name)
	if decoded, err := url.PathUnescape(escaped); err == nil {
		return decoded
	}
	return escaped
}

// idParam is the schema id in the path, a number. A path with anything else
// there names nothing.
func (r *request) idParam() (int, error) { return parseInt(r.param("id")) }

func parseInt(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0, plainError(http.StatusNotFound)
	}
	return int(n), nil
}

// versionParam is the {version} of a path.
func (r *request) versionParam() (registry.VersionRef, error) {
	return registry.ParseVersionRef(r.param("version"))
}

func (r *request) query() url.Values {
	if r.values == nil {
		r.values = r.URL.Query()
	}
	return r.values
}

// text is a query parameter; "" if it is absent.
func (r *request) text(name string) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return r.query().Get(name)
}

// texts is a query parameter that may be repeated.
func (r *request) texts(name string) []string {
	if r.URL.RawQuery == "" {
		return nil
	}
	return r.query()[name]
}

// flag is a boolean query parameter: "true" in any case, all else is false.
func (r *request) flag(name string) bool { return strings.EqualFold(r.text(name), "true") }

// window is which part of a list the client asks for.
type window struct{ offset, limit int }

// window reads offset and limit. A limit that is absent, below 1 or above
// most is most; most below 1 is no limit.
func (r *request) window(most int) (window, error) {
	win := window{limit: most}
	if s := r.text("offset"); s != "" {
		n, err := parseInt(s)
		if err != nil {
			return window{}, err
		}
		win.offset = max(n, 0)
	}
	if s := r.text("limit"); s != "" {
		n, err := parseInt(s)
		if err != nil {
			return window{}, err
		}
		if n > 0 && (most < 1 || n < most) {
			win.limit = n
		}
	}
	return win, nil
}

// cut returns the part of a list that lies in the window, never nil.
func cut[T any](list []T, win window) []T {
	list = list[min(win.offset, len(list)):]
	if win.limit > 0 && len(list) > win.limit {
		list = list[:win.limit]
	}
	if list == nil {
		return []T{}
	}
	return list
}

// list answers the part of a list that the request asks for.
func list[T any](r *request, all []T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	win, err := r.window(0)
	if err != nil {
		return nil, err
	}
	return cut(all, win), nil
}

// readOptions are the parameters that reads of schemas share.
func (r *request) readOptions() registry.ReadOptions {
	if r.URL.RawQuery == "" {
		return registry.ReadOptions{}
	}
	return registry.ReadOptions{
		Deleted:         r.flag("deleted"),
		Format:          r.text("format"),
		ReferenceFormat: r.text("referenceFormat"),
		FindTags:        r.texts("findTags"),
	}
}

// maxActor bounds what a client can have recorded about itself, in bytes.
const maxActor = 200

// actor names who writes, as far as it is known without authentication.
func actor(r *http.Request) string {
	name := principal(r)
	if name == "" {
		name = address(r)
	}
	return unverified(name)
}

// principal is the name in the credentials of a request, "" for none.
func principal(r *http.Request) string {
	if r.Header["Authorization"] == nil {
		return ""
	}
	name, _, _ := r.BasicAuth()
	return name
}

// address is where a request comes from, without the port.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// unverifiedPrefix marks names that nobody has proven.
const unverifiedPrefix = "unverified:"

func unverified(name string) string {
	return unverifiedPrefix + clipped(name, maxActor)
}

// clipped is as much of a client's text as is kept, in bytes, and valid UTF-8.
func clipped(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
