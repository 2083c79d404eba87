package main

import (
	"context"
	"fmt"
	"slices"
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
becomes of them on the way.`,
		Example: `  accord lineage show orders-value
  accord lineage show orders-value --field amount --down
  accord lineage show kafka://broker:9092 orders --fields
  accord lineage show --job flink fraud-scoring --up --depth 2
  accord lineage show orders --output json`,
		Args: takes(1, 2, nodeArgs),
		RunE: a.does(func(ctx context.Context, args []string) error { return show.run(ctx, a, args) }),
	}
	show.lineageFlags.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&show.field, "field", "", "follow the field at `PATH`")
	flags.BoolVar(&show.fields, "fields", false, "follow every field")
	flags.BoolVar(&show.up, "up", false, "only what it is made of")
	flags.BoolVar(&show.down, "down", false, "only what is made of it")
	cmd.MarkFlagsMutuallyExclusive("up", "down")
	cmd.MarkFlagsMutuallyExclusive("field", "fields")
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

func (s lineageShow) run(ctx context.Context, a *app, args []string) error {
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
	way := lineage.Way("")
	switch {
	case s.up:
		way = lineage.Upstream
	case s.down:
		way = lineage.Downstream
	}
	found, err := c.Lineage(ctx, at, way, scope)
	if err != nil {
		return err
	}
	return a.show(s.output, found, func() { s.print(a, found) })
}

func (s lineageShow) print(a *app, found client.Lineage) {
	for _, n := range found.Nodes {
		f := facts{}
		f.add("Name", n.Name)
		f.add("Namespace", n.Namespace)
		f.add("Kind", strings.TrimSpace(string(n.Kind)+" "+strings.ToLower(n.DatasetType+n.JobType.JobType)))
		f.add("Owners", strings.Join(n.Owners, ", "))
		f.add("About", n.Description)
		f.add("Seen", fmt.Sprintf("%s, first %s", ago(a.now(), n.Last), ago(a.now(), n.First)))
		f.print(a.stdout)
		a.say("")
	}
	for _, side := range []struct {
		title string
		reach *lineage.Reach
	}{{"Upstream", found.Upstream}, {"Downstream", found.Downstream}} {
		if side.reach == nil {
			continue
		}
		if s.field != "" || s.fields {
			printFieldLinks(a, side.title, side.reach)
		} else {
			printReach(a, side.title, side.reach)
		}
	}
}

// printReach lists the hits of a walk as a tree along their shortest ways.
func printReach(a *app, title string, r *lineage.Reach) {
	if len(r.Hits) == 0 {
		a.say("%s: nothing is known\n", title)
		return
	}
	t := table{header: []string{strings.ToUpper(title), "KIND", "OWNERS", "KNOWN", "SURE", "SEEN"}, bold: a.colours(a.stdout)}
	below := map[int][]int{}
	for i := range r.Hits {
		below[above(r.Hits, i)] = append(below[above(r.Hits, i)], i)
	}
	var list func(parent int, indent string)
	list = func(parent int, indent string) {
		for _, i := range below[parent] {
			hit := r.Hits[i]
			t.add(indent+hit.Name, string(hit.Kind), ownersOf(hit.Who), knownBy(hit.Proven, hit.Status), fmt.Sprintf("%.2g", hit.Confidence), ago(a.now(), hit.LastSeen))
			list(i, indent+"  ")
		}
	}
	list(-1, "")
	t.print(a.stdout)
	printCut(a, r.Cut)
	a.say("")
}

// above is the hit that another is listed below: the job that it was reached
// through, or else the one before it, -1 for none.
func above(hits []lineage.Hit, i int) int {
	via := hits[i].Via
	through := slices.IndexFunc(hits[:i], func(h lineage.Hit) bool { return h.Kind == lineage.JobNode && h.ID == via })
	if via.IsZero() || through < 0 {
		return hits[i].Parent
	}
	return through
}

// knownBy says in a word how a thing is known.
func knownBy(proven bool, status lineage.Status) string {
	switch {
	case status != lineage.Current:
		return string(status)
	case proven:
		return "seen"
	default:
		return "guess"
	}
}

// printFieldLinks lists how fields are made of one another.
func printFieldLinks(a *app, title string, r *lineage.Reach) {
	if len(r.Links) == 0 {
		a.say("%s: nothing is known of fields", title)
	} else {
		t := table{header: []string{strings.ToUpper(title), "BECOMES", "HOW", "JOB", "SURE"}, bold: a.colours(a.stdout)}
		links := slices.Clone(r.Links)
		slices.SortStableFunc(links, func(x, y lineage.Link) int {
			if c := x.To.Compare(y.To); c != 0 {
				return c
			}
			return x.From.Compare(y.From)
		})
		for _, l := range links {
			t.add(fieldName(l.From), fieldName(l.To), transformationNames(l.Transformations), l.Via.Name, fmt.Sprintf("%.2g", l.Confidence))
		}
		t.print(a.stdout)
	}
	for _, b := range r.Blind {
		if b.Input.IsZero() {
			a.say("%s makes %s; of what is not known", printable(b.Job.Name, false), printable(b.Output.Name, false))
			continue
		}
		a.say("%s makes %s of %s; of which fields is not known", printable(b.Job.Name, false), printable(b.Output.Name, false), printable(b.Input.Name, false))
	}
	printCut(a, r.Cut)
	a.say("")
}

func fieldName(p lineage.Place) string {
	if p.Path == "" {
		return p.Name + " (all)"
	}
	return p.Name + "." + p.Path
}

func transformationNames(all []lineage.Transformation) string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = transformationName(t)
	}
	return strings.Join(names, ", ")
}

func transformationName(t lineage.Transformation) string {
	name := t.Type
	if t.Subtype != "" {
		name += "/" + t.Subtype
	}
	if t.Masking {
		name += " masked"
	}
	return name
}

// printCut says what was left out, so that nobody takes a part for the whole.
func printCut(a *app, c lineage.Cut) {
	if !c.Truncated {
		return
	}
	least := ""
	if c.AtLeast {
		least = "at least "
	}
	a.say("cut: %s%d more not shown, %d of those shown have neighbours beyond the depth; see --limit and --depth", least, c.Left, c.Deeper)
}
