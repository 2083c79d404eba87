package compat

import "github.com/accordhq/accord/schema/jsontree"

// bound is a keyword that limits a number: a value, a length, a count. The
// others are the kinds of what can happen to it.
type bound struct{ keyword, added, removed, increased, decreased string }

func newBound(keyword, kind string) bound {
	return bound{keyword, kind + "_ADDED", kind + "_REMOVED", kind + "_INCREASED", kind + "_DECREASED"}
}

var (
	stringBounds = []bound{newBound("maxLength", "MAX_LENGTH"), newBound("minLength", "MIN_LENGTH")}
	numberBounds = []bound{
		newBound("maximum", "MAXIMUM"),
		newBound("minimum", "MINIMUM"),
		newBound("exclusiveMaximum", "EXCLUSIVE_MAXIMUM"),
		newBound("exclusiveMinimum", "EXCLUSIVE_MINIMUM"),
	}
	objectBounds = []bound{newBound("maxProperties", "MAX_PROPERTIES"), newBound("minProperties", "MIN_PROPERTIES")}
	arrayBounds  = []bound{newBound("maxItems", "MAX_ITEMS"), newBound("minItems", "MIN_ITEMS")}
	containBound = []bound{newBound("maxContains", "MAX_CONTAINS"), newBound("minContains", "MIN_CONTAINS")}
)

// bounds compares limits. A value that is no number, as the exclusiveMaximum of
// draft-04 is, counts as absent.
func (p *jsonPairDiff) bounds(bounds []bound) {
	for i := range bounds {
		b := &bounds[i]
		original, update := p.original.Keyword(b.keyword), p.update.Keyword(b.keyword)
		has, had := update.Is(jsontree.Number), original.Is(jsontree.Number)
		switch {
		case !has && !had:
		case !had:
			p.add(b.added, b.keyword)
		case !has:
			p.add(b.removed, b.keyword)
		default:
			switch c := parseDecimal(update.Text).compare(parseDecimal(original.Text)); {
			case c > 0:
				p.add(b.increased, b.keyword)
			case c < 0:
				p.add(b.decreased, b.keyword)
			}
		}
	}
}

func (p *jsonPairDiff) strings() {
	p.bounds(stringBounds)
	original, had := p.original.Keyword("pattern").StringValue()
	update, has := p.update.Keyword("pattern").StringValue()
	switch {
	case !had && has:
		p.add("PATTERN_ADDED", "pattern")
	case had && !has:
		p.add("PATTERN_REMOVED", "pattern")
	case original != update:
		p.add("PATTERN_CHANGED", "pattern")
	}
}

func (p *jsonPairDiff) numbers(wasInteger, isInteger bool) {
	p.bounds(numberBounds)
	p.multiples()
	switch {
	case wasInteger && !isInteger:
		p.add("TYPE_EXTENDED", "")
	case !wasInteger && isInteger:
		p.add("TYPE_NARROWED", "")
	}
}

func (p *jsonPairDiff) multiples() {
	const keyword = "multipleOf"
	original, update := p.original.Keyword(keyword), p.update.Keyword(keyword)
	has, had := update.Is(jsontree.Number), original.Is(jsontree.Number)
	switch {
	case !has && !had:
		return
	case !had:
		p.add("MULTIPLE_OF_ADDED", keyword)
		return
	case !has:
		p.add("MULTIPLE_OF_REMOVED", keyword)
		return
	}
	from, to := parseDecimal(original.Text), parseDecimal(update.Text)
	switch {
	case from.compare(to) == 0:
	case to.multipleOf(from):
		p.add("MULTIPLE_OF_EXPANDED", keyword)
	case from.multipleOf(to):
		p.add("MULTIPLE_OF_REDUCED", keyword)
	default:
		p.add("MULTIPLE_OF_CHANGED", keyword)
	}
}
