package compat

import (
	"context"
	"fmt"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/protobuf"
)

// Breaks says whom or what a difference breaks. It is the first line of a
// finding's evidence, so that tools can group by it.
type Breaks string

// Who and what may break.
const (
	OldData    Breaks = "breaks readers of old data"
	OldReaders Breaks = "breaks old readers of new data"
	Wire       Breaks = "breaks the wire format"
	JSONForm   Breaks = "breaks the JSON form"
	Meaning    Breaks = "changes what the data means"
	Code       Breaks = "breaks generated code"
)

// Findings says what a change from old to new risks beside the verdict of
// Compare: what Confluent's rules pass over or judge too kindly (compatibility
// reference 6.4). Findings are warnings and information; they never change a
// verdict unless a subject's policy says so. Order follows the new schema.
func Findings(ctx context.Context, old, next schema.Parsed) ([]finding.Finding, error) {
	switch n := next.(type) {
	case *avro.Schema:
		if o, ok := old.(*avro.Schema); ok {
			return avroFindings(ctx, o, n)
		}
	case *jsonschema.Schema:
		if o, ok := old.(*jsonschema.Schema); ok {
			return jsonFindings(ctx, o, n)
		}
	case *protobuf.File:
		if o, ok := old.(*protobuf.File); ok {
			return protobufFindings(ctx, o, n)
		}
	}
	return nil, differentTypes(old, next)
}

// codePrefix begins the finding codes of each language.
var codePrefix = map[schema.Format]string{schema.Avro: "AVRO_", schema.JSON: "JSON_", schema.Protobuf: "PROTO_"}

// Finding is a difference as data for people and tools. The place is the new
// schema's where it has one, else the old one's.
func (d Difference) Finding(sides Sides, policy Policy) finding.Finding {
	f := finding.Finding{
		Code: finding.Code(codePrefix[d.Format] + d.Kind), Severity: finding.Info, Path: d.Path, Message: d.Description,
	}
	old, next := d.Places(sides)
	f.Line, f.Column = next.Line, next.Column
	if next.Position == (schema.Position{}) {
		f.Line, f.Column = old.Line, old.Column
	}
	if d.Breaks(policy) {
		f.Severity = finding.Error
		f.Evidence = append(f.Evidence, string(sides.breaksWhom()))
	}
	if old.Line > 0 {
		f.Evidence = append(f.Evidence, fmt.Sprintf("old schema: %s at %d:%d", old.Path, old.Line, old.Column))
	}
	if d.Info != "" {
		f.Evidence = append(f.Evidence, d.Info)
	}
	for _, inner := range d.Inner {
		f.Evidence = append(f.Evidence, inner.Description)
	}
	return f
}
