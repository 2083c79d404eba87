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
// neither is the top level "". Hints speak of it from then on.
func (s *scopeFlags) scope(a *app, subject string) (string, error) {
	if s.context == "" {
		a.about = subject
		return subject, nil
	}
	context, err := contextScope(s.context)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(subject, ":") {
		return "", misuse("leave --context out", "%q already names its context", subject)
	}
	a.about = context + subject
	return a.about, nil
}

// contextScope qualifies a context: ".eu" and "eu" are ":.eu:".
func contextScope(name string) (string, error) {
	if strings.ContainsRune(name, ':') {
		return "", misuse("write it as --context .eu", "--context %s: a context has no colon in its name", name)
	}
	return ":." + strings.TrimPrefix(name, ".") + ":", nil
}

// contextOf splits a qualified subject into its context, as ":.eu:", and its
// own name. The context of an unqualified one is "".
func contextOf(subject string) (context, name string) {
	if !strings.HasPrefix(subject, ":.") {
		return "", subject
	}
	end := strings.IndexByte(subject[1:], ':')
	if end < 0 {
		return "", subject
	}
	return subject[:end+2], subject[end+2:]
}

// scopeName is a scope as people call it.
func scopeName(scope string) string {
	context, subject := contextOf(scope)
	switch {
	case scope == "":
		return "the whole registry"
	case subject != "":
		return "subject " + scope
	case context == ":.:":
		return "the default context"
	case context == ":.__GLOBAL:":
		return "all contexts"
	}
	return "context " + strings.Trim(context, ":")
}

// first returns the first argument, "" if there is none.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
