package openlineage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// maxFacet bounds the facets that nothing here is made of, in bytes. Query
// plans in them were seen to reach 20 MB.
const maxFacet = 1 << 20

// The facets that say something of the graph.
const (
	schemaFacet        = "schema"
	columnLineageFacet = "columnLineage"
	lineageFacet       = "lineage"
	symlinksFacet      = "symlinks"
	lifecycleFacet     = "lifecycleStateChange"
	versionFacet       = "version"
	jobTypeFacet       = "jobType"
	sqlFacet           = "sql"
	parentFacet        = "parent"
)

// known are the facets that are read whatever their size, and kept as far as a
// fact has room.
var known = map[string]bool{
	schemaFacet: true, columnLineageFacet: true, lineageFacet: true, symlinksFacet: true, lifecycleFacet: true,
	versionFacet: true, jobTypeFacet: true, sqlFacet: true, parentFacet: true,
	"ownership": true, "tags": true, "documentation": true,
}

// facets reads facets. What is no object is left out.
func (p *parser) facets(path string, v value) Facets {
	if len(v) == 0 {
		return nil
	}
	if !v.isObject() {
		p.notes.add(path, "%s, none are taken", v.kind())
		return nil
	}
	out := Facets{}
	for name, body := range v.members() {
		switch {
		case !body.isObject():
			p.notes.add(path+"."+clip(name, 100), "%s, left out", body.kind())
		case len(body) > maxFacet && !known[name]:
			p.notes.add(path+"."+clip(name, 100), "%d bytes, left out", len(body))
			out[name] = leftOut(body, maxFacet)
		default:
			out[name] = json.RawMessage(body)
		}
	}
	return out
}

// leftOut returns what stands for a facet that is too large to keep.
func leftOut(body value, kept int) json.RawMessage {
	members := body.object()
	note := struct {
		Producer  string `json:"_producer"`
		SchemaURL string `json:"_schemaURL"`
		LeftOut   string `json:"_leftOut"`
	}{
		clip(members.text("_producer"), maxName), clip(members.text("_schemaURL"), maxName),
		fmt.Sprintf("%d bytes, more than the %d kept", len(body), kept),
	}
	text, err := json.Marshal(note)
	if err != nil {
		panic(err) // strings always encode
	}
	return text
}

// clip returns the beginning of text, at most n bytes of it and no half rune.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return string(bytes.ToValidUTF8([]byte(text[:n]), nil))
}

// get returns a facet, nil if there is none or it was taken back.
func (f Facets) get(name string) object {
	body, ok := f[name]
	if !ok || isDeleted(body) {
		return nil
	}
	return value(body).object()
}

// isDeleted reports whether a facet says that it holds no longer.
func isDeleted(facet json.RawMessage) bool {
	for name, member := range value(facet).members() {
		if name == "_deleted" {
			return member.isTrue()
		}
	}
	return false
}

// facets adds what was said of an entity, each facet's name after a prefix.
func (c *collector) facets(of lineage.Entity, prefix string, facets Facets) {
	for _, name := range slices.Sorted(maps.Keys(facets)) {
		f := lineage.Facet{Entity: of, Facet: prefix + name, Interval: c.at}
		switch body := facets[name]; {
		case isDeleted(body):
		case len(body) > lineage.MaxBody:
			f.Body = leftOut(value(body), lineage.MaxBody)
		default:
			f.Body = bytes.Clone(body) // not to hold the whole event for it
		}
		c.add(f.Fact())
	}
}

// symlinks adds the other names of a dataset. A table is what people call the
// thing, and a path where it lies: so the dataset is known by its table, and
// every other name is known by the dataset.
func (c *collector) symlinks(d lineage.ID, facet object) {
	for _, v := range facet.get("identifiers").elements() {
		link := v.object()
		other, err := name("", link)
		if err != nil || other == d {
			continue
		}
		a := lineage.Alias{
			Kind: lineage.DatasetNode, From: other, To: d,
			Evidence: lineage.Reported, Source: c.source, Note: "symlinks facet", Interval: c.at,
		}
		if kind := clip(link.text("type"), 100); kind != "" {
			a.Note += ", " + kind
			if strings.EqualFold(kind, "TABLE") {
				a.From, a.To = d, other
			}
		}
		c.add(a.Fact())
	}
}

// lifecycle adds the former name of a renamed dataset. Nothing else that
// happens to a dataset changes what its data was made of.
func (c *collector) lifecycle(d lineage.ID, facet object) {
	if !strings.EqualFold(facet.text(lifecycleFacet), "RENAME") {
		return
	}
	former, err := name("", facet.get("previousIdentifier").object())
	if err != nil || former == d {
		return
	}
	c.add(lineage.Alias{
		Kind: lineage.DatasetNode, From: former, To: d,
		Evidence: lineage.Reported, Source: c.source, Note: "lifecycleStateChange facet, RENAME", Interval: c.at,
	}.Fact())
}
