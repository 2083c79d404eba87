package odcs

import (
	"fmt"
	"strconv"
	"strings"
)

// step is one step of a path: a key, or the index of an item.
type step struct {
	key   string
	index int // -1 for a key
}

// parsePath reads a path as findings print it: keys with dots between them,
// items and unusual keys in brackets, as in schema[0].customProperties["a b"].
// The empty path is the document itself.
func parsePath(path string) ([]step, error) {
	var steps []step
	for rest := path; rest != ""; {
		if rest[0] == '[' {
			s, tail, err := bracket(rest)
			if err != nil {
				return nil, fmt.Errorf("path %q: %w", path, err)
			}
			steps, rest = append(steps, s), tail
			continue
		}
		if len(steps) > 0 {
			if rest[0] != '.' {
				return nil, fmt.Errorf("path %q: a '.' or '[' is missing before %q", path, rest)
			}
			rest = rest[1:]
		}
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return nil, fmt.Errorf("path %q: a key is missing before %q", path, rest)
		}
		steps, rest = append(steps, step{rest[:end], -1}), rest[end:]
	}
	return steps, nil
}

// bracket reads an index or a quoted key in brackets.
func bracket(rest string) (s step, tail string, err error) {
	quoted, err := strconv.QuotedPrefix(rest[1:])
	if err == nil {
		key, _ := strconv.Unquote(quoted) // it is one, QuotedPrefix says
		tail, ok := strings.CutPrefix(rest[1+len(quoted):], "]")
		if !ok {
			return s, "", fmt.Errorf("']' is missing after %s", quoted)
		}
		return step{key, -1}, tail, nil
	}
	digits, tail, ok := strings.Cut(rest[1:], "]")
	i, err := strconv.Atoi(digits)
	if !ok || err != nil || i < 0 {
		return s, "", fmt.Errorf("%q is no index and no quoted key", rest)
	}
	return step{"", i}, tail, nil
}

// step returns the slot a step leads to, nil if there is none.
func (n *node) step(s step) *slot {
	switch {
	case s.index < 0:
		return n.member(s.key)
	case n.kind == List && s.index < len(n.slots):
		return &n.slots[s.index]
	}
	return nil
}
