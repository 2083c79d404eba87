package compat

import (
	"context"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/jsonschema"
)

// jsonFindings: see Findings.
func jsonFindings(ctx context.Context, old, next *jsonschema.Schema) ([]finding.Finding, error) {
	return nil, ctx.Err()
}
