package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	languages "github.com/accordhq/accord/schema/formats"
)

// What somebody changed in a registry past the files.
var (
	codeContractDrifted = finding.Claim("CONTRACT_DRIFTED", "the contract in the registry was never in the repository")
	codeSchemaDrifted   = finding.Claim("CONTRACT_SCHEMA_DRIFTED", "the registry has versions of a schema that the files do not know")
)

// driftView are versions of a subject that the files do not know.
type driftView struct {
	// Versions are ascending, at most the newest twenty.
	Versions []int `json:"versions"`
	// Than is the version that the file has, to which they are newer; 0 where
	// they were never in the git repository.
	Than int `json:"than,omitempty"`
	// File is the file of the schema.
	File string `json:"file"`
}

// maxDrift bounds how many versions are read to find out since when a schema
// has drifted.
const maxDrift = 20

// what says in words what has drifted.
func (d *driftView) what() string {
	which, are := fmt.Sprintf("version %d", d.Versions[0]), "is"
	if n := len(d.Versions); n > 1 {
		which, are = fmt.Sprintf("%d versions up to %d", n, d.Versions[n-1]), "are"
	}
	if d.Than > 0 {
		return fmt.Sprintf("the registry has %s, which %s newer than the file: that is version %d", which, are, d.Than)
	}
	was := map[string]string{"is": "was", "are": "were"}[are]
	return fmt.Sprintf("the registry has %s, which %s never in this repository", which, was)
}

// fetch is the command that brings the newest version into the file.
func (d *driftView) fetch(subject string) string {
	return fmt.Sprintf("accord schema get %s --raw > %s",
		quoted(fmt.Sprintf("%s@%d", subject, d.Versions[len(d.Versions)-1])), quoted(d.File))
}

// drift notes the versions of a stream's schema that the files do not know:
// those newer than the one they have or, where they have something new, the
// newest that no commit ever had. Versions are told apart by what they mean.
func (c *comparison) drift(ctx context.Context, s *streamView) error {
	file := c.head.Schema(s.Subject)
	there := s.Schema == string(registry.ChangeNothing)
	if file == nil || s.latest == 0 || there && s.Version >= s.latest {
		return nil
	}
	known := func(storedSchema) bool { return false }
	if !there {
		past, err := c.past(ctx, file)
		if err != nil {
			return nil // where git does not know, nothing is said to have drifted
		}
		known = past
	}
	numbers, err := c.registry.Versions(ctx, s.Subject, client.VersionsOptions{})
	if err != nil {
		return err
	}
	here, _ := c.head.Parse(ctx, s.Subject) // the registry says what is wrong with it
	found := &driftView{File: file.Name}
	for _, number := range slices.Backward(numbers) {
		if there && number <= s.Version || len(found.Versions) == maxDrift {
			break
		}
		stored, err := c.stored(ctx, s.Subject, number)
		if err != nil {
			return err
		}
		if stored.means(here) || known(stored) {
			break
		}
		found.Versions = append(found.Versions, number)
	}
	if len(found.Versions) == 0 {
		return nil
	}
	slices.Reverse(found.Versions)
	if there {
		found.Than = s.Version
	}
	s.SchemaDrift = found
	return nil
}

// errForgetful says that there is no history to ask.
var errForgetful = errors.New("there is no git repository with its history")

// past knows the schemas that a file ever was.
func (c *comparison) past(ctx context.Context, file *tree.Schema) (func(storedSchema) bool, error) {
	if c.git == nil || !c.git.Remembers(ctx) {
		return nil, errForgetful
	}
	texts, err := c.git.History(ctx, file.Name)
	if err != nil {
		return nil, err
	}
	return func(s storedSchema) bool {
		text := []byte(s.source.Text)
		if c.git.Knew(ctx, text) || c.git.Knew(ctx, []byte(withBreak(s.source.Text))) {
			return true
		}
		return slices.ContainsFunc(texts, func(old []byte) bool {
			if bytes.Equal(bytes.TrimSpace(old), bytes.TrimSpace(text)) {
				return true
			}
			src := s.source
			src.Format, src.Text = file.Format, string(old)
			parsed, err := languages.Parse(ctx, src)
			return err == nil && s.means(parsed)
		})
	}, nil
}

// storedSchema is a version of the registry with all it uses; parsed is nil for
// a text that no parser takes.
type storedSchema struct {
	version client.Schema
	source  schema.Source
	parsed  schema.Parsed
}

// means reports whether another schema says the same, documentation included,
// in whatever spelling.
func (s storedSchema) means(other schema.Parsed) bool {
	return s.parsed != nil && other != nil && s.parsed.Format() == other.Format() &&
		s.parsed.Structure() == other.Structure() && s.parsed.Documentation() == other.Documentation()
}

// stored reads a version of the registry.
func (c *comparison) stored(ctx context.Context, subject string, version int) (storedSchema, error) {
	own := *c.app // a resolver notes what it asks for, and others ask as well
	r := &resolver{app: &own, registry: c.registry, origins: map[string]string{}}
	defer r.close()
	v, err := r.version(ctx, subject, version)
	if err != nil {
		return storedSchema{}, err
	}
	if err := r.stored(ctx, subject, v.References, 0); err != nil {
		return storedSchema{}, err
	}
	out := storedSchema{version: v, source: schema.Source{
		Format: typeOf(v.SchemaType), Text: v.Schema, References: v.References, Dependencies: r.dependencies,
	}}
	out.parsed, err = languages.Parse(ctx, out.source)
	if bad := new(schema.Error); errors.As(err, &bad) {
		return out, nil
	}
	return out, err
}

// drifts are the findings about what has drifted in a stream.
func (s *streamView) drifts() []finding.Finding {
	var out []finding.Finding
	if s.Drifted {
		out = append(out, finding.Finding{
			Code: codeContractDrifted, Severity: finding.Warning, Subject: s.Subject, File: s.File, Line: 1, Column: 1,
			Message: "the contract of " + s.Subject + " in the registry was never in this repository: applying takes back what was changed there",
			Hint:    "fetch it: accord contract show " + quoted(s.Subject) + " --raw > " + quoted(s.File),
		})
	}
	if d := s.SchemaDrift; d != nil {
		out = append(out, finding.Finding{
			Code: codeSchemaDrifted, Severity: finding.Warning, Subject: s.Subject, File: d.File, Line: 1, Column: 1,
			Message: d.what(), Hint: "fetch it: " + d.fetch(s.Subject),
		})
	}
	return out
}
