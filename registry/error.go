package registry

import (
	"fmt"

	"github.com/accordhq/accord/schema/finding"
)

// Code names what went wrong, for those who branch on it. web/api holds the
// one table from codes to HTTP statuses and Confluent's error_code.
type Code string

// The codes. Their messages are Confluent's, word for word (registry API 1.2).
const (
	CodeSubjectNotFound       Code = "subject_not_found"
	CodeVersionNotFound       Code = "version_not_found"
	CodeSchemaNotFound        Code = "schema_not_found"
	CodeSubjectSoftDeleted    Code = "subject_soft_deleted"
	CodeSubjectNotSoftDeleted Code = "subject_not_soft_deleted"
	CodeVersionSoftDeleted    Code = "version_soft_deleted"
	CodeVersionNotSoftDeleted Code = "version_not_soft_deleted"
	CodeSubjectLevelNotSet    Code = "subject_compatibility_not_configured"
	CodeSubjectModeNotSet     Code = "subject_mode_not_configured"
	CodeIncompatible          Code = "incompatible_schema"
	CodeInvalidSchema         Code = "invalid_schema"
	CodeReferenceNotFound     Code = "reference_not_found" // 42201 on the wire
	CodeVersionNotNext        Code = "version_not_next"    // 42201 on the wire
	CodeInvalidVersion        Code = "invalid_version"
	CodeInvalidLevel          Code = "invalid_compatibility_level"
	CodeInvalidPolicy         Code = "invalid_policy"
	CodeInvalidMode           Code = "invalid_mode"
	CodeOperationNotPermitted Code = "operation_not_permitted"
	CodeReferenceExists       Code = "reference_exists"
	CodeInvalidSubject        Code = "invalid_subject"
	CodeSchemaTooLarge        Code = "schema_too_large"
	CodeInvalidRuleSet        Code = "invalid_rule_set"
	CodeContextNotEmpty       Code = "context_not_empty"
	CodeTooManyAssociations   Code = "too_many_associations"
	CodeResourceAssociated    Code = "resource_associated"
	CodeSubjectAssociated     Code = "subject_associated"
	CodeSubjectOwned          Code = "subject_owned" // by a strong association
	CodeNoActiveVersion       Code = "no_active_version"
	CodeAssociationFrozen     Code = "association_frozen"
	CodeInvalidAssociation    Code = "invalid_association"
	CodeTooComplex            Code = "too_complex" // a check that ran out of its budget: 422/42201
	CodeStoreUnavailable      Code = "store_unavailable"
	CodeUngoverned            Code = "ungoverned" // governance asks for more
	CodeInvalidContract       Code = "invalid_contract"
	CodeContractNotFound      Code = "contract_not_found"
	CodeInvalidException      Code = "invalid_exception"
	CodeExceptionNotFound     Code = "exception_not_found"
	CodeUnknownOffset         Code = "unknown_offset" // an Offset that this log never gave out
	CodeReadOnlyNode          Code = "read_only_node" // unknown records in the log: this node is too old to write
)

// The codes of encryption keys (registry API 1.8).
const (
	CodeKeyNotFound            Code = "key_not_found"
	CodeKeyNotSoftDeleted      Code = "key_not_soft_deleted"
	CodeKeySoftDeleted         Code = "key_soft_deleted"
	CodeKeyExists              Code = "key_exists"
	CodeTooManyKeys            Code = "too_many_keys"
	CodeInvalidKey             Code = "invalid_key"
	CodeKeyReferenced          Code = "key_referenced"
	CodeDekGenerationForbidden Code = "dek_generation_forbidden"
)

// Error is a refusal that the caller may show to its user.
type Error struct {
	Code    Code
	Message string
	// Findings carry what stands behind the message, for clients that can
	// read more than one string.
	Findings []finding.Finding
	// Err is the cause, for logs and errors.Is; never shown to users.
	Err error
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

func errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
