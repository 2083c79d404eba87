package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema/finding"
)

// SettingsFile is where a tree says how it is judged, at its root.
const SettingsFile = "accord.yaml"

// Settings say how a tree is judged. The zero Settings are the defaults.
type Settings struct {
	// Governance is "enforce", "advise" or "off"; "" is enforce.
	Governance string
	// ExemptTopics are patterns of topics that owe nothing, nil for those that
	// programs keep for themselves.
	ExemptTopics []string
	// Levels are the compatibility levels, by pattern of subjects.
	Levels []LevelOf
	// Schemas are the subjects of schema files that no contract names, "" for
	// a file that is no subject's.
	Schemas map[string]string
	// Publish says what of a contract goes with its schemas.
	Publish Publish
	// Exemptions excuse findings until a day, Baseline is old debt.
	Exemptions []finding.Exemption
	Baseline   finding.Baseline
}

// Publish says what of its contract a schema is registered with, for Confluent's
// clients.
type Publish struct{ Rules, Metadata bool }

// LevelOf is the compatibility level of the subjects that fit a pattern.
type LevelOf struct {
	Pattern string
	Level   compat.Level
}

// Level is the level of the first pattern that a subject fits, "" for none.
func (s Settings) Level(subject string) compat.Level {
	for _, l := range s.Levels {
		if finding.MatchName(l.Pattern, subject) {
			return l.Level
		}
	}
	return ""
}

// settingsText is accord.yaml as it is written.
type settingsText struct {
	Governance    string            `yaml:"governance"`
	ExemptTopics  []string          `yaml:"exemptTopics"`
	Compatibility yaml.Node         `yaml:"compatibility"`
	Schemas       map[string]string `yaml:"schemas"`
	Publish       []string          `yaml:"publish"`
	Exemptions    []exemptionText   `yaml:"exemptions"`
	Baseline      string            `yaml:"baseline"`
}

type exemptionText struct {
	Subject  string `yaml:"subject"`
	Path     string `yaml:"path"`
	Code     string `yaml:"code"`
	Reason   string `yaml:"reason"`
	Approver string `yaml:"approver"`
	Expires  string `yaml:"expires"`
	line     int
}

// UnmarshalYAML notes the line on which an exemption is written.
func (e *exemptionText) UnmarshalYAML(node *yaml.Node) error {
	type plain exemptionText
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key := node.Content[i]; key.Value {
		case "subject", "path", "code", "reason", "approver", "expires":
		default:
			return fmt.Errorf("line %d: an exemption has no key %q: it has subject, path, code, reason, approver and expires", key.Line, key.Value)
		}
	}
	e.line = node.Line
	if err := node.Decode((*plain)(e)); err != nil {
		return err
	}
	e.line = node.Line
	return nil
}

// readSettings reads accord.yaml, which need not be there.
func readSettings(f *Files) (Settings, error) {
	if !f.Has(SettingsFile) {
		return Settings{}, nil
	}
	text, err := f.read(SettingsFile)
	if err != nil {
		return Settings{}, err
	}
	var written settingsText
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&written); err != nil && !errors.Is(err, io.EOF) {
		return Settings{}, settingsFault(err)
	}
	s, err := written.settings(f)
	if err != nil {
		return Settings{}, fmt.Errorf("%s: %w", SettingsFile, err)
	}
	return s, nil
}

// settingsFault words what the YAML reader says for who writes the file.
func settingsFault(err error) error {
	said := strings.TrimPrefix(err.Error(), "yaml: ")
	said = strings.TrimPrefix(said, "unmarshal errors:\n  ")
	said = strings.ReplaceAll(said, " not found in type tree.settingsText", " is not known: there are governance, exemptTopics, compatibility, schemas, publish, exemptions and baseline")
	return fmt.Errorf("%s: %s", SettingsFile, said)
}

func (w settingsText) settings(f *Files) (Settings, error) {
	s := Settings{Governance: w.Governance, ExemptTopics: w.ExemptTopics, Schemas: map[string]string{}}
	switch s.Governance {
	case "", "enforce", "advise", "off":
	default:
		return s, fmt.Errorf("governance %q: want enforce, advise or off", s.Governance)
	}
	for name, subject := range w.Schemas {
		s.Schemas[path.Clean(name)] = subject
	}
	for _, part := range w.Publish {
		switch part {
		case "rules":
			s.Publish.Rules = true
		case "metadata":
			s.Publish.Metadata = true
		default:
			return s, fmt.Errorf("publish %q: want rules, metadata or both", part)
		}
	}
	var err error
	if s.Levels, err = levels(w.Compatibility); err != nil {
		return s, err
	}
	for _, e := range w.Exemptions {
		exemption, err := e.exemption()
		if err != nil {
			return s, fmt.Errorf("line %d: %w", e.line, err)
		}
		s.Exemptions = append(s.Exemptions, exemption)
	}
	if w.Baseline == "" {
		return s, nil
	}
	text, err := f.read(path.Clean(w.Baseline))
	if err != nil {
		return s, fmt.Errorf("baseline: %w", err)
	}
	if err := json.Unmarshal(text, &s.Baseline); err != nil {
		return s, fmt.Errorf("baseline %s: %w", w.Baseline, err)
	}
	return s, nil
}

// levels reads a mapping of patterns to levels in its order.
func levels(node yaml.Node) ([]LevelOf, error) {
	if node.IsZero() {
		return nil, nil
	}
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: compatibility: want a mapping of subjects to levels, such as 'orders-*: FULL'", node.Line)
	}
	var out []LevelOf
	for i := 0; i+1 < len(node.Content); i += 2 {
		pattern, value := node.Content[i], node.Content[i+1]
		level, ok := compat.ParseLevel(value.Value)
		if !ok {
			return nil, fmt.Errorf("line %d: compatibility of %s: %q is no level; there are %v", value.Line, pattern.Value, value.Value, compat.Levels())
		}
		out = append(out, LevelOf{pattern.Value, level})
	}
	return out, nil
}

func (e exemptionText) exemption() (finding.Exemption, error) {
	out := finding.Exemption{
		Subject: e.Subject, Path: e.Path, Code: finding.Code(e.Code), Reason: e.Reason, Author: e.Approver,
		File: SettingsFile, Line: e.line, Column: 1,
	}
	if e.Expires != "" {
		day, err := time.Parse(time.DateOnly, e.Expires)
		if err != nil {
			return out, fmt.Errorf("expires %q: want a day, such as 2026-12-31", e.Expires)
		}
		out.Expires = day
	}
	if e.Approver == "" {
		return out, errors.New("exemption has no approver: name who answers for it")
	}
	if err := out.Validate(); err != nil {
		return out, err
	}
	return out, nil
}
