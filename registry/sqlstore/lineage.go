package sqlstore

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// Heads are the newest cursors of a store of observations.
type Heads struct{ Changed, Recorded lineage.Cursor }

// Join is the head of a store that has come as far as both: see Ringing.
func (h Heads) Join(o Heads) Heads {
	return Heads{max(h.Changed, o.Changed), max(h.Recorded, o.Recorded)}
}

// Distinct returns facts as rows hold them, each kind and key once and in that
// order: no statement can write a row twice, and writers in one order do not
// wait for each other in a circle.
func Distinct(facts []lineage.Fact) []lineage.Fact {
	sorted := slices.Clone(facts)
	for i := range sorted {
		f := &sorted[i]
		f.First, f.Last, f.Said = Time(Micros(f.First)), Time(Micros(f.Last)), Time(Micros(f.Said))
	}
	slices.SortStableFunc(sorted, compare)
	distinct := sorted[:0]
	for _, f := range sorted {
		if last := len(distinct) - 1; last >= 0 && compare(distinct[last], f) == 0 {
			distinct[last] = lineage.Merge(distinct[last], f)
			continue
		}
		distinct = append(distinct, f)
	}
	return distinct
}

func compare(a, b lineage.Fact) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
}

// Micros is a time as rows hold it: microseconds since 1970, cut.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time reads what Micros wrote.
func Time(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// Bound is where times of rows begin that are not before t.
func Bound(t time.Time) int64 { return t.Add(time.Microsecond - 1).UnixMicro() }

// Filled is bytes for a column that holds no NULL: drivers make that of nil.
func Filled(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Stored is bytes of such a column as a fact has them: nil if there are none.
func Stored(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// Dialect is how a database wants parameters.
type Dialect struct {
	Mark string           // before the number of a parameter
	Text func(string) any // for a text of any characters
	// InScope is the condition, with one ?, that a fact has a scope that is not
	// empty; so that the index of those is used, it says both.
	InScope string
}

// Clause is the end of a SELECT statement, from WHERE on, and its parameters.
type Clause struct {
	dialect Dialect
	text    strings.Builder
	Args    []any
}

// String is the clause in SQL.
func (c *Clause) String() string { return c.text.String() }

// add appends SQL in which each ? is a parameter.
func (c *Clause) add(sql string, args ...any) {
	for _, arg := range args {
		before, after, _ := strings.Cut(sql, "?")
		c.Args = append(c.Args, arg)
		c.text.WriteString(before + c.dialect.Mark + strconv.Itoa(len(c.Args)))
		sql = after
	}
	c.text.WriteString(sql)
}

// between bounds a column of times; zero times bound nothing.
func (c *Clause) between(column string, since, before time.Time) {
	if !since.IsZero() {
		c.add(" AND "+column+" >= ?", Bound(since))
	}
	if !before.IsZero() {
		c.add(" AND "+column+" < ?", Bound(before))
	}
}

// page cuts what a query selects. A limit of 0 is none.
func (c *Clause) page(limit, offset int) {
	c.add(" LIMIT ? OFFSET ?", int64(cmp.Or(limit, math.MaxInt64)), int64(offset))
}

// List selects facts for Store.List, by the columns kind, key, scope and
// last_us.
func (d Dialect) List(kind lineage.Kind, q lineage.Query) *Clause {
	c := &Clause{dialect: d}
	c.add(" WHERE kind = ?", string(kind))
	if q.Scope != "" {
		c.add(" AND "+d.InScope, d.Text(q.Scope))
	}
	c.between("last_us", q.Since, q.Before)
	if q.Newest {
		c.add(" ORDER BY last_us DESC, key")
	} else {
		c.add(" ORDER BY key")
	}
	c.page(q.Limit, q.Offset)
	return c
}

// Count selects the events of Store.Events, by the column time_us, and Events
// a page of them in order, by seq too.
func (d Dialect) Count(q lineage.EventQuery) *Clause {
	c := &Clause{dialect: d}
	c.add(" WHERE true")
	c.between("time_us", q.After, q.Before)
	return c
}

// Events is described at Count.
func (d Dialect) Events(q lineage.EventQuery) *Clause {
	c := d.Count(q)
	if q.Newest {
		c.add(" ORDER BY time_us DESC, seq DESC")
	} else {
		c.add(" ORDER BY time_us, seq")
	}
	c.page(q.Limit, q.Offset)
	return c
}
