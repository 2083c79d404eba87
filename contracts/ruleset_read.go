package contracts

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// schema adds the schema object, and the rules to it and to the contract.
func (r *metadataReader) schema(c *odcs.Contract, rules *schema.RuleSet, p schema.Parsed) {
	tags := r.taggers(p)
	defer r.unused(tags)
	if rules != nil {
		object, rest := objectOf(p, tags.of), *rules
		first := marked(rules.DomainRules)
		rest.DomainRules = rules.DomainRules[:first]
		custom := c.CustomProperties
		others := first+len(rest.MigrationRules)+len(rest.EncodingRules) > 0 || rest.EnableAt != ""
		if others || len(rules.DomainRules) == 0 {
			custom = appendRuleSet(slices.Clone(custom), &rest)
		}
		if unwrite(&object, rules.DomainRules[first:]) {
			written := rulesOf(custom, object, fieldsOf(object), func() *elements { return elementsOf(p) })
			if written.Set.Equal(rules.Clone()) {
				c.CustomProperties, c.Schema = custom, []odcs.Object{object}
				return
			}
		}
		c.CustomProperties = appendRuleSet(c.CustomProperties, rules)
	}
	c.Schema = []odcs.Object{objectOf(p, tags.of)}
}

// marked is where the rules begin that stand behind all others and say of what a
// contract wrote them.
func marked(rules []schema.Rule) int {
	first := len(rules)
	for first > 0 && (rules[first-1].Params[checkParam] != "" || rules[first-1].Params[optionsParam] != "") {
		first--
	}
	return first
}

// unwrite puts into an object what rules say they were written of; false if one
// says what it cannot have been. What comes of them is not judged.
func unwrite(object *odcs.Object, rules []schema.Rule) bool {
	byPath := map[string]*odcs.Property{}
	for _, f := range fieldsOf(*object) {
		byPath[loosely(f.Path)] = f.Property
	}
	for _, rule := range rules {
		property := byPath[loosely(rule.Params[fieldParam])]
		if rule.Params[fieldParam] == "" {
			property = nil
		} else if property == nil {
			return false
		}
		if options := rule.Params[optionsParam]; options != "" {
			v, ok := optionsFrom(options)
			if !ok || property == nil || property.Options.Kind() != odcs.Null {
				return false
			}
			property.Options = v
			continue
		}
		check, ok := checkFrom(rule.Params[checkParam])
		switch {
		case !ok:
			return false
		case property == nil:
			object.Quality = append(object.Quality, check)
		default:
			property.Quality = append(property.Quality, check)
		}
	}
	return true
}

// optionsFrom reads logicalTypeOptions of JSON.
func optionsFrom(text string) (odcs.Value, bool) {
	doc, ok := parseParts(map[string]any{"customProperties": []any{map[string]any{"property": "-", "value": json.RawMessage(text)}}})
	if !ok || len(doc.CustomProperties) != 1 {
		return odcs.Value{}, false
	}
	v := doc.CustomProperties[0].Value
	return v, v.Kind() == odcs.Mapping
}

// checkFrom reads a quality check of JSON.
func checkFrom(text string) (odcs.Check, bool) {
	doc, ok := parseParts(map[string]any{"schema": []any{map[string]any{"name": "-", "quality": []any{json.RawMessage(text)}}}})
	if !ok || len(doc.Schema) != 1 || len(doc.Schema[0].Quality) != 1 {
		return odcs.Check{}, false
	}
	return doc.Schema[0].Quality[0], true
}

// parseParts reads parts of a contract as the valid document that they make.
func parseParts(parts map[string]any) (*odcs.Document, bool) {
	doc, err := document(parts)
	return doc, err == nil && doc != nil && doc.Valid()
}

// appendRuleSet adds a rule set as a custom property, unless it is nil.
func appendRuleSet(to odcs.CustomProperties, set *schema.RuleSet) odcs.CustomProperties {
	if set == nil {
		return to
	}
	var value odcs.Map
	for _, phase := range []struct {
		key   string
		rules []schema.Rule
	}{{"migrationRules", set.MigrationRules}, {"domainRules", set.DomainRules}, {"encodingRules", set.EncodingRules}} {
		var list odcs.Seq
		for _, rule := range phase.rules {
			list = append(list, ruleValue(rule))
		}
		if list != nil {
			value = append(value, odcs.Entry{Key: phase.key, Value: list})
		}
	}
	if set.EnableAt != "" {
		value = append(value, odcs.Entry{Key: "enableAt", Value: set.EnableAt})
	}
	return appendCustom(to, ruleSetProperty, value)
}

// ruleValue is a rule with what it says, in the order of registry API 1.3.
func ruleValue(rule schema.Rule) odcs.Map {
	var out odcs.Map
	add := func(key string, value any) { out = append(out, odcs.Entry{Key: key, Value: value}) }
	text := func(key, value string) {
		if value != "" {
			add(key, value)
		}
	}
	text("name", rule.Name)
	text("doc", rule.Doc)
	text("kind", rule.Kind)
	text("mode", rule.Mode)
	text("type", rule.Type)
	if rule.Tags != nil {
		tags := odcs.Seq{}
		for _, tag := range rule.Tags {
			tags = append(tags, tag)
		}
		add("tags", tags)
	}
	if rule.Params != nil {
		params := odcs.Map{}
		for _, key := range slices.Sorted(maps.Keys(rule.Params)) {
			params = append(params, odcs.Entry{Key: key, Value: rule.Params[key]})
		}
		add("params", params)
	}
	text("expr", rule.Expr)
	text("onSuccess", rule.OnSuccess)
	text("onFailure", rule.OnFailure)
	if rule.Disabled {
		add("disabled", true)
	}
	return out
}
