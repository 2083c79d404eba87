package registry

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// Governance says how much a registry insists on what streams owe their readers
// (design, section 4): documentation, an owner, service levels, and that what a
// contract promises stays so.
type Governance string

const (
	// Enforce refuses what the gate finds fault with.
	Enforce Governance = "enforce"
	// Advise lets it pass; the findings can be read.
	Advise Governance = "advise"
	// GovernanceOff asks for nothing. It holds where nothing is configured:
	// 'accord serve' configures Enforce for an empty store.
	GovernanceOff Governance = "off"
)

// Governances lists the modes, the default first.
func Governances() []Governance { return []Governance{GovernanceOff, Advise, Enforce} }

// ParseGovernance reads a mode in any case, or answers CodeInvalidPolicy.
func ParseGovernance(s string) (Governance, error) {
	for _, g := range Governances() {
		if strings.EqualFold(s, string(g)) {
			return g, nil
		}
	}
	return "", errorf(CodeInvalidPolicy, "governance '%s' is not known. Valid values are %v", s, Governances())
}

// Unread says what a change may do to fields that a contract promises and nobody
// reads (design, section 4).
type Unread string

const (
	// UnreadRefuse refuses the break of a promise, whoever reads the field. It
	// is the default.
	UnreadRefuse Unread = "error"
	// UnreadWarn lets the break pass with a warning, if discovery covered the
	// whole window and nobody was seen reading the field.
	UnreadWarn Unread = "warn"
)

// UnreadPolicies lists what a policy may say of unread fields, the default
// first.
func UnreadPolicies() []Unread { return []Unread{UnreadRefuse, UnreadWarn} }

// ParseUnread reads a policy in any case, or answers CodeInvalidPolicy.
func ParseUnread(s string) (Unread, error) {
	for _, u := range UnreadPolicies() {
		if strings.EqualFold(s, string(u)) {
			return u, nil
		}
	}
	return "", errorf(CodeInvalidPolicy, "unread '%s' is not known. Valid values are %v", s, UnreadPolicies())
}

// Patterns select topics by name; * stands for any text.
type Patterns []string

// exemptTopics are the topics that programs keep for themselves: Kafka's and
// Connect's own, and what Kafka Streams makes.
var exemptTopics = Patterns{"_*", "*-changelog", "*-repartition", "connect-configs", "connect-offsets", "connect-status"}

func (p Patterns) match(topic string) bool {
	return slices.ContainsFunc(p, func(pattern string) bool { return finding.MatchName(pattern, topic) })
}

const (
	valueSuffix = "-value"
	keySuffix   = "-key"
)

// topicOf is the topic that a subject is named after: the name without context
// and side.
func topicOf(subject string) string {
	_, name := contextOf(subject)
	if topic, ok := strings.CutSuffix(name, valueSuffix); ok {
		return topic
	}
	return strings.TrimSuffix(name, keySuffix)
}

// role is what a subject is to governance.
type role struct {
	// exempt subjects owe nothing.
	exempt bool
	// home is the subject whose contract speaks for this one, "" if none can.
	home string
	// inherits: the subject holds keys, or schemas that others refer to, and
	// lives by the contract of its home.
	inherits bool
}

// roleOf finds the role of a subject. The values of a topic need a contract, as
// does whatever has one; keys and schemas that others refer to inherit it.
func (st *State) roleOf(subject string) role {
	if st.exemptTopics().match(topicOf(subject)) {
		return role{exempt: true}
	}
	if st.contract(subject) != nil || strings.HasSuffix(subject, valueSuffix) {
		return role{home: subject}
	}
	if home := st.keyedBy(subject); home != "" {
		return role{home: home, inherits: true}
	}
	if topic, ok := strings.CutSuffix(subject, keySuffix); ok {
		return role{home: topic + valueSuffix, inherits: true}
	}
	return role{inherits: true}
}

func (st *State) exemptTopics() Patterns {
	if p := st.ownPolicy(""); p != nil && p.ExemptTopics != nil {
		return *p.ExemptTopics
	}
	return exemptTopics
}

// governance is the mode that holds for a subject.
func (st *State) governance(subject string) Governance {
	for _, scope := range scopesOf(subject) {
		if own := st.ownPolicy(scope); own != nil && own.Governance != nil {
			return *own.Governance
		}
	}
	return GovernanceOff
}

// governed reports whether the gate looks at a subject at all.
func (st *State) governed(subject string) bool {
	return st.policies.Len() > 0 && st.governance(subject) != GovernanceOff && !st.roleOf(subject).exempt
}
