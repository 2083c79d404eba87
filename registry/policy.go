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

// Policy is what a subject, a context or the whole registry demands beside the
// compatibility level. It is a setting of its own, because clients that read
// Confluent's config must find only names they know. A nil field demands
// nothing and takes what stands above.
type Policy struct {
	// ProtobufRules are checked from the latest version to the new one,
	// whatever the level.
	ProtobufRules *compat.Rules `json:"protobufRules,omitempty"`
	// FailOn is the weakest severity of a finding that refuses a schema:
	// "error", which is the verdict alone, or "warning".
	FailOn *finding.Severity `json:"failOn,omitempty"`
	// Governance is what the gate does with a stream that lacks something.
	Governance *Governance `json:"governance,omitempty"`
	// Unread is what becomes of a change that breaks a field which the contract
	// promises and nobody has read, as was watched for a whole window.
	Unread *Unread `json:"unread,omitempty"`
	// ExemptTopics are topics that the gate passes over, in place of those that
	// programs keep for themselves. Only the top level has them.
	ExemptTopics *Patterns `json:"exemptTopics,omitempty"`
	// APIVersion and SchemaText are the Dialect. Only the top level has them.
	APIVersion *APIVersion `json:"apiVersion,omitempty"`
	SchemaText *SchemaText `json:"schemaText,omitempty"`
}

// PolicyChange is a partial update, as ConfigChange is.
type PolicyChange struct {
	Set   Policy
	Clear []string
}

func (change *PolicyChange) check(scope string) error {
	if scope != "" && (change.Set.APIVersion != nil || change.Set.SchemaText != nil || change.Set.ExemptTopics != nil) {
		return errorf(CodeInvalidPolicy, "apiVersion, schemaText and exemptTopics hold for the whole registry: set them without a subject or context")
	}
	if mode := change.Set.Governance; mode != nil {
		known, err := ParseGovernance(string(*mode))
		if err != nil {
			return err
		}
		change.Set.Governance = &known
	}
	if unread := change.Set.Unread; unread != nil {
		known, err := ParseUnread(string(*unread))
		if err != nil {
			return err
		}
		change.Set.Unread = &known
	}
	if rules := change.Set.ProtobufRules; rules != nil {
		known, ok := compat.ParseRules(string(*rules))
		if !ok {
			return errorf(CodeInvalidPolicy, "'%s' is not a set of rules. Valid values are %v", *rules, compat.RuleSets())
		}
		change.Set.ProtobufRules = &known
	}
	if floor := change.Set.FailOn; floor != nil {
		known := finding.Severity(strings.ToLower(string(*floor)))
		if known != finding.Error && known != finding.Warning {
			return errorf(CodeInvalidPolicy, "failOn '%s' is not a severity to fail on. Valid values are error and warning", *floor)
		}
		change.Set.FailOn = &known
	}
	if text := change.Set.SchemaText; text != nil {
		known, err := ParseSchemaText(string(*text))
		if err != nil {
			return err
		}
		change.Set.SchemaText = &known
	}
	return nil
}

// scopesOf lists the scopes whose policies hold for a subject, the nearest
// first.
func scopesOf(subject string) [4]string {
	return [4]string{subject, contextScope(subject), "", globalScope}
}

// ownPolicy is what was set for exactly this scope, nil for nothing.
func (st *State) ownPolicy(scope string) *Policy {
	p, _ := st.policies.Get(scope)
	return p
}

// effectivePolicy is what holds for a subject: each field from the nearest
// scope that sets it. Every field is set.
func (st *State) effectivePolicy(subject string) Policy {
	rules, floor, unread := compat.NoRules, finding.Error, UnreadRefuse
	var p Policy
	for _, scope := range scopesOf(subject) {
		if own := st.ownPolicy(scope); own != nil {
			fill(&p.ProtobufRules, own.ProtobufRules)
			fill(&p.FailOn, own.FailOn)
			fill(&p.Unread, own.Unread)
		}
	}
	fill(&p.ProtobufRules, &rules)
	fill(&p.FailOn, &floor)
	fill(&p.Unread, &unread)
	governance, topics := st.governance(subject), st.exemptTopics()
	p.Governance, p.ExemptTopics = &governance, &topics
	d := st.dialect()
	p.APIVersion, p.SchemaText = &d.APIVersion, &d.SchemaText
	return p
}

// Policy returns a scope's own policy, or what holds for it where inherited is
// asked. Nothing set is an empty Policy.
func (r *Registry) Policy(scope string, inherited bool) Policy {
	st := r.state.Load()
	scope = canonicalScope(scope)
	if inherited {
		return st.effectivePolicy(scope)
	}
	if own := st.ownPolicy(scope); own != nil {
		return *own
	}
	return Policy{}
}

// SetPolicy changes a scope's policy and returns all of it.
func (r *Registry) SetPolicy(ctx context.Context, scope string, change PolicyChange) (Policy, error) {
	scope = canonicalScope(scope)
	st, err := r.submit(ctx, func(st *State) ([]Record, error) { return st.policyRecords(scope, change) })
	if err != nil {
		return Policy{}, err
	}
	if own := st.ownPolicy(scope); own != nil {
		return *own, nil
	}
	return Policy{}, nil
}

// policyRecords are what a change of a scope's policy writes.
func (st *State) policyRecords(scope string, change PolicyChange) ([]Record, error) {
	if err := errors.Join(checkScope(scope), change.check(scope), st.checkWritable(scope)); err != nil {
		return nil, err
	}
	result := Policy{}
	if own := st.ownPolicy(scope); own != nil {
		result = *own
	}
	assign(&result.ProtobufRules, change.Set.ProtobufRules, slices.Contains(change.Clear, "protobufRules"))
	assign(&result.FailOn, change.Set.FailOn, slices.Contains(change.Clear, "failOn"))
	assign(&result.Governance, change.Set.Governance, slices.Contains(change.Clear, "governance"))
	assign(&result.Unread, change.Set.Unread, slices.Contains(change.Clear, "unread"))
	assign(&result.ExemptTopics, change.Set.ExemptTopics, slices.Contains(change.Clear, "exemptTopics"))
	assign(&result.APIVersion, change.Set.APIVersion, slices.Contains(change.Clear, "apiVersion"))
	assign(&result.SchemaText, change.Set.SchemaText, slices.Contains(change.Clear, "schemaText"))
	key := Key{Kind: kindPolicy, ID: scope}
	switch {
	case result != Policy{}:
		return []Record{put(key, result, "")}, nil
	case st.ownPolicy(scope) != nil:
		return []Record{remove(key)}, nil
	}
	return nil, nil
}

// judgePolicy asks the policy, after the level had nothing to say, about the
// change from the latest version. What it refuses is worded as Confluent words
// differences, so that every client shows it.
func (r *Registry) judgePolicy(ctx context.Context, st *State, p *prepared, sub *subject, config Config) (judgement, error) {
	policy := st.effectivePolicy(p.subject)
	for v := range compared(p, sub, config) {
		if v.format != p.format {
			return judgement{}, nil
		}
		found, err := r.policyFindings(ctx, st, p, v, policy)
		if err != nil {
			return judgement{}, err
		}
		var j judgement
		for _, f := range found {
			if f.Severity.AtLeast(*policy.FailOn) {
				j.findings = append(j.findings, placed(f, v))
				j.messages = append(j.messages, fmt.Sprintf(`{errorType:%q, description:"%s"}`, f.Code, f.Message))
			}
		}
		if len(j.messages) > 0 {
			j.messages = append(j.messages, compat.VersionMessage(int(v.number)), contextMessage(config))
		}
		return j, nil
	}
	return judgement{}, nil
}

// policyFindings are what the rules of a policy find, and the risks where they
// count.
func (r *Registry) policyFindings(ctx context.Context, st *State, p *prepared, v *version, policy Policy) ([]finding.Finding, error) {
	rules := *policy.ProtobufRules
	if p.format != schema.Protobuf {
		rules = compat.NoRules
	}
	if rules == compat.NoRules && *policy.FailOn == finding.Error {
		return nil, nil
	}
	old, err := r.parsedOf(ctx, st, v)
	if err != nil {
		return nil, storedUnreadable(v, err)
	}
	found, err := compat.CheckRules(ctx, rules, old.Parsed, p.parsed.Parsed)
	if err != nil || *policy.FailOn == finding.Error {
		return found, comparisonFailed(err)
	}
	risks, err := compat.Findings(ctx, old.Parsed, p.parsed.Parsed)
	return append(found, risks...), comparisonFailed(err)
}
