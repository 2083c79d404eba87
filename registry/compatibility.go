package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// codeTransitivePreview warns where a level that looks at the latest version
// alone hides that older ones would not do.
var codeTransitivePreview = finding.Claim("COMPAT_TRANSITIVE_PREVIEW",
	"an older version, which the subject's level does not look at, is not compatible")

// judgement is what comparing a candidate with versions brought up: messages
// in Confluent's form, and findings. No message means compatible.
type judgement struct {
	messages []string
	findings []finding.Finding
}

// CheckCompatibility says whether a candidate could follow a subject's
// versions, or one of them (registry API 1.6, compatibility reference 1.2). A
// candidate that is no schema is a message where the caller asked for them.
func (r *Registry) CheckCompatibility(ctx context.Context, req CheckRequest) (result CheckResult, err error) {
	err = r.Current(ctx, func() error {
		result, err = r.check(ctx, req)
		return err
	})
	if req.Verbose && isInvalid(err) {
		return CheckResult{Messages: []string{err.Error()}}, nil
	}
	return result, err
}

func (r *Registry) check(ctx context.Context, req CheckRequest) (CheckResult, error) {
	st := r.state.Load()
	name := canonicalSubject(req.Subject)
	config := st.effectiveConfig(name)
	against, err := st.checkTargets(name, req.Against)
	if err != nil {
		return CheckResult{}, err
	}
	normalize := req.Normalize || isSet(config.Normalize, false)
	p, err := r.understand(ctx, st, name, req.Candidate, understandOptions{normalize: normalize, reading: readingNew(config)})
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
	j, err := r.judge(ctx, st, p, against, config)
	if err != nil {
		return CheckResult{}, err
	}
	if req.Findings {
		more, err := r.advise(ctx, st, p, against, config)
		if err != nil {
			return CheckResult{}, err
		}
		j.findings = append(j.findings, more...)
	}
	return CheckResult{Compatible: len(j.messages) == 0, Messages: j.messages, Findings: j.findings}, nil
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
	j, err := r.judge(ctx, st, reg.prepared, reg.basis.subject, config)
	if err != nil || len(j.messages) == 0 {
		return err
	}
	return &Error{
		Code: CodeIncompatible, Findings: j.findings,
		Message: "Schema being registered is incompatible with an earlier schema for subject \"" +
			reg.subject + "\", details: [" + strings.Join(j.messages, ", ") + "]",
	}
}

// judge compares a candidate with the active versions its level asks for,
// newest first, and stops at the first that does not fit.
func (r *Registry) judge(ctx context.Context, st *State, p *prepared, sub *subject, config Config) (judgement, error) {
	if messages := checkReserved(p, sub, config); len(messages) > 0 {
		return judgement{messages: messages}, nil
	}
	if j, err := r.judgeLevel(ctx, st, p, sub, config); len(j.messages) > 0 || err != nil {
		return j, err
	}
	return r.judgePolicy(ctx, st, p, sub, config)
}

func (r *Registry) judgeLevel(ctx context.Context, st *State, p *prepared, sub *subject, config Config) (judgement, error) {
	level := *config.CompatibilityLevel
	if level == compat.None {
		return judgement{}, nil
	}
	for v := range compared(p, sub, config) {
		j, err := r.judgePair(ctx, st, p, v, config)
		if len(j.messages) > 0 || err != nil || !level.Transitive() {
			return j, err
		}
	}
	return judgement{}, nil
}

// compared yields the active versions of a candidate's compatibility group,
// newest first.
func compared(p *prepared, sub *subject, config Config) func(func(*version) bool) {
	group := text(config.CompatibilityGroup)
	return func(yield func(*version) bool) {
		for _, v := range sub.newestFirst(false) {
			if group != "" && v.metadata.Property(group) != p.metadata.Property(group) {
				continue
			}
			if !yield(v) {
				return
			}
		}
	}
}

// judgePair compares with one version in the directions of the level.
func (r *Registry) judgePair(ctx context.Context, st *State, p *prepared, v *version, config Config) (judgement, error) {
	var j judgement
	trailer := contextMessage(config)
	if v.format != p.format {
		return judgement{messages: []string{"Incompatible because of different schema type", trailer}}, nil
	}
	old, err := r.parsedOf(ctx, st, v)
	if err != nil {
		return j, storedUnreadable(v, err)
	}
	for _, sides := range config.CompatibilityLevel.Directions() {
		differences, err := compat.Breaking(ctx, old.Parsed, p.parsed.Parsed, sides, config.policy())
		if err != nil {
			return j, comparisonFailed(err)
		}
		for _, d := range differences {
			j.messages = append(j.messages, d.String())
			j.findings = append(j.findings, placed(d.Finding(sides, config.policy()), v))
		}
	}
	if len(j.messages) > 0 {
		j.messages = append(j.messages, compat.VersionMessage(int(v.number)), compat.SchemaMessage(old.Canonical()), trailer)
	}
	return j, nil
}

// placed says which version a finding is about.
func placed(f finding.Finding, against *version) finding.Finding {
	f.Subject = against.subject
	f.Evidence = append(f.Evidence, fmt.Sprintf("compared with version %d", against.number))
	return f
}

// advise finds what the verdict does not say: risks of the change from the
// latest version, and older versions that the level passes over.
func (r *Registry) advise(ctx context.Context, st *State, p *prepared, sub *subject, config Config) ([]finding.Finding, error) {
	var out []finding.Finding
	first := true
	for v := range compared(p, sub, config) {
		if v.format != p.format {
			break
		}
		more, err := r.adviseAgainst(ctx, st, p, v, config, first)
		if err != nil {
			return nil, err
		}
		out, first = append(out, more...), false
	}
	return out, nil
}

// adviseAgainst looks at the latest version for risks and at older ones for
// breaks that a transitive level would refuse.
func (r *Registry) adviseAgainst(ctx context.Context, st *State, p *prepared, v *version, config Config, latest bool) ([]finding.Finding, error) {
	if latest {
		old, err := r.parsedOf(ctx, st, v)
		if err != nil {
			return nil, storedUnreadable(v, err)
		}
		risks, err := compat.Findings(ctx, old.Parsed, p.parsed.Parsed)
		for i := range risks {
			risks[i] = placed(risks[i], v)
		}
		return risks, comparisonFailed(err)
	}
	level := *config.CompatibilityLevel
	if level == compat.None || level.Transitive() {
		return nil, nil
	}
	j, err := r.judgePair(ctx, st, p, v, config)
	if err != nil || len(j.messages) == 0 {
		return nil, err
	}
	return []finding.Finding{placed(finding.Finding{
		Code: codeTransitivePreview, Severity: finding.Warning,
		Message:  fmt.Sprintf("version %d is not %s with this schema, which level %[2]s does not look at", v.number, level),
		Hint:     fmt.Sprintf("accord config set %s --compatibility %s_TRANSITIVE", v.subject, level),
		Evidence: j.messages[:1],
	}, v)}, nil
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

// storedUnreadable reports a version that no longer parses or, imported, never
// did; it is the schema's fault, not the server's.
func storedUnreadable(v *version, err error) error {
	if fault := new(schema.Error); errors.As(err, &fault) {
		message := fmt.Sprintf("Version %d of subject '%s' cannot be read, details: %s", v.number, v.subject, fault.Error())
		if v.unparsed {
			message += ". It was imported as it is: register what follows it with force=true, or set the compatibility level to NONE"
		}
		return &Error{Code: CodeInvalidSchema, Message: message, Err: err}
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
