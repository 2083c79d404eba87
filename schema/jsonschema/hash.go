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

// digests are what two nodes are compared by, worked out for a document at
// once.
type digests struct {
	// text is that of the whole node, outline that without its properties and
	// definitions.
	text, outline digest
	// properties are sums of a draft, a name and a text each, 0 for a property
	// that must be looked at: see PropertySums.
	properties []uint64
}

// Same reports whether two nodes certainly mean the same, words included: they
// are one node, or have equal texts of one draft without references. It costs
// one pass over the text of each, the first time.
func (n *Node) Same(o *Node) bool {
	return n == o || n.Draft == o.Draft && n.digested().text.means(o.digested().text)
}

// SameOutline reports whether two nodes are certainly the same but for their
// properties, and for definitions that nothing else in them refers to.
func (n *Node) SameOutline(o *Node) bool {
	return n == o || n.Draft == o.Draft && n.digested().outline.means(o.digested().outline)
}

// PropertySums are sums of the node's properties, in the order of Properties: of
// two nodes' properties with equal sums, and not 0, name and meaning are the
// same, the latter as in Same. The objects of a long history are compared by
// them without a look at what did not change. The caller must not change the
// slice.
func (n *Node) PropertySums() []uint64 { return n.digested().properties }

// TextHash stands for the node's text with members sorted: within one document
// equal hashes mean equal texts. It differs from process to process.
func (n *Node) TextHash() uint64 { return n.digested().text.sum }

func (n *Node) digested() *digests {
	n.doc.digesting.Do(n.doc.digestAll)
	return &n.digests
}

// means reports whether equal texts have equal meanings here.
func (d digest) means(o digest) bool { return d == o && !d.open }

// digestAll works out the digests of all schemas in a document, bottom up.
func (d *document) digestAll() {
	nodes := make(map[*jsontree.Node]*Node, len(d.nodes))
	for _, n := range d.nodes {
		nodes[n.Value] = n
	}
	digestOf(d.root, nodes)
	for _, n := range d.nodes {
		n.digestProperties()
	}
}

func (n *Node) digestProperties() {
	n.digests.properties = make([]uint64, len(n.Properties))
	for i, p := range n.Properties {
		text := p.Schema.digests.text
		if text.open {
			continue
		}
		h := newTextHash(byte(p.Schema.Draft)) //nolint:gosec // drafts have small numbers
		h.child(digest{sum: text.sum})
		_, _ = h.WriteString(p.Name)
		n.digests.properties[i] = h.Sum64()
	}
}

// textHash hashes one value of a text.
type textHash struct {
	maphash.Hash
	open bool
}

func newTextHash(kind byte) textHash {
	var h textHash
	h.SetSeed(hashSeed)
	_ = h.WriteByte(kind)
	return h
}

// child adds the digest of a value inside.
func (h *textHash) child(d digest) {
	h.open = h.open || d.open
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], d.sum)
	_, _ = h.Write(b[:])
}

func (h *textHash) member(name string, value digest) {
	h.open = h.open || name == "$ref" || name == "$dynamicRef" || name == "$recursiveRef"
	_, _ = h.WriteString(name)
	_ = h.WriteByte(0)
	h.child(value)
}

func (h *textHash) digest() digest { return digest{h.Sum64(), h.open} }

func digestOf(v *jsontree.Node, nodes map[*jsontree.Node]*Node) digest {
	text := newTextHash(byte(v.Kind))
	outline := text
	switch v.Kind {
	case jsontree.Bool:
		if v.Bool {
			_ = text.WriteByte(1)
			outline = text
		}
	case jsontree.Number, jsontree.String:
		_, _ = text.WriteString(v.Text)
	case jsontree.Array:
		for _, item := range v.Items {
			text.child(digestOf(item, nodes))
		}
	case jsontree.Object:
		for _, m := range v.Sorted() {
			d := digestOf(m.Value, nodes)
			text.member(m.Name, d)
			if m.Name != "properties" && m.Name != "definitions" && m.Name != "$defs" {
				outline.member(m.Name, d)
			}
		}
	}
	if n := nodes[v]; n != nil {
		n.digests.text, n.digests.outline = text.digest(), outline.digest()
	}
	return text.digest()
}
