package contracts

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// ruleSetProperty is the custom property of a contract that holds rules of
// Confluent's as they are (contracts reference 1.9).
const ruleSetProperty = "confluentRuleSet"

// The parameters that mark a rule as written by a contract: the ODCS quality
// check or the logicalTypeOptions it says in CEL, as JSON, and the path of the
// field that has them. Confluent's clients pass them by.
const (
	checkParam   = prefix + "check"
	optionsParam = prefix + "options"
	fieldParam   = prefix + "field"
	// topicParam names the topic of the action DLQ. A check says it as a custom
	// property of that name.
	topicParam = "dlq.topic"
)

// The words of a rule that a contract writes.
const (
	ruleCondition = "CONDITION"
	ruleWrite     = "WRITE"
	ruleCEL       = "CEL"
	ruleCELField  = "CEL_FIELD"
	onErrorFail   = "ERROR"
	onErrorPass   = "NONE"
	onErrorDLQ    = "DLQ"
)

// Rules are what a contract says in the form of Confluent's rule set.
type Rules struct {
	// Set is nil for a contract that says nothing of rules.
	Set *schema.RuleSet
	// Losses are the checks and limits that no rule can say.
	Losses []Loss

	contract *Contract
	// places lead from the paths of rules.Check to those of the document.
	places map[string]string
	// faults are those of Losses that somebody meant to be rules.
	faults []Loss
}

// Rules says what a contract says about rules in the form of Confluent's rule
// set (contracts reference 1.9):
//
//   - the custom property confluentRuleSet as it is: the schema object's, or
//     else the document's;
//   - behind its domain rules a CONDITION for each quality check with engine
//     cel: CEL on the schema object, CEL_FIELD on a property; and for each
//     check invalidValues of a property that must find none;
//   - for each property with a pattern, a length or bounds among its
//     logicalTypeOptions one CEL_FIELD CONDITION.
//
// What is written runs when a record is produced: who promises is who keeps. A
// check's severity decides what its failure does: error fails, info does not,
// and warning sends the record to the topic that the check's custom property
// dlq.topic names, or does nothing. The rules carry parameters by which
// FromMetadata knows them again: accord.check or accord.options with what they
// say, accord.field with the field.
//
// A rule on a property needs the schema, which knows the name that clients call
// the field by; without one (nil) it is a loss.
func (c *Contract) Rules(p schema.Parsed) Rules {
	return c.rules(func() *elements { return elementsOf(p) })
}

func (c *Contract) rules(known func() *elements) Rules {
	object := c.Document.Schema[c.Stream.Object]
	custom := c.Document.CustomProperties
	if _, own := object.CustomProperties.Named(ruleSetProperty); own {
		custom = object.CustomProperties
	}
	r := rulesOf(custom, object, c.Fields, known)
	r.contract = c
	return r
}

func rulesOf(custom odcs.CustomProperties, object odcs.Object, fields []Field, known func() *elements) Rules {
	w := &ruleWriter{known: known, taken: map[string]bool{}}
	w.out.places = map[string]string{}
	w.verbatim(custom)
	for _, check := range object.Quality {
		w.check(nil, check)
	}
	for _, f := range fields {
		w.options(f)
		for _, check := range f.Property.Quality {
			w.check(&f, check)
		}
	}
	return w.out
}

// Place puts a finding of rules.Check where the contract says the rule, no
// stronger than the contract's status allows. It reports false for a finding
// about anything else.
func (r Rules) Place(f finding.Finding) (placed finding.Finding, ok bool) {
	path, ok := r.places[f.Path]
	if !ok {
		return f, false
	}
	f.Severity = weaker(f.Severity, r.contract.Status.stage().debt)
	return at(f, r.contract, path), true
}

// ruleWriter writes the rule set of a contract.
type ruleWriter struct {
	out   Rules
	known func() *elements
	reach *reach
	taken map[string]bool
}

func (w *ruleWriter) lose(path, reason string) {
	w.out.Losses = append(w.out.Losses, Loss{path, reason})
}

// fault is a loss of what somebody meant to be a rule.
func (w *ruleWriter) fault(path, reason string) {
	w.lose(path, reason)
	w.out.faults = append(w.out.faults, Loss{path, reason})
}

// verbatim reads the rule set that stands in the contract as it is.
func (w *ruleWriter) verbatim(custom odcs.CustomProperties) {
	for _, p := range custom {
		switch {
		case p.Property != ruleSetProperty:
			continue
		case w.out.Set != nil:
			w.fault(p.Path, "there is a "+ruleSetProperty+" before it")
			continue
		case p.Value.Kind() != odcs.Mapping:
			w.fault(p.Path, "a rule set is a mapping with migrationRules, domainRules, encodingRules and enableAt")
			continue
		}
		if p.Description != "" || p.ID != "" {
			w.lose(p.Path, "a rule set has neither id nor description")
		}
		w.out.Set = w.decode(p)
	}
	if w.out.Set == nil {
		return
	}
	for _, rules := range [][]schema.Rule{w.out.Set.MigrationRules, w.out.Set.DomainRules, w.out.Set.EncodingRules} {
		for _, rule := range rules {
			w.taken[rule.Name] = true
		}
	}
}

func (w *ruleWriter) decode(p odcs.CustomProperty) *schema.RuleSet {
	text := []byte(jsonText(p.Value))
	set := new(schema.RuleSet)
	if err := json.Unmarshal(text, set); err != nil {
		w.fault(p.Path+".value", strings.TrimPrefix(err.Error(), "json: "))
		return nil
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(new(schema.RuleSet)); err != nil {
		w.fault(p.Path+".value", strings.TrimPrefix(err.Error(), "json: ")+" in a rule set")
	}
	w.out.places["ruleSet"] = p.Path + ".value"
	for phase, rules := range map[string][]schema.Rule{
		"migrationRules": set.MigrationRules, "domainRules": set.DomainRules, "encodingRules": set.EncodingRules,
	} {
		for i := range rules {
			w.out.places[fmt.Sprintf("ruleSet.%s[%d]", phase, i)] = fmt.Sprintf("%s.value.%s[%d]", p.Path, phase, i)
		}
	}
	return set
}

// add appends a domain rule that stands at a path of the document.
func (w *ruleWriter) add(path string, rule schema.Rule) {
	if w.out.Set == nil {
		w.out.Set = new(schema.RuleSet)
		w.out.places["ruleSet"] = path
	}
	rule.Kind, rule.Mode = ruleCondition, ruleWrite
	rule.Name = w.name(rule.Name)
	w.out.places[fmt.Sprintf("ruleSet.domainRules[%d]", len(w.out.Set.DomainRules))] = path
	w.out.Set.DomainRules = append(w.out.Set.DomainRules, rule)
}

// maxRuleName is how many bytes of a name are used, which leaves room for what
// sets equal ones apart (registry API 1.3: 256).
const maxRuleName = 200

// name makes the name of a rule of what a contract calls it: letters, digits,
// "_" and "-", and none twice.
func (w *ruleWriter) name(of string) string {
	name := []byte(of[:min(len(of), maxRuleName)])
	for i, c := range name {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			name[i] = '_'
		}
	}
	free := string(name)
	for i := 2; w.taken[free]; i++ {
		free = fmt.Sprintf("%s-%d", name, i)
	}
	w.taken[free] = true
	return free
}

// check writes a quality check: of a property, or of the schema object where f
// is nil.
func (w *ruleWriter) check(f *Field, check odcs.Check) {
	body, lose := "", w.lose
	switch {
	case strings.EqualFold(check.Engine, "cel"):
		lose = w.fault
		if body = check.Implementation.Text(); check.Implementation.Kind() != odcs.Text || strings.TrimSpace(body) == "" {
			lose(check.Path, "the implementation of a CEL check is an expression")
			return
		}
		if len(check.Operators) > 0 {
			lose(check.Path, "a CEL check is true or false, so it compares with nothing")
			return
		}
	case f == nil || check.Metric != "invalidValues":
		lose(check.Path, "rules can say what is in CEL alone")
		return
	}
	rule := schema.Rule{
		Name: cmp.Or(check.ID, check.Name, "check"), Doc: check.Description, Type: ruleCEL, Expr: body,
		Params: map[string]string{checkParam: jsonText(check.Value())},
	}
	rule.OnFailure = actionOf(check, rule.Params)
	if f == nil {
		w.add(check.Path, rule)
		return
	}
	element, guard, why := w.found(*f)
	if why == "" && body == "" {
		body, why = validValues(check, element, kindOf(element, w.reach.format))
	}
	if strings.Contains(body, ";") && why == "" {
		why = `clients cut an expression at its first ";": write \u003b in a text`
	}
	if why != "" {
		lose(check.Path, why)
		return
	}
	rule.Name = cmp.Or(check.ID, check.Name, step(f.Property)+"-check")
	rule.Type, rule.Expr = ruleCELField, guard+" ; "+body
	rule.Params[fieldParam] = f.Path
	w.add(check.Path, rule)
}

// actionOf is what the failure of a check does (contracts reference 1.9).
func actionOf(check odcs.Check, params map[string]string) string {
	switch strings.ToLower(check.Severity) {
	case "info":
		return onErrorPass
	case "warning":
		topic, _ := check.CustomProperties.Named(topicParam)
		if topic.Value.Text() == "" {
			return onErrorPass
		}
		params[topicParam] = topic.Value.Text()
		return onErrorDLQ
	}
	return onErrorFail
}

// options writes the limits of a property's values.
func (w *ruleWriter) options(f Field) {
	var terms []string
	kept := odcs.Map{}
	path := f.Property.Path + ".logicalTypeOptions"
	var element *schema.Field
	var guard, why string
	for key, value := range f.Property.Options.Members() {
		if guard == "" && why == "" {
			element, guard, why = w.found(f)
		}
		term, reason := "", why
		if reason == "" {
			term, reason = limit(element, w.reach.format, key, value)
		}
		if reason != "" {
			w.lose(path+"."+key, reason)
			continue
		}
		terms = append(terms, term)
		kept = append(kept, odcs.Entry{Key: key, Value: plain(value)})
	}
	if terms == nil {
		return
	}
	said, err := odcs.NewValue(kept)
	if err != nil {
		return // never: they are texts and numbers
	}
	w.add(path, schema.Rule{
		Name: step(f.Property) + "-options", Type: ruleCELField, Expr: guard + " ; " + strings.Join(terms, " && "),
		Params: map[string]string{optionsParam: jsonText(said), fieldParam: f.Path}, OnFailure: onErrorFail,
	})
}

// plain is a text or number as odcs.NewValue takes it.
func plain(v odcs.Value) any {
	if v.Kind() == odcs.Number {
		return json.Number(v.Text())
	}
	return v.Text()
}
