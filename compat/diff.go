package compat

import (
	"github.com/accordhq/accord/schema"
)

// EditKind says what happened to an element between two schemas.
type EditKind string

// The kinds of edits. Widened means that every value of the old type is one of
// the new type as well, Narrowed the reverse, Retyped neither: they speak of
// values, and what an encoding makes of them is Compare's to say.
const (
	EditAdded          EditKind = "added"
	EditRemoved        EditKind = "removed"
	EditRenamed        EditKind = "renamed"
	EditMoved          EditKind = "moved"
	EditRenumbered     EditKind = "renumbered"
	EditReordered      EditKind = "reordered"
	EditWidened        EditKind = "widened"
	EditNarrowed       EditKind = "narrowed"
	EditRetyped        EditKind = "retyped"
	EditOptional       EditKind = "optional"
	EditRequired       EditKind = "required"
	EditDefaultAdded   EditKind = "default-added"
	EditDefaultRemoved EditKind = "default-removed"
	EditDefaultChanged EditKind = "default-changed"
	EditDocumented     EditKind = "documented"
	EditRedocumented   EditKind = "redocumented"
	EditUndocumented   EditKind = "undocumented"
	EditTagged         EditKind = "tagged"
	EditUntagged       EditKind = "untagged"
	EditDeprecated     EditKind = "deprecated"
	EditUndeprecated   EditKind = "undeprecated"
)

// Edit is one change of one element, told for people.
type Edit struct {
	Kind EditKind `json:"kind"`
	// Element is the sort of element: an enum's values are symbols.
	Element schema.Kind `json:"element"`
	// Path is where the element stands in the new schema, or stood in the old
	// one if it was removed: see schema.Field.Path. OldPath is where it stood
	// in the old schema if that was elsewhere.
	Path    string `json:"path"`
	OldPath string `json:"oldPath,omitempty"`
	// Also lists the other paths at which the same declaration, changed in the
	// same way, is used.
	Also []string `json:"also,omitempty"`
	// Message is the change as a clause without the path: "int -> long
	// (widened)".
	Message string `json:"message"`
	// Old and New are what changed: a type, a name, a default value as JSON,
	// documentation, tags with commas, a number. One is "" where there was or
	// is nothing; for an element added or removed, the other is its type.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Doc documents an element that was added.
	Doc string `json:"doc,omitempty"`
	// OldAt and NewAt are where the element begins in the two texts, OldFile
	// and NewFile the dependency it is declared in, "" for the text itself.
	OldAt   schema.Position `json:"oldAt,omitzero"`
	NewAt   schema.Position `json:"newAt,omitzero"`
	OldFile string          `json:"oldFile,omitempty"`
	NewFile string          `json:"newFile,omitempty"`
}

// Diff lists what changed from old to next, element by element, for a person
// to read; what it breaks is Compare's to say. Edits come in the order of next,
// removals where the element stood. An element is the same in both if it has
// its name and place; a Protobuf field or enum value if it has its number; an
// Avro field or type also if the new one has the old name for an alias. One
// that vanished from one place and turned up in another, alone of its name and
// type, has moved. Anything less certain is a removal and an addition.
//
// The schemas may be of two languages. Then types are compared by what they
// can hold, names without regard to case and underscores, and what one
// language alone knows (numbers, aliases, the names of types) is left out.
//
// Constraints that schema.Field does not show, such as JSON Schema's minLength
// or Protobuf's options, are no edits.
func Diff(old, next schema.Parsed) []Edit {
	d := &differ{
		old:       treeOf(old),
		next:      treeOf(next),
		cross:     old.Format() != next.Format(),
		oldFormat: old.Format(), nextFormat: next.Format(),
		ordered:  old.Format() == schema.Avro && next.Format() == schema.Avro,
		numbered: old.Format() == schema.Protobuf && next.Format() == schema.Protobuf,
		renames:  map[string]string{},
		index:    map[editKey]int{},
	}
	d.pair(d.old.root, d.next.root)
	d.relocate()
	d.emit(d.next.root)
	return d.edits
}

// differ pairs the elements of two trees and then lists how they differ.
type differ struct {
	old, next *tree
	// oldFormat and nextFormat are the languages, cross: they are two.
	oldFormat, nextFormat schema.Format
	cross                 bool
	// ordered: the order of elements counts, as in Avro; numbered: elements
	// are known by their numbers, as in Protobuf.
	ordered, numbered bool
	// renames are the new names of types by their old ones.
	renames map[string]string
	edits   []Edit
	// index finds an edit by what was edited and how, so that a type used in
	// many places is spoken of once.
	index map[editKey]int
}

// editKey is what makes two edits one: the same change of the same
// declaration.
type editKey struct {
	kind             EditKind
	element          schema.Kind
	name, old, new   string
	oldAt, newAt     schema.Position
	oldFile, newFile string
}

// add completes an edit of an element with its places, and lists it. One of o
// and n may be nil.
func (d *differ) add(e Edit, o, n *element) {
	shown := n
	if n == nil {
		shown = o
	}
	e.Element, e.Path = shown.Kind, shown.Path
	key := editKey{kind: e.Kind, element: e.Element, name: shown.Name, old: e.Old, new: e.New}
	if o != nil {
		e.OldAt, e.OldFile = o.Position, o.File
		if o.Path != e.Path {
			e.OldPath = o.Path
		}
	}
	if n != nil {
		e.NewAt, e.NewFile = n.Position, n.File
	}
	key.oldAt, key.newAt, key.oldFile, key.newFile = e.OldAt, e.NewAt, e.OldFile, e.NewFile
	placed := e.OldAt != schema.Position{} || e.NewAt != schema.Position{}
	if first, known := d.index[key]; known && placed {
		d.edits[first].Also = append(d.edits[first].Also, e.Path)
		return
	}
	d.index[key] = len(d.edits)
	d.edits = append(d.edits, e)
}

// emit lists the edits of an element of the new tree and of all below it.
func (d *differ) emit(n *element) {
	switch {
	case n.partner != nil:
		d.compare(n.partner, n)
	case n.parent.partner != nil && !n.implied():
		d.added(n)
	}
	after := d.removedAfter(n.partner)
	d.removed(after[nil])
	for _, child := range n.children {
		d.emit(child)
		d.removed(after[child])
	}
}

// removedAfter lists the children of an old element that have no partner, by
// the new element after whose edits they belong: the partner of the nearest
// sibling before them that still stands beside its old siblings.
func (d *differ) removedAfter(o *element) map[*element][]*element {
	if o == nil {
		return nil
	}
	var after map[*element][]*element
	var anchor *element
	for _, child := range o.children {
		switch {
		case child.partner == nil && !child.implied():
			if after == nil {
				after = map[*element][]*element{}
			}
			after[anchor] = append(after[anchor], child)
		case child.partner != nil && child.partner.parent == o.partner:
			anchor = child.partner
		}
	}
	return after
}

func (d *differ) added(n *element) {
	d.add(Edit{Kind: EditAdded, Message: n.kindName() + " added" + n.size(), New: n.typeText(), Doc: n.Doc}, nil, n)
}

func (d *differ) removed(elements []*element) {
	for _, o := range elements {
		d.add(Edit{Kind: EditRemoved, Message: o.kindName() + " removed" + o.size(), Old: o.typeText()}, o, nil)
	}
}
