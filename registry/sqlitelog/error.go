package sqlitelog

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
)

// hints say what an operator can do about SQLite's primary result codes.
var hints = map[int]string{
	lib.SQLITE_FULL:     "the disk is full: free some space; nothing was written",
	lib.SQLITE_BUSY:     "another process holds the file: stop it, or let its transaction end",
	lib.SQLITE_CORRUPT:  "the file is damaged: stop the service and restore a backup",
	lib.SQLITE_NOTADB:   "this is not a SQLite database, or it is damaged: name another file or restore a backup",
	lib.SQLITE_READONLY: "the file cannot be written: let this user write the file and its folder",
	lib.SQLITE_CANTOPEN: "the file cannot be opened: let this user write the file and its folder",
	lib.SQLITE_PERM:     "the file cannot be opened: let this user write the file and its folder",
	lib.SQLITE_IOERR:    "the disk failed: check the system's log and the free space",
}

// failure wraps what went wrong while doing something to the file, with a hint
// where there is one. The contract's own answers pass as they are, and the
// end of the context wins over how SQLite reports being interrupted.
func (f *file) failure(ctx context.Context, doing string, err error) error {
	if errors.Is(err, registry.ErrConflict) || errors.Is(err, lineage.ErrNotFound) || errors.Is(err, f.closed) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s sqlite %s %q: %w", doing, f.name, f.path, ctx.Err())
	}
	if hint := hints[resultOf(err)]; hint != "" {
		return fmt.Errorf("%s sqlite %s %q: %s: %w", doing, f.name, f.path, hint, err)
	}
	return fmt.Errorf("%s sqlite %s %q: %w", doing, f.name, f.path, err)
}

// resultOf is SQLite's primary result code of an error, SQLITE_OK if the error
// is not SQLite's.
func resultOf(err error) int {
	var cause *sqlite.Error
	if errors.As(err, &cause) {
		return cause.Code() & 0xff
	}
	return lib.SQLITE_OK
}
