package compat

import (
	"maps"
	"slices"

	"github.com/accordhq/accord/schema/finding"
)

// RiskCodes lists the codes of Findings in Avro and JSON Schema.
func RiskCodes() []finding.Code {
	return slices.Concat(slices.Sorted(maps.Keys(avroRisks)), slices.Sorted(maps.Keys(jsonRisks)))
}
