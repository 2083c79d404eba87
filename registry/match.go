package registry

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
)

// match finds the version of a subject that a prepared candidate already is,
// nil if there is none: the very content first, then the newest that counts as
// the same (registry API 2.4), then, for a text without any documentation, the
// newest of its structure (a producer's compiled schema has lost the words).
func (r *Registry) match(ctx context.Context, st *State, sub *subject, p *prepared, deleted bool) (*version, error) {
	for _, v := range sub.newestFirst(deleted) {
		if v.same.GUID == p.same.GUID && v.same.Docs == p.same.Docs && v.format == p.format {
			return v, nil
		}
	}
	for _, v := range sub.newestFirst(deleted) {
		same, err := r.equivalent(ctx, st, v, p)
		if err != nil {
			return nil, err
		}
		if same {
			return v, nil
		}
	}
	if p.same.Docs != 0 || p.printed && p.format != schema.Protobuf {
		return nil, nil
	}
	for _, v := range sub.newestFirst(deleted) {
		if v.format == p.format && v.same.Docs != 0 && v.same.Structure == p.same.Structure && p.sameExtras(v) && p.sameReferences(v) {
			return v, nil
		}
	}
	return nil, nil
}

// matchText finds the newest version of a subject that a prepared candidate
// would be with that version's metadata and rules.
func (r *Registry) matchText(ctx context.Context, st *State, sub *subject, p *prepared, deleted bool) (*version, error) {
	for _, v := range sub.newestFirst(deleted) {
		as := *p
		as.metadata, as.rules = v.metadata, v.rules
		found, err := r.match(ctx, st, &subject{name: sub.name, versions: []*version{v}}, &as, deleted)
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// equivalent is Confluent's can-look-up rule.
func (r *Registry) equivalent(ctx context.Context, st *State, v *version, p *prepared) (bool, error) {
	if v.format != p.format || !p.sameExtras(v) {
		return false, nil
	}
	if p.sameReferences(v) {
		return p.sameText(v), nil
	}
	// A client that inlines everything finds the version that refers.
	if p.format != schema.Avro || len(p.refs) > 0 || len(v.refs) == 0 || v.unparsed {
		return false, nil
	}
	old, err := r.parsedOf(ctx, st, v)
	if err != nil {
		return false, err
	}
	return old.Print("resolved") == p.parsed.Canonical(), nil
}

// sameText compares the schemas alone. Two spellings of an Avro or Protobuf
// schema are one schema; the order of members in JSON Schema counts unless the
// client asked for normalisation.
func (p *prepared) sameText(v *version) bool {
	if p.same.Docs != v.same.Docs {
		return false
	}
	if p.same.Canonical == v.same.Canonical {
		return true
	}
	return (p.format != schema.JSON || p.normalized) && p.same.Normal == v.same.Normal
}

func (p *prepared) sameReferences(v *version) bool { return slices.Equal(p.refs, v.refs) }

func (p *prepared) sameExtras(v *version) bool {
	return p.rules.Equal(v.rules) && sameMetadata(p.metadata, v.metadata, int(v.number))
}

// sameMetadata compares metadata; the version property is the server's own and
// counts only where the client sent it.
func sameMetadata(sent, have *schema.Metadata, number int) bool {
	want, got := sent.Property(schema.VersionProperty), have.Property(schema.VersionProperty)
	if got == "" {
		got = strconv.Itoa(number)
	}
	if want != "" && want != got {
		return false
	}
	return withoutVersion(sent).Equal(withoutVersion(have))
}

// withoutVersion drops the version property, and the metadata with it if it
// held nothing else.
func withoutVersion(m *schema.Metadata) *schema.Metadata {
	rest := m.WithoutProperty(schema.VersionProperty)
	if rest != m && len(rest.Properties) == 0 && len(rest.Tags) == 0 && len(rest.Sensitive) == 0 {
		return nil
	}
	return rest
}

// unparsed finds the version that holds a text which no parser takes, as it
// came from another registry: such a schema is known by its text alone.
func (s *subject) unparsed(c Candidate, deleted bool) *version {
	format, _ := schema.ParseFormat(c.Type)
	for _, v := range s.newestFirst(deleted) {
		if v.unparsed && v.format == format && v.same.Canonical == digestOf(c.Text) &&
			(len(c.References) == 0 || slices.Equal(c.References, v.refs)) &&
			(c.Metadata == nil || c.Metadata.Equal(v.metadata)) && (c.RuleSet == nil || c.RuleSet.Equal(v.rules)) {
			return v
		}
	}
	return nil
}

// isInvalid reports whether err says that a candidate is no schema.
func isInvalid(err error) bool {
	refusal := new(Error)
	return errors.As(err, &refusal) && (refusal.Code == CodeInvalidSchema || refusal.Code == CodeReferenceNotFound)
}
