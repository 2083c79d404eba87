package sqlstore

import (
	"context"

	"github.com/accordhq/accord/lineage"
)

// What one page of rows holds at most: so many, and no more once their bodies
// have so many bytes.
const (
	PageRows  = 1000
	PageBytes = 4 << 20
)

// Pages yields what was written after a cursor, up to and with newest, a page
// at a time: while the caller works, nothing is open in the database. Page
// returns the next rows after a cursor, none at the end, and seq the cursor of
// one.
func Pages[T any](
	ctx context.Context, after, newest lineage.Cursor,
	page func(after lineage.Cursor) ([]T, error), seq func(T) lineage.Cursor, yield func(T, error) bool,
) {
	var none T
	for after < newest {
		rows, err := page(after)
		for _, row := range rows {
			if err = ctx.Err(); err != nil {
				break
			}
			if !yield(row, nil) {
				return
			}
			after = seq(row)
		}
		if err != nil {
			yield(none, err)
			return
		}
		if len(rows) == 0 {
			return
		}
	}
}
