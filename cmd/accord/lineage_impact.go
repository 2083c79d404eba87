package main

import (
	"context"
	"fmt"
	"strings"

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

func (i lineageImpact) print(a *app, req client.ImpactRequest, found client.Impact) {
	if req.Schema != "" && len(found.Changes) == 0 {
		a.say("The schema breaks no field of version %d for its readers.", found.Version)
		return
	}
	for n, field := range found.Fields {
		a.say("%s", impactTitle(found, n, field.Path))
		printReaders(a, field)
		a.say("")
	}
	if found.Complete {
		a.say("Everybody who read the stream in the last %d days is listed.", int(found.Watch.To.Sub(found.Watch.From).Hours()/24))
		return
	}
	a.say("Others may read it, too: %s.\n%s", found.Unknown, found.Hint)
}

// impactTitle says what happens to a field.
func impactTitle(found client.Impact, n int, path string) string {
	switch {
	case n < len(found.Changes):
		return fmt.Sprintf("%s %s", path, found.Changes[n].What)
	case path == "":
		return "the stream goes"
	}
	return path + " goes"
}

// readerWords say what is known of a reader and a field.
var readerWords = map[lineage.Knowledge]string{
	lineage.UsesField: "uses it", lineage.MayUse: "may use it", lineage.UsesOthers: "uses others", lineage.LeftStream: "used to read", lineage.MayRead: "may read",
}

func printReaders(a *app, field lineage.FieldImpact) {
	if len(field.Readers) == 0 {
		a.say("  nobody is known to read it")
		return
	}
	t := table{header: []string{"  READER", "FIELD", "OWNERS", "KNOWN", "SURE", "SEEN", "DOWNSTREAM"}, bold: a.colours(a.stdout)}
	for _, r := range field.Readers {
		t.add("  "+r.Job.Name, readerWords[r.Knowledge], ownersOf(r.Who), evidenceOf(r.Sightings), fmt.Sprintf("%.2g", r.Confidence), ago(a.now(), r.Last), extentOf(r.Extent))
	}
	t.print(a.stdout)
	if field.ReadersLeft > 0 {
		a.say("  and %d more", field.ReadersLeft)
	}
}

func evidenceOf(seen []lineage.Sighting) string {
	var kinds []string
	for _, s := range seen {
		if kind := string(s.Evidence); len(kinds) == 0 || kinds[len(kinds)-1] != kind {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, "+")
}

func extentOf(e lineage.Extent) string {
	if e == (lineage.Extent{}) {
		return "-"
	}
	return fmt.Sprintf("%d datasets, %d jobs, %d fields", e.Datasets, e.Jobs, e.Fields)
}
