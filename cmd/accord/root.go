package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

const (
	defaultRegistry = "http://127.0.0.1:8081"
	registryEnv     = "ACCORD_REGISTRY"
	// completionTimeout is how long a person who pressed Tab may have to wait.
	completionTimeout = 3 * time.Second
)

// app is one run of the program.
type app struct {
	env
	// registry is the value of --registry, "" if not given.
	registry string
	// started is set once a command has a sound command line and runs.
	started bool
	// about is the subject a command is about, for hints; "" if there is none.
	about string
	// sent is the file whose text a command sends, "" for none.
	sent string
}

// run is the whole program: it reads the arguments, runs the command they
// name and returns the exit code.
func run(ctx context.Context, args []string, e env) int {
	a := &app{env: e}
	root := newRoot(a)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case errors.Is(err, errFindings):
		return exitFindings
	case err != nil:
		return a.fail(err, cmd.CommandPath())
	}
	return exitFine
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "accord",
		Short: "A schema registry and data contracts in one binary",
		Long: `Accord keeps the schemas of event streams, judges every change to them, and
speaks the API that Confluent's clients already use.

Exit codes: 0 fine, 1 findings, 2 wrong usage, 3 could not be done.`,
		Example: `  accord serve --demo
  accord schema list
  accord schema register orders-value --file orders.avsc`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.PersistentFlags().StringVar(&a.registry, "registry", "",
		"registry `URL`, several with commas (env "+registryEnv+", default "+defaultRegistry+")")
	root.AddCommand(
		newServe(a),
		newInit(a),
		newCheck(a),
		newPlan(a),
		newApply(a),
		newContract(a),
		newSchema(a),
		newLineage(a),
		newConfig(a),
		newMode(a),
		newImport(a),
		newVersion(a),
		newCompletion(a),
	)
	asGroup(root)
	return root
}

// asGroup makes a command that only holds others: alone it prints its help, a
// word it does not know is wrong usage.
func asGroup(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		hint := "see '" + cmd.CommandPath() + " --help'"
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean '" + cmd.CommandPath() + " " + near[0] + "'?"
		}
		return misuse(hint, "no command %q", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "accord "))
	}
	return cmd
}

// does marks the start of a command: what fails before is wrong usage.
func (a *app) does(action func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.started = true
		return action(cmd.Context(), args)
	}
}

// takes says how many arguments a command has, in its own words.
func takes(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return misuse("see '"+cmd.CommandPath()+" --help'", "%s takes %s; %d given", cmd.CommandPath(), what, len(args))
	}
}

// client returns a client of the registry the command line or the environment
// names.
func (a *app) client() (*client.Client, error) {
	return a.clientWith(client.Options{})
}

func (a *app) clientWith(opts client.Options) (*client.Client, error) {
	for u := range strings.SplitSeq(a.registryURL(), ",") {
		opts.URLs = append(opts.URLs, strings.TrimSpace(u))
	}
	opts.UserAgent = "accord/" + buildVersion()
	c, err := client.New(opts)
	if err != nil {
		return nil, misuse("give --registry http://HOST:PORT, or set "+registryEnv, "%w", err)
	}
	return c, nil
}

// registryURL is the registry the command line or the environment names; it
// may be several with commas.
func (a *app) registryURL() string {
	if a.registry != "" {
		return a.registry
	}
	if urls, _ := a.lookup(registryEnv); urls != "" {
		return urls
	}
	return defaultRegistry
}

// subjectNames completes the first argument with the registry's subjects. A
// registry that does not answer soon completes nothing.
func (a *app) subjectNames(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	c, err := a.clientWith(client.Options{Retries: -1})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	names, err := c.Subjects(ctx, client.SubjectsOptions{Prefix: completionPrefix(prefix)})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completionPrefix turns what was typed into a subjectPrefix: a qualified name
// as it is, any other over all contexts.
func completionPrefix(typed string) string {
	if strings.HasPrefix(typed, ":") {
		return typed
	}
	return ":*:" + typed
}

// say prints a line for people on standard output.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stdout, format+"\n", args...)
}
