package sqlflow

import "slices"

// relation is a table as a query sees it: columns, each with the columns of
// stored tables it is made from.
type relation struct {
	// name is set for stored tables alone.
	name    Name
	columns []column
	// index finds the first indexed columns by their folded names; of two with
	// one name it has the first. It grows when a column is looked for: most
	// relations are passed on as they are.
	index   map[string]int
	indexed int
	// rest says what a column is that is not among columns.
	rest rest
	// writable are the columns INSERT fills if it lists none; nil is all.
	writable []string
	// reads are the relations this one is made from.
	reads []*relation
	// influences bear on all columns.
	influences []Source
}

type column struct {
	name string
	from []Source
}

// rest is what a relation says of columns it does not list.
type rest struct {
	kind restKind
	// table has them, as they are, if kind is restTable.
	table Name
	// from are what they are made of if kind is restMade.
	from []Source
}

type restKind uint8

const (
	restNone    restKind = iota // there are no others
	restTable                   // they are columns of a table that is not known
	restMade                    // a function makes them
	restUnknown                 // nothing is known of them, and that has been said
)

func (r *relation) add(name string, from []Source) {
	r.columns = append(r.columns, column{name, from})
}

// lookup finds a column that is listed.
func (r *relation) lookup(name string) ([]Source, bool) {
	if r.index == nil {
		r.index = make(map[string]int, len(r.columns))
	}
	for ; r.indexed < len(r.columns); r.indexed++ {
		key := fold(r.columns[r.indexed].name)
		if _, taken := r.index[key]; !taken {
			r.index[key] = r.indexed
		}
	}
	i, ok := r.index[fold(name)]
	if !ok {
		return nil, false
	}
	return r.columns[i].from, true
}

// unlisted is what a column is that is not listed, by its path; false if there
// is none.
func (r *relation) unlisted(path []string) ([]Source, bool) {
	switch r.rest.kind {
	case restNone:
		return nil, false
	case restTable:
		return nested([]Source{{Table: r.rest.table, Column: path[0], Subtype: Identity}}, path[1:]), true
	case restMade:
		return r.rest.from, true
	}
	return nil, true
}

// column is what a path within the relation is.
func (r *relation) column(path []string) ([]Source, bool) {
	if from, ok := r.lookup(path[0]); ok {
		return nested(from, path[1:]), true
	}
	return r.unlisted(path)
}

// nested takes a field out of columns. What is a column as it is has the field
// as it is; of what was made of columns, no more is known.
func nested(from []Source, steps []string) []Source {
	if len(steps) == 0 {
		return from
	}
	out := slices.Clone(from)
	for i := range out {
		if out[i].Subtype != Identity || len(out[i].Column) > maxPath {
			continue
		}
		for _, step := range steps {
			if step != "[]" && step != "{}" {
				step = "." + step
			}
			out[i].Column += step
		}
	}
	return out
}

// renamed is the relation under other names for its columns, as AS t(a, b)
// gives them.
func (r *relation) renamed(names []string) *relation {
	out := &relation{reads: []*relation{r}}
	for i, name := range names {
		switch {
		case r.rest.kind == restMade:
			out.add(name, r.rest.from)
		case i < len(r.columns) && r.rest.kind == restNone:
			out.add(name, r.columns[i].from)
		default:
			out.rest.kind = restUnknown
		}
	}
	if r.rest.kind == restNone {
		for _, c := range r.columns[min(len(names), len(r.columns)):] {
			out.add(c.name, c.from)
		}
	}
	return out
}

// names are the names of all columns, nil if they are not known.
func (r *relation) names() []string {
	if r.rest.kind != restNone {
		return nil
	}
	out := make([]string, len(r.columns))
	for i, c := range r.columns {
		out[i] = c.name
	}
	return out
}

// collect gives the stored tables below a relation and what influences its
// rows, each once.
func (r *resolver) collect(rel *relation) (tables []*relation, influences []Source) {
	seen := map[*relation]bool{}
	named := map[Name]bool{}
	var decided sources
	var visit func(rel *relation)
	visit = func(rel *relation) {
		if seen[rel] {
			return
		}
		seen[rel] = true
		if key := rel.name.fold(); rel.name.Table != "" && !named[key] {
			named[key] = true
			tables = append(tables, rel)
		}
		for _, below := range rel.reads {
			visit(below)
		}
		if r.spend(len(rel.influences)) {
			for _, s := range rel.influences {
				decided.add(s)
			}
		}
	}
	visit(rel)
	return tables, decided.list
}

// sources is a list of sources without repeats.
type sources struct {
	list []Source
	seen map[Source]bool
}

func (s *sources) add(source Source) {
	const few = 8
	if s.seen == nil && len(s.list) < few {
		if !slices.Contains(s.list, source) {
			s.list = append(s.list, source)
		}
		return
	}
	if s.seen == nil {
		s.seen = make(map[Source]bool, 2*few)
		for _, known := range s.list {
			s.seen[known] = true
		}
	}
	if !s.seen[source] {
		s.seen[source] = true
		s.list = append(s.list, source)
	}
}
