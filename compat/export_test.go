package compat

import (
	"context"
	"maps"
	"slices"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

// RiskCodes lists the codes of Findings.
func RiskCodes() []finding.Code {
	codes := slices.Concat(slices.Collect(maps.Keys(avroRisks)), slices.Collect(maps.Keys(jsonRisks)), slices.Collect(maps.Keys(protoRuleRisks)))
	for _, risk := range protoRisks {
		codes = append(codes, risk.code)
	}
	slices.Sort(codes)
	return codes
}

// CompareProtobufThoroughly is Compare without the shortcut for what is the
// same on both sides.
func CompareProtobufThoroughly(ctx context.Context, reader, writer *protobuf.File, sides Sides) ([]Difference, error) {
	c := newProtoComparison(ctx, reader, writer, sides)
	c.thorough = true
	c.files()
	return c.found, c.err
}
