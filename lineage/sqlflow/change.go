package sqlflow

// changed says what UPDATE and MERGE write.
func (r *resolver) changed(st *statement, queries *namedQueries, target Name) (*relation, []ColumnFlow) {
	rel := &relation{}
	c := st.change
	others := &scope{queries: queries, owner: rel, items: rel}
	for _, src := range c.from {
		r.bind(src, others)
	}
	table := r.stored(target)
	all := *others
	all.bindings = append(others.bindings[:len(others.bindings):len(others.bindings)], binding{c.path(target), table})
	if c.on != nil {
		r.influence(rel, &all, clause{Join, []*expression{c.on}, false})
	}
	r.influence(rel, &all, clause{Filter, c.where, false})
	set := assigned{index: map[string]int{}}
	if c.all {
		r.assignAll(st, others, table, &set)
	}
	for _, a := range c.assignments {
		in := &all
		if a.inserted {
			in = others // a row that is new has no columns to read
		}
		r.flow(a.value, in, effect{}, set.column(a.column))
	}
	columns := set.flows()
	if mentions(target, columns, rel.influences) {
		rel.reads = append(rel.reads, table)
	}
	return rel, columns
}

// path is what the table written is called in the statement.
func (c *change) path(target Name) []string {
	if c.alias != "" {
		return []string{fold(c.alias)}
	}
	return []string{fold(target.Catalog), fold(target.Database), fold(target.Table)}
}

// assignAll assigns to each column of the table written, or if those are not
// known to each there is, the one of the same name.
func (r *resolver) assignAll(st *statement, others *scope, table *relation, set *assigned) {
	for _, b := range others.bindings {
		names := table.names()
		if names == nil && b.rel.rest.kind != restNone {
			r.starNote(st.at, b.rel)
			continue
		}
		if names == nil {
			names = b.rel.names()
		}
		for _, name := range names {
			from, _ := b.rel.column([]string{name})
			if !r.spend(1 + len(from)) {
				return
			}
			for _, source := range from {
				set.column(name).add(source)
			}
		}
	}
}

// assigned gathers what columns are set to in the branches of a statement.
type assigned struct {
	index map[string]int
	names []string
	from  []*sources
}

func (a *assigned) column(name string) *sources {
	i, ok := a.index[fold(name)]
	if !ok {
		i = len(a.names)
		a.index[fold(name)] = i
		a.names = append(a.names, name)
		a.from = append(a.from, &sources{})
	}
	return a.from[i]
}

func (a *assigned) flows() []ColumnFlow {
	var out []ColumnFlow
	for i, name := range a.names {
		out = append(out, ColumnFlow{name, a.from[i].list})
	}
	return out
}

// mentions says whether columns of a table are among the sources.
func mentions(table Name, columns []ColumnFlow, influences []Source) bool {
	for _, c := range append(columns[:len(columns):len(columns)], ColumnFlow{From: influences}) {
		for _, s := range c.From {
			if s.Table == table {
				return true
			}
		}
	}
	return false
}
