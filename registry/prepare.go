package registry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/accordhq/accord/schema"
)

// prepared is a candidate understood: parsed, its references pinned, its
// sameness computed. It is made outside the sequencer, on one state.
type prepared struct {
	subject    string
	format     schema.Format
	text       string
	refs       []schema.Reference
	metadata   *schema.Metadata
	rules      *schema.RuleSet
	parsed     *understood
	same       sameness
	normalized bool
	// printed: only what Confluent prints counts (ConfluentText).
	printed bool
}

// understandOptions say how a candidate is read.
type understandOptions struct {
	normalize bool
	reading   reading
}

// understand parses a candidate for a subject.
func (r *Registry) understand(ctx context.Context, st *State, subject string, c Candidate, opts understandOptions) (*prepared, error) {
	format, ok := schema.ParseFormat(c.Type)
	if !ok {
		return nil, errorf(CodeInvalidSchema, "Invalid schema type %s", c.Type)
	}
	if c.Text == "" {
		return nil, errorf(CodeInvalidSchema, "Empty schema")
	}
	if len(c.Text) > schema.MaxText {
		return nil, errorf(CodeSchemaTooLarge, "Register operation failed because schema is too large")
	}
	refs, err := st.pinReferences(subject, c.References)
	if err != nil {
		return nil, err
	}
	if opts.normalize {
		refs = normalizeReferences(refs)
	}
	deps, err := r.dependencies(ctx, st, subject, refs, false)
	if err != nil {
		return nil, err
	}
	parsed, err := r.parse(ctx, schema.Source{
		Format: format, Text: c.Text, References: refs, Dependencies: deps,
	}, opts.reading)
	if err != nil {
		return nil, invalidSchema(format, err)
	}
	p := &prepared{
		subject: subject, format: format, text: c.Text, refs: refs, parsed: parsed, same: parsed.same,
		normalized: opts.normalize, printed: st.reprints(),
	}
	if p.printed && format == schema.Protobuf {
		p.same.Docs = 0 // its documentation is not printed
	}
	p.describe(c.Metadata, c.RuleSet)
	return p, nil
}

// describe sets metadata and rules, which are part of the identity.
func (p *prepared) describe(m *schema.Metadata, rules *schema.RuleSet) {
	p.metadata, p.rules = m.Clone(), rules.Clone()
	canonical, bare := p.parsed.Canonical, p.parsed.same.GUID
	if p.normalized {
		canonical, bare = p.parsed.Normalized, p.parsed.normalGUID
	}
	p.same.GUID = bare
	if len(p.refs) > 0 || p.metadata != nil || p.rules != nil {
		p.same.GUID = schema.ContentGUID(canonical(), p.refs, p.metadata, p.rules)
	}
}

// readable reports whether a text can be handed to clients as it was sent. A
// compiled descriptor and JSON that only lenient parsers take (comments) are
// printed for them instead.
func readable(format schema.Format, text string) bool {
	if format == schema.Protobuf {
		_, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		return err != nil
	}
	return json.Valid([]byte(text))
}
