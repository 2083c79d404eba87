package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
)

// incoming is an imported version understood, as far as that is possible.
type incoming struct {
	Version
	facts schemaFacts
	// refusal says why it cannot be stored.
	refusal error
	// unparsed is the parser's complaint about the text.
	unparsed string
	// old is the row in its place when it was prepared; sameText whether that
	// shows the same text to a reader.
	old      *version
	sameText bool
}

// prepareImport understands the versions of a batch, each with those before it
// in sight.
func (r *Registry) prepareImport(ctx context.Context, st *State, batch ImportBatch) (*importing, error) {
	imp := &importing{batch: batch, room: r.maxAssociations}
	p := importPreparation{registry: r, st: st, next: st.With(), texts: map[string]string{}}
	for _, v := range batch.Versions {
		v.Subject = canonicalSubject(v.Subject)
		in := &incoming{Version: v}
		if in.refusal = in.check(); in.refusal == nil {
			if err := p.prepare(ctx, in); err != nil {
				return nil, err
			}
		}
		imp.versions = append(imp.versions, in)
	}
	for _, c := range batch.Contracts {
		in, err := r.prepareContract(ctx, st, c)
		if err != nil {
			return nil, err
		}
		imp.contracts = append(imp.contracts, in)
	}
	return imp, nil
}

// importPreparation holds what the versions of a batch may refer to: what st
// has and, in next and texts, what earlier versions of the batch will add.
type importPreparation struct {
	registry *Registry
	st, next *State
	texts    map[string]string // by ID of the version's key
}

func (p *importPreparation) prepare(ctx context.Context, in *incoming) error {
	key := versionKey(kindSchema, in.Subject, in.Version.Version)
	if _, twice := p.texts[key.ID]; twice {
		in.refusal = fmt.Errorf("version %d of '%s' is in the batch twice", in.Version.Version, in.Subject)
		return nil
	}
	if old, ok := p.st.version(in.Subject, in.Version.Version); ok {
		shown, err := p.registry.present(ctx, p.st, old, ReadOptions{})
		if err != nil {
			return err
		}
		in.old, in.sameText = old, shown.Text == in.Text
	}
	err := p.understand(ctx, in)
	if err != nil || in.refusal != nil || in.old != nil {
		return err
	}
	p.texts[key.ID] = in.Text
	p.next.apply(Entry{Record: put(key, in.facts, ""), Offset: p.next.head})
	return nil
}

// check refuses what no registry can have.
func (in *incoming) check() error {
	format, ok := schema.ParseFormat(string(in.Type))
	if !ok {
		return fmt.Errorf("schema type '%s' is not one Accord knows", in.Type)
	}
	in.Type = format
	switch {
	case in.ID < 1 || in.ID > maxID:
		return fmt.Errorf("id %d is not between 1 and %d", in.ID, maxID)
	case in.Version.Version < 1 || in.Version.Version > maxID:
		return fmt.Errorf("version %d is not between 1 and %d", in.Version.Version, maxID)
	case in.Text == "":
		return errors.New("the schema is empty")
	case len(in.Text) > schema.MaxText:
		return fmt.Errorf("the schema is larger than %d bytes", schema.MaxText)
	}
	return checkSubject(in.Subject)
}

// understand derives the facts of a version. A text that the parser refuses
// was good enough for the registry it comes from and for the consumers that
// read it by its id, so it is kept: its own text is its canonical form.
func (p *importPreparation) understand(ctx context.Context, in *incoming) error {
	in.facts = schemaFacts{
		ID: in.ID, Type: in.Type, References: in.References,
		Metadata: in.Metadata.Clone(), RuleSet: in.RuleSet.Clone(), Deriver: deriver,
		Imported: true, Registered: millisOf(in.Time),
	}
	walk := &refWalk{registry: p.registry, st: p.next, deleted: true, seen: map[string]bool{}, pending: p.texts}
	if err := walk.walk(ctx, in.Subject, in.References, 0); err != nil {
		if isInvalid(err) {
			in.refusal, err = err, nil
		}
		return err
	}
	parsed, err := p.registry.parse(ctx, schema.Source{
		Format: in.Type, Text: in.Text, References: in.References, Dependencies: walk.out,
	}, lenient)
	fault := new(schema.Error)
	switch {
	case errors.As(err, &fault):
		own := digestOf(in.Text)
		in.unparsed, in.facts.Unparsed = fault.Error(), true
		in.facts.sameness = sameness{Canonical: own, Normal: own, Structure: own}
		in.facts.GUID = in.guid(in.Text)
	case err != nil:
		return err
	default:
		in.facts.sameness, in.facts.Printed = parsed.same, !readable(in.Type, in.Text)
		in.facts.GUID = in.guid(parsed.Canonical(), in.Text, parsed.Normalized())
	}
	return nil
}

// guid is the GUID that came with the version, if it is the hash of one of the
// forms of its text: consumers name it in the headers of records, and other
// registries print canonical text in another way. Else it is that of the first
// form: a GUID that belongs to another text must not lead here.
func (in *incoming) guid(forms ...string) schema.GUID {
	var first schema.GUID
	for i, form := range forms {
		g := schema.ContentGUID(form, in.References, in.facts.Metadata, in.facts.RuleSet)
		if g == in.GUID {
			return g
		}
		if i == 0 {
			first = g
		}
	}
	return first
}

func (imp *importing) decideVersion(in *incoming) ImportResult {
	if in.refusal != nil {
		return refused(in.refusal)
	}
	result := imp.decideUnderstood(in)
	if result.Outcome != ImportRefused && result.Outcome != ImportConflict {
		result.Unparsed = in.unparsed
	}
	return result
}

func (imp *importing) decideUnderstood(in *incoming) ImportResult {
	if old, ok := imp.next.version(in.Subject, in.Version.Version); ok {
		return imp.decideExisting(in, old)
	}
	if err := imp.next.checkWritable(in.Subject); err != nil {
		return refused(err)
	}
	for _, ref := range in.References {
		if _, ok := imp.next.version(targetOf(in.Subject, ref.Subject), ref.Version); !ok {
			return refused(noReference(ref))
		}
	}
	context, _ := contextOf(in.Subject)
	for _, v := range imp.next.byID(context, in.ID) {
		if !in.sameContent(v) {
			return conflict("Id %d holds another schema here: version %d of '%s'", in.ID, v.number, v.subject)
		}
	}
	recs := []Record{put(versionKey(kindSchema, in.Subject, in.Version.Version), in.facts, in.Text)}
	if in.Deleted {
		recs = append(recs, put(versionKey(kindDeletion, in.Subject, in.Version.Version), struct{}{}, ""))
	}
	return imp.take(ImportStored, recs...)
}

// decideExisting compares with the row that is there. A soft deletion follows
// the source; nothing else changes a row.
func (imp *importing) decideExisting(in *incoming, old *version) ImportResult {
	if differs := in.differences(old); len(differs) > 0 {
		return conflict("Version %d is there with another %s", old.number, strings.Join(differs, ", "))
	}
	switch {
	case in.Deleted == old.deleted:
		return ImportResult{Outcome: ImportIdentical}
	case old.deleted:
		return conflict("Version %d is soft-deleted here", old.number)
	}
	if err := imp.next.checkWritable(in.Subject); err != nil {
		return refused(err)
	}
	recs, err := imp.next.softDeleteVersion(old)
	if err != nil {
		return conflict("%s", err)
	}
	return imp.take(ImportDeleted, recs...)
}

// differences names what two schemas of one version do not share.
func (in *incoming) differences(old *version) []string {
	var out []string
	for _, part := range []struct {
		name string
		same bool
	}{
		{"id", int(old.id) == in.ID},
		{"type", old.format == in.Type},
		{"text", in.sameText},
		{"references", slices.Equal(old.refs, in.References)},
		{"metadata", old.metadata.Equal(in.Metadata)},
		{"rule set", old.rules.Equal(in.RuleSet)},
	} {
		if !part.same {
			out = append(out, part.name)
		}
	}
	return out
}

// sameContent reports whether a row of the same id may have it.
func (in *incoming) sameContent(v *version) bool {
	if v.same.GUID == in.facts.GUID {
		return true
	}
	return v.format == in.Type && v.same.Canonical == in.facts.Canonical && slices.Equal(v.refs, in.References) &&
		v.metadata.Equal(in.Metadata) && v.rules.Equal(in.RuleSet)
}
