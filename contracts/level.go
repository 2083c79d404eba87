package contracts

import (
	"cmp"
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

// levels are the service levels of a document, for all its streams.
type levels struct {
	doc        *odcs.Document
	properties []sla.Property
	objectives []sla.Objective
	// objects are, for each property, the schema objects that its element
	// names; nil for none.
	objects []map[int]bool
}

// levelsOf reads the service levels of a document.
func levelsOf(doc *odcs.Document) levels {
	l := levels{doc: doc, objectives: objectivesOf(doc)}
	names := map[string][]int{}
	for i, o := range doc.Schema {
		for _, name := range []string{o.Name, o.PhysicalName, o.ID} {
			if name != "" {
				names[name] = append(names[name], i)
			}
		}
	}
	for _, p := range doc.SLAProperties[:min(len(doc.SLAProperties), maxLevels+1)] {
		p.Element = cmp.Or(p.Element, doc.SLADefaultElement)
		l.properties = append(l.properties, property(doc, p))
		l.objects = append(l.objects, objectsIn(p.Element, names))
	}
	return l
}

// objectsIn are the schema objects that an element names: it is a list of
// "object.property", where the object may be left out if there is one alone.
func objectsIn(element string, names map[string][]int) map[int]bool {
	var out map[int]bool
	for part := range strings.SplitSeq(element, ",") {
		part = strings.TrimSpace(part)
		for head := part; head != ""; head = head[:max(0, strings.LastIndexByte(head, '.'))] {
			for _, i := range names[head] {
				if out == nil {
					out = map[int]bool{}
				}
				out[i] = true
			}
		}
	}
	return out
}

// concern reports whether the property at a place speaks of a stream: its
// element names the stream's object, or no object at all.
func (l levels) concern(i int, s odcs.Stream) bool {
	return l.objects[i] == nil || l.objects[i][s.Object] || len(l.doc.Schema) == 1
}

// read reads the service levels that speak of a stream.
func (l levels) read(s odcs.Stream) ([]sla.Promise, []finding.Finding) {
	var properties []sla.Property
	foreign := map[string]bool{}
	for i, p := range l.properties {
		if l.concern(i, s) {
			properties = append(properties, p)
		} else {
			foreign[p.ID] = true
		}
	}
	objectives := slices.DeleteFunc(slices.Clone(l.objectives), func(o sla.Objective) bool { return foreign[o.ID] })
	o := sla.Options{Subject: s.Subject, File: l.doc.Name(), Place: l.doc.Position("slaProperties")}
	promises, faults := sla.Parse(properties, objectives, o)
	return promises, append(faults, sla.Lint(promises, o)...)
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
		if len(out) == maxLevels {
			break // as many as there may be service levels
		}
		out = append(out, sla.Objective{
			ID: id, Objective: levelValue(v.Member("objective")), Percentile: levelValue(v.Member("percentile")),
			Window: levelValue(v.Member("window")), Interval: levelValue(v.Member("interval")),
			Bound: v.Member("bound").Text(), Clock: v.Member("clock").Text(), Element: v.Member("element").Text(),
			Position: v.Position(),
		})
	}
	return out
}
