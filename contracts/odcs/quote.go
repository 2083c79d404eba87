package odcs

import (
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// style is how a scalar is written.
type style uint8

const (
	plain style = iota
	single
	double
)

// quote writes a text as a scalar on one line, in the style wanted if that can
// carry it. In a flow collection brackets and commas end a plain scalar.
func quote(text string, want style, flow bool) string {
	printable := strings.IndexFunc(text, func(r rune) bool { return !printableRune(r) }) < 0
	switch {
	case want == plain && isPlain(text, flow) && printable:
		return text
	case want == single && printable:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return doubleQuoted(text)
}

// isPlain reports whether a text without quotes is read as that text by every
// reader: those of YAML 1.1 take yes, on, 0o7 and 1:30 for something else.
func isPlain(text string, flow bool) bool {
	if text == "" || strings.TrimSpace(text) != text {
		return false
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "=":
		return false
	}
	if strings.ContainsRune("-?:,[]{}#&*!|>'\"%@`", rune(text[0])) && !strings.HasPrefix(text, "-") {
		return false
	}
	if text[0] == '-' && (len(text) == 1 || text[1] == ' ' || text[1] == '-') {
		return false
	}
	if strings.Contains(text, ": ") || strings.Contains(text, " #") || strings.HasSuffix(text, ":") {
		return false
	}
	if flow && strings.ContainsAny(text, ",[]{}:?") {
		return false
	}
	if c := text[0]; c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' {
		return plainNumberLike(text)
	}
	return true
}

// plainNumberLike reports whether a text that begins like a number or date is
// none to any reader: versions such as 1.2.0 and addresses such as 10.0.0.1 are.
func plainNumberLike(text string) bool {
	if strings.ContainsAny(text, ":_") || strings.HasPrefix(text, "..") {
		return false
	}
	n := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	if n.ShortTag() != "!!str" {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err != nil
}

func printableRune(r rune) bool {
	return r != '\ufeff' && r != '\u2028' && r != '\u2029' && (unicode.IsPrint(r) || r == ' ')
}

// doubleQuoted writes any text with the escapes that YAML and JSON share.
func doubleQuoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case printableRune(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			b.WriteString(`\U` + hex(r, 8))
		default:
			b.WriteString(`\u` + hex(r, 4))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex(r rune, digits int) string {
	text := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, digits-len(text))) + text
}
