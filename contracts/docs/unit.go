package docs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// measure is what a number's or a time's documentation has to give.
type measure struct {
	// lacks is what is missing, in words.
	lacks string
	// units are the words that give it.
	units    []map[string]bool
	severity finding.Severity
}

// The measures. An epoch read in the wrong unit is off by a factor of a
// thousand and an amount in the wrong currency is wrong, so these are warnings;
// other units a reader can often guess, so they are information.
var (
	moneyMeasure = measure{"in which currency and unit (euros or cents) it is", []map[string]bool{moneyUnits}, finding.Warning}
	epochMeasure = measure{"in which unit since when it counts", []map[string]bool{timeUnits, zoneWords}, finding.Warning}
	zoneMeasure  = measure{"in which form and time zone it is", []map[string]bool{zoneWords}, finding.Warning}
	spanMeasure  = measure{"in which unit of time it is", []map[string]bool{timeUnits}, finding.Info}
	sizeMeasure  = measure{"in which unit it is", []map[string]bool{sizeUnits, timeUnits}, finding.Info}
)

// unit reports a number or time whose unit or zone neither its type nor its
// name, its documentation or a field beside it gives.
func (r *report) unit(e *element) {
	if e.Kind != schema.KindField {
		return
	}
	m, needed := e.measure()
	if !needed {
		return
	}
	said := append(words(e.Name), words(e.Doc)...)
	if slices.ContainsFunc(m.units, func(units map[string]bool) bool { return anyIn(units, said) }) {
		return
	}
	if strings.ContainsAny(e.Doc, "$€£¥%°") {
		return
	}
	r.add(e, finding.Finding{
		Code: codeNoUnit, Severity: m.severity,
		Message: fmt.Sprintf("%s does not say %s", e.title(), m.lacks),
		Hint:    "give it in the documentation, or by the type: " + typeHint(e.format, m),
	})
}

// measure picks what a field has to give, by its type and the last word of its
// name; false if nothing.
func (e *element) measure() (measure, bool) {
	name := words(e.Name)
	if len(name) == 0 {
		return measure{}, false
	}
	last := name[len(name)-1:]
	kind := carried(e.Type)
	switch {
	case kind == localTime, kind == textual && momentNames.holdsAny(last) && last[0] != "date":
		return zoneMeasure, true
	case kind != numeric && kind != decimal:
		return measure{}, false
	case moneyNames.holdsAny(last):
		return moneyMeasure, !e.measured
	case kind == numeric && momentNames.holdsAny(last):
		return epochMeasure, true
	case spanNames.holdsAny(last):
		return spanMeasure, !e.measured
	case sizeNames.holdsAny(last):
		return sizeMeasure, !e.measured
	}
	return measure{}, false
}

// carrier is what a type says of its values.
type carrier int

const (
	complete  carrier = iota // all, or nothing that has a unit
	numeric                  // a bare number
	decimal                  // an exact number: rarely a time
	textual                  // text in any form
	localTime                // a time without a zone
)

// plainTypes are the spellings of bare numbers and texts in the three languages.
var plainTypes = map[string]carrier{
	"int": numeric, "long": numeric, "float": numeric, "double": numeric, "number": numeric, "integer": numeric,
	"int32": numeric, "int64": numeric, "uint32": numeric, "uint64": numeric, "sint32": numeric, "sint64": numeric,
	"fixed32": numeric, "fixed64": numeric, "sfixed32": numeric, "sfixed64": numeric,
	"string": textual,
}

// carried reads a type as schema.Field has it: "long | null",
// "long (local-timestamp-millis)", "repeated int64".
func carried(typ string) carrier {
	found := complete
	for branch := range strings.SplitSeq(typ, " | ") {
		branch = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(branch, "repeated "), "array<"), ">")
		base, logical, _ := strings.Cut(branch, " (")
		switch {
		case strings.HasPrefix(logical, "local-timestamp"):
			return localTime
		case strings.HasPrefix(logical, "decimal"):
			found = decimal
		case logical == "" || plainTypes[base] == numeric && !strings.Contains(logical, "time") && !strings.HasPrefix(logical, "date"):
			if c, plain := plainTypes[base]; plain {
				found = c
			}
		}
	}
	return found
}

// typeHint names the types of a language that carry what is missing.
func typeHint(format schema.Format, m measure) string {
	type question struct {
		format schema.Format
		lacks  string
	}
	hints := map[question]string{
		{schema.Avro, epochMeasure.lacks}:     `{"type": "long", "logicalType": "timestamp-millis"}`,
		{schema.Avro, zoneMeasure.lacks}:      `{"type": "long", "logicalType": "timestamp-millis"} is in UTC`,
		{schema.JSON, epochMeasure.lacks}:     `{"type": "string", "format": "date-time"}`,
		{schema.JSON, zoneMeasure.lacks}:      `{"type": "string", "format": "date-time"}`,
		{schema.Protobuf, epochMeasure.lacks}: "google.protobuf.Timestamp",
		{schema.Protobuf, zoneMeasure.lacks}:  "google.protobuf.Timestamp",
		{schema.Protobuf, spanMeasure.lacks}:  "google.protobuf.Duration",
		{schema.Protobuf, moneyMeasure.lacks}: "google.type.Money",
	}
	if hint := hints[question{format, m.lacks}]; hint != "" {
		return hint
	}
	return `a name that ends in the unit, such as "_ms" or "_cents"`
}
