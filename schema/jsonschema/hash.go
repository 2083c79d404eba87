package jsonschema

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/accordhq/accord/schema/jsontree"
)

// hashSeed makes hashes unguessable, so that no text can be written to collide.
var hashSeed = maphash.MakeSeed()

// digest stands for the text of a schema, members sorted.
type digest struct {
	sum uint64
	// open: the text holds references, so equal texts may mean different
	// schemas.
	open bool
}

// Same reports whether two nodes certainly mean the same, words included: they
// are one node, or have equal texts of one draft without references. It costs
// one pass over the text of each, the first time.
func (n *Node) Same(o *Node) bool {
	if n == o {
		return true
	}
	a, b := n.textDigest(), o.textDigest()
	return n.Draft == o.Draft && a == b && !a.open
}

// TextHash stands for the node's text with members sorted: within one document
// equal hashes mean equal texts. It differs from process to process.
func (n *Node) TextHash() uint64 { return n.textDigest().sum }

func (n *Node) textDigest() digest {
	n.doc.digest()
	return n.digest
}

// digestAll works out the digests of all schemas in a document, bottom up.
func (d *document) digestAll() {
	nodes := make(map[*jsontree.Node]*Node, len(d.nodes))
	for _, n := range d.nodes {
		nodes[n.Value] = n
	}
	digestOf(d.root, nodes)
}

func digestOf(v *jsontree.Node, nodes map[*jsontree.Node]*Node) digest {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	_ = h.WriteByte(byte(v.Kind))
	var d digest
	write := func(child *jsontree.Node) {
		c := digestOf(child, nodes)
		d.open = d.open || c.open
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], c.sum)
		_, _ = h.Write(b[:])
	}
	switch v.Kind {
	case jsontree.Bool:
		if v.Bool {
			_ = h.WriteByte(1)
		}
	case jsontree.Number, jsontree.String:
		_, _ = h.WriteString(v.Text)
	case jsontree.Array:
		for _, item := range v.Items {
			write(item)
		}
	case jsontree.Object:
		for _, m := range v.Sorted() {
			if m.Name == "$ref" || m.Name == "$dynamicRef" || m.Name == "$recursiveRef" {
				d.open = true
			}
			_, _ = h.WriteString(m.Name)
			_ = h.WriteByte(0)
			write(m.Value)
		}
	}
	d.sum = h.Sum64()
	if n := nodes[v]; n != nil {
		n.digest = d
	}
	return d
}
