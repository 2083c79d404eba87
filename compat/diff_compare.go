package compat

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
)

// compare lists how an element differs from its partner.
func (d *differ) compare(o, n *element) {
	d.compareName(o, n)
	d.comparePlace(o, n)
	d.compareType(o, n)
	d.compareOptional(o, n)
	d.compareDefault(o, n)
	if !n.told() {
		d.compareDoc(o, n)
		d.compareTags(o, n)
		d.compareDeprecated(o, n)
	}
	d.compareOrder(o, n)
}

// told reports whether a type and its partner say of themselves what the
// fields that hold them say already.
func (e *element) told() bool {
	if !e.isType() || e.parent.partner == nil || e.parent.partner != e.partner.parent {
		return false
	}
	says := func(e *element) bool {
		return e.Doc == e.parent.Doc && slices.Equal(e.Tags, e.parent.Tags) && e.Deprecated == e.parent.Deprecated
	}
	return says(e) && says(e.partner)
}

func (d *differ) compareName(o, n *element) {
	if d.numbered && !n.isType() && o.Number != n.Number {
		from, to := strconv.Itoa(o.Number), strconv.Itoa(n.Number)
		d.add(Edit{Kind: EditRenumbered, Message: "number " + from + " -> " + to, Old: from, New: to}, o, n)
	}
	if o.Name == n.Name || d.cross && n.isType() {
		return
	}
	e := Edit{Kind: EditRenamed, Message: "renamed from " + o.Name, Old: o.Name, New: n.Name}
	if n.isType() {
		e.Message = "type " + e.Message
	}
	switch {
	case o.Name == "" || n.Name == "":
		// Only a JSON Schema may leave a type without a title.
		e.Message = "title " + cmp.Or(o.Name, "(none)") + " -> " + cmp.Or(n.Name, "(none)")
	case slices.Contains(n.aliases, o.Name):
		e.Message += ", which is an alias"
	case d.numbered && !n.isType():
		e.Message += ", number " + strconv.Itoa(n.Number)
	}
	d.add(e, o, n)
}

func (d *differ) comparePlace(o, n *element) {
	switch {
	case !n.isType():
		if n.parent != nil && o.parent.partner != n.parent {
			d.add(Edit{Kind: EditMoved, Message: "moved from " + o.Path, Old: o.Path, New: n.Path}, o, n)
		}
	case !d.numbered || o.parent != d.old.root || n.parent != d.next.root:
	case o.Path == "" && n.Path != "":
		d.add(Edit{Kind: EditMoved, Message: "no longer the first message of the file", New: n.Path}, o, n)
	case o.Path != "" && n.Path == "":
		d.add(Edit{Kind: EditMoved, Message: "now the first message of the file", Old: o.Path}, o, n)
	}
}

func (d *differ) compareType(o, n *element) {
	if n.implied() || d.cross && n.isType() {
		return
	}
	from, to := withoutNull(o.Type), withoutNull(n.Type)
	if from == to {
		if o.bytes != n.bytes {
			from, to = from+" of "+strconv.Itoa(o.bytes)+" bytes", to+" of "+strconv.Itoa(n.bytes)+" bytes"
			d.add(Edit{Kind: EditRetyped, Message: from + " -> " + to, Old: from, New: to}, o, n)
		}
		return
	}
	if d.onlyRenamed(o, n, from, to) {
		return
	}
	kind := EditRetyped
	forth, back := d.contains(d.nextFormat, to, d.oldFormat, from), d.contains(d.oldFormat, from, d.nextFormat, to)
	switch {
	case forth && back && d.cross:
		return
	case forth && !back:
		kind = EditWidened
	case back && !forth:
		kind = EditNarrowed
	}
	message := from + " -> " + to
	if kind != EditRetyped {
		message += " (" + string(kind) + ")"
	}
	d.add(Edit{Kind: kind, Message: message, Old: from, New: to}, o, n)
}

// onlyRenamed reports whether nothing but the name of a type sets two types
// apart: the edit of that type says so.
func (d *differ) onlyRenamed(o, n *element, from, to string) bool {
	if n.isType() {
		return strings.ReplaceAll(from, o.called(), n.called()) == to
	}
	renamed := d.renames[o.Ref]
	if renamed != "" {
		from = strings.ReplaceAll(from, o.Ref, renamed)
	}
	for _, child := range n.children {
		was := child.partner
		if child.isType() && was != nil && was.Name != child.Name && (renamed == "" || was.Name != o.Ref) {
			from = strings.ReplaceAll(from, was.called(), child.called())
		}
	}
	return from == to
}

// called is what a type is called where it is used: JSON Schema's need no
// name.
func (e *element) called() string { return cmp.Or(e.Name, "object") }

func (d *differ) compareOptional(o, n *element) {
	// Protobuf's lists and maps are neither optional nor required.
	if o.Optional == n.Optional || plural(d.oldFormat, o) || plural(d.nextFormat, n) {
		return
	}
	e := Edit{Kind: EditOptional, Message: "became optional"}
	if o.Optional {
		e = Edit{Kind: EditRequired, Message: "no longer optional"}
	}
	d.add(e, o, n)
}

func plural(f schema.Format, e *element) bool {
	return f == schema.Protobuf && (strings.HasPrefix(e.Type, repeated) || strings.HasPrefix(e.Type, "map<"))
}

func (d *differ) compareDefault(o, n *element) {
	e := Edit{Old: o.Default, New: n.Default}
	if d.cross {
		// Where one language says null, another says nothing.
		e.Old, e.New = strings.TrimPrefix(e.Old, "null"), strings.TrimPrefix(e.New, "null")
	}
	switch {
	case e.Old == e.New:
		return
	case e.Old == "":
		e.Kind, e.Message = EditDefaultAdded, "default "+e.New+" added"
	case e.New == "":
		e.Kind, e.Message = EditDefaultRemoved, "default "+e.Old+" removed"
	default:
		e.Kind, e.Message = EditDefaultChanged, "default "+e.Old+" -> "+e.New
	}
	d.add(e, o, n)
}

func (d *differ) compareDoc(o, n *element) {
	e := Edit{Old: strings.Join(strings.Fields(o.Doc), " "), New: strings.Join(strings.Fields(n.Doc), " ")}
	switch {
	case e.Old == e.New:
		return
	case e.Old == "":
		e.Kind, e.Message = EditDocumented, "documentation added"
	case e.New == "":
		e.Kind, e.Message = EditUndocumented, "documentation removed"
	default:
		e.Kind, e.Message = EditRedocumented, "documentation changed"
	}
	d.add(e, o, n)
}

func (d *differ) compareTags(o, n *element) {
	if gone := without(o.Tags, n.Tags); gone != "" {
		d.add(Edit{Kind: EditUntagged, Message: "no longer tagged " + gone, Old: gone}, o, n)
	}
	if come := without(n.Tags, o.Tags); come != "" {
		d.add(Edit{Kind: EditTagged, Message: "tagged " + come, New: come}, o, n)
	}
}

// without lists the tags that others does not have.
func without(tags, others []string) string {
	rest := slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return slices.Contains(others, t) })
	return strings.Join(rest, ", ")
}

func (d *differ) compareDeprecated(o, n *element) {
	switch {
	case n.Deprecated && !o.Deprecated:
		d.add(Edit{Kind: EditDeprecated, Message: "deprecated"}, o, n)
	case o.Deprecated && !n.Deprecated:
		d.add(Edit{Kind: EditUndeprecated, Message: "no longer deprecated"}, o, n)
	}
}

// compareOrder looks whether what both elements hold comes in another order.
// It counts in Avro: for sorting, and for the numbers of enum symbols.
func (d *differ) compareOrder(o, n *element) {
	if !d.ordered || !n.isType() {
		return
	}
	var stayed []*element
	for _, child := range o.children {
		if child.partner != nil && child.partner.parent == n {
			stayed = append(stayed, child.partner)
		}
	}
	i := 0
	for _, child := range n.children {
		if child.partner == nil || child.partner.parent != o {
			continue
		}
		if stayed[i] != child {
			d.add(Edit{Kind: EditReordered, Message: fmt.Sprintf("in another order from %s on", child.Name)}, o, n)
			return
		}
		i++
	}
}
