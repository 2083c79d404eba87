package jsonschema

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// edit replaces text[from:to].
type edit struct {
	from, to int
	with     string
}

// applyEdits applies edits that do not overlap.
func applyEdits(text string, edits []edit) string {
	slices.SortFunc(edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.from])
		b.WriteString(e.with)
		at = e.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// setTags returns the edit that gives a schema exactly these tags, false if it
// has them.
func (d *document) setTags(n *jsontree.Node, tags []string) (edit, bool) {
	at := slices.IndexFunc(n.Members, func(m jsontree.Member) bool { return m.Name == tagsKeyword })
	switch {
	case at < 0 && len(tags) == 0:
		return edit{}, false
	case n.Is(jsontree.Bool):
		return edit{n.Offset, n.End, `{"` + tagsKeyword + `": ` + printTags(tags) + `}`}, true
	case at < 0:
		return d.insertMember(n, printTags(tags)), true
	}
	value := n.Member(tagsKeyword)
	switch {
	case slices.Equal(stringsOf(value), tags):
		return edit{}, false
	case len(tags) > 0 || value != n.Members[at].Value:
		// Of repeated keywords the last counts: it must stay, to hide the others.
		return edit{value.Offset, value.End, printTags(tags)}, true
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
func (d *document) insertMember(n *jsontree.Node, value string) edit {
	name := `"` + tagsKeyword + `"`
	if len(n.Members) == 0 {
		return edit{n.Offset + 1, n.End - 1, name + ": " + value}
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
	return edit{last.Value.End, last.Value.End, "," + space + name + between + value}
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
func removeMember(n *jsontree.Node, at int) edit {
	end := n.Members[at].Value.End
	switch {
	case at > 0:
		return edit{n.Members[at-1].Value.End, end, ""}
	case len(n.Members) > 1:
		return edit{n.Members[0].NameOffset, n.Members[1].NameOffset, ""}
	}
	return edit{n.Offset + 1, n.End - 1, ""}
}
