package connectscan

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// field is a field on its way through a chain: where it is now and what has
// become of it.
type field struct {
	path string
	lineage.Transformation
}

// identity is a field that nothing has touched.
func identity(path string) field {
	return field{path, lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY"}}
}

// changed is the field with another value.
func (f field) changed(masked bool) field {
	f.Subtype, f.Masking = "TRANSFORMATION", f.Masking || masked
	return f
}

// shaper follows a field through one transform, forth to what comes out or
// back to what came in; false if the field ends there, or if the configuration
// does not tell where it goes.
type shaper struct {
	forth, back func(t transform, f field) (field, bool)
}

// shapers are the transforms whose effect on fields is known, by the class
// without its package and without $Key or $Value.
var shapers = map[string]shaper{
	"RegexRouter": same, "ByLogicalTableRouter": same, "TopicRegexRouter": same, "TimestampRouter": same, "MessageTimestampRouter": same,
	"ExtractTopic": same, "TopicRouter": same, "Filter": same, "TombstoneHandler": same, "SetSchemaMetadata": same, "InsertHeader": same,
	"DropHeaders": same, "ValueToKey": same,

	"ReplaceField":          {replaceForth, replaceBack},
	"MaskField":             {mask, mask},
	"ExtractField":          {extractForth, extractBack},
	"HoistField":            {extractBack, extractForth},
	"Flatten":               {flattenForth, flattenBack},
	"InsertField":           {untouched, insertBack},
	"Cast":                  {cast, cast},
	"TimestampConverter":    {convert, convert},
	"ExtractNewRecordState": {unwrapForth, unwrapBack}, "ExtractNewDocumentState": {unwrapForth, unwrapBack},
	"HeaderFrom": {headerForth, untouched},
}

var same = shaper{untouched, untouched}

func untouched(_ transform, f field) (field, bool) { return f, true }

// kind is a transform's class without package and side.
func kind(class string) string {
	class, _, _ = strings.Cut(class, "$")
	return class[strings.LastIndexByte(class, '.')+1:]
}

// ofKeys reports whether a transform is one of keys, which are not followed.
func (t transform) ofKeys() bool { return strings.HasSuffix(t.class, "$Key") }

// forth follows a field of a record's value from before the chain to after it.
func (c chain) forth(path string) (field, bool) {
	f := identity(path)
	for _, t := range c {
		var ok bool
		if f, ok = t.follow(f, func(s shaper) func(transform, field) (field, bool) { return s.forth }); !ok {
			return field{}, false
		}
	}
	return f, true
}

// back follows a field of a record's value from after the chain to before it.
func (c chain) back(path string) (field, bool) {
	f := identity(path)
	for _, t := range slices.Backward(c) {
		var ok bool
		if f, ok = t.follow(f, func(s shaper) func(transform, field) (field, bool) { return s.back }); !ok {
			return field{}, false
		}
	}
	return f, true
}

func (t transform) follow(f field, way func(shaper) func(transform, field) (field, bool)) (field, bool) {
	if t.ofKeys() {
		return f, true
	}
	s, ok := shapers[kind(t.class)]
	if !ok {
		return field{}, false
	}
	to, ok := way(s)(t, f)
	switch isConditional := t.undecided || t.only != nil; {
	case !isConditional:
		return to, ok
	case !ok:
		return f, true // it passes in the records that are left alone
	case to.path != f.path:
		return field{}, false // it is in two places
	}
	to.Masking = f.Masking // some records are not masked
	return to, true
}

// on is the chain as a topic's records see it: without the transforms that a
// predicate keeps from it.
func (c chain) on(topic string) chain {
	var on chain
	for i, t := range c {
		if t.only != nil {
			name, sure := c[:i].route(topic)
			if sure && !t.only(name) {
				continue
			}
			if sure {
				t.only = nil
			}
		}
		on = append(on, t)
	}
	return on
}

// top cuts a path after its first step.
func top(path string) (first, rest string) {
	if i := strings.IndexAny(path, ".[{<"); i > 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// either is the list of the first key that there is; some have an older name.
func (t transform) either(keys ...string) []string {
	for _, key := range keys {
		if list := t.cfg.list(key); len(list) > 0 {
			return list
		}
	}
	return nil
}

// renames are the pairs old:new of ReplaceField.
func (t transform) renames() map[string]string {
	renames := make(map[string]string)
	for _, pair := range t.cfg.list("renames") {
		if from, to, ok := strings.Cut(pair, ":"); ok {
			renames[strings.TrimSpace(from)] = strings.TrimSpace(to)
		}
	}
	return renames
}

// keeps reports whether ReplaceField lets a field pass.
func (t transform) keeps(name string) bool {
	include := t.either("include", "whitelist")
	return !slices.Contains(t.either("exclude", "blacklist"), name) && (len(include) == 0 || slices.Contains(include, name))
}

func replaceForth(t transform, f field) (field, bool) {
	name, rest := top(f.path)
	if !t.keeps(name) {
		return field{}, false
	}
	if to, ok := t.renames()[name]; ok {
		f.path = to + rest
	}
	return f, true
}

func replaceBack(t transform, f field) (field, bool) {
	name, rest := top(f.path)
	renames := t.renames()
	for from, to := range renames {
		if to == name {
			f.path = from + rest
			return f, t.keeps(from)
		}
	}
	_, isRenamed := renames[name]
	return f, !isRenamed && t.keeps(name)
}

func mask(t transform, f field) (field, bool) {
	if name, _ := top(f.path); slices.Contains(t.cfg.list("fields"), name) {
		return f.changed(true), true
	}
	return f, true
}

// extractForth makes a record of one field of it; the other way is what
// HoistField does.
func extractForth(t transform, f field) (field, bool) {
	name, rest := top(f.path)
	f.path = strings.TrimPrefix(rest, ".")
	return f, name == t.cfg["field"]
}

func extractBack(t transform, f field) (field, bool) {
	switch {
	case f.path == "":
		f.path = t.cfg["field"]
	case f.path[0] == '[':
		f.path = t.cfg["field"] + f.path
	default:
		f.path = t.cfg["field"] + "." + f.path
	}
	return f, true
}

// delimiter is what Flatten puts between names.
func (t transform) delimiter() string {
	if d, ok := t.cfg["delimiter"]; ok {
		return d
	}
	return "."
}

// flattenForth joins the names of structures; arrays, maps and unions stay as they are.
func flattenForth(t transform, f field) (field, bool) {
	end := len(f.path)
	if i := strings.IndexAny(f.path, "[{<"); i >= 0 {
		end = i
	}
	f.path = strings.ReplaceAll(f.path[:end], ".", t.delimiter()) + f.path[end:]
	return f, true
}

// flattenBack cannot tell a delimiter from a character of a name, unless it is
// the dot.
func flattenBack(t transform, f field) (field, bool) {
	return f, t.delimiter() == "." || !strings.Contains(f.path, t.delimiter())
}

// insertBack ends at fields that InsertField makes.
func insertBack(t transform, f field) (field, bool) {
	name, _ := top(f.path)
	for _, key := range []string{"offset.field", "partition.field", "static.field", "timestamp.field", "topic.field"} {
		if made := strings.TrimRight(t.cfg[key], "!?"); made != "" && made == name {
			return field{}, false
		}
	}
	return f, true
}

func cast(t transform, f field) (field, bool) {
	name, _ := top(f.path)
	for _, spec := range t.cfg.list("spec") {
		of, _, hasField := strings.Cut(spec, ":")
		if !hasField || of == name {
			return f.changed(false), true
		}
	}
	return f, true
}

func convert(t transform, f field) (field, bool) {
	if name, _ := top(f.path); t.cfg["field"] == "" || t.cfg["field"] == name {
		return f.changed(false), true
	}
	return f, true
}

// unwrapForth is Debezium's: of a change only the row after it stays.
func unwrapForth(_ transform, f field) (field, bool) {
	name, rest := top(f.path)
	f.path = strings.TrimPrefix(rest, ".")
	return f, name == "after" && f.path != ""
}

// unwrapBack ends at what Debezium adds to an unwrapped row.
func unwrapBack(t transform, f field) (field, bool) {
	name, _ := top(f.path)
	prefix, isSet := t.cfg["add.fields.prefix"]
	if !isSet {
		prefix = "__"
	}
	if name == prefix+"deleted" {
		return field{}, false
	}
	for _, added := range t.cfg.list("add.fields") {
		of, as, isRenamed := strings.Cut(added, ":")
		if !isRenamed {
			as = strings.ReplaceAll(of, ".", "_")
		}
		if name == prefix+as {
			return field{}, false
		}
	}
	f.path = "after." + f.path
	return f, true
}

// headerForth ends at fields that are moved into a header.
func headerForth(t transform, f field) (field, bool) {
	name, _ := top(f.path)
	return f, t.cfg["operation"] != "move" || !slices.Contains(t.cfg.list("fields"), name)
}
