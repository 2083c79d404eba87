package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

func newLineageShow(a *app) *cobra.Command {
	var show lineageShow
	cmd := &cobra.Command{
		Use:   "show NODE",
		Short: "Show what a stream, a job or a field is made of, and what is made of it",
		Long: `Show what a dataset or job is made of, and what is made of it. NODE is a
subject, a part of a name, or the namespace and the name of a dataset or, with
--job, of a job. --field follows one field, --fields all of them with what
becomes of them on the way.

As a table at most 60 nodes or fields are shown on each side, the nearest
first; --limit shows more, --depth 2 only what is next.`,
		Example: `  accord lineage show orders-value
  accord lineage show orders-value --field amount --down
  accord lineage show kafka://broker:9092 orders --fields
  accord lineage show --job flink fraud-scoring --up --depth 2
  accord lineage show orders --output json`,
		Args:              takes(1, 2, nodeArgs),
		ValidArgsFunction: a.nodeNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return show.run(ctx, a, args) }),
	}
	show.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&show.field, "field", "", "follow the field at `PATH`")
	flags.BoolVar(&show.fields, "fields", false, "follow every field")
	flags.BoolVar(&show.up, "up", false, "only what it is made of")
	flags.BoolVar(&show.down, "down", false, "only what is made of it")
	cmd.MarkFlagsMutuallyExclusive("up", "down")
	cmd.MarkFlagsMutuallyExclusive("field", "fields")
	cmd.MarkFlagsMutuallyExclusive("job", "field")
	cmd.MarkFlagsMutuallyExclusive("job", "fields")
	addOutput(cmd, &show.output)
	return cmd
}

type lineageShow struct {
	lineageFlags
	field    string
	fields   bool
	up, down bool
	output   format
}

// maxShown is how many nodes or fields a side of a table has that is not asked
// for more: what a person can take in.
const maxShown = 60

func (s lineageShow) run(ctx context.Context, a *app, args []string) error {
	if s.output == asTable && s.limit == 0 {
		s.limit = maxShown
	}
	scope, err := s.scope()
	if err != nil {
		return err
	}
	scope.Stale = !s.current
	c, err := a.client()
	if err != nil {
		return err
	}
	at, err := s.place(ctx, c, args)
	if err != nil {
		return err
	}
	at.Field = s.field
	if s.fields {
		at.Field = client.EveryField
	}
	found, err := c.Lineage(ctx, at, s.way(), scope)
	if err != nil {
		return err
	}
	return a.show(s.output, found, func() { s.print(a, found) })
}

// way is "" for both ways.
func (s lineageShow) way() lineage.Way {
	switch {
	case s.up:
		return lineage.Upstream
	case s.down:
		return lineage.Downstream
	}
	return ""
}

func (s lineageShow) print(a *app, found client.Lineage) {
	for _, n := range found.Nodes {
		s.printNode(a, n, found.Streams)
	}
	for _, side := range []struct {
		title string
		reach *lineage.Reach
	}{{"Upstream", found.Upstream}, {"Downstream", found.Downstream}} {
		switch {
		case side.reach == nil:
		case s.field != "" || s.fields:
			printFlows(a, side.title, side.reach, s.limit)
		default:
			printTree(a, side.title, side.reach)
		}
	}
}

// printNode tells of the node that was asked for. Streams are what the registry
// has of it, if it is a topic.
func (s lineageShow) printNode(a *app, n lineage.NodeInfo, streams []client.Stream) {
	f := facts{}
	f.add("Name", n.Name)
	f.add("Namespace", n.Namespace)
	for _, other := range n.Names {
		f.add("Also", idText(other))
	}
	f.add("Kind", nodeKind(n))
	if nodeWord(n.Node) == "topic" {
		addStreams(&f, streams)
	}
	f.add("Owners", ownersOf(n.Who))
	f.add("About", n.Description)
	if !n.Last.IsZero() {
		f.add("Seen", ago(a.now(), n.Last)+", first "+ago(a.now(), n.First))
	}
	if fields := len(n.Fields) + n.FieldsLeft; fields > 0 && s.field == "" && !s.fields {
		f.add("Fields", counted(fields, "takes", "take")+" part in lineage, see --fields")
	}
	f.print(a.stdout)
	a.say("")
}

// addStreams adds the subjects of a topic, and the contracts that speak for them,
// each once.
func addStreams(f *facts, streams []client.Stream) {
	told := map[string]bool{}
	for _, s := range streams {
		if s.Version > 0 {
			f.add("Subject", fmt.Sprintf("%s, version %d", s.Subject, s.Version))
		}
	}
	for _, s := range streams {
		if contract := strings.TrimSpace(s.Contract + " " + s.ContractVersion); contract != "" && !told[contract] {
			told[contract] = true
			f.add("Contract", strings.TrimSuffix(contract+", "+s.Status, ", "))
		}
	}
}

// nodeKind says what a node is, as exactly as is known.
func nodeKind(n lineage.NodeInfo) string {
	kind := nodeWord(n.Node)
	if n.Kind == lineage.DatasetNode && n.DatasetType != "" {
		return strings.ToLower(n.DatasetType)
	}
	var about []string
	for _, word := range []string{n.JobType.ProcessingType, n.JobType.Integration, n.JobType.JobType} {
		if word != "" {
			about = append(about, strings.ToLower(word))
		}
	}
	if len(about) == 0 {
		return kind
	}
	return kind + " (" + strings.Join(about, ", ") + ")"
}
