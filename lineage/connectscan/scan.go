// Package connectscan asks a Kafka Connect cluster which topics its connectors
// read and write, and what they are joined to on the other side.
//
// What ran comes before what is configured, and what neither tells stays
// unknown: a topic that begins with a connector's prefix is no proof. Of the
// configuration, which holds passwords, only what a fixed list of keys says is
// kept.
package connectscan

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Scan is what one look at a Kafka Connect cluster found.
type Scan struct {
	// At is when the scan began.
	At time.Time
	// URL is that of the REST API, without credentials.
	URL string
	// ClusterID is the id of the Kafka cluster that Connect works on, Version
	// is Connect's own.
	ClusterID, Version string
	// Connectors are ordered by name.
	Connectors []Connector
	// Refused are the questions that got no answer.
	Refused []Gap
}

// Gap is something that a scan could not learn.
type Gap struct {
	// What stays unknown, and why.
	What, Why string
	// Hint says what would close the gap, empty if nothing is known to.
	Hint string
}

// Options say how a Connect cluster is scanned.
type Options struct {
	// URL is that of the REST API of any worker: "http://connect:8083". A user
	// and a password in it are used for basic authentication.
	URL string
	// HTTP sends the requests; nil is http.DefaultClient.
	HTTP *http.Client
	// Now is the clock; it must be set.
	Now func() time.Time
	// Timeout bounds each request; 0 is 15 s.
	Timeout time.Duration
}

const (
	defaultTimeout = 15 * time.Second
	// parallel is how many requests are under way at once.
	parallel = 8
	// maxBody bounds an answer; thousands of connectors fit.
	maxBody = 64 << 20
)

// caller calls one REST API.
type caller struct {
	base    *url.URL
	http    *http.Client
	timeout time.Duration
}

// Run scans the Connect cluster at a URL. It fails only if the list of
// connectors cannot be had; what else goes wrong is among the Scan's gaps.
func Run(ctx context.Context, opts Options) (*Scan, error) {
	base, err := url.Parse(opts.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("the address of Kafka Connect is %q; it should look like http://connect:8083", redact(opts.URL))
	}
	c := &caller{base: base, http: cmp.Or(opts.HTTP, http.DefaultClient), timeout: cmp.Or(opts.Timeout, defaultTimeout)}
	s := &Scan{At: opts.Now(), URL: bare(base)}

	var listed map[string]listed
	if err := c.get(ctx, &listed, url.Values{"expand": {"info", "status"}}, "connectors"); err != nil {
		return nil, fmt.Errorf("no list of connectors from Kafka Connect at %s (check that the address is that of its REST interface): %w", s.URL, err)
	}
	var worker struct {
		Version string `json:"version"`
		Cluster string `json:"kafka_cluster_id"`
	}
	if err := c.get(ctx, &worker, nil); err != nil {
		s.Refused = append(s.Refused, gap("which Kafka cluster Connect works on", err))
	}
	s.ClusterID, s.Version = worker.Cluster, worker.Version

	names := slices.Sorted(maps.Keys(listed))
	active := c.activeTopics(ctx, names)
	for i, name := range names {
		if err := active[i].err; err != nil {
			s.Refused = append(s.Refused, gap("the topics that the connector "+name+" really uses", err))
		}
		s.Connectors = append(s.Connectors, connector(name, listed[name], active[i].topics))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// listed is a connector as the list has it.
type listed struct {
	Info struct {
		Config config `json:"config"`
		Type   string `json:"type"`
	} `json:"info"`
	Status struct {
		Connector state   `json:"connector"`
		Tasks     []state `json:"tasks"`
		Type      string  `json:"type"`
	} `json:"status"`
}

type state struct {
	State string `json:"state"`
}

// active are the topics that a connector has used (KIP-558).
type active struct {
	topics []string
	err    error
}

// activeTopics asks for the topics of each connector.
func (c *caller) activeTopics(ctx context.Context, names []string) []active {
	all := make([]active, len(names))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, name := range names {
		group.Go(func() error {
			var answer map[string]struct {
				Topics []string `json:"topics"`
			}
			all[i].err = c.get(ctx, &answer, nil, "connectors", name, "topics")
			all[i].topics = slices.Sorted(slices.Values(answer[name].Topics))
			return nil
		})
	}
	_ = group.Wait() // errors are kept with what they are about
	return all
}

// get asks for a resource and decodes the answer.
func (c *caller) get(ctx context.Context, answer any, query url.Values, path ...string) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for i, part := range path {
		path[i] = url.PathEscape(part)
	}
	target := c.base.JoinPath(path...)
	target.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		// The error of the client repeats the URL, which may hold a password.
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return err
	case len(body) > maxBody:
		return fmt.Errorf("the answer is longer than %d MB", maxBody>>20)
	case resp.StatusCode != http.StatusOK:
		return &refusal{resp.StatusCode, body}
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("the answer is not Kafka Connect's: %w", err)
	}
	return nil
}

// refusal is an answer of another status than 200.
type refusal struct {
	status int
	body   []byte
}

// Error gives Connect's own message, if there is one.
func (r *refusal) Error() string {
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(r.body, &answer) == nil && answer.Message != "" {
		return fmt.Sprintf("Kafka Connect answered %d: %s", r.status, answer.Message)
	}
	return fmt.Sprintf("Kafka Connect answered %d %s", r.status, http.StatusText(r.status))
}

func gap(what string, err error) Gap {
	g := Gap{What: what, Why: err.Error()}
	var refused *refusal
	if !errors.As(err, &refused) {
		return g
	}
	switch refused.status {
	case http.StatusForbidden:
		g.Hint = "set topic.tracking.enable=true on the workers, or allow the scan's user to read"
	case http.StatusUnauthorized:
		g.Hint = "give a user and a password in the address"
	case http.StatusConflict:
		g.Hint = "the workers are rebalancing; scan again"
	case http.StatusNotFound:
		g.Hint = "it needs Kafka Connect 2.5 or newer"
	}
	return g
}

// Unknown lists what the scan could not learn, in sentences for a person.
func (s *Scan) Unknown() []string {
	var sentences []string
	for _, g := range s.Refused {
		sentence := "unknown: " + g.What + "; " + g.Why
		if g.Hint != "" {
			sentence += "; " + g.Hint
		}
		sentences = append(sentences, sentence)
	}
	for _, c := range s.Connectors {
		for _, note := range c.Notes {
			sentences = append(sentences, "connector "+c.Name+": "+note)
		}
		if len(c.Topics) == 0 && c.Pattern == "" {
			sentences = append(sentences, "connector "+c.Name+": which topics it uses is known neither from its runs nor from its configuration")
		}
	}
	return sentences
}

// bare prints a URL without what nobody should see.
func bare(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/")}
	return shown.String()
}

// redact leaves of a text that is no address what cannot be a password.
func redact(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return "..." + address[i:]
	}
	return address
}
