package compat

import (
	"strconv"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxShownBreaks is how many differences are given as evidence.
const maxShownBreaks = 3

// rules are applied to every pair of schemas that have a type in common.
func (w *jsonRiskWalk) rules(p jsonNodePair) {
	w.required(p)
	w.openModel(p)
	w.patternedObject(p)
	w.patterns(p)
	w.propertyNames(p)
	w.conditions(p)
	w.contains(p)
	w.types(p)
	w.formats(p)
	w.flags(p)
	w.overlaps(p)
	w.constants(p)
	w.disjointBranches(p)
}

// reader and writer name the sides in sentences.
func (w *jsonRiskWalk) reader() string { return "the " + w.sides.Reader + " schema" }
func (w *jsonRiskWalk) writer() string { return "the " + w.sides.Writer + " schema" }

// required tells names that became required and are passed over, because they
// are not listed or because they have a default.
func (w *jsonRiskWalk) required(p jsonNodePair) {
	was := nameSet(p.original.Required)
	listed := propertyFinder{listed: p.update.Properties}
	told := map[string]bool{}
	for _, name := range p.update.Required {
		if was[name] || told[name] {
			continue
		}
		told[name] = true
		switch prop := listed.find(name); {
		case prop == nil:
			w.tellProperty(jsonRequiredUnlisted, p, "required", name,
				w.reader()+" requires "+strconv.Quote(name)+" without listing it under \"properties\", and data of "+w.writer()+" need not have it")
		case hasDefault(prop):
			w.tellProperty(jsonRequiredDefault, p, "required", name,
				w.reader()+" requires "+strconv.Quote(name)+", which has a default, and data of "+w.writer()+" need not have it")
		}
	}
}

// openModel explains why a described property is refused.
func (w *jsonRiskWalk) openModel(p jsonNodePair) {
	if !isOpenObject(p.original) || jsonTypesOf(p.original)&jsonTypesOf(p.update)&typeObject == 0 {
		return
	}
	listed := propertyFinder{listed: p.original.Properties}
	for _, prop := range p.update.Properties {
		if listed.find(prop.Name) == nil && !w.isEmpty(prop.Schema) {
			w.tellProperty(jsonOpenModel, p, "properties", prop.Name,
				w.writer()+" is open, so its data may hold any value under "+strconv.Quote(prop.Name)+", and "+w.reader()+" does not accept every value there")
		}
	}
}

// patternedObject tells where an object counts as closed because it has
// patternProperties, though additionalProperties leaves it open.
func (w *jsonRiskWalk) patternedObject(p jsonNodePair) {
	from, to := propertyFinder{listed: p.original.Properties}, propertyFinder{listed: p.update.Properties}
	if looksClosed(p.original) {
		for _, prop := range p.update.Properties {
			if from.find(prop.Name) == nil && !w.isEmpty(prop.Schema) && !w.matchesPattern(p.original, prop.Name) {
				w.tellProperty(jsonPatternedOpen, p, "properties", prop.Name,
					w.writer()+" has patternProperties and leaves other names free, so its data may hold any value under "+
						strconv.Quote(prop.Name)+", and "+w.reader()+" does not accept every value there")
			}
		}
	}
	if looksClosed(p.update) {
		for _, prop := range p.original.Properties {
			if to.find(prop.Name) == nil && !w.matchesPattern(p.update, prop.Name) {
				w.tellProperty(jsonRemovalHarmless, p, "patternProperties", prop.Name,
					w.reader()+" leaves "+strconv.Quote(prop.Name)+" free, so that not listing it breaks nothing")
			}
		}
	}
}

// looksClosed: the object is open and counts as closed.
func looksClosed(n *jsonschema.Node) bool {
	return len(n.PatternProperties) > 0 && allowsAll(n.AdditionalProperties) && allowsAll(n.UnevaluatedProperties)
}

// matchesPattern reports whether a name falls under patternProperties. A match
// that takes too long ends the walk: there is no telling how many follow.
func (w *jsonRiskWalk) matchesPattern(n *jsonschema.Node, name string) bool {
	for _, p := range n.PatternProperties {
		if p.Pattern == nil || !w.judge.step(1) {
			continue
		}
		matches, err := p.Pattern.Match(name)
		if err != nil {
			w.judge.err = ErrTooComplex
		}
		if matches || err != nil {
			return true
		}
	}
	return false
}

// uncompared tells what breaks in a pair of schemas that Confluent's rules
// never compare, and walks into it. An absent original allowed everything.
func (w *jsonRiskWalk) uncompared(code finding.Code, around, p jsonNodePair, keyword, what string) {
	switch {
	case p.update == nil || w.isEmpty(p.update):
	case p.original == nil:
		w.tell(code, around, keyword, w.reader()+" has a schema for "+what+" that "+w.writer()+" does not have")
	case !p.original.Same(p.update):
		if broken := w.broken(p.original, p.update); len(broken) > 0 {
			w.tell(code, around, keyword, w.reader()+" accepts less than "+w.writer()+" for "+what, described(broken)...)
		}
		w.pair(p)
	}
}

// described are the sentences of the first differences.
func described(differences []Difference) []string {
	var out []string
	for _, d := range differences[:min(len(differences), maxShownBreaks)] {
		out = append(out, d.Kind+": "+d.Description)
	}
	return out
}

func (w *jsonRiskWalk) patterns(p jsonNodePair) {
	const keyword = "patternProperties"
	was, is := map[string]*jsonschema.Node{}, map[string]*jsonschema.Node{}
	for _, pattern := range p.original.PatternProperties {
		was[pattern.Source] = pattern.Schema
	}
	for _, pattern := range p.update.PatternProperties {
		is[pattern.Source] = pattern.Schema
		original, known := was[pattern.Source]
		if !known {
			original = p.original.AdditionalProperties
		}
		if !forbidsAll(original) {
			if allowsAll(original) {
				original = nil
			}
			w.uncompared(jsonPatternsChanged, p, jsonNodePair{original, pattern.Schema}, keyword, "names that match "+strconv.Quote(pattern.Source))
		}
	}
	rest := p.update.AdditionalProperties
	for _, pattern := range p.original.PatternProperties {
		if is[pattern.Source] == nil && !forbidsAll(pattern.Schema) && !allowsAll(rest) {
			w.uncompared(jsonPatternsChanged, p, jsonNodePair{pattern.Schema, rest}, keyword, "names that match "+strconv.Quote(pattern.Source))
		}
	}
}

func (w *jsonRiskWalk) propertyNames(p jsonNodePair) {
	w.uncompared(jsonNamesChanged, p, jsonNodePair{p.original.PropertyNames, p.update.PropertyNames}, "propertyNames", "names of properties")
}

// conditions tells about if, then and else where both sides have them: where
// one side alone does, the schemas are of different types and are refused.
func (w *jsonRiskWalk) conditions(p jsonNodePair) {
	o, u := p.original, p.update
	if o.If == nil || u.If == nil {
		return
	}
	if !o.If.Same(u.If) && (len(w.broken(o.If, u.If)) > 0 || len(w.broken(u.If, o.If)) > 0) {
		w.tell(jsonConditionChanged, p, "if", "the condition of "+called(w.pathOf(p))+" is another in "+w.reader()+" than in "+w.writer()+
			", so that then and else hold for other values")
		return
	}
	w.uncompared(jsonConditionChanged, p, jsonNodePair{o.Then, u.Then}, "then", "values that fit if")
	w.uncompared(jsonConditionChanged, p, jsonNodePair{o.Else, u.Else}, "else", "values that do not fit if")
}

func (w *jsonRiskWalk) contains(p jsonNodePair) {
	o, u := p.original, p.update
	w.uncompared(jsonContainsChanged, p, jsonNodePair{o.Contains, u.Contains}, "contains", "one of the items")
	if o.Contains == nil || u.Contains == nil || u.Keyword("maxContains") == nil {
		return
	}
	if broken := w.broken(u.Contains, o.Contains); len(broken) > 0 {
		w.tell(jsonContainsChanged, p, "contains", w.reader()+" counts more items for maxContains than "+w.writer(), described(broken)...)
	}
}

// types tells that one side names the type that the other only has keywords
// for.
func (w *jsonRiskWalk) types(p jsonNodePair) {
	o := p.original
	elsewhere := o.Ref != nil || o.DynamicRef != nil || len(o.AllOf)+len(o.AnyOf)+len(o.OneOf) > 0
	if elsewhere || len(o.Types) > 0 || len(p.update.Types) == 0 || jsonTypesOf(o)&^jsonTypesOf(p.update) == 0 {
		return
	}
	was, is := typesOf(o), typesOf(p.update)
	if len(was) == 1 && len(is) == 1 && was[0].class == is[0].class {
		w.tell(jsonTypeChanged, p, "type",
			w.reader()+" demands the type "+p.update.Types[0]+" of "+called(w.pathOf(p))+", and "+w.writer()+" accepts values of all other types")
	}
}

func (w *jsonRiskWalk) formats(p jsonNodePair) {
	was, is := p.original.Text("format"), p.update.Text("format")
	if is == "" || was == is {
		return
	}
	has := "has no format"
	if was != "" {
		has = "has the format " + strconv.Quote(was)
	}
	w.tell(jsonFormatChanged, p, "format",
		w.reader()+" gives "+called(w.pathOf(p))+" the format "+strconv.Quote(is)+", and "+w.writer()+" "+has)
}

// flags tells about the booleans beside draft-04's bounds.
func (w *jsonRiskWalk) flags(p jsonNodePair) {
	for _, b := range []struct{ flag, bound string }{{"exclusiveMaximum", "maximum"}, {"exclusiveMinimum", "minimum"}} {
		was, is := p.original.Keyword(b.bound), p.update.Keyword(b.bound)
		if p.original.Flag(b.flag) || !p.update.Flag(b.flag) || !was.Is(jsontree.Number) || !sameValue(was, is) {
			continue
		}
		w.tell(jsonFlagChanged, p, b.flag,
			w.reader()+" excludes "+is.Text+" itself from the values of "+called(w.pathOf(p))+" by "+b.flag+", and "+w.writer()+" includes it")
	}
}

// overlaps tells of members of oneOf that may fit one value together and did
// not before.
func (w *jsonRiskWalk) overlaps(p jsonNodePair) {
	was, is := p.original.OneOf, p.update.OneOf
	if len(is) < 2 || len(is) > maxJSONMembers || len(p.original.AnyOf) > 0 {
		return
	}
	stands := w.partners(was, is)
	for i, a := range is {
		for j, b := range is[:i] {
			from, okA := stands[i]
			to, okB := stands[j]
			alone := len(was) == 0 && (disjoint(a, p.original) || disjoint(b, p.original))
			before := okA && okB && !disjoint(was[from], was[to])
			if alone || before || !w.judge.step(1) || disjoint(a, b) {
				continue
			}
			w.tell(jsonOneOfOverlaps, p, oneOf, "a value of "+called(w.pathOf(p))+" may fit the branches "+strconv.Itoa(j)+" and "+strconv.Itoa(i)+
				" of oneOf in "+w.reader()+", which refuses it then, and "+w.writer()+" accepts it")
		}
	}
}

// constants tells that a change between const and enum is refused for nothing.
func (w *jsonRiskWalk) constants(p jsonNodePair) {
	was, is := finiteValues(p.original), finiteValues(p.update)
	if was == nil || is == nil || (p.original.Keyword("const") == nil) == (p.update.Keyword("const") == nil) || !containsAll(is, was) {
		return
	}
	keyword := "enum"
	if w.next(p).Keyword("const") != nil {
		keyword = "const"
	}
	w.tell(jsonConstInEnum, p, keyword, "every value that "+w.writer()+" allows for "+called(w.pathOf(p))+" is allowed by "+w.reader()+
		", though the one has const and the other enum")
}

// disjointBranches tells that a change from anyOf to oneOf is refused for
// nothing.
func (w *jsonRiskWalk) disjointBranches(p jsonNodePair) {
	was, is := p.original.AnyOf, p.update.OneOf
	if len(was) == 0 || len(is) < len(was) || len(is) > maxJSONMembers || len(w.partners(was, is)) < len(was) {
		return
	}
	for i, a := range is {
		for _, b := range is[:i] {
			if !w.judge.step(1) || !disjoint(a, b) {
				return
			}
		}
	}
	keyword := oneOf
	if w.next(p) == p.original {
		keyword = anyOf
	}
	w.tell(jsonBranchesDisjoint, p, keyword, "no value of "+called(w.pathOf(p))+" fits two branches of oneOf in "+w.reader()+
		", so that it accepts what anyOf accepts in "+w.writer())
}
