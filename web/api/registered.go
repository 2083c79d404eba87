package api

import (
	"errors"
	"strconv"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// registered appends the answer that producers wait for when they start: what
// value would append, without its reflection.
func (e *encoded) registered(s *client.RegisterResponse) error {
	b := strconv.AppendInt(append(e.b, `{"id":`...), int64(s.ID), 10)
	if s.Version != 0 {
		b = strconv.AppendInt(append(b, `,"version":`...), int64(s.Version), 10)
	}
	if s.GUID != (schema.GUID{}) {
		b = append(append(append(b, `,"guid":"`...), s.GUID.String()...), '"')
	}
	if s.SchemaType != "" {
		b = appendText(append(b, `,"schemaType":`...), string(s.SchemaType))
	}
	e.b = b
	err := errors.Join(
		e.field("references", s.References, len(s.References) > 0),
		e.field("metadata", s.Metadata, s.Metadata != nil),
		e.field("ruleSet", s.RuleSet, s.RuleSet != nil),
	)
	if s.Schema != "" {
		e.b = appendText(append(e.b, `,"schema":`...), s.Schema)
	}
	if s.Timestamp != nil {
		e.b = strconv.AppendInt(append(e.b, `,"ts":`...), *s.Timestamp, 10)
	}
	if s.Deleted != nil {
		e.b = strconv.AppendBool(append(e.b, `,"deleted":`...), *s.Deleted)
	}
	e.b = append(e.b, '}')
	return err
}
