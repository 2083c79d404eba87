package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// ago says how long ago something was, as a person would.
func ago(now, at time.Time) string {
	switch d := now.Sub(at); {
	case at.IsZero():
		return ""
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd ago", int(d.Hours()/24))
	}
}

// ownersOf names the teams to tell.
func ownersOf(w lineage.Who) string { return strings.Join(w.Owners, ", ") }

// sureOf is a confidence that is less than full.
func sureOf(c lineage.Confidence) string {
	if c >= lineage.Certain {
		return ""
	}
	return fmt.Sprintf("%.2g", c)
}

// mark is the cell of a column that says yes or nothing.
func mark(set bool) string {
	if set {
		return "yes"
	}
	return ""
}

// nodeWord says in a word what a node is: a topic or group of Kafka, a connector,
// a table of a store by the store's scheme, or a job.
func nodeWord(n lineage.Node) string {
	scheme, _, known := strings.Cut(n.Namespace, "://")
	switch {
	case n.Kind == lineage.JobNode && scheme == "kafka":
		return "group"
	case n.Kind == lineage.JobNode && scheme == "kafka-connect":
		return "connector"
	case n.Kind == lineage.JobNode:
		return "job"
	case scheme == "kafka":
		return "topic"
	case known:
		return scheme
	}
	return string(n.Kind)
}

// evidenceOf names how something is known, the strongest first, each kind once.
func evidenceOf(seen []lineage.Sighting) string {
	var kinds []string
	for _, s := range seen {
		if kind := string(s.Evidence); len(kinds) == 0 || kinds[len(kinds)-1] != kind {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, "+")
}

// counted is a number of things, with the words for one and for several.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// extentOf counts what lies downstream of something.
func extentOf(e lineage.Extent) string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{{e.Fields, "field", "fields"}, {e.Datasets, "dataset", "datasets"}, {e.Jobs, "job", "jobs"}} {
		if part.n > 0 {
			parts = append(parts, counted(part.n, part.one, part.many))
		}
	}
	text := strings.Join(parts, ", ")
	if e.AtLeast {
		return "at least " + text
	}
	return text
}

// fieldName is a field with its dataset; that alone stands for all its fields.
func fieldName(p lineage.Place) string {
	if p.Path == "" {
		return p.Name + " (all)"
	}
	return p.Name + "." + p.Path
}

// influences say how a field decides on others without being in them
// (ColumnLineageDatasetFacet 1-2-0, subtypes of INDIRECT).
var influences = map[string]string{
	"JOIN": "joined by", "GROUP_BY": "grouped by", "FILTER": "filtered by", "SORT": "sorted by", "WINDOW": "windowed by", "CONDITIONAL": "decided by",
}

// transformationNames says in words what becomes of a field, in all ways.
func transformationNames(all []lineage.Transformation) string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = transformationName(t)
	}
	return strings.Join(names, "; ")
}

// transformationName says in words what becomes of a field.
func transformationName(t lineage.Transformation) string {
	name := strings.ToLower(t.Subtype)
	switch {
	case t.Type == lineage.Indirect && influences[t.Subtype] != "":
		name = influences[t.Subtype]
	case t.Type == lineage.Indirect:
		name = strings.TrimSpace("influenced " + name)
	case name == "":
		name = strings.ToLower(t.Type)
	}
	if t.Masking {
		name += ", masked"
	}
	return name
}

// idText writes a name, or a namespace alone.
func idText(id lineage.ID) string {
	if id.Name == "" {
		return id.Namespace
	}
	return id.Namespace + " " + id.Name
}
