package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

func newSchemaList(a *app) *cobra.Command {
	var list schemaList
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List subjects with their newest version",
		Example: `  accord schema list
  accord schema list --prefix orders
  accord schema list --context .eu --deleted
  accord schema list --output json`,
		Args: takes(0, 0, "no arguments"),
		RunE: a.does(func(ctx context.Context, _ []string) error { return list.run(ctx, a) }),
	}
	cmd.Flags().StringVar(&list.prefix, "prefix", "", "only subjects that start with `TEXT`")
	cmd.Flags().StringVar(&list.context, "context", "", "only subjects of context `NAME`; . is the default one (default all)")
	cmd.Flags().BoolVar(&list.deleted, "deleted", false, "soft-deleted subjects too")
	addOutput(cmd, &list.output)
	return cmd
}

type schemaList struct {
	prefix, context string
	deleted         bool
	output          format
}

func (l schemaList) run(ctx context.Context, a *app) error {
	prefix, err := l.subjectPrefix()
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	view := subjectsView{Subjects: []subjectView{}}
	for s, err := range c.Schemas(ctx, client.SchemasOptions{Prefix: prefix, LatestOnly: true, Deleted: l.deleted}) {
		if err != nil {
			return err
		}
		view.Subjects = append(view.Subjects, subjectOf(s.Schema))
	}
	return a.show(l.output, view, func() { l.table(a, view) })
}

// subjectPrefix joins context and prefix to what the registry understands; no
// context is all of them.
func (l schemaList) subjectPrefix() (string, error) {
	if l.context == "" {
		return completionPrefix(l.prefix), nil
	}
	scope, err := contextScope(l.context)
	if err != nil {
		return "", err
	}
	return scope + l.prefix, nil
}

func subjectOf(s client.Schema) subjectView {
	return subjectView{
		Subject:    s.Subject,
		Type:       typeOf(s.SchemaType),
		Version:    s.Version,
		ID:         s.ID,
		GUID:       s.GUID,
		References: len(s.References),
		Rules:      ruleCount(s.RuleSet),
		Registered: registeredAt(s.Timestamp),
		Deleted:    s.Deleted != nil && *s.Deleted,
	}
}

func (l schemaList) table(a *app, view subjectsView) {
	if len(view.Subjects) == 0 {
		a.say("No subjects. Register one with 'accord schema register SUBJECT --file FILE'.")
		return
	}
	t := table{header: []string{"SUBJECT", "TYPE", "VERSION", "ID", "REFS", "REGISTERED"}, bold: a.colours(a.stdout)}
	if l.deleted {
		t.header = append(t.header, "STATE")
	}
	for _, s := range view.Subjects {
		row := []string{s.Subject, string(s.Type), strconv.Itoa(s.Version), strconv.Itoa(s.ID), strconv.Itoa(s.References), when(s.Registered)}
		if l.deleted {
			row = append(row, stateOf(s.Deleted))
		}
		t.add(row...)
	}
	t.print(a.stdout)
}

// typeOf names the language; registries before 8.0 leave Avro out.
func typeOf(f schema.Format) schema.Format {
	if f == "" {
		return schema.Avro
	}
	return f
}

func ruleCount(r *schema.RuleSet) int {
	if r == nil {
		return 0
	}
	return len(r.MigrationRules) + len(r.DomainRules) + len(r.EncodingRules)
}

func stateOf(deleted bool) string {
	if deleted {
		return "deleted"
	}
	return "active"
}
