package tree

import (
	"path"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

// schemaExtensions are the endings of schema files, the likeliest first.
var schemaExtensions = []string{".avsc", ".proto", ".json"}

// keys adds the schemas of keys that nobody names: they are known by the names
// of their files.
func (r *reader) keys() {
	for _, c := range r.Contracts {
		for _, s := range c.Streams {
			if s.KeySubject != "" && r.found[s.KeySubject] == nil {
				r.keyOf(c, s)
			}
		}
	}
}

// keyOf adds the first file of a stream's keys that is there and is nobody
// else's.
func (r *reader) keyOf(c Contract, s odcs.Stream) {
	for _, name := range keyFiles(c, s) {
		_, set := r.Settings.Schemas[name]
		if r.files.Has(name) && !set && r.subjects[name] == "" {
			r.add(name, s.KeySubject, finding.Finding{Subject: s.KeySubject, Path: s.Path, File: c.Name, Line: s.Line, Column: s.Column})
			return
		}
	}
}

// keyFiles are the files in which the schema of a stream's keys may be: beside
// the contract or beside the schema of the values, named like the topic or like
// that schema, with -key at the end.
func keyFiles(c Contract, s odcs.Stream) []string {
	var stems []string
	add := func(stem string) {
		if !slices.Contains(stems, stem) {
			stems = append(stems, stem)
		}
	}
	dir := path.Dir(c.Name)
	if s.Topic != "" && !strings.Contains(s.Topic, "/") {
		add(path.Join(dir, s.Topic))
	}
	if s.SchemaFile != "" {
		add(path.Join(dir, stemOf(s.SchemaFile)))
	}
	var out []string
	for _, stem := range stems {
		for _, ext := range schemaExtensions {
			out = append(out, stem+"-key"+ext)
		}
	}
	return out
}

// KeyFile is the file beside the schema file of a stream's values in which a
// tree finds the schema of its keys without being told. The extension is that
// of the keys' language.
func KeyFile(values, extension string) string { return stemOf(values) + "-key" + extension }

// stemOf is the path of a schema file of values without what says so.
func stemOf(file string) string {
	return strings.TrimSuffix(strings.TrimSuffix(path.Clean(file), path.Ext(file)), "-value")
}
