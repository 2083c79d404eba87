package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

func newLineageImpact(a *app) *cobra.Command {
	var impact lineageImpact
	cmd := &cobra.Command{
		Use:   "impact SUBJECT",
		Short: "Show who breaks if fields go, or a schema changes",
		Long: `Show who is hurt if the latest schema of a subject became the one in a file,
difference by difference; or if the fields named went; or, with neither, if the
whole stream did. Nothing is judged and nothing is written: 'accord check' and
'accord plan' judge.`,
		Example: `  accord lineage impact orders-value --file orders.avsc
  accord lineage impact orders-value --field amount --field currency
  accord lineage impact orders-value --output json`,
		Args:              takes(1, 1, "one subject"),
		ValidArgsFunction: a.subjectNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return impact.run(ctx, a, args[0]) }),
	}
	impact.addScope(cmd)
	cmd.Flags().StringArrayVar(&impact.fields, "field", nil, "the field at `PATH` would go; repeat for more")
	impact.fileFlags.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("file", "field")
	addOutput(cmd, &impact.output)
	return cmd
}

type lineageImpact struct {
	lineageFlags
	fileFlags
	fields []string
	output format
}

func (i lineageImpact) run(ctx context.Context, a *app, subject string) error {
	a.about = subject
	scope, err := i.scope()
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	req := client.ImpactRequest{Subject: subject, Fields: i.fields}
	if i.file != "" {
		sent, err := i.request(a)
		if err != nil {
			return err
		}
		req.Schema, req.SchemaType, req.References = sent.Schema, string(sent.SchemaType), sent.References
	}
	found, err := c.Impact(ctx, req, scope)
	if err != nil {
		return err
	}
	return a.show(i.output, found, func() { i.print(a, req, found) })
}

// maxFieldsShown is of how many fields the readers are printed for people.
const maxFieldsShown = 20

func (i lineageImpact) print(a *app, req client.ImpactRequest, found client.Impact) {
	if req.Schema != "" && len(found.Changes) == 0 {
		a.say("The schema breaks no field of version %d for its readers.", found.Version)
		return
	}
	for n, field := range found.Fields[:min(len(found.Fields), maxFieldsShown)] {
		a.say("%s", printable(impactTitle(found, n), false))
		printReaders(a, field)
		a.say("")
	}
	if left := len(found.Fields) - maxFieldsShown; left > 0 {
		a.say("%s not shown; see --output json.\n", counted(left, "field is", "fields are"))
	}
	if found.FieldsLeft > 0 {
		a.say("%s not looked at: too many at once.\n", counted(found.FieldsLeft, "field was", "fields were"))
	}
	if found.Complete {
		days := int(found.Watch.To.Sub(found.Watch.From).Hours() / 24)
		a.say("The cluster was watched for %s: nobody else reads the stream in a group.", counted(days, "day", "days"))
		return
	}
	a.say("There may be others: %s.\nhint: %s", printable(found.Unknown, false), printable(found.Hint, false))
}

// impactTitle says what happens to a field.
func impactTitle(found client.Impact, n int) string {
	path := found.Fields[n].Path
	switch {
	case n < len(found.Changes):
		return fmt.Sprintf("If %s %s:", found.Changes[n].Path, found.Changes[n].What)
	case path == "":
		return "If the stream goes:"
	}
	return "If " + path + " goes:"
}

// readerWords say what is known of a reader and a field.
var readerWords = map[lineage.Knowledge]string{
	lineage.UsesField: "uses it", lineage.MayUse: "reads the stream", lineage.UsesOthers: "uses other fields",
	lineage.LeftStream: "used to read", lineage.MayRead: "may read",
}

// printReaders lists who reads a field. Those whom it does not concern stand
// back.
func printReaders(a *app, field lineage.FieldImpact) {
	t := a.sparseTable("  READER", "KNOWN", "OWNERS", "EVIDENCE", "SURE", "SEEN", "DOWNSTREAM")
	for _, r := range field.Readers[:min(len(field.Readers), maxShown)] {
		known := readerWords[r.Knowledge]
		if r.Tool {
			known = "a tool"
		}
		cells := []string{
			"  " + r.Job.Name, known, ownersOf(r.Who), evidenceOf(r.Sightings), sureOf(r.Confidence), ago(a.now(), r.Last), extentOf(r.Extent),
		}
		switch {
		case r.Hidden:
		case r.Tool || r.Knowledge != lineage.UsesField && r.Knowledge != lineage.MayUse:
			t.addFaint(cells...)
		default:
			t.add(cells...)
		}
	}
	if len(t.rows) == 0 {
		a.say("  nobody is known to read it")
		return
	}
	t.print(a.stdout)
	if left := len(field.Readers) + field.ReadersLeft - maxShown; left > 0 {
		a.say("  and %d more; see --output json", left)
	}
}
