package odcs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// reference is one end of a relationship. It names an element by ids
// (schema/orders/properties/id), or by names (orders.id).
type reference struct {
	// file is the other contract, "" for this one.
	file string
	// steps are the ids or names from the schema object on.
	steps []string
	byID  bool
}

var (
	// sectionPath is the form sections and ids take; names are dotted words.
	sectionPath = regexp.MustCompile(`^/?[A-Za-z_][A-Za-z0-9_]*/[A-Za-z0-9_-]+(/[A-Za-z_][A-Za-z0-9_]*/[A-Za-z0-9_-]+)*$`)
	dottedPath  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$`)
	// portableFile is how the JSON Schema lets another contract be named.
	portableFile = regexp.MustCompile(`^(https?://)?[A-Za-z0-9._/-]+\.yaml$`)
)

// parseReference reads a reference, and says whether the JSON Schema of the
// standard would, too.
func parseReference(text string) (ref reference, portable, ok bool) {
	item := text
	portable = true
	if i := strings.IndexByte(text, '#'); i >= 0 {
		ref.file, item = text[:i], text[i+1:]
		if ref.file == "" {
			return ref, false, false
		}
		portable = portableFile.MatchString(ref.file)
	}
	switch {
	case sectionPath.MatchString(item):
		ref.byID = true
		ref.steps = strings.Split(strings.TrimPrefix(item, "/"), "/")
	case dottedPath.MatchString(item):
		ref.steps = strings.Split(item, ".")
		portable = len(ref.steps) == 2 && ref.file == ""
	default:
		return ref, false, false
	}
	return ref, portable, true
}

// finder looks elements up by reference. It reads a list once, however many
// references lead through it.
type finder struct {
	root  *node
	index map[lookup]map[string]*node
}

// lookup is a list of elements and the key that names them.
type lookup struct {
	list *node
	key  string
}

// find returns the element a reference into this document leads to, nil if
// there is none.
func (f *finder) find(r reference) *node {
	if !r.byID {
		at := f.named(f.root.value("schema"), "name", r.steps[0])
		for _, step := range r.steps[1:] {
			at = f.named(children(at), "name", step)
		}
		return at
	}
	at := f.root
	for i := 0; i+1 < len(r.steps) && at != nil; i += 2 {
		list := at.value(r.steps[i])
		if r.steps[i] == "properties" {
			list = children(at)
		}
		at = f.named(list, "id", r.steps[i+1])
	}
	return at
}

func (f *finder) named(list *node, key, text string) *node {
	if list == nil {
		return nil
	}
	at := lookup{list, key}
	names := f.index[at]
	if names == nil {
		names = make(map[string]*node, len(list.slots))
		for _, s := range list.slots {
			if name := s.value.string(key); name != "" && names[name] == nil {
				names[name] = s.value
			}
		}
		f.index[at] = names
	}
	return names[text]
}

// children is the list of an element's properties, of those of its items if it
// is an array.
func children(n *node) *node {
	for n != nil && n.member("properties") == nil {
		n = n.value("items")
	}
	return n.value("properties")
}

// referenceForm judges one end of a relationship: a reference, or a list of
// them for a composite key.
func (j *judge) referenceForm(path string, n *node) {
	if !j.want(path, n, Text, List) {
		return
	}
	if n.kind == Text {
		j.referenceText(path, n)
		return
	}
	if len(n.slots) == 0 {
		j.fault(CodeReference, path, n.at, name(path)+" is an empty list", "name a property")
	}
	for i, s := range n.slots {
		if at := path + "[" + strconv.Itoa(i) + "]"; j.want(at, s.value, Text) {
			j.referenceText(at, s.value)
		}
	}
}

func (j *judge) referenceText(path string, n *node) {
	const hint = "write schema/<id>/properties/<id>, or object.property"
	ref, portable, ok := parseReference(n.text)
	switch {
	case !ok:
		j.fault(CodeReference, path, n.at, fmt.Sprintf("%q is no reference", clip(n.text)), hint)
	case !portable && ref.file != "":
		j.warn(CodeNotPortable, path, n.at, fmt.Sprintf("the JSON Schema of the standard refuses the reference %q", clip(n.text)),
			"name a property of another contract as file.yaml#/schema/<id>/properties/<id>")
	case !portable:
		j.warn(CodeNotPortable, path, n.at, fmt.Sprintf("the JSON Schema of the standard refuses %q: a dotted reference has one dot there", clip(n.text)),
			"write schema/<id>/properties/<id>/properties/<id>")
	}
}

// references judges what relationships lead to, and that the ends of composite
// keys fit.
func (j *judge) references(root *node) {
	f := &finder{root: root, index: map[lookup]map[string]*node{}}
	for i, s := range root.list("schema") {
		path := fmt.Sprintf("schema[%d]", i)
		for k, rel := range s.value.list("relationships") {
			j.ends(f, fmt.Sprintf("%s.relationships[%d]", path, k), rel.value)
		}
		j.propertyReferences(f, path, s.value)
	}
}

func (j *judge) propertyReferences(f *finder, path string, n *node) {
	for i, s := range n.list("properties") {
		at := fmt.Sprintf("%s.properties[%d]", path, i)
		j.elementReferences(f, at, s.value)
	}
	if items := n.value("items"); items != nil {
		j.elementReferences(f, path+".items", items)
	}
}

func (j *judge) elementReferences(f *finder, path string, n *node) {
	for k, rel := range n.list("relationships") {
		j.resolves(f, fmt.Sprintf("%s.relationships[%d].to", path, k), rel.value.value("to"))
	}
	j.propertyReferences(f, path, n)
}

// ends judges a relationship of a schema object.
func (j *judge) ends(f *finder, path string, rel *node) {
	from, to := rel.value("from"), rel.value("to")
	j.resolves(f, path+".from", from)
	j.resolves(f, path+".to", to)
	if from == nil || to == nil {
		return
	}
	const hint = "give both one reference, or lists of the same length"
	switch {
	case from.kind == Text && to.kind == List, from.kind == List && to.kind == Text:
		j.fault(CodeReference, path, to.at, "one end of the relationship is a list and the other is not", hint)
	case from.kind == List && to.kind == List && len(from.slots) != len(to.slots):
		j.fault(CodeUnequalEnds, path, to.at, fmt.Sprintf("the relationship leads from %d properties to %d", len(from.slots), len(to.slots)), hint)
	}
}

// resolves warns of references that lead to nothing: the standard's own
// examples have some, and the other end may be in a contract nobody named.
func (j *judge) resolves(f *finder, path string, n *node) {
	if n == nil || len(j.out) >= maxFaults {
		return
	}
	if n.kind == List {
		for i, s := range n.slots {
			if s.value.kind == Text {
				j.resolves(f, path+"["+strconv.Itoa(i)+"]", s.value)
			}
		}
		return
	}
	ref, _, ok := parseReference(n.text)
	if n.kind != Text || !ok || ref.file != "" || f.find(ref) != nil {
		return
	}
	what := "no property of the contract has the name"
	hint := "correct the name, or name the other contract: file.yaml#/schema/<id>/properties/<id>"
	if ref.byID {
		what, hint = "no element of the contract has the id", "give the element this id, or name the other contract before '#'"
	}
	j.say(finding.Warning, CodeReference, path, n.at, fmt.Sprintf("%s %s", what, clip(n.text)), hint)
}
