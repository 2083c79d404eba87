package compat

import (
	"context"
	"math"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// Bounds of one comparison of Avro schemas.
const (
	// maxAvroSteps bounds the work, in rules looked at.
	maxAvroSteps = 2_000_000
	// maxAvroListed is how many pairs of types are listed before those that
	// were listed elsewhere are left out.
	maxAvroListed = 1000
)

// Kinds of Avro differences, named as Apache Avro names them. AMBIGUOUS is ours:
// Apache's checker fails without an answer there.
const (
	avroNameMismatch   = "NAME_MISMATCH"
	avroTypeMismatch   = "TYPE_MISMATCH"
	avroFixedSize      = "FIXED_SIZE_MISMATCH"
	avroEnumSymbols    = "MISSING_ENUM_SYMBOLS"
	avroUnionBranch    = "MISSING_UNION_BRANCH"
	avroFieldMissing   = "READER_FIELD_MISSING_DEFAULT_VALUE"
	avroFieldAmbiguous = "READER_FIELD_AMBIGUOUS"
)

// compareAvro lists what keeps the reader from data of the writer, by the rules
// of Apache Avro's checker (compatibility reference 2): depth first, in the
// order of the reader's fields, names before contents, with Java's locations.
// Behind those come the changes that break nothing.
//
// The verdict is the greatest fixed point of the rules over all pairs of types:
// a pair of recursive types is compatible unless something in them is not, and
// no answer given under that assumption outlives it.
func compareAvro(ctx context.Context, reader, writer *avro.Schema, sides Sides) ([]Difference, error) {
	c := &avroComparison{ctx: ctx, sides: sides, pairs: map[avroPair]*avroNode{}}
	root := avroPair{reader.Root, writer.Root}
	if err := c.decide(root); err != nil {
		return nil, err
	}
	breaking, err := c.list(root, place{earliest: math.MaxInt})
	if err != nil {
		return nil, err
	}
	compatible, err := c.changes(root)
	for _, change := range compatible.noted {
		breaking = append(breaking, change.Difference)
	}
	return breaking, err
}

// avroPair is a type to read with and a type that was written with. Types are
// told apart by identity: two versions share names, not types.
type avroPair struct{ reader, writer *avro.Type }

// avroNode is what is known of a pair: its rules, whether one of them failed,
// and the pairs that rely on it.
type avroNode struct {
	rules  []avroRule
	failed bool
	// order counts failures: a pair fails because of pairs that failed before.
	order      int
	queued     bool
	dependents []*avroNode
}

// avroComparison is one call of compareAvro.
type avroComparison struct {
	ctx   context.Context //nolint:containedctx // lives for one comparison
	sides Sides
	steps int

	pairs map[avroPair]*avroNode
	// fresh are pairs not looked at yet, stale those that relied on a pair that
	// failed. Fresh ones go first, so that failures gather.
	fresh, stale []*avroNode

	failures int
	// assumed pairs hold, whatever their rules say.
	assumed map[avroPair]bool

	// open are the pairs around the place that is being listed, listed those
	// that have been, places how many there were.
	open, listed map[avroPair]bool
	places       int
}

// step counts work and fails when there is too much of it, or time is up.
func (c *avroComparison) step() error {
	c.steps++
	if c.steps > maxAvroSteps {
		return ErrTooComplex
	}
	if c.steps%1024 == 0 {
		return c.ctx.Err()
	}
	return nil
}

// decide finds for every pair that root relies on whether it fails. Pairs hold
// until a rule fails; then those relying on them are looked at again.
func (c *avroComparison) decide(root avroPair) error {
	c.node(root)
	for {
		queue := &c.fresh
		if len(c.fresh) == 0 {
			queue = &c.stale
		}
		if len(*queue) == 0 {
			return nil
		}
		n := (*queue)[len(*queue)-1]
		*queue = (*queue)[:len(*queue)-1]
		n.queued = false
		satisfied, err := c.satisfied(n)
		if err != nil {
			return err
		}
		if satisfied || n.failed {
			continue
		}
		n.failed = true
		c.failures++
		n.order = c.failures
		for _, d := range n.dependents {
			if !d.queued {
				d.queued = true
				c.stale = append(c.stale, d)
			}
		}
		n.dependents = nil
	}
}

// node finds a pair or, the first time, queues it with its rules. Pairs that
// are compatible at first sight have none: it returns nil.
func (c *avroComparison) node(p avroPair) *avroNode {
	if p.plain() || c.assumed[p] {
		return nil
	}
	n := c.pairs[p]
	if n == nil {
		c.steps += p.size()
		n = &avroNode{rules: p.rules(), queued: true}
		c.pairs[p] = n
		c.fresh = append(c.fresh, n)
	}
	return n
}

// satisfied applies a pair's rules to what is known now. It looks at all of
// them, even those of a pair that failed: listing needs to know every pair.
func (c *avroComparison) satisfied(n *avroNode) (bool, error) {
	all := true
	for _, rule := range n.rules {
		if err := c.step(); err != nil {
			return false, err
		}
		ok, err := c.needs(n, rule)
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

// needs reports whether a rule is satisfied, and notes that n relies on it.
func (c *avroComparison) needs(n *avroNode, rule avroRule) (bool, error) {
	for _, reader := range rule.readers {
		p := avroPair{reader, rule.writer}
		c.steps += len(reader.Aliases)
		if err := c.step(); err != nil {
			return false, err
		}
		if rule.kind != "" && p.hopeless() {
			continue
		}
		needed := c.node(p)
		if needed == nil {
			return true, nil
		}
		if !needed.failed {
			needed.dependents = append(needed.dependents, n)
			return true, nil
		}
	}
	return false, nil
}

// holds reports whether a decided pair is compatible. A pair without a node is
// hopeless.
func (c *avroComparison) holds(p avroPair) bool {
	if p.plain() {
		return true
	}
	n := c.pairs[p]
	return n != nil && !n.failed
}

// place is where a pair is listed: its path, how many pairs are around it, and
// the order of the earliest failure among them.
type place struct {
	path     string
	depth    int
	earliest int
}

// list names what is wrong with a pair at a place. Pairs around it count as
// compatible: what is wrong with them is listed there.
func (c *avroComparison) list(p avroPair, at place) ([]Difference, error) {
	if c.holds(p) || c.open[p] || c.listed[p] && c.places >= maxAvroListed {
		return nil, nil
	}
	if c.open == nil {
		c.open, c.listed = map[avroPair]bool{}, map[avroPair]bool{}
	}
	if at.depth > 4*schema.MaxDepth {
		return nil, ErrTooComplex
	}
	c.places++
	c.open[p], c.listed[p] = true, true
	defer delete(c.open, p)
	if err := c.decide(p); err != nil { // it may have been hopeless, and not looked into
		return nil, err
	}
	n := c.pairs[p]
	var out []Difference
	for _, rule := range n.rules {
		below := place{at.path + rule.at, at.depth + 1, min(at.earliest, n.order)}
		found, err := c.listRule(rule, below)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// listRule lists what is wrong with one rule.
func (c *avroComparison) listRule(rule avroRule, at place) ([]Difference, error) {
	if err := c.step(); err != nil {
		return nil, err
	}
	if rule.kind == "" {
		return c.list(avroPair{rule.readers[0], rule.writer}, at)
	}
	for _, reader := range rule.readers {
		if fails, err := c.fails(avroPair{reader, rule.writer}, at); err != nil || !fails {
			return nil, err
		}
	}
	d := rule.difference(at.path, c.sides)
	if best, ok := rule.bestBranch(); ok {
		var err error
		if d.Inner, err = c.list(best, at); err != nil {
			return nil, err
		}
	}
	return []Difference{d}, nil
}

// fails reports whether a pair has a fault of its own at a place, one that
// would be there if all pairs around were compatible.
func (c *avroComparison) fails(p avroPair, at place) (bool, error) {
	switch {
	case c.holds(p) || c.open[p]:
		return false, nil
	case c.pairs[p] == nil || c.pairs[p].order < at.earliest:
		return true, nil
	}
	alone := &avroComparison{ctx: c.ctx, steps: c.steps, pairs: map[avroPair]*avroNode{}, assumed: c.open}
	err := alone.decide(p)
	c.steps = alone.steps
	return !alone.holds(p), err
}
