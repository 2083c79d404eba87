package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// properties are those of a Java client that have not been taken yet.
type properties map[string]string

// take returns a property and takes it out.
func (p properties) take(key string) string {
	value := p[key]
	delete(p, key)
	return value
}

// parseProperties reads a file of java.util.Properties: lines of KEY=VALUE,
// KEY:VALUE or KEY VALUE; # and ! begin a comment; a line that ends in an odd
// number of backslashes goes on in the next. Of a key that stands there twice the
// last value counts. Errors name the line and not what is in it, which may be a
// password.
func parseProperties(text string) (properties, error) {
	out := properties{}
	number, begun, whole := 0, 0, ""
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimLeft(strings.TrimRight(line, "\r\n"), blank)
		if whole == "" {
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			begun = number
		}
		whole += line
		if goesOn(line) {
			whole = whole[:len(whole)-1]
			continue
		}
		if err := out.add(whole); err != nil {
			return nil, fmt.Errorf("line %d: %w", begun, err)
		}
		whole = ""
	}
	if whole != "" { // the file ends with a backslash
		if err := out.add(whole); err != nil {
			return nil, fmt.Errorf("line %d: %w", begun, err)
		}
	}
	return out, nil
}

// blank is the white space of such files.
const blank = " \t\f"

func goesOn(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// add takes one property apart.
func (p properties) add(line string) error {
	end := 0
	for end < len(line) && !strings.ContainsRune(blank+"=:", rune(line[end])) {
		if line[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(line))
	value := strings.TrimLeft(line[end:], blank)
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], blank)
	}
	key, err := unescape(line[:end])
	if err != nil {
		return err
	}
	if key == "" {
		return errors.New("a value without a key")
	}
	value, err = unescape(value)
	p[key] = strings.TrimFunc(value, func(r rune) bool { return r <= ' ' }) // as Kafka's own configuration does
	return err
}

// unescape reads \t, \n, \r, \f and \uXXXX; of another character a backslash is
// dropped.
func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		plain, after, found := strings.Cut(rest, `\`)
		b.WriteString(plain)
		if rest = after; !found || rest == "" {
			continue
		}
		c := rest[0]
		rest = rest[1:]
		if c != 'u' {
			b.WriteByte(controls(c))
			continue
		}
		if len(rest) < 4 {
			return "", errors.New(`\u without four digits`)
		}
		code, err := strconv.ParseUint(rest[:4], 16, 16)
		if err != nil {
			return "", errors.New(`\u without four digits`)
		}
		b.WriteRune(rune(code))
		rest = rest[4:]
	}
	return b.String(), nil
}

// controls is what a character behind a backslash means.
func controls(c byte) byte {
	if i := strings.IndexByte("tnrf", c); i >= 0 {
		return "\t\n\r\f"[i]
	}
	return c
}
