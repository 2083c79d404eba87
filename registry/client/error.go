package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// Confluent's error codes that callers branch on (registry API 1.2).
const (
	CodeSubjectNotFound       = 40401
	CodeVersionNotFound       = 40402
	CodeSchemaNotFound        = 40403
	CodeSubjectSoftDeleted    = 40404
	CodeSubjectNotSoftDeleted = 40405
	CodeVersionSoftDeleted    = 40406
	CodeVersionNotSoftDeleted = 40407
	CodeSubjectLevelNotSet    = 40408
	CodeSubjectModeNotSet     = 40409
	CodeAssociationNotFound   = 40410
	CodeTooManyAssociations   = 40902
	CodeResourceAssociated    = 40903
	CodeSubjectAssociated     = 40904
	CodeSubjectOwned          = 40905
	CodeNoActiveVersion       = 40907
	CodeAssociationFrozen     = 40908
	CodeInvalidSchema         = 42201
	CodeOperationNotPermitted = 42205
	CodeReferenceExists       = 42206
	CodeKeyNotFound           = 40470
	CodeKeyExists             = 40971
	CodeInvalidAssociation    = 42212
)

// Accord's own error codes.
const (
	CodeContractNotFound  = 40490
	CodeExceptionNotFound = 40491
	CodeUngoverned        = 42290
	CodeInvalidContract   = 42291
	CodeInvalidException  = 42292
)

// maxErrorBody is how much of a refusal is read, in bytes: verdicts over a
// long history can be large, a proxy's page is not worth more.
const maxErrorBody = 4 << 20

// maxErrorText is how much of a body that is not the registry's is shown.
const maxErrorText = 200

// Error is a registry's refusal.
type Error struct {
	// Status is the HTTP status.
	Status int
	// Code is Confluent's error_code; 0 if the answer was not a registry's,
	// as from a proxy on the way.
	Code int
	// Message is the registry's, or the head of what came instead.
	Message string
	// Findings are what stands behind the message, where Accord sends them.
	Findings []finding.Finding
}

// Error returns the message, with the status where the message is not the
// registry's own.
func (e *Error) Error() string {
	if e.Code != 0 {
		return e.Message
	}
	if e.Message == "" {
		return fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("HTTP %d %s: %s", e.Status, http.StatusText(e.Status), e.Message)
}

// Incompatible reports whether the registry refused a schema because readers
// or writers of an earlier version would break: HTTP 409, under the codes of
// old and new versions.
func (e *Error) Incompatible() bool { return e.Code == 409 || e.Code == 40901 }

// NotFound reports whether err says that the subject, version, schema or
// setting asked for does not exist.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound && e.Code > http.StatusNotFound
}

// UnreachableError says that no registry answered: the connection failed, or
// broke before the answer was whole.
type UnreachableError struct {
	// URL is the base URL asked last, without its password.
	URL string
	Err error
}

// Error names the URL and the cause.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no registry answers at %s: %v", e.URL, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// refusal reads an answer that is no success.
func refusal(status int, body []byte) *Error {
	var wire ErrorBody
	if err := json.Unmarshal(body, &wire); err == nil && wire.ErrorCode != 0 {
		return &Error{Status: status, Code: wire.ErrorCode, Message: wire.Message, Findings: wire.Findings}
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "?")), " ")
	if runes := []rune(text); len(runes) > maxErrorText {
		text = string(runes[:maxErrorText]) + "…"
	}
	return &Error{Status: status, Message: text}
}
