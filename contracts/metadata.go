package contracts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// The metadata properties that mean something here (contracts reference 1.9).
// owner and ownerEmail are what others write, too.
const (
	ownerKey      = "owner"
	ownerEmailKey = "ownerEmail"
	prefix        = "accord."
	levelPrefix   = prefix + "sla."
	objectivesKey = prefix + "slo"
	// classPrefix sets a classification apart from the tags beside it.
	classPrefix = "classification:"
	// sensitiveProperty is the custom property that lists metadata.sensitive.
	sensitiveProperty = "confluentSensitive"
)

// textKeys are the texts of a contract by their metadata property.
var textKeys = []struct {
	key string
	of  func(*odcs.Contract) *string
}{
	{"accord.contract.id", func(c *odcs.Contract) *string { return &c.ID }},
	{"accord.contract.version", func(c *odcs.Contract) *string { return &c.Version }},
	{"accord.contract.status", func(c *odcs.Contract) *string { return &c.Status }},
	{"accord.contract.name", func(c *odcs.Contract) *string { return &c.Name }},
	{"accord.contract.domain", func(c *odcs.Contract) *string { return &c.Domain }},
	{"accord.contract.tenant", func(c *odcs.Contract) *string { return &c.Tenant }},
	{"accord.contract.dataProduct", func(c *odcs.Contract) *string { return &c.DataProduct }},
	{"accord.contract.createdTs", func(c *odcs.Contract) *string { return &c.CreatedAt }},
	{"accord.description.purpose", func(c *odcs.Contract) *string { return &c.Description.Purpose }},
	{"accord.description.usage", func(c *odcs.Contract) *string { return &c.Description.Usage }},
	{"accord.description.limitations", func(c *odcs.Contract) *string { return &c.Description.Limitations }},
}

// partKeys are the parts of a contract that are kept as JSON, by their ODCS key.
var partKeys = []struct{ key, part string }{
	{"accord.contract.tags", "tags"},
	{"accord.team", "team"},
	{"accord.support", "support"},
	{"accord.roles", "roles"},
	{"accord.price", "price"},
}

// Loss is a fact that the other form has no place for.
type Loss struct {
	// Path is where the fact stands: a path of the document, or the name of a
	// metadata property or tag pattern.
	Path string `json:"path"`
	// Reason says why it cannot be carried over.
	Reason string `json:"reason"`
}

// Metadata says what a contract says in the form of Confluent's metadata and
// rule set (contracts reference 1.9), and what of it has no place there. Texts,
// team, support, roles, price, service levels, custom properties of one value
// and what Rules carries come back by FromMetadata as they were; a list of
// service levels in the order of their ids. The rule set is nil for a contract
// that says nothing of rules.
//
// Tags are kept under the names that Confluent's clients look fields up by,
// which the schema knows. Without one (nil), and below the arrays of JSON
// Schema, they are kept under "**.name", which says them of every field of that
// name.
func Metadata(c *Contract, p schema.Parsed) (*schema.Metadata, *schema.RuleSet, []Loss) {
	w := &metadataWriter{c: c, doc: c.Document, out: &schema.Metadata{Properties: map[string]string{}}}
	for _, k := range textKeys {
		if text := *k.of(&c.Document.Contract); text != "" {
			w.out.Properties[k.key] = text
		}
	}
	for _, k := range partKeys {
		if v, ok := c.Document.Value(k.part); ok {
			w.out.Properties[k.key] = jsonText(v)
		}
	}
	w.owner()
	w.levels()
	w.custom()
	w.tags(p)
	rules := c.Rules(p)
	w.losses = append(w.losses, rules.Losses...)
	w.lost()
	return w.out, rules.Set, w.losses
}

type metadataWriter struct {
	c      *Contract
	doc    *odcs.Document
	out    *schema.Metadata
	losses []Loss
}

func (w *metadataWriter) lose(path, reason string) { w.losses = append(w.losses, Loss{path, reason}) }

func jsonText(v odcs.Value) string {
	text, _ := v.MarshalJSON() // it never fails, and json.Marshal would write > as a number
	return string(text)
}

// owner writes the two properties that other tools read.
func (w *metadataWriter) owner() {
	if w.c.Owner.Team != "" {
		w.out.Properties[ownerKey] = w.c.Owner.Team
	}
	if email := w.c.email(); email != "" {
		w.out.Properties[ownerEmailKey] = email
	}
}

// email is an address of the owner: of a member, or else of a support channel.
func (c *Contract) email() string {
	for _, m := range c.Owner.Members {
		if strings.Contains(m.Username, "@") && m.DateOut == "" {
			return m.Username
		}
	}
	for _, s := range c.Support {
		if address, ok := strings.CutPrefix(s.URL, "mailto:"); ok {
			return address
		}
		if s.Tool == "email" && strings.Contains(s.Channel, "@") {
			return s.Channel
		}
	}
	return ""
}

// levels writes the service levels of the stream, each under its id.
func (w *metadataWriter) levels() {
	all := levelsOf(w.doc)
	for i, p := range w.doc.SLAProperties[:len(all.properties)] {
		if !all.concern(i, w.c.Stream) {
			continue
		}
		name := cmp.Or(p.ID, p.Property)
		key := levelPrefix + name
		for i := 2; w.out.Properties[key] != ""; i++ {
			key = fmt.Sprintf("%s%s-%d", levelPrefix, name, i)
		}
		if v, ok := w.doc.Value(p.Path); ok {
			w.out.Properties[key] = jsonText(v)
		}
	}
	if w.doc.SLADefaultElement != "" {
		w.lose("slaDefaultElement", "write the element at each service level")
	}
}

// custom writes the custom properties of one value under their own names.
func (w *metadataWriter) custom() {
	for _, p := range w.doc.CustomProperties {
		kind := p.Value.Kind()
		_, taken := w.out.Properties[p.Property]
		switch {
		case p.Property == ruleSetProperty: // see Rules
		case p.Property == objectivesProperty && kind == odcs.Mapping:
			w.out.Properties[objectivesKey] = jsonText(p.Value)
		case p.Property == sensitiveProperty && kind == odcs.List:
			for _, item := range p.Value.Items() {
				w.out.Sensitive = append(w.out.Sensitive, item.Text())
			}
		case taken, strings.HasPrefix(p.Property, prefix), p.Property == ownerKey, p.Property == ownerEmailKey, p.Property == schema.VersionProperty:
			w.lose(p.Path, "the metadata property "+p.Property+" means something else")
		case kind == odcs.List || kind == odcs.Mapping || kind == odcs.Null:
			w.lose(p.Path, "a metadata property is one text")
		default:
			w.out.Properties[p.Property] = p.Value.Text()
			if kind != odcs.Text {
				w.lose(p.Path, fmt.Sprintf("comes back as text, and was a %s", kind))
			}
			if p.Description != "" || p.ID != "" {
				w.lose(p.Path, "a metadata property has neither id nor description")
			}
		}
	}
}

// tags writes the tags and classifications of the fields, and the record's tags.
func (w *metadataWriter) tags(p schema.Parsed) {
	e := elementsOf(p)
	for _, f := range w.c.Fields {
		tags := slices.Clone(f.Property.Tags)
		if class := f.Property.Classification; class != "" {
			tags = append(tags, classPrefix+class)
		}
		if tags == nil {
			continue
		}
		pattern, exact := e.pattern(f)
		if !exact {
			w.lose(f.Property.Path, "its tags are kept as "+pattern+", which every field of that name matches")
		}
		w.tag(pattern, tags)
	}
	object := w.doc.Schema[w.c.Stream.Object]
	switch {
	case object.Tags == nil:
	case p == nil || p.Name() == "":
		w.lose(object.Path+".tags", "a tag needs the full name of the record")
	default:
		w.tag(schema.QuoteTagPattern(p.Name()), object.Tags)
	}
}

func (w *metadataWriter) tag(pattern string, tags []string) {
	if w.out.Tags == nil {
		w.out.Tags = map[string][]string{}
	}
	all := slices.Concat(w.out.Tags[pattern], tags)
	slices.Sort(all)
	w.out.Tags[pattern] = slices.Compact(all)
}

// pattern is the tag pattern for a field, and whether it names that field alone.
func (e *elements) pattern(f Field) (pattern string, exact bool) {
	if found := e.find(f.Path); len(found) == 1 {
		if name := e.fullName(found[0]); name != "" {
			return schema.QuoteTagPattern(name), true
		}
	}
	return "**." + schema.QuoteTagPattern(step(f.Property)), false
}

// fullName is what Confluent's clients look a field up by (contracts reference
// 3.5); "" below arrays of JSON Schema, where names hold the numbers of items.
func (e *elements) fullName(f *schema.Field) string {
	switch {
	case e.format != schema.JSON && f.Parent != "":
		return f.Parent + "." + f.Name
	case e.format == schema.JSON && !strings.ContainsAny(f.Path, "[]{}<>"):
		return "$." + f.Path
	}
	return ""
}

// lost reports the parts that metadata has no place for.
func (w *metadataWriter) lost() {
	for _, part := range []struct{ key, reason string }{
		{"servers", "where a stream runs is no part of a schema"},
		{"authoritativeDefinitions", "metadata has no links"},
		{"description.authoritativeDefinitions", "metadata has no links"},
		{"description.customProperties", "metadata has properties of the whole alone"},
	} {
		if _, ok := w.doc.Value(part.key); ok {
			w.lose(part.key, part.reason)
		}
	}
	object := w.doc.Schema[w.c.Stream.Object]
	for _, part := range []struct{ key, reason string }{
		{"id", "the record is the schema's"},
		{"businessName", "the record is the schema's"},
		{"description", "the words are the schema's"},
		{"dataGranularityDescription", "the words are the schema's"},
		{"authoritativeDefinitions", "metadata has no links"},
		{"relationships", "metadata has no links"},
	} {
		if _, ok := w.doc.Value(object.Path + "." + part.key); ok {
			w.lose(object.Path+"."+part.key, part.reason)
		}
	}
	for _, p := range object.CustomProperties {
		if p.Property != ruleSetProperty {
			w.lose(p.Path, "metadata has properties of the whole alone")
		}
	}
	if len(w.c.Fields) > 0 {
		w.lose(object.Path+".properties", "fields are the schema's; their tags, classifications, CEL checks and limits are kept")
	}
}
