package sla

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/accordhq/accord/schema/finding"
)

// The rules for a change. Each breaks the contract (design, section 4).
var (
	codeWeakened     = finding.ClaimChange("SLA_WEAKENED", "a service level promises less than before")
	codeRemoved      = finding.ClaimChange("SLA_REMOVED", "a service level is not promised any more")
	codeIncomparable = finding.ClaimChange("SLA_INCOMPARABLE", "a service level changed so that nobody can tell whether it promises less")
)

// Change is how a promise differs from the one before.
type Change string

// The changes. A promise that is stronger in one aspect and weaker in another
// is Mixed; Incomparable ones measure different things.
const (
	Same         Change = "same"
	Stronger     Change = "stronger"
	Weaker       Change = "weaker"
	Mixed        Change = "mixed"
	Incomparable Change = "incomparable"
)

// DefaultWindow is how long an objective is counted where the document does not
// say (contracts reference 5.3).
const DefaultWindow = 28 * 24 * time.Hour

// Compare says how next differs from old, two promises of one kind, with a
// clause for each aspect that got weaker or cannot be compared. What a promise
// leaves open is weaker than anything it could say.
func Compare(old, next Promise) (Change, []string) {
	c := comparison{}
	if old.Kind != next.Kind || old.Kind == "" {
		if old.Kind == next.Kind && old.Text == next.Text && fold(old.Property) == fold(next.Property) {
			return Same, nil
		}
		return Incomparable, []string{fmt.Sprintf("changed from %q to %q", abridged(old.Text), abridged(next.Text))}
	}
	c.subject("element", old.Element, next.Element)
	c.subject("clock", old.Clock, next.Clock)
	c.value(old, next)
	c.share("objective", old.Objective, next.Objective)
	c.share("percentile", old.Percentile, next.Percentile)
	c.window(old, next)
	return c.verdict()
}

// comparison gathers the aspects of two promises.
type comparison struct {
	weaker, incomparable []string
	stronger             bool
}

func (c *comparison) verdict() (Change, []string) {
	switch {
	case c.incomparable != nil:
		return Incomparable, slices.Concat(c.incomparable, c.weaker)
	case c.weaker != nil && c.stronger:
		return Mixed, c.weaker
	case c.weaker != nil:
		return Weaker, c.weaker
	case c.stronger:
		return Stronger, nil
	}
	return Same, nil
}

// subject compares what is measured: naming it for the first time says more.
func (c *comparison) subject(key, old, next string) {
	switch {
	case old == next:
	case old == "":
		c.stronger = true
	case next == "":
		c.weaker = append(c.weaker, fmt.Sprintf("lost its %s %s", key, abridged(old)))
	default:
		c.incomparable = append(c.incomparable, fmt.Sprintf("is measured on another %s: %s, before %s", key, abridged(next), abridged(old)))
	}
}

// order records an aspect that went one way: worse is whether that is weaker.
func (c *comparison) order(worse bool, clause string) {
	if worse {
		c.weaker = append(c.weaker, clause)
		return
	}
	c.stronger = true
}

func (c *comparison) value(old, next Promise) {
	was, is := old.Quantity, next.Quantity
	clause := fmt.Sprintf("went from %s to %s", was, is)
	way, ok := is.Compare(was)
	if !ok {
		c.incomparable = append(c.incomparable, clause)
		return
	}
	v, _ := vocabularyOf(old.Kind)
	if !v.bounded {
		if way != 0 {
			c.order((way > 0) == (v.weaker == up), clause)
		}
		return
	}
	c.bound(hasMin(old), hasMin(next), way, down, clause, "does not promise a minimum any more")
	c.bound(hasMax(old), hasMax(next), way, up, clause, "does not promise a maximum any more")
}

func hasMin(p Promise) bool { return p.Bound != "max" }
func hasMax(p Promise) bool { return p.Bound == "max" || p.Bound == "both" }

// bound compares one bound of two promises that may have it.
func (c *comparison) bound(old, next bool, way int, weaker direction, clause, lost string) {
	switch {
	case old && !next:
		c.weaker = append(c.weaker, lost)
	case !old && next:
		c.stronger = true
	case old && way != 0:
		c.order((way > 0) == (weaker == up), clause)
	}
}

// share compares an objective or percentile: more is stronger.
func (c *comparison) share(key string, old, next *big.Rat) {
	switch {
	case old == nil && next == nil:
	case old == nil:
		c.stronger = true
	case next == nil:
		c.weaker = append(c.weaker, fmt.Sprintf("lost its %s of %s", key, Quantity{Share, old}))
	default:
		if way := next.Cmp(old); way != 0 {
			c.order(way < 0, fmt.Sprintf("has the %s %s, before %s", key, Quantity{Share, next}, Quantity{Share, old}))
		}
	}
}

// window compares how long the objective is counted: a longer window lets bad
// minutes come together.
func (c *comparison) window(old, next Promise) {
	was, is := window(old), window(next)
	if was != is {
		c.order(is > was, fmt.Sprintf("is counted over %s, before %s", quantityOf(is), quantityOf(was)))
	}
}

func window(p Promise) time.Duration {
	if p.Window == 0 {
		return DefaultWindow
	}
	return p.Window
}

// quantityOf is a duration as a quantity.
func quantityOf(d time.Duration) Quantity {
	return Quantity{Duration, big.NewRat(int64(d), int64(time.Second))}
}

// Changes reports what the service levels of next promise less than those of
// old did. Promises are matched by id, and without one by kind and element. What
// either side could not read is a finding of Parse, and is passed over here.
func Changes(old, next []Promise, o Options) []finding.Finding {
	r, m := reader{options: o}, newMatcher(old, next)
	for _, was := range old {
		if was.Kind != "" && !was.Readable {
			continue
		}
		i := m.find(was)
		if i < 0 {
			r.add(finding.Finding{
				Code: codeRemoved, Severity: finding.Error, Path: was.path(),
				Message: was.title() + " was promised and is not any more", Hint: "put it back, or release a new major version of the contract",
				Evidence: []string{"promised before: " + was.said()},
			}, o.Place)
			continue
		}
		is := next[i]
		if is.Kind != "" && !is.Readable {
			continue
		}
		r.change(was, is)
	}
	return r.out
}

func (r *reader) change(was, is Promise) {
	change, clauses := Compare(was, is)
	f := finding.Finding{
		Severity: finding.Error, Path: is.path(),
		Evidence: []string{"before: " + was.said(), "now: " + is.said()},
	}
	switch change {
	case Same, Stronger:
		return
	case Incomparable:
		f.Code, f.Hint = codeIncomparable, "state it as before, or release a new major version of the contract"
	case Weaker, Mixed:
		f.Code, f.Hint = codeWeakened, "keep the promise, or release a new major version of the contract"
	}
	f.Message = is.title() + " " + clauses[0]
	for _, clause := range clauses[1:] {
		f.Message += ", and " + clause
	}
	r.add(f, is.Position)
}

// said is the promise in words.
func (p Promise) said() string {
	if !p.Readable {
		return abridged(p.Text)
	}
	text := p.Quantity.String()
	if p.Percentile != nil {
		text += " at percentile " + decimal(new(big.Rat).Mul(p.Percentile, big.NewRat(100, 1)))
	}
	if p.Objective != nil {
		text += fmt.Sprintf(" for %s of %s", Quantity{Share, p.Objective}, quantityOf(window(p)))
	}
	return text
}

// matcher finds the promises of before among those of now.
type matcher struct {
	next []Promise
	// ids and subjects are those of before, nextIDs where the ids of now stand.
	ids      map[string]bool
	subjects map[subject]bool
	nextIDs  map[string]int
}

// subject is what a promise is about, whatever its id.
type subject struct {
	kind              Kind
	property, element string
}

func (p Promise) subject() subject {
	if p.Kind != "" {
		return subject{p.Kind, "", p.Element}
	}
	return subject{"", fold(p.Property), p.Element}
}

func newMatcher(old, next []Promise) matcher {
	m := matcher{next: next, ids: map[string]bool{}, subjects: map[subject]bool{}, nextIDs: map[string]int{}}
	for _, p := range old {
		m.ids[p.ID], m.subjects[p.subject()] = true, true
	}
	for i, p := range next {
		if _, taken := m.nextIDs[p.ID]; !taken && p.ID != "" {
			m.nextIDs[p.ID] = i
		}
	}
	return m
}

// find returns where a promise of before stands now, -1 if it is gone: the one
// with its id; or else the one on the same subject, or the same thing on a
// subject that is new, unless its id belongs to another promise of before.
func (m matcher) find(was Promise) int {
	if i, ok := m.nextIDs[was.ID]; ok {
		return i
	}
	sought := was.subject()
	fallback := -1
	for i, p := range m.next {
		s := p.subject()
		switch {
		case p.ID != "" && m.ids[p.ID] || s.kind != sought.kind || s.property != sought.property:
		case s == sought:
			return i
		case fallback < 0 && !m.subjects[s]:
			fallback = i
		}
	}
	return fallback
}
