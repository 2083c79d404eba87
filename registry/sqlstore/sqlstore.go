// Package sqlstore is what the stores in SQL databases share, whatever the
// database: the migrations they embed, the bell for who waits for more, the
// commit that callers share, and how observations become rows.
package sqlstore

import "io/fs"

// Scripts returns the migrations of a store, the files *.sql in a folder, in
// the order of their names.
func Scripts(files fs.FS, folder string) ([]string, error) {
	names, err := fs.Glob(files, folder+"/*.sql")
	if err != nil {
		return nil, err
	}
	scripts := make([]string, len(names))
	for i, name := range names {
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		scripts[i] = string(script)
	}
	return scripts, nil
}
