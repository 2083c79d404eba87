package odcs

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrEdit is what edits fail with that the text does not allow: a path that
// leads nowhere, or a value that aliases show elsewhere, too.
var ErrEdit = errors.New("cannot edit the contract")

// Set returns the document with another scalar at a path, or with a new key at
// the end of a path whose mapping is there. The value is a string, bool, int,
// json.Number or nil; that of a new or empty key may be a Map or Seq, too.
// Every byte that does not spell the value stays, and a text keeps the quotes
// it had.
//
// It fails with ErrEdit if the path leads nowhere or to a list or mapping, or
// if no change of the text has this effect alone.
func (d *Document) Set(path string, value any) (*Document, error) {
	at, err := d.locate(path)
	if err != nil {
		return nil, err
	}
	if at.slot == nil || at.slot.merged {
		return d.insertKey(at, value)
	}
	if at.slot.value.kind > Text {
		return nil, fmt.Errorf("%w: %s is a %s, not a scalar", ErrEdit, path, at.slot.value.kind)
	}
	return d.replace(at, value)
}

// SetVersion returns the document with another version of the contract.
func (d *Document) SetVersion(version string) (*Document, error) { return d.Set("version", version) }

// SetStatus returns the document with another status.
func (d *Document) SetStatus(status string) (*Document, error) { return d.Set("status", status) }

// Append returns the document with one more item at the end of the list at a
// path. A list that is missing begins with it. The item is as a value of Set,
// or a Map or Seq. It fails as Set does.
func (d *Document) Append(path string, item any) (*Document, error) {
	at, err := d.locate(path)
	if err != nil {
		return nil, err
	}
	switch {
	case at.slot == nil || at.slot.merged:
		return d.insertKey(at, Seq{item})
	case at.slot.value.kind == Null:
		return d.replace(at, Seq{item})
	case at.slot.value.kind != List:
		return nil, fmt.Errorf("%w: %s is a %s, not a list", ErrEdit, path, at.slot.value.kind)
	}
	return d.appendItem(at, item)
}

// SetRegistryURL returns the document in which a schema object, by its index,
// leads to its subject in a registry, beside the file it leads to: an
// authoritative definition of type implementation. One that leads to a registry
// already gets the new URL.
func (d *Document) SetRegistryURL(object int, link string) (*Document, error) {
	if object < 0 || object >= len(d.Schema) {
		return nil, fmt.Errorf("%w: there is no schema[%d]", ErrEdit, object)
	}
	o := d.Schema[object]
	for _, def := range o.AuthoritativeDefinitions {
		if def.Type == Implementation && isRegistry(def.URL) {
			return d.Set(def.Path+".url", link)
		}
	}
	return d.Append(o.Path+".authoritativeDefinitions", Map{{"type", Implementation}, {"url", link}})
}

// location is the place of an edit.
type location struct {
	path  string
	steps []step
	// parent is the list or mapping around the place, holder what the text
	// has for it.
	parent *node
	holder *yaml.Node
	// slot is the place itself, nil if the last step leads nowhere yet.
	slot *slot
	// flow is whether the parent is within brackets or braces.
	flow bool
}

func (l location) last() step { return l.steps[len(l.steps)-1] }

// locate follows a path. Only its last step may lead nowhere.
func (d *Document) locate(path string) (location, error) {
	steps, err := parsePath(path)
	switch {
	case err != nil:
		return location{}, fmt.Errorf("%w: %w", ErrEdit, err)
	case len(steps) == 0:
		return location{}, fmt.Errorf("%w: the path is empty", ErrEdit)
	}
	l := location{path: path, steps: steps, parent: d.root, holder: d.source.doc}
	for i, st := range steps {
		if l.holder.Kind == yaml.AliasNode {
			l.holder = l.holder.Alias
		}
		l.flow = l.flow || l.holder.Style&yaml.FlowStyle != 0
		s := l.parent.step(st)
		if i == len(steps)-1 {
			l.slot = s
			break
		}
		if s == nil {
			return location{}, fmt.Errorf("%w: %s leads nowhere", ErrEdit, path)
		}
		l.parent, l.holder = s.value, s.source
	}
	if l.slot == nil && (l.parent.kind != Mapping || l.last().index >= 0) {
		return location{}, fmt.Errorf("%w: %s leads nowhere", ErrEdit, path)
	}
	return l, nil
}

// replace writes a value over a scalar.
func (d *Document) replace(at location, value any) (*Document, error) {
	y := at.slot.source
	from, to := d.source.span(y)
	w := d.writer(at.flow)
	empty := from == to
	if isCollection(value) {
		if !empty || at.flow || at.slot.keySource == nil {
			w.flow = true
		} else {
			from = d.source.lineEnd(to)
			to, empty = from, false
		}
	}
	column := d.source.column(at.holder)
	if at.slot.keySource != nil {
		column = d.source.column(at.slot.keySource)
	}
	w.style = styleOf(y)
	w.literal = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	text, err := w.value(value, column)
	if err != nil {
		return nil, err
	}
	if !empty {
		text = strings.TrimPrefix(text, " ")
	}
	return d.splice(at, from, to, text, value)
}

// insertKey writes a new key into a mapping, after the key that comes before
// it in the order of the standard.
func (d *Document) insertKey(at location, value any) (*Document, error) {
	key := at.last().key
	w := d.writer(at.flow)
	holder := at.holder
	if len(holder.Content) == 0 || at.flow {
		return d.insertFlow(at, w.member(key), value, holder)
	}
	i := d.entryBefore(at, key)
	column := d.source.column(holder.Content[i])
	text, err := w.value(value, column)
	if err != nil {
		return nil, err
	}
	end := d.source.lineEnd(d.source.end(holder.Content[i+1]))
	return d.splice(at, end, end, w.newline(column)+quote(key, plain, false)+":"+text, value)
}

// entryBefore is the index in a mapping's content of the key to write a new
// one after: the last that the standard lists before it, else the last of all.
func (d *Document) entryBefore(at location, key string) int {
	fields := mappings[typeAt(at.steps[:len(at.steps)-1])]
	rank := func(key string) int {
		return slices.IndexFunc(fields, func(f field) bool { return f.name == key })
	}
	content := at.holder.Content
	best, bestRank, mine := len(content)-2, -1, rank(key)
	for i := 0; i+1 < len(content); i += 2 {
		if r := rank(content[i].Value); r > bestRank && r < mine {
			best, bestRank = i, r
		}
	}
	return best
}

// typeAt is the name of the structure a path leads to, "" if it is none.
func typeAt(steps []step) string {
	typ := "contract"
	for _, st := range steps {
		if st.index >= 0 {
			typ = strings.TrimPrefix(typ, "[]")
			continue
		}
		i := slices.IndexFunc(mappings[typ], func(f field) bool { return f.name == st.key })
		if i < 0 {
			return ""
		}
		typ = mappings[typ][i].typ
	}
	return typ
}

// appendItem writes one more item of a list.
func (d *Document) appendItem(at location, item any) (*Document, error) {
	list := at.slot.source
	if list.Kind == yaml.AliasNode {
		list = list.Alias
	}
	path := fmt.Sprintf("%s[%d]", at.path, len(at.slot.value.slots))
	next := location{
		path: path, steps: append(slices.Clone(at.steps), step{"", len(at.slot.value.slots)}),
		parent: at.slot.value, holder: list, flow: at.flow || list.Style&yaml.FlowStyle != 0,
	}
	w := d.writer(next.flow)
	if len(list.Content) == 0 || next.flow {
		return d.insertFlow(next, "", item, list)
	}
	last := list.Content[len(list.Content)-1]
	column := d.source.dashColumn(last)
	if last.Kind == yaml.MappingNode && last.Style&yaml.FlowStyle == 0 && last.Anchor == "" {
		w.dashWidth = max(2, d.source.column(last)-column)
	}
	text, err := w.item(item, column)
	if err != nil {
		return nil, err
	}
	end := d.source.lineEnd(d.source.end(last))
	return d.splice(next, end, end, w.newline(column)+"-"+text, item)
}

// insertFlow writes a value, behind "key: " if it is for a mapping, at the end
// of a list or mapping in brackets.
func (d *Document) insertFlow(at location, key string, value any, holder *yaml.Node) (*Document, error) {
	w := d.writer(true)
	if quotesDouble(holder) {
		w.style = double
		if key != "" {
			key = doubleQuoted(at.last().key) + ": "
		}
	}
	text, err := w.value(value, 0)
	if err != nil {
		return nil, err
	}
	text = key + strings.TrimPrefix(text, " ")
	end := d.source.start(holder) + 1
	if n := len(holder.Content); n > 0 {
		end = d.source.end(holder.Content[n-1])
		text = ", " + text
	}
	return d.splice(at, end, end, text, value)
}

// quotesDouble reports whether a collection is written as JSON is: its first
// scalar tells.
func quotesDouble(n *yaml.Node) bool {
	for n.Kind != yaml.ScalarNode {
		if len(n.Content) == 0 {
			return false
		}
		n = n.Content[0]
	}
	return n.Style&yaml.DoubleQuotedStyle != 0
}

// splice puts a text in place of another, and makes sure that the document then
// differs by the value at the location and nothing else.
func (d *Document) splice(at location, from, to int, text string, value any) (*Document, error) {
	if from < 0 || to < from || to > len(d.source.text) {
		return nil, fmt.Errorf("%w: %s has no place in the text", ErrEdit, at.path)
	}
	edited, findings := Parse(d.name, slices.Concat(d.source.text[:from], []byte(text), d.source.text[to:]))
	if edited == nil {
		return nil, fmt.Errorf("%w: with %s changed it could not be read: %s", ErrEdit, at.path, findings[0].Message)
	}
	written, err := asNode(value)
	if err != nil {
		return nil, err
	}
	if !sameValue(edited.root, withValue(d.root, at.steps, written)) {
		return nil, fmt.Errorf("%w: changing %s would change other parts of it, too; edit it by hand", ErrEdit, at.path)
	}
	return edited, nil
}

// withValue is a copy of a tree with another value at a path.
func withValue(n *node, steps []step, value *node) *node {
	if len(steps) == 0 {
		return value
	}
	out := &node{kind: n.kind, text: n.text, slots: slices.Clone(n.slots)}
	if s := out.step(steps[0]); s != nil {
		s.value = withValue(s.value, steps[1:], value)
		return out
	}
	out.slots = append(out.slots, slot{key: steps[0].key, value: value})
	return out
}

// sameValue compares what two trees say; keys of a mapping may stand in any
// order. Both come from texts within the limits of size.
func sameValue(a, b *node) bool {
	if a == b {
		return true
	}
	if a.kind != b.kind || a.text != b.text || len(a.slots) != len(b.slots) {
		return false
	}
	at := map[string]*node{}
	if a.kind == Mapping {
		for _, s := range b.slots {
			at[s.key] = s.value
		}
	}
	for i, s := range a.slots {
		other := b.slots[i].value
		if a.kind == Mapping {
			other = at[s.key]
		}
		if other == nil || !sameValue(s.value, other) {
			return false
		}
	}
	return true
}

func styleOf(y *yaml.Node) style {
	switch {
	case y.Kind != yaml.ScalarNode:
	case y.Style&yaml.SingleQuotedStyle != 0:
		return single
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return double
	}
	return plain
}

// writer writes values as this document does.
func (d *Document) writer(flow bool) *writer {
	w := &writer{eol: "\n", flow: flow, listIndent: d.listIndent(), dashWidth: 2}
	if i := bytes.IndexByte(d.source.text, '\n'); i > 0 && d.source.text[i-1] == '\r' {
		w.eol = "\r\n"
	}
	return w
}

// listIndent is how far the document indents lists below their key.
func (d *Document) listIndent() int {
	for _, s := range d.root.slots {
		if s.source.Kind == yaml.SequenceNode && s.source.Style&yaml.FlowStyle == 0 && len(s.source.Content) > 0 {
			return max(0, d.source.dashColumn(s.source.Content[0])-d.source.column(s.keySource))
		}
	}
	return 2
}
