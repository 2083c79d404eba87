package tree

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// use is a schema file that another speaks of by a name. The subject is the one
// it goes by where nobody names another.
type use struct{ name, file, subject string }

// uses finds the files of the tree that a schema needs. What is not found, the
// parser of the language will miss, and say where.
func (r *reader) uses(name string) []use {
	needs, known := r.needs[name]
	if text, err := r.text(name); err == nil && !known {
		switch language(name) {
		case schema.Avro:
			needs = r.avroUses(name, text)
		case schema.Protobuf:
			needs = r.protobufUses(name, text)
		case schema.JSON:
			needs = r.jsonUses(name, text)
		}
		r.needs[name] = needs
	}
	return needs
}

// importLine finds imports of Protobuf. Those in comments are found as well,
// which does no harm.
var importLine = regexp.MustCompile(`\bimport\s+(?:public\s+|weak\s+)?["']([^"'\n]+)["']\s*;`)

// protobufUses resolves imports as if every folder around the file were a
// --proto_path, the nearest first.
func (r *reader) protobufUses(name, text string) []use {
	if !strings.Contains(text, "import") {
		return nil
	}
	builtin := protobuf.BuiltinImports()
	var out []use
	for _, m := range importLine.FindAllStringSubmatch(text, -1) {
		if slices.Contains(builtin, m[1]) {
			continue
		}
		if file := r.upward(name, m[1]); file != "" {
			out = append(out, use{name: m[1], file: file, subject: m[1]})
		}
	}
	return out
}

// upward looks for a path in the folder of a file and in those around it, and
// answers "" if none has it.
func (r *reader) upward(name, target string) string {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if file := path.Join(dir, target); r.files.Has(file) {
			return file
		}
		if dir == "." {
			return ""
		}
	}
}

// jsonUses resolves $ref: as a path from the file or a folder around it, or as
// the $id of another.
func (r *reader) jsonUses(name, text string) []use {
	if !strings.Contains(text, `"$ref"`) {
		return nil
	}
	var tree any
	if json.Unmarshal([]byte(text), &tree) != nil {
		return nil
	}
	var refs []string
	collectRefs(tree, &refs)
	var out []use
	for _, ref := range refs {
		target, _, _ := strings.Cut(ref, "#")
		if target == "" {
			continue
		}
		if file := r.upward(name, target); language(file) == schema.JSON {
			out = append(out, use{name: target, file: file, subject: file})
			continue
		}
		if file := nearest(name, r.declared(schema.JSON)[target]); file != "" {
			out = append(out, use{name: target, file: file, subject: target})
		}
	}
	return out
}

// collectRefs gathers the texts of $ref anywhere in a document.
func collectRefs(node any, refs *[]string) {
	switch v := node.(type) {
	case []any:
		for _, item := range v {
			collectRefs(item, refs)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			*refs = append(*refs, ref)
		}
		for _, item := range v {
			collectRefs(item, refs)
		}
	}
}

// avroUses finds the files that declare the types a schema uses and does not
// declare.
func (r *reader) avroUses(from, text string) []use {
	var n avroNames
	n.read(text)
	var out []use
	for _, name := range n.used {
		if slices.Contains(n.declared, name) || slices.ContainsFunc(out, func(u use) bool { return u.name == name }) {
			continue
		}
		if file := nearest(from, r.declared(schema.Avro)[name]); file != "" {
			out = append(out, use{name: name, file: file, subject: name})
		}
	}
	return out
}

// nearest is the file of several that declare a name which one means that
// speaks of it: one in its own folder or below, else in that around it, and so
// on; in one folder the least deep. It is "" for none.
func nearest(from string, files []string) string {
	if len(files) < 2 {
		return strings.Join(files, "")
	}
	for dir := path.Dir(from); ; dir = path.Dir(dir) {
		best := ""
		for _, file := range files {
			if dir != "." && !strings.HasPrefix(file, dir+"/") {
				continue
			}
			if best == "" || strings.Count(file, "/") < strings.Count(best, "/") {
				best = file
			}
		}
		if best != "" || dir == "." {
			return best
		}
	}
}

// declared leads from the names that the files of a language declare to the
// files, in order: full names of Avro, $id of JSON Schema. It is made when first
// needed.
func (r *reader) declared(lang schema.Format) map[string][]string {
	if names, ok := r.names[lang]; ok {
		return names
	}
	names := map[string][]string{}
	for _, file := range r.files.names {
		if language(file) != lang {
			continue
		}
		text, err := r.text(file)
		if err != nil {
			continue
		}
		for _, name := range rootNames(lang, text) {
			names[name] = append(names[name], file)
		}
	}
	r.names[lang] = names
	return names
}

// rootNames are the names by which others may speak of a schema as a whole.
func rootNames(lang schema.Format, text string) []string {
	if lang == schema.Avro {
		var n avroNames
		n.read(text)
		return n.declared[:min(1, len(n.declared))]
	}
	var root struct {
		ID string `json:"$id"`
	}
	if json.Unmarshal([]byte(text), &root) != nil || root.ID == "" {
		return nil
	}
	return []string{root.ID}
}

// avroNames are the full names of the types that a schema declares, the outmost
// first, and uses (Avro specification 1.12, Names).
type avroNames struct{ declared, used []string }

// avroPrimitives are no names of types that somebody declares.
var avroPrimitives = []string{"null", "boolean", "int", "long", "float", "double", "bytes", "string"}

func (n *avroNames) read(text string) {
	var root any
	if json.Unmarshal([]byte(text), &root) == nil {
		n.walk(root, "")
	}
}

func (n *avroNames) walk(node any, namespace string) {
	switch v := node.(type) {
	case string:
		if !slices.Contains(avroPrimitives, v) {
			n.used = append(n.used, fullName(v, namespace))
		}
	case []any:
		for _, branch := range v {
			n.walk(branch, namespace)
		}
	case map[string]any:
		n.object(v, namespace)
	}
}

func (n *avroNames) object(v map[string]any, namespace string) {
	kind, named := v["type"].(string)
	switch {
	case !named:
		n.walk(v["type"], namespace)
	case kind == "array":
		n.walk(v["items"], namespace)
	case kind == "map":
		n.walk(v["values"], namespace)
	case kind == "record", kind == "error", kind == "enum", kind == "fixed":
		name, _ := v["name"].(string)
		if own, ok := v["namespace"].(string); ok {
			namespace = own
		}
		full := fullName(name, namespace)
		n.declared = append(n.declared, full)
		fields, _ := v["fields"].([]any)
		for _, field := range fields {
			if f, ok := field.(map[string]any); ok {
				n.walk(f["type"], full[:max(0, strings.LastIndexByte(full, '.'))])
			}
		}
	default:
		n.walk(kind, namespace)
	}
}

func fullName(name, namespace string) string {
	if namespace == "" || strings.Contains(name, ".") {
		return name
	}
	return namespace + "." + name
}
