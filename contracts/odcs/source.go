package odcs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The limits of what is read as a contract. One of 5,000 documented fields has
// about 50,000 nodes.
const (
	// MaxBytes is the size of a text.
	MaxBytes = 4 << 20
	// maxNodes counts scalars, lists and mappings, each as often as aliases
	// repeat it.
	maxNodes = 200_000
	// maxDepth is how deep lists and mappings nest: 60 levels of objects.
	maxDepth = 120
	// maxNumber is the length of a number, in digits.
	maxNumber = 400
)

const byteOrderMark = "\ufeff"

// source is a text with the means to find places in it.
type source struct {
	name string
	text []byte
	doc  *yaml.Node
	// breaks are the offsets at which lines begin as YAML counts them: a lone
	// carriage return and three characters of Unicode end a line, too.
	breaks []int
	lines  schema.Lines
}

// newSource parses a text as YAML, and says why it cannot.
func newSource(name string, text []byte) (*source, []finding.Finding) {
	src := &source{name: name, text: bytes.Clone(text)}
	if len(text) > MaxBytes {
		return nil, src.fault(CodeTooLarge, schema.Position{}, fmt.Sprintf("the file has %d bytes; a contract may have %d", len(text), MaxBytes),
			"split it: one contract describes one stream")
	}
	src.lines = schema.NewLines(string(text))
	if i := invalidUTF8(text); i >= 0 {
		return nil, src.fault(CodeEncoding, src.lines.Position(i), fmt.Sprintf("byte %#02x is not UTF-8", text[i]), "save the file as UTF-8")
	}
	src.breaks = yamlLines(text)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, src.fault(CodeEmpty, schema.Position{Line: 1, Column: 1}, "the file holds no contract", "start one with 'accord init'")
	case err != nil:
		return nil, src.broken(err)
	}
	src.doc = doc.Content[0]
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, src.fault(CodeSeveralDocuments, src.position(&second), "a second YAML document begins here", "keep one contract in one file")
	case !errors.Is(err, io.EOF):
		return nil, src.broken(err)
	}
	return src, nil
}

func (s *source) fault(code finding.Code, at schema.Position, message, hint string) []finding.Finding {
	return []finding.Finding{{
		Code: code, Severity: finding.Error, Message: message, Hint: hint,
		File: s.name, Line: at.Line, Column: at.Column,
	}}
}

func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// yamlLines returns where lines begin. A byte order mark is no part of the
// first.
func yamlLines(text []byte) []int {
	first := 0
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		first = len(byteOrderMark)
	}
	starts := []int{first}
	for i := first; i < len(text); {
		n := breakAt(text[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		starts = append(starts, i)
	}
	return starts
}

// breakAt is the length of the line break a text begins with, 0 if it begins
// with none.
func breakAt(text []byte) int {
	switch {
	case len(text) == 0:
	case text[0] == '\n':
		return 1
	case text[0] == '\r' && len(text) > 1 && text[1] == '\n':
		return 2
	case text[0] == '\r':
		return 1
	case text[0] == 0xC2 && len(text) > 1 && text[1] == 0x85: // next line
		return 2
	case text[0] == 0xE2 && len(text) > 2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9): // line, paragraph separator
		return 3
	}
	return 0
}

// offset is where a node begins in the text: with its anchor or tag, if it has
// one. YAML counts columns in characters.
func (s *source) offset(n *yaml.Node) int {
	line := min(max(n.Line, 1), len(s.breaks))
	return s.advance(s.breaks[line-1], n.Column-1)
}

// advance is the offset some characters after another.
func (s *source) advance(offset, characters int) int {
	for ; characters > 0 && offset < len(s.text); characters-- {
		_, size := utf8.DecodeRune(s.text[offset:])
		offset += size
	}
	return offset
}

func (s *source) position(n *yaml.Node) schema.Position { return s.lines.Position(s.offset(n)) }

var (
	yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = regexp.MustCompile(`unknown anchor '([^']*)'`)
)

// broken turns the parser's one error into a finding at the line that is at
// fault. The parser's own line is often that of the mapping around it.
func (s *source) broken(err error) []finding.Finding {
	problem := yamlErrorLine.ReplaceAllString(err.Error(), "")
	line := 1
	if m := yamlErrorLine.FindStringSubmatch(err.Error()); m != nil && m[1] != "" {
		line, _ = strconv.Atoi(m[1])
	}
	if m := unknownAnchor.FindStringSubmatch(problem); m != nil {
		i := max(0, bytes.Index(s.text, []byte("*"+m[1])))
		return s.fault(CodeBrokenYAML, s.lines.Position(i), fmt.Sprintf("no anchor &%s comes before the alias *%s", m[1], m[1]), "write the value itself")
	}
	if strings.HasPrefix(problem, "did not find") && len(s.text) <= MaxBytes/4 {
		line = s.firstLineWith(problem)
	}
	line = min(max(line, 1), len(s.breaks))
	start := s.breaks[line-1]
	blank := len(s.text[start:]) - len(bytes.TrimLeft(s.text[start:], " \t"))
	message, hint := explainYAML(problem, s.text[start:start+blank])
	return s.fault(CodeBrokenYAML, s.lines.Position(start+blank), message, hint)
}

// firstLineWith finds the line that makes the parser fail with a problem: the
// last of the shortest run of lines that does. Once the parser has met the
// fault, lines that follow change nothing.
func (s *source) firstLineWith(problem string) int {
	return 1 + sort.Search(len(s.breaks)-1, func(i int) bool {
		var n yaml.Node
		err := yaml.NewDecoder(bytes.NewReader(s.text[:s.breaks[i+1]])).Decode(&n)
		return err != nil && strings.HasSuffix(err.Error(), problem)
	})
}

// explainYAML puts the parser's problem in words for who writes contracts.
func explainYAML(problem string, indent []byte) (message, hint string) {
	switch {
	case bytes.ContainsRune(indent, '\t') && strings.Contains(problem, "cannot start any token"):
		return "a line is indented with a tab", "YAML indents with spaces"
	case strings.Contains(problem, "mapping values are not allowed"):
		return "a colon makes a second key of what follows a value", "put text that holds ': ' in quotes"
	case strings.Contains(problem, "did not find expected key"), strings.Contains(problem, "did not find expected '-' indicator"):
		return "the line does not fit the lines above: its indentation, or a stray quote or bracket", "indent the keys of one mapping alike"
	case strings.Contains(problem, "did not find expected ','"):
		return "a list or mapping in brackets is not closed", "close it with ']' or '}'"
	case strings.Contains(problem, "unexpected end of stream"):
		return "a quoted text is not closed", "close it with the quote it begins with"
	case strings.Contains(problem, "could not find expected ':'"):
		return "a line has no ':' after its key", "write 'key: value'"
	case strings.Contains(problem, "exceeded max depth"):
		return "the file nests too deep", "a contract needs a few levels only"
	}
	return "the YAML is broken: " + problem, ""
}
