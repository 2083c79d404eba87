package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/protobuf"
)

// space is a schema as rules see it: its shapes, the CEL types made of them and
// the elements that tags and field rules reach. It is immutable and safe for
// concurrent use.
type space struct {
	format schema.Format
	// roots are the types a message may have: one, or every Protobuf message of
	// the file that no other holds, the first message before all.
	roots []*shape
	// objects are those of Avro and JSON Schema by the names of their CEL
	// types; Protobuf's are in the registry.
	objects  map[string]*object
	registry *types.Registry
	messages map[protoreflect.FullName]*shape
	// symbols are the texts of Avro's enum symbols by their full names, a limited
	// number of them.
	symbols map[string]string
	// elements are the fields of the schema where they stand in the data;
	// complete says that none was left out.
	elements []element
	complete bool
	patterns []tagPattern
	// truncated: there are more patterns than are looked at.
	truncated bool
	// fixedTags are the tags of the members whose full name is always the same.
	fixedTags map[*member][]string
	envs      envs
}

// element is a field at one place in the data.
type element struct {
	// fullName is what tag patterns are matched with (contracts reference 3.5).
	// In JSON Schema it counts every array's first item.
	fullName string
	// path is the place as schema.Field has it.
	path   string
	member *member
	owner  *object
	// shape is the field's, or that of the items and values in it.
	shape *shape
	tags  []string
}

// ownerPath is the path of the object that has the element.
func (e element) ownerPath() string {
	path := strings.TrimRight(e.path, "[]{}")
	return strings.TrimSuffix(strings.TrimSuffix(path, e.member.name), ".")
}

// tagPattern is an entry of metadata.tags.
type tagPattern struct {
	schema.TagPattern
	source string
	tags   []string
}

// How many tag patterns are looked at: names as they are, and wildcards among
// them, which take longer; and how many tags all elements may have together.
const (
	maxPatterns  = 5_000
	maxWildcards = 200
	maxTagged    = 500_000
)

// newSpace understands a schema. What it does not know is open: a rule on it
// compiles, and is not checked.
func newSpace(parsed schema.Parsed, metadata *schema.Metadata) *space {
	s := &space{objects: map[string]*object{}, fixedTags: map[*member][]string{}, registry: emptyRegistry(), complete: true}
	if metadata != nil {
		wildcards := 0
		for _, source := range sortedKeys(metadata.Tags) {
			p := tagPattern{schema.CompileTagPattern(source), source, metadata.Tags[source]}
			if p.Wild() {
				wildcards++
			}
			if len(s.patterns) >= maxPatterns || wildcards > maxWildcards {
				s.truncated, s.complete = true, false
				break
			}
			s.patterns = append(s.patterns, p)
		}
	}
	switch p := parsed.(type) {
	case *avro.Schema:
		b := avroShapes{of: map[*avro.Type]*shape{}, symbols: map[string]string{}}
		s.roots, s.symbols = []*shape{b.shape(p.Root)}, b.symbols
	case *jsonschema.Schema:
		b := &jsonShapes{of: map[*jsonschema.Node]*shape{}, names: map[string]int{}}
		s.roots = []*shape{b.shape(p.Root())}
	case *protobuf.File:
		s.protobuf(p)
	}
	if len(s.roots) == 0 {
		s.roots, s.complete = []*shape{anything()}, false
	}
	if parsed != nil {
		s.format = parsed.Format()
	}
	s.list()
	return s
}

func (s *space) protobuf(f *protobuf.File) {
	if err := registerFiles(s.registry, f.Descriptor(), map[string]bool{}); err != nil {
		// Two files that define one name: CEL cannot hold both.
		s.registry, s.complete = emptyRegistry(), false
		return
	}
	b := &protoShapes{of: map[protoreflect.FullName]*shape{}, places: places(f)}
	s.messages = b.of
	messages := f.Descriptor().Messages()
	for i := range messages.Len() {
		md := messages.Get(i)
		if held := b.of[md.FullName()] != nil; !held && len(s.roots) < maxRoots {
			s.roots = append(s.roots, b.message(md))
		}
	}
}

// maxRoots is how many messages of a Protobuf file a rule is tried on.
const maxRoots = 20

// emptyRegistry knows CEL's own types and google.protobuf's.
func emptyRegistry() *types.Registry { return baseRegistry().Copy() }

var baseRegistry = sync.OnceValue(func() *types.Registry {
	r, err := types.NewProtoRegistry()
	if err != nil {
		panic(fmt.Sprintf("rules: CEL's own types do not register: %v", err)) // no input takes part
	}
	return r
})

// list finds every element, an object's once more at each place it is used at,
// until there are too many.
func (s *space) list() {
	l := lister{space: s, open: map[*object]bool{}, seen: map[*object]bool{}}
	root := element{}
	if s.format == schema.JSON {
		root.fullName = "$"
	}
	for _, r := range s.roots {
		l.walk(r, root, 0)
	}
	for o := range l.seen {
		if _, known := s.registry.FindStructType(o.name); !known {
			s.objects[o.name] = o
		}
	}
}

type lister struct {
	space *space
	// open are the objects around the place, seen all there are.
	open, seen map[*object]bool
	// steps and tagged count towards the limits.
	steps, tagged int
}

func (l *lister) walk(s *shape, at element, depth int) {
	if l.steps++; depth > schema.MaxDepth || l.steps > 10*schema.MaxFields {
		l.space.complete = false
		return
	}
	at.shape = s
	switch s.kind {
	case record:
		if at.member != nil {
			l.add(at)
		}
		l.object(s.object, at, depth)
	case list:
		at.path += "[]"
		if l.space.format == schema.JSON {
			at.fullName += "[0]"
		}
		l.walk(s.elem, at, depth+1)
	case mapping:
		at.path += "{}"
		l.walk(s.elem, at, depth+1)
	case union:
		for _, a := range s.alternatives {
			l.walk(a, at, depth+1)
		}
	default:
		if at.member != nil {
			l.add(at)
		}
	}
}

func (l *lister) add(e element) { l.space.elements = append(l.space.elements, e) }

func (l *lister) object(o *object, at element, depth int) {
	if l.open[o] || l.seen[o] && len(l.space.elements) >= schema.MaxFields {
		return
	}
	l.open[o], l.seen[o] = true, true
	defer delete(l.open, o)
	for _, m := range o.members {
		e := element{fullName: m.fullName, path: m.name, member: m, owner: o}
		if e.fullName == "" {
			e.fullName = at.fullName + "." + m.name
		}
		if at.path != "" {
			e.path = at.path + "." + m.name
		}
		if l.tagged <= maxTagged {
			e.tags = l.space.tagsOf(m, e.fullName)
			l.tagged += len(e.tags)
		} else {
			l.space.truncated, l.space.complete = true, false
		}
		if m.fullName != "" {
			l.space.fixedTags[m] = e.tags
		}
		l.walk(m.shape, e, depth+1)
	}
}

// tags are a member's effective tags: those in the schema's text and those of
// every pattern that matches its full name, sorted.
func (s *space) tags(m *member, fullName string) []string {
	tags := slices.Clone(m.tags)
	for _, p := range s.patterns {
		if p.Match(fullName) {
			tags = append(tags, p.tags...)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// tagsOf is tags, from what was worked out before where there is such.
func (s *space) tagsOf(m *member, fullName string) []string {
	if tags, ok := s.fixedTags[m]; ok {
		return tags
	}
	if len(s.patterns) == 0 {
		return m.tags
	}
	return s.tags(m, fullName)
}

// sampleNames are full names to learn the form from.
func (s *space) sampleNames() []string {
	var out []string
	for _, e := range s.elements {
		if !slices.Contains(out, e.fullName) {
			out = append(out, e.fullName)
		}
		if len(out) == 3 {
			break
		}
	}
	return out
}

// object finds an object of Avro or JSON Schema by its CEL type.
func (s *space) object(t *types.Type) *object {
	if t == nil || t.Kind() != types.StructKind {
		return nil
	}
	return s.objects[t.TypeName()]
}

// fieldNames are the fields of an object type.
func (s *space) fieldNames(t *types.Type) []string {
	if o := s.object(t); o != nil {
		return slices.Collect(maps.Keys(o.byName))
	}
	names, _ := s.registry.FindStructFieldNames(t.TypeName())
	return names
}

// knows reports whether an object type has a field.
func (s *space) knows(t *types.Type, field string) bool {
	if o := s.object(t); o != nil {
		return o.byName[field] != nil
	}
	_, ok := s.registry.FindStructFieldType(t.TypeName(), field)
	return ok
}

// provider gives CEL the types of a space. Any field is found, one that the
// schema lacks as dyn: the check reports those itself, with better words than
// the type checker has, and knows which may be there after all.
type provider struct{ space *space }

var _ types.Provider = provider{}

// EnumValue finds a Protobuf enum value.
func (p provider) EnumValue(name string) ref.Val { return p.space.registry.EnumValue(name) }

// FindIdent finds a Protobuf enum value or type.
func (p provider) FindIdent(name string) (ref.Val, bool) { return p.space.registry.FindIdent(name) }

// FindStructType finds an object or message type.
func (p provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.space.objects[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.space.registry.FindStructType(name)
}

// FindStructFieldNames lists the fields of a type.
func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if _, ok := p.space.objects[name]; ok {
		return p.space.fieldNames(types.NewObjectType(name)), true
	}
	return p.space.registry.FindStructFieldNames(name)
}

// FindStructFieldType finds the type of a field, dyn for one that is not known.
func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if o := p.space.objects[name]; o != nil {
		if m := o.byName[field]; m != nil {
			return &types.FieldType{Type: m.shape.memberType()}, true
		}
		return &types.FieldType{Type: types.DynType}, true
	}
	if t, ok := p.space.registry.FindStructFieldType(name, field); ok {
		return t, true
	}
	return &types.FieldType{Type: types.DynType}, true
}

// NewValue makes a Protobuf message.
func (p provider) NewValue(name string, fields map[string]ref.Val) ref.Val {
	return p.space.registry.NewValue(name, fields)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
