package api

import (
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// schemaString appends the answer that consumers ask for most: what value
// would append, without its reflection and allocations.
func (e *encoded) schemaString(s *client.SchemaString) error {
	b := append(e.b, '{')
	if s.Subject != "" {
		b = append(appendText(append(b, `"subject":`...), s.Subject), ',')
	}
	if s.Version != 0 {
		b = append(strconv.AppendInt(append(b, `"version":`...), int64(s.Version), 10), ',')
	}
	if s.GUID != (schema.GUID{}) {
		b = append(append(append(b, `"guid":"`...), s.GUID.String()...), `",`...)
	}
	if s.SchemaType != "" {
		b = append(appendText(append(b, `"schemaType":`...), string(s.SchemaType)), ',')
	}
	e.b = appendText(append(b, `"schema":`...), s.Schema)
	err := errors.Join(
		e.field("references", s.References, len(s.References) > 0),
		e.field("metadata", s.Metadata, s.Metadata != nil),
		e.field("ruleSet", s.RuleSet, s.RuleSet != nil),
		e.field("schemaTags", s.SchemaTags, len(s.SchemaTags) > 0),
	)
	if s.MaxID != nil {
		e.b = strconv.AppendInt(append(e.b, `,"maxId":`...), int64(*s.MaxID), 10)
	}
	if s.Timestamp != nil {
		e.b = strconv.AppendInt(append(e.b, `,"ts":`...), *s.Timestamp, 10)
	}
	if s.Deleted != nil {
		e.b = strconv.AppendBool(append(e.b, `,"deleted":`...), *s.Deleted)
	}
	err = errors.Join(err, e.field("subjects", s.Subjects, len(s.Subjects) > 0))
	e.b = append(e.b, '}')
	return err
}

// field appends a field that few schemas have.
func (e *encoded) field(name string, v any, present bool) error {
	if !present {
		return nil
	}
	e.b = append(append(append(e.b, `,"`...), name...), `":`...)
	return e.value(v)
}

// appendText appends a JSON string, escaped as encoding/json does without
// SetEscapeHTML.
func appendText(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	plain := 0 // where what is not yet copied begins
	for i := 0; i < len(s); {
		c := s[i]
		if ' ' <= c && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if r != '\u2028' && r != '\u2029' && (r != utf8.RuneError || size > 1) {
				i += size
				continue
			}
		}
		b = append(b, s[plain:i]...)
		switch r {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		}
		i += size
		plain = i
	}
	return append(append(b, s[plain:]...), '"')
}
