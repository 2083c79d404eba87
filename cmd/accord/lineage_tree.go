package main

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// printTree lists the hits of a walk among nodes along their shortest ways.
func printTree(a *app, title string, r *lineage.Reach) {
	if len(r.Hits) == 0 {
		a.say("%s: nothing is known\n", title)
		return
	}
	t := a.sparseTable(strings.ToUpper(title), "KIND", "OWNERS", "EVIDENCE", "SURE", "SEEN")
	b := newBranches(r)
	hidden := 0
	var list func(parent int, indent string)
	list = func(parent int, indent string) {
		for _, i := range b.below[parent] {
			hit := &r.Hits[i]
			if hit.Hidden {
				hidden++
				list(i, indent)
				continue
			}
			cells := []string{indent + hit.Name, hitKind(hit), ownersOf(hit.Who), b.evidence(i), sureOf(hit.Confidence), ago(a.now(), hit.LastSeen)}
			if hit.Status != lineage.Current || !hit.Proven || hit.Tool {
				t.addFaint(cells...)
			} else {
				t.add(cells...)
			}
			list(i, indent+"  ")
		}
	}
	list(-1, "")
	t.print(a.stdout)
	if hidden > 0 {
		a.say("%s by rules", counted(hidden, "job is hidden", "jobs are hidden"))
	}
	printCut(a, r.Cut)
	a.say("")
}

func hitKind(h *lineage.Hit) string {
	if h.Tool {
		return "tool"
	}
	return nodeWord(h.Node)
}

// branches are the hits of a walk as a tree.
type branches struct {
	reach *lineage.Reach
	// above is the hit that each is listed below, -1 for none; below are those
	// listed below each, in order.
	above []int
	below map[int][]int
	// links are those between two hits, first those between a hit and a node that
	// was asked for.
	links map[[2]lineage.Node]*lineage.Link
	first map[lineage.Node]*lineage.Link
}

func newBranches(r *lineage.Reach) *branches {
	b := &branches{
		reach: r, above: make([]int, len(r.Hits)), below: map[int][]int{},
		links: map[[2]lineage.Node]*lineage.Link{}, first: map[lineage.Node]*lineage.Link{},
	}
	at := map[lineage.Node]int{}
	for i, h := range r.Hits {
		at[h.Node] = i
	}
	for i, h := range r.Hits {
		b.above[i] = h.Parent
		// What was reached through a job is listed below the job.
		through, ok := at[lineage.Node{Kind: lineage.JobNode, ID: h.Via}]
		if ok && !h.Via.IsZero() && through < i {
			b.above[i] = through
		}
		b.below[b.above[i]] = append(b.below[b.above[i]], i)
	}
	for i := range r.Links {
		l := &r.Links[i]
		for _, ends := range [][2]lineage.Node{{l.From.Node, l.To.Node}, {l.To.Node, l.From.Node}} {
			if _, ok := at[ends[1]]; !ok {
				b.first[ends[0]] = l
			}
			b.links[ends] = l
		}
	}
	return b
}

// evidence says how the step to a hit is known, and what is to be said against
// it: that it was not seen for long, or that the way to it is a guess.
func (b *branches) evidence(i int) string {
	h := &b.reach.Hits[i]
	var words []string
	if l := b.link(i); l != nil && len(l.Sightings) > 0 {
		words = append(words, evidenceOf(l.Sightings))
	}
	if h.Status != lineage.Current {
		words = append(words, string(h.Status))
	}
	if !h.Proven {
		words = append(words, "a guess")
	}
	return strings.Join(words, ", ")
}

// link is that between a hit and what it is listed below, nil where that was
// cut.
func (b *branches) link(i int) *lineage.Link {
	node := b.reach.Hits[i].Node
	if above := b.above[i]; above >= 0 {
		return b.links[[2]lineage.Node{node, b.reach.Hits[above].Node}]
	}
	return b.first[node]
}

// printFlows lists how fields are made of one another, at most so many.
func printFlows(a *app, title string, r *lineage.Reach, most int) {
	if len(r.Links) == 0 {
		a.say("%s: nothing is known of fields", title)
	} else {
		links := slices.Clone(r.Links)
		slices.SortStableFunc(links, func(x, y lineage.Link) int {
			if c := x.To.Compare(y.To); c != 0 {
				return c
			}
			return x.From.Compare(y.From)
		})
		t := a.sparseTable(strings.ToUpper(title), "BECOMES", "HOW", "JOB", "EVIDENCE", "SURE", "SEEN")
		for _, l := range links[:min(len(links), most)] {
			cells := []string{
				fieldName(l.From), fieldName(l.To), transformationNames(l.Transformations), l.Via.Name,
				evidenceOf(l.Sightings), sureOf(l.Confidence), ago(a.now(), l.Last),
			}
			if l.Status != lineage.Current || !l.Proven {
				t.addFaint(cells...)
			} else {
				t.add(cells...)
			}
		}
		t.print(a.stdout)
		if left := len(links) - most; left > 0 {
			a.say("%d more; see --limit, or --field for one", left)
		}
	}
	printBlind(a, r)
	printCut(a, r.Cut)
	a.say("")
}

// maxBlind is how many outputs are named of which no fields are known.
const maxBlind = 10

// printBlind says where the fields' ways are lost.
func printBlind(a *app, r *lineage.Reach) {
	for _, b := range r.Blind[:min(len(r.Blind), maxBlind)] {
		if b.Input.IsZero() {
			a.say("%s makes %s; of what is not known", printable(b.Job.Name, false), printable(b.Output.Name, false))
			continue
		}
		a.say("%s makes %s of %s; of which fields is not known", printable(b.Job.Name, false), printable(b.Output.Name, false), printable(b.Input.Name, false))
	}
	if left := len(r.Blind) + r.BlindLeft - maxBlind; left > 0 {
		a.say("and %d more of which fields are not known", left)
	}
}

// printCut says what was left out, so that nobody takes a part for the whole.
func printCut(a *app, c lineage.Cut) {
	if c.Left > 0 || c.AtLeast {
		least := ""
		if c.AtLeast {
			least = "at least "
		}
		a.say("%s%d more; see --limit", least, c.Left)
	}
	if c.Deeper > 0 {
		a.say("%s on; see --depth", counted(c.Deeper, "of these leads", "of these lead"))
	}
}
