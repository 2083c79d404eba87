package lineage

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// aliases are the names that mean another. Copies are made in constant time.
type aliases struct {
	asOf  time.Time
	index table
	names vector[aliased]
}

// aliased is a name that aliases lead away from. One with an empty Name stands for a
// namespace.
type aliased struct {
	from  Node
	facts []Alias
	// to is what it means; from itself if no alias holds.
	to ID
}

func (a *aliases) find(n Node) int32 {
	if a.index.slots.n == 0 {
		return -1
	}
	return a.index.find(hashOf(n), func(i int32) bool { return a.names.at(i).from == n })
}

// add takes an alias, and reports whether a name has come to mean something else
// by it.
func (a *aliases) add(e *edition, alias Alias) bool {
	from := Fold(Node{alias.Kind, alias.From})
	to := Fold(Node{alias.Kind, alias.To})
	alias.From, alias.To = from.ID, to.ID
	if from == to || (from.Name == "") != (to.Name == "") {
		return false
	}
	i := a.find(from)
	if i < 0 {
		i = a.index.add(e, hashOf(from))
		a.names.push(e, aliased{from: from, to: from.ID})
	}
	known := a.names.edit(e, i)
	known.facts = mergeAlias(known.facts, alias)
	before := known.to
	known.to = meaning(known.from.ID, known.facts, a.asOf)
	return known.to != before
}

// mergeAlias returns facts with one more, which may be a sighting of one of them.
func mergeAlias(facts []Alias, alias Alias) []Alias {
	facts = slices.Clone(facts)
	for i, known := range facts {
		if known.To == alias.To && known.Evidence == alias.Evidence && known.Source == alias.Source {
			merged, err := AliasOf(Merge(known.Fact(), alias.Fact()))
			if err == nil {
				facts[i] = merged
			}
			return facts
		}
	}
	return append(facts, alias)
}

// meaning is what the aliases of a name say it means as of a time. What proves
// nothing joins nothing. A target is judged by the strongest evidence for it, so
// that a person who takes an alias back is heard above the collector that sees
// it again.
func meaning(from ID, facts []Alias, asOf time.Time) ID {
	type said struct {
		Alias
		rank int
	}
	var all []said
	for _, f := range facts {
		if rank := f.Evidence.rank(); f.Evidence.Proves() && (asOf.IsZero() || !f.First.After(asOf)) {
			if !asOf.IsZero() && f.Last.After(asOf) {
				f.Last, f.Ended = asOf, false
			}
			all = append(all, said{f, rank})
		}
	}
	slices.SortFunc(all, func(a, b said) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), b.Last.Compare(a.Last), b.First.Compare(a.First),
			a.To.Compare(b.To), cmp.Compare(a.Source, b.Source))
	})
	for i, s := range all {
		refused := slices.ContainsFunc(all[:i], func(o said) bool { return o.To == s.To && o.Ended && o.rank < s.rank })
		if !s.Ended && !refused {
			return s.To
		}
	}
	return from
}

// step follows one alias: of the name, or else of its namespace.
func (a *aliases) step(n Node) (Node, bool) {
	if i := a.find(n); i >= 0 {
		if to := a.names.at(i).to; to != n.ID {
			return Node{n.Kind, to}, true
		}
	}
	if to := a.namespace(n.Kind, n.Namespace); to != n.Namespace {
		return Node{n.Kind, ID{to, n.Name}}, true
	}
	return n, false
}

// namespace is what a namespace means. A list of Kafka servers without an alias
// of its own means what the first of its servers means that has one.
func (a *aliases) namespace(kind NodeKind, namespace string) string {
	if i := a.find(Node{kind, ID{Namespace: namespace}}); i >= 0 {
		return a.names.at(i).to.Namespace
	}
	servers, ok := strings.CutPrefix(namespace, "kafka://")
	if !ok || !strings.Contains(servers, ",") {
		return namespace
	}
	for server := range strings.SplitSeq(servers, ",") {
		if i := a.find(Node{kind, ID{Namespace: "kafka://" + server}}); i >= 0 && a.names.at(i).to != a.names.at(i).from.ID {
			return a.names.at(i).to.Namespace
		}
	}
	return namespace
}

// maxChain bounds how many aliases are followed from one name.
const maxChain = 1000

// resolve follows a folded name's aliases to their end. Aliases that go round in
// a circle mean the least of the names in it.
func (a *aliases) resolve(n Node) Node {
	if a.names.n == 0 {
		return n
	}
	next, ok := a.step(n)
	if !ok {
		return n
	}
	way, seen := []Node{n}, map[Node]int{n: 0}
	for ok && len(way) < maxChain {
		if start, circle := seen[next]; circle {
			return slices.MinFunc(way[start:], Node.Compare)
		}
		seen[next] = len(way)
		way = append(way, next)
		next, ok = a.step(next)
	}
	return next
}

// count is how many names mean another.
func (a *aliases) count() int {
	n := 0
	for _, known := range a.names.all() {
		if known.to != known.from.ID {
			n++
		}
	}
	return n
}
