package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	languages "github.com/accordhq/accord/schema/formats" // output.go has formats of its own
	"github.com/accordhq/accord/schema/protobuf"
)

// sourceFlags say how the two schemas that a command compares are read, each
// from a file or from a registry.
type sourceFlags struct {
	typ           string
	references    []string
	oldReferences []string
	protoPaths    []string
}

func (s *sourceFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&s.typ, "type", "", "`LANGUAGE` of schemas in files: AVRO, JSON or PROTOBUF (default by file name)")
	flags.StringArrayVar(&s.references, "reference", nil, "a schema that files use, as `NAME=FILE` or NAME=SUBJECT@VERSION; repeat for more, used ones first")
	flags.StringArrayVar(&s.oldReferences, "old-reference", nil, "the same for the first schema alone, before those of --reference: `NAME=FILE`")
	flags.StringArrayVar(&s.protoPaths, "proto-path", nil, "look for Protobuf imports in `DIR`; repeat for more")
	completes(cmd, "type", schema.Formats())
}

// source is a schema with where it comes from.
type source struct {
	schema.Parsed
	// name is the argument: a file or SUBJECT@VERSION.
	name string
	// origins say the same of each dependency, by its name.
	origins map[string]string
}

// origin is where the text comes from in which the source, or the dependency
// with a name, is declared.
func (s source) origin(dependency string) string {
	if dependency == "" {
		return s.name
	}
	if from := s.origins[dependency]; from != "" {
		return from
	}
	return dependency
}

// read reads both schemas.
func (s sourceFlags) read(ctx context.Context, a *app, oldArg, nextArg string) (old, next source, err error) {
	if oldArg == "-" && nextArg == "-" {
		return old, next, misuse("name a file for one of them", "standard input can be one of the schemas, not both")
	}
	if old, err = s.readOne(ctx, a, oldArg, slices.Concat(s.oldReferences, s.references)); err != nil {
		return old, next, err
	}
	next, err = s.readOne(ctx, a, nextArg, s.references)
	return old, next, err
}

func (s sourceFlags) readOne(ctx context.Context, a *app, arg string, references []string) (source, error) {
	r := &resolver{app: a, origins: map[string]string{}}
	defer r.close()
	src, err := s.text(ctx, r, arg, references)
	if err != nil {
		return source{}, err
	}
	out := source{name: arg, origins: r.origins}
	out.Parsed, err = languages.Parse(ctx, src)
	var bad *schema.Error
	if !errors.As(err, &bad) {
		return out, err
	}
	placed := *bad
	placed.File = out.origin(bad.File)
	return out, unable(r.advice(), "%w", &placed)
}

// text reads an argument with all it needs.
func (s sourceFlags) text(ctx context.Context, r *resolver, arg string, references []string) (schema.Source, error) {
	if subject, version, ok := versionArgument(arg); ok {
		stored, err := r.version(ctx, subject, version)
		if err != nil {
			return schema.Source{}, err
		}
		err = r.stored(ctx, subject, stored.References, 0)
		return schema.Source{Format: typeOf(stored.SchemaType), Text: stored.Schema, References: stored.References, Dependencies: r.dependencies}, err
	}
	lang, err := languageOf(s.typ, arg)
	if err != nil {
		return schema.Source{}, err
	}
	text, err := r.file(arg)
	if err != nil {
		return schema.Source{}, err
	}
	for _, dir := range s.protoPaths {
		if err := r.look(dir); err != nil {
			return schema.Source{}, err
		}
	}
	for _, reference := range references {
		if err := r.reference(ctx, lang, reference); err != nil {
			return schema.Source{}, err
		}
	}
	if lang == schema.Protobuf {
		err = r.imports(text, 0)
	}
	return schema.Source{Format: lang, Text: text, Dependencies: r.dependencies}, err
}

// versionArgument reads SUBJECT@VERSION. A file of that name comes first.
func versionArgument(arg string) (subject string, version int, ok bool) {
	subject, version, ok = splitVersion(arg)
	if !ok {
		return "", 0, false
	}
	if _, err := os.Stat(arg); err == nil {
		return "", 0, false
	}
	return subject, version, true
}

// resolver gathers what a schema uses: each schema before the first that needs
// it, the first of a name winning.
type resolver struct {
	app          *app
	registry     *client.Client
	roots        []*os.Root
	dependencies []schema.Dependency
	// origins say where dependencies come from; a name is there as soon as it
	// is being read.
	origins map[string]string
	// missing are imports that were found nowhere.
	missing []string
}

func (r *resolver) close() {
	for _, root := range r.roots {
		_ = root.Close() // it was only read
	}
}

// advice is a hint for a schema that does not parse, "" if there is none.
func (r *resolver) advice() string {
	if len(r.missing) == 0 {
		return ""
	}
	return "to say where " + printable(r.missing[0], false) + " is, add --proto-path DIR or --reference NAME=FILE"
}

// look adds a folder in which imports are looked for. Nothing outside of it is
// read, whatever an import's path says.
func (r *resolver) look(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return unable("", "--proto-path: %w", err)
	}
	r.roots = append(r.roots, root)
	return nil
}

func (r *resolver) file(name string) (string, error) {
	text, err := r.app.readFile(name, schema.MaxText)
	if errors.Is(err, fs.ErrNotExist) {
		return "", unable("name a file, or a version in the registry: 'orders-value@latest'", "%w", err)
	}
	return string(text), err
}

// version reads a version from the registry.
func (r *resolver) version(ctx context.Context, subject string, version int) (client.Schema, error) {
	if r.registry == nil {
		c, err := r.app.client()
		if err != nil {
			return client.Schema{}, err
		}
		r.registry = c
	}
	r.app.about = subject
	return r.registry.Version(ctx, subject, version, client.ReadOptions{})
}

// reference adds what NAME=FILE or NAME=SUBJECT@VERSION says, unless it is of
// another language: then it is for the other schema. A name may hold = (it can
// be a URI), so the last one counts.
func (r *resolver) reference(ctx context.Context, lang schema.Format, arg string) error {
	at := strings.LastIndexByte(arg, '=')
	if at <= 0 || at == len(arg)-1 {
		return misuse("write it as --reference common/money.proto=money.proto", "--reference %s: want NAME=FILE or NAME=SUBJECT@VERSION", strconv.Quote(arg))
	}
	name, from := arg[:at], arg[at+1:]
	if !r.enter(name, from) {
		return nil
	}
	ref := schema.Reference{Name: name, Subject: from, Version: 1}
	if subject, version, ok := versionArgument(from); ok {
		stored, err := r.version(ctx, subject, version)
		if err != nil {
			return err
		}
		if typeOf(stored.SchemaType) != lang {
			return nil
		}
		if err := r.stored(ctx, subject, stored.References, 0); err != nil {
			return err
		}
		ref.Subject, ref.Version = subject, stored.Version
		r.add(ref, stored.Schema)
		return nil
	}
	if other, err := languageOf("", from); err == nil && other != lang {
		return nil
	}
	text, err := r.file(from)
	if err == nil && lang == schema.Protobuf {
		err = r.imports(text, 0)
	}
	r.add(ref, text)
	return err
}

// enter notes where a dependency comes from, and reports whether it is new.
func (r *resolver) enter(name, from string) bool {
	if r.origins[name] != "" {
		return false
	}
	r.origins[name] = from
	return true
}

func (r *resolver) add(ref schema.Reference, text string) {
	r.dependencies = append(r.dependencies, schema.Dependency{Reference: ref, Text: text})
}

func (r *resolver) tooMany(depth int) error {
	if depth > schema.MaxDepth || len(r.origins) > schema.MaxDependencies {
		return unable("", "the schema leads to more than %d others", schema.MaxDependencies)
	}
	return nil
}

// stored adds the references of a version in the registry, and theirs. A plain
// subject lies in the referrer's context.
func (r *resolver) stored(ctx context.Context, referrer string, refs []schema.Reference, depth int) error {
	if err := r.tooMany(depth); err != nil {
		return err
	}
	home, _ := contextOf(referrer)
	for _, ref := range refs {
		subject := ref.Subject
		if !strings.HasPrefix(subject, ":.") {
			subject = home + subject
		}
		if !r.enter(ref.Name, fmt.Sprintf("%s@%d", subject, ref.Version)) {
			continue
		}
		used, err := r.version(ctx, subject, ref.Version)
		if err != nil {
			return fmt.Errorf("read reference %s of %s: %w", ref.Name, referrer, err)
		}
		if err := r.stored(ctx, subject, used.References, depth+1); err != nil {
			return err
		}
		ref.Subject = subject // two contexts may have one by the same name
		r.add(ref, used.Schema)
	}
	return nil
}

// importLine finds imports. Those in comments are found as well, which does no
// harm: they are read where they exist and not missed where they do not.
var importLine = regexp.MustCompile(`\bimport\s+(?:public\s+|weak\s+)?["']([^"'\n]+)["']\s*;`)

// imports adds the Protobuf files that a text imports and those that they
// import, as far as they are found. What is missing the compiler will tell,
// with the place.
func (r *resolver) imports(text string, depth int) error {
	if err := r.tooMany(depth); err != nil {
		return err
	}
	for _, m := range importLine.FindAllStringSubmatch(text, -1) {
		path := m[1]
		if r.origins[path] != "" {
			continue
		}
		found, from, err := r.find(path)
		switch {
		case err != nil:
			return err
		case from != "":
			r.enter(path, from)
			if err := r.imports(found, depth+1); err != nil {
				return err
			}
			r.add(schema.Reference{Name: path, Subject: from, Version: 1}, found)
		case !slices.Contains(protobuf.BuiltinImports(), path):
			r.missing = append(r.missing, path)
		}
	}
	return nil
}

// find reads an import from the first folder that has it; from is "" if none
// has.
func (r *resolver) find(path string) (text, from string, err error) {
	for _, root := range r.roots {
		info, err := root.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		name := root.Name() + "/" + path
		if info.Size() > schema.MaxText {
			return "", "", unable("", "%s is larger than %d bytes", name, schema.MaxText)
		}
		content, err := root.ReadFile(path)
		if err != nil {
			return "", "", unable("", "%w", err)
		}
		return string(content), strings.TrimPrefix(name, "./"), nil
	}
	return "", "", nil
}
