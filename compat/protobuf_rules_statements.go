package compat

import (
	"slices"
	"strings"
	"text/scanner"

	"github.com/accordhq/accord/schema"
)

// protoStatements are where statements begin that a parsed schema tells no
// place of: "syntax", "package", "option java_package", "import a/b.proto", and
// by their names within the package extensions, services and methods.
type protoStatements map[string]schema.Position

// findProtoStatements looks through a text that is known to be well formed.
func findProtoStatements(text string) protoStatements {
	var s scanner.Scanner
	s.Init(strings.NewReader(text))
	s.Mode = scanner.ScanIdents | scanner.ScanFloats | scanner.ScanStrings | scanner.ScanChars | scanner.ScanComments | scanner.SkipComments
	s.Error = func(*scanner.Scanner, string) {} // escapes in strings that Go does not know
	found := protoStatements{}
	var blocks []protoStatement // those that are open
	var current protoStatement
	for tok := s.Scan(); tok != scanner.EOF; tok = s.Scan() {
		switch tok {
		case '{', ';':
			if key := current.key(blocks); key != "" {
				found[key] = current.at
			}
			if tok == '{' {
				blocks = append(blocks, current)
			}
			current = protoStatement{}
		case '}':
			blocks, current = blocks[:max(0, len(blocks)-1)], protoStatement{}
		default:
			if len(current.words) == 0 {
				lineStart := strings.LastIndexByte(text[:s.Offset], '\n') + 1
				current.at = schema.Position{Line: s.Line, Column: s.Offset - lineStart + 1}
			}
			current.words = append(current.words, s.TokenText())
		}
	}
	return found
}

// protoStatement is one statement, or what begins a block.
type protoStatement struct {
	words []string
	at    schema.Position
}

// word is the statement's n-th word, "" past its end.
func (s protoStatement) word(n int) string {
	if n >= 0 && n < len(s.words) {
		return s.words[n]
	}
	return ""
}

// key is the key of a statement within blocks, "" if it needs none.
func (s protoStatement) key(blocks []protoStatement) string {
	if len(blocks) == 0 {
		switch s.word(0) {
		case "syntax", "edition":
			return "syntax"
		case "package":
			return "package"
		case "option":
			return "option " + s.word(1)
		case "import":
			return "import " + strings.Trim(s.word(len(s.words)-1), `"'`)
		case "service":
			return s.word(1)
		}
		return ""
	}
	switch parent := blocks[len(blocks)-1]; parent.word(0) {
	case "service":
		if s.word(0) == "rpc" {
			return parent.word(1) + "." + s.word(1)
		}
	case "extend":
		if name := s.extension(); name != "" {
			return scopeOf(blocks) + name
		}
	}
	return ""
}

// extension is the name of the extension that a statement in an extend block
// declares. A group's field is named after it, in small letters.
func (s protoStatement) extension() string {
	equals := slices.Index(s.words, "=")
	if s.word(equals-2) == "group" {
		return strings.ToLower(s.word(equals - 1))
	}
	return s.word(equals - 1)
}

// scopeOf are the names of the messages around, each with a dot behind it.
func scopeOf(blocks []protoStatement) string {
	scope := ""
	for _, b := range blocks {
		if b.word(0) == "message" {
			scope += b.word(1) + "."
		} else if i := slices.Index(b.words, "group"); i >= 0 && b.word(0) != "extend" {
			scope += b.word(i+1) + "."
		}
	}
	return scope
}
