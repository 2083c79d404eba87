package sqlflow

import "strconv"

// resolver turns the tree of one statement into relations.
type resolver struct {
	*analysis
	faults
	begin int  // of the statement
	spent bool // the end of the work has been noted
}

// spend takes n of the work a script may cost; false if there is none left.
func (r *resolver) spend(n int) bool {
	r.work -= n
	if r.work >= 0 {
		return true
	}
	if !r.spent {
		r.spent = true
		r.note(r.begin, "the script asks for too many columns: those from here on are not known")
	}
	return false
}

// query resolves a query; queries are those that it may read by name.
func (r *resolver) query(q *query, outer *scope, queries *namedQueries) *relation {
	queries = r.with(q.ctes, q.recursive, outer, queries)
	return r.body(q, outer, queries, nil)
}

// body resolves a query without its WITH. first is told the first term of a
// UNION before the others are looked at, for recursion.
func (r *resolver) body(q *query, outer *scope, queries *namedQueries, first func(*relation)) *relation {
	rel, within := r.term(q.first, outer, queries)
	if first != nil {
		first(rel)
	}
	for _, op := range q.rest {
		term, _ := r.term(op.term, outer, queries)
		rel, within = r.combine(op, rel, term), nil
	}
	if within == nil {
		within = &scope{outer: outer, queries: queries, owner: rel, items: rel, bindings: []binding{{rel: rel}}}
	}
	r.influence(rel, within, clause{Sort, q.order, true})
	return rel
}

// with resolves named queries in order, so that each knows those before.
func (r *resolver) with(ctes []cte, recursive bool, outer *scope, queries *namedQueries) *namedQueries {
	if len(ctes) == 0 {
		return queries
	}
	own := &namedQueries{outer: queries, relations: make(map[string]*relation, len(ctes))}
	for _, c := range ctes {
		var first func(*relation)
		if recursive {
			first = func(rel *relation) { own.relations[fold(c.name)] = r.renamed(c.query.at, rel, c.columns) }
		}
		inner := r.with(c.query.ctes, c.query.recursive, outer, own)
		rel := r.body(c.query, outer, inner, first)
		own.relations[fold(c.name)] = r.renamed(c.query.at, rel, c.columns)
	}
	return own
}

func (r *resolver) term(t term, outer *scope, queries *namedQueries) (*relation, *scope) {
	switch {
	case t.query != nil:
		return r.query(t.query, outer, queries), nil
	case t.selection != nil:
		return r.selection(t.selection, outer, queries)
	}
	return r.values(t.rows, outer, queries), nil
}

// values resolves VALUES: a column is made from what stands at its place in
// any row.
func (r *resolver) values(rows [][]*expression, outer *scope, queries *namedQueries) *relation {
	rel := &relation{}
	if len(rows) == 0 {
		return rel
	}
	s := &scope{outer: outer, queries: queries, owner: rel}
	from := make([]sources, len(rows[0]))
	for _, row := range rows {
		for i := range min(len(row), len(from)) {
			r.flow(row[i], s, effect{}, &from[i])
		}
	}
	for i := range from {
		rel.add(unnamed(i), from[i].list)
	}
	return rel
}

// unnamed is the name of column i of a query that gives it none, as Flink has
// it.
func unnamed(i int) string { return "EXPR$" + strconv.Itoa(i) }

// combine joins two terms by position: UNION has the columns of both,
// INTERSECT and EXCEPT have those of the first, and the second decides which
// rows stay.
func (r *resolver) combine(op operation, a, b *relation) *relation {
	out := &relation{reads: []*relation{a, b}}
	if a.rest.kind != restNone || op.union && b.rest.kind != restNone {
		if op.union {
			r.note(op.at, "which columns of the two queries go together is not known, as * cannot be expanded")
			out.rest.kind = restUnknown
			return out
		}
		out.rest = a.rest
	}
	if op.union && !op.byName && len(a.columns) != len(b.columns) {
		r.note(op.at, "the two queries have "+strconv.Itoa(len(a.columns))+" and "+strconv.Itoa(len(b.columns))+" columns")
	}
	for i, c := range a.columns {
		var from sources
		other, _ := b.counterpart(op, i, c.name)
		if !r.spend(1 + len(c.from) + len(other)) {
			out.rest.kind = restUnknown
			return out
		}
		for _, s := range c.from {
			from.add(s)
		}
		for _, s := range other {
			if op.union {
				from.add(s)
			} else {
				out.influences = append(out.influences, effect{subtype: Filter}.on(s))
			}
		}
		out.add(c.name, from.list)
	}
	if !op.all && op.union {
		r.distinct(out)
	}
	return out
}

// counterpart is the column that meets column i of another relation.
func (r *relation) counterpart(op operation, i int, name string) ([]Source, bool) {
	switch {
	case op.byName:
		return r.lookup(name)
	case i < len(r.columns):
		return r.columns[i].from, true
	}
	return nil, false
}

// distinct notes that equal rows are made one: all columns decide about that.
func (r *resolver) distinct(rel *relation) {
	for _, c := range rel.columns {
		if !r.spend(len(c.from)) {
			return
		}
		for _, s := range c.from {
			rel.influences = append(rel.influences, effect{subtype: GroupBy}.on(s))
		}
	}
}

func (r *resolver) selection(s *selection, outer *scope, queries *namedQueries) (*relation, *scope) {
	rel := &relation{}
	in := &scope{outer: outer, queries: queries, owner: rel, items: rel, windows: s.windows}
	for _, src := range s.from {
		r.bind(src, in)
	}
	for _, it := range s.items {
		if it.star != nil {
			r.expand(it, in, rel)
			continue
		}
		var from sources
		r.flow(it.expression, in, effect{}, &from)
		for _, name := range it.columns(len(rel.columns)) {
			rel.add(name, from.list)
		}
	}
	in.inClause = true
	for _, c := range s.clauses {
		r.influence(rel, in, c)
	}
	if s.distinct {
		r.distinct(rel)
	}
	return rel, in
}

// columns are what the columns of item i of a select list are called.
func (it item) columns(i int) []string {
	if len(it.names) > 0 {
		return it.names
	}
	if path := it.expression.path; len(path) > 0 {
		if last := path[len(path)-1]; last != "[]" && last != "{}" {
			return []string{last}
		}
	}
	return []string{unnamed(i)}
}

// influence adds what a clause decides to all columns of a relation.
func (r *resolver) influence(rel *relation, s *scope, c clause) {
	if len(c.expressions) == 0 {
		return
	}
	in := *s
	in.inClause, in.itemsFirst = c.items, c.subtype == Sort
	var from sources
	for _, e := range c.expressions {
		if i, err := strconv.Atoi(e.position); c.items && err == nil && i > 0 && i <= len(s.items.columns) && s.items.rest.kind == restNone {
			for _, source := range s.items.columns[i-1].from {
				from.add(effect{subtype: c.subtype}.on(source))
			}
			continue
		}
		r.flow(e, &in, effect{subtype: c.subtype}, &from)
	}
	rel.influences = append(rel.influences, from.list...)
}

// expand adds the columns that * and t.* stand for.
func (r *resolver) expand(it item, s *scope, rel *relation) {
	if it.star.of != nil {
		var from sources
		r.flow(it.star.of, s, effect{subtype: Transformation}, &from)
		r.expandBinding(&relation{rest: rest{kind: restMade, from: from.list}}, rel, nil, nil)
		return
	}
	except := map[string]bool{}
	for _, name := range it.star.except {
		except[fold(name)] = true
	}
	replaced := map[string][]Source{}
	for _, re := range it.star.replaced {
		if re.star == nil && len(re.names) > 0 {
			var from sources
			r.flow(re.expression, s, effect{}, &from)
			replaced[fold(re.names[0])] = from.list
		}
	}
	met := false
	once := map[string]bool{}
	for _, b := range s.bindings {
		if len(it.star.table) > 0 && !b.called(it.star.table) {
			continue
		}
		met = true
		r.expandBinding(b.rel, rel, func(name string) (skip bool) {
			key := fold(name)
			skip = except[key] || s.shared[key] && once[key]
			once[key] = true
			return skip
		}, replaced)
	}
	if !met {
		r.note(it.at, "what * stands for is not known")
		rel.rest.kind = restUnknown
	}
}

func (r *resolver) expandBinding(of, into *relation, skip func(string) bool, replaced map[string][]Source) {
	if !r.spend(len(of.columns)) {
		into.rest.kind = restUnknown
		return
	}
	for _, c := range of.columns {
		if skip(c.name) {
			continue
		}
		from, ok := replaced[fold(c.name)]
		if !ok {
			from = c.from
		}
		into.add(c.name, from)
	}
	switch {
	case of.rest.kind == restNone:
	case into.rest.kind == restNone:
		into.rest = of.rest
	default:
		into.rest = rest{kind: restUnknown}
	}
}
