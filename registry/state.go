package registry

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/tidwall/btree"

	"github.com/accordhq/accord/schema/finding"
)

// maxID is the highest schema id and version number: they travel as int32.
const maxID = 1<<31 - 1

// State is everything that was decided up to an offset. A published State
// never changes: readers hold one and ask it several questions that agree.
type State struct {
	catalog
	keyring
	configs  *btree.Map[string, *Config]
	modes    *btree.Map[string, Mode]
	policies *btree.Map[string, *Policy]
	book
	exceptions *exceptionSet
	baselines  *btree.Map[string, *finding.Baseline]
	breaches   *btree.Map[string, *breachSet]

	associations associations

	// head is the offset of the last entry applied.
	head Offset
	// unreadable counts records that could not be understood and were passed
	// over; foreign names the first kind that must not be passed over.
	unreadable int
	foreign    string

	// copying guards clone: copying a tree marks both sides as shared.
	copying *sync.Mutex
}

func newState() *State {
	return &State{
		catalog:  newCatalog(),
		keyring:  newKeyring(),
		configs:  new(btree.Map[string, *Config]),
		modes:    new(btree.Map[string, Mode]),
		policies: new(btree.Map[string, *Policy]),

		book:       newBook(),
		exceptions: new(exceptionSet),
		baselines:  new(btree.Map[string, *finding.Baseline]),
		breaches:   new(btree.Map[string, *breachSet]),

		associations: newAssociations(),

		copying: new(sync.Mutex),
	}
}

// clone returns a state that may be written until it is published. It costs a
// constant, whatever the size.
func (st *State) clone() *State {
	st.copying.Lock()
	defer st.copying.Unlock()
	c := *st
	c.catalog, c.keyring = st.catalog.clone(), st.keyring.clone()
	c.configs, c.modes, c.policies = st.configs.Copy(), st.modes.Copy(), st.policies.Copy()
	c.associations = st.associations.clone()
	c.book, c.baselines, c.breaches = st.book.clone(), st.baselines.Copy(), st.breaches.Copy()
	c.copying = new(sync.Mutex)
	return &c
}

// With returns the state as it would be after records that are not in the log
// yet. Dry runs and pending writes are decided on it. What such records bring
// keeps its text with it, for there is none to fetch.
func (st *State) With(recs ...Record) *State {
	next := st.clone()
	for _, rec := range recs {
		next.apply(Entry{Record: rec, Offset: next.head})
	}
	return next
}

// apply takes one entry in. It is total and deterministic: no clock, no I/O;
// an entry it cannot understand is counted and the position moves on.
func (st *State) apply(e Entry) {
	st.head = e.Offset
	known, err := st.applyRecord(e)
	switch {
	case err != nil:
		st.unreadable++
	case !known && !e.Optional && st.foreign == "":
		st.foreign = e.Key.Kind
	}
}

func (st *State) applyRecord(e Entry) (known bool, err error) {
	switch e.Key.Kind {
	case kindSchema:
		return true, st.applySchema(e)
	case kindDeletion:
		return true, st.applyDeletion(e)
	case kindContext:
		return true, st.applyContext(e)
	case kindConfig:
		return true, applySetting(st.configs, e, func(c *Config) *Config { return c })
	case kindMode:
		return true, applySetting(st.modes, e, func(m *modeFacts) Mode { return m.Mode })
	case kindPolicy:
		return true, applySetting(st.policies, e, func(p *Policy) *Policy { return p })
	case kindContract:
		return true, st.applyContract(e)
	case kindException:
		return true, st.applyException(e)
	case kindBaseline:
		return true, st.applyBaseline(e)
	case kindBreach:
		return true, st.applyBreach(e)
	case kindKek:
		return true, st.applyKek(e)
	case kindDek:
		return true, st.applyDek(e)
	case kindAssociation:
		return true, st.applyAssociation(e)
	}
	return false, nil
}

func (st *State) applySchema(e Entry) error {
	name, number, err := parseVersionKey(e.Key.ID)
	if err != nil {
		return err
	}
	if e.Op != OpPut {
		st.drop(name, number)
		return nil
	}
	if len(e.Facts) == 0 {
		return nil // erased since: a later entry says so
	}
	f, err := decodeSchemaFacts(e.Facts)
	if err != nil {
		return fmt.Errorf("facts of %s: %w", e.Key.ID, err)
	}
	if f.ID < 1 || f.ID > maxID || number > maxID {
		return fmt.Errorf("facts of %s: id %d is out of range", e.Key.ID, f.ID)
	}
	millis := f.Registered
	if millis == 0 {
		millis = e.Time.UnixMilli()
	}
	v := &version{
		subject: name, number: int32(number), id: int32(f.ID), //nolint:gosec // both checked above
		format: f.Type, same: f.sameness, printed: f.Printed, unparsed: f.Unparsed, imported: f.Imported, forced: f.Forced,
		refs: f.References, metadata: f.Metadata, rules: f.RuleSet, at: e.Offset, millis: millis,
	}
	if len(e.Body) > 0 {
		v.pending = new(string(e.Body))
	}
	st.set(v)
	return nil
}

func (st *State) applyDeletion(e Entry) error {
	name, number, err := parseVersionKey(e.Key.ID)
	if err != nil {
		return err
	}
	old, ok := st.version(name, number)
	if !ok || old.deleted == (e.Op == OpPut) {
		return nil
	}
	v := *old
	v.deleted = e.Op == OpPut
	st.set(&v)
	return nil
}

func (st *State) applyContext(e Entry) error {
	if e.Op != OpPut {
		st.contexts.Delete(e.Key.ID)
		return nil
	}
	var f contextFacts
	if err := json.Unmarshal(e.Facts, &f); err != nil {
		return fmt.Errorf("facts of context %s: %w", e.Key.ID, err)
	}
	f.NextID = max(f.NextID, st.nextID(e.Key.ID))
	st.contexts.Set(e.Key.ID, f)
	return nil
}

// applySetting sets or deletes one value of a map keyed by scope.
func applySetting[F, V any](into *btree.Map[string, V], e Entry, value func(*F) V) error {
	if e.Op != OpPut {
		into.Delete(e.Key.ID)
		return nil
	}
	f := new(F)
	if err := json.Unmarshal(e.Facts, f); err != nil {
		return fmt.Errorf("facts of %s %q: %w", e.Key.Kind, e.Key.ID, err)
	}
	into.Set(e.Key.ID, value(f))
	return nil
}
