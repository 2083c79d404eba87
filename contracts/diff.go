package contracts

import (
	"strconv"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// EditKind says what happened to a value between two contracts.
type EditKind string

// The kinds of edits.
const (
	EditAdded   EditKind = "added"
	EditRemoved EditKind = "removed"
	EditChanged EditKind = "changed"
)

// Edit is one change of a contract, told for people.
type Edit struct {
	Kind EditKind `json:"kind"`
	// Path leads to the value by the names of what it stands in:
	// "schema[Order].properties[email].required". "" is the whole contract.
	Path string `json:"path"`
	// Old and New are the value: a text as it is, anything else as JSON. One
	// is "" where there was or is none.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// OldAt and NewAt are where the value stands in the two documents.
	OldAt schema.Position `json:"oldAt,omitzero"`
	NewAt schema.Position `json:"newAt,omitzero"`
}

// String is the edit in a line: "slaProperties[freshness].value: 5 -> 60".
func (e Edit) String() string {
	switch e.Kind {
	case EditAdded:
		return e.Path + ": added " + abridged(e.New)
	case EditRemoved:
		return e.Path + ": removed " + abridged(e.Old)
	}
	return e.Path + ": " + abridged(e.Old) + " -> " + abridged(e.New)
}

// Diff lists what changed from one contract of a stream to the next, in the
// order of next, with what is gone at the end of what it stood in. Layout,
// comments and the order of lists are no change, and other streams of the
// documents are left out. Either may be nil: then all of the other came or went,
// in one edit.
//
// Items of a list are the same if they have the same id, or else name. What a
// change breaks is Judge's to say.
func Diff(before, next *Contract) []Edit {
	d := &contractDiffer{}
	was, is := before.root(), next.root()
	switch {
	case before == nil && next == nil:
	case before == nil:
		d.add(Edit{Kind: EditAdded, New: next.ID + " " + next.VersionText, NewAt: is.Position()})
	case next == nil:
		d.add(Edit{Kind: EditRemoved, Old: before.ID + " " + before.VersionText, OldAt: was.Position()})
	default:
		d.before, d.next = before, next
		d.mapping("", was, is)
	}
	return d.edits
}

func (c *Contract) root() odcs.Value {
	if c == nil {
		return odcs.Value{}
	}
	v, _ := c.Document.Value("")
	return v
}

type contractDiffer struct {
	before, next *Contract
	edits        []Edit
}

func (d *contractDiffer) add(e Edit) { d.edits = append(d.edits, e) }

// value compares two values at a path; one that is not there is null.
func (d *contractDiffer) value(path string, old, next odcs.Value) {
	switch {
	case path == "schema":
		d.object()
	case old.Kind() == odcs.Mapping && next.Kind() == odcs.Mapping:
		d.mapping(path+".", old, next)
	case old.Kind() == odcs.List && next.Kind() == odcs.List:
		d.list(path, old, next)
	default:
		d.scalar(path, old, next)
	}
}

// object compares the schema objects of the stream.
func (d *contractDiffer) object() {
	old, _ := d.before.Document.Value(d.before.Stream.Path)
	next, _ := d.next.Document.Value(d.next.Stream.Path)
	d.value("schema["+identity(next)+"]", old, next)
}

func (d *contractDiffer) scalar(path string, old, next odcs.Value) {
	e := Edit{Kind: EditChanged, Path: path, Old: written(old), New: written(next), OldAt: old.Position(), NewAt: next.Position()}
	switch {
	case e.Old == e.New && old.Kind() == next.Kind():
		return
	case old.Kind() == odcs.Null:
		e.Kind = EditAdded
	case next.Kind() == odcs.Null:
		e.Kind = EditRemoved
	}
	d.add(e)
}

// written is a value as text.
func written(v odcs.Value) string {
	switch v.Kind() {
	case odcs.Null:
		return ""
	case odcs.List, odcs.Mapping:
		return jsonText(v)
	}
	return v.Text()
}

func (d *contractDiffer) mapping(prefix string, old, next odcs.Value) {
	for key, value := range next.Members() {
		d.value(prefix+key, old.Member(key), value)
	}
	for key, value := range old.Members() {
		if next.Member(key).Kind() == odcs.Null {
			d.value(prefix+key, value, odcs.Value{})
		}
	}
}

// list compares two lists, item by item.
func (d *contractDiffer) list(path string, old, next odcs.Value) {
	olds, news := itemsOf(old), itemsOf(next)
	for _, name := range news.names {
		d.value(path+"["+name+"]", olds.byName[name], news.byName[name])
	}
	for _, name := range olds.names {
		if _, there := news.byName[name]; !there {
			d.value(path+"["+name+"]", olds.byName[name], odcs.Value{})
		}
	}
}

// items are those of a list by what they are called.
type items struct {
	names  []string
	byName map[string]odcs.Value
}

// itemsOf names the items of a list: those that nothing names, or whose name is
// taken, by their place.
func itemsOf(list odcs.Value) items {
	out := items{byName: map[string]odcs.Value{}}
	for i, v := range list.Items() {
		name := identity(v)
		if _, taken := out.byName[name]; taken || name == "" {
			name = strconv.Itoa(i)
		}
		if _, taken := out.byName[name]; !taken {
			out.names = append(out.names, name)
		}
		out.byName[name] = v
	}
	return out
}

// identity is what an item is called among its neighbours, "" if nothing names
// it: a text or number itself, a mapping by the first of its names.
func identity(v odcs.Value) string {
	if v.Kind() != odcs.Mapping {
		return v.Text()
	}
	for _, key := range []string{"id", "name", "property", "username", "channel", "server", "role", "url", "to"} {
		if name := v.Member(key); name.Kind() == odcs.Text {
			return name.Text()
		}
	}
	return ""
}
