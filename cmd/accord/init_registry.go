package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	languages "github.com/accordhq/accord/schema/formats"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// fromRegistry writes the streams of a registry: schemas, what they use, and
// their contracts.
func (s *scaffold) fromRegistry(ctx context.Context, prefix string) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	var latest []client.Schema
	for listed, err := range c.Schemas(ctx, client.SchemasOptions{Prefix: prefix, LatestOnly: true}) {
		if err != nil {
			return err
		}
		latest = append(latest, listed.Schema)
	}
	if len(latest) == 0 {
		return unable("'accord schema list' shows what there is", "the registry has no subject that begins with %q", prefix)
	}
	// Values come first: a file that their contract names is not named twice.
	slices.SortStableFunc(latest, func(x, y client.Schema) int { return kindOf(x.Subject) - kindOf(y.Subject) })
	for _, found := range latest {
		if err := s.subject(ctx, c, found); err != nil {
			return fmt.Errorf("write %s: %w", found.Subject, err)
		}
	}
	return nil
}

// kindOf orders subjects: values of topics, their keys, others.
func kindOf(subject string) int {
	switch {
	case strings.HasSuffix(subject, "-value"):
		return 0
	case strings.HasSuffix(subject, "-key"):
		return 1
	}
	return 2
}

// extensions of schema files, by language.
var extensions = map[schema.Format]string{schema.Avro: ".avsc", schema.Protobuf: ".proto", schema.JSON: ".json"}

// subject writes one subject.
func (s *scaffold) subject(ctx context.Context, c *client.Client, found client.Schema) error {
	if s.taken[found.Subject] {
		return nil
	}
	s.taken[found.Subject] = true
	ext := extensions[typeOf(found.SchemaType)]
	topic := strings.TrimSuffix(strings.TrimSuffix(fileName(found.Subject), "-value"), "-key")
	if err := s.used(ctx, c, found, 0); err != nil {
		return err
	}
	switch kindOf(found.Subject) {
	case 0:
		return s.stream(ctx, c, found, topic)
	case 1:
		name := path.Join(topic, fileName(found.Subject)+ext)
		s.schemas[name] = found.Subject
		return s.write(name, withBreak(found.Schema))
	}
	name := fileName(found.Subject) + ext
	if strings.HasSuffix(name, ext+ext) {
		name = strings.TrimSuffix(name, ext)
	}
	s.schemas[name] = found.Subject
	return s.write(name, withBreak(found.Schema))
}

// fileName is a subject as part of a path.
func fileName(subject string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) || r < ' ' {
			return '_'
		}
		return r
	}, strings.TrimPrefix(subject, ":."))
}

func withBreak(text string) string { return strings.TrimRight(text, "\n") + "\n" }

// used writes the schemas that another uses where they are found by their name.
func (s *scaffold) used(ctx context.Context, c *client.Client, by client.Schema, depth int) error {
	if depth > schema.MaxDepth {
		return unable("", "%s refers to too many others", by.Subject)
	}
	home, _ := contextOf(by.Subject)
	for _, ref := range by.References {
		subject := ref.Subject
		if !strings.HasPrefix(subject, ":.") {
			subject = home + subject
		}
		if s.taken[subject] {
			continue
		}
		s.taken[subject] = true
		found, err := c.Version(ctx, subject, ref.Version, client.ReadOptions{})
		if err != nil {
			return fmt.Errorf("read reference %s: %w", ref.Name, err)
		}
		found.Subject = subject
		if err := s.used(ctx, c, found, depth+1); err != nil {
			return err
		}
		name := path.Clean(strings.TrimPrefix(ref.Name, "/"))
		if u, err := url.Parse(ref.Name); err == nil && u.Scheme != "" && u.Host != "" {
			name = path.Clean(strings.TrimPrefix(u.Path, "/"))
		}
		if typeOf(found.SchemaType) == schema.Avro || strings.Contains(name, ":") || strings.HasPrefix(name, "..") {
			name = strings.TrimSuffix(fileName(ref.Name), extensions[typeOf(found.SchemaType)]) + extensions[typeOf(found.SchemaType)]
		}
		s.schemas[name] = subject
		if err := s.write(name, withBreak(found.Schema)); err != nil {
			return err
		}
	}
	return nil
}

// stream writes the schema of a stream's values with the contract that the
// registry has for it, or a first one.
func (s *scaffold) stream(ctx context.Context, c *client.Client, found client.Schema, topic string) error {
	file, dir := topic+extensions[typeOf(found.SchemaType)], topic
	contract, err := c.Contract(ctx, found.Subject)
	text := contract.Text
	switch {
	case err == nil:
		if in := contractFor(text, found.Subject); in != nil && in.Stream.SchemaFile != "" {
			file = in.Stream.SchemaFile
			dir = cmp.Or(s.contracts[text], dir) // one document may describe several streams
		} else if text, err = naming(text, found.Subject, "./"+file); err != nil {
			return err
		}
	case isMissing(err):
		if text, err = s.first(ctx, found, file); err != nil {
			return err
		}
	default:
		return err
	}
	if err := s.write(path.Join(dir, file), withBreak(found.Schema)); err != nil || s.contracts[text] != "" {
		return err
	}
	s.contracts[text] = dir
	return s.write(path.Join(dir, topic+".odcs.yaml"), text)
}

// isMissing reports whether a registry has no contract, or knows none at all.
func isMissing(err error) bool {
	var refused *client.Error
	return errors.As(err, &refused) && refused.Status == 404
}

// naming adds the schema file to a contract that names none.
func naming(text, subject, file string) (string, error) {
	doc, _ := odcs.Parse(subject, []byte(text))
	in := contractFor(text, subject)
	if doc == nil || in == nil {
		return text, nil
	}
	next, err := doc.Append(fmt.Sprintf("schema[%d].authoritativeDefinitions", in.Stream.Object), odcs.Map{
		{Key: "type", Value: odcs.Implementation}, {Key: "url", Value: file},
	})
	if err != nil {
		return "", fmt.Errorf("name the schema file in the contract: %w", err)
	}
	return string(next.Bytes()), nil
}

// first is a contract that says what the schema tells.
func (s *scaffold) first(ctx context.Context, found client.Schema, file string) (string, error) {
	r := &resolver{app: s.app, origins: map[string]string{}}
	defer r.close()
	if err := r.stored(ctx, found.Subject, found.References, 0); err != nil {
		return "", err
	}
	parsed, err := languages.Parse(ctx, schema.Source{
		Format: typeOf(found.SchemaType), Text: found.Schema, References: found.References, Dependencies: r.dependencies,
	})
	if err != nil {
		return "", fmt.Errorf("read the schema: %w", err)
	}
	doc, err := contracts.Scaffold(found.Subject, "", parsed, found.Metadata, found.RuleSet, file)
	if err != nil {
		return "", err
	}
	return string(doc.Bytes()), nil
}
