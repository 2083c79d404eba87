// Package rules is Accord's engine for the rules that travel with a schema: it
// checks a schema.RuleSet against the schema when it is registered, and it runs
// CEL rules on records.
//
// Confluent's registry stores rules without compiling them, so a typing error
// in one is found by the first record that a producer fails to send. Check
// finds it before: every CEL expression is compiled with the variables that
// Confluent's clients bind and with the message typed as the schema types it.
// What the schema leaves open stays dynamic, and what cannot be decided is said
// as information, never as an error.
//
// Where clients disagree about what a rule means, the engine does as Confluent's
// Java client does (contracts reference 3.3 to 3.5) and Check warns.
//
// JSONata and encryption rules are checked for their shape alone: running them
// is the serializers' work.
package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Limits on what is compiled. What goes past them is a finding of Check and an
// error of Engine.Program.
const (
	// MaxExpression is the longest expression in bytes, guard included.
	MaxExpression = 8 << 10
	// MaxNesting is how deep an expression may nest.
	MaxNesting = 64
	// MaxNodes is how many nodes an expression may have once its macros are
	// expanded.
	MaxNodes = 5_000
	// MaxRegexp is the size of a regular expression, in instructions.
	MaxRegexp = 2_000
	// MaxRules is how many rules of one set, and how many inline rules, are
	// looked at.
	MaxRules = 500
	// CostLimit bounds one evaluation, in CEL's units of cost: about one for
	// each operation, and one for each ten bytes of a string looked at. It is
	// watched where an expression has loops, or functions that make text grow.
	CostLimit = 1_000_000
)

// The rule types that Confluent's clients know (contracts reference 3.4).
const (
	typeCEL            = "CEL"
	typeCELField       = "CEL_FIELD"
	typeJSONata        = "JSONATA"
	typeEncrypt        = "ENCRYPT"
	typeEncryptPayload = "ENCRYPT_PAYLOAD"
)

const (
	kindCondition = "CONDITION"
	kindTransform = "TRANSFORM"
)

// phase is one of the three lists of a rule set.
type phase string

const (
	migration phase = "migrationRules"
	domain    phase = "domainRules"
	encoding  phase = "encodingRules"
)

// Check returns what is wrong with the rules of a schema and with the tag
// patterns of its metadata, sorted. Both may be nil. A finding's path names the
// rule ("ruleSet.domainRules[0]") or the pattern ("metadata.tags.**.ssn"), its
// evidence shows the place in the expression.
//
// An error is what no client can run or what fails for every record; a warning
// is what clients take differently or what has no effect; information is what
// could not be checked. A rule that is disabled is checked all the same, as
// information.
//
// Inline rules (confluent:rules in Avro and JSON Schema, rules of the meta
// options in Protobuf) are checked too; their path is the element's, with
// "#rules[0]" behind it.
func Check(parsed schema.Parsed, set *schema.RuleSet, metadata *schema.Metadata) []finding.Finding {
	c := &checker{space: newSpace(parsed, metadata), set: set, metadata: metadata, budget: checkBudget}
	c.patterns()
	if set != nil {
		c.ruleSet()
	}
	c.inlineRules()
	finding.Sort(c.findings)
	return c.findings
}

// checker gathers the findings of one Check.
type checker struct {
	space    *space
	set      *schema.RuleSet
	metadata *schema.Metadata
	findings []finding.Finding
	// budget is what may still be compiled, see checkBudget.
	budget int
}

// checkBudget bounds the work of one Check, which takes a second or two if it
// is used up: compiling a rule for one combination of types costs what
// costOfCompiling says, asking its guard about a field guardCost.
const (
	checkBudget = 1 << 20
	compileCost = 500
	guardCost   = 10
)

// costOfCompiling grows with the square of an expression's length in bytes, as
// the time does that the type checker takes.
func costOfCompiling(expr string) int { return compileCost + len(expr) + len(expr)*len(expr)/200 }

// spend takes from the budget; it reports false, once with a finding, when
// there is none left.
func (c *checker) spend(cost int) bool {
	before := c.budget
	c.budget -= cost
	if before >= 0 && c.budget < 0 {
		c.findings = append(c.findings, finding.Finding{
			Code: codeLimit, Severity: finding.Warning, Path: "ruleSet",
			Message: "the rules are too many or too long for the size of the schema: not all of them were checked on all fields",
			Hint:    "give CEL_FIELD rules tags, so that they reach fewer fields",
		})
	}
	return c.budget >= 0
}

func (c *checker) ruleSet() {
	if err := c.set.Check(); err != nil {
		c.findings = append(c.findings, finding.Finding{
			Code: codeShape, Severity: finding.Error, Path: "ruleSet", Message: err.Error(),
			Hint: "correct the rule set; a registry refuses it as it is (42210)",
		})
	}
	checked := 0
	for _, list := range []struct {
		phase phase
		rules []schema.Rule
	}{{migration, c.set.MigrationRules}, {domain, c.set.DomainRules}, {encoding, c.set.EncodingRules}} {
		for i, rule := range list.rules {
			if checked++; checked > MaxRules {
				c.tooMany("ruleSet")
				return
			}
			r := &ruleCheck{checker: c, rule: withDefaults(rule), phase: list.phase, before: list.rules[:i], path: fmt.Sprintf("ruleSet.%s[%d]", list.phase, i)}
			r.check()
		}
	}
}

func (c *checker) tooMany(path string) {
	c.findings = append(c.findings, finding.Finding{
		Code: codeLimit, Severity: finding.Error, Path: path,
		Message: fmt.Sprintf("there are more than %d rules; those after them were not checked", MaxRules),
		Hint:    "put what belongs together into one rule",
	})
}

// withDefaults fills in what a rule leaves to its defaults (registry API 1.3).
func withDefaults(rule schema.Rule) schema.Rule {
	if rule.Kind == "" {
		rule.Kind = kindTransform
	}
	if rule.Mode == "" {
		rule.Mode = "WRITEREAD"
	}
	return rule
}

// patterns reports tag patterns of the metadata that match no element.
func (c *checker) patterns() {
	if c.metadata == nil {
		return
	}
	if c.space.truncated {
		c.findings = append(c.findings, finding.Finding{
			Code: codeLimit, Severity: finding.Warning, Path: "metadata.tags",
			Message: fmt.Sprintf("there are more than %d tag patterns, or %d with wildcards, or too many tags; those after them were not looked at", maxPatterns, maxWildcards),
			Hint:    "tag fields in the schema's text, or use patterns that match several",
		})
	}
	for _, pattern := range c.space.patterns {
		source := pattern.source
		if pattern.Broken() {
			c.findings = append(c.findings, finding.Finding{
				Code: codeWildcard, Severity: finding.Warning, Path: "metadata.tags." + source,
				Message: fmt.Sprintf("the tag pattern %q is no valid wildcard, so it matches nothing", source),
				Hint:    "use ? for one character and * for several within a name, ** across names",
			})
			continue
		}
		if (c.space.complete || c.space.truncated) && !slices.ContainsFunc(c.space.elements, func(e element) bool { return pattern.MatchElement(e.fullName) }) {
			c.findings = append(c.findings, finding.Finding{
				Code: codeWildcard, Severity: finding.Warning, Path: "metadata.tags." + source,
				Message:  fmt.Sprintf("the tag pattern %q matches no field of the schema, so its tags (%s) reach nothing", source, strings.Join(c.metadata.Tags[source], ", ")),
				Hint:     c.patternHint(source),
				Evidence: c.space.sampleNames(),
			})
		}
	}
}

// patternHint says how to write a pattern that fits.
func (c *checker) patternHint(source string) string {
	last := source[strings.LastIndexByte(source, '.')+1:]
	names := map[string]bool{}
	if c.spend(len(c.space.elements)) {
		for _, e := range c.space.elements {
			names[e.member.name] = true
		}
	}
	if near := c.suggest(last, sortedKeys(names)); near != "" && near != last {
		return fmt.Sprintf("did you mean %q?", strings.TrimSuffix(source, last)+near)
	}
	switch c.space.format {
	case schema.JSON:
		return "full names are paths like $.customer.email, with array indexes inside; **.email reaches the field everywhere"
	case schema.Protobuf:
		return "full names are package.Message.field; **.email reaches the field everywhere"
	}
	return "full names are namespace.Record.field, whatever holds the record; **.email reaches the field everywhere"
}
