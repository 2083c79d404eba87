package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema"
)

//go:embed company
var files embed.FS

// manifest is company.yaml.
type manifest struct {
	Scopes   []scope   `json:"scopes"`
	Subjects []subject `json:"subjects"`
}

// scope configures a context, or a name that is no stream of its own.
type scope struct {
	Scope string `json:"scope"`
	// Config names its level even where only an alias matters: the registry
	// keeps one with every configuration, and Load compares the whole.
	Config registry.Config `json:"config"`
	// Mode is set after all versions are in, so that it may forbid more.
	Mode registry.Mode `json:"mode"`
}

// subject is one subject with its history.
type subject struct {
	Subject string        `json:"subject"`
	Folder  string        `json:"folder"`
	Type    schema.Format `json:"type"`
	// Config is set before the first version, which is judged by it.
	Config registry.Config `json:"config"`
	// Metadata and RuleSet go with every version.
	Metadata *schema.Metadata `json:"metadata"`
	RuleSet  *schema.RuleSet  `json:"ruleSet"`
	// Versions stand in order: the first is version 1.
	Versions []version `json:"versions"`
}

// version is what one version adds to its subject.
type version struct {
	// Contract is the file, in the subject's folder, of the contract that came
	// with the version; "" if the contract stayed as it was.
	Contract   string             `json:"contract"`
	References []schema.Reference `json:"references"`
	Metadata   *schema.Metadata   `json:"metadata"`
	RuleSet    *schema.RuleSet    `json:"ruleSet"`
	// Deleted versions were registered and softly deleted before the next.
	Deleted bool `json:"deleted"`
}

func readManifest() (manifest, error) {
	var m manifest
	return m, decode("company.yaml", &m)
}

// decode reads a YAML file of the company. Leaves are types of other packages,
// which know their names in JSON alone, so the YAML goes through JSON.
func decode(name string, into any) error {
	text, err := files.ReadFile(path.Join("company", name))
	if err != nil {
		return err
	}
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	doc, err := json.Marshal(tree)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// versions counts the versions of all subjects.
func (m manifest) versions() int {
	n := 0
	for _, s := range m.Subjects {
		n += len(s.Versions)
	}
	return n
}

// extensions name the schema files.
var extensions = map[schema.Format]string{schema.Avro: "avsc", schema.Protobuf: "proto", schema.JSON: "json"}

// change is version number (from 1) of s as its owner would send it: the schema,
// and the contract if there is a new one.
func (s subject) change(number int) (registry.Change, error) {
	c, err := s.candidate(number)
	if err != nil {
		return registry.Change{}, err
	}
	change := registry.Change{Schemas: []registry.SchemaFile{{
		Name: s.schemaFile(number), RegisterRequest: registry.RegisterRequest{Subject: s.Subject, Candidate: c},
	}}}
	if file := s.Versions[number-1].Contract; file != "" {
		name := path.Join(s.Folder, file)
		text, err := files.ReadFile(path.Join("company", name))
		if err != nil {
			return registry.Change{}, fmt.Errorf("contract of %s version %d: %w", s.Subject, number, err)
		}
		change.Contracts = []registry.ContractFile{{Name: name, Text: text}}
	}
	return change, nil
}

// schemaFile names the schema of version number.
func (s subject) schemaFile(number int) string {
	return path.Join(s.Folder, fmt.Sprintf("v%d.%s", number, extensions[s.Type]))
}

// candidate is version number (from 1) of s as a client would send it.
func (s subject) candidate(number int) (registry.Candidate, error) {
	v := s.Versions[number-1]
	text, err := files.ReadFile(path.Join("company", s.schemaFile(number)))
	if err != nil {
		return registry.Candidate{}, fmt.Errorf("schema of %s version %d: %w", s.Subject, number, err)
	}
	return registry.Candidate{
		Type:       string(s.Type),
		Text:       string(text),
		References: v.References,
		Metadata:   schema.MergeMetadata(s.Metadata, v.Metadata),
		RuleSet:    schema.MergeRuleSets(s.RuleSet, v.RuleSet),
	}, nil
}
