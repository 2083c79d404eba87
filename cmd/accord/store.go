package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/registry/sqlitelog"
)

// openStore opens the store a --store value names.
func openStore(ctx context.Context, spec string) (registry.Log, error) {
	const hint = "use --store sqlite:PATH, or --store memory: for one that forgets"
	scheme, rest, ok := strings.Cut(spec, ":")
	switch {
	case ok && scheme == "memory" && rest == "":
		return memlog.New(), nil
	case ok && scheme == "memory":
		return nil, misuse(hint, "--store %s: memory: takes nothing after the colon", spec)
	case ok && scheme == "sqlite" && rest == "":
		return nil, misuse(hint, "--store %s: sqlite: needs the path of a file", spec)
	case ok && scheme == "sqlite":
		log, err := sqlitelog.Open(ctx, rest, sqlitelog.Options{})
		if err != nil {
			return nil, unable("mend that, or choose another file with --store sqlite:PATH", "%w", err)
		}
		return log, nil
	}
	return nil, misuse(hint, "--store %s: no such kind of store", spec)
}

// throwAway names a SQLite store in a folder of its own, and removes both.
func throwAway() (spec string, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "accord-demo-")
	if err != nil {
		return "", nil, unable("set TMPDIR to a folder that may be written", "%w", err)
	}
	return "sqlite:" + filepath.Join(dir, "accord.db"), func() error { return os.RemoveAll(dir) }, nil
}
