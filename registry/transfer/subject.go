package transfer

import "strings"

// everywhere is the prefix of subjects in all contexts, global the scope above
// them.
const (
	everywhere = ":*:"
	global     = ":.__GLOBAL:"
)

// contextOf is the context of a subject as a scope: ":.eu:", or "" for the
// default one (registry API 2.7).
func contextOf(subject string) string {
	rest, qualified := strings.CutPrefix(subject, ":.")
	name, _, whole := strings.Cut(rest, ":")
	if !qualified || !whole || name == "" {
		return ""
	}
	return ":." + name + ":"
}

// scopeOf is the scope of a context's name.
func scopeOf(context string) string {
	if context == "." {
		return ""
	}
	return ":" + context + ":"
}

// nameOf is the name of a scope's context.
func nameOf(scope string) string {
	if scope == "" {
		return "."
	}
	return strings.Trim(scope, ":")
}

// targetOf is the subject that a reference names: without a context of its own
// it lies in the referrer's.
func targetOf(referrer, subject string) string {
	if rest, ok := strings.CutPrefix(subject, ":.:"); ok {
		return rest
	}
	if strings.HasPrefix(subject, ":.") {
		return subject
	}
	return contextOf(referrer) + subject
}
