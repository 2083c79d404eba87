package registry

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"github.com/accordhq/accord/schema"
)

// version is one row: a version of a subject. Values are never changed in
// place; a soft delete makes a new one.
type version struct {
	subject  string
	number   int32
	id       int32
	format   schema.Format
	deleted  bool
	printed  bool
	unparsed bool
	// imported and forced came past the gate (schemaFacts).
	imported bool
	forced   bool
	same     sameness
	refs     []schema.Reference
	metadata *schema.Metadata
	rules    *schema.RuleSet
	// at is the entry that holds the text; pending is the text itself while
	// there is no such entry yet (State.With).
	at      Offset
	pending *string
	// millis is when it was stored, here or where it was imported from, Unix
	// milliseconds.
	millis int64
}

func (v *version) time() time.Time { return time.UnixMilli(v.millis).UTC() }

// subject holds all versions of a name, soft-deleted ones too, by ascending
// number. A change makes a new subject, so that comparing pointers tells
// whether anything happened to it.
type subject struct {
	name     string
	versions []*version
}

func (s *subject) find(number int) (*version, bool) {
	if s == nil {
		return nil, false
	}
	i, ok := slices.BinarySearchFunc(s.versions, number, func(v *version, n int) int { return cmp.Compare(int(v.number), n) })
	if !ok {
		return nil, false
	}
	return s.versions[i], true
}

// latest is the newest active version, nil if there is none.
func (s *subject) latest() *version {
	for _, v := range s.newestFirst(false) {
		return v
	}
	return nil
}

// newestFirst yields the versions from the highest number down.
func (s *subject) newestFirst(deleted bool) func(yield func(int, *version) bool) {
	return func(yield func(int, *version) bool) {
		if s == nil {
			return
		}
		for i, v := range slices.Backward(s.versions) {
			if (deleted || !v.deleted) && !yield(i, v) {
				return
			}
		}
	}
}

// exists reports whether the subject has a row to show.
func (s *subject) exists(deleted bool) bool {
	return s != nil && (s.latest() != nil || deleted && len(s.versions) > 0)
}

func (s *subject) nextNumber() int {
	if s == nil || len(s.versions) == 0 {
		return 1
	}
	return int(s.versions[len(s.versions)-1].number) + 1
}

// idEntry lists the rows of one id in a context, by subject and number.
type idEntry struct {
	context  string
	id       int32
	versions []*version
}

// contentEntry maps a content of a context to its ids, oldest mapping first:
// importing may give one content several.
type contentEntry struct {
	guid    schema.GUID
	context string
	docs    digest
	ids     []int32
}

// refEntry says that a row refers to a version.
type refEntry struct {
	subject string
	version int32
	by      *version
}

// catalog is the index of all rows. It is copied in constant time: the trees
// share their nodes until one side writes.
type catalog struct {
	subjects *btree.Map[string, *subject]
	ids      *btree.BTreeG[idEntry]
	contents *btree.BTreeG[contentEntry]
	refs     *btree.BTreeG[refEntry]
	contexts *btree.Map[string, contextFacts]
	counts   counts
}

// counts are kept because counting a million rows for a scrape is not cheap.
type counts struct {
	active, deleted map[schema.Format]int
}

func newCatalog() catalog {
	unlocked := btree.Options{NoLocks: true}
	return catalog{
		subjects: new(btree.Map[string, *subject]),
		contexts: new(btree.Map[string, contextFacts]),
		ids: btree.NewBTreeGOptions(func(a, b idEntry) bool {
			return cmp.Or(cmp.Compare(a.context, b.context), cmp.Compare(a.id, b.id)) < 0
		}, unlocked),
		contents: btree.NewBTreeGOptions(func(a, b contentEntry) bool {
			if order := bytes.Compare(a.guid[:], b.guid[:]); order != 0 {
				return order < 0
			}
			return cmp.Or(cmp.Compare(a.context, b.context), cmp.Compare(a.docs, b.docs)) < 0
		}, unlocked),
		refs: btree.NewBTreeGOptions(func(a, b refEntry) bool {
			return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.version, b.version), compareVersions(a.by, b.by)) < 0
		}, unlocked),
		counts: counts{active: map[schema.Format]int{}, deleted: map[schema.Format]int{}},
	}
}

// compareVersions orders rows by subject and number; nil comes first, so that
// an entry without a row is a lower bound.
func compareVersions(a, b *version) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.number, b.number))
}

func (c catalog) clone() catalog {
	return catalog{
		subjects: c.subjects.Copy(),
		contexts: c.contexts.Copy(),
		ids:      c.ids.Copy(),
		contents: c.contents.Copy(),
		refs:     c.refs.Copy(),
		counts:   c.counts.clone(),
	}
}

func (c catalog) subject(name string) *subject {
	s, _ := c.subjects.Get(name)
	return s
}

func (c catalog) version(subject string, number int) (*version, bool) {
	return c.subject(subject).find(number)
}

func (c catalog) byID(context string, id int) []*version {
	if id < 1 || id > maxID {
		return nil
	}
	e, _ := c.ids.Get(idEntry{context: context, id: int32(id)})
	return e.versions
}

// idOf returns the id that answers for a content in a context: the newest.
func (c catalog) idOf(context string, guid schema.GUID, docs digest) (int, bool) {
	e, ok := c.contents.Get(contentEntry{guid: guid, context: context, docs: docs})
	if !ok {
		return 0, false
	}
	return int(e.ids[len(e.ids)-1]), true
}

// idsOf yields every id of a content in every context, by context.
func (c catalog) idsOf(guid schema.GUID) []ContextID {
	var out []ContextID
	c.contents.Ascend(contentEntry{guid: guid}, func(e contentEntry) bool {
		if e.guid != guid {
			return false
		}
		for _, id := range e.ids {
			out = append(out, ContextID{Context: e.context, ID: int(id)})
		}
		return true
	})
	slices.SortFunc(out, func(a, b ContextID) int {
		return cmp.Or(cmp.Compare(a.Context, b.Context), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// referrers yields the rows that refer to a version of a subject.
func (c catalog) referrers(subject string, number int) []*version {
	var out []*version
	c.refs.Ascend(refEntry{subject: subject, version: int32(number)}, func(e refEntry) bool { //nolint:gosec // below 2^31
		if e.subject != subject || int(e.version) != number {
			return false
		}
		out = append(out, e.by)
		return true
	})
	return out
}

// nextID is the lowest id never given out in a context.
func (c catalog) nextID(context string) int {
	facts, _ := c.contexts.Get(context)
	return max(1, facts.NextID)
}

// set adds a row or replaces the one of its subject and number.
func (c *catalog) set(v *version) {
	old := c.subject(v.subject)
	if _, there := old.find(int(v.number)); there {
		c.drop(v.subject, int(v.number))
		old = c.subject(v.subject)
	}
	next := &subject{name: v.subject}
	if old != nil {
		v.subject = old.name // one copy of the name for all its versions
		next.name = old.name
		i, _ := slices.BinarySearchFunc(old.versions, v, compareVersions)
		next.versions = slices.Concat(old.versions[:i], []*version{v}, old.versions[i:])
	} else {
		next.versions = []*version{v}
	}
	c.subjects.Set(v.subject, next)
	c.index(v)
}

// drop removes a row, if it is there.
func (c *catalog) drop(name string, number int) {
	old := c.subject(name)
	v, ok := old.find(number)
	if !ok {
		return
	}
	if len(old.versions) == 1 {
		c.subjects.Delete(name)
	} else {
		rest := make([]*version, 0, len(old.versions)-1)
		for _, o := range old.versions {
			if o != v {
				rest = append(rest, o)
			}
		}
		c.subjects.Set(name, &subject{name: name, versions: rest})
	}
	c.unindex(v)
}

func (c *catalog) index(v *version) {
	context, _ := contextOf(v.subject)
	var place btree.PathHint // found by looking, used for setting
	entry := idEntry{context: context, id: v.id}
	ids, _ := c.ids.GetHint(entry, &place)
	i, _ := slices.BinarySearchFunc(ids.versions, v, compareVersions)
	entry.versions = slices.Concat(ids.versions[:i], []*version{v}, ids.versions[i:])
	c.ids.SetHint(entry, &place)

	key := contentEntry{guid: v.same.GUID, context: context, docs: v.same.Docs}
	place = btree.PathHint{}
	content, _ := c.contents.GetHint(key, &place)
	if !slices.Contains(content.ids, v.id) {
		key.ids = append(slices.Clip(content.ids), v.id)
		c.contents.SetHint(key, &place)
	}
	for _, r := range v.refs {
		c.refs.Set(refEntry{subject: targetOf(v.subject, r.Subject), version: int32(r.Version), by: v}) //nolint:gosec // below 2^31
	}
	facts, _ := c.contexts.Get(context)
	facts.NextID, facts.Gone = max(facts.NextID, int(v.id)+1), false
	c.contexts.Set(context, facts)
	c.counts.of(v)[v.format]++
}

func (c *catalog) unindex(v *version) {
	context, _ := contextOf(v.subject)
	ids, _ := c.ids.Get(idEntry{context: context, id: v.id})
	rest := without(ids.versions, func(o *version) bool { return compareVersions(o, v) == 0 })
	if len(rest) > 0 {
		c.ids.Set(idEntry{context: context, id: v.id, versions: rest})
	} else {
		c.ids.Delete(idEntry{context: context, id: v.id})
	}
	c.unindexContent(v, context, rest)
	for _, r := range v.refs {
		c.refs.Delete(refEntry{subject: targetOf(v.subject, r.Subject), version: int32(r.Version), by: v}) //nolint:gosec // below 2^31
	}
	c.counts.of(v)[v.format]--
}

// unindexContent forgets that a content has an id, unless another row of the
// id still holds that content.
func (c *catalog) unindexContent(v *version, context string, rest []*version) {
	for _, o := range rest {
		if o.same.GUID == v.same.GUID && o.same.Docs == v.same.Docs {
			return
		}
	}
	key := contentEntry{guid: v.same.GUID, context: context, docs: v.same.Docs}
	content, _ := c.contents.Get(key)
	if key.ids = without(content.ids, func(id int32) bool { return id == v.id }); len(key.ids) > 0 {
		c.contents.Set(key)
	} else {
		c.contents.Delete(key)
	}
}

// without returns a new slice less the elements that match.
func without[T any](s []T, match func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(s), match)
}

func (n counts) of(v *version) map[schema.Format]int {
	if v.deleted {
		return n.deleted
	}
	return n.active
}

func (n counts) clone() counts {
	c := counts{active: make(map[schema.Format]int, len(n.active)), deleted: make(map[schema.Format]int, len(n.deleted))}
	for f, k := range n.active {
		c.active[f] = k
	}
	for f, k := range n.deleted {
		c.deleted[f] = k
	}
	return c
}
