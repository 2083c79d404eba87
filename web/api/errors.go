package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// outcome is how a refusal shows on the wire.
type outcome struct {
	status int
	code   int // error_code
}

// outcomes is the one table from the registry's codes to Confluent's (registry
// API 1.2). Servers before 8.2 sent 409 for CodeIncompatible.
var outcomes = map[registry.Code]outcome{
	registry.CodeSubjectNotFound:       {404, 40401},
	registry.CodeVersionNotFound:       {404, 40402},
	registry.CodeSchemaNotFound:        {404, 40403},
	registry.CodeSubjectSoftDeleted:    {404, 40404},
	registry.CodeSubjectNotSoftDeleted: {404, 40405},
	registry.CodeVersionSoftDeleted:    {404, 40406},
	registry.CodeVersionNotSoftDeleted: {404, 40407},
	registry.CodeSubjectLevelNotSet:    {404, 40408},
	registry.CodeSubjectModeNotSet:     {404, 40409},
	registry.CodeIncompatible:          {409, 40901},
	registry.CodeInvalidSchema:         {422, 42201},
	registry.CodeReferenceNotFound:     {422, 42201},
	registry.CodeVersionNotNext:        {422, 42201},
	registry.CodeTooComplex:            {422, 42201},
	registry.CodeInvalidVersion:        {422, 42202},
	registry.CodeInvalidLevel:          {422, 42203},
	registry.CodeInvalidPolicy:         {422, 42203},
	registry.CodeInvalidMode:           {422, 42204},
	registry.CodeOperationNotPermitted: {422, 42205},
	registry.CodeReferenceExists:       {422, 42206},
	registry.CodeInvalidSubject:        {422, 42208},
	registry.CodeSchemaTooLarge:        {422, 42209},
	registry.CodeInvalidRuleSet:        {422, 42210},
	registry.CodeContextNotEmpty:       {422, 42211},
	registry.CodeUngoverned:            {422, 42290},
	registry.CodeInvalidContract:       {422, 42291},
	registry.CodeInvalidException:      {422, 42292},
	registry.CodeContractNotFound:      {404, 40490},
	registry.CodeExceptionNotFound:     {404, 40491},
	registry.CodeUnknownOffset:         {412, 412},
	registry.CodeTooManyAssociations:   {409, 40902},
	registry.CodeResourceAssociated:    {409, 40903},
	registry.CodeSubjectAssociated:     {409, 40904},
	registry.CodeSubjectOwned:          {409, 40905},
	registry.CodeNoActiveVersion:       {409, 40907},
	registry.CodeAssociationFrozen:     {409, 40908},
	registry.CodeInvalidAssociation:    {422, 42212},
	registry.CodeStoreUnavailable:      {503, 503},
	registry.CodeReadOnlyNode:          {503, 503},

	// 50070 has no line: it says that a KMS failed, and none is called here.
	registry.CodeDekGenerationForbidden: {403, 40370},
	registry.CodeKeyNotFound:            {404, 40470},
	registry.CodeKeyNotSoftDeleted:      {404, 40471},
	registry.CodeKeySoftDeleted:         {404, 40472},
	registry.CodeKeyExists:              {409, 40971},
	registry.CodeTooManyKeys:            {409, 40972},
	registry.CodeInvalidKey:             {422, 42271},
	registry.CodeKeyReferenced:          {422, 42272},
}

const retryAfterUnavailable = "1" // seconds

// requestError is a refusal made before the registry is asked.
type requestError struct {
	status  int
	code    int // 0 is status
	message string
}

func (e *requestError) Error() string { return e.message }

// plainError is the answer of the framework that Confluent's server is built
// on, for a status without a story.
func plainError(status int) *requestError {
	message := "HTTP " + strconv.Itoa(status) + " " + http.StatusText(status)
	if status == http.StatusInternalServerError {
		message = http.StatusText(status)
	}
	return &requestError{status: status, message: message}
}

// fail answers with an error.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, body := h.explain(w, r, err)
	header := w.Header()
	if header.Get("Content-Type") == "" {
		media, _ := negotiate(r.Header["Accept"])
		header["Content-Type"] = media
	}
	if status == http.StatusServiceUnavailable {
		header.Set("Retry-After", retryAfterUnavailable)
	}
	h.writeJSON(w, status, body)
}

// explain finds status and body for an error, and logs what the body hides.
func (h *Handler) explain(w http.ResponseWriter, r *http.Request, err error) (int, client.ErrorBody) {
	var (
		asked   *requestError
		refused *registry.Error
	)
	switch {
	case errors.As(err, &asked):
		code := asked.code
		if code == 0 {
			code = asked.status
		}
		return asked.status, client.ErrorBody{ErrorCode: code, Message: asked.message}
	case errors.As(err, &refused):
		if out, known := outcomes[refused.Code]; known {
			if out.status >= http.StatusInternalServerError && refused.Err != nil {
				h.log(w, r, refused.Err)
			}
			return h.refusal(refused)
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		const status = http.StatusServiceUnavailable
		return status, client.ErrorBody{ErrorCode: status, Message: "The request was given up before it was done"}
	}
	h.log(w, r, err)
	const status = http.StatusInternalServerError
	return status, client.ErrorBody{ErrorCode: status, Message: http.StatusText(status)}
}

// refusal is how a refusal with a known code shows.
func (h *Handler) refusal(refused *registry.Error) (int, client.ErrorBody) {
	out := outcomes[refused.Code]
	if refused.Code == registry.CodeIncompatible {
		out.code = h.incompatibleCode()
	}
	return out.status, client.ErrorBody{ErrorCode: out.code, Message: refused.Message, Findings: refused.Findings}
}

// log records an internal error once, with what identifies the request: the
// answer bears the id that the server around the API gave it.
func (h *Handler) log(w http.ResponseWriter, r *http.Request, err error) {
	h.opts.Logger.Error("request failed", "method", r.Method, "path", r.URL.Path,
		"request_id", w.Header().Get("X-Request-Id"), "error", err)
}
