package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	contentType = "application/vnd.schemaregistry.v1+json"
	accept      = "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json;q=0.9, application/json;q=0.5"
)

// call is one request, as often as it is sent.
type call struct {
	method string
	// path holds the segments, not escaped.
	path  []string
	query query
	// body is marshalled unless nil.
	body any
	// once marks a call that must not run twice: it is repeated only where it
	// surely did not run.
	once bool
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// json runs the call and decodes its answer into out, which may be nil.
func (c *Client) json(ctx context.Context, call call, out any) error {
	body, err := c.text(ctx, call)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s %s: the answer is not what a schema registry sends: %w", call.method, escapePath(call.path), err)
	}
	return nil
}

// text runs the call, repeats it where that helps, and returns the body.
func (c *Client) text(ctx context.Context, call call) ([]byte, error) {
	var payload []byte
	if call.body != nil {
		var err error
		if payload, err = json.Marshal(call.body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", call.method, escapePath(call.path), err)
		}
	}
	for attempt := 0; ; attempt++ {
		at := c.current.Load()
		got, err := c.attempt(ctx, c.bases[at], call, payload)
		if err == nil && got.status < 300 {
			if call.method != http.MethodGet {
				c.written.note(got.header)
			}
			return got.body, nil
		}
		if got.status == http.StatusPreconditionFailed {
			c.written.forget()
		}
		if err == nil {
			err = refusal(got.status, got.body)
		}
		if ctx.Err() != nil || attempt >= c.opts.Retries || !repeatable(call, got, err) {
			return nil, err
		}
		if failsOver(got) {
			c.current.CompareAndSwap(at, (at+1)%int64(len(c.bases)))
		}
		if !c.pause(ctx, attempt, got.header) {
			return nil, err
		}
	}
}

// attempt sends the call once. The answer is zero when err is not nil.
func (c *Client) attempt(ctx context.Context, base *url.URL, call call, payload []byte) (answer, error) {
	req, err := c.request(ctx, base, call, payload)
	if err != nil {
		return answer{}, err
	}
	resp, err := c.opts.HTTPClient.Do(req)
	if err != nil {
		return answer{}, unreachable(ctx, base, err)
	}
	defer resp.Body.Close()
	limit := c.opts.MaxResponse
	if resp.StatusCode >= 300 {
		limit = maxErrorBody
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return answer{}, unreachable(ctx, base, err)
	case int64(len(body)) > limit && resp.StatusCode < 300:
		return answer{}, fmt.Errorf("%s %s: the answer is larger than %d bytes; ask for less with a prefix or pages", call.method, req.URL.EscapedPath(), limit)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

func (c *Client) request(ctx context.Context, base *url.URL, call call, payload []byte) (*http.Request, error) {
	target := *base
	target.User = nil
	full := target.String() + escapePath(call.path)
	if len(call.query) > 0 {
		full += "?" + url.Values(call.query).Encode()
	}
	req, err := http.NewRequestWithContext(ctx, call.method, full, bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", call.method, escapePath(call.path), err)
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("User-Agent", c.opts.UserAgent)
	if payload != nil {
		req.Header.Set("Content-Type", contentType)
	}
	c.written.demand(req.Header)
	switch password, _ := base.User.Password(); {
	case c.opts.Auth != nil:
		c.opts.Auth(req)
	case base.User != nil:
		req.SetBasicAuth(base.User.Username(), password)
	}
	return req, nil
}

// unreachable wraps a failure of the transport. What the caller's context
// ended is the caller's error.
func unreachable(ctx context.Context, base *url.URL, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var wrapped *url.Error // repeats method and URL, which the call site knows
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &UnreachableError{URL: base.Redacted(), Err: err}
}

// repeatable reports whether another attempt may succeed and does no harm.
func repeatable(call call, got answer, err error) bool {
	var lost *UnreachableError
	if errors.As(err, &lost) {
		var op *net.OpError
		neverSent := errors.As(err, &op) && op.Op == "dial"
		return neverSent || !call.once
	}
	switch got.status {
	case http.StatusTooManyRequests, http.StatusPreconditionFailed:
		return true
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !call.once
	}
	return false
}

// failsOver reports whether the next base may do better than this one: it
// never answered, or something before it answered in its stead.
func failsOver(got answer) bool {
	return got.status == 0 || got.status == http.StatusBadGateway ||
		got.status == http.StatusServiceUnavailable || got.status == http.StatusGatewayTimeout
}

// pause waits before the next attempt. It reports false when the context ends
// first or the registry asks for more patience than allowed.
func (c *Client) pause(ctx context.Context, attempt int, header http.Header) bool {
	wait := c.opts.MaxBackoff
	if shift := min(attempt, 30); c.opts.Backoff < c.opts.MaxBackoff>>shift {
		wait = c.opts.Backoff << shift
	}
	wait -= rand.N(wait/2 + 1) //nolint:gosec // spreads clients out, guards nothing
	if asked, ok := retryAfter(header); ok {
		if asked > c.opts.MaxBackoff {
			return false
		}
		wait = max(wait, asked)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter reads Retry-After in both its forms (RFC 9110, 10.2.3). A date
// is measured from the answer's own Date, so that clocks need not agree.
func retryAfter(h http.Header) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second, true
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	sent, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0, false
	}
	return max(until.Sub(sent), 0), true
}

// escapePath escapes every segment on its own, as registries split before they
// decode (registry API 1.1). Dots alone are escaped too, or whatever lies on
// the way would read them as steps up.
func escapePath(segments []string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		if s == "." || s == ".." {
			b.WriteString(strings.ReplaceAll(s, ".", "%2E"))
			continue
		}
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}
