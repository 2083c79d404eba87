package protobuf

import (
	"fmt"
	"strings"

	"github.com/accordhq/accord/schema"
)

// maxDeclarations bounds the statements, list elements and blocks of one file,
// and of a schema with all its dependencies taken together ten times as many.
// Some of the compiler's checks compare every declaration of a message with
// every other, so this bounds its time to some three seconds a file. The
// largest public schemas have a few thousand.
const maxDeclarations = 25_000

// maxColumns bounds the sum of the columns of a file's declarations. The
// compiler counts its way from the beginning of a line to each of them, so a
// file on one line costs the square of its length. One line may hold some
// 50,000 bytes of declarations; there is no bound on short lines.
const maxColumns = 50_000_000

// scanned is what a look at the raw text shows before anything parses it.
type scanned struct {
	declarations int
	// head is the first statement without white space and comments, by which
	// an unsupported edition is recognised even if its syntax is new.
	head    string
	reading strings.Builder
}

// readHead takes in the next piece of text until the first statement is read.
func (s *scanned) readHead(piece string) {
	if s.head != "" || s.reading.Len() >= 64 {
		return
	}
	s.reading.WriteString(piece)
	if piece == ";" {
		s.head = s.reading.String()
	}
}

// scan checks that a text is within bounds. The compiler's parser and its
// walks over the syntax tree recurse; a goroutine's stack cannot be caught
// overflowing, so depth is checked here, on the text.
func scan(text string) (*scanned, *schema.Error) {
	s := &scanned{}
	var depth, lineStart, columns int
	fail := func(at int, format string, limit int) (*scanned, *schema.Error) {
		return s, schema.Errorf(schema.Protobuf, schema.PositionOf(text, at), format, limit)
	}
	for i := 0; i < len(text); {
		if end := skip(text, i); end > i {
			if text[i] != '/' {
				s.readHead(text[i:min(end, i+64)])
			}
			if n := strings.LastIndexByte(text[i:end], '\n'); n >= 0 {
				lineStart = i + n + 1
			}
			i = end
			continue
		}
		c := text[i]
		switch c {
		case '\n':
			lineStart = i + 1
		case '}', ']', '>', ')':
			depth = max(0, depth-1)
		case '{', '[', '<', '(':
			depth++
			fallthrough
		case ';', ',', ':':
			s.declarations++
			columns += i - lineStart
		}
		switch {
		case depth > schema.MaxDepth:
			return fail(i, "brackets are nested deeper than %d levels", schema.MaxDepth)
		case s.declarations > maxDeclarations:
			return fail(i, "more than %d declarations in one file: split it and import the parts", maxDeclarations)
		case columns > maxColumns:
			return fail(i, "the line is too long at byte %d: put declarations on lines of their own", i-lineStart)
		}
		if c > ' ' {
			s.readHead(text[i : i+1])
		}
		i++
	}
	return s, nil
}

// skip returns the index behind the comment or string literal that begins at
// i, and i if none does. An unterminated one ends with its line or the text;
// the parser reports it.
func skip(text string, i int) int {
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, "//"):
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			return i + n
		}
		return len(text)
	case strings.HasPrefix(rest, "/*"):
		if n := strings.Index(rest[2:], "*/"); n >= 0 {
			return i + n + 4
		}
		return len(text)
	case rest[0] == '"' || rest[0] == '\'':
		for n := 1; n < len(rest); n++ {
			switch rest[n] {
			case '\\':
				n++
			case rest[0]:
				return i + n + 1
			case '\n':
				return i + n
			}
		}
		return len(text)
	}
	return i
}

// checkEdition refuses editions the compiler does not know, with a message
// better than the syntax errors their new keywords would give.
func (s *scanned) checkEdition(text string) *schema.Error {
	edition, ok := strings.CutPrefix(s.head, "edition=")
	if !ok {
		return nil
	}
	edition = strings.Trim(edition, `"';`)
	if edition == "2023" {
		return nil
	}
	at := schema.PositionOf(text, max(0, strings.Index(text, "edition")))
	return &schema.Error{
		Format: schema.Protobuf, Position: at,
		Message: fmt.Sprintf("edition %s is not supported yet; use edition 2023, proto3 or proto2", edition),
	}
}
