package contracts

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/contracts/sla"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// objectivesProperty is the custom property that holds, by the ids of
// slaProperties, what ODCS has no key for (contracts reference 1.4).
const objectivesProperty = "accordSlo"

// levelsOf reads the service levels of a stream.
func levelsOf(doc *odcs.Document, s odcs.Stream) ([]sla.Promise, []finding.Finding) {
	var properties []sla.Property
	foreign := map[string]bool{}
	for _, p := range doc.SLAProperties {
		if p.Element == "" {
			p.Element = doc.SLADefaultElement
		}
		if !concerns(doc, s, p.Element) {
			foreign[p.ID] = true
			continue
		}
		properties = append(properties, property(doc, p))
	}
	objectives := slices.DeleteFunc(objectivesOf(doc), func(o sla.Objective) bool { return foreign[o.ID] })
	o := sla.Options{Subject: s.Subject, File: doc.Name(), Place: doc.Position("slaProperties")}
	promises, faults := sla.Parse(properties, objectives, o)
	return promises, append(faults, sla.Lint(promises, o)...)
}

// concerns reports whether a service level speaks of a stream. Its element is a
// list of "object.property", where the object may be left out if there is one
// alone.
func concerns(doc *odcs.Document, s odcs.Stream, element string) bool {
	if element == "" || len(doc.Schema) == 1 {
		return true
	}
	names := func(o odcs.Object, part string) bool {
		return slices.ContainsFunc([]string{o.Name, o.PhysicalName, o.ID}, func(name string) bool {
			return name != "" && (part == name || strings.HasPrefix(part, name+"."))
		})
	}
	for part := range strings.SplitSeq(element, ",") {
		part = strings.TrimSpace(part)
		if names(doc.Schema[s.Object], part) || !slices.ContainsFunc(doc.Schema, func(o odcs.Object) bool { return names(o, part) }) {
			return true
		}
	}
	return false
}

func property(doc *odcs.Document, p odcs.SLA) sla.Property {
	out := sla.Property{
		ID: p.ID, Property: p.Property, Value: levelValue(p.Value), ValueExt: levelValue(p.ValueExt),
		Unit: p.Unit, Element: p.Element, Driver: p.Driver, Description: p.Description,
		Position: p.Position, Places: map[string]schema.Position{},
	}
	for _, key := range []string{"property", "value", "valueExt", "unit", "element"} {
		if _, written := doc.Value(p.Path + "." + key); written {
			out.Places[key] = doc.Position(p.Path + "." + key)
		}
	}
	return out
}

// levelTypes are the ways to write a value, by the kinds of values.
var levelTypes = map[odcs.Kind]sla.ValueType{
	odcs.Null: sla.Absent, odcs.Bool: sla.Bool, odcs.Number: sla.Number, odcs.Text: sla.String, odcs.List: sla.Other, odcs.Mapping: sla.Other,
}

func levelValue(v odcs.Value) sla.Value { return sla.Value{Type: levelTypes[v.Kind()], Text: v.Text()} }

func objectivesOf(doc *odcs.Document) []sla.Objective {
	custom, ok := doc.CustomProperties.Named(objectivesProperty)
	if !ok {
		return nil
	}
	var out []sla.Objective
	for id, v := range custom.Value.Members() {
		out = append(out, sla.Objective{
			ID: id, Objective: levelValue(v.Member("objective")), Percentile: levelValue(v.Member("percentile")),
			Window: levelValue(v.Member("window")), Interval: levelValue(v.Member("interval")),
			Bound: v.Member("bound").Text(), Clock: v.Member("clock").Text(), Element: v.Member("element").Text(),
			Position: v.Position(),
		})
	}
	return out
}
