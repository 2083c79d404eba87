package sqlflow

import (
	"slices"
	"strings"
)

// Name is the name of a table as far as the text and the defaults give it, as
// it is spelled there, without quotes.
type Name struct{ Catalog, Database, Table string }

// String joins the parts that are there with dots.
func (n Name) String() string {
	parts := slices.DeleteFunc([]string{n.Catalog, n.Database, n.Table}, func(s string) bool { return s == "" })
	return strings.Join(parts, ".")
}

// fold is the form in which names are compared. Spark, Hive and ksqlDB ignore
// case and Flink does not; scripts whose names differ by case alone are rarer
// than those that are careless with it.
func (n Name) fold() Name {
	return Name{fold(n.Catalog), fold(n.Database), fold(n.Table)}
}

func fold(s string) string { return strings.ToLower(s) }

// complete gives a path of a script the parts it leaves out. What goes before
// the last three parts belongs to the catalog.
func (a *analysis) complete(path []string) Name {
	switch n := len(path); n {
	case 0:
		return Name{}
	case 1:
		return Name{a.catalog, a.database, path[0]}
	case 2:
		return Name{a.catalog, path[0], path[1]}
	default:
		return Name{strings.Join(path[:n-2], "."), path[n-2], path[n-1]}
	}
}

// use sets the defaults as USE and USE CATALOG do.
func (a *analysis) use(path []string, catalog bool) {
	switch {
	case len(path) == 0:
	case catalog:
		a.catalog, a.database = path[0], ""
	case len(path) == 1:
		a.database = path[0]
	default:
		a.catalog, a.database = path[0], path[1]
	}
}
