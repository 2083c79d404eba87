package odcs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// maxFaults is how many findings are gathered: enough to work on, and few
// enough to print.
const maxFaults = 500

// judge gathers what is wrong about a document.
type judge struct {
	file string
	out  []finding.Finding
	cut  bool
}

func (j *judge) say(severity finding.Severity, code finding.Code, path string, at schema.Position, message, hint string) {
	if len(j.out) >= maxFaults {
		j.cut = true
		return
	}
	j.out = append(j.out, finding.Finding{
		Code: code, Severity: severity, Path: path, Message: message, Hint: hint,
		File: j.file, Line: at.Line, Column: at.Column,
	})
}

func (j *judge) fault(code finding.Code, path string, at schema.Position, message, hint string) {
	j.say(finding.Error, code, path, at, message, hint)
}

// warn is for what the standard allows and somebody should know of.
func (j *judge) warn(code finding.Code, path string, at schema.Position, message, hint string) {
	j.say(finding.Warning, code, path, at, message, hint)
}

// findings are all faults in the order of the text.
func (j *judge) findings() []finding.Finding {
	finding.Sort(j.out)
	if j.cut {
		last := j.out[len(j.out)-1]
		j.out = append(j.out, finding.Finding{
			Code: CodeTooManyFaults, Severity: finding.Error, File: j.file, Line: last.Line, Column: last.Column,
			Message: fmt.Sprintf("the contract has more than %d faults; the others are not shown", maxFaults), Hint: "fix these first",
		})
	}
	return j.out
}

// document judges a whole contract.
func (j *judge) document(root *node) {
	j.mapping("contract", mappings["contract"], "", root)
	j.deprecated(root, "dataProduct", "ODCS drops dataProduct after 3.1", "name the data product in name or customProperties")
	j.deprecated(root, "slaDefaultElement", "ODCS drops slaDefaultElement in version 4", "name the element in each slaProperties entry")
	if v := root.value("team"); v != nil && v.kind == List {
		j.deprecated(root, "team", "a team that is a list of members is the form of ODCS 3.0", "write team: {name: …, members: […]}")
	}
	j.references(root)
}

func (j *judge) deprecated(n *node, key, message, hint string) {
	if s := n.member(key); s != nil {
		j.say(finding.Info, CodeDeprecated, key, s.keyAt, message, hint)
	}
}

// value judges a value of any type.
func (j *judge) value(typ, path string, n *node) {
	if item, ok := strings.CutPrefix(typ, "[]"); ok {
		j.list(item, path, n)
		return
	}
	switch typ {
	case "any":
	case "mapping":
		j.want(path, n, Mapping)
	case "implementation":
		j.want(path, n, Text, Mapping)
	case "names":
		j.names(path, n)
	case "range":
		j.bounds(path, n)
	case "team":
		if n.kind == List {
			j.list("member", path, n)
			return
		}
		j.mapping(typ, mappings[typ], path, n)
	case "references":
		j.referenceForm(path, n)
	case "property", "item":
		j.property(typ, path, n)
	case "quality":
		j.quality(path, n)
	case "server":
		j.server(path, n)
	default:
		if fields, ok := mappings[typ]; ok {
			j.mapping(typ, fields, path, n)
			return
		}
		j.scalar(typ, path, n)
	}
}

// want reports a value that is of none of the kinds.
func (j *judge) want(path string, n *node, kinds ...Kind) bool {
	if slices.Contains(kinds, n.kind) {
		return true
	}
	wanted := kinds[0].String()
	for _, k := range kinds[1:] {
		wanted += " or a " + k.String()
	}
	if len(kinds) > 2 {
		wanted = "single value"
	}
	message := fmt.Sprintf("%s is a %s; ODCS wants a %s", name(path), n.kind, wanted)
	hint := ""
	switch {
	case n.kind == Null:
		message = fmt.Sprintf("%s is empty; ODCS wants a %s", name(path), wanted)
		hint = "give it a value or remove the key"
	case kinds[0] == Text && (n.kind == Number || n.kind == Bool):
		hint = "put it in quotes: " + strconv.Quote(n.text)
	case kinds[0] == List:
		hint = "begin each entry with '- '"
	case n.kind == Text && (kinds[0] == Number || kinds[0] == Bool):
		hint = "write it without quotes, as a " + kinds[0].String()
	case kinds[0] == Mapping && strings.HasSuffix(path, "description"):
		hint = "write description: {purpose: …, usage: …, limitations: …}"
	}
	j.fault(CodeWrongType, path, n.at, message, hint)
	return false
}

// name is how messages speak of a path: its last key.
func name(path string) string {
	if path == "" {
		return "the contract"
	}
	last := path[strings.LastIndexByte(path, '.')+1:]
	if strings.HasSuffix(last, "]") {
		return "an entry of " + last[:max(strings.IndexByte(last, '['), 0)]
	}
	return last
}

func (j *judge) list(item, path string, n *node) {
	if !j.want(path, n, List) {
		return
	}
	for i, s := range n.slots {
		j.value(item, path+"["+strconv.Itoa(i)+"]", s.value)
	}
	if fields, ok := mappings[item]; ok && fields[0].name == "id" {
		j.unique(CodeDuplicateID, finding.Error, "id", path, n)
	}
	switch item {
	case "object", "property":
		j.unique(CodeDuplicateName, finding.Warning, "name", path, n)
	case "customProperty":
		j.unique(CodeDuplicateName, finding.Warning, "property", path, n)
	}
}

// unique reports entries of a list that share the value of a key.
func (j *judge) unique(code finding.Code, severity finding.Severity, key, path string, n *node) {
	first := map[string]int{}
	for i, s := range n.slots {
		v := s.value.value(key)
		if v == nil || v.kind != Text {
			continue
		}
		if before, seen := first[v.text]; seen {
			j.say(severity, code, fmt.Sprintf("%s[%d].%s", path, i, key), v.at,
				fmt.Sprintf("%s[%d] has the %s %q, too", path, before, key, clip(v.text)), "give each its own")
			continue
		}
		first[v.text] = i
	}
}

// mapping judges a mapping that has these keys and no others. The type is its
// name in the tables.
func (j *judge) mapping(typ string, fields []field, path string, n *node) {
	if !j.want(path, n, Mapping) {
		return
	}
	for _, f := range fields {
		s := n.member(f.name)
		if s == nil {
			if f.required {
				j.fault(CodeMissingKey, join(path, f.name), n.at, fmt.Sprintf("%s has no %s", describe(typ, n), f.name), requiredHints[f.name])
			}
			continue
		}
		j.value(f.typ, join(path, f.name), s.value)
	}
	for _, s := range n.slots {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == s.key }) {
			j.unknown(typ, fields, join(path, s.key), n, s)
		}
	}
	if s := n.member("description"); s != nil && strings.HasSuffix(typ, "Relationship") {
		j.warn(CodeNotPortable, join(path, "description"), s.keyAt,
			"examples of the standard describe a relationship, its JSON Schema does not allow it", "move the text to customProperties: [{property: description, value: …}]")
	}
}

// requiredHints say what to write for keys that people forget.
var requiredHints = map[string]string{
	"apiVersion": "add 'apiVersion: v3.1.0'",
	"kind":       "add 'kind: DataContract'",
	"id":         "add an id that stays the contract's for ever, such as the topic's name",
	"version":    "add the contract's own version, such as 'version: 1.0.0'",
	"name":       "add its name, as records of the stream spell it",
	"server":     "name the server: 'server: production'",
	"host":       "add the address, such as 'host: broker.example.com:9092'",
	"metric":     "add one of nullValues, missingValues, invalidValues, duplicateValues, rowCount",
	"url":        "add where it leads to",
	"channel":    "add the channel's name or address",
	"username":   "add the person's account or e-mail address",
	"status":     "add 'status: draft' or another of proposed, draft, active, deprecated, retired",
}

// describe names a mapping in a message.
func describe(typ string, n *node) string {
	for _, key := range []string{"name", "property", "server", "username", "channel"} {
		if text := n.string(key); text != "" && typ != "contract" {
			return fmt.Sprintf("the %s %q", strings.TrimSuffix(word(typ), " "), clip(text))
		}
	}
	return "the " + word(typ)
}

// words are the names of structures where the standard's differ from ours.
var words = map[string]string{
	"object": "schema object", "customProperty": "custom property", "sla": "SLA property", "quality": "quality check",
	"definition": "authoritative definition", "member": "team member", "objectRelationship": "relationship",
	"propertyRelationship": "relationship", "support": "support channel", "item": "list of items",
	"logicalTypeOptions": "set of logicalTypeOptions",
}

func word(typ string) string {
	if w, ok := words[typ]; ok {
		return w
	}
	return typ
}

// unknown reports a key that has no place in a mapping, with the one that was
// likely meant. The description of a contract is open, so there it is only an
// error of spelling.
func (j *judge) unknown(typ string, fields []field, path string, n *node, s slot) {
	if len(j.out) >= maxFaults {
		j.cut = true // looking for a key that was meant is not for free
		return
	}
	hint := misplaced[typ][s.key]
	if near := nearest(s.key, fields); near != "" && hint == "" && n.member(near) == nil {
		hint = "did you mean " + near + "?"
	}
	if typ == "description" {
		if hint != "" {
			j.warn(CodeUnknownKey, path, s.keyAt, fmt.Sprintf("the description has a key of its own, %s", clip(s.key)), hint)
		}
		return
	}
	if hint == "" && slices.ContainsFunc(fields, func(f field) bool { return f.name == "customProperties" }) {
		hint = "keys of your own go to customProperties: [{property: …, value: …}]"
	}
	j.fault(CodeUnknownKey, path, s.keyAt, fmt.Sprintf("%s has no key %s in ODCS", describe(typ, n), clip(s.key)), hint)
}

// misplaced are keys people write at places that do not have them, and where
// what they mean goes.
var misplaced = map[string]map[string]string{
	"contract": {
		"owner":   "write it as team: {name: …, members: [{username: …, role: owner}]}",
		"info":    "that is another standard; ODCS has id, name, version and description at the top",
		"models":  "that is another standard; ODCS describes records under schema",
		"schemas": "write schema",
		"sla":     "write slaProperties",
		"topic":   "write it as physicalName of the schema object",
		"quality": "write it in the schema object or property it is about",
	},
	"object": {
		"fields":         "write properties",
		"topic":          "write physicalName",
		"classification": "classify each property; an object has none",
		"required":       "write required: true in each property",
		"doc":            "write description",
		"items":          "an object has properties",
	},
	"property": {
		"type":       "write logicalType, and the format's own type as physicalType",
		"doc":        "write description",
		"pii":        "write classification, or add a tag",
		"nullable":   "write required, which is its opposite",
		"isNullable": "write required, which is its opposite",
		"enum":       "write quality: [{metric: invalidValues, arguments: {validValues: […]}, mustBe: 0}]",
		"format":     "write logicalTypeOptions: {format: …}",
		"pattern":    "write logicalTypeOptions: {pattern: …}",
		"fields":     "write properties",
		"precision":  "write it in physicalType, such as decimal(10,2)",
		"scale":      "write it in physicalType, such as decimal(10,2)",
	},
	"logicalTypeOptions": {
		"precision": "write it in physicalType, such as decimal(10,2)",
		"scale":     "write it in physicalType, such as decimal(10,2)",
		"enum":      "write quality: [{metric: invalidValues, arguments: {validValues: […]}, mustBe: 0}]",
	},
	"propertyRelationship": {"from": "at a property the other end is the property itself; a relationship with from belongs to the schema object"},
	"sla": {
		"customProperties": "an SLA property has no extension point; use customProperties of the contract, by the SLA's id",
		"percentile":       "an SLA property has no such key; put it in customProperties of the contract, by the SLA's id",
		"objective":        "write valueExt",
	},
	"kafka server": {
		"topic":             "the topic is physicalName of the schema object; a kafka server has host and format only",
		"topics":            "the topic is physicalName of the schema object; a kafka server has host and format only",
		"port":              "write it in host, as broker:9092",
		"bootstrapServers":  "write host",
		"schemaRegistryUrl": "add authoritativeDefinitions: [{type: implementation, url: …}] to the schema object",
		"schemaRegistry":    "add authoritativeDefinitions: [{type: implementation, url: …}] to the schema object",
		"securityProtocol":  "write it in customProperties of the server",
	},
}

// join is the path of a key in a mapping. A key that is no plain word is
// quoted in brackets.
func join(path, key string) string {
	switch {
	case !isWord(key):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

func isWord(key string) bool {
	for _, r := range key {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return key != ""
}
