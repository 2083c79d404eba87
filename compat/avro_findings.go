package compat

import (
	"context"

	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/finding"
)

// avroFindings: see Findings.
func avroFindings(ctx context.Context, old, next *avro.Schema) ([]finding.Finding, error) {
	return nil, ctx.Err()
}
