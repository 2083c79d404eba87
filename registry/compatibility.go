package registry

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
)

// CheckCompatibility says whether a candidate could follow a subject's
// versions, or one of them (registry API 1.6, compatibility reference 1.2). A
// candidate that is no schema is a message where the caller asked for them.
func (r *Registry) CheckCompatibility(ctx context.Context, req CheckRequest) (CheckResult, error) {
	st := r.state.Load()
	name := canonicalSubject(req.Subject)
	config := st.effectiveConfig(name)
	against, err := st.checkTargets(name, req.Against)
	if err != nil {
		return CheckResult{}, err
	}
	normalize := req.Normalize || isSet(config.Normalize, false)
	p, err := r.understand(ctx, st, name, req.Candidate, understandOptions{normalize: normalize, strict: isSet(config.ValidateNewSchemas, true)})
	if refused := new(Error); req.Verbose && errors.As(err, &refused) && refused.Code == CodeInvalidSchema {
		return CheckResult{Messages: []string{refused.Message}}, nil
	}
	if err != nil {
		return CheckResult{}, err
	}
	if req.Against == nil {
		p.describe(st.describedAs(name, config, req.Candidate))
	} else {
		config.CompatibilityGroup = nil
		level := compat.Level(strings.TrimSuffix(string(*config.CompatibilityLevel), "_TRANSITIVE"))
		config.CompatibilityLevel = &level
	}
	messages, err := r.judge(ctx, st, p, against, config)
	return CheckResult{Compatible: err == nil && len(messages) == 0, Messages: messages}, err
}

// checkTargets is what a check compares with: the subject's history, or one
// version. A subject that is not there has no latest version to break.
func (st *State) checkTargets(name string, at *VersionRef) (*subject, error) {
	sub := st.subject(name)
	if at == nil {
		return sub, nil
	}
	v := sub.latest()
	if !at.Latest {
		v, _ = sub.find(at.Number)
		if v == nil || v.deleted {
			return nil, errorf(CodeVersionNotFound, "Version %d not found.", at.Number)
		}
	}
	if v == nil {
		return nil, nil
	}
	return &subject{name: name, versions: []*version{v}}, nil
}

// describedAs is a candidate's metadata and rules as registration would
// complete them.
func (st *State) describedAs(name string, config Config, c Candidate) (*schema.Metadata, *schema.RuleSet) {
	if previous := st.subject(name).latest(); previous != nil {
		if c.Metadata == nil {
			c.Metadata = previous.metadata
		}
		if c.RuleSet == nil {
			c.RuleSet = previous.rules
		}
	}
	return schema.MergeMetadata(config.DefaultMetadata, c.Metadata, config.OverrideMetadata),
		schema.MergeRuleSets(config.DefaultRuleSet, c.RuleSet, config.OverrideRuleSet)
}

// checkRegistration refuses a registration that would break the subject's
// level.
func (r *Registry) checkRegistration(ctx context.Context, st *State, reg *registration, config Config) error {
	if reg.request.Force {
		return nil
	}
	messages, err := r.judge(ctx, st, reg.prepared, reg.basis.subject, config)
	if err == nil && len(messages) > 0 {
		err = incompatible(reg.subject, messages)
	}
	return err
}

// judge compares a candidate with the active versions its level asks for,
// newest first, and returns the messages of the first that does not fit, in
// Confluent's form; none means compatible.
func (r *Registry) judge(ctx context.Context, st *State, p *prepared, sub *subject, config Config) ([]string, error) {
	if messages := checkReserved(p, sub, config); len(messages) > 0 {
		return messages, nil
	}
	level := *config.CompatibilityLevel
	if level == compat.None {
		return nil, nil
	}
	group := text(config.CompatibilityGroup)
	for _, v := range sub.newestFirst(false) {
		if group != "" && v.metadata.Property(group) != p.metadata.Property(group) {
			continue
		}
		messages, err := r.judgePair(ctx, st, p, v, config)
		if len(messages) > 0 || err != nil {
			return messages, err
		}
		if !level.Transitive() {
			break
		}
	}
	return nil, nil
}

// judgePair compares with one version in the directions of the level.
func (r *Registry) judgePair(ctx context.Context, st *State, p *prepared, v *version, config Config) ([]string, error) {
	trailer := contextMessage(config)
	if v.format != p.format {
		return []string{"Incompatible because of different schema type", trailer}, nil
	}
	old, err := r.parsedOf(ctx, st, v)
	if err != nil {
		return nil, storedUnreadable(v, err)
	}
	var messages []string
	for _, sides := range config.CompatibilityLevel.Directions() {
		reader, writer := p.parsed.Parsed, old.Parsed
		if sides == compat.OldReadsNew {
			reader, writer = writer, reader
		}
		differences, err := compat.Compare(ctx, reader, writer, sides)
		if err != nil {
			return nil, comparisonFailed(err)
		}
		for _, d := range differences {
			if d.Breaks(config.policy()) {
				messages = append(messages, d.String())
			}
		}
	}
	if len(messages) == 0 {
		return nil, nil
	}
	return append(messages, compat.VersionMessage(int(v.number)), compat.SchemaMessage(old.Canonical()), trailer), nil
}

func contextMessage(config Config) string {
	return compat.ContextMessage(isSet(config.ValidateFields, false), *config.CompatibilityLevel)
}

// comparisonFailed turns an exhausted budget into a refusal that names it.
func comparisonFailed(err error) error {
	if errors.Is(err, compat.ErrTooComplex) {
		return &Error{Code: CodeTooComplex, Message: err.Error(), Err: err}
	}
	return err
}

// storedUnreadable reports a version that was accepted once and no longer
// parses; it is the schema's fault, not the server's.
func storedUnreadable(v *version, err error) error {
	if fault := new(schema.Error); errors.As(err, &fault) {
		e := errorf(CodeInvalidSchema, "Version %d of subject '%s' cannot be compared, details: ", v.number, v.subject)
		e.Message += fault.Error()
		e.Err = err
		return e
	}
	return err
}

// reservedProperty lists top-level field names that no version may use.
const reservedProperty = "confluent:reserved"

// checkReserved applies validateFields (compatibility reference 1.3): reserved
// names may not disappear from the list nor be used, and no top-level name may
// start with $$.
func checkReserved(p *prepared, sub *subject, config Config) []string {
	if !isSet(config.ValidateFields, false) {
		return nil
	}
	var messages []string
	reserved := reservedNames(p.metadata)
	if previous := sub.latest(); previous != nil {
		for _, name := range reservedNames(previous.metadata) {
			if !slices.Contains(reserved, name) {
				messages = append(messages, "The new schema has reserved field "+name+
					" removed from its metadata which is present in the old schema's metadata.")
			}
		}
	}
	for _, f := range p.parsed.Fields() {
		if f.Kind != schema.KindField || f.Path != f.Name {
			continue
		}
		switch {
		case strings.HasPrefix(f.Name, "$$"):
			messages = append(messages, "The new schema has field "+f.Name+" whose name starts with the reserved prefix $$.")
		case slices.Contains(reserved, f.Name):
			messages = append(messages, "The new schema has field that conflicts with the reserved field "+f.Name+".")
		}
	}
	if len(messages) > 0 {
		messages = append(messages, contextMessage(config))
	}
	return messages
}

func reservedNames(m *schema.Metadata) []string {
	return strings.FieldsFunc(m.Property(reservedProperty), func(r rune) bool { return r == ',' || r == ' ' })
}
