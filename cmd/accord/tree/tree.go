// Package tree reads contracts and the schemas they name from a tree of files:
// a folder or a commit. It finds out which subject each file is for and what a
// schema refers to, and judges nothing.
package tree

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The codes of what keeps files from being a tree of contracts.
var (
	codeShared      = finding.Claim("CONTRACT_SUBJECT_SHARED", "two contracts in a tree of files describe the same subject")
	codeNoFile      = finding.Claim("CONTRACT_SCHEMA_FILE_MISSING", "a contract names a schema file that is not there")
	codeLanguage    = finding.Claim("CONTRACT_SCHEMA_FILE_LANGUAGE", "the name of a schema file does not tell its language")
	codeTwoSchemas  = finding.Claim("CONTRACT_SCHEMA_FILE_SHARED", "two schema files in a tree are for the same subject")
	codeUnreadable  = finding.Claim("CONTRACT_FILE_UNREADABLE", "a file of a tree cannot be read")
	codeMissingFile = finding.Claim("CONTRACT_SETTINGS_FILE_MISSING", "the settings of a tree name a schema file that is not there")
)

// Tree is what a tree of files says.
type Tree struct {
	Settings Settings
	// Contracts are the documents by name, Schemas the schemas by subject.
	Contracts []Contract
	Schemas   []Schema
	// Findings say what is wrong with the tree itself.
	Findings []finding.Finding

	files *Files
	// origins are the files behind the names by which schemas use one another.
	origins map[string]string
}

// Contract is a contract file.
type Contract struct {
	// Name is the path of the file in the tree.
	Name string
	Text []byte
	// Document is nil for a text that is no YAML.
	Document *odcs.Document
	// Streams are the streams it describes.
	Streams []odcs.Stream
}

// Schema is a schema file, for one subject.
type Schema struct {
	// Name is the path of the file in the tree.
	Name    string
	Subject string
	Format  schema.Format
	Text    string
	// References are all to the latest versions of their subjects, which have
	// their whole names, whatever the context of the schema.
	References []schema.Reference
}

// Read reads a tree. What is wrong with files are findings; an error means that
// the tree could not be read at all, or that its settings are broken.
func Read(ctx context.Context, files *Files) (*Tree, error) {
	t := &Tree{files: files, origins: map[string]string{}}
	var err error
	if t.Settings, err = readSettings(files); err != nil {
		return nil, err
	}
	if err := t.readContracts(ctx); err != nil {
		return nil, err
	}
	r := newReader(t)
	r.named()
	r.keys()
	r.orphans()
	r.complete()
	return t, nil
}

// Schemas reads the schemas of a tree alone: those that no contract of it
// names. Its tree has no contracts.
func Schemas(ctx context.Context, files *Files) (*Tree, error) {
	all, err := Read(ctx, files)
	if err != nil {
		return nil, err
	}
	t := &Tree{Settings: all.Settings, files: files, origins: map[string]string{}}
	r := newReader(t)
	for _, s := range all.Schemas {
		if all.Contract(s.Subject) != nil {
			r.subjects[s.Name] = s.Subject
		}
	}
	for _, name := range r.unnamed(func(string) bool { return true }) {
		r.add(name, subjectOf(name), finding.Finding{File: name, Line: 1, Column: 1})
	}
	r.complete()
	return t, nil
}

// complete follows what schemas use, and hands them over.
func (r *reader) complete() {
	r.references()
	r.Schemas = r.sorted()
	finding.Sort(r.Findings)
}

// Contract returns the contract that describes a subject, nil for none.
func (t *Tree) Contract(subject string) *Contract {
	for i, c := range t.Contracts {
		if slices.ContainsFunc(c.Streams, func(s odcs.Stream) bool { return s.Subject == subject }) {
			return &t.Contracts[i]
		}
	}
	return nil
}

// Subjects are the subjects with a contract, in no order.
func (t *Tree) Subjects() map[string]*Contract {
	out := map[string]*Contract{}
	for i, c := range t.Contracts {
		for _, s := range c.Streams {
			out[s.Subject] = &t.Contracts[i]
		}
	}
	return out
}

// Place puts the file of the tree for the name by which one schema knows
// another, so that a finding leads to where its words are.
func (t *Tree) Place(f finding.Finding) finding.Finding {
	if file, ok := t.origins[f.File]; ok && f.File != "" && !t.files.Has(f.File) {
		f.File = file
	}
	return f
}

// maxContracts bounds how many contracts a tree may have.
const maxContracts = 100_000

// ofKind finds the line that makes a YAML file a contract.
var ofKind = regexp.MustCompile(`(?m)^(?:\x{FEFF})?kind:[ \t]*["']?DataContract["']?[ \t\r]*(?:#.*)?$`)

// readContracts reads all contracts, as many at once as there are processors.
func (t *Tree) readContracts(ctx context.Context) error {
	var names []string
	for _, name := range t.files.names {
		if ext := path.Ext(name); (ext == ".yaml" || ext == ".yml") && name != SettingsFile {
			names = append(names, name)
		}
	}
	if len(names) > maxContracts {
		return fmt.Errorf("the tree has %d YAML files; %d are read at most: run in a folder below", len(names), maxContracts)
	}
	found := make([]*Contract, len(names))
	faults := make([][]finding.Finding, len(names))
	var reading errgroup.Group
	reading.SetLimit(runtime.GOMAXPROCS(0))
	for i := range names {
		if ctx.Err() != nil {
			break
		}
		reading.Go(func() error {
			found[i], faults[i] = t.readContract(names[i])
			return nil
		})
	}
	_ = reading.Wait() // none of them fails
	owners := map[string]string{}
	for i, c := range found {
		t.Findings = append(t.Findings, faults[i]...)
		if c != nil && t.takes(c, owners) {
			t.Contracts = append(t.Contracts, *c)
		}
	}
	return ctx.Err()
}

func (t *Tree) readContract(name string) (*Contract, []finding.Finding) {
	text, err := t.files.read(name)
	byName := strings.HasSuffix(name, ".odcs.yaml") || strings.HasSuffix(name, ".odcs.yml")
	switch {
	case err != nil && byName:
		return nil, []finding.Finding{unreadable(name, err)}
	case err != nil, !byName && !ofKind.Match(text):
		return nil, nil
	}
	c := &Contract{Name: name, Text: text}
	c.Document, _ = odcs.Parse(name, text) // whoever judges the contract tells its faults
	if c.Document != nil {
		c.Streams, _ = c.Document.Streams()
	}
	return c, nil
}

func unreadable(name string, err error) finding.Finding {
	return finding.Finding{
		Code: codeUnreadable, Severity: finding.Error, File: name, Line: 1, Column: 1,
		Message: "the file cannot be read: " + err.Error(),
	}
}

// takes reports whether the subjects of a contract are nobody else's.
func (t *Tree) takes(c *Contract, owners map[string]string) bool {
	free := true
	for _, s := range c.Streams {
		other, taken := owners[s.Subject]
		switch {
		case s.Subject == "":
		case taken && other != c.Name:
			free = false
			t.Findings = append(t.Findings, finding.Finding{
				Code: codeShared, Severity: finding.Error, Subject: s.Subject, Path: s.Path,
				File: c.Name, Line: s.Line, Column: s.Column,
				Message: fmt.Sprintf("%s describes %s, too: a subject has one contract", other, s.Subject),
				Hint:    "delete one of the two, or give this stream its own topic as physicalName",
			})
		default:
			owners[s.Subject] = c.Name
		}
	}
	return free
}
