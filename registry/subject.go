package registry

import (
	"strings"
	"unicode"
)

// DefaultContext is the context of subjects written without one.
const DefaultContext = "."

// Names that stand for something else than a subject.
const (
	globalContext  = ".__GLOBAL"
	globalScope    = ":.__GLOBAL:"
	wildcardPrefix = ":*:"
)

// contextOf splits a subject into its context and its name there: "orders" is
// (".", "orders"), ":.eu:orders" is (".eu", "orders"), ":.eu:" and ":.eu" are
// (".eu", ""). A name that merely starts with a colon is a plain name.
func contextOf(subject string) (context, name string) {
	rest, ok := strings.CutPrefix(subject, ":.")
	if !ok {
		return DefaultContext, subject
	}
	context, name, _ = strings.Cut(rest, ":")
	return "." + context, name
}

// Qualified joins a context and a name to the form that answers print.
func Qualified(context, name string) string {
	if context == DefaultContext {
		return name
	}
	return ":" + context + ":" + name
}

// canonicalSubject gives every spelling of a subject its one printed form.
func canonicalSubject(subject string) string { return Qualified(contextOf(subject)) }

// isQualified reports whether a subject names its context, be it the default.
func isQualified(subject string) bool { return strings.HasPrefix(subject, ":.") }

// canonicalScope is canonicalSubject for the scopes of config and mode: the
// default context is the top level, written "".
func canonicalScope(scope string) string {
	if strings.Trim(scope, ".") == "" {
		return ""
	}
	return canonicalSubject(scope)
}

// isContextScope reports whether a canonical scope is a context as a whole.
func isContextScope(scope string) bool {
	context, name := contextOf(scope)
	return name == "" && context != DefaultContext
}

// contextScope is the scope of the context a subject lives in.
func contextScope(subject string) string {
	context, _ := contextOf(subject)
	return Qualified(context, "")
}

// checkSubject refuses names that no subject may have (registry API 2.3).
func checkSubject(subject string) error {
	context, name := contextOf(subject)
	invalid := context == globalContext || name == "__GLOBAL" || name == "__EMPTY" ||
		strings.IndexFunc(subject, isISOControl) >= 0
	if invalid {
		return errorf(CodeInvalidSubject, "The specified subject '%s' is not a valid.", subject)
	}
	return nil
}

func isISOControl(r rune) bool { return unicode.Is(unicode.Cc, r) }
