package jsontree

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/accordhq/accord/schema"
)

// Options say what Parse accepts beyond and below RFC 8259. The zero value is
// strict JSON within the limits of package schema.
type Options struct {
	// AllowComments lets "//" and "/* */" comments stand wherever white space
	// may, as Jackson does when Avro reads a schema.
	AllowComments bool
	// MaxDepth bounds the nesting of arrays and objects; 0 means
	// schema.MaxDepth.
	MaxDepth int
	// MaxText bounds the text in bytes; 0 means schema.MaxText.
	MaxText int
}

// SyntaxError says why a text is not JSON, and where: Offset counts bytes, and
// schema.PositionOf turns it into line and column.
type SyntaxError struct {
	Offset  int
	Message string
}

// Error prints the message with the byte offset.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s (at byte %d)", e.Message, e.Offset)
}

// Parse reads one JSON value that fills the whole text. Every fault is a
// *SyntaxError. Text that is not UTF-8 is refused; an escape that names half of
// a surrogate pair reads as U+FFFD, because Go text cannot hold it.
func Parse(text string, opts Options) (*Node, error) {
	limit := opts.MaxText
	if limit <= 0 {
		limit = schema.MaxText
	}
	if len(text) > limit {
		return nil, &SyntaxError{Offset: limit, Message: fmt.Sprintf("text has %d bytes, more than the %d allowed", len(text), limit)}
	}
	if !utf8.ValidString(text) {
		return nil, &SyntaxError{Offset: invalidUTF8(text), Message: "text is not valid UTF-8"}
	}
	p := parser{text: text, comments: opts.AllowComments, maxDepth: opts.MaxDepth}
	if p.maxDepth <= 0 {
		p.maxDepth = schema.MaxDepth
	}
	if err := p.skipSpace(); err != nil {
		return nil, err
	}
	if p.at == len(text) {
		return nil, p.fail("text is empty, want a JSON value")
	}
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if err := p.skipSpace(); err != nil {
		return nil, err
	}
	if p.at < len(text) {
		return nil, p.fail("unexpected %s after the end of the value", p.found())
	}
	return n, nil
}

func invalidUTF8(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return len(text)
}

type parser struct {
	text     string
	at       int
	comments bool
	maxDepth int
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{Offset: p.at, Message: fmt.Sprintf(format, args...)}
}

// found names what stands at the current place, for messages.
func (p *parser) found() string {
	if p.at >= len(p.text) {
		return "end of text"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return fmt.Sprintf("character %q", r)
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) skipSpace() error {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		case '/':
			if !p.comments {
				return p.fail("comments are not allowed here")
			}
			if err := p.skipComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (p *parser) skipComment() error {
	rest := p.text[p.at:]
	switch {
	case strings.HasPrefix(rest, "//"):
		end := strings.IndexAny(rest, "\n\r")
		if end < 0 {
			end = len(rest)
		}
		p.at += end
	case strings.HasPrefix(rest, "/*"):
		end := strings.Index(rest[2:], "*/")
		if end < 0 {
			return p.fail("comment is not closed")
		}
		p.at += 2 + end + 2
	default:
		return p.fail("unexpected %s", p.found())
	}
	return nil
}

func (p *parser) value(depth int) (*Node, error) {
	n := &Node{Offset: p.at}
	var err error
	switch c := p.peek(); {
	case c == '{':
		err = p.object(n, depth+1)
	case c == '[':
		err = p.array(n, depth+1)
	case c == '"':
		n.Kind = String
		n.Text, err = p.string()
	case c == '-' || '0' <= c && c <= '9':
		n.Kind = Number
		n.Text, err = p.number()
	default:
		err = p.literal(n)
	}
	if err != nil {
		return nil, err
	}
	n.End = p.at
	return n, nil
}

func (p *parser) literal(n *Node) error {
	for _, l := range []struct {
		word  string
		kind  Kind
		value bool
	}{{"null", Null, false}, {"true", Bool, true}, {"false", Bool, false}} {
		if strings.HasPrefix(p.text[p.at:], l.word) {
			n.Kind, n.Bool = l.kind, l.value
			p.at += len(l.word)
			return nil
		}
	}
	return p.fail("unexpected %s, want a JSON value", p.found())
}

// open steps over the opening bracket and reports whether the closing one
// follows at once.
func (p *parser) open(closing byte, depth int) (empty bool, err error) {
	if depth > p.maxDepth {
		return false, p.fail("nesting is deeper than %d levels", p.maxDepth)
	}
	p.at++
	if err := p.skipSpace(); err != nil {
		return false, err
	}
	if p.peek() == closing {
		p.at++
		return true, nil
	}
	return false, nil
}

// next steps over a comma (more) or the closing bracket (no more).
func (p *parser) next(closing byte) (more bool, err error) {
	if err := p.skipSpace(); err != nil {
		return false, err
	}
	switch p.peek() {
	case ',':
		p.at++
		return true, p.skipSpace()
	case closing:
		p.at++
		return false, nil
	}
	return false, p.fail("unexpected %s, want ',' or '%c'", p.found(), closing)
}

func (p *parser) array(n *Node, depth int) error {
	n.Kind = Array
	empty, err := p.open(']', depth)
	for more := !empty; more && err == nil; more, err = p.next(']') {
		item, err := p.value(depth)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
	return err
}

func (p *parser) object(n *Node, depth int) error {
	n.Kind = Object
	empty, err := p.open('}', depth)
	for more := !empty; more && err == nil; more, err = p.next('}') {
		m, err := p.member(depth)
		if err != nil {
			return err
		}
		n.Members = append(n.Members, m)
	}
	return err
}

func (p *parser) member(depth int) (Member, error) {
	m := Member{NameOffset: p.at}
	if p.peek() != '"' {
		return m, p.fail("unexpected %s, want a member name in double quotes", p.found())
	}
	var err error
	if m.Name, err = p.string(); err != nil {
		return m, err
	}
	if err = p.skipSpace(); err != nil {
		return m, err
	}
	if p.peek() != ':' {
		return m, p.fail("unexpected %s, want ':' after the member name", p.found())
	}
	p.at++
	if err = p.skipSpace(); err != nil {
		return m, err
	}
	m.Value, err = p.value(depth)
	return m, err
}

func (p *parser) digits() bool {
	start := p.at
	for c := p.peek(); '0' <= c && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at > start
}

func (p *parser) number() (string, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
		if c := p.peek(); '0' <= c && c <= '9' {
			return "", p.fail("a number has no leading zeros")
		}
	} else if !p.digits() {
		return "", p.fail("unexpected %s, want a digit", p.found())
	}
	if p.peek() == '.' {
		p.at++
		if !p.digits() {
			return "", p.fail("unexpected %s, want a digit after the decimal point", p.found())
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return "", p.fail("unexpected %s, want a digit in the exponent", p.found())
		}
	}
	return p.text[start:p.at], nil
}

// string reads a quoted string. Without escapes the value shares the text's
// memory.
func (p *parser) string() (string, error) {
	open := p.at
	p.at++
	for run := p.at; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return p.text[run : p.at-1], nil
		case c == '\\':
			return p.escaped(open, p.text[run:p.at])
		case c < ' ':
			return "", p.fail("control character %q must be escaped in a string", c)
		}
	}
	p.at = open
	return "", p.fail("string is not closed")
}

// escaped reads the rest of a string that holds an escape.
func (p *parser) escaped(open int, before string) (string, error) {
	var b strings.Builder
	b.WriteString(before)
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return b.String(), nil
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		case c < ' ':
			return "", p.fail("control character %q must be escaped in a string", c)
		default:
			b.WriteByte(c)
			p.at++
		}
	}
	p.at = open
	return "", p.fail("string is not closed")
}

func (p *parser) escape() (rune, error) {
	if p.at+1 >= len(p.text) {
		return 0, p.fail("string is not closed")
	}
	c := p.text[p.at+1]
	if c == 'u' {
		return p.unicodeEscape()
	}
	i := strings.IndexByte(`"\/bfnrt`, c)
	if i < 0 {
		return 0, p.fail("unknown escape in a string")
	}
	p.at += 2
	return rune("\"\\/\b\f\n\r\t"[i]), nil
}

func (p *parser) unicodeEscape() (rune, error) {
	unit, ok := hexUnit(p.text[p.at:])
	if !ok {
		return 0, p.fail(`\u needs four hexadecimal digits`)
	}
	p.at += 6
	if !utf16.IsSurrogate(unit) {
		return unit, nil
	}
	if low, ok := hexUnit(p.text[p.at:]); ok {
		if r := utf16.DecodeRune(unit, low); r != utf8.RuneError {
			p.at += 6
			return r, nil
		}
	}
	return utf8.RuneError, nil
}

// hexUnit reads a \uXXXX escape at the start of s.
func hexUnit(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var unit rune
	for _, c := range []byte(s[2:6]) {
		switch {
		case '0' <= c && c <= '9':
			unit = unit<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			unit = unit<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			unit = unit<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return unit, true
}
