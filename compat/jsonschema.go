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
func compareJSON(ctx context.Context, reader, writer *jsonschema.Schema, sides Sides) ([]Difference, error) {
	strict := newJSONComparison(ctx, Strict)
	found, err := strict.run(writer.Root(), reader.Root())
	if err != nil {
		return nil, err
	}
	out := found.differences(sides)
	if !found.broken || !strict.lenientSeen {
		return out, nil
	}
	lenient := newJSONComparison(ctx, Lenient)
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

// jsonComparison compares the pairs of two schema graphs under one policy.
type jsonComparison struct {
	ctx    context.Context //nolint:containedctx // a comparison lives for one call
	policy Policy
	steps  int
	depth  int
	err    error

	// results are the pairs of this round; inside is how far inside the data
	// the comparison is.
	results map[jsonPair]*jsonPairDiff
	inside  int
	// broken are the pairs known to be incompatible, from all rounds.
	broken map[jsonPair]bool
	// assumed: an open pair was taken for compatible in this round.
	assumed bool
	// same is the result of all pairs that do not differ; nobody writes to it.
	same jsonResult
	// lenientSeen: a difference was found that the policy decides about.
	lenientSeen bool
}

type jsonPair struct{ original, update *jsonType }

// jsonResult is what a pair was found to differ in.
type jsonResult struct {
	diffs  []jsonDiff
	broken bool
	// unfounded: the pair is being compared already, for the same value. That
	// it might be compatible is no reason for it to be.
	unfounded bool
}

// jsonDiff is a difference with its path from the pair it belongs to.
type jsonDiff struct {
	kind             string
	verdict          Verdict
	path             *jsonPath
	original, update Location
	inner            []jsonDiff
}

// jsonPath is a path in steps, so that moving a difference further down costs
// no copy of it.
type jsonPath struct {
	step  string
	below *jsonPath
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

func newJSONComparison(ctx context.Context, policy Policy) *jsonComparison {
	return &jsonComparison{ctx: ctx, policy: policy}
}

// run compares two roots until the set of incompatible pairs no longer grows:
// a pair met inside itself is first taken for compatible, which holds only if
// it turns out so.
func (c *jsonComparison) run(original, update *jsonschema.Node) (*jsonResult, error) {
	for {
		known := len(c.broken)
		c.results, c.assumed = map[jsonPair]*jsonPairDiff{}, false
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
	switch met := c.results[pair]; {
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
	p := &jsonPairDiff{c: c, original: original.node, update: update.node, open: true, inside: c.inside}
	if original.class.plain() && update.class.plain() {
		p.compare(original, update)
		return &p.jsonResult
	}
	c.results[pair] = p
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

// jsonPairDiff collects the differences of one pair.
type jsonPairDiff struct {
	jsonResult
	c                *jsonComparison
	original, update *jsonschema.Node
	// open: the pair is on the way from the root, met this far inside the data.
	open   bool
	inside int
}

// add notes a difference at a path below the pair. Its place is the keyword the
// path begins with, if the schema has it.
func (p *jsonPairDiff) add(kind, path string) {
	verdict := jsonVerdict(kind)
	if verdict == LenientOnly {
		p.c.lenientSeen = true
	}
	if (Difference{Verdict: verdict}).Breaks(p.c.policy) {
		p.broken = true
	}
	keyword, _, _ := strings.Cut(path, "/")
	p.diffs = append(p.diffs, jsonDiff{
		kind: kind, verdict: verdict, path: &jsonPath{step: path},
		original: placeOf(p.original, keyword), update: placeOf(p.update, keyword),
	})
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
	defer func() { p.c.inside-- }()
	return p.c.compare(original, update)
}

// include adds what a pair below was found to differ in.
func (p *jsonPairDiff) include(sub *jsonResult, path string) {
	p.broken = p.broken || sub.broken
	if p.c.step(len(sub.diffs)) {
		p.diffs = appendBelow(p.diffs, path, sub.diffs)
	}
}

// appendBelow appends differences moved under a path.
func appendBelow(dst []jsonDiff, path string, diffs []jsonDiff) []jsonDiff {
	if path == "" {
		return append(dst, diffs...)
	}
	for _, d := range diffs {
		d.path = &jsonPath{step: path, below: d.path}
		d.inner = appendBelow(nil, path, d.inner)
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
	path := d.path.String()
	out := Difference{
		Format: schema.JSON, Kind: d.kind, Path: path, Description: describeJSON(d.kind, path, sides),
		Verdict: d.verdict, ReaderAt: d.update, WriterAt: d.original,
	}
	for _, i := range d.inner {
		out.Inner = append(out.Inner, i.difference(sides))
	}
	return out
}
