package openlineage

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// maxDescription bounds the description of a field edge in bytes; the facet
// keeps it whole.
const maxDescription = 1000

// window reads a windowDuration, which is in seconds.
func window(v value) time.Duration {
	var seconds float64
	if err := json.Unmarshal(v, &seconds); err != nil || seconds <= 0 {
		return usualWindow
	}
	return time.Duration(min(seconds, longestWindow.Seconds()) * float64(time.Second))
}

// origin is a field that flows into another, and what becomes of it.
type origin struct {
	from lineage.Field
	lineage.Transformation
}

func (o origin) compare(p origin) int {
	return cmp.Or(o.from.Compare(p.from), o.Compare(p.Transformation))
}

// detail is what of an origin is no part of its identity.
type detail struct {
	description string
	confidence  lineage.Confidence
}

// origins are the origins of one output field.
type origins map[origin]detail

// columns adds what the columnLineage facet of a dataset says, unless the
// lineage facet said it all. The job is zero where none is known.
func (c *collector) columns(job lineage.ID, d Dataset) {
	facet := d.Facets.get(columnLineageFacet)
	if facet == nil || c.explicit[d.ID] {
		return
	}
	fields := map[string]origins{}
	for name, v := range facet.get("fields").members() {
		field := v.object()
		legacy := field.text("transformationType")
		fields[name] = readOrigins(field.get("inputFields"), lineage.Direct, legacy, field.text("transformationDescription"))
	}
	whole := readOrigins(facet.get("dataset"), lineage.Indirect, "", "")
	foldBack(fields, whole)
	c.origins(job, lineage.Field{Dataset: d.ID}, whole)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		c.origins(job, lineage.Field{Dataset: d.ID, Path: name}, fields[name])
	}
}

// origins adds the edges into one field, and that their datasets make that of
// the field.
func (c *collector) origins(job lineage.ID, to lineage.Field, from origins) {
	for _, o := range slices.SortedFunc(maps.Keys(from), origin.compare) {
		c.through(job, o.from.Dataset, to.Dataset, lineage.Columns)
	}
	c.fields(job, to, from)
}

// fields adds the edges into one field.
func (c *collector) fields(job lineage.ID, to lineage.Field, from origins) {
	for _, o := range slices.SortedFunc(maps.Keys(from), origin.compare) {
		c.add(lineage.FieldEdge{
			Job: job, From: o.from, To: to, Transformation: o.Transformation,
			Evidence: lineage.Reported, Source: c.source,
			Confidence: from[o].confidence, Description: from[o].description, Interval: c.at,
		}.Fact())
	}
}

// foldBack moves what influences every field to the dataset as a whole. Spark
// tells a filter so unless it is asked not to
// (spark.openlineage.columnLineage.datasetLineageEnabled), which makes as many
// edges as there are fields times columns in the WHERE clause.
func foldBack(fields map[string]origins, whole origins) {
	if len(fields) < 2 {
		return // of a single field it cannot be told
	}
	var least origins
	for _, of := range fields {
		if least == nil || len(of) < len(least) {
			least = of
		}
	}
	for o := range maps.Clone(least) {
		if o.Type != lineage.Indirect || !inAll(fields, o) {
			continue
		}
		for _, of := range fields {
			whole.add(o, of[o])
			delete(of, o)
		}
	}
}

func inAll(fields map[string]origins, o origin) bool {
	for _, of := range fields {
		if _, ok := of[o]; !ok {
			return false
		}
	}
	return true
}

// add puts an origin to the others. Of two descriptions the greater stands, so
// that their order does not matter.
func (of origins) add(o origin, d detail) {
	if had, ok := of[o]; ok {
		d.description = max(d.description, had.description)
		d.confidence = max(d.confidence, had.confidence)
	}
	of[o] = d
}

// readOrigins reads a list of input fields. Those that do not say what becomes
// of them are taken for what the legacy members say, else for the usual type.
func readOrigins(list value, usual, legacy, description string) origins {
	out := origins{}
	for _, v := range list.elements() {
		input := v.object()
		from, ok := sourceField(input)
		if !ok {
			continue
		}
		if !readTransformations(out, from, input.get("transformations"), usual) {
			out.add(origin{from, legacyTransformation(usual, legacy)}, detail{clip(description, maxDescription), legacyConfidence(legacy)})
		}
	}
	return out
}

// readTransformations adds an origin for each transformation of a field, and
// reports whether there was any.
func readTransformations(out origins, from lineage.Field, list value, usual string) bool {
	found := false
	for _, v := range list.elements() {
		if !v.isObject() {
			continue
		}
		members := v.object()
		t, confidence := transformation(members.text("type"), members.text("subtype"), usual)
		t.Masking = members.get("masking").isTrue()
		out.add(origin{from, t}, detail{clip(members.text("description"), maxDescription), confidence})
		found = true
	}
	return found
}

// indirect are the subtypes that only influence a value.
var indirect = []string{"JOIN", "GROUP_BY", "FILTER", "SORT", "WINDOW", "CONDITIONAL"}

// transformation reads type and subtype. A type that is unsaid follows from the
// subtype; one that is unknown is DIRECT, the one that warns of more.
func transformation(kind, subtype, usual string) (lineage.Transformation, lineage.Confidence) {
	t := lineage.Transformation{Type: strings.ToUpper(kind), Subtype: clip(strings.ToUpper(subtype), 100)}
	switch {
	case t.Type == lineage.Direct || t.Type == lineage.Indirect:
		return t, lineage.Certain
	case slices.Contains(indirect, t.Subtype):
		t.Type = lineage.Indirect
	case t.Type == "":
		t.Type = usual
	default:
		t.Type = lineage.Direct
	}
	return t, lineage.VeryLikely
}

// legacyTransformation reads the transformationType that column lineage had
// before version 1-1-0: IDENTITY or MASKED.
func legacyTransformation(usual, legacy string) lineage.Transformation {
	switch strings.ToUpper(legacy) {
	case "IDENTITY":
		return lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY"}
	case "MASKED":
		return lineage.Transformation{Type: lineage.Direct, Masking: true}
	}
	return lineage.Transformation{Type: usual}
}

func legacyConfidence(legacy string) lineage.Confidence {
	if legacy == "" {
		return lineage.VeryLikely
	}
	return lineage.Certain
}
