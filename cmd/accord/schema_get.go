package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

func newSchemaGet(a *app) *cobra.Command {
	var get schemaGet
	cmd := &cobra.Command{
		Use:   "get SUBJECT[@VERSION] | --id N | --guid GUID",
		Short: "Show a schema and what the registry knows of it",
		Long: `Show a schema: the newest version of a subject, the version named after @, or
the schema with an id or a GUID. JSON and Avro are indented for reading;
--raw prints the text byte for byte and nothing else.`,
		Example: `  accord schema get orders-value
  accord schema get orders-value@3 --output yaml
  accord schema get --id 17
  accord schema get orders-value --raw > orders.avsc`,
		Args:              takes(0, 1, "a subject, --id or --guid"),
		ValidArgsFunction: a.subjectNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return get.run(ctx, a, args) }),
	}
	cmd.Flags().IntVar(&get.id, "id", 0, "the schema with this `ID`")
	cmd.Flags().StringVar(&get.guid, "guid", "", "the schema with this `GUID`")
	cmd.Flags().StringVar(&get.context, "context", "", "look the id up in context `NAME`")
	cmd.Flags().BoolVar(&get.raw, "raw", false, "print the text alone, as stored")
	cmd.Flags().BoolVar(&get.deleted, "deleted", false, "find soft-deleted versions too")
	addOutput(cmd, &get.output)
	return cmd
}

type schemaGet struct {
	id            int
	guid, context string
	raw, deleted  bool
	output        format
}

func (g schemaGet) run(ctx context.Context, a *app, args []string) error {
	if err := g.check(args); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	a.about, _, _ = splitVersion(first(args))
	view, err := g.read(ctx, c, args)
	if err != nil {
		return err
	}
	if g.raw {
		_, err := a.stdout.Write([]byte(view.Schema))
		return err
	}
	return a.show(g.output, view, func() { g.table(a, view) })
}

func (g schemaGet) check(args []string) error {
	const hint = "name one: accord schema get SUBJECT[@VERSION], --id N or --guid GUID"
	named := len(args)
	if g.id != 0 {
		named++
	}
	if g.guid != "" {
		named++
	}
	switch {
	case named == 0:
		return misuse(hint, "no schema is named")
	case named > 1:
		return misuse(hint, "more than one schema is named")
	case g.id < 0:
		return misuse(hint, "--id %d: ids start at 1", g.id)
	case g.context != "" && g.id == 0:
		return misuse("a subject names its context itself: ':.eu:orders-value'", "--context goes with --id alone")
	}
	return nil
}

func (g schemaGet) read(ctx context.Context, c *client.Client, args []string) (schemaView, error) {
	switch {
	case g.guid != "":
		guid, err := schema.ParseGUID(g.guid)
		if err != nil {
			return schemaView{}, misuse("a GUID looks like 095d71cf-1255-6b9d-5e33-0ad575b3df5d", "--guid: %w", err)
		}
		s, err := c.SchemaByGUID(ctx, guid, "")
		return viewOfString(s, 0), err
	case g.id != 0:
		var opts client.IDOptions
		if g.context != "" {
			scope, err := contextScope(g.context)
			if err != nil {
				return schemaView{}, err
			}
			opts.Subject = scope
		}
		s, err := c.SchemaByID(ctx, g.id, opts)
		return viewOfString(s, g.id), err
	}
	subject, version, _ := splitVersion(args[0])
	s, err := c.Version(ctx, subject, version, client.ReadOptions{Deleted: g.deleted})
	return viewOfSchema(s), err
}

func viewOfSchema(s client.Schema) schemaView {
	return schemaView{
		Subject: s.Subject, Version: s.Version, ID: s.ID, GUID: s.GUID, Type: typeOf(s.SchemaType),
		References: s.References, Metadata: s.Metadata, RuleSet: s.RuleSet,
		Registered: registeredAt(s.Timestamp), Deleted: s.Deleted != nil && *s.Deleted, Schema: s.Schema,
	}
}

func viewOfString(s client.SchemaString, id int) schemaView {
	return schemaView{
		Subject: s.Subject, Version: s.Version, ID: id, GUID: s.GUID, Type: typeOf(s.SchemaType),
		References: s.References, Metadata: s.Metadata, RuleSet: s.RuleSet,
		Registered: registeredAt(s.Timestamp), Deleted: s.Deleted != nil && *s.Deleted, Schema: s.Schema,
	}
}

func (g schemaGet) table(a *app, view schemaView) {
	var f facts
	f.add("Subject", view.Subject)
	f.add("Version", numbered(view.Version))
	f.add("ID", numbered(view.ID))
	if (view.GUID != schema.GUID{}) {
		f.add("GUID", view.GUID.String())
	}
	f.add("Type", string(view.Type))
	for _, ref := range view.References {
		f.add("Uses", referenceLine(ref))
	}
	addMetadata(&f, view.Metadata)
	if n := ruleCount(view.RuleSet); n > 0 {
		f.add("Rules", fmt.Sprintf("%d (see --output yaml)", n))
	}
	f.add("Registered", when(view.Registered))
	if view.Deleted {
		f.add("State", "soft-deleted")
	}
	f.print(a.stdout)
	a.say("\n%s", strings.TrimRight(printable(readable(view.Type, view.Schema), true), "\n"))
}

func referenceLine(ref schema.Reference) string {
	used := fmt.Sprintf("%s version %d", ref.Subject, ref.Version)
	if ref.Name != ref.Subject {
		used += " as " + ref.Name
	}
	return used
}

func addMetadata(f *facts, m *schema.Metadata) {
	if m == nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(m.Properties)) {
		value := m.Properties[key]
		if slices.Contains(m.Sensitive, key) {
			value = "(sensitive)"
		}
		f.add("Property", key+" = "+value)
	}
	for _, path := range slices.Sorted(maps.Keys(m.Tags)) {
		f.add("Tagged", path+": "+strings.Join(m.Tags[path], ", "))
	}
}

func numbered(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// readable indents what is JSON; Protobuf is laid out by its author.
func readable(f schema.Format, text string) string {
	if f == schema.Protobuf {
		return text
	}
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		return text // not strict JSON: the author's layout is the best there is
	}
	return out.String()
}
