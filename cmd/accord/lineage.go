package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

func newLineage(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lineage",
		Short: "See who makes data, who reads it and who breaks",
		Long: `See who makes the data of a stream, who reads it, down to the field, and who
breaks when it changes. What is known comes from OpenLineage events, from Kafka
and from the registry's own requests; each thing says how it is known, how
surely, and when it was last seen.`,
		Example: `  accord lineage show orders-value
  accord lineage impact orders-value --file orders.avsc
  accord lineage discover --kafka localhost:9092`,
	}
	cmd.AddCommand(
		newLineageShow(a), newLineageImpact(a), newLineageGaps(a), newLineageDiscover(a), newLineageIngest(a),
		newLineageExport(a), newLineageAlias(a), newLineageRule(a),
	)
	return asGroup(cmd)
}

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

func (f *lineageFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.job, "job", false, "the name is a job's")
	flags.BoolVar(&f.current, "current", false, "only what was seen within the last 30 days")
	f.addScope(cmd)
}

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
	if !f.job {
		at := client.Place{Subject: args[0]}
		_, err := c.Lineage(ctx, at, lineage.Upstream, client.LineageScope{Depth: 1, Limit: 1})
		if err == nil {
			return at, nil
		}
		if refused := new(client.Error); !errors.As(err, &refused) || refused.Status != 404 {
			return at, err
		}
		kind = ""
	}
	return f.named(ctx, c, args[0], kind)
}

// maxSuggested is how many nodes an error names.
const maxSuggested = 5

// named finds the one node whose name is a text, or else holds it.
func (f *lineageFlags) named(ctx context.Context, c *client.Client, text string, kind lineage.NodeKind) (client.Place, error) {
	found, err := c.SearchLineage(ctx, text, kind, 100)
	if err != nil {
		return client.Place{}, err
	}
	nodes := found.Nodes
	for _, n := range found.Nodes {
		if n.Name == text {
			nodes = []lineage.Node{n}
			break
		}
	}
	switch len(nodes) {
	case 0:
		return client.Place{}, unable("'accord lineage discover --kafka HOST:PORT' looks for topics and groups; OpenLineage events tell of the rest",
			"nobody has seen a dataset or job named %q", text)
	case 1:
		return client.Place{Kind: nodes[0].Kind, Namespace: nodes[0].Namespace, Name: nodes[0].Name}, nil
	}
	var b strings.Builder
	for _, n := range nodes[:min(len(nodes), maxSuggested)] {
		fmt.Fprintf(&b, "\n  %s %s %s", n.Kind, quoted(n.Namespace), quoted(n.Name))
	}
	if more := found.Total - maxSuggested; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return client.Place{}, unable("name one by NAMESPACE NAME, with --job if it is a job", "%q may be any of:%s", text, b.String())
}

// ago says how long ago something was, as a person would.
func ago(now, at time.Time) string {
	switch d := now.Sub(at); {
	case at.IsZero():
		return ""
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd ago", int(d.Hours()/24))
	}
}

// ownersOf names the teams to tell.
func ownersOf(w lineage.Who) string {
	if len(w.Owners) == 0 {
		return "-"
	}
	return strings.Join(w.Owners, ", ")
}
