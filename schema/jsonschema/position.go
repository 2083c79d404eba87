package jsonschema

import (
	"fmt"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

func (d *document) position(offset int) schema.Position { return d.lines.Position(offset) }

func (d *document) errorAt(offset int, pointer, format string, args ...any) *schema.Error {
	return &schema.Error{
		Format:   schema.JSON,
		File:     d.file,
		Position: d.position(offset),
		Pointer:  pointer,
		Message:  fmt.Sprintf(format, args...),
	}
}

// locate follows reference tokens from the document's root as far as they
// lead, and returns the last value and its pointer.
func (d *document) locate(tokens []string) (*jsontree.Node, string) {
	at, pointer := d.root, ""
	for _, token := range tokens {
		next := step(at, token)
		if next == nil {
			break
		}
		at, pointer = next, jsontree.Pointer(pointer, token)
	}
	return at, pointer
}

// step follows one reference token of a JSON pointer, nil if it leads nowhere.
func step(n *jsontree.Node, token string) *jsontree.Node {
	if n.Is(jsontree.Object) {
		return n.Member(token)
	}
	if !n.Is(jsontree.Array) || token == "" || len(token) > 9 || token[0] == '0' && len(token) > 1 {
		return nil
	}
	i := 0
	for _, c := range []byte(token) {
		if c < '0' || c > '9' {
			return nil
		}
		i = 10*i + int(c-'0')
	}
	if i >= len(n.Items) {
		return nil
	}
	return n.Items[i]
}
