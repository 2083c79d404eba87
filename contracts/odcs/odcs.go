// Package odcs reads and writes data contracts: documents of the Open Data
// Contract Standard v3.1 in YAML. It says what is invalid about a document,
// every fault at once and with its place, reads it into a typed model, edits it
// without touching a byte more than it must, and prints new ones.
//
// Where the text of the standard and its JSON Schema disagree, the text counts:
// what it allows is read with a warning, and what is written satisfies both.
// What Accord demands of a contract beyond the standard (an owner,
// documentation, SLAs) is no affair of this package.
package odcs

import (
	"bytes"
	"slices"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Document is a contract as it stands in a file: its text and what the text
// says. It is never changed, so it may be shared between goroutines; edits
// return another Document.
type Document struct {
	// Contract is what the document says. Values of a wrong type are left out.
	Contract

	name   string
	source *source
	root   *node
	faults []finding.Finding
}

// Parse reads a document. The name, as a rule the path of the file, is what
// findings give as File.
//
// The findings are sorted by place. Those of severity error say that the
// document is not valid ODCS; warnings that other tools may read it otherwise
// or refuse it. Without a mapping that could be read (the text is not YAML, too
// large, empty) the Document is nil.
func Parse(name string, text []byte) (*Document, []finding.Finding) {
	src, faults := newSource(name, text)
	if faults != nil {
		return nil, faults
	}
	root, faults := src.tree()
	if root == nil {
		return nil, faults
	}
	j := &judge{file: name, out: faults}
	j.document(root)
	d := &Document{name: name, source: src, root: root, faults: j.findings()}
	d.Contract = readContract(root)
	return d, d.Findings()
}

// Name is the name the document was parsed under.
func (d *Document) Name() string { return d.name }

// Bytes returns the text, byte for byte as it was read.
func (d *Document) Bytes() []byte { return bytes.Clone(d.source.text) }

// Findings returns what Parse said of the document.
func (d *Document) Findings() []finding.Finding { return slices.Clone(d.faults) }

// Valid reports whether the document is valid ODCS: it may have warnings, and
// no error.
func (d *Document) Valid() bool {
	return !slices.ContainsFunc(d.faults, func(f finding.Finding) bool { return f.Severity == finding.Error })
}

// Position is where the value at a path ("schema[0].properties[2].name")
// stands. If there is none, it is that of the closest element around the path,
// so that a finding about something missing points at where it belongs.
func (d *Document) Position(path string) schema.Position {
	steps, err := parsePath(path)
	if err != nil {
		return d.root.at
	}
	at := d.root.at
	for n := d.root; len(steps) > 0; steps = steps[1:] {
		s := n.step(steps[0])
		if s == nil {
			break
		}
		n, at = s.value, s.value.at
	}
	return at
}

// Value returns the value at a path, and whether there is one.
func (d *Document) Value(path string) (Value, bool) {
	steps, err := parsePath(path)
	if err != nil {
		return Value{}, false
	}
	n := d.root
	for _, step := range steps {
		s := n.step(step)
		if s == nil {
			return Value{}, false
		}
		n = s.value
	}
	return Value{n}, true
}
