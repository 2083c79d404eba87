package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Files are the files of a tree: those of a folder, or of a commit.
type Files struct {
	// names are paths with slashes, relative to the root of the tree, sorted.
	names []string
	// read returns a file's text. It may be called by many at once.
	read  func(name string) ([]byte, error)
	close func() error
}

// maxFile bounds what is read of one file, in bytes: schemas and contracts may
// be no larger.
const maxFile = 4 << 20

// passedOver are folders that hold other people's files.
var passedOver = []string{"node_modules", "vendor"}

// Folder opens a folder. Nothing outside of it is read, wherever its symbolic
// links lead. Hidden folders and those of other people's code are passed over,
// and the folders below that are named.
func Folder(dir string, without ...string) (*Files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the tree: %w", err)
	}
	f := &Files{close: root.Close}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name != ".":
			return nil // what cannot be listed holds nothing for us
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (hidden(name) || slices.Contains(without, name)):
			return fs.SkipDir
		case !entry.IsDir() && interesting(name):
			f.names = append(f.names, name)
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("list the tree: %w", err), root.Close())
	}
	slices.Sort(f.names)
	f.read = func(name string) ([]byte, error) { return readFile(root, name) }
	return f, nil
}

func readFile(root *os.Root, name string) ([]byte, error) {
	file, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read the tree: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return text, nil
}

// Close lets go of the folder or the commit.
func (f *Files) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// Has reports whether the tree has a file that could be of use.
func (f *Files) Has(name string) bool {
	_, ok := slices.BinarySearch(f.names, name)
	return ok
}

// hidden reports whether a folder is passed over.
func hidden(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, ".") || slices.Contains(passedOver, base)
}

// FolderName is a name for a folder of its own which is not passed over: the
// one given, after an underscore where it needs that.
func FolderName(name string) string {
	if hidden(name) {
		return "_" + name
	}
	return name
}

// interesting reports whether a file could be a contract, a schema or settings.
func interesting(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml", ".avsc", ".proto", ".json":
		return true
	}
	return false
}
