package registry

import (
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Subjects here are always qualified: "orders-value" in the default context,
// ":.eu:orders-value" in another. The empty string stands for the top level
// where a method takes a scope (config, mode); ":.eu:" for a context and
// ":.__GLOBAL:" for what stands above all contexts.

// Candidate is a schema as a client sends it.
type Candidate struct {
	// Type is schemaType as sent; "" is AVRO.
	Type       string
	Text       string
	References []schema.Reference
	Metadata   *schema.Metadata
	RuleSet    *schema.RuleSet
}

// RegisterRequest asks for a new version.
type RegisterRequest struct {
	Subject string
	Candidate
	// Version 0 is the next, -1 must become the latest, N must be the next.
	Version int
	// ID below 1 lets the registry choose (importing needs one).
	ID        int
	Normalize bool
	// Force skips the compatibility check and the gate, which is recorded.
	Force bool
	// Format is how the answer prints the schema (ReadOptions.Format).
	Format                  string
	TagsToAdd, TagsToRemove []schema.ElementTags
	PropagateTags           bool

	// partOfChange leaves the gate to the Change, which judges the whole.
	partOfChange bool
}

// TagRequest asks for a new version that differs from an existing one in tags,
// metadata or rules.
type TagRequest struct {
	NewVersion              int
	TagsToAdd, TagsToRemove []schema.ElementTags
	Metadata                *schema.Metadata
	RuleSet                 *schema.RuleSet
	RulesToMerge            *schema.RuleSet
	RulesToRemove           []string
}

// Version is one version of a subject as a reader sees it.
type Version struct {
	Subject    string
	Version    int
	ID         int
	GUID       schema.GUID
	Type       schema.Format
	References []schema.Reference
	Metadata   *schema.Metadata
	RuleSet    *schema.RuleSet
	// Text is the schema, printed as the read asked for.
	Text string
	// Tags are the inline tags of the elements a read asked for by name.
	Tags []schema.ElementTags
	// Time is when the version was stored, zero in answers that Confluent
	// gives without ts.
	Time    time.Time
	Deleted bool
	// Stored is the entry of the log that holds the version: all of this but
	// Deleted and Aliases never changes for as long as the version is there.
	Stored Offset
	// Aliases are the alias names that point to the subject, where asked.
	Aliases []string
	// Associations are those of the subject that a list selects.
	Associations []Association
}

// SubjectVersion names a version.
type SubjectVersion struct {
	Subject string
	Version int
}

// ContextID names a schema id in its context (".", ".eu", …).
type ContextID struct {
	Context string
	ID      int
}

// VersionRef is a version as written in a path: a number, or the latest.
type VersionRef struct {
	Number int
	Latest bool
}

// LatestVersion refers to the newest active version.
var LatestVersion = VersionRef{Latest: true}

// ParseVersionRef reads "latest" in any case, "-1", or a number from 1 to
// 2^31-1; anything else is CodeInvalidVersion.
func ParseVersionRef(s string) (VersionRef, error) {
	if s == "-1" || strings.EqualFold(s, "latest") {
		return LatestVersion, nil
	}
	n, err := strconv.ParseUint(s, 10, 31) // no sign
	if err != nil || n < 1 {
		return VersionRef{}, invalidVersion(s)
	}
	return VersionRef{Number: int(n)}, nil
}

func invalidVersion(s string) error {
	return errorf(CodeInvalidVersion,
		"The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"", s)
}

// ReadOptions say how a read prints what it found.
type ReadOptions struct {
	// Deleted also finds soft-deleted versions.
	Deleted bool
	// Format is the format= parameter (schema.Parsed.Print).
	Format string
	// ReferenceFormat "qualified" prints reference subjects with context.
	ReferenceFormat string
	// FindTags asks for the elements that carry one of these inline tags;
	// "*" is any tag.
	FindTags []string
}

// Plain reports whether a version is shown as it is stored.
func (o ReadOptions) Plain() bool {
	return o.Format == "" && o.ReferenceFormat == "" && len(o.FindTags) == 0
}

// LookupOptions say how a candidate is looked up in a subject.
type LookupOptions struct {
	Normalize bool
	ReadOptions
}

// SubjectFilter selects subjects. Prefix ":*:" spans all contexts.
type SubjectFilter struct {
	Prefix               string
	Deleted, DeletedOnly bool
}

// VersionFilter selects versions of a subject.
type VersionFilter struct {
	Deleted, DeletedOnly, DeletedAsNegative bool
}

// SchemaFilter selects versions over many subjects.
type SchemaFilter struct {
	Prefix     string
	Aliases    bool
	Deleted    bool
	LatestOnly bool
	RuleType   string
	// Associated selects subjects by their associations, with the lifecycle
	// Unassociated those that have none.
	Associated AssociationFilter
	// Unparsed leaves only what was imported although no parser takes it.
	Unparsed bool
	// Offset and Limit page the answer; Limit below 1 is no limit.
	Offset, Limit int
}

// Config is what may be set for a subject, a context or the whole registry; a
// nil field is not set. The JSON form is Confluent's stored one.
type Config struct {
	Alias               *string          `json:"alias,omitempty"`
	AliasForDeks        *string          `json:"aliasForDeks,omitempty"`
	Normalize           *bool            `json:"normalize,omitempty"`
	ValidateFields      *bool            `json:"validateFields,omitempty"`
	ValidateNewSchemas  *bool            `json:"validateNewSchemas,omitempty"`
	ValidateRules       *bool            `json:"validateRules,omitempty"`
	CompatibilityLevel  *compat.Level    `json:"compatibilityLevel,omitempty"`
	CompatibilityPolicy *compat.Policy   `json:"compatibilityPolicy,omitempty"`
	CompatibilityGroup  *string          `json:"compatibilityGroup,omitempty"`
	DefaultMetadata     *schema.Metadata `json:"defaultMetadata,omitempty"`
	OverrideMetadata    *schema.Metadata `json:"overrideMetadata,omitempty"`
	DefaultRuleSet      *schema.RuleSet  `json:"defaultRuleSet,omitempty"`
	OverrideRuleSet     *schema.RuleSet  `json:"overrideRuleSet,omitempty"`
}

// ConfigChange is a partial update: fields listed in Clear are unset, fields
// set in Set replace, all others stay. Names in Clear are Config's JSON names.
type ConfigChange struct {
	Set   Config
	Clear []string
}

// Mode says what writes a subject, a context or the registry takes.
type Mode string

// The modes (registry API 2.8).
const (
	ReadWrite        Mode = "READWRITE"
	ReadOnly         Mode = "READONLY"
	ReadOnlyOverride Mode = "READONLY_OVERRIDE"
	Import           Mode = "IMPORT"
	ForwardMode      Mode = "FORWARD"
)

// CheckRequest asks whether a candidate would be compatible.
type CheckRequest struct {
	Subject string
	// Against is the one version to compare with; nil is the history as the
	// subject's level says.
	Against *VersionRef
	Candidate
	Normalize bool
	// Verbose makes a candidate that does not parse a message, not an error.
	Verbose bool
	// Findings asks for what the verdict does not say, too.
	Findings bool
}

// CheckResult is the answer to a CheckRequest. Messages are Confluent's
// verbose strings, empty if compatible; Findings are the same differences as
// data, followed by risks where they were asked for.
type CheckResult struct {
	Compatible bool
	Messages   []string
	Findings   []finding.Finding
}
