package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// scopeFlags name what a config or mode stands for: a subject, a context or
// the top level.
type scopeFlags struct {
	context string
}

func (s *scopeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.context, "context", "", "context `NAME`: alone for the whole context, with a subject for one in it")
}

// scope joins --context and the subject, if any, to a scope of the registry;
// neither is the top level "".
func (s *scopeFlags) scope(subject string) (string, error) {
	if s.context == "" {
		return subject, nil
	}
	context, err := contextScope(s.context)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(subject, ":") {
		return "", misuse("leave --context out", "%q already names its context", subject)
	}
	return context + subject, nil
}

// contextScope qualifies a context: ".eu" and "eu" are ":.eu:".
func contextScope(name string) (string, error) {
	if strings.ContainsRune(name, ':') {
		return "", misuse("write it as --context .eu", "--context %s: a context has no colon in its name", name)
	}
	return ":." + strings.TrimPrefix(name, ".") + ":", nil
}

// scopeName is a scope as people call it.
func scopeName(scope string) string {
	switch {
	case scope == "":
		return "the whole registry"
	case scope == ":.:":
		return "the default context"
	case strings.HasPrefix(scope, ":.") && strings.HasSuffix(scope, ":"):
		return "context " + strings.Trim(scope, ":")
	}
	return "subject " + scope
}

// first returns the first argument, "" if there is none.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
