package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/contracts"
)

func newInit(a *app) *cobra.Command {
	var i initialise
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Begin a folder of contracts from what exists",
		Long: `Write a first contract for each stream, an accord.yaml and a README. With
--from-registry the streams are those of a registry: their schemas are written
as files, and contracts that the registry has as they are. Those of a context
other than the default one are in a folder of its name; one that is read-only is
left out unless --subject asks for it. Without --from-registry, each schema file
in the folder that no contract names gets a contract.

A new contract is a draft that says what the schema tells; what nobody has said
yet stands at its end as comments. Files that exist are never overwritten.`,
		Example: `  accord init contracts --from-registry http://127.0.0.1:8081
  accord init contracts --from-registry http://127.0.0.1:8081 --subject orders
  accord init contracts --from-registry http://127.0.0.1:8081 --subject :.eu:
  accord init`,
		Args: takes(0, 1, "at most one folder"),
		RunE: a.does(func(ctx context.Context, args []string) error { return i.run(ctx, a, first(args)) }),
	}
	cmd.Flags().StringVar(&i.from, "from-registry", "", "take the streams of the registry at `URL`")
	cmd.Flags().StringVar(&i.prefix, "subject", "", "only subjects whose names begin with `PREFIX`: :.eu: is a context, :*:shop. all contexts; without a context the default one")
	return cmd
}

type initialise struct{ from, prefix string }

func (i initialise) run(ctx context.Context, a *app, dir string) error {
	if dir == "" {
		dir = "."
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return unable("", "%w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return unable("", "%w", err)
	}
	defer root.Close() //nolint:errcheck // files are closed one by one
	s := &scaffold{app: a, root: root, dir: dir, schemas: map[string]string{}, taken: map[string]bool{}, contracts: map[string]string{}}
	s.owners, s.keys = map[string]string{}, map[string]keyPlace{}
	if i.from != "" {
		a.registry = i.from
		err = s.fromRegistry(ctx, i.prefix)
	} else {
		err = s.fromFiles(ctx, i.prefix)
	}
	if err == nil {
		err = s.finish()
	}
	return err
}

// scaffold writes the files of a folder of contracts, those that are not there.
type scaffold struct {
	*app
	root *os.Root
	dir  string
	// schemas are the subjects of files that accord.yaml has to name.
	schemas map[string]string
	// taken are the subjects with a file.
	taken map[string]bool
	// contracts are the folders of the documents that were written.
	contracts map[string]string
	// owners are the subjects of files, by path in small letters; keys are where
	// contracts look for the schemas of keys, by subject.
	owners              map[string]string
	keys                map[string]keyPlace
	written, kept, left int
}

// write makes a file, unless there is one.
func (s *scaffold) write(name, text string) error {
	name = path.Clean(name)
	if dir := path.Dir(name); dir != "." {
		if err := s.root.MkdirAll(filepath.FromSlash(dir), 0o750); err != nil {
			return unable("", "%w", err)
		}
	}
	shown := filepath.ToSlash(filepath.Join(s.dir, name))
	file, err := s.root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		s.kept++
		s.say("kept   %s", printable(shown, false))
		return nil
	}
	if err != nil {
		return unable("", "%w", err)
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return unable("", "write %s: %w", shown, err)
	}
	s.written++
	s.say("wrote  %s", printable(shown, false))
	return nil
}

// fromFiles writes contracts for the schemas of the folder.
func (s *scaffold) fromFiles(ctx context.Context, prefix string) error {
	files, err := tree.Folder(s.dir)
	if err != nil {
		return unable("", "%w", err)
	}
	defer files.Close() //nolint:errcheck // it was only read
	found, err := tree.Schemas(ctx, files)
	if err != nil {
		return err
	}
	for _, file := range found.Schemas {
		if !strings.HasSuffix(file.Subject, "-value") || !strings.HasPrefix(file.Subject, prefix) {
			continue
		}
		parsed, err := found.Parse(ctx, file.Subject)
		if err != nil {
			s.left++
			fmt.Fprintf(s.stderr, "left out %s: %s\n", file.Name, printable(err.Error(), false))
			continue
		}
		doc, err := contracts.Scaffold(file.Subject, "", parsed, nil, nil, path.Base(file.Name))
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(path.Base(file.Name), path.Ext(file.Name))
		if err := s.write(path.Join(path.Dir(file.Name), strings.TrimSuffix(name, "-value")+".odcs.yaml"), string(doc.Bytes())); err != nil {
			return err
		}
	}
	return nil
}

const initReadme = `# Contracts

Each stream has a contract (*.odcs.yaml) beside its schema: what it means, who owns it, what it promises.
` + "`accord check`" + ` judges a change before it is merged, ` + "`accord plan`" + ` shows it, ` + "`accord apply`" + ` files it.
`

// finish writes what every folder of contracts has.
func (s *scaffold) finish() error {
	if err := s.write(tree.SettingsFile, s.settings()); err != nil {
		return err
	}
	if err := s.write("README.md", initReadme); err != nil {
		return err
	}
	s.say("\n%d written, %d kept. Next: fill in the contracts, then 'accord check'.", s.written, s.kept)
	if s.left > 0 {
		return unable("", "%d schemas were left out", s.left)
	}
	return nil
}

func (s *scaffold) settings() string {
	var b strings.Builder
	b.WriteString("# How the contracts of this folder are judged: see 'accord check --help'.\ngovernance: enforce\n")
	if len(s.schemas) == 0 {
		return b.String()
	}
	b.WriteString("\n# Subjects of schema files that no contract names.\nschemas:\n")
	for _, name := range sortedKeys(s.schemas) {
		fmt.Fprintf(&b, "  %q: %q\n", name, s.schemas[name])
	}
	return b.String()
}
