package odcs

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Where values begin and end in the text. The parser tells where they begin
// only, and in rare forms these functions find another end: who edits by them
// reads the result again and compares.

// span is where a value stands, without its anchor and tag. An empty value has
// none: its span is the empty one after the colon or dash.
func (s *source) span(y *yaml.Node) (from, to int) { return s.start(y), s.end(y) }

// start is where a value begins, after its anchor and tag.
func (s *source) start(y *yaml.Node) int {
	i := s.offset(y)
	if y.Kind == yaml.AliasNode {
		return i
	}
	for i < len(s.text) && (s.text[i] == '&' && y.Anchor != "" || s.text[i] == '!' && y.Style&yaml.TaggedStyle != 0) {
		for i < len(s.text) && !bytes.ContainsRune([]byte(" \t\r\n"), rune(s.text[i])) {
			i++
		}
		if y.Kind == yaml.ScalarNode && y.Value == "" && s.lineEnd(i) == i {
			return i
		}
		i = s.skipSpace(i)
	}
	return i
}

// end is where a value ends: for lists and mappings in block style, where
// their last value does.
func (s *source) end(y *yaml.Node) int {
	i := s.start(y)
	switch y.Kind {
	case yaml.AliasNode:
		return i + len("*") + len(y.Value)
	case yaml.ScalarNode:
		return s.scalarEnd(i, y)
	}
	bracketed := i < len(s.text) && (s.text[i] == '[' || s.text[i] == '{') && y.Style&yaml.FlowStyle != 0
	if bracketed {
		i++
	}
	if n := len(y.Content); n > 0 {
		i = s.end(y.Content[n-1])
	}
	if !bracketed {
		return i
	}
	for i < len(s.text) && s.text[i] != ']' && s.text[i] != '}' {
		if next := s.skipSpace(i); next > i {
			i = next
			continue
		}
		i++ // a comma, or the colon of a key without value
	}
	return min(i+1, len(s.text))
}

// skipSpace passes over white space, line breaks and comments.
func (s *source) skipSpace(i int) int {
	for i < len(s.text) {
		switch s.text[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '#':
			i = s.lineEnd(i)
		default:
			return i
		}
	}
	return i
}

func (s *source) scalarEnd(i int, y *yaml.Node) int {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		for i++; i < len(s.text) && s.text[i] != '"'; i++ {
			if s.text[i] == '\\' {
				i++
			}
		}
		return min(i+1, len(s.text))
	case y.Style&yaml.SingleQuotedStyle != 0:
		for i++; i < len(s.text); i++ {
			if s.text[i] != '\'' {
				continue
			}
			if i+1 == len(s.text) || s.text[i+1] != '\'' {
				break
			}
			i++
		}
		return min(i+1, len(s.text))
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return s.blockEnd(i, y.Value)
	}
	return s.plainEnd(i, y.Value)
}

// plainEnd follows the characters of a plain scalar, in which a line break
// reads as a space.
func (s *source) plainEnd(i int, value string) int {
	for value != "" && i < len(s.text) {
		if s.text[i] == value[0] && value[0] != ' ' && value[0] != '\n' {
			i, value = i+1, value[1:]
			continue
		}
		next := i
		for next < len(s.text) && bytes.IndexByte([]byte(" \t\r\n"), s.text[next]) >= 0 {
			next++
		}
		rest := strings.TrimLeft(value, " \t\n")
		if next == i || len(rest) == len(value) {
			break // not what the parser read
		}
		i, value = next, rest
	}
	return i
}

// blockEnd is the end of the last line of a literal or folded scalar: lines
// that are blank or indented like the first.
func (s *source) blockEnd(i int, value string) int {
	end := s.lineEnd(i)
	if strings.TrimSpace(value) == "" {
		return end
	}
	indent := -1
	for at := end; at < len(s.text); {
		line := at + breakAt(s.text[at:])
		at = s.lineEnd(line)
		blanks := len(s.text[line:at]) - len(bytes.TrimLeft(s.text[line:at], " "))
		switch {
		case line+blanks == at: // blank
			if at == len(s.text) || breakAt(s.text[at:]) == 0 {
				return end
			}
			continue
		case indent < 0:
			indent = blanks
		case blanks < indent:
			return end
		}
		end = at
	}
	return end
}

// lineEnd is where the line of an offset ends, before its break.
func (s *source) lineEnd(i int) int {
	for i < len(s.text) && breakAt(s.text[i:]) == 0 {
		i++
	}
	return i
}

// column is how many characters stand before a node on its line.
func (s *source) column(y *yaml.Node) int { return max(0, y.Column-1) }

// dashColumn is the column of the dash before an item of a list.
func (s *source) dashColumn(item *yaml.Node) int {
	dash := bytes.LastIndexByte(s.text[:s.offset(item)], '-')
	if dash < 0 {
		return 0
	}
	start := dash
	for start > 0 && s.text[start-1] != '\n' && s.text[start-1] != '\r' {
		start--
	}
	return utf8.RuneCount(bytes.TrimPrefix(s.text[start:dash], []byte(byteOrderMark)))
}
