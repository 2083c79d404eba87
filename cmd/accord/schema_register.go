package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

func newSchemaRegister(a *app) *cobra.Command {
	var reg schemaRegister
	cmd := &cobra.Command{
		Use:   "register SUBJECT --file FILE",
		Short: "Register a schema as the next version of a subject",
		Long: `Register a schema. One that the subject already has gives the version it has.
An incompatible schema is refused with exit code 1.

The language is taken from the file's name (.avsc is Avro, .json JSON Schema,
.proto Protobuf); --type says it where the name does not.`,
		Example: `  accord schema register orders-value --file orders.avsc
  accord schema register orders-value --file order.proto --reference common/money.proto=common/money.proto@2
  generate-schema | accord schema register orders-value --file - --type JSON`,
		Args:              takes(1, 1, "one subject"),
		ValidArgsFunction: a.subjectNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return reg.run(ctx, a, args[0]) }),
	}
	reg.add(cmd)
	cmd.Flags().BoolVar(&reg.normalize, "normalize", false, "register the normalised text")
	addOutput(cmd, &reg.output)
	return cmd
}

// fileFlags name a schema that is sent to a registry.
type fileFlags struct {
	file, typ  string
	references []string
}

func (f *fileFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "read the schema from `FILE`, - is standard input")
	flags.StringVar(&f.typ, "type", "", "`LANGUAGE` of the schema: AVRO, JSON or PROTOBUF (default by file name)")
	flags.StringArrayVar(&f.references, "reference", nil, "a schema it uses, as `NAME=SUBJECT[@VERSION]`; repeat for more")
	completes(cmd, "type", schema.Formats())
}

type schemaRegister struct {
	fileFlags
	normalize bool
	output    format
}

func (r schemaRegister) run(ctx context.Context, a *app, subject string) error {
	a.about = subject
	req, err := r.request(a)
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	got, err := c.Register(ctx, subject, req, client.RegisterOptions{Normalize: r.normalize})
	if err != nil {
		return err
	}
	view := registeredView{Subject: subject, Version: got.Version, ID: got.ID, GUID: got.GUID, Type: req.SchemaType}
	return a.show(r.output, view, func() {
		if view.Version == 0 {
			a.say("Registered %s: id %d", printable(subject, false), view.ID)
			return
		}
		a.say("Registered %s: version %d, id %d", printable(subject, false), view.Version, view.ID)
	})
}

func (f fileFlags) request(a *app) (client.RegisterRequest, error) {
	if f.file == "" {
		return client.RegisterRequest{}, misuse("add --file FILE, or --file - to read standard input", "no schema is given")
	}
	lang, err := languageOf(f.typ, f.file)
	if err != nil {
		return client.RegisterRequest{}, err
	}
	refs := make([]schema.Reference, len(f.references))
	for i, arg := range f.references {
		if refs[i], err = parseReference(arg); err != nil {
			return client.RegisterRequest{}, err
		}
	}
	a.sent = f.file
	text, err := a.readFile(f.file, schema.MaxText)
	if err != nil {
		return client.RegisterRequest{}, err
	}
	return client.RegisterRequest{Schema: string(text), SchemaType: lang, References: refs}, nil
}

// languageOf is the language that --type says, or else the name of a file.
func languageOf(typ, file string) (schema.Format, error) {
	if typ != "" {
		lang, ok := schema.ParseFormat(typ)
		if !ok {
			return "", misuse("use AVRO, JSON or PROTOBUF", "--type %s: no such schema language", typ)
		}
		return lang, nil
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".avsc":
		return schema.Avro, nil
	case ".json":
		return schema.JSON, nil
	case ".proto":
		return schema.Protobuf, nil
	}
	return "", misuse("add --type AVRO, --type JSON or --type PROTOBUF", "the name %q does not tell the schema's language", file)
}

// parseReference reads NAME=SUBJECT[@VERSION]. A name may hold = (it can be a
// URI), so the last one counts. No version is the latest.
func parseReference(arg string) (schema.Reference, error) {
	pair, version, _ := splitVersion(arg)
	at := strings.LastIndexByte(pair, '=')
	if at <= 0 || at == len(pair)-1 {
		return schema.Reference{}, misuse("write it as --reference common/money.proto=money-value@2", "--reference %s: want NAME=SUBJECT[@VERSION]", strconv.Quote(arg))
	}
	return schema.Reference{Name: pair[:at], Subject: pair[at+1:], Version: version}, nil
}

// readFile reads a file, or standard input for "-", of at most limit bytes.
func (a *app) readFile(name string, limit int64) ([]byte, error) {
	from := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unable("", "%w", err)
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case int64(len(text)) > limit:
		return nil, unable("", "%s is larger than %d bytes", name, limit)
	}
	return text, nil
}
