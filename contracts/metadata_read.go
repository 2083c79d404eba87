package contracts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// FromMetadata says what Confluent's metadata and rule set say as a contract, the
// reverse of Metadata, and what of it a contract has no place for. What they do
// not say stays empty. With a schema the contract has one schema object whose
// properties are the schema's fields, with their inline tags and those that the
// metadata gives them; without one (nil) it has none.
//
// The domain rules that Metadata wrote of checks and limits come back as those,
// as long as they stand as it wrote them, behind all others. All other rules are
// the custom property confluentRuleSet as they are, and no rule is ever lost.
//
// The values of sensitive properties are left out.
func FromMetadata(m *schema.Metadata, rules *schema.RuleSet, p schema.Parsed) (odcs.Contract, []Loss) {
	r := &metadataReader{m: m.Clone(), parts: map[string]any{}}
	if r.m == nil {
		r.m = &schema.Metadata{}
	}
	r.sensitive()
	for _, k := range partKeys {
		r.part(k.key, k.part)
	}
	r.levels()
	c := r.parse()
	for _, k := range textKeys {
		*k.of(&c) = r.take(k.key)
	}
	r.owner(&c)
	r.custom(&c)
	if p != nil {
		r.schema(&c, rules, p)
	} else {
		c.CustomProperties = appendRuleSet(c.CustomProperties, rules)
		for _, pattern := range slices.Sorted(maps.Keys(r.m.Tags)) {
			r.lose(pattern, "tags need the schema whose fields they name")
		}
	}
	return c, r.losses
}

type metadataReader struct {
	// m loses what has been read.
	m *schema.Metadata
	// parts are the parts of the contract that are kept as JSON, by ODCS key.
	parts  map[string]any
	losses []Loss
}

func (r *metadataReader) lose(path, reason string) { r.losses = append(r.losses, Loss{path, reason}) }

// take reads a property and strikes it off.
func (r *metadataReader) take(key string) string {
	text := r.m.Properties[key]
	delete(r.m.Properties, key)
	return text
}

func (r *metadataReader) sensitive() {
	for _, key := range r.m.Sensitive {
		if _, ok := r.m.Properties[key]; ok {
			delete(r.m.Properties, key)
			r.lose(key, "its value is sensitive and is not shown")
		}
	}
}

// decoded reads JSON, keeping the digits of numbers.
func decoded(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("read JSON: text follows the value")
	}
	return v, nil
}

func (r *metadataReader) part(key, part string) {
	text := r.take(key)
	if text == "" {
		return
	}
	v, err := decoded(text)
	if err != nil {
		r.lose(key, err.Error())
		return
	}
	r.parts[part] = v
}

// quantity is a service level as people write one into a property: "5 min".
var quantity = regexp.MustCompile(`^(-?\d+(?:\.\d+)?)\s*(.*)$`)

// levels reads the service levels, by their keys: as JSON, or as a value with its
// unit whose property is the key.
func (r *metadataReader) levels() {
	var all []any
	for _, key := range slices.Sorted(maps.Keys(r.m.Properties)) {
		name, ok := strings.CutPrefix(key, levelPrefix)
		if !ok {
			continue
		}
		text := strings.TrimSpace(r.take(key))
		if v, err := decoded(text); err == nil {
			if level, ok := v.(map[string]any); ok {
				all = append(all, level)
				continue
			}
		}
		level := map[string]any{"id": name, "property": name, "value": text}
		if parts := quantity.FindStringSubmatch(text); parts != nil {
			level["value"], level["unit"] = json.Number(parts[1]), parts[2]
		}
		all = append(all, level)
	}
	if all != nil {
		r.parts["slaProperties"] = all
	}
	if text := r.take(objectivesKey); text != "" {
		if v, err := decoded(text); err != nil {
			r.lose(objectivesKey, err.Error())
		} else {
			r.parts["customProperties"] = []any{map[string]any{"property": objectivesProperty, "value": v}}
		}
	}
}

// parse reads the parts as the document that they are parts of.
func (r *metadataReader) parse() odcs.Contract {
	if len(r.parts) == 0 {
		return odcs.Contract{}
	}
	doc, err := document(r.parts)
	if err != nil {
		r.lose(prefix+"*", err.Error())
		return odcs.Contract{}
	}
	if doc == nil {
		r.lose(prefix+"*", "the properties cannot be read together")
		return odcs.Contract{}
	}
	for _, f := range doc.Findings() {
		if f.Severity == finding.Error && f.Path != "" {
			r.lose(f.Path, f.Message)
		}
	}
	c := doc.Contract
	c.APIVersion, c.Kind = "", ""
	return c
}

// document reads parts of a contract, by ODCS key, as the document that they make
// with what every document has. It is nil where they are none.
func document(parts map[string]any) (*odcs.Document, error) {
	whole := map[string]any{"apiVersion": "v3.1.0", "kind": "DataContract", "id": "-", "version": "-", "status": "-"}
	maps.Copy(whole, parts)
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(whole); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	doc, _ := odcs.Parse("metadata", text.Bytes()) // it keeps its findings
	return doc, nil
}

// owner completes the team with what the properties of other tools say.
func (r *metadataReader) owner(c *odcs.Contract) {
	team, email := r.take(ownerKey), r.take(ownerEmailKey)
	switch {
	case c.Team.Name == "":
		c.Team.Name = team
	case team != "" && team != c.Team.Name:
		r.lose(ownerKey, prefix+"team says that it is "+c.Team.Name)
	}
	if email != "" && c.Team.Members != nil && c.Support != nil && !reaches(*c, email) {
		r.lose(ownerEmailKey, "neither "+prefix+"team nor "+prefix+"support has this address")
	}
	if c.Team.Members == nil && email != "" {
		c.Team.Members = []odcs.Member{{Username: email, Role: "owner"}}
	}
	if c.Support == nil && email != "" {
		c.Support = []odcs.Channel{{Channel: email, Tool: "email", URL: "mailto:" + email}}
	}
}

// reaches reports whether an address is that of a member or a support channel.
func reaches(c odcs.Contract, email string) bool {
	return slices.ContainsFunc(c.Team.Members, func(m odcs.Member) bool { return m.Username == email }) ||
		slices.ContainsFunc(c.Support, func(s odcs.Channel) bool { return s.Channel == email || s.URL == "mailto:"+email })
}

// custom keeps every property that nothing else has read.
func (r *metadataReader) custom(c *odcs.Contract) {
	for _, key := range slices.Sorted(maps.Keys(r.m.Properties)) {
		switch key {
		case schema.VersionProperty:
			r.lose(key, "the registry numbers its versions itself")
			continue
		case ruleSetProperty, sensitiveProperty, objectivesProperty:
			r.lose(key, "a custom property of this name means something else")
			continue
		}
		c.CustomProperties = appendCustom(c.CustomProperties, key, r.m.Properties[key])
	}
	if len(r.m.Sensitive) > 0 {
		names := odcs.Seq{}
		for _, key := range r.m.Sensitive {
			names = append(names, key)
		}
		c.CustomProperties = appendCustom(c.CustomProperties, sensitiveProperty, names)
	}
}

// appendCustom adds a custom property. Its value can be written: it is a text or
// a list of texts.
func appendCustom(to odcs.CustomProperties, property string, value any) odcs.CustomProperties {
	v, err := odcs.NewValue(value)
	if err != nil {
		return to // never: see above
	}
	return append(to, odcs.CustomProperty{Property: property, Value: v})
}

// taggers give fields the tags of metadata.
type taggers struct {
	format schema.Format
	all    []tagger
}

type tagger struct {
	schema.TagPattern
	source string
	tags   []string
	// used: it has given its tags to something.
	used bool
}

// taggers reads the tag patterns.
func (r *metadataReader) taggers(p schema.Parsed) *taggers {
	t := &taggers{format: p.Format()}
	for _, source := range slices.Sorted(maps.Keys(r.m.Tags)) {
		pattern := schema.CompileTagPattern(source)
		if pattern.Broken() {
			r.lose(source, "the pattern cannot be read")
			continue
		}
		t.all = append(t.all, tagger{pattern, source, r.m.Tags[source], false})
	}
	return t
}

// unused reports the patterns that gave nothing any tags.
func (r *metadataReader) unused(t *taggers) {
	for _, tagger := range t.all {
		if !tagger.used {
			r.lose(tagger.source, "nothing that a contract can tag matches the pattern")
		}
	}
}

// of returns the tags that the metadata gives a field, by its full name.
func (t *taggers) of(f schema.Field) []string {
	name := f.Parent + "." + f.Name
	switch {
	case f.Kind == schema.KindObject:
		name = f.Name
	case t.format == schema.JSON:
		name = "$." + strings.NewReplacer("[]", "[0]", "{}", "").Replace(f.Path)
	}
	var tags []string
	for i := range t.all {
		if tagger := &t.all[i]; tagger.MatchElement(name) {
			tagger.used = true
			tags = append(tags, tagger.tags...)
		}
	}
	return tags
}
