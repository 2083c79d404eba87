package rules

import (
	"strings"

	"github.com/accordhq/accord/schema"
)

// ignoreGuardParam is the rule parameter that makes a semicolon part of the
// expression.
const ignoreGuardParam = "cel.ignore.guard.separator"

// expression is a CEL rule's text in its two parts (contracts reference 3.4).
type expression struct {
	// guard is the text before the first semicolon, "" for none.
	guard string
	// body is the expression proper, with white space in place of the guard so
	// that places in it are places in the rule.
	body string
}

// splitGuard takes a rule's text apart.
func splitGuard(rule schema.Rule, metadata *schema.Metadata) expression {
	at := strings.IndexByte(rule.Expr, ';')
	if at < 0 || strings.EqualFold(parameter(rule, metadata, ignoreGuardParam), "true") {
		return expression{body: rule.Expr}
	}
	e := expression{guard: rule.Expr[:at]}
	blank := strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, rule.Expr[:at+1])
	e.body = blank + rule.Expr[at+1:]
	if strings.TrimSpace(e.guard) == "" {
		e.guard = ""
	}
	return e
}

// parameter is a setting of a rule: the rule's own, else a property of the
// metadata (contracts reference 3.3).
func parameter(rule schema.Rule, metadata *schema.Metadata, name string) string {
	if v, ok := rule.Params[name]; ok {
		return v
	}
	return metadata.Property(name)
}

// inText reports whether the byte at an offset lies in a string or bytes
// literal, or in a comment.
func inText(expr string, offset int) bool {
	for i := 0; i < offset; {
		switch {
		case expr[i] == '"' || expr[i] == '\'':
			end := literalEnd(expr, i)
			if offset < end {
				return true
			}
			i = end
		case strings.HasPrefix(expr[i:], "//"):
			end := strings.IndexByte(expr[i:], '\n')
			if end < 0 || offset < i+end {
				return true
			}
			i += end
		default:
			i++
		}
	}
	return false
}

// literalEnd is the offset behind the literal whose opening quote stands at
// start, or the length of the text if it never ends.
func literalEnd(expr string, start int) int {
	raw := start > 0 && (expr[start-1]|0x20 == 'r' || start > 1 && expr[start-1]|0x20 == 'b' && expr[start-2]|0x20 == 'r')
	quote := expr[start : start+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(expr[start:], triple) {
		quote = triple
	}
	for i := start + len(quote); i < len(expr); i++ {
		switch {
		case strings.HasPrefix(expr[i:], quote):
			return i + len(quote)
		case expr[i] == '\\' && !raw:
			i++
		case expr[i] == '\n' && len(quote) == 1:
			return i
		}
	}
	return len(expr)
}

// wordAt is the identifier at a place that counts from 1, "" if there is none.
func wordAt(expr string, line, column int) string {
	for ; line > 1; line-- {
		_, rest, ok := strings.Cut(expr, "\n")
		if !ok {
			return ""
		}
		expr = rest
	}
	runes := []rune(expr)
	if column < 1 || column > len(runes) {
		return ""
	}
	end := column - 1
	for end < len(runes) && isWord(runes[end]) {
		end++
	}
	return string(runes[column-1 : end])
}

func isWord(r rune) bool {
	return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// excerpt shows a place in an expression: the line, and a caret below it. Long
// lines are cut around the place.
func excerpt(expr string, line, column int) []string {
	const before, width = 40, 100
	for ; line > 1; line-- {
		_, rest, ok := strings.Cut(expr, "\n")
		if !ok {
			return nil
		}
		expr = rest
	}
	expr, _, _ = strings.Cut(expr, "\n")
	runes := []rune(expr)
	column = min(max(column, 1), len(runes)+1)
	if len(runes) > width && column > before {
		cut := min(column-before, len(runes)-width)
		runes, column = runes[max(0, cut):], column-max(0, cut)
	}
	runes = runes[:min(len(runes), width)]
	return []string{string(runes), strings.Repeat(" ", min(column, width+1)-1) + "^"}
}
