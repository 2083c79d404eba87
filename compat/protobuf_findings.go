package compat

import (
	"context"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

// protobufFindings: see Findings.
func protobufFindings(ctx context.Context, old, next *protobuf.File) ([]finding.Finding, error) {
	return nil, ctx.Err()
}
