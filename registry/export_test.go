package registry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/btree"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Dump prints a state so that equal states print alike: every index is walked,
// so that one that is out of step shows.
func (st *State) Dump() string {
	var b strings.Builder
	st.subjects.Scan(func(name string, s *subject) bool {
		for _, v := range s.versions {
			fmt.Fprintf(&b, "row %s@%d id=%d guid=%s deleted=%t refs=%v metadata=%v time=%d\n",
				name, v.number, v.id, v.same.GUID, v.deleted, v.refs, v.metadata, v.millis)
		}
		return true
	})
	st.ids.Scan(func(e idEntry) bool {
		fmt.Fprintf(&b, "id %s/%d:", e.context, e.id)
		for _, v := range e.versions {
			fmt.Fprintf(&b, " %s@%d", v.subject, v.number)
		}
		b.WriteByte('\n')
		return true
	})
	st.contents.Scan(func(e contentEntry) bool {
		ids := slices.Sorted(slices.Values(e.ids))
		fmt.Fprintf(&b, "content %s %s %x: %v\n", e.context, e.guid, e.docs, ids)
		return true
	})
	st.refs.Scan(func(e refEntry) bool {
		fmt.Fprintf(&b, "ref %s@%d by %s@%d\n", e.subject, e.version, e.by.subject, e.by.number)
		return true
	})
	st.contexts.Scan(func(name string, f contextFacts) bool {
		fmt.Fprintf(&b, "context %s next=%d gone=%t\n", name, f.NextID, f.Gone)
		return true
	})
	st.configs.Scan(func(name string, c *Config) bool {
		fmt.Fprintf(&b, "config %q %s\n", name, put(Key{}, c, "").Facts)
		return true
	})
	st.modes.Scan(func(name string, m Mode) bool {
		fmt.Fprintf(&b, "mode %q %s\n", name, m)
		return true
	})
	st.policies.Scan(func(name string, p *Policy) bool {
		fmt.Fprintf(&b, "policy %q %s\n", name, put(Key{}, p, "").Facts)
		return true
	})
	st.contracts.Scan(func(name string, row *contractRow) bool {
		fmt.Fprintf(&b, "contract %s %s time=%d\n", name, put(Key{}, row.contractFacts, "").Facts, row.millis)
		return true
	})
	st.keys.Scan(func(keys, home string) bool {
		fmt.Fprintf(&b, "keys of %s in %s\n", home, keys)
		return true
	})
	for _, e := range st.exceptions.all {
		fmt.Fprintf(&b, "exception %s %s\n", e.ID, put(Key{}, e.Exemption, "").Facts)
	}
	st.baselines.Scan(func(name string, debt *finding.Baseline) bool {
		fmt.Fprintf(&b, "baseline %s %s\n", name, put(Key{}, debt, "").Facts)
		return true
	})
	st.breaches.Scan(func(name string, set *breachSet) bool {
		for _, kept := range set.all {
			fmt.Fprintf(&b, "breach of %s %s %s time=%d\n", name, kept.id, put(Key{}, kept.breachFacts, "").Facts, kept.millis)
		}
		return true
	})
	st.keks.Scan(func(name string, k *kek) bool {
		fmt.Fprintf(&b, "kek %s %s time=%d\n", name, put(Key{}, k.kekFacts, "").Facts, k.millis)
		return true
	})
	st.deks.Scan(func(d *dek) bool {
		fmt.Fprintf(&b, "dek %s %s time=%d\n", d.key().ID, put(Key{}, d.dekFacts, "").Facts, d.millis)
		return true
	})
	for i, tree := range []*btree.BTreeG[*association]{st.associations.byID, st.associations.byName, st.associations.bySubject} {
		tree.Scan(func(a *association) bool {
			fmt.Fprintf(&b, "association %d %+v\n", i, *a)
			return true
		})
	}
	for _, f := range schema.Formats() {
		fmt.Fprintf(&b, "%s: %d active, %d deleted\n", f, st.counts.active[f], st.counts.deleted[f])
	}
	return b.String()
}

// Replay builds a state from entries.
func Replay(entries []Entry) *State {
	st := newState()
	for _, e := range entries {
		st.apply(e)
	}
	return st
}

// Compact keeps the last entry of each key and drops keys that are gone, as a
// compacted topic does.
func Compact(entries []Entry) []Entry {
	last := map[Key]Offset{}
	for _, e := range entries {
		last[e.Key] = e.Offset
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		return last[e.Key] != e.Offset || e.Op != OpPut
	})
}

// State exposes the published state to tests.
func (r *Registry) State() *State { return r.state.Load() }

// Head exposes the position of a state.
func (st *State) Head() Offset { return st.head }

// Waiting counts the writes that wait for the sequencer.
func (r *Registry) Waiting() int { return len(r.writes) }

// MaxBreaches exposes the bound to tests.
const MaxBreaches = maxBreaches
