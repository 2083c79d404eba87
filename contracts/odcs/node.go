package odcs

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Kind says which of JSON's sorts of value a Value is.
type Kind uint8

// The kinds of values. The zero Value is of kind Null.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Mapping
)

// String names a kind the way messages do.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "text", "list", "mapping"}[k]
}

// node is one value of a document with aliases, merge keys and tags resolved.
// Aliases share the node of their anchor, so the tree is a graph without
// cycles; its expanded size and depth are bounded.
type node struct {
	kind Kind
	// text is the value of a text (dates are texts), a number as JSON spells
	// it, "true" or "false".
	text  string
	at    schema.Position
	slots []slot
	// size and depth are those of the value with every alias expanded.
	size, depth int
}

// slot is a place for a value: an item of a list or a member of a mapping.
type slot struct {
	key   string
	value *node
	// keyAt is where the key stands.
	keyAt schema.Position
	// keySource and source are what the text has there; source may be an
	// alias. keySource is nil for the items of a list.
	keySource, source *yaml.Node
	// merged slots came from another mapping, through the key "<<".
	merged bool
}

// member returns the slot of a key, nil if there is none or n is no mapping.
func (n *node) member(key string) *slot {
	if n == nil || n.kind != Mapping {
		return nil
	}
	for i := range n.slots {
		if n.slots[i].key == key {
			return &n.slots[i]
		}
	}
	return nil
}

// value returns the value of a key, nil if there is none.
// A nil node has no members.
func (n *node) value(key string) *node {
	if s := n.member(key); s != nil {
		return s.value
	}
	return nil
}

// string returns the text at a key, "" if there is none or it is no text.
func (n *node) string(key string) string {
	if v := n.value(key); v != nil && v.kind == Text {
		return v.text
	}
	return ""
}

// list returns the items at a key, none if it is no list.
func (n *node) list(key string) []slot {
	if v := n.value(key); v != nil && v.kind == List {
		return v.slots
	}
	return nil
}

// tree resolves the parsed text. A nil node means that there is nothing to go
// on with.
func (s *source) tree() (*node, []finding.Finding) {
	r := &resolver{src: s, done: map[*yaml.Node]*node{}}
	root := r.node(s.doc, "", 0)
	switch {
	case root.size > maxNodes || r.count > maxNodes:
		return nil, s.fault(CodeTooLarge, root.at, fmt.Sprintf("the contract has more than %d values, aliases expanded", maxNodes), "write fewer aliases of aliases, or split the contract")
	case root.depth > maxDepth || r.tooDeep:
		return nil, s.fault(CodeTooLarge, root.at, fmt.Sprintf("the contract nests deeper than %d levels", maxDepth), "flatten it")
	case root.kind == Null && len(r.out) == 0:
		return nil, s.fault(CodeEmpty, root.at, "the file holds no contract", "start one with 'accord init'")
	case root.kind != Mapping:
		return nil, append(r.out, s.fault(CodeWrongType, root.at, "a contract is a mapping, this is a "+root.kind.String(), "begin with 'apiVersion: v3.1.0'")...)
	}
	return root, r.out
}

// resolver turns YAML nodes into nodes.
type resolver struct {
	src  *source
	done map[*yaml.Node]*node // nil while a node is being resolved
	out  []finding.Finding
	// count is how many nodes were resolved and members merged.
	count   int
	tooDeep bool
	// line, column and offset are the place asked for last. Nodes come in the
	// order of the text, so the next one is not far from it.
	line, column, offset int
}

// position is where a node begins.
func (r *resolver) position(y *yaml.Node) schema.Position {
	if y.Line == r.line && y.Column >= r.column {
		r.offset = r.src.advance(r.offset, y.Column-r.column)
	} else {
		r.offset = r.src.offset(y)
	}
	r.line, r.column = y.Line, y.Column
	return r.src.lines.Position(r.offset)
}

func (r *resolver) fault(code finding.Code, path string, at schema.Position, message, hint string) {
	if len(r.out) < maxFaults {
		f := r.src.fault(code, at, message, hint)
		f[0].Path = path
		r.out = append(r.out, f...)
	}
}

func (r *resolver) node(y *yaml.Node, path string, depth int) *node {
	if done, seen := r.done[y]; seen {
		if done == nil {
			r.fault(CodeBrokenYAML, path, r.position(y), "the anchor &"+y.Anchor+" holds an alias of itself", "write the value itself")
			return &node{at: r.position(y), size: 1, depth: 1}
		}
		return done
	}
	r.count++
	if depth > maxDepth || r.count > maxNodes {
		r.tooDeep = r.tooDeep || depth > maxDepth
		return &node{at: r.position(y), size: 1, depth: 1}
	}
	if y.Kind == yaml.AliasNode {
		return r.node(y.Alias, path, depth)
	}
	r.done[y] = nil
	n := &node{at: r.position(y), size: 1}
	switch y.Kind {
	case yaml.SequenceNode:
		r.sequence(n, y, path, depth)
	case yaml.MappingNode:
		r.mapping(n, y, path, depth)
	default:
		r.scalar(n, y, path)
	}
	n.measure()
	r.done[y] = n
	return n
}

// measure sums up size and depth, which stop growing where they are refused.
func (n *node) measure() {
	for _, s := range n.slots {
		n.size = min(n.size+s.value.size, maxNodes+1)
		n.depth = max(n.depth, s.value.depth)
	}
	n.depth++
}

func (r *resolver) sequence(n *node, y *yaml.Node, path string, depth int) {
	n.kind = List
	if tag := y.ShortTag(); tag != "!!seq" {
		r.badTag(n, path, tag)
	}
	n.slots = make([]slot, 0, len(y.Content))
	for i, item := range y.Content {
		n.slots = append(n.slots, slot{value: r.node(item, path+"["+strconv.Itoa(i)+"]", depth+1), source: item})
	}
}

func (r *resolver) mapping(n *node, y *yaml.Node, path string, depth int) {
	n.kind = Mapping
	if tag := y.ShortTag(); tag != "!!map" {
		r.badTag(n, path, tag)
	}
	n.slots = make([]slot, 0, len(y.Content)/2)
	written := r.keys(y)
	at := make(map[string]bool, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		keyAt := r.position(key)
		switch name, ok := keyName(key); {
		case isMerge(key):
			r.merge(n, value, path, depth, func(key string) bool { return written[key] || at[key] }, at)
		case !ok:
			r.fault(CodeBrokenYAML, path, keyAt, "a key must be a text", "put it in quotes")
		case at[name]:
			r.fault(CodeDuplicateKey, join(path, name), keyAt, fmt.Sprintf("the key %s stands twice in this mapping", name), "remove one of them")
		default:
			at[name] = true
			s := slot{key: name, keyAt: keyAt, keySource: key, source: value, value: r.node(value, join(path, name), depth+1)}
			if s.value.kind == Null && value.Kind == yaml.ScalarNode && value.Value == "" {
				s.value.at = keyAt // nothing is written, so there is nothing to point at
			}
			n.slots = append(n.slots, s)
		}
	}
}

// keys are the names a mapping writes itself; they win over merged ones.
func (r *resolver) keys(y *yaml.Node) map[string]bool {
	written := map[string]bool{}
	for i := 0; i < len(y.Content); i += 2 {
		if name, ok := keyName(y.Content[i]); ok && !isMerge(y.Content[i]) {
			written[name] = true
		}
	}
	return written
}

// keyName is the text of a key. Numbers and booleans are read as they are
// written, as JSON has no other keys.
func keyName(y *yaml.Node) (string, bool) {
	if y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if y.Kind != yaml.ScalarNode || y.ShortTag() == "!!null" {
		return "", false
	}
	return y.Value, true
}

func isMerge(y *yaml.Node) bool { return y.Kind == yaml.ScalarNode && y.ShortTag() == "!!merge" }

// merge adds the members of one mapping, or of a list of mappings in which the
// first wins, that the mapping does not have itself.
func (r *resolver) merge(n *node, y *yaml.Node, path string, depth int, taken func(string) bool, at map[string]bool) {
	from := r.node(y, path, depth+1)
	sources := []*node{from}
	if from.kind == List {
		sources = sources[:0]
		for _, s := range from.slots {
			sources = append(sources, s.value)
		}
	}
	for _, m := range sources {
		if m.kind != Mapping {
			r.fault(CodeBrokenYAML, path, r.position(y), "<< merges mappings, this is a "+m.kind.String(), "let it point at the anchor of a mapping")
			continue
		}
		for _, s := range m.slots {
			if r.count++; r.count > maxNodes {
				return
			}
			if !taken(s.key) {
				at[s.key] = true
				s.merged = true
				n.slots = append(n.slots, s)
			}
		}
	}
}

func (r *resolver) scalar(n *node, y *yaml.Node, path string) {
	n.text = y.Value
	switch tag := y.ShortTag(); tag {
	case "!!str", "!!timestamp":
		n.kind = Text
	case "!!null":
		n.kind, n.text = Null, ""
	case "!!bool":
		n.kind, n.text = Bool, strings.ToLower(y.Value)
		if n.text != "true" && n.text != "false" {
			r.fault(CodeWrongType, path, n.at, fmt.Sprintf("%q is no boolean", clip(y.Value)), "write true or false")
		}
	case "!!int", "!!float":
		number, ok := jsonNumber(y.Value)
		n.kind, n.text = Number, number
		if !ok {
			n.text = "0"
			r.fault(CodeBadValue, path, n.at, fmt.Sprintf("%s is no number that JSON can carry", clip(y.Value)), "write a decimal number of at most 400 digits, or put it in quotes")
		}
	default:
		n.kind = Text
		r.badTag(n, path, tag)
	}
}

func (r *resolver) badTag(n *node, path, tag string) {
	r.fault(CodeBrokenYAML, path, n.at, fmt.Sprintf("the tag %s has no meaning in a contract", clip(tag)), "remove it")
}

var jsonNumberForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// jsonNumber spells a number of YAML as JSON does, digit for digit.
func jsonNumber(text string) (string, bool) {
	if len(text) > maxNumber {
		return "", false
	}
	if jsonNumberForm.MatchString(text) {
		return text, true
	}
	plain := strings.ReplaceAll(strings.TrimPrefix(text, "+"), "_", "")
	if i, ok := new(big.Int).SetString(plain, 0); ok {
		return i.String(), true
	}
	sign, digits := "", plain
	if rest, negative := strings.CutPrefix(plain, "-"); negative {
		sign, digits = "-", rest
	}
	mantissa, exponent := digits, ""
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		mantissa, exponent = digits[:i], digits[i:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	number := sign + whole + fraction + exponent
	return number, strings.ContainsAny(mantissa, "0123456789") && jsonNumberForm.MatchString(number)
}

// clip shortens what a message quotes.
func clip(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
