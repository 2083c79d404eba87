package lineage

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// ruling is what the rules say, ready to be asked.
type ruling struct {
	owners       []ownerRule
	tool, hidden *regexp.Regexp
	told         sync.Map // ID to Who: what was asked before
}

type ownerRule struct {
	pattern *regexp.Regexp
	owner   string
}

// rule takes a rule. One whose pattern is none is malformed.
func (b *builder) rule(f Fact) error {
	r, err := RuleOf(f)
	if err != nil {
		return err
	}
	if _, err := whole(r.Pattern); err != nil {
		return fmt.Errorf("%w: rule %q: %w", ErrMalformed, r.Pattern, err)
	}
	rules := maps.Clone(b.rules)
	if rules == nil {
		rules = map[string]Fact{}
	}
	if known, ok := rules[f.Key]; ok {
		f = Merge(known, f)
	}
	rules[f.Key] = f
	b.rules, b.ruling = rules, newRuling(rules)
	return nil
}

// whole compiles a pattern that matches the whole of a text.
func whole(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile(`(?s)\A(?:` + pattern + `)\z`)
}

func newRuling(rules map[string]Fact) *ruling {
	r := &ruling{}
	var tools, hidden []string
	for _, key := range slices.Sorted(maps.Keys(rules)) {
		rule, err := RuleOf(rules[key])
		if err != nil || rule.Ended {
			continue
		}
		if rule.Tool {
			tools = append(tools, "(?:"+rule.Pattern+")")
		}
		if rule.Hidden {
			hidden = append(hidden, "(?:"+rule.Pattern+")")
		}
		if pattern, err := whole(rule.Pattern); err == nil && rule.Owner != "" {
			r.owners = append(r.owners, ownerRule{pattern, rule.Owner})
		}
	}
	r.tool, r.hidden = anyOf(tools), anyOf(hidden)
	return r
}

// anyOf matches what one of the patterns does, nil for none.
func anyOf(patterns []string) *regexp.Regexp {
	if len(patterns) == 0 {
		return nil
	}
	one, err := whole(strings.Join(patterns, "|"))
	if err != nil {
		return nil
	}
	return one
}

// of says what the rules say of a job.
func (r *ruling) of(job ID) Who {
	if len(r.owners) == 0 && r.tool == nil && r.hidden == nil {
		return Who{}
	}
	if told, ok := r.told.Load(job); ok {
		return told.(Who)
	}
	var w Who
	subject := job.String()
	for _, o := range r.owners {
		if o.pattern.MatchString(subject) && !slices.Contains(w.Owners, o.owner) {
			w.Owners = append(w.Owners, o.owner)
		}
	}
	w.Owners = slices.Clip(w.Owners)
	w.Tool = r.tool != nil && r.tool.MatchString(subject)
	w.Hidden = r.hidden != nil && r.hidden.MatchString(subject)
	r.told.Store(job, w)
	return w
}

// who tells whom to ask about a vertex. Rules are about jobs.
func (g *Graph) who(v *vertex) Who {
	var w Who
	if v.node.Kind == JobNode {
		w = g.ruling.of(v.node.ID)
	}
	if v.details != nil {
		for _, owner := range v.owners {
			if !slices.Contains(w.Owners, owner) {
				w.Owners = append(w.Owners, owner)
			}
		}
	}
	return w
}

// isTool reports whether a vertex is a job that reads everything and is no reader
// of the data.
func (g *Graph) isTool(v *vertex) bool { return v.node.Kind == JobNode && g.ruling.of(v.node.ID).Tool }
