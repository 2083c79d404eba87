// Package client speaks a schema registry's REST API: Accord's, and any that
// follows Confluent's. It knows the wire and nothing of the registry behind it.
//
// Calls that may be repeated without harm are repeated after a short wait when
// the connection fails or the registry asks for patience (408, 429, 502, 503,
// 504); with several URLs the next one is tried. Every method returns *Error
// for a refusal and *UnreachableError when no registry answered.
package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Options configure a Client.
type Options struct {
	// URLs are the base URLs of one registry, a path allowed. All must serve
	// the same data; the one that last answered is asked first. A client reads
	// its own writes whichever of an Accord registry's nodes it asks. User and
	// password in a URL are sent as basic authentication.
	URLs []string
	// HTTPClient sends the requests; nil is a client of its own with a
	// timeout of a minute for each attempt.
	HTTPClient *http.Client
	// UserAgent is sent with each request; "" is "accord".
	UserAgent string
	// Auth adds credentials to a request: BasicAuth, BearerToken or your own.
	// It wins over credentials in a URL.
	Auth func(*http.Request)
	// Retries is how often a failed call is repeated; 0 is 3, below 0 is
	// never.
	Retries int
	// Backoff is the wait before the first repetition, doubled for each
	// further one up to MaxBackoff and shortened at random by up to a half;
	// 0 is 100 ms.
	Backoff time.Duration
	// MaxBackoff bounds each wait, also one the registry asks for with
	// Retry-After: a longer one ends the call with the registry's error. 0 is
	// 10 s.
	MaxBackoff time.Duration
	// MaxResponse is the largest answer accepted, in bytes; 0 is 256 MiB.
	MaxResponse int64
}

// Limits and defaults of Options.
const (
	defaultTimeout     = time.Minute
	defaultRetries     = 3
	defaultBackoff     = 100 * time.Millisecond
	defaultMaxBackoff  = 10 * time.Second
	defaultMaxResponse = 256 << 20
)

// Client calls a registry. It is safe for concurrent use.
type Client struct {
	opts  Options
	bases []*url.URL
	// current is the index of the base that last answered.
	current atomic.Int64
	written written
}

// New returns a client. It fails on a URL that is not absolute HTTP or HTTPS
// and connects to nothing.
func New(opts Options) (*Client, error) {
	if len(opts.URLs) == 0 {
		return nil, errors.New("client needs the URL of a registry")
	}
	c := &Client{opts: withDefaults(opts)}
	for _, raw := range opts.URLs {
		base, err := parseBase(raw)
		if err != nil {
			return nil, err
		}
		c.bases = append(c.bases, base)
	}
	return c, nil
}

func withDefaults(o Options) Options {
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: defaultTimeout}
	}
	if o.UserAgent == "" {
		o.UserAgent = "accord"
	}
	if o.Retries == 0 {
		o.Retries = defaultRetries
	}
	if o.Backoff <= 0 {
		o.Backoff = defaultBackoff
	}
	if o.MaxBackoff <= 0 {
		o.MaxBackoff = defaultMaxBackoff
	}
	if o.MaxResponse <= 0 {
		o.MaxResponse = defaultMaxResponse
	}
	return o
}

func parseBase(raw string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(raw, "/"))
	switch {
	case err != nil:
		// The error repeats the text, and with it a password.
		return nil, errors.New("registry URL cannot be read: want http://HOST:PORT or https://HOST:PORT")
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, fmt.Errorf("registry URL %q: want http://HOST:PORT or https://HOST:PORT", base.Redacted())
	case base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("registry URL %q: leave out what follows ? and #", base.Redacted())
	}
	return base, nil
}

// BasicAuth returns an Options.Auth that sends a user and a password.
func BasicAuth(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

// BearerToken returns an Options.Auth that sends a token.
func BearerToken(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}
