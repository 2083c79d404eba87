package sqlflow

// bind adds a source of FROM to a scope.
func (r *resolver) bind(src *source, s *scope) {
	before := len(s.bindings)
	if src.sources != nil {
		for _, inner := range src.sources {
			r.bind(inner, s)
		}
		if src.alias != "" {
			for i := range s.bindings[before:] {
				s.bindings[before+i].path = []string{fold(src.alias)}
			}
		}
	} else {
		rel := r.source(src, s)
		s.owner.reads = append(s.owner.reads, rel)
		s.bindings = append(s.bindings, binding{bindingPath(src), rel})
	}
	r.join(src.join, before, s)
	if src.join.kind == "SEMI" || src.join.kind == "ANTI" {
		s.bindings = s.bindings[:before] // it decides which rows stay and gives none
	}
}

func bindingPath(src *source) []string {
	if src.alias != "" {
		return []string{fold(src.alias)}
	}
	path := make([]string, len(src.table))
	for i, part := range src.table {
		path[i] = fold(part)
	}
	return path
}

// source is the relation that a source of FROM gives.
func (r *resolver) source(src *source, s *scope) *relation {
	var rel *relation
	switch {
	case src.query != nil:
		rel = r.query(src.query, s, s.queries)
	case src.function != nil:
		rel = &relation{rest: rest{kind: restMade}}
		var from sources
		in := *s
		in.owner = rel // what is read in its arguments
		r.flow(src.function, &in, effect{subtype: Transformation}, &from)
		rel.rest.from = from.list
	case src.table != nil:
		rel = r.table(src.table, s.queries)
	default:
		rel = &relation{rest: rest{kind: restUnknown}}
	}
	if src.windowed != nil {
		rel = r.windowed(rel, src.windowed, s)
	}
	if src.opaque != "" {
		rel = &relation{rest: rest{kind: restUnknown}, reads: []*relation{rel}}
	}
	return r.renamed(src.at, rel, src.columns)
}

// renamed is a relation with the names for its columns that AS t(a, b) gives.
func (r *resolver) renamed(at int, rel *relation, names []string) *relation {
	if len(names) == 0 {
		return rel
	}
	if !r.spend(len(names) + len(rel.columns)) {
		return &relation{rest: rest{kind: restUnknown}, reads: []*relation{rel}}
	}
	if rel.rest.kind == restTable {
		r.note(at, "the columns of "+rel.rest.table.String()+" are not known, so what is renamed is not known either")
	}
	return rel.renamed(names)
}

// windowed adds the bounds of a window, which are made from a time column.
func (r *resolver) windowed(rel *relation, by []*expression, s *scope) *relation {
	out := &relation{rest: rel.rest, reads: []*relation{rel}}
	if !r.spend(len(rel.columns)) {
		out.rest.kind = restUnknown
		return out
	}
	for _, c := range rel.columns {
		out.add(c.name, c.from)
	}
	var from sources
	in := &scope{outer: s, queries: s.queries, owner: out, bindings: []binding{{rel: rel}}}
	for _, e := range by {
		r.flow(e, in, effect{subtype: Transformation}, &from)
	}
	for _, name := range []string{"window_start", "window_end", "window_time"} {
		out.add(name, from.list)
	}
	return out
}

// table is the relation of a name: a query that WITH names, what the script
// declares, or a stored table.
func (r *resolver) table(path []string, queries *namedQueries) *relation {
	if len(path) == 1 {
		if rel := queries.lookup(path[0]); rel != nil {
			return rel
		}
	}
	return r.stored(r.complete(path))
}

// stored is the relation of a table. One that the script does not declare has
// the columns that are known of it.
func (a *analysis) stored(name Name) *relation {
	if rel := a.known[name.fold()]; rel != nil {
		return rel
	}
	rel := &relation{name: name}
	a.known[name.fold()] = rel
	if a.columns != nil {
		for _, column := range a.columns(name) {
			rel.add(column, []Source{{Table: name, Column: column, Subtype: Identity}})
		}
	}
	if len(rel.columns) == 0 {
		rel.rest = rest{kind: restTable, table: name}
	}
	return rel
}

// join adds what the condition of a join decides. One that drops rows without
// a partner filters, too.
func (r *resolver) join(j join, before int, s *scope) {
	decide := func(subtype Subtype, expressions ...*expression) {
		r.influence(s.owner, s, clause{subtype, expressions, false})
	}
	if j.asOf != nil {
		decide(Join, j.asOf)
	}
	if j.on != nil {
		decide(Join, j.on)
		if j.drops() {
			decide(Filter, j.on)
		}
	}
	for _, name := range r.joined(j, before, s) {
		if s.shared == nil {
			s.shared = map[string]bool{}
		}
		s.shared[fold(name)] = true
		r.joinOn(name, j, s)
	}
}

// joined are the columns that USING and NATURAL compare.
func (r *resolver) joined(j join, before int, s *scope) []string {
	if !j.natural {
		return j.using
	}
	var names []string
	for _, b := range s.bindings[before:] {
		for _, c := range b.rel.columns {
			if !r.spend(before) {
				return names
			}
			for _, left := range s.bindings[:before] {
				if _, ok := left.rel.lookup(c.name); ok {
					names = append(names, c.name)
					break
				}
			}
		}
	}
	return names
}

func (r *resolver) joinOn(name string, j join, s *scope) {
	if !r.spend(len(s.bindings)) {
		return
	}
	for _, b := range s.bindings {
		from, _ := b.rel.column([]string{name})
		for _, source := range from {
			s.owner.influences = append(s.owner.influences, effect{subtype: Join}.on(source))
			if j.drops() {
				s.owner.influences = append(s.owner.influences, effect{subtype: Filter}.on(source))
			}
		}
	}
}
