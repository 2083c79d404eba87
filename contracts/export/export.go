// Package export prints a contract with its schema for people: as Markdown, and
// as one HTML page that needs nothing else, reads well on paper and with a
// screen reader.
package export

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// Page is what is printed.
type Page struct {
	Contract *contracts.Contract
	// Schema is the stream's, nil for none.
	Schema schema.Parsed
	// At decides which owners are there.
	At time.Time
	// Changes are what the newest version changed against the one before, Since
	// names that one; both may be empty.
	Changes []compat.Edit
	Since   string
}

// view is a page in words.
type view struct {
	Title, Subject, Topic, ID, Version, Status, Life string
	Facts                                            []fact
	Purpose, Usage, Limitations                      string
	Owners                                           []fact
	Team                                             string
	Support                                          []link
	Levels                                           []fact
	Record, RecordDoc                                string
	Fields                                           []row
	Changes                                          []fact
	Since                                            string
}

// fact is a name with what is said of it.
type fact struct{ Name, Text string }

// link is a channel. URL is "" unless it is one that a reader may follow.
type link struct{ Name, URL, Text string }

// row is a field.
type row struct {
	Path, Type, Doc, Tags string
	Required, Deprecated  bool
	// Depth is how many fields the field stands in, at most 4.
	Depth  int
	Values []fact
}

// lives say what a status means to a reader.
var lives = map[contracts.Status]string{
	contracts.Proposed:   "Proposed: this is an idea, and nothing is promised yet.",
	contracts.Draft:      "Draft: this is being written, and nothing is promised yet.",
	contracts.Active:     "Active: consumers may rely on what stands here. What breaks it comes with a new major version.",
	contracts.Deprecated: "Deprecated: what stands here still holds, and new consumers should look elsewhere.",
	contracts.Retired:    "Retired: nothing is promised any more.",
}

func (p Page) view() view {
	c := p.Contract
	d := c.Document
	v := view{
		Title: cmp.Or(c.Name, c.ID, c.Subject), Subject: c.Subject, Topic: c.Topic, ID: c.ID,
		Version: c.VersionText, Status: string(c.Status), Life: lives[c.Status],
		Purpose: c.Purpose, Usage: d.Description.Usage, Limitations: d.Description.Limitations,
		Team: c.Owner.Team, Since: p.Since,
	}
	for _, f := range []fact{
		{"Contract", c.ID},
		{"Version", c.VersionText},
		{"Status", v.Status},
		{"Topic", c.Topic},
		{"Subject", c.Subject},
		{"Domain", c.Domain},
		{"Data product", d.DataProduct},
		{"Tenant", d.Tenant},
		{"Tags", strings.Join(d.Tags, ", ")},
	} {
		if f.Text != "" {
			v.Facts = append(v.Facts, f)
		}
	}
	for _, m := range c.Owner.Current(p.At) {
		v.Owners = append(v.Owners, fact{cmp.Or(m.Name, m.Username), m.Username})
	}
	for _, s := range c.Support {
		v.Support = append(v.Support, channel(s))
	}
	for _, promise := range c.SLAs {
		v.Levels = append(v.Levels, level(promise))
	}
	v.fields(p)
	for _, e := range p.Changes {
		v.Changes = append(v.Changes, fact{cmp.Or(e.Path, e.OldPath, "(record)"), e.Message})
	}
	return v
}

// channel is where consumers find help, and why.
func channel(s odcs.Channel) link {
	out := link{Name: s.Channel}
	if scheme, _, ok := strings.Cut(s.URL, ":"); ok && slices.Contains([]string{"http", "https", "mailto"}, strings.ToLower(scheme)) {
		out.URL = s.URL
	}
	parts := slices.DeleteFunc([]string{s.Tool, s.Scope, s.Description}, func(part string) bool { return part == "" })
	out.Text = strings.Join(parts, ", ")
	return out
}

// fields lists the fields of the schema with what the contract says of them;
// without a schema, those of the contract.
func (v *view) fields(p Page) {
	if p.Schema == nil {
		for _, f := range p.Contract.Fields {
			v.Fields = append(v.Fields, row{
				Path: f.Path, Type: cmp.Or(f.Property.PhysicalType, f.Property.LogicalType), Doc: f.Property.Description,
				Tags: tags(nil, f.Property), Required: f.Property.Required, Depth: depth(f.Path),
			})
		}
		return
	}
	listed := p.Contract.Listed(p.Schema)
	at := map[string]int{}
	for _, f := range p.Schema.Fields() {
		switch f.Kind {
		case schema.KindObject:
			if f.Path == "" {
				v.Record, v.RecordDoc = f.Name, f.Doc
			}
		case schema.KindField:
			at[f.Path] = len(v.Fields)
			v.Fields = append(v.Fields, fieldRow(f, listed[f.Path]))
		case schema.KindSymbol:
			if i, ok := at[enumOf(f.Path)]; ok {
				v.Fields[i].Values = append(v.Fields[i].Values, fact{f.Name, f.Doc})
			}
		}
	}
}

// enumOf is the path of the field whose values a symbol is one of.
func enumOf(symbol string) string {
	path, _, _ := strings.Cut(symbol, "#")
	return strings.TrimRight(path, "[]{}")
}

func fieldRow(f schema.Field, c contracts.Field) row {
	r := row{Path: f.Path, Type: f.Type, Doc: f.Doc, Depth: depth(f.Path), Deprecated: f.Deprecated}
	if c.Property == nil {
		r.Tags = strings.Join(f.Tags, ", ")
		return r
	}
	r.Required = c.Property.Required
	r.Doc = cmp.Or(r.Doc, c.Property.Description)
	r.Tags = tags(f.Tags, c.Property)
	return r
}

// tags are a field's classification and tags, each once.
func tags(inline []string, p *odcs.Property) string {
	all := []string{}
	if p.Classification != "" {
		all = append(all, p.Classification)
	}
	for _, tag := range slices.Concat(inline, p.Tags) {
		if !slices.ContainsFunc(all, func(t string) bool { return strings.EqualFold(t, tag) }) {
			all = append(all, tag)
		}
	}
	return strings.Join(all, ", ")
}

// depth is capped at what the page can show.
func depth(path string) int { return min(strings.Count(path, "."), 4) }
