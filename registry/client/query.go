package client

import (
	"net/url"
	"strconv"
)

// query collects parameters and leaves out those that say what the server
// assumes anyway.
type query url.Values

func (q query) text(name, value string) query {
	if value != "" {
		url.Values(q).Set(name, value)
	}
	return q
}

func (q query) flag(name string, set bool) query {
	if set {
		url.Values(q).Set(name, "true")
	}
	return q
}

func (q query) each(name string, values []string) query {
	for _, v := range values {
		url.Values(q).Add(name, v)
	}
	return q
}

func (q query) page(offset, limit int) query {
	if offset > 0 {
		url.Values(q).Set("offset", strconv.Itoa(offset))
	}
	if limit > 0 {
		url.Values(q).Set("limit", strconv.Itoa(limit))
	}
	return q
}
