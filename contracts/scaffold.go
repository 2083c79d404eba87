package contracts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// What a scaffold lists ends at so many fields, and at fields within so many
// others. Judge reports the rest as not listed.
const (
	maxScaffolded = 2000
	maxNested     = 20
)

// Scaffold writes a first contract for a stream from what is known: its schema,
// and the metadata and rules of the schema (nil for none). The topic may be ""; it is then
// that of the subject's name. The schema file is a path relative to the
// contract, "" for none.
//
// What nobody has said yet (owner, support, service levels, purpose) stands at
// its end as comments, ready to be filled in, and Judge asks for it. Unless the
// metadata says otherwise the contract is a draft.
//
// It fails if they cannot be written as ODCS.
func Scaffold(subject, topic string, p schema.Parsed, m *schema.Metadata, rules *schema.RuleSet, schemaFile string) (*odcs.Document, error) {
	c, _ := FromMetadata(m, rules, p)
	topic = cmp.Or(topic, topicOf(subject))
	c.ID, c.Version, c.Status = cmp.Or(c.ID, topic), cmp.Or(c.Version, "0.1.0"), cmp.Or(c.Status, string(Draft))
	o := &c.Schema[0]
	o.PhysicalName, o.PhysicalType = topic, "topic"
	o.Name = cmp.Or(o.Name, localName(subject))
	if subject != topic+"-value" {
		o.CustomProperties = appendCustom(o.CustomProperties, odcs.SubjectProperty, subject)
	}
	if schemaFile != "" {
		if !strings.ContainsAny(schemaFile, "/:") {
			schemaFile = "./" + schemaFile
		}
		o.AuthoritativeDefinitions = []odcs.Definition{{Type: odcs.Implementation, URL: schemaFile}}
	}
	name := topic + ".odcs.yaml"
	doc, err := odcs.New(name, c)
	if err != nil {
		return nil, fmt.Errorf("scaffold a contract for %s: %w", subject, err)
	}
	text := doc.Bytes()
	if gaps := gapsOf(c, topic); gaps != "" {
		text = append(text, gaps...)
		doc, _ = odcs.Parse(name, text) // comments change no verdict
	}
	return doc, nil
}

// gapsOf are the parts that a contract owes, as comments.
func gapsOf(c odcs.Contract, topic string) string {
	var b strings.Builder
	gap := func(missing bool, lines ...string) {
		if !missing {
			return
		}
		if b.Len() == 0 {
			b.WriteString("\n# Still to be said. Fill it in, and take away the '# '.\n")
		}
		b.WriteString("#\n# " + strings.Join(lines, "\n# ") + "\n")
	}
	owned := slices.ContainsFunc(c.Team.Members, func(m odcs.Member) bool { return isOwner(m.Role) })
	gap(c.Description.Purpose == "", "description:", "  purpose: What one record stands for, when it is written, what consumers use it for.")
	gap(c.Team.Name == "" || !owned, "team:", "  name: The team that answers for "+comment(topic)+".", "  members:",
		"    - username: somebody@example.com", "      role: owner")
	gap(c.Support == nil, "support:", "  - channel: '#where-consumers-ask'", "    tool: slack", "    url: https://example.com/channel")
	gap(c.SLAProperties == nil, "slaProperties:", "  - id: freshness", "    property: freshness", "    value: 5", "    unit: min")
	if b.Len() > 0 {
		b.WriteString("#\n# Then set status: active and version: 1.0.0. From then on it is a promise.\n")
	}
	return b.String()
}

// comment is a text that fits on one line of a comment.
func comment(text string) string { return strings.Join(strings.Fields(text), " ") }

func localName(full string) string { return full[strings.LastIndexByte(full, '.')+1:] }

// objectOf is a schema as an ODCS schema object. The tags of an element are its
// own and those that more gives.
func objectOf(p schema.Parsed, more func(schema.Field) []string) odcs.Object {
	b := &builder{elements: elementsOf(p), more: more, children: map[string][]int{}}
	o := odcs.Object{}
	o.LogicalType = logicalObject
	for i, f := range b.elements.all {
		switch {
		case f.Kind == schema.KindField:
			b.children[loosely(holder(&f))] = append(b.children[loosely(holder(&f))], i)
		case f.Kind == schema.KindObject && f.Path == "":
			o.Name, o.Description = localName(f.Name), f.Doc
			var class string
			if o.Tags, class = b.tags(f); class != "" {
				o.Tags = append(o.Tags, classPrefix+class) // ODCS classifies properties alone
			}
		}
	}
	o.Properties = b.properties("", "")
	return o
}

// builder turns the fields of a schema into properties.
type builder struct {
	elements *elements
	more     func(schema.Field) []string
	// children are the fields, by the loose path of what holds them.
	children map[string][]int
	count    int
}

// properties are the fields that an element holds. The path is the loose one of
// the element, at that which the properties' names lead to.
func (b *builder) properties(path, at string) []odcs.Property {
	var out []odcs.Property
	names := map[string]bool{}
	for _, i := range b.children[path] {
		if b.count++; b.count > maxScaffolded {
			break
		}
		f := b.elements.all[i]
		p := b.property(f)
		if names[p.Name] { // two branches of a union
			p.Name = strings.TrimPrefix(loosely(f.Path), ".") + " of " + localName(f.Parent)
		}
		names[p.Name] = true
		below := at + p.Name
		if below != f.Path {
			p.CustomProperties = appendCustom(p.CustomProperties, fieldPathProperty, f.Path)
			below = f.Path
		}
		if !b.branch(f) {
			b.below(&p, f, below)
		}
		out = append(out, p)
	}
	return out
}

// branch reports whether a field stands in one of several branches that hold a
// field of its name: what is below it stays out.
func (b *builder) branch(f schema.Field) bool {
	return len(b.elements.loose[loosely(f.Path)]) > 1
}

// below adds what a field holds: to the items of an array, else to itself.
func (b *builder) below(p *odcs.Property, f schema.Field, at string) {
	path := loosely(f.Path)
	if b.children[path] == nil || strings.Count(path, ".") >= maxNested {
		return
	}
	// Of the alternatives of a type, the one that holds the fields counts.
	p.LogicalType = logicalObject
	if first := b.elements.all[b.children[path][0]]; strings.HasPrefix(first.Path, f.Path+"[]") {
		p.LogicalType = logicalArray
	}
	if p.LogicalType != logicalArray {
		p.Properties = b.properties(path, at+".")
		return
	}
	p.Items = &odcs.Property{}
	p.Items.LogicalType = logicalObject
	p.Items.Properties = b.properties(path, at+"[].")
}

func (b *builder) property(f schema.Field) odcs.Property {
	p := odcs.Property{}
	p.Name, p.Description = cmp.Or(f.Name, "unnamed"), f.Doc
	p.LogicalType = b.elements.logicalType(&f)
	p.PhysicalType = f.Type
	p.Required = !f.Optional && b.elements.format != schema.Protobuf
	p.Tags, p.Classification = b.tags(f)
	return p
}

// tags are the tags and the classification of an element.
func (b *builder) tags(f schema.Field) (tags []string, class string) {
	for _, tag := range slices.Concat(f.Tags, b.more(f)) {
		// Of two classes, the second stays the tag that it is.
		if rest, ok := strings.CutPrefix(tag, classPrefix); ok && rest != "" && (class == "" || class == rest) {
			class = rest
			continue
		}
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return slices.Compact(tags), class
}
