package tree

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// reader finds the schema files of a tree and their subjects.
type reader struct {
	*Tree
	// found are the schemas by subject, subjects those of each file.
	found    map[string]*Schema
	subjects map[string]string
	texts    map[string]string
	// pending are schemas whose references are not known yet.
	pending []*Schema
	// names lead from what schemas declare to their files, by language.
	names map[schema.Format]map[string][]string
	// needs are the uses of each file that was looked at.
	needs map[string][]use
}

func newReader(t *Tree) *reader {
	return &reader{
		Tree: t, found: map[string]*Schema{}, subjects: map[string]string{}, texts: map[string]string{},
		names: map[schema.Format]map[string][]string{}, needs: map[string][]use{},
	}
}

// named adds the schemas that contracts and settings name.
func (r *reader) named() {
	for _, c := range r.Contracts {
		for _, s := range c.Streams {
			if s.SchemaFile != "" && s.Subject != "" {
				r.ofStream(c, s, s.Subject, s.SchemaFile, s.SchemaFileAt)
			}
			if s.KeyFile != "" && s.KeySubject != "" {
				r.ofStream(c, s, s.KeySubject, s.KeyFile, s.KeyFileAt)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Settings.Schemas)) {
		subject := r.Settings.Schemas[name]
		switch {
		case subject == "":
		case !r.files.Has(name):
			r.Findings = append(r.Findings, finding.Finding{
				Code: codeMissingFile, Severity: finding.Error, Subject: subject, File: SettingsFile, Line: 1, Column: 1,
				Message: fmt.Sprintf("there is no schema file %s, and the settings say that it is for %s", name, subject),
				Hint:    "correct the path below schemas, or take it away",
			})
		default:
			r.add(name, subject, finding.Finding{File: SettingsFile, Line: 1, Column: 1})
		}
	}
}

// ofStream adds the schema of values or keys that a contract names.
func (r *reader) ofStream(c Contract, s odcs.Stream, subject, file string, place schema.Position) {
	at := finding.Finding{Subject: subject, Path: s.Path, File: c.Name, Line: place.Line, Column: place.Column}
	name := path.Join(path.Dir(c.Name), file)
	if r.files.Has(name) {
		r.add(name, subject, at)
		return
	}
	at.Code, at.Severity = codeNoFile, finding.Error
	at.Message = "the schema file " + file + " is not there"
	at.Hint = "correct the url: it is relative to the contract"
	if language(name) == "" {
		at.Code, at.Message = codeLanguage, fmt.Sprintf("the name %s does not tell which language the schema is written in", file)
		at.Hint = "call it .avsc, .proto or .json"
	} else if near := r.elsewhere(c.Name, name); near != "" {
		at.Hint = "did you mean " + near + "? The url is relative to the contract"
	}
	r.Findings = append(r.Findings, at)
}

// elsewhere is where a missing file seems to have moved to, relative to the
// contract; "" if there is no such file, or several.
func (r *reader) elsewhere(contract, name string) string {
	var near []string
	for _, other := range r.files.names {
		if path.Base(other) == path.Base(name) {
			near = append(near, other)
		}
	}
	if len(near) != 1 {
		return ""
	}
	return relative(path.Dir(contract), near[0])
}

// relative is a path from a folder to a file.
func relative(dir, name string) string {
	up := ""
	for dir != "." && !strings.HasPrefix(name, dir+"/") {
		dir = path.Dir(dir)
		up += "../"
	}
	if dir != "." {
		name = strings.TrimPrefix(name, dir+"/")
	}
	return cmp.Or(up, "./") + name
}

// add makes a file the schema of a subject. The finding is the place that says
// so.
func (r *reader) add(name, subject string, at finding.Finding) *Schema {
	if had, taken := r.found[subject]; taken {
		if had.Name != name {
			at.Code, at.Severity, at.Subject = codeTwoSchemas, finding.Error, subject
			at.Message = fmt.Sprintf("%s is the schema of %s already", had.Name, subject)
			at.Hint = "name one schema file for each subject"
			r.Findings = append(r.Findings, at)
		}
		return had
	}
	text, err := r.text(name)
	if err != nil {
		r.Findings = append(r.Findings, unreadable(name, err))
		return nil
	}
	s := &Schema{Name: name, Subject: subject, Format: language(name), Text: text}
	r.found[subject] = s
	if r.subjects[name] == "" {
		r.subjects[name] = subject
	}
	r.pending = append(r.pending, s)
	return s
}

func (r *reader) text(name string) (string, error) {
	if text, ok := r.texts[name]; ok {
		return text, nil
	}
	text, err := r.files.read(name)
	if err != nil {
		return "", err
	}
	r.texts[name] = string(text)
	return string(text), nil
}

// language is what the name of a file says of it, "" for nothing.
func language(name string) schema.Format {
	switch strings.ToLower(path.Ext(name)) {
	case ".avsc":
		return schema.Avro
	case ".proto":
		return schema.Protobuf
	case ".json":
		return schema.JSON
	}
	return ""
}

// orphans adds the schemas that nothing names: topics that somebody forgot to
// write a contract for. In a tree without settings, which may be anything, only
// those beside contracts count.
func (r *reader) orphans() {
	settled := r.files.Has(SettingsFile)
	beside := map[string]bool{}
	for _, c := range r.Contracts {
		beside[path.Dir(c.Name)] = true
	}
	for _, name := range r.unnamed(func(name string) bool { return settled || beside[path.Dir(name)] }) {
		r.add(name, subjectOf(name), finding.Finding{File: name, Line: 1, Column: 1})
	}
}

// unnamed lists the schema files of a kind that no contract, no setting and no
// other schema speaks of.
func (r *reader) unnamed(among func(name string) bool) []string {
	var alone []string
	for _, name := range r.files.names {
		_, set := r.Settings.Schemas[name]
		if r.subjects[name] == "" && !set && among(name) && r.isSchema(name) {
			alone = append(alone, name)
		}
	}
	if alone == nil {
		return nil
	}
	used := map[string]bool{}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(r.subjects)), alone) {
		for _, u := range r.uses(name) {
			used[u.file] = used[u.file] || u.file != name
		}
	}
	return slices.DeleteFunc(alone, func(name string) bool { return used[name] })
}

// isSchema reports whether a file is meant to be a schema. JSON is used for
// everything, so it has to say so.
func (r *reader) isSchema(name string) bool {
	if language(name) != schema.JSON {
		return language(name) != ""
	}
	text, err := r.text(name)
	return err == nil && strings.Contains(text, `"$schema"`)
}

// subjectOf is the subject a schema file is named after: that of the values of
// a topic, unless it says otherwise.
func subjectOf(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	if strings.HasSuffix(base, "-value") || strings.HasSuffix(base, "-key") {
		return base
	}
	return base + "-value"
}

// maxSchemas bounds how many schemas a tree may lead to.
const maxSchemas = 200_000

// references completes every schema by what it uses, and adds that.
func (r *reader) references() {
	for done := 0; done < len(r.pending) && done < maxSchemas; done++ {
		s := r.pending[done]
		for _, u := range r.uses(s.Name) {
			if u.file == s.Name {
				continue
			}
			subject := r.subjects[u.file]
			if subject == "" {
				subject = homeOf(s.Subject) + u.subject
				if r.add(u.file, subject, finding.Finding{File: s.Name, Line: 1, Column: 1}) == nil {
					continue
				}
			}
			r.origins[u.name] = u.file
			if !slices.ContainsFunc(s.References, func(ref schema.Reference) bool { return ref.Name == u.name }) {
				s.References = append(s.References, schema.Reference{Name: u.name, Subject: subject, Version: -1})
			}
		}
	}
}

// homeOf is the context of a subject as its name begins, ":.eu:", and "" for the
// default one. What a schema uses lies there unless something else is said.
func homeOf(subject string) string {
	rest, qualified := strings.CutPrefix(subject, ":.")
	context, _, whole := strings.Cut(rest, ":")
	if !qualified || !whole || context == "" {
		return ""
	}
	return ":." + context + ":"
}

func (r *reader) sorted() []Schema {
	var out []Schema
	for _, subject := range slices.Sorted(maps.Keys(r.found)) {
		out = append(out, *r.found[subject])
	}
	return out
}
