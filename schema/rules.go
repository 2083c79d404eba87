package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// RuleSet is what should happen to data on its way through a serializer. The
// registry keeps it whole and checks its shape; running it is others' work.
type RuleSet struct {
	MigrationRules []Rule `json:"migrationRules,omitempty"`
	DomainRules    []Rule `json:"domainRules,omitempty"`
	EncodingRules  []Rule `json:"encodingRules,omitempty"`
	// EnableAt is ALL, CLIENT, GATEWAY, SERVER or NONE; "" says nothing.
	EnableAt string `json:"enableAt,omitempty"`
}

// Rule is one rule of a RuleSet. Type names the executor ("CEL", "ENCRYPT", …)
// and is not limited to those Accord knows.
type Rule struct {
	Name      string            `json:"name,omitempty"`
	Doc       string            `json:"doc,omitempty"`
	Kind      string            `json:"kind,omitempty"`
	Mode      string            `json:"mode,omitempty"`
	Type      string            `json:"type,omitempty"`
	Tags      []string          `json:"tags,omitempty"`
	Params    map[string]string `json:"params,omitempty"`
	Expr      string            `json:"expr,omitempty"`
	OnSuccess string            `json:"onSuccess,omitempty"`
	OnFailure string            `json:"onFailure,omitempty"`
	Disabled  bool              `json:"disabled"`
}

// Values of Rule.Kind and the defaults that Clone fills in.
const (
	ruleTransform = "TRANSFORM"
	ruleCondition = "CONDITION"
	ruleWriteRead = "WRITEREAD"
	ruleUpDown    = "UPDOWN"
	maxRuleName   = 256
)

var (
	migrationModes = []string{"UPGRADE", "DOWNGRADE", ruleUpDown}
	domainModes    = []string{"WRITE", "READ", ruleWriteRead}
	enableAtValues = []string{"ALL", "CLIENT", "GATEWAY", "SERVER", "NONE"}
)

// Clone returns a deep copy as the registry stores it: kind and mode have
// their defaults, tags are sorted. It keeps nil nil.
func (r *RuleSet) Clone() *RuleSet {
	if r == nil {
		return nil
	}
	return &RuleSet{
		MigrationRules: cloneRules(r.MigrationRules),
		DomainRules:    cloneRules(r.DomainRules),
		EncodingRules:  cloneRules(r.EncodingRules),
		EnableAt:       r.EnableAt,
	}
}

func cloneRules(rules []Rule) []Rule {
	out := slices.Clone(rules)
	for i := range out {
		rule := &out[i]
		rule.Tags = sortedSet(rule.Tags)
		rule.Params = maps.Clone(rule.Params)
		if rule.Kind == "" {
			rule.Kind = ruleTransform
		}
		if rule.Mode == "" {
			rule.Mode = ruleWriteRead
		}
	}
	return out
}

// Equal compares by content; nil equals only nil.
func (r *RuleSet) Equal(o *RuleSet) bool {
	if r == nil || o == nil {
		return r == o
	}
	return r.EnableAt == o.EnableAt &&
		slices.EqualFunc(r.MigrationRules, o.MigrationRules, Rule.equal) &&
		slices.EqualFunc(r.DomainRules, o.DomainRules, Rule.equal) &&
		slices.EqualFunc(r.EncodingRules, o.EncodingRules, Rule.equal)
}

func (r Rule) equal(o Rule) bool {
	return r.Name == o.Name && r.Doc == o.Doc && r.Kind == o.Kind && r.Mode == o.Mode && r.Type == o.Type &&
		r.Expr == o.Expr && r.OnSuccess == o.OnSuccess && r.OnFailure == o.OnFailure && r.Disabled == o.Disabled &&
		maps.Equal(r.Params, o.Params) && slices.Equal(sortedSet(r.Tags), sortedSet(o.Tags))
}

// Empty reports whether a rule set says nothing; nil does.
func (r *RuleSet) Empty() bool { return r == nil || r.EnableAt == "" && len(r.all()) == 0 }

// HasType reports whether any rule is of the given type.
func (r *RuleSet) HasType(ruleType string) bool {
	if r == nil {
		return false
	}
	return slices.ContainsFunc(r.all(), func(rule Rule) bool { return rule.Type == ruleType })
}

// Without returns a copy less the rules of the given names.
func (r *RuleSet) Without(names []string) *RuleSet {
	c := r.Clone()
	if c == nil {
		return nil
	}
	drop := func(rule Rule) bool { return slices.Contains(names, rule.Name) }
	c.MigrationRules = slices.DeleteFunc(c.MigrationRules, drop)
	c.DomainRules = slices.DeleteFunc(c.DomainRules, drop)
	c.EncodingRules = slices.DeleteFunc(c.EncodingRules, drop)
	return c
}

// MergeRuleSets lays the layers over one another: per phase a later rule
// replaces the one of equal name and moves to the end; a later EnableAt wins.
// All nil gives nil.
func MergeRuleSets(layers ...*RuleSet) *RuleSet {
	var out *RuleSet
	for _, layer := range layers {
		switch {
		case layer == nil:
		case out == nil:
			out = layer.Clone()
		default:
			over := layer.Clone()
			out.MigrationRules = mergeRules(out.MigrationRules, over.MigrationRules)
			out.DomainRules = mergeRules(out.DomainRules, over.DomainRules)
			out.EncodingRules = mergeRules(out.EncodingRules, over.EncodingRules)
			if over.EnableAt != "" {
				out.EnableAt = over.EnableAt
			}
		}
	}
	return out
}

func mergeRules(under, over []Rule) []Rule {
	under = slices.DeleteFunc(under, func(rule Rule) bool {
		return slices.ContainsFunc(over, func(o Rule) bool { return o.Name == rule.Name })
	})
	return append(under, over...)
}

// Check returns the first fault of the rule set's shape as one sentence, nil
// if there is none (registry API 1.3, error 42210).
func (r *RuleSet) Check() error {
	if r == nil {
		return nil
	}
	if r.EnableAt != "" && !slices.Contains(enableAtValues, r.EnableAt) {
		return fmt.Errorf("rule set has enableAt %q; use one of %s", r.EnableAt, strings.Join(enableAtValues, ", "))
	}
	seen := map[string]bool{}
	for _, phase := range []struct {
		name  string
		rules []Rule
		modes []string
	}{
		{"migrationRules", r.MigrationRules, migrationModes},
		{"domainRules", r.DomainRules, domainModes},
		{"encodingRules", r.EncodingRules, domainModes},
	} {
		for i, rule := range phase.rules {
			if err := rule.check(phase.modes); err != nil {
				return fmt.Errorf("%s[%d]: %w", phase.name, i, err)
			}
			if seen[rule.Name] {
				return fmt.Errorf("%s[%d]: found rule with duplicate name '%s'", phase.name, i, rule.Name)
			}
			seen[rule.Name] = true
		}
	}
	return nil
}

func (r Rule) check(modes []string) error {
	switch {
	case r.Name == "":
		return fmt.Errorf("rule has no name")
	case len(r.Name) > maxRuleName:
		return fmt.Errorf("rule name is longer than %d characters", maxRuleName)
	case !validRuleName(r.Name):
		return fmt.Errorf("rule name '%s' must start with a letter or _ and hold only letters, digits, _ and -", r.Name)
	case r.Type == "":
		return fmt.Errorf("rule '%s' has no type", r.Name)
	case r.Kind != "" && r.Kind != ruleTransform && r.Kind != ruleCondition:
		return fmt.Errorf("rule '%s' has kind %q; use TRANSFORM or CONDITION", r.Name, r.Kind)
	}
	mode := r.Mode
	if mode == "" {
		mode = ruleWriteRead
	}
	if !slices.Contains(modes, mode) {
		return fmt.Errorf("rule '%s' has mode %s; use one of %s", r.Name, mode, strings.Join(modes, ", "))
	}
	if pair := mode == ruleWriteRead || mode == ruleUpDown; !pair {
		for _, action := range []string{r.OnSuccess, r.OnFailure} {
			if strings.Contains(action, ",") {
				return fmt.Errorf("rule '%s' names two actions %q, which only modes WRITEREAD and UPDOWN take", r.Name, action)
			}
		}
	}
	return nil
}

func validRuleName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

func (r *RuleSet) all() []Rule {
	return slices.Concat(r.MigrationRules, r.DomainRules, r.EncodingRules)
}
