package client

import (
	"bytes"
	"encoding/json"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The types below are the bodies of Confluent's REST API as registry API 1.3
// lists them, with fields in the order the server prints them. What is null or
// empty is left out; false and 0 stay. A pointer is used where absent and zero
// mean different things.

// RegisterRequest is the body of registration, lookup and compatibility checks.
type RegisterRequest struct {
	// Version 0 is the next, -1 must become the latest, N must be the next.
	Version int `json:"version,omitempty"`
	// ID below 1 lets the server choose; importing names one.
	ID int `json:"id,omitempty"`
	// SchemaType is the language; "" is AVRO.
	SchemaType schema.Format      `json:"schemaType,omitempty"`
	References []schema.Reference `json:"references,omitempty"`
	Metadata   *schema.Metadata   `json:"metadata,omitempty"`
	RuleSet    *schema.RuleSet    `json:"ruleSet,omitempty"`
	// Schema is the text; "" takes over the previous version's.
	Schema              string               `json:"schema,omitempty"`
	SchemaTagsToAdd     []schema.ElementTags `json:"schemaTagsToAdd,omitempty"`
	SchemaTagsToRemove  []schema.ElementTags `json:"schemaTagsToRemove,omitempty"`
	PropagateSchemaTags bool                 `json:"propagateSchemaTags,omitempty"`
}

// RegisterResponse is the answer to a registration. Servers before 8.0 send
// the ID alone.
type RegisterResponse struct {
	ID         int                `json:"id"`
	Version    int                `json:"version,omitempty"`
	GUID       schema.GUID        `json:"guid,omitzero"`
	SchemaType schema.Format      `json:"schemaType,omitempty"`
	References []schema.Reference `json:"references,omitempty"`
	Metadata   *schema.Metadata   `json:"metadata,omitempty"`
	RuleSet    *schema.RuleSet    `json:"ruleSet,omitempty"`
	Schema     string             `json:"schema,omitempty"`
	// Timestamp is when the version was stored, in milliseconds since 1970;
	// nil where the server does not say.
	Timestamp *int64 `json:"ts,omitempty"`
	Deleted   *bool  `json:"deleted,omitempty"`
}

// TagRequest is the body of POST /subjects/{S}/versions/{v}/tags.
type TagRequest struct {
	NewVersion    int                  `json:"newVersion,omitempty"`
	TagsToAdd     []schema.ElementTags `json:"tagsToAdd,omitempty"`
	TagsToRemove  []schema.ElementTags `json:"tagsToRemove,omitempty"`
	Metadata      *schema.Metadata     `json:"metadata,omitempty"`
	RuleSet       *schema.RuleSet      `json:"ruleSet,omitempty"`
	RulesToMerge  *schema.RuleSet      `json:"rulesToMerge,omitempty"`
	RulesToRemove []string             `json:"rulesToRemove,omitempty"`
}

// Schema is one version of a subject: what lookups and reads of versions
// answer.
type Schema struct {
	Subject    string               `json:"subject,omitempty"`
	Version    int                  `json:"version"`
	ID         int                  `json:"id"`
	GUID       schema.GUID          `json:"guid,omitzero"`
	SchemaType schema.Format        `json:"schemaType,omitempty"`
	References []schema.Reference   `json:"references,omitempty"`
	Metadata   *schema.Metadata     `json:"metadata,omitempty"`
	RuleSet    *schema.RuleSet      `json:"ruleSet,omitempty"`
	Schema     string               `json:"schema,omitempty"`
	SchemaTags []schema.ElementTags `json:"schemaTags,omitempty"`
	// Timestamp is when the version was stored, in milliseconds since 1970;
	// nil where the server does not say.
	Timestamp *int64 `json:"ts,omitempty"`
	Deleted   *bool  `json:"deleted,omitempty"`
}

// ListedSchema is an element of GET /schemas (ExtendedSchema).
type ListedSchema struct {
	Schema
	// Aliases point to the subject; only sent when asked for.
	Aliases []string `json:"aliases,omitempty"`
	// Associations are those of the subject, as far as the list selects them.
	Associations []Association `json:"associations,omitempty"`
}

// SchemaString is a schema read by id or GUID. It has no id; a read by GUID
// has no subject and version either.
type SchemaString struct {
	Subject    string               `json:"subject,omitempty"`
	Version    int                  `json:"version,omitempty"`
	GUID       schema.GUID          `json:"guid,omitzero"`
	SchemaType schema.Format        `json:"schemaType,omitempty"`
	Schema     string               `json:"schema"`
	References []schema.Reference   `json:"references,omitempty"`
	Metadata   *schema.Metadata     `json:"metadata,omitempty"`
	RuleSet    *schema.RuleSet      `json:"ruleSet,omitempty"`
	SchemaTags []schema.ElementTags `json:"schemaTags,omitempty"`
	// MaxID is the highest id of the context, with fetchMaxId=true.
	MaxID *int `json:"maxId,omitempty"`
	// Timestamp is when the version was stored, in milliseconds since 1970.
	Timestamp *int64 `json:"ts,omitempty"`
	Deleted   *bool  `json:"deleted,omitempty"`
	// Subjects use the id: Karapace's includeSubjects=true.
	Subjects []string `json:"subjects,omitempty"`
}

// SubjectVersion is one user of a schema id.
type SubjectVersion struct {
	Subject string `json:"subject,omitempty"`
	Version int    `json:"version"`
}

// ContextID is a schema id in its context (".", ".eu", …).
type ContextID struct {
	Context string `json:"context,omitempty"`
	ID      int    `json:"id"`
}

// CompatibilityResult is the answer of the compatibility endpoints. Messages
// is nil unless the check was verbose; then it is sent even when empty.
// Findings, which Accord alone sends and only to those who ask for them, are
// the same differences as data and the risks beside the verdict.
type CompatibilityResult struct {
	IsCompatible bool              `json:"is_compatible"`
	Messages     []string          `json:"messages,omitzero"`
	Findings     []finding.Finding `json:"findings,omitzero"`
}

// Mode is the body and answer of the mode endpoints. Setting "" clears it.
type Mode struct {
	Mode string `json:"mode,omitempty"`
}

// Config is what GET and DELETE of the config endpoints answer. PUT speaks
// ConfigUpdate, in which the level has another name.
type Config struct {
	Alias               *string          `json:"alias,omitempty"`
	AliasForDeks        *string          `json:"aliasForDeks,omitempty"`
	Normalize           *bool            `json:"normalize,omitempty"`
	ValidateFields      *bool            `json:"validateFields,omitempty"`
	ValidateNewSchemas  *bool            `json:"validateNewSchemas,omitempty"`
	ValidateRules       *bool            `json:"validateRules,omitempty"`
	CompatibilityLevel  *string          `json:"compatibilityLevel,omitempty"`
	CompatibilityPolicy *string          `json:"compatibilityPolicy,omitempty"`
	CompatibilityGroup  *string          `json:"compatibilityGroup,omitempty"`
	DefaultMetadata     *schema.Metadata `json:"defaultMetadata,omitempty"`
	OverrideMetadata    *schema.Metadata `json:"overrideMetadata,omitempty"`
	DefaultRuleSet      *schema.RuleSet  `json:"defaultRuleSet,omitempty"`
	OverrideRuleSet     *schema.RuleSet  `json:"overrideRuleSet,omitempty"`
}

// ConfigUpdate is the body of PUT on the config endpoints, and its answer: the
// whole resulting config. The zero ConfigUpdate changes nothing.
type ConfigUpdate struct {
	Alias               Change[string]          `json:"alias,omitzero"`
	AliasForDeks        Change[string]          `json:"aliasForDeks,omitzero"`
	Normalize           Change[bool]            `json:"normalize,omitzero"`
	ValidateFields      Change[bool]            `json:"validateFields,omitzero"`
	ValidateNewSchemas  Change[bool]            `json:"validateNewSchemas,omitzero"`
	ValidateRules       Change[bool]            `json:"validateRules,omitzero"`
	Compatibility       Change[string]          `json:"compatibility,omitzero"`
	CompatibilityPolicy Change[string]          `json:"compatibilityPolicy,omitzero"`
	CompatibilityGroup  Change[string]          `json:"compatibilityGroup,omitzero"`
	DefaultMetadata     Change[schema.Metadata] `json:"defaultMetadata,omitzero"`
	OverrideMetadata    Change[schema.Metadata] `json:"overrideMetadata,omitzero"`
	DefaultRuleSet      Change[schema.RuleSet]  `json:"defaultRuleSet,omitzero"`
	OverrideRuleSet     Change[schema.RuleSet]  `json:"overrideRuleSet,omitzero"`
}

// Change is what a ConfigUpdate says about one field: nothing (the zero
// Change, absent in JSON), unset it (null), or a value.
type Change[T any] struct {
	present bool
	value   *T
}

// Set changes a field to a value.
func Set[T any](value T) Change[T] { return Change[T]{present: true, value: &value} }

// SetPointer changes a field to *value, and leaves it alone where value is
// nil.
func SetPointer[T any](value *T) Change[T] { return Change[T]{present: value != nil, value: value} }

// Unset takes a field's value away.
func Unset[T any]() Change[T] { return Change[T]{present: true} }

// IsZero reports whether the field is to stay as it is.
func (c Change[T]) IsZero() bool { return !c.present }

// IsUnset reports whether the field's value is to be taken away.
func (c Change[T]) IsUnset() bool { return c.present && c.value == nil }

// Value returns the value to set, nil when there is none.
func (c Change[T]) Value() *T { return c.value }

// MarshalJSON prints the value, or null. A zero Change must be left out by its
// struct (omitzero).
func (c Change[T]) MarshalJSON() ([]byte, error) { return json.Marshal(c.value) }

// UnmarshalJSON reads a value or null.
func (c *Change[T]) UnmarshalJSON(text []byte) error {
	c.present, c.value = true, nil
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	c.value = new(T)
	return json.Unmarshal(text, c.value)
}

// Policy is what a scope demands beside its compatibility level; Accord alone
// has it. Absent fields demand nothing of their own.
type Policy struct {
	// ProtobufRules is NONE, WIRE, WIRE_JSON, PACKAGE or FILE.
	ProtobufRules *string `json:"protobufRules,omitempty"`
	// FailOn is the weakest severity of a finding that refuses a schema: error
	// or warning.
	FailOn *string `json:"failOn,omitempty"`
	// Governance is enforce, advise or off.
	Governance *string `json:"governance,omitempty"`
	// Unread is error or warn: what becomes of a change that breaks a promised
	// field which nobody has read.
	Unread *string `json:"unread,omitempty"`
	// ExemptTopics are patterns of topics that governance passes over,
	// APIVersion is the version of Confluent's API that is spoken, "7.6", and
	// SchemaText is source or confluent. They hold for the whole registry.
	ExemptTopics *[]string `json:"exemptTopics,omitempty"`
	APIVersion   *string   `json:"apiVersion,omitempty"`
	SchemaText   *string   `json:"schemaText,omitempty"`
}

// PolicyUpdate changes a Policy field by field.
type PolicyUpdate struct {
	ProtobufRules Change[string] `json:"protobufRules,omitzero"`
	FailOn        Change[string] `json:"failOn,omitzero"`
	Governance    Change[string] `json:"governance,omitzero"`
	Unread        Change[string] `json:"unread,omitzero"`
	APIVersion    Change[string] `json:"apiVersion,omitzero"`
	SchemaText    Change[string] `json:"schemaText,omitzero"`

	ExemptTopics Change[[]string] `json:"exemptTopics,omitzero"`
}

// ErrorBody is the body of every error answer.
type ErrorBody struct {
	// ErrorCode is Confluent's number (registry API 1.2): the HTTP status,
	// alone or followed by two digits.
	ErrorCode int    `json:"error_code"`
	Message   string `json:"message"`
	// Findings say in detail what is wrong and how to mend it; only Accord
	// sends them.
	Findings []finding.Finding `json:"findings,omitempty"`
}

// ServerVersion is the answer of GET /v1/metadata/version.
type ServerVersion struct {
	Version  string `json:"version,omitempty"`
	CommitID string `json:"commitId,omitempty"`
}

// ServerID is the answer of GET /v1/metadata/id.
type ServerID struct {
	ID    string      `json:"id,omitempty"`
	Scope ServerScope `json:"scope"`
}

// ServerScope names the clusters a registry belongs to.
type ServerScope struct {
	Path     []string          `json:"path"`
	Clusters map[string]string `json:"clusters"`
}

// MasterAvailable is the answer of GET /master_available, Karapace's: whether
// the node can have writes made.
type MasterAvailable struct {
	MasterAvailable bool `json:"master_available"`
}

// Deployment is the answer of GET /v1/metadata/deployment.
type Deployment struct {
	Attributes []string `json:"attributes"`
}
