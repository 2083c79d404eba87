package avro

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// WithTags adds and removes inline tags (confluent:tags) of records and fields.
// Elements are named by the record's full name, and for a field with the field's
// name behind it; where the namespace is left out, the first record of that
// name counts. Everything else of the text stays as it is. Removing the last
// tag removes the property. An element that is not there is a *schema.Error.
func (s *Schema) WithTags(add, remove []schema.ElementTags) (string, error) {
	changes := map[*jsontree.Node]*tagChange{}
	var order []*tagChange
	for _, step := range []struct {
		list []schema.ElementTags
		add  bool
	}{{add, true}, {remove, false}} {
		for _, element := range step.list {
			node, err := s.element(element.Entity)
			if err != nil {
				return "", err
			}
			c := changes[node]
			if c == nil {
				c = newTagChange(node)
				changes[node] = c
				order = append(order, c)
			}
			c.apply(element.Tags, step.add)
		}
	}
	var edits []schema.Edit
	for _, c := range order {
		if e, changed := c.edit(s.text); changed {
			edits = append(edits, e)
		}
	}
	return schema.ApplyEdits(s.text, edits), nil
}

// element finds the object in the text that carries an element's tags. Types of
// dependencies stand in another text and are not found.
func (s *Schema) element(e schema.Entity) (*jsontree.Node, error) {
	record, field := e.Path, ""
	if e.Type == schema.EntityField {
		record, field = splitName(e.Path, "")
	}
	var found *jsontree.Node
	walk(s.Root, func(t *Type) {
		if found != nil || t.Kind != Record || t.File != "" || record != t.FullName() && record != t.Name {
			return
		}
		if e.Type != schema.EntityField {
			found = t.node
			return
		}
		if i := slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Name == field }); i >= 0 {
			found = t.Fields[i].node
		}
	})
	if found == nil {
		return nil, schema.Errorf(schema.Avro, schema.Position{}, "no matching path '%s' found in the schema", e.Path)
	}
	return found, nil
}

// tagChange collects what happens to the tags of one element.
type tagChange struct {
	owner *jsontree.Node
	at    int // index of the property among the members, -1 if there is none
	tags  []string
	dirty bool
}

func newTagChange(owner *jsontree.Node) *tagChange {
	c := &tagChange{owner: owner, at: -1}
	for i, m := range owner.Members {
		if m.Name == propTags {
			c.at = i
		}
	}
	if c.at >= 0 {
		for _, item := range owner.Members[c.at].Value.Items {
			if tag, ok := item.StringValue(); ok {
				c.tags = append(c.tags, tag)
			}
		}
	}
	return c
}

func (c *tagChange) apply(tags []string, add bool) {
	for _, tag := range tags {
		i := slices.Index(c.tags, tag)
		switch {
		case add && i < 0:
			c.tags = append(c.tags, tag)
			c.dirty = true
		case !add && i >= 0:
			c.tags = slices.Delete(c.tags, i, i+1)
			c.dirty = true
		}
	}
}

// edit is the change of the text, if there is one.
func (c *tagChange) edit(text string) (schema.Edit, bool) {
	switch {
	case !c.dirty || c.at < 0 && len(c.tags) == 0:
		return schema.Edit{}, false
	case c.at < 0:
		end := c.owner.Members[len(c.owner.Members)-1].Value.End
		return schema.Edit{From: end, To: end, Text: c.separator(text) + `"` + propTags + `":` + c.list()}, true
	case len(c.tags) > 0:
		v := c.owner.Members[c.at].Value
		return schema.Edit{From: v.Offset, To: v.End, Text: c.list()}, true
	case c.at > 0:
		return schema.Edit{From: c.owner.Members[c.at-1].Value.End, To: c.owner.Members[c.at].Value.End, Text: ""}, true
	}
	return schema.Edit{From: c.owner.Members[0].NameOffset, To: c.owner.Members[1].NameOffset, Text: ""}, true
}

// separator is the comma and the white space the object puts between its last
// members, so that a new one stands like the others.
func (c *tagChange) separator(text string) string {
	n := len(c.owner.Members)
	if n < 2 {
		return ","
	}
	between := text[c.owner.Members[n-2].Value.End:c.owner.Members[n-1].NameOffset]
	if strings.TrimSpace(between) != "," { // a comment stands there too
		return ", "
	}
	return between
}

func (c *tagChange) list() string {
	list := []byte{'['}
	for i, tag := range c.tags {
		if i > 0 {
			list = append(list, ',')
		}
		list = jsontree.AppendString(list, tag)
	}
	return string(append(list, ']'))
}
