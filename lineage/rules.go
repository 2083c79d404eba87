package lineage

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
)

// ruling is what the rules say, ready to be asked.
type ruling struct {
	rules []compiledRule
	told  sync.Map // ID to Who: what was asked before
}

type compiledRule struct {
	pattern *regexp.Regexp
	Rule
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
	for _, key := range slices.Sorted(maps.Keys(rules)) {
		rule, err := RuleOf(rules[key])
		if err != nil || rule.Ended {
			continue
		}
		if pattern, err := whole(rule.Pattern); err == nil {
			r.rules = append(r.rules, compiledRule{pattern, rule})
		}
	}
	return r
}

// of says what the rules say of a job.
func (r *ruling) of(job ID) Who {
	if len(r.rules) == 0 {
		return Who{}
	}
	if told, ok := r.told.Load(job); ok {
		return told.(Who)
	}
	var w Who
	subject := job.String()
	for _, rule := range r.rules {
		if !rule.pattern.MatchString(subject) {
			continue
		}
		if rule.Owner != "" && !slices.Contains(w.Owners, rule.Owner) {
			w.Owners = append(w.Owners, rule.Owner)
		}
		w.Tool, w.Hidden = w.Tool || rule.Tool, w.Hidden || rule.Hidden
	}
	w.Owners = slices.Clip(w.Owners)
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
