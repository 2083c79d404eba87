package compat

import (
	"fmt"
	"slices"

	"github.com/accordhq/accord/schema/jsonschema"
)

// objects compares two object schemas.
func (p *jsonPairDiff) objects() {
	p.required()
	p.properties()
	p.dependencies()
	p.rest("additionalProperties", "ADDITIONAL_PROPERTIES", p.original.AdditionalProperties, p.update.AdditionalProperties)
	p.rest("unevaluatedProperties", "UNEVALUATED_PROPERTIES", p.original.UnevaluatedProperties, p.update.UnevaluatedProperties)
	p.bounds(objectBounds)
}

// maxPropertyScans is how often a propertyFinder looks through the whole list
// before it makes an index.
const maxPropertyScans = 8

// propertyFinder finds properties by name. Most often both sides list them in
// one order, and then it need not look far.
type propertyFinder struct {
	listed []jsonschema.Property
	// next is the index behind the property found last.
	next   int
	scans  int
	byName map[string]int
}

// find returns the schema of a property, nil if it is not listed.
func (f *propertyFinder) find(name string) *jsonschema.Node {
	i := f.index(name)
	if i < 0 {
		return nil
	}
	f.next = i + 1
	return f.listed[i].Schema
}

func (f *propertyFinder) index(name string) int {
	if f.next < len(f.listed) && f.listed[f.next].Name == name {
		return f.next
	}
	if f.scans++; f.scans <= maxPropertyScans {
		return slices.IndexFunc(f.listed, func(p jsonschema.Property) bool { return p.Name == name })
	}
	if f.byName == nil {
		f.byName = make(map[string]int, len(f.listed))
		for i, p := range f.listed {
			f.byName[p.Name] = i
		}
	}
	if i, ok := f.byName[name]; ok {
		return i
	}
	return -1
}

func nameSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// required compares who must be there, of the properties both sides list.
func (p *jsonPairDiff) required() {
	if slices.Equal(p.original.Required, p.update.Required) {
		return
	}
	was, is := nameSet(p.original.Required), nameSet(p.update.Required)
	to := propertyFinder{listed: p.update.Properties}
	for _, prop := range p.original.Properties {
		update := to.find(prop.Name)
		if update == nil || was[prop.Name] == is[prop.Name] {
			continue
		}
		path := "required/" + prop.Name
		switch {
		case was[prop.Name]:
			p.add("REQUIRED_ATTRIBUTE_REMOVED", path)
		case hasDefault(update):
			p.add("REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED", path)
		default:
			p.add("REQUIRED_ATTRIBUTE_ADDED", path)
		}
	}
}

// hasDefault: the schema, or what it refers to, has a default value.
func hasDefault(n *jsonschema.Node) bool {
	for ; n != nil; n = n.Ref {
		if n.Keyword("default") != nil {
			return true
		}
	}
	return false
}

func (p *jsonPairDiff) properties() {
	was, is := p.original.PropertySums(), p.update.PropertySums()
	to, shared := propertyFinder{listed: p.update.Properties}, 0
	for i, sum := range was {
		if to.next < len(is) && sum == is[to.next] && sum != 0 {
			to.next++
			shared++
			continue
		}
		prop := &p.original.Properties[i]
		if update := to.find(prop.Name); update != nil {
			shared++
			p.property(prop.Name, prop.Schema, update)
		} else {
			p.removed(prop, "properties/"+prop.Name)
		}
	}
	if shared < len(is) {
		p.addedProperties(was, is)
	}
}

func (p *jsonPairDiff) addedProperties(was, is []uint64) {
	from := propertyFinder{listed: p.original.Properties}
	required := nameSet(p.update.Required)
	for i, sum := range is {
		if from.next < len(was) && sum == was[from.next] && sum != 0 {
			from.next++
			continue
		}
		if prop := &p.update.Properties[i]; from.find(prop.Name) == nil {
			p.added(prop, "properties/"+prop.Name, required[prop.Name])
		}
	}
}

func (p *jsonPairDiff) property(name string, original, update *jsonschema.Node) {
	if sub := p.compareInside(original, update); p.includes(sub) {
		p.diffs = p.c.appendBelow(p.diffs, "properties/"+name, sub.diffs)
	}
}

// removed judges a property that the update no longer lists, by the update's
// content model.
func (p *jsonPairDiff) removed(prop *jsonschema.Property, path string) {
	if isOpenObject(p.update) {
		p.add("PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL", path)
		return
	}
	if covering := p.covering(p.update, prop.Name); covering != nil {
		p.covered("PROPERTY_REMOVED", path, p.compareInside(prop.Schema, covering))
		return
	}
	if typeOf(prop.Schema).class == jsonFalse {
		p.add("PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", path)
		return
	}
	p.add("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", path)
}

// added judges a property that only the update lists, by the original's content
// model.
func (p *jsonPairDiff) added(prop *jsonschema.Property, path string, required bool) {
	model := "OPEN"
	if !isOpenObject(p.original) {
		model = "UNOPEN"
		if covering := p.covering(p.original, prop.Name); covering != nil {
			p.covered("PROPERTY_ADDED", path, p.compareInside(covering, prop.Schema))
		}
	} else if typeOf(prop.Schema).class == jsonEmpty {
		p.add("PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", path)
		return
	}
	switch {
	case !required:
		p.add("OPTIONAL_PROPERTY_ADDED_TO_"+model+"_CONTENT_MODEL", path)
	case hasDefault(prop.Schema):
		p.add("REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_"+model+"_CONTENT_MODEL", path)
	default:
		p.add("REQUIRED_PROPERTY_ADDED_TO_"+model+"_CONTENT_MODEL", path)
	}
}

// covered notes whether a partially open content model accepts what changed,
// with what it does not accept.
func (p *jsonPairDiff) covered(kind, path string, sub *jsonResult) {
	p.include(sub, path)
	if sub.broken {
		p.add(kind+"_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", path)
		return
	}
	p.add(kind+"_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", path)
}

// isOpenObject: properties that are not listed are free (compatibility
// reference 4.5).
func isOpenObject(n *jsonschema.Node) bool {
	return len(n.PatternProperties) == 0 && allowsAll(n.AdditionalProperties) && allowsAll(n.UnevaluatedProperties)
}

// allowsAll: the keyword is absent or true. An empty object is a schema like
// any other.
func allowsAll(n *jsonschema.Node) bool {
	if n == nil {
		return true
	}
	value, ok := n.Boolean()
	return ok && value
}

func forbidsAll(n *jsonschema.Node) bool {
	if n == nil {
		return false
	}
	value, ok := n.Boolean()
	return ok && !value
}

// covering is the schema that a partially open model holds a property to that
// it does not list: that of the first pattern that matches, else the one for
// additional or unevaluated properties; nil if there is none.
func (p *jsonPairDiff) covering(n *jsonschema.Node, name string) *jsonschema.Node {
	for _, pattern := range n.PatternProperties {
		if pattern.Pattern == nil {
			continue
		}
		matches, err := pattern.Pattern.Match(name)
		if err != nil {
			p.c.err = fmt.Errorf("%w: %w", ErrTooComplex, err)
			return nil
		}
		if p.c.step(1) && matches {
			return pattern.Schema
		}
	}
	return schemaOfRest(n.AdditionalProperties, n.UnevaluatedProperties)
}

// schemaOfRest is the schema for what is not listed, nil if it is all or
// nothing.
func schemaOfRest(additional, unevaluated *jsonschema.Node) *jsonschema.Node {
	rest := additional
	if rest == nil {
		rest = unevaluated
	}
	if allowsAll(rest) || forbidsAll(rest) {
		return nil
	}
	return rest
}

// rest compares what the keywords say that are about all that is not listed:
// additionalProperties and additionalItems, and the unevaluated ones.
func (p *jsonPairDiff) rest(keyword, kind string, original, update *jsonschema.Node) {
	switch forbade, forbids := forbidsAll(original), forbidsAll(update); {
	case forbade && forbids:
	case forbade:
		p.add(kind+"_ADDED", keyword)
	case forbids:
		p.add(kind+"_REMOVED", keyword)
	case allowsAll(original) && allowsAll(update):
	case allowsAll(original):
		p.add(kind+"_NARROWED", keyword)
	case allowsAll(update):
		p.add(kind+"_EXTENDED", keyword)
	default:
		p.include(p.compareInside(original, update), keyword)
	}
}

// dependencies compares what the presence of properties asks for.
func (p *jsonPairDiff) dependencies() {
	if len(p.original.Dependencies)+len(p.update.Dependencies) == 0 {
		return
	}
	from, to := dependenciesOf(p.original), dependenciesOf(p.update)
	for _, d := range p.original.Dependencies {
		p.dependency(d, from.at(d), to.at(d))
	}
	for _, d := range p.update.Dependencies {
		if from.at(d) == nil {
			p.dependency(d, nil, to.at(d))
		}
	}
}

// dependencySet finds dependencies by property and sort.
type dependencySet map[dependencyKey]*jsonschema.Dependency

type dependencyKey struct {
	name     string
	isSchema bool
}

func dependenciesOf(n *jsonschema.Node) dependencySet {
	set := dependencySet{}
	for i, d := range n.Dependencies {
		set[dependencyKey{d.Name, d.Schema != nil}] = &n.Dependencies[i]
	}
	return set
}

func (s dependencySet) at(d jsonschema.Dependency) *jsonschema.Dependency {
	return s[dependencyKey{d.Name, d.Schema != nil}]
}

func (p *jsonPairDiff) dependency(d jsonschema.Dependency, original, update *jsonschema.Dependency) {
	path, kind := "dependencies/"+d.Name, "DEPENDENCY_ARRAY"
	if d.Schema != nil {
		kind = "DEPENDENCY_SCHEMA"
	}
	switch {
	case original == nil:
		p.add(kind+"_ADDED", path)
	case update == nil:
		p.add(kind+"_REMOVED", path)
	case d.Schema != nil:
		p.include(p.c.compare(original.Schema, update.Schema), path)
	default:
		was, is := nameSet(original.Required), nameSet(update.Required)
		switch extended, narrowed := containsAll(is, was), containsAll(was, is); {
		case extended && narrowed:
		case extended:
			p.add("DEPENDENCY_ARRAY_EXTENDED", path)
		case narrowed:
			p.add("DEPENDENCY_ARRAY_NARROWED", path)
		default:
			p.add("DEPENDENCY_ARRAY_CHANGED", path)
		}
	}
}
