package sqlflow

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	endToken    tokenKind = iota
	wordToken             // a name or keyword without quotes
	nameToken             // a name in `backticks`
	doubleToken           // "a name", or a string where Spark and Hive read it
	textToken             // 'a string'
	numberToken
	symbolToken
)

type token struct {
	kind tokenKind
	// at is the offset of the first byte in the script.
	at int
	// text is the name or string without its quotes, or the text itself.
	text string
	// upper is a word as keywords are compared; "" if it is no word.
	upper string
}

// is says whether the token is a symbol.
func (t token) is(symbol string) bool { return t.kind == symbolToken && t.text == symbol }

// named says whether the token can be part of a name.
func (t token) named() bool {
	return t.kind == wordToken || t.kind == nameToken || t.kind == doubleToken
}

// lexer cuts a script into tokens, one statement at a time.
type lexer struct {
	sql string
	pos int
	// backticks: names are quoted in backticks, so what is in double quotes is
	// a string.
	backticks bool
	// cut is the offset of the first token of a statement that is left out, 0
	// if none is.
	cut int
}

// statement returns the tokens up to the next semicolon, ended by an endToken;
// more is false after the last. Tokens beyond maxTokens are left out.
func (l *lexer) statement() (tokens []token, more bool) {
	l.cut = 0
	for {
		t := l.next()
		switch {
		case t.kind == endToken:
			return append(tokens, t), false
		case t.is(";"):
			return append(tokens, token{at: t.at}), true
		case len(tokens) < maxTokens:
			tokens = append(tokens, t)
		case l.cut == 0:
			l.cut = t.at
		}
	}
}

func (l *lexer) next() token {
	l.space()
	at := l.pos
	if at >= len(l.sql) {
		return token{at: at}
	}
	switch c := l.sql[at]; {
	case c == '\'':
		return token{kind: textToken, at: at, text: l.quoted('\'', false)}
	case c == '`':
		l.backticks = true
		return token{kind: nameToken, at: at, text: l.quoted('`', false)}
	case c == '"':
		return token{kind: doubleToken, at: at, text: l.quoted('"', false)}
	case c >= '0' && c <= '9', c == '.' && at+1 < len(l.sql) && isDigit(l.sql[at+1]) && !l.afterName():
		return l.number()
	case c == '$':
		if t, ok := l.dollar(); ok {
			return t
		}
	}
	if n := l.wordLength(); n > 0 {
		return l.word(n)
	}
	return l.symbol()
}

// afterName says whether the byte before ends a name, so that a dot steps into
// it and begins no number.
func (l *lexer) afterName() bool {
	if l.pos == 0 {
		return false
	}
	c := l.sql[l.pos-1]
	return c == '`' || c == '"' || c == ']' || c == ')' || c == '_' || isDigit(c) || isLetter(c) || c >= utf8.RuneSelf
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// space skips white space and comments; hints are comments.
func (l *lexer) space() {
	for l.pos < len(l.sql) {
		rest := l.sql[l.pos:]
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			l.pos++
		case strings.HasPrefix(rest, "--"):
			l.skipPast("\n")
		case strings.HasPrefix(rest, "/*"):
			l.pos += 2
			l.skipPast("*/")
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(rest)
			if !unicode.IsSpace(r) && r != '\ufeff' {
				return
			}
			l.pos += n
		default:
			return
		}
	}
}

func (l *lexer) skipPast(mark string) {
	if i := strings.Index(l.sql[l.pos:], mark); i >= 0 {
		l.pos += i + len(mark)
		return
	}
	l.pos = len(l.sql)
}

// quoted reads what is between quotes, of which a doubled one is one. A quote
// after a backslash belongs to the text if escapes says so or if a letter or
// quote follows: standard SQL ends a string there, and then no letter can
// come. Without a closing quote the rest of the script is inside.
func (l *lexer) quoted(quote byte, escapes bool) string {
	start := l.pos + 1
	doubled := false
	for i := start; i < len(l.sql); i++ {
		switch c := l.sql[i]; {
		case c == '\\' && quote != '`' && i+1 < len(l.sql) && (escapes || l.escaped(i+1, quote)):
			i++
		case c != quote:
		case i+1 < len(l.sql) && l.sql[i+1] == quote:
			doubled = true
			i++
		default:
			l.pos = i + 1
			return unquote(l.sql[start:i], quote, doubled)
		}
	}
	l.pos = len(l.sql)
	return unquote(l.sql[min(start, l.pos):], quote, doubled)
}

func (l *lexer) escaped(i int, quote byte) bool {
	if l.sql[i] != quote {
		return l.sql[i] == '\\'
	}
	if i+1 >= len(l.sql) {
		return false
	}
	next := l.sql[i+1]
	return next == quote || isDigit(next) || isLetter(next)
}

func unquote(s string, quote byte, doubled bool) string {
	if !doubled {
		return s
	}
	q := string(quote)
	return strings.ReplaceAll(s, q+q, q)
}

// dollar reads what begins with $: a string in Postgres' dollar quotes or a
// parameter.
func (l *lexer) dollar() (token, bool) {
	at := l.pos
	i := at + 1
	for i < len(l.sql) && isDigit(l.sql[i]) {
		i++
	}
	if i > at+1 {
		l.pos = i
		return token{kind: symbolToken, at: at, text: "?"}, true
	}
	for i < len(l.sql) && (l.sql[i] == '_' || isLetter(l.sql[i])) {
		i++
	}
	if i >= len(l.sql) || l.sql[i] != '$' {
		return token{}, false
	}
	mark := l.sql[at : i+1]
	l.pos = i + 1
	l.skipPast(mark)
	return token{kind: textToken, at: at, text: strings.TrimSuffix(l.sql[i+1:max(l.pos, i+1)], mark)}, true
}

// number reads digits and what sticks to them: fractions, exponents, suffixes.
func (l *lexer) number() token {
	at := l.pos
	for l.pos < len(l.sql) {
		c := l.sql[l.pos]
		sign := (c == '+' || c == '-') && l.sql[l.pos-1]|0x20 == 'e' && l.pos-1 > at
		if !isDigit(c) && !isLetter(c) && c != '.' && c != '_' && !sign {
			break
		}
		l.pos++
	}
	text := l.sql[at:l.pos]
	if digitName(text) {
		return token{kind: wordToken, at: at, text: text, upper: strings.ToUpper(text)}
	}
	return token{kind: numberToken, at: at, text: text}
}

// digitName tells a name that begins with digits, as Spark and Hive allow
// (30_days), from a number with an exponent or a suffix (1e5, 10L, 2.5BD).
func digitName(text string) bool {
	const notInNumbers = "acghijkmnopqrtuvwxz"
	text = strings.ToLower(text)
	return !strings.HasPrefix(text, "0x") && !strings.Contains(text, ".") && strings.ContainsAny(text, notInNumbers)
}

// wordLength measures the word that begins here: letters of any language,
// digits, underscores and dollars; ${...} is part of a word, as what templates
// leave open, and @ begins a variable.
func (l *lexer) wordLength() int {
	rest := l.sql[l.pos:]
	i := 0
	for i < len(rest) {
		c := rest[i]
		switch {
		case isLetter(c) || c == '_' || c == '$' || i > 0 && isDigit(c):
			i++
			if c == '$' && i < len(rest) && rest[i] == '{' {
				if end := strings.IndexByte(rest[i:min(len(rest), i+200)], '}'); end >= 0 {
					i += end + 1
				}
			}
		case c == '@' && i+1 < len(rest) && (isLetter(rest[i+1]) || rest[i+1] == '@'):
			i++
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(rest[i:])
			if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
				return i
			}
			i += n
		default:
			return i
		}
	}
	return i
}

// word makes a token of the next n bytes; E'...' and its kin are strings.
func (l *lexer) word(n int) token {
	at := l.pos
	text := l.sql[at : at+n]
	l.pos += n
	if n == 1 && l.pos < len(l.sql) {
		if strings.HasPrefix(l.sql[l.pos:], "&'") && text[0]|0x20 == 'u' {
			l.pos++
		}
		if l.sql[l.pos] == '\'' && strings.Contains("ENXBRUenxbru", text) {
			return token{kind: textToken, at: at, text: l.quoted('\'', text[0]|0x20 == 'e')}
		}
	}
	return token{kind: wordToken, at: at, text: text, upper: strings.ToUpper(text)}
}

// symbols are those of more than one byte that mean something to the parser;
// of the others it sees each byte.
var symbols = []string{"<=>", "->>", "::", "->", "=>"}

func (l *lexer) symbol() token {
	at := l.pos
	for _, s := range symbols {
		if strings.HasPrefix(l.sql[at:], s) {
			l.pos += len(s)
			return token{kind: symbolToken, at: at, text: s}
		}
	}
	_, n := utf8.DecodeRuneInString(l.sql[at:])
	l.pos += n
	return token{kind: symbolToken, at: at, text: l.sql[at:l.pos]}
}
