package jsonschema

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// setTags returns the edit that gives a schema exactly these tags, false if it
// has them.
func (d *document) setTags(n *jsontree.Node, tags []string) (schema.Edit, bool) {
	at := slices.IndexFunc(n.Members, func(m jsontree.Member) bool { return m.Name == tagsKeyword })
	switch {
	case at < 0 && len(tags) == 0:
		return schema.Edit{}, false
	case n.Is(jsontree.Bool):
		return schema.Edit{From: n.Offset, To: n.End, Text: `{"` + tagsKeyword + `": ` + printTags(tags) + `}`}, true
	case at < 0:
		return d.insertMember(n, printTags(tags)), true
	}
	value := n.Member(tagsKeyword)
	switch {
	case slices.Equal(stringsOf(value), tags):
		return schema.Edit{}, false
	case len(tags) > 0 || value != n.Members[at].Value:
		// Of repeated keywords the last counts: it must stay, to hide the others.
		return schema.Edit{From: value.Offset, To: value.End, Text: printTags(tags)}, true
	}
	return removeMember(n, at), true
}

func printTags(tags []string) string {
	out := []byte{'['}
	for i, t := range tags {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = jsontree.AppendString(out, t)
	}
	return string(append(out, ']'))
}

// insertMember adds the tags as the last member, spaced as the one before it.
func (d *document) insertMember(n *jsontree.Node, value string) schema.Edit {
	name := `"` + tagsKeyword + `"`
	if len(n.Members) == 0 {
		return schema.Edit{From: n.Offset + 1, To: n.End - 1, Text: name + ": " + value}
	}
	last := n.Members[len(n.Members)-1]
	start := last.NameOffset
	for strings.IndexByte(" \t\r\n", d.text[start-1]) >= 0 {
		start--
	}
	space := d.text[start:last.NameOffset]
	if len(n.Members) == 1 && d.text[start-1] == '{' && strings.TrimLeft(space, " ") == "" {
		space = ""
	}
	between := d.text[endOfString(d.text, last.NameOffset):last.Value.Offset]
	return schema.Edit{From: last.Value.End, To: last.Value.End, Text: "," + space + name + between + value}
}

// endOfString is the offset behind the string that begins at an offset.
func endOfString(text string, offset int) int {
	for i := offset + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// removeMember takes out one member with the comma that set it apart.
func removeMember(n *jsontree.Node, at int) schema.Edit {
	end := n.Members[at].Value.End
	switch {
	case at > 0:
		return schema.Edit{From: n.Members[at-1].Value.End, To: end, Text: ""}
	case len(n.Members) > 1:
		return schema.Edit{From: n.Members[0].NameOffset, To: n.Members[1].NameOffset, Text: ""}
	}
	return schema.Edit{From: n.Offset + 1, To: n.End - 1, Text: ""}
}
