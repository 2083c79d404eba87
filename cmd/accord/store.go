package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/registry/pglog"
	"github.com/accordhq/accord/registry/sqlitelog"
)

// decisions is a store of what is decided, which also says who has a duty.
type decisions interface {
	registry.Log
	registry.Lease
}

// openStore opens the store a --store value names.
func openStore(ctx context.Context, spec string, logger *slog.Logger) (decisions, error) {
	const hint = "use --store sqlite:PATH, --store postgres://USER@HOST/DATABASE, or --store memory: for one that forgets"
	scheme, rest, ok := strings.Cut(spec, ":")
	switch {
	case ok && isPostgres(scheme):
		log, err := pglog.Open(ctx, postgresDSN(spec), pglog.Options{Logger: logger})
		if err != nil {
			return nil, unable("mend that, or name another database with --store postgres://USER@HOST/DATABASE", "%w", err)
		}
		return log, nil
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
	return nil, misuse(hint, "--store %s: no such kind of store", storeName(spec))
}

// openObservations opens the store of what is observed that lies beside the one
// a --store value names: in a file of its own, as in accord.lineage.db beside
// accord.db, or in tables of the same database.
func openObservations(ctx context.Context, spec string, logger *slog.Logger) (lineage.Store, error) {
	scheme, rest, _ := strings.Cut(spec, ":")
	switch {
	case isPostgres(scheme):
		store, err := pglog.OpenLineage(ctx, postgresDSN(spec), pglog.Options{Logger: logger})
		if err != nil {
			return nil, unable("mend that, or name another database with --store postgres://USER@HOST/DATABASE", "%w", err)
		}
		return store, nil
	case scheme == "memory":
		return memlog.NewLineage(), nil
	}
	ext := filepath.Ext(rest)
	path := strings.TrimSuffix(rest, ext) + ".lineage" + ext
	store, err := sqlitelog.OpenLineage(ctx, path, sqlitelog.Options{})
	if err != nil {
		return nil, unable("mend that, or choose another file with --store sqlite:PATH", "%w", err)
	}
	return store, nil
}

func isPostgres(scheme string) bool { return scheme == "postgres" || scheme == "postgresql" }

// postgresDSN is the connection string in a --store value: a URL is one as it
// is, and of postgres:KEY=VALUE... it is what follows the colon, which may be
// nothing.
func postgresDSN(spec string) string {
	if _, rest, _ := strings.Cut(spec, ":"); !strings.HasPrefix(rest, "//") {
		return rest
	}
	return spec
}

// storeName is a --store value for greetings and logs: passwords are left out,
// also where a value is none that is understood.
func storeName(spec string) string {
	scheme, _, ok := strings.Cut(spec, ":")
	switch {
	case ok && isPostgres(scheme):
		return pglog.Name(postgresDSN(spec))
	case ok && scheme != "sqlite" && scheme != "memory":
		return scheme + ":"
	}
	return spec
}

// throwAway names a SQLite store in a folder of its own, and removes both.
func throwAway() (spec string, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "accord-demo-")
	if err != nil {
		return "", nil, unable("set TMPDIR to a folder that may be written", "%w", err)
	}
	return "sqlite:" + filepath.Join(dir, "accord.db"), func() error { return os.RemoveAll(dir) }, nil
}
