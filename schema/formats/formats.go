// Package formats picks the parser of a schema language.
package formats

import (
	"context"
	"fmt"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/protobuf"
)

// Parse reads a source in the language it names. Text that is not a schema is
// a *schema.Error.
func Parse(ctx context.Context, src schema.Source) (schema.Parsed, error) {
	if len(src.Text) > schema.MaxText {
		return nil, schema.Errorf(src.Format, schema.Position{}, "the text has %d bytes; schemas end at %d", len(src.Text), schema.MaxText)
	}
	if len(src.Dependencies) > schema.MaxDependencies {
		return nil, schema.Errorf(src.Format, schema.Position{}, "the schema needs %d others; %d is the limit", len(src.Dependencies), schema.MaxDependencies)
	}
	switch src.Format {
	case schema.Avro:
		return parsed(avro.Parse(ctx, src))
	case schema.JSON:
		return parsed(jsonschema.Parse(ctx, src))
	case schema.Protobuf:
		return parsed(protobuf.Parse(ctx, src))
	}
	return nil, fmt.Errorf("parse schema: no language %q; use one of %v", src.Format, schema.Formats())
}

// parsed keeps a nil pointer from becoming a Parsed that is not nil.
func parsed[P schema.Parsed](p P, err error) (schema.Parsed, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}
