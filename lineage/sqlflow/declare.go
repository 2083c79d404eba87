package sqlflow

import (
	"maps"
	"slices"
	"strings"
)

// created declares the table or view that CREATE makes.
func (r *resolver) created(st *statement, rel *relation, target Name) []ColumnFlow {
	d := st.table
	if d.view {
		names := make([]string, 0, len(d.columns))
		for _, c := range d.columns {
			names = append(names, c.Name)
		}
		rel = r.renamed(st.at, rel, names)
		r.known[target.fold()] = rel
		return r.flows(st.at, rel)
	}
	table := Table{Name: target, Temporary: d.temporary, Connector: d.connector(), Options: d.options, Location: d.location}
	if st.query == nil {
		r.known[target.fold()] = r.declared(d, &table)
		r.script.Tables = append(r.script.Tables, table)
		return nil
	}
	columns := r.flows(st.at, rel)
	stored := &relation{name: target}
	if rel.rest.kind != restNone {
		stored.rest = rest{kind: restTable, table: target}
	}
	for i := range columns {
		if i < len(d.columns) {
			columns[i].Target = d.columns[i].Name
		}
		stored.add(columns[i].Target, []Source{{Table: target, Column: columns[i].Target, Subtype: Identity}})
		table.Columns = append(table.Columns, Column{Name: columns[i].Target})
	}
	r.known[target.fold()] = stored
	r.script.Tables = append(r.script.Tables, table)
	return columns
}

func (d *definition) connector() string {
	switch {
	case d.options["connector"] != "":
		return d.options["connector"]
	case d.options["kafka_topic"] != "": // ksqlDB knows no other
		return "kafka"
	}
	return strings.ToLower(d.provider)
}

// declared is the relation of a table that CREATE gives columns. A computed
// column is what it is computed from: that is what is stored.
func (r *resolver) declared(d *definition, table *Table) *relation {
	if d.like != nil {
		r.like(d, table)
	}
	for _, c := range d.columns {
		table.Columns = append(table.Columns, c.Column)
	}
	if len(table.Columns) == 0 {
		delete(r.known, table.Name.fold())
		return r.stored(table.Name)
	}
	computed := map[string]*expression{}
	for _, c := range d.columns {
		computed[c.Name] = c.computed
	}
	stored := &relation{name: table.Name}
	for _, c := range table.Columns {
		if !c.Computed {
			stored.add(c.Name, []Source{{Table: table.Name, Column: c.Name, Subtype: Identity}})
		}
	}
	rel := &relation{name: table.Name, writable: []string{}}
	in := &scope{owner: &relation{}, items: rel, bindings: []binding{{rel: stored}}}
	for _, c := range table.Columns {
		if how := computed[c.Name]; how != nil {
			var from sources
			r.flow(how, in, effect{}, &from)
			rel.add(c.Name, from.list)
			continue
		}
		if c.Computed {
			rel.add(c.Name, r.computedLike(d, c.Name, table.Name))
			continue
		}
		from, _ := stored.lookup(c.Name)
		rel.add(c.Name, from)
		if !c.Virtual {
			rel.writable = append(rel.writable, c.Name)
		}
	}
	return rel
}

// computedLike is what a column is computed from that LIKE takes over: the same
// columns of the new table.
func (r *resolver) computedLike(d *definition, name string, table Name) []Source {
	from, _ := r.stored(r.complete(d.like)).lookup(name)
	from = slices.Clone(from)
	for i := range from {
		from[i].Table = table
	}
	return from
}

// like takes over the columns and options of another table.
func (r *resolver) like(d *definition, table *Table) {
	of := r.complete(d.like)
	i := slices.IndexFunc(r.script.Tables, func(t Table) bool { return t.Name.fold() == of.fold() })
	if i < 0 {
		for _, name := range r.stored(of).names() {
			table.Columns = append(table.Columns, Column{Name: name})
		}
		return
	}
	other := r.script.Tables[i]
	if !r.spend(len(other.Columns) + len(other.Options)) {
		return
	}
	table.Columns = append(table.Columns, other.Columns...)
	if d.likeOptions {
		options := maps.Clone(other.Options)
		maps.Copy(options, table.Options)
		table.Options = options
		if table.Connector == "" {
			table.Connector = other.Connector
		}
	}
}
