package jsontree

import (
	"slices"
	"unicode/utf8"
)

// Append prints n without white space: members in their order, duplicates
// included, numbers as written, strings as AppendString writes them. A nil n
// prints as null.
func Append(dst []byte, n *Node) []byte {
	return appendNode(dst, n, (*Node).allMembers)
}

// AppendSorted prints n like Append, but with the members of every object
// sorted by name (in UTF-16 order, as Java sorts) and without duplicates: the
// last one counts.
func AppendSorted(dst []byte, n *Node) []byte {
	return appendNode(dst, n, (*Node).Sorted)
}

func (n *Node) allMembers() []Member { return n.Members }

// Sorted returns the members of an object by name, in UTF-16 order, without
// duplicates.
func (n *Node) Sorted() []Member {
	members := slices.Clone(n.Distinct())
	slices.SortStableFunc(members, func(a, b Member) int { return CompareUTF16(a.Name, b.Name) })
	return members
}

func appendNode(dst []byte, n *Node, members func(*Node) []Member) []byte {
	if n == nil {
		return append(dst, "null"...)
	}
	switch n.Kind {
	case Bool:
		if n.Bool {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Number:
		return append(dst, n.Text...)
	case String:
		return AppendString(dst, n.Text)
	case Array:
		dst = append(dst, '[')
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendNode(dst, item, members)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		for i, m := range members(n) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendString(dst, m.Name), ':')
			dst = appendNode(dst, m.Value, members)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// AppendString prints s as a JSON string the way Jackson does: the quote, the
// backslash and control characters below U+0020 are escaped and nothing else.
func AppendString(dst []byte, s string) []byte {
	const hexDigits = "0123456789ABCDEF"
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return append(append(dst, s[start:]...), '"')
}

// CompareUTF16 orders text as Java does, by UTF-16 code units: characters
// beyond U+FFFF come before U+E000 to U+FFFF.
func CompareUTF16(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) - len(b)
	}
	for i > 0 && (!utf8.RuneStart(a[i]) || !utf8.RuneStart(b[i])) {
		i--
	}
	x, _ := utf8.DecodeRuneInString(a[i:])
	y, _ := utf8.DecodeRuneInString(b[i:])
	if beyondX, beyondY := x > 0xffff, y > 0xffff; beyondX != beyondY {
		if beyondX {
			x = 0xd800
		} else {
			y = 0xd800
		}
	}
	return int(x) - int(y)
}
