package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// publish gives the schemas of a change what the settings of a tree say that
// Confluent's clients get of their contracts. A schema that cannot be read goes
// as it is: whoever it is sent to says why.
func publish(ctx context.Context, t *tree.Tree, c *registry.Change) {
	if !t.Settings.Publish.Rules && !t.Settings.Publish.Metadata {
		return
	}
	for i := range c.Schemas {
		s := &c.Schemas[i]
		file := t.Contract(s.Subject)
		if file == nil || file.Document == nil {
			continue
		}
		promise := promiseIn(file, s.Subject)
		parsed, err := t.Parse(ctx, s.Subject)
		if promise == nil || err != nil {
			continue
		}
		metadata, rules, _ := contracts.Metadata(promise, parsed) // 'accord contract export' tells what is left out
		if t.Settings.Publish.Metadata {
			s.Metadata = metadata
		}
		if t.Settings.Publish.Rules {
			if s.RuleSet = rules; rules == nil {
				s.RuleSet = new(schema.RuleSet) // there are to be none
			}
		}
	}
}

// promiseIn is what a file promises of a subject, nil if it does not.
func promiseIn(file *tree.Contract, subject string) *contracts.Contract {
	found, _ := contracts.Of(file.Document)
	for _, c := range found {
		if c.Subject == subject {
			return c
		}
	}
	return nil
}

// extraEdit is a change of what goes with a schema.
type extraEdit struct {
	// Kind is rule, property, tag or sensitive; Name is the rule's, the key, or
	// the tag pattern. Values are not shown: some are secret.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Change is added, removed or changed.
	Change string `json:"change"`
}

func (e extraEdit) sign() string {
	return map[string]string{"added": "+", "removed": "-"}[e.Change]
}

// extraEdits compare what is sent with a schema with what its newest version
// has. What is not sent stays.
func extraEdits(old client.Schema, next registry.Candidate) []extraEdit {
	var out []extraEdit
	if next.RuleSet != nil {
		out = edits("rule", rulesByName(old.RuleSet), rulesByName(next.RuleSet))
		if len(out) == 0 && !old.RuleSet.Clone().Equal(next.RuleSet.Clone()) && !next.RuleSet.Empty() {
			out = append(out, extraEdit{"rule", "order", "changed"})
		}
	}
	if next.Metadata == nil {
		return out
	}
	was, is := old.Metadata, next.Metadata
	if was == nil {
		was = new(schema.Metadata)
	}
	properties := maps.Clone(was.Properties)
	delete(properties, schema.VersionProperty)
	out = append(out, edits("property", properties, is.Properties)...)
	out = append(out, edits("tag", tagTexts(was.Tags), tagTexts(is.Tags))...)
	return append(out, edits("sensitive", nameSet(was.Sensitive), nameSet(is.Sensitive))...)
}

// edits are the names that two mappings do not have alike.
func edits(kind string, was, is map[string]string) []extraEdit {
	var out []extraEdit
	names := maps.Clone(was)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, is)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, had := was[name]
		after, has := is[name]
		switch {
		case !had:
			out = append(out, extraEdit{kind, name, "added"})
		case !has:
			out = append(out, extraEdit{kind, name, "removed"})
		case before != after:
			out = append(out, extraEdit{kind, name, "changed"})
		}
	}
	return out
}

// rulesByName are the rules of a set as texts, each with its phase.
func rulesByName(set *schema.RuleSet) map[string]string {
	out := map[string]string{}
	if set = set.Clone(); set == nil {
		return out
	}
	for phase, rules := range map[string][]schema.Rule{"migration": set.MigrationRules, "domain": set.DomainRules, "encoding": set.EncodingRules} {
		for _, rule := range rules {
			text, err := encode(asJSON, rule)
			if err == nil { // a rule always encodes
				out[rule.Name] = phase + string(text)
			}
		}
	}
	if set.EnableAt != "" {
		out["enableAt"] = set.EnableAt
	}
	return out
}

func tagTexts(tags map[string][]string) map[string]string {
	out := map[string]string{}
	for pattern, names := range tags {
		out[pattern] = strings.Join(slices.Sorted(slices.Values(names)), ", ")
	}
	return out
}

func nameSet(names []string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		out[name] = ""
	}
	return out
}
