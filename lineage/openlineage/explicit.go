package openlineage

import (
	"strings"

	"github.com/accordhq/accord/lineage"
)

// This file reads the lineage facet (LineageFacet 1-0-0): who says what flows
// where leaves nothing to guess.

// entry is what flows into one dataset.
type entry struct {
	target lineage.ID
	// job is whose facet it is: what is named by no other job is of this one.
	// It is zero where only datasets were named.
	job    lineage.ID
	inputs value // nil if nothing is said of the dataset as a whole
	fields value
}

// explicitJob adds the entries of a job's lineage facet.
func (c *collector) explicitJob(facet object) {
	for _, v := range facet.get("entries").elements() {
		members := v.object()
		if isJob(members) {
			c.intoJob(members)
			continue
		}
		if target, err := name("", members); err == nil {
			c.entry(entry{target, c.job, members.get("inputs"), members.get("fields")})
		}
	}
}

// explicitDataset adds the lineage facet of a dataset, whose target is the
// dataset itself.
func (c *collector) explicitDataset(job lineage.ID, d Dataset) {
	if facet := d.Facets.get(lineageFacet); facet != nil {
		c.entry(entry{d.ID, job, facet.get("inputs"), facet.get("fields")})
	}
}

// entry adds what flows into a dataset. Where the inputs of the dataset as a
// whole are given they are all there are, and if no dataset is among them it is
// known to be made of none; fields alone are no more than column lineage.
func (c *collector) entry(e entry) {
	c.explicit[e.target] = true
	c.node(lineage.Node{Kind: lineage.DatasetNode, ID: e.target})
	derivation := lineage.Columns
	if e.inputs.isArray() {
		derivation = lineage.Explicit
	}
	found := false
	for _, v := range e.inputs.elements() {
		found = c.flow(e, "", v, derivation) || found
	}
	for field, v := range e.fields.members() {
		if len(field) > maxName {
			continue
		}
		for _, input := range v.object().get("inputs").elements() {
			found = c.flow(e, field, input, derivation) || found
		}
	}
	if derivation == lineage.Explicit && !found && !e.job.IsZero() {
		c.through(e.job, lineage.ID{}, e.target, derivation)
	}
}

// flow adds one source of a dataset, or of one of its fields, and reports
// whether it is a dataset.
func (c *collector) flow(e entry, field string, v value, d lineage.Derivation) bool {
	members := v.object()
	to := lineage.Field{Dataset: e.target, Path: field}
	if isJob(members) {
		if job := c.namedJob(members, e.job); !job.IsZero() {
			c.edge(job, lineage.Writes, e.target)
			if field != "" {
				c.transformed(job, lineage.Field{}, to, members, lineage.Direct)
			}
		}
		return false
	}
	from, ok := sourceField(members)
	if !ok {
		return false
	}
	c.through(e.job, from.Dataset, e.target, d)
	switch {
	case field != "":
		c.transformed(e.job, from, to, members, lineage.Direct)
	case from.Path != "":
		c.transformed(e.job, from, to, members, lineage.Indirect)
	}
	return true
}

// sourceField reads the dataset that a source names, and its field if it names one.
func sourceField(members object) (lineage.Field, bool) {
	dataset, err := name("", members)
	f := lineage.Field{Dataset: dataset, Path: members.text("field")}
	return f, err == nil && len(f.Path) <= maxName
}

// transformed adds an edge between fields for each of a source's
// transformations, one of the usual type if it has none. A zero field is the
// job itself, which makes a value or uses it.
func (c *collector) transformed(job lineage.ID, from, to lineage.Field, source object, usual string) {
	of := origins{}
	if !readTransformations(of, from, source.get("transformations"), usual) {
		of.add(origin{from, lineage.Transformation{Type: usual}}, detail{confidence: lineage.VeryLikely})
	}
	c.fields(job, to, of)
}

// intoJob adds what flows into a job.
func (c *collector) intoJob(target object) {
	job := c.namedJob(target, c.job)
	if job.IsZero() {
		return
	}
	for _, v := range target.get("inputs").elements() {
		members := v.object()
		if isJob(members) {
			c.namedJob(members, c.job) // of what flows from job to job nothing is known but that both are there
			continue
		}
		from, ok := sourceField(members)
		if !ok {
			continue
		}
		c.node(lineage.Node{Kind: lineage.DatasetNode, ID: from.Dataset})
		c.edge(job, lineage.Reads, from.Dataset)
		if from.Path != "" {
			c.transformed(job, from, lineage.Field{}, members, lineage.Direct)
		}
	}
}

// namedJob returns the job that an entry names, and knows it from then on. One
// without namespace and name is the event's own.
func (c *collector) namedJob(members object, own lineage.ID) lineage.ID {
	if members.get("namespace") == nil && members.get("name") == nil {
		return own
	}
	job, err := name("", members)
	if err != nil {
		return lineage.ID{}
	}
	c.node(lineage.Node{Kind: lineage.JobNode, ID: job})
	return job
}

// isJob reports whether an entry or a source is a job.
func isJob(members object) bool { return strings.EqualFold(members.text("type"), "JOB") }
