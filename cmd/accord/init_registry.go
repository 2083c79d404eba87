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

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	languages "github.com/accordhq/accord/schema/formats"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// everywhere is the prefix of subjects in all contexts.
const everywhere = ":*:"

// fromRegistry writes the streams of a registry: schemas, what they use, and
// their contracts.
func (s *scaffold) fromRegistry(ctx context.Context, prefix string) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	latest, err := latestOf(ctx, c, cmp.Or(prefix, everywhere))
	if prefix == "" && len(latest) == 0 && err == nil {
		latest, err = latestOf(ctx, c, "") // registries without contexts take the prefix for part of a name
	}
	if err != nil {
		return err
	}
	if prefix == "" {
		latest = s.writable(ctx, c, latest)
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

// writable leaves out the contexts that are read-only: a contract for what is in
// them could not be filed. Who wants their files asks for them by name.
func (s *scaffold) writable(ctx context.Context, c *client.Client, all []client.Schema) []client.Schema {
	closed := map[string]bool{"": false}
	return slices.DeleteFunc(all, func(found client.Schema) bool {
		home, _ := contextOf(found.Subject)
		if _, known := closed[home]; !known {
			mode, err := c.Mode(ctx, home, false)
			closed[home] = err == nil && mode == "READONLY"
			if closed[home] {
				fmt.Fprintf(s.stderr, "left out %s: it is read-only; --subject %s brings it\n", scopeName(home), quoted(home))
			}
		}
		return closed[home]
	})
}

func latestOf(ctx context.Context, c *client.Client, prefix string) ([]client.Schema, error) {
	var latest []client.Schema
	for listed, err := range c.Schemas(ctx, client.SchemasOptions{Prefix: prefix, LatestOnly: true}) {
		if err != nil {
			return nil, err
		}
		latest = append(latest, listed.Schema)
	}
	return latest, nil
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
	if err := s.used(ctx, c, found, 0); err != nil {
		return err
	}
	folder, own := fileOf(found.Subject)
	ext := extensions[typeOf(found.SchemaType)]
	switch kindOf(found.Subject) {
	case 0:
		return s.stream(ctx, c, found)
	case 1:
		if name := s.keyFile(found.Subject, ext); name != "" {
			return s.schema(name, found)
		}
		return s.named(path.Join(folder, tree.FolderName(strings.TrimSuffix(own, "-key")), own+ext), found)
	}
	name := own + ext
	if strings.HasSuffix(own, ext) {
		name = own
	}
	return s.named(path.Join(folder, name), found)
}

// fileOf is where a subject has its files: the folder of its context, "" for
// the default one, and the name that it has there.
func fileOf(subject string) (folder, own string) {
	home, name := contextOf(subject)
	if home = strings.TrimSuffix(strings.TrimPrefix(home, ":."), ":"); home != "" {
		folder = tree.FolderName(fileName(home))
	}
	return folder, fileName(name)
}

// keyFile is the file in which the contract of a stream finds the schema of its
// keys, "" where no contract looks for it.
func (s *scaffold) keyFile(subject, ext string) string {
	at, ok := s.keys[subject]
	switch {
	case !ok:
		return ""
	case at.exact != "":
		return at.exact
	}
	return tree.KeyFile(at.values, ext)
}

// keyPlace is where a contract looks for the schema of its keys: in the file it
// names, or beside that of the values.
type keyPlace struct{ exact, values string }

// named writes a schema that accord.yaml has to name.
func (s *scaffold) named(name string, found client.Schema) error {
	if s.free(found.Subject, name) {
		s.schemas[path.Clean(name)] = found.Subject
	}
	return s.schema(name, found)
}

// schema writes a schema.
func (s *scaffold) schema(name string, found client.Schema) error {
	if !s.claim(found.Subject, name) {
		return nil
	}
	return s.write(name, withBreak(found.Schema))
}

// free reports whether files are no other subject's. Names that differ in case
// alone are one file on some systems.
func (s *scaffold) free(subject string, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		owner, taken := s.owners[strings.ToLower(path.Clean(name))]
		return taken && owner != subject
	})
}

// claim makes files a subject's, or says why it is left out.
func (s *scaffold) claim(subject string, names ...string) bool {
	for _, name := range names {
		if !s.free(subject, name) {
			s.left++
			fmt.Fprintf(s.stderr, "left out %s: its file %s is that of %s\n",
				printable(subject, false), printable(name, false), printable(s.owners[strings.ToLower(path.Clean(name))], false))
			return false
		}
	}
	for _, name := range names {
		s.owners[strings.ToLower(path.Clean(name))] = subject
	}
	return true
}

// fileName is a name as part of a path.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
}

func withBreak(text string) string { return strings.TrimRight(text, "\n") + "\n" }

// used writes the schemas that another uses where they are found by their name:
// in the folder of their context.
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
		subject = strings.TrimPrefix(subject, ":.:")
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
		folder, _ := fileOf(subject)
		if err := s.named(path.Join(folder, usedFile(ref.Name, typeOf(found.SchemaType))), found); err != nil {
			return err
		}
	}
	return nil
}

// usedFile is the file of a schema that others call by a name.
func usedFile(called string, lang schema.Format) string {
	name := path.Clean(strings.TrimPrefix(called, "/"))
	if u, err := url.Parse(called); err == nil && u.Scheme != "" && u.Host != "" {
		name = path.Clean(strings.TrimPrefix(u.Path, "/"))
	}
	if lang == schema.Avro || strings.Contains(name, ":") || strings.HasPrefix(name, "..") {
		name = strings.TrimSuffix(fileName(called), extensions[lang]) + extensions[lang]
	}
	return name
}

// stream writes the schema of a stream's values with the contract that the
// registry has for it, or a first one.
func (s *scaffold) stream(ctx context.Context, c *client.Client, found client.Schema) error {
	folder, own := fileOf(found.Subject)
	topic := strings.TrimSuffix(own, "-value")
	file, dir := topic+extensions[typeOf(found.SchemaType)], path.Join(folder, tree.FolderName(topic))
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
	values, document := path.Join(dir, file), path.Join(dir, topic+".odcs.yaml")
	known := s.contracts[text] != ""
	if !known && !s.claim(found.Subject, values, document) {
		return nil
	}
	s.keyed(text, found.Subject, dir, values)
	if err := s.schema(values, found); err != nil || known {
		return err
	}
	s.contracts[text] = dir
	return s.write(document, text)
}

// keyed notes where the contract of a subject looks for the schema of its keys.
func (s *scaffold) keyed(text, subject, dir, values string) {
	in := contractFor(text, subject)
	if in == nil || in.KeySubject == "" {
		return
	}
	at := keyPlace{values: values}
	if in.Stream.KeyFile != "" {
		at.exact = path.Join(dir, in.Stream.KeyFile)
	}
	if _, ok := s.keys[in.KeySubject]; !ok {
		s.keys[in.KeySubject] = at
	}
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
