package compat

import (
	"slices"

	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/jsontree"
)

// compare compares two schemas of the inner model (compatibility reference 4.3,
// steps 2 to 5).
func (p *jsonPairDiff) compare(original, update *jsonType) {
	if p.throughMember(original, update) {
		return
	}
	if original.class != update.class {
		if original.class != jsonFalse && update.class != jsonEmpty && !bothBytes(original, update) {
			p.add("TYPE_CHANGED", "")
			p.explainType(original, update)
		}
		return
	}
	if original.class == jsonObject && p.original.SameOutline(p.update) {
		p.properties()
		return
	}
	p.annotations(original, update)
	switch original.class {
	case jsonEmpty, jsonFalse, jsonBoolean, jsonNull, jsonConditional:
	case jsonString:
		p.strings()
	case jsonNumber:
		p.numbers(original.integer, update.integer)
	case jsonObject:
		p.objects()
	case jsonArray:
		p.arrays()
	case jsonEnum:
		p.enums()
	case jsonConst:
		p.constants()
	case jsonNot:
		p.negations()
	case jsonCombined:
		p.combined(original, update)
	}
}

// throughMember compares a plain schema with a combined one through its
// members, and reports whether one of them settled it.
func (p *jsonPairDiff) throughMember(original, update *jsonType) bool {
	switch {
	case original.class != jsonCombined && update.class == jsonCombined:
		kind := ""
		if update.criterion != allOf {
			kind = "SUM_TYPE_EXTENDED"
		}
		return p.anyMember(update.members, kind, func(m *jsonType) *jsonResult { return p.c.compareTypes(original, m) })
	case original.class == jsonCombined && update.class != jsonCombined:
		kind := ""
		if original.criterion == allOf {
			kind = "PRODUCT_TYPE_NARROWED"
		}
		return p.anyMember(original.members, kind, func(m *jsonType) *jsonResult { return p.c.compareTypes(m, update) })
	}
	return false
}

// anyMember looks for a member that is compatible. The only member needs no
// kind to say that it was chosen among several; without a kind several settle
// nothing.
func (p *jsonPairDiff) anyMember(members []jsonMember, kind string, compare func(*jsonType) *jsonResult) bool {
	if len(members) > 1 && kind == "" {
		return false
	}
	for _, m := range members {
		sub := compare(m.resolve())
		if sub.broken || sub.unfounded || p.c.err != nil {
			continue
		}
		p.include(sub, "")
		if len(members) > 1 {
			p.add(kind, "")
		}
		return true
	}
	return false
}

// explainType puts what the members of one class differ in behind a
// TYPE_CHANGED between a plain and a combined schema.
func (p *jsonPairDiff) explainType(original, update *jsonType) {
	if original.class != jsonCombined && update.class != jsonCombined {
		return
	}
	var inner []jsonDiff
	for _, o := range p.alternatives(original) {
		for _, u := range p.alternatives(update) {
			if o.class == u.class && o.class != jsonCombined && (o != original || u != update) {
				inner = append(inner, p.breaking(p.c.compareTypes(o, u))...)
			}
		}
	}
	p.diffs[len(p.diffs)-1].inner = inner
}

// alternatives are the members of a combined schema, or the schema itself.
func (p *jsonPairDiff) alternatives(t *jsonType) []*jsonType {
	if t.class != jsonCombined {
		return []*jsonType{t}
	}
	out := make([]*jsonType, len(t.members))
	for i, m := range t.members {
		out[i] = m.resolve()
	}
	return out
}

// breaking are the differences of a result that are not compatible.
func (p *jsonPairDiff) breaking(r *jsonResult) []jsonDiff {
	var out []jsonDiff
	for _, d := range r.diffs {
		if d.verdict != Compatible && p.c.step(1) {
			out = append(out, d)
		}
	}
	return out
}

// bothBytes: Kafka Connect writes bytes as what it likes.
func bothBytes(original, update *jsonType) bool {
	return isBytes(original) && isBytes(update)
}

func isBytes(t *jsonType) bool {
	s, _ := t.node.Keyword("connect.type").StringValue()
	return s == "bytes"
}

// annotations compares what says something about a whole schema.
func (p *jsonPairDiff) annotations(original, update *jsonType) {
	if original.part || update.part {
		return
	}
	for _, a := range []struct{ keyword, kind string }{
		{"$id", "ID_CHANGED"}, {"title", "TITLE_CHANGED"}, {"description", "DESCRIPTION_CHANGED"}, {"default", "DEFAULT_CHANGED"},
	} {
		if !sameValue(annotation(p.original, a.keyword), annotation(p.update, a.keyword)) {
			p.add(a.kind, "")
		}
	}
}

func annotation(n *jsonschema.Node, keyword string) *jsontree.Node {
	if keyword == "$id" && n.Draft == jsonschema.Draft4 {
		keyword = "id"
	}
	return n.Keyword(keyword)
}

func (p *jsonPairDiff) enums() {
	original, update := valueSet(p.original.Keyword("enum")), valueSet(p.update.Keyword("enum"))
	extended, narrowed := containsAll(update, original), containsAll(original, update)
	switch {
	case extended && narrowed:
	case extended:
		p.add("ENUM_ARRAY_EXTENDED", "enum")
	case narrowed:
		p.add("ENUM_ARRAY_NARROWED", "enum")
	default:
		p.add("ENUM_ARRAY_CHANGED", "enum")
	}
}

func (p *jsonPairDiff) constants() {
	if !sameValue(p.original.Keyword("const"), p.update.Keyword("const")) {
		p.add("ENUM_ARRAY_CHANGED", "const")
	}
}

// negations compares what is forbidden backwards: the update may forbid less.
func (p *jsonPairDiff) negations() {
	back := p.c.compare(p.update.Not, p.original.Not)
	switch {
	case back.broken:
		p.add("NOT_TYPE_EXTENDED", "not")
	case back.count > 0:
		p.add("NOT_TYPE_NARROWED", "not")
	}
}

// containsAll reports whether every key of b is in a.
func containsAll[V any](a, b map[string]V) bool {
	for k := range b {
		if _, ok := a[k]; !ok {
			return false
		}
	}
	return true
}

// combined compares two combined schemas (compatibility reference 4.7).
func (p *jsonPairDiff) combined(original, update *jsonType) {
	if p.sameTypes(original, update) {
		return
	}
	switch {
	case original.criterion == update.criterion:
	case extendsCriterion(original, update):
		p.add("COMBINED_TYPE_EXTENDED", "")
	default:
		p.add("COMBINED_TYPE_CHANGED", "")
		return
	}
	from, to := p.distinct(original.members), p.distinct(update.members)
	switch product := update.criterion == allOf; {
	case len(from) < len(to) && product:
		p.add("PRODUCT_TYPE_EXTENDED", "")
	case len(from) < len(to):
		p.add("SUM_TYPE_EXTENDED", "")
	case len(from) > len(to) && product:
		p.add("PRODUCT_TYPE_NARROWED", "")
	case len(from) > len(to):
		p.add("SUM_TYPE_NARROWED", "")
	}
	p.match(original.criterion, from, to)
}

// sameTypes compares schemas that name the same types one by one, and reports
// whether that settled it: then it is what a matching would choose.
func (p *jsonPairDiff) sameTypes(original, update *jsonType) bool {
	if !original.namesTypes() || !update.namesTypes() || !slices.Equal(original.node.Types, update.node.Types) {
		return false
	}
	results := make([]*jsonResult, 0, 8)
	for i, m := range original.members {
		sub := p.c.compareTypes(m.part, update.members[i].part)
		if sub.broken {
			return false
		}
		results = append(results, sub)
	}
	for i, sub := range results {
		if p.includes(sub) {
			p.diffs = p.c.appendBelow(p.diffs, memberPath(anyOf, i), sub.diffs)
		}
	}
	return true
}

// extendsCriterion: the update's keyword accepts what the original's did.
func extendsCriterion(original, update *jsonType) bool {
	one, single := len(original.members) == 1, len(update.members) == 1
	return update.criterion == anyOf || one && single || one && update.criterion == oneOf ||
		single && original.criterion == allOf
}

// distinct resolves members and drops those that repeat another. Parts never
// do.
func (p *jsonPairDiff) distinct(members []jsonMember) []*jsonType {
	type key struct {
		file string
		text uint64
	}
	var seen map[key]bool
	out := make([]*jsonType, 0, len(members))
	for _, m := range members {
		if m.part == nil {
			k := key{m.node.File, m.node.TextHash()}
			if seen[k] {
				continue
			}
			if seen == nil {
				seen = make(map[key]bool, len(members))
			}
			seen[k] = true
		}
		out = append(out, m.resolve())
	}
	return out
}

// match pairs members that are compatible, as many as can be. Members that did
// not change are paired with themselves beforehand: whoever else would fit one
// of the two fits what the other would have had.
func (p *jsonPairDiff) match(criterion string, from, to []*jsonType) {
	m := p.memberResults(from, to)
	if p.c.err != nil {
		return
	}
	partner, size := maximumMatching(m.edges, len(to))
	taken := make([]bool, len(to))
	for i, j := range partner {
		if j >= 0 {
			taken[j] = true
			p.include(m.at(i, j), memberPath(criterion, i))
		}
	}
	if size == min(len(from), len(to)) {
		return
	}
	p.add("COMBINED_TYPE_SUBSCHEMAS_CHANGED", "")
	last := &p.diffs[len(p.diffs)-1]
	for i, j := range partner {
		if j < 0 {
			inner := p.closest(m.rows[i], func(k int) bool { return !taken[m.changed[k]] && to[m.changed[k]].class == from[i].class })
			last.inner = p.c.appendBelow(last.inner, memberPath(criterion, i), inner)
		}
	}
}

// jsonMemberResults are what the members of two combined schemas were found to
// differ in.
type jsonMemberResults struct {
	// edges lists for every member of the original those of the update that it
	// is compatible with.
	edges [][]int
	// changed are the members of the update that are not as they were, rows the
	// results of comparing them with a member of the original; nil for one that
	// is as it was.
	changed []int
	rows    [][]*jsonResult
	same    *jsonResult
}

// at is the result of two members that are compatible.
func (m *jsonMemberResults) at(i, j int) *jsonResult {
	if m.rows[i] == nil {
		return m.same
	}
	k, _ := slices.BinarySearch(m.changed, j)
	return m.rows[i][k]
}

func (p *jsonPairDiff) memberResults(from, to []*jsonType) *jsonMemberResults {
	unchanged, changed := unchangedMembers(from, to)
	m := &jsonMemberResults{
		edges: make([][]int, len(from)), changed: changed, rows: make([][]*jsonResult, len(from)), same: &p.c.same,
	}
	for i, o := range from {
		if j, ok := unchanged[i]; ok {
			m.edges[i] = []int{j}
			continue
		}
		m.rows[i] = make([]*jsonResult, len(changed))
		for k, j := range changed {
			m.rows[i][k] = p.c.compareTypes(o, to[j])
			if p.c.err != nil {
				return m
			}
			if !m.rows[i][k].broken {
				m.edges[i] = append(m.edges[i], j)
			}
		}
	}
	return m
}

// closest returns the breaking differences from the member that has the fewest
// of them, of those that may be meant.
func (p *jsonPairDiff) closest(results []*jsonResult, may func(int) bool) []jsonDiff {
	var best []jsonDiff
	for k, result := range results {
		if !p.c.step(1) || !may(k) {
			continue
		}
		if diffs := p.breaking(result); len(diffs) > 0 && (best == nil || len(diffs) < len(best)) {
			best = diffs
		}
	}
	return best
}

// unchangedMembers pairs members that certainly mean the same, by their indexes
// in the original, and lists the indexes of the update that are left.
func unchangedMembers(from, to []*jsonType) (pairs map[int]int, changed []int) {
	var byText map[uint64]int
	for j, u := range to {
		if !u.part {
			if byText == nil {
				byText = make(map[uint64]int, len(to))
			}
			byText[u.node.TextHash()] = j
		}
	}
	taken := make([]bool, len(to))
	for i, o := range from {
		if o.part || byText == nil {
			continue
		}
		if j, ok := byText[o.node.TextHash()]; ok && !taken[j] && o.node.Same(to[j].node) {
			if pairs == nil {
				pairs = map[int]int{}
			}
			pairs[i], taken[j] = j, true
		}
	}
	changed = make([]int, 0, len(to)-len(pairs))
	for j := range to {
		if !taken[j] {
			changed = append(changed, j)
		}
	}
	return pairs, changed
}
