package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

// nodeArgs is what names a node on a command line.
const nodeArgs = "a subject, a part of a name, or NAMESPACE NAME"

// lineageFlags say which node is meant, and which of what was seen counts.
type lineageFlags struct {
	job           bool
	evidence      []string
	minConfidence float64
	asOf          string
	// current leaves out what was not seen for long; else it is shown as stale.
	current      bool
	depth, limit int
}

// add takes the flags of a command about a node.
func (f *lineageFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.job, "job", false, "the name is a job's")
	flags.BoolVar(&f.current, "current", false, "only what was seen within the last 30 days")
	f.addScope(cmd)
}

// addScope takes those of a command about a subject, whose node is known.
func (f *lineageFlags) addScope(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&f.depth, "depth", 0, "how many `HOPS` to go; from a dataset to a job is one")
	flags.IntVar(&f.limit, "limit", 0, "how many `NODES` to show at most")
	flags.StringSliceVar(&f.evidence, "evidence", nil, "count only this `KIND` of evidence; repeat for more")
	flags.Float64Var(&f.minConfidence, "min-confidence", 0, "count only what is at least so sure, from 0 to 1")
	flags.StringVar(&f.asOf, "as-of", "", "as of a `TIME`, as in 2026-11-21T12:00:00Z")
	completes(cmd, "evidence", lineage.Evidences())
}

func (f *lineageFlags) scope() (client.LineageScope, error) {
	s := client.LineageScope{MinConfidence: lineage.Confidence(f.minConfidence), Depth: f.depth, Limit: f.limit}
	switch {
	case f.depth < 0 || f.limit < 0:
		return s, misuse("leave it out for the default", "--depth %d, --limit %d: less than nothing cannot be shown", f.depth, f.limit)
	case !(f.minConfidence >= 0 && f.minConfidence <= 1): // NaN too
		return s, misuse("use a number from 0 to 1", "--min-confidence %g: nothing is so sure", f.minConfidence)
	}
	if f.asOf != "" {
		at, err := time.Parse(time.RFC3339, f.asOf)
		if err != nil {
			return s, misuse("write it as in 2026-11-21T12:00:00Z", "--as-of %s is no time", f.asOf)
		}
		s.AsOf = at
	}
	for _, text := range f.evidence {
		e, ok := lineage.ParseEvidence(text)
		if !ok {
			return s, misuse("use one of "+strings.Join(namesOf(lineage.Evidences()), ", "), "--evidence %s: no such kind", text)
		}
		s.Evidence = append(s.Evidence, e)
	}
	return s, nil
}

// place finds what the arguments name: a node by namespace and name, a subject,
// or the one node whose name holds a text.
func (f *lineageFlags) place(ctx context.Context, c *client.Client, args []string) (client.Place, error) {
	kind := lineage.DatasetNode
	if f.job {
		kind = lineage.JobNode
	}
	if len(args) == 2 {
		return client.Place{Kind: kind, Namespace: args[0], Name: args[1]}, nil
	}
	if f.job {
		return nodeNamed(ctx, c, args[0], kind)
	}
	at := client.Place{Subject: args[0]}
	_, err := c.Lineage(ctx, at, lineage.Upstream, client.LineageScope{Depth: 1, Limit: 1})
	if refused := new(client.Error); errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nodeNamed(ctx, c, args[0], "")
	}
	return at, err
}

const (
	// maxFound is how many nodes are looked through for the one that is meant,
	// maxSuggested how many an error names.
	maxFound     = 100
	maxSuggested = 5
)

// nodeNamed finds the one node whose name is a text, or else holds it; kind is
// "" for any.
func nodeNamed(ctx context.Context, c *client.Client, text string, kind lineage.NodeKind) (client.Place, error) {
	found, err := c.SearchLineage(ctx, text, kind, maxFound)
	if err != nil {
		return client.Place{}, err
	}
	var named []lineage.Node
	for _, n := range found.Nodes {
		if n.Name == text {
			named = append(named, n)
		}
	}
	if len(named) == 0 {
		named = found.Nodes
	} else {
		found.Total = len(named)
	}
	switch len(named) {
	case 0:
		return client.Place{}, unable("'accord lineage discover --kafka HOST:PORT' looks for topics and groups; OpenLineage events tell of the rest",
			"nobody has seen a dataset or job named %q", text)
	case 1:
		return client.Place{Kind: named[0].Kind, Namespace: named[0].Namespace, Name: named[0].Name}, nil
	}
	var b strings.Builder
	for _, n := range named[:min(len(named), maxSuggested)] {
		fmt.Fprintf(&b, "\n  %-7s  %s %s", n.Kind, quoted(n.Namespace), quoted(n.Name))
	}
	if more := found.Total - maxSuggested; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return client.Place{}, unable("name one by NAMESPACE NAME, with --job if it is a job", "%q may be any of:%s", text, b.String())
}

// nodeNames completes a node: subjects, and the names of datasets and jobs that
// hold what was typed, or of its namespace once that is there.
func (a *app) nodeNames(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	c, err := a.clientWith(client.Options{Retries: -1})
	if err != nil || len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	var names []string
	if len(args) == 0 {
		names, _ = c.Subjects(ctx, client.SubjectsOptions{Prefix: completionPrefix(typed)}) // without an answer there is nothing to complete
	}
	found, err := c.SearchLineage(ctx, typed, "", maxFound)
	if err != nil {
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	for _, n := range found.Nodes {
		if strings.HasPrefix(n.Name, typed) && (len(args) == 0 || n.Namespace == args[0]) {
			names = append(names, n.Name+"\t"+string(n.Kind)+" of "+n.Namespace)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
