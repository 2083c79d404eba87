package registry

import (
	"context"
	"slices"

	"github.com/accordhq/accord/schema"
)

// tagged lists the elements that carry one of the wanted inline tags; "*"
// wants any.
func tagged(fields []schema.Field, wanted []string) []schema.ElementTags {
	var out []schema.ElementTags
	seen := map[schema.Entity]bool{}
	for _, f := range fields {
		entity := entityOf(f)
		if len(f.Tags) == 0 || seen[entity] || entity.Type == "" {
			continue
		}
		if slices.Contains(wanted, "*") || slices.ContainsFunc(f.Tags, func(t string) bool { return slices.Contains(wanted, t) }) {
			seen[entity] = true
			out = append(out, schema.ElementTags{Entity: entity, Tags: f.Tags})
		}
	}
	return out
}

// entityOf names an element as the tagging API does; enums and symbols are no
// entities.
func entityOf(f schema.Field) schema.Entity {
	switch f.Kind {
	case schema.KindObject:
		return schema.Entity{Path: f.Name, Type: schema.EntityRecord}
	case schema.KindField:
		return schema.Entity{Path: f.Parent + "." + f.Name, Type: schema.EntityField}
	}
	return schema.Entity{}
}

// Tag registers a new version that differs from an existing one in inline
// tags, metadata or rules (registry API 1.5).
func (r *Registry) Tag(ctx context.Context, name string, at VersionRef, req TagRequest) (Version, error) {
	name = canonicalSubject(name)
	if req.RuleSet != nil && (req.RulesToMerge != nil || len(req.RulesToRemove) > 0) {
		return Version{}, errorf(CodeInvalidRuleSet, "ruleSet should be omitted when specifying rulesToMerge or rulesToRemove")
	}
	st := r.state.Load()
	old, ok := st.subject(name).at(at, false)
	if !ok {
		return Version{}, st.missing(name, at, false)
	}
	t, err := r.textOf(ctx, old)
	if err != nil {
		return Version{}, err
	}
	register := RegisterRequest{
		Subject: name, Version: req.NewVersion, TagsToAdd: req.TagsToAdd, TagsToRemove: req.TagsToRemove,
		Candidate: Candidate{
			Type: string(old.format), Text: t, References: old.refs,
			Metadata: req.Metadata, RuleSet: req.RuleSet,
		},
	}
	if register.Version == 0 {
		register.Version = st.subject(name).nextNumber()
	}
	if register.Metadata == nil {
		register.Metadata = old.metadata
	}
	if register.RuleSet == nil {
		register.RuleSet = schema.MergeRuleSets(old.rules.Without(req.RulesToRemove), req.RulesToMerge)
	}
	return r.Register(ctx, register)
}

// retag edits the inline tags of a candidate as the request asks.
func (r *Registry) retag(ctx context.Context, st *State, reg *registration, c Candidate) (Candidate, error) {
	add := reg.request.TagsToAdd
	if reg.request.PropagateTags && reg.basis.subject.latest() != nil {
		inherited, err := r.inheritedTags(ctx, st, reg, c)
		if err != nil {
			return c, err
		}
		add = slices.Concat(inherited, add)
	}
	if len(add)+len(reg.request.TagsToRemove) == 0 {
		return c, nil
	}
	p, err := r.understand(ctx, st, reg.request.Subject, c, understandOptions{})
	if err != nil {
		return c, err
	}
	taggable, ok := p.parsed.Parsed.(schema.Taggable)
	if !ok {
		return c, errorf(CodeInvalidSchema, "Schemas of type %s take no inline tags", p.format)
	}
	c.Text, err = taggable.WithTags(add, reg.request.TagsToRemove)
	return c, invalidSchema(p.format, err)
}

// inheritedTags are the previous version's inline tags on elements that the
// candidate still has.
func (r *Registry) inheritedTags(ctx context.Context, st *State, reg *registration, c Candidate) ([]schema.ElementTags, error) {
	old, err := r.parsedOf(ctx, st, reg.basis.subject.latest())
	if err != nil {
		return nil, err
	}
	p, err := r.understand(ctx, st, reg.request.Subject, c, understandOptions{})
	if err != nil {
		return nil, err
	}
	have := map[schema.Entity]bool{}
	for _, f := range p.parsed.Fields() {
		have[entityOf(f)] = true
	}
	return slices.DeleteFunc(tagged(old.Fields(), []string{"*"}), func(t schema.ElementTags) bool { return !have[t.Entity] }), nil
}
