// Package sla reads the service levels of a contract, says what is wrong with
// them, and compares two versions of them: ODCS 3.1 slaProperties with the
// objectives that Accord keeps beside them (contracts reference, sections 1.4,
// 5.1 and 5.3). It knows no document format and measures nothing.
package sla

import (
	"github.com/accordhq/accord/schema"
)

// ValueType is how a value is written in the document.
type ValueType int

// The ways to write a value.
const (
	Absent ValueType = iota // not there, or null
	Number
	String
	Bool
	Other // a list or an object
)

// Value is a value as written: numbers keep their digits, so that nothing is
// rounded before it is compared.
type Value struct {
	Type ValueType
	Text string
}

// Property is one item of slaProperties.
type Property struct {
	ID, Property    string
	Value, ValueExt Value
	Unit, Element   string
	Driver          string
	Description     string
	// Position is where the item begins. Places holds where single keys
	// ("value", "unit") are, if known.
	schema.Position
	Places map[string]schema.Position
}

// Objective is what the custom property accordSlo says of the SLA with an id.
type Objective struct {
	ID string
	// Objective is the share of good minutes or events in percent, Percentile
	// the one a latency is taken at, Window and Interval times with a unit
	// ("28d", "1 min"): how long an objective is counted, how often one looks.
	Objective, Percentile, Window, Interval Value
	// Bound says how a retention or throughput is meant: "min" (the default),
	// "max" or "both".
	Bound          string
	Clock, Element string
	schema.Position
}

// place is where a key of the property is, or the property itself.
func (p Property) place(key string) schema.Position {
	if at, known := p.Places[key]; known {
		return at
	}
	return p.Position
}
