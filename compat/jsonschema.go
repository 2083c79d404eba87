package compat

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsonschema"
)

const (
	// maxJSONSteps bounds the pairs compared and the differences collected.
	maxJSONSteps = 1_000_000
	// maxJSONDepth bounds how many pairs lie within one another.
	maxJSONDepth = 1_000
)

// compareJSON finds what changed from the writer's schema (the original) to the
// reader's (the update), by Confluent's rules (compatibility reference 4).
//
// Whether one branch of a union fits another depends on the policy, so that a
// pair that fails under Strict is compared again under Lenient where that could
// matter: what fails under the first alone has the verdict LenientOnly.
func compareJSON(ctx context.Context, reader, writer *jsonschema.Schema, sides Sides, wanted jsonWanted) ([]Difference, error) {
	strict := newJSONComparison(ctx, Strict, wanted)
	found, err := strict.run(writer.Root(), reader.Root())
	if err != nil {
		return nil, err
	}
	out := found.differences(sides)
	if !found.broken || !strict.lenientSeen {
		return out, nil
	}
	lenient := newJSONComparison(ctx, Lenient, breakingAlone)
	again, err := lenient.run(writer.Root(), reader.Root())
	if err != nil {
		return nil, err
	}
	if !again.broken {
		for i := range out {
			if out[i].Verdict == Incompatible {
				out[i].Verdict = LenientOnly
			}
		}
	}
	return out, nil
}

// jsonWanted says which differences a comparison keeps. Those it does not keep
// count all the same.
type jsonWanted bool

const (
	allDifferences jsonWanted = false
	// breakingAlone leaves out what is compatible under every policy.
	breakingAlone jsonWanted = true
)

// jsonComparison compares the pairs of two schema graphs under one policy.
type jsonComparison struct {
	ctx    context.Context //nolint:containedctx // a comparison lives for one call
	policy Policy
	wanted jsonWanted
	steps  int
	depth  int
	err    error

	// results are the pairs of this round; inside is how far inside the data
	// the comparison is.
	results jsonPairs
	inside  int
	// broken are the pairs known to be incompatible, from all rounds.
	broken map[jsonPair]bool
	// assumed: an open pair was taken for compatible in this round.
	assumed bool
	// same is the result of all pairs that do not differ; nobody writes to it.
	same jsonResult
	// lenientSeen: a difference was found that the policy decides about.
	lenientSeen bool
	// paths are what is left of the last paths that were made together.
	paths []jsonPath
}

type jsonPair struct{ original, update *jsonType }

// jsonPairs finds pairs. The first few, which are all of most comparisons, are
// found by looking at each.
type jsonPairs struct {
	few  [8]*jsonPairDiff
	used int
	rest map[jsonPair]*jsonPairDiff
}

func (s *jsonPairs) find(pair jsonPair) *jsonPairDiff {
	for _, p := range s.few[:s.used] {
		if p.pair == pair {
			return p
		}
	}
	return s.rest[pair]
}

func (s *jsonPairs) put(p *jsonPairDiff) {
	if s.used < len(s.few) {
		s.few[s.used] = p
		s.used++
		return
	}
	if s.rest == nil {
		s.rest = map[jsonPair]*jsonPairDiff{}
	}
	s.rest[p.pair] = p
}

// jsonResult is what a pair was found to differ in.
type jsonResult struct {
	// diffs are the differences that are wanted, of so many.
	diffs  []jsonDiff
	count  int
	broken bool
	// unfounded: the pair is being compared already, for the same value. That
	// it might be compatible is no reason for it to be.
	unfounded bool
}

// jsonDiff is a difference with its path from the pair it belongs to. Where the
// two schemas stand is looked up for the differences that are told.
type jsonDiff struct {
	kind             string
	verdict          Verdict
	path             *jsonPath
	original, update *jsonschema.Node
	inner            []jsonDiff
}

// jsonPath is a path in steps, so that moving a difference further down costs
// no copy of it.
type jsonPath struct {
	step  string
	below *jsonPath
}

// keyword is what the last step begins with, which the pair's schemas have if
// they have anything there.
func (p *jsonPath) keyword() string {
	for p.below != nil {
		p = p.below
	}
	keyword, _, _ := strings.Cut(p.step, "/")
	return keyword
}

// String prints the path, which begins at the root of the schema.
func (p *jsonPath) String() string {
	size := len("#")
	for at := p; at != nil; at = at.below {
		size += len("/") + len(at.step)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('#')
	for at := p; at != nil; at = at.below {
		if at.step != "" {
			b.WriteByte('/')
			b.WriteString(at.step)
		}
	}
	if b.Len() == len("#") {
		return "#/"
	}
	return b.String()
}

func newJSONComparison(ctx context.Context, policy Policy, wanted jsonWanted) *jsonComparison {
	return &jsonComparison{ctx: ctx, policy: policy, wanted: wanted}
}

// path makes a path. Many are made, a few at a time.
func (c *jsonComparison) path(step string, below *jsonPath) *jsonPath {
	if len(c.paths) == 0 {
		c.paths = make([]jsonPath, 4)
	}
	p := &c.paths[0]
	c.paths = c.paths[1:]
	p.step, p.below = step, below
	return p
}

// run compares two roots until the set of incompatible pairs no longer grows:
// a pair met inside itself is first taken for compatible, which holds only if
// it turns out so.
func (c *jsonComparison) run(original, update *jsonschema.Node) (*jsonResult, error) {
	for {
		known := len(c.broken)
		c.results, c.assumed = jsonPairs{}, false
		found := c.compare(original, update)
		if c.err != nil {
			return nil, c.err
		}
		if !c.assumed || len(c.broken) == known {
			return found, nil
		}
	}
}

// step counts work, and reports whether to go on.
func (c *jsonComparison) step(n int) bool {
	before := c.steps
	c.steps += n
	switch {
	case c.err != nil:
	case c.steps > maxJSONSteps || c.depth > maxJSONDepth:
		c.err = ErrTooComplex
	case before/1024 != c.steps/1024 && c.ctx.Err() != nil:
		c.err = fmt.Errorf("compare JSON Schemas: %w", c.ctx.Err())
	}
	return c.err == nil
}

// compare compares two schemas, of which one or both may be absent
// (compatibility reference 4.3, step 1).
func (c *jsonComparison) compare(original, update *jsonschema.Node) *jsonResult {
	switch {
	case original == nil && update == nil:
		return &jsonResult{}
	case original == nil:
		return c.only("SCHEMA_ADDED", nil, update)
	case update == nil:
		return c.only("SCHEMA_REMOVED", original, nil)
	case original.Same(update):
		c.step(1)
		return &c.same
	}
	return c.compareTypes(typeOf(original), typeOf(update))
}

func (c *jsonComparison) only(kind string, original, update *jsonschema.Node) *jsonResult {
	p := &jsonPairDiff{c: c, original: original, update: update}
	p.add(kind, "")
	return &p.jsonResult
}

// compareTypes is compare for schemas in the inner model: each pair once, but
// for those that hold no others.
func (c *jsonComparison) compareTypes(original, update *jsonType) *jsonResult {
	pair := jsonPair{original, update}
	switch met := c.results.find(pair); {
	case met == nil:
	case met.open:
		c.assumed = true
		return &jsonResult{broken: c.broken[pair], unfounded: met.inside == c.inside}
	default:
		return &met.jsonResult
	}
	if !c.step(1) {
		return &jsonResult{}
	}
	if original.class.plain() && update.class.plain() {
		return c.comparePlain(original, update)
	}
	p := &jsonPairDiff{c: c, pair: pair, original: original.node, update: update.node, open: true, inside: c.inside}
	c.results.put(p)
	c.depth++
	p.compare(original, update)
	c.depth--
	p.open = false
	if p.broken {
		if c.broken == nil {
			c.broken = map[jsonPair]bool{}
		}
		c.broken[pair] = true
	}
	return &p.jsonResult
}

// comparePlain compares schemas that hold no others. Most of them do not differ.
func (c *jsonComparison) comparePlain(original, update *jsonType) *jsonResult {
	p := jsonPairDiff{c: c, original: original.node, update: update.node}
	p.compare(original, update)
	if p.count == 0 {
		return &c.same
	}
	found := p.jsonResult
	return &found
}

// jsonPairDiff collects the differences of one pair.
type jsonPairDiff struct {
	jsonResult
	c                *jsonComparison
	pair             jsonPair
	original, update *jsonschema.Node
	// open: the pair is on the way from the root, met this far inside the data.
	open   bool
	inside int
}

// add notes a difference at a path below the pair. Its place is the keyword the
// path begins with, if the schemas have it.
func (p *jsonPairDiff) add(kind, path string) {
	verdict := jsonVerdict(kind)
	if verdict == LenientOnly {
		p.c.lenientSeen = true
	}
	if (Difference{Verdict: verdict}).Breaks(p.c.policy) {
		p.broken = true
	}
	p.count++
	if verdict != Compatible || p.c.wanted == allDifferences {
		p.diffs = append(p.diffs, jsonDiff{
			kind: kind, verdict: verdict, path: p.c.path(path, nil), original: p.original, update: p.update,
		})
	}
	p.c.step(1)
}

// placeOf is where a schema has a keyword, or stands itself if it lacks it.
func placeOf(n *jsonschema.Node, keyword string) Location {
	if n == nil {
		return Location{}
	}
	at := Location{Path: "#" + cmp.Or(n.Pointer, "/")}
	if n.File == "" {
		at.Position = n.PositionOf(keyword)
	}
	return at
}

// compareInside compares schemas of something inside the value that the pair is
// about: a member or an item.
func (p *jsonPairDiff) compareInside(original, update *jsonschema.Node) *jsonResult {
	p.c.inside++
	found := p.c.compare(original, update)
	p.c.inside--
	return found
}

// include adds what a pair below was found to differ in.
func (p *jsonPairDiff) include(sub *jsonResult, path string) {
	if p.includes(sub) {
		p.diffs = p.c.appendBelow(p.diffs, path, sub.diffs)
	}
}

// includes counts what a pair below was found to differ in, and reports whether
// any of it is kept.
func (p *jsonPairDiff) includes(sub *jsonResult) bool {
	p.broken = p.broken || sub.broken
	p.count += sub.count
	return p.c.step(sub.count) && len(sub.diffs) > 0
}

// appendBelow appends differences moved under a path.
func (c *jsonComparison) appendBelow(dst []jsonDiff, path string, diffs []jsonDiff) []jsonDiff {
	if path == "" {
		return append(dst, diffs...)
	}
	for _, d := range diffs {
		d.path = c.path(path, d.path)
		d.inner = c.appendBelow(nil, path, d.inner)
		dst = append(dst, d)
	}
	return dst
}

// differences renders what was found.
func (r *jsonResult) differences(sides Sides) []Difference {
	out := make([]Difference, 0, len(r.diffs))
	for _, d := range r.diffs {
		out = append(out, d.difference(sides))
	}
	return out
}

func (d jsonDiff) difference(sides Sides) Difference {
	path, keyword := d.path.String(), d.path.keyword()
	out := Difference{
		Format: schema.JSON, Kind: d.kind, Path: path, Description: describeJSON(d.kind, path, sides),
		Verdict: d.verdict, ReaderAt: placeOf(d.update, keyword), WriterAt: placeOf(d.original, keyword),
	}
	for _, i := range d.inner {
		out.Inner = append(out.Inner, i.difference(sides))
	}
	return out
}
