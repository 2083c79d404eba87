package sqlitelog

import (
	"context"
	"database/sql"
)

// statements are prepared once for each connection. Closing a database closes
// its statements.
type statements struct {
	// On the connection for writing, within a transaction.
	headInTx, insertEntry, insertBody, eraseFacts, eraseBodies, acquire, release *sql.Stmt
	// On the connections for reading.
	head, page, entry *sql.Stmt
}

const headQuery = `SELECT coalesce(max(seq), 0) FROM entries`

func (s *statements) prepare(ctx context.Context, write, read *sql.DB) error {
	return prepareAll(ctx, []preparation{
		{write, &s.headInTx, headQuery},
		{write, &s.insertEntry, `INSERT INTO entries (seq, kind, id, op, time_ms, actor, change, optional, facts)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{write, &s.insertBody, `INSERT INTO bodies (seq, body) VALUES (?, ?)`},
		{write, &s.eraseFacts, `UPDATE entries SET facts = x'' WHERE kind = ? AND id = ? AND facts <> x''`},
		{write, &s.eraseBodies, `DELETE FROM bodies WHERE seq IN (SELECT seq FROM entries WHERE kind = ? AND id = ?)`},
		{write, &s.acquire, acquireQuery},
		{write, &s.release, `DELETE FROM leases WHERE duty = ? AND holder = ?`},
		{read, &s.head, headQuery},
		{read, &s.page, `SELECT seq, kind, id, op, time_ms, actor, change, optional, facts, NULL
			FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`},
		{read, &s.entry, `SELECT seq, kind, id, op, time_ms, actor, change, optional, facts, body
			FROM entries LEFT JOIN bodies USING (seq) WHERE seq = ?`},
	})
}

// preparation is a statement to be prepared.
type preparation struct {
	db    *sql.DB
	stmt  **sql.Stmt
	query string
}

func prepareAll(ctx context.Context, statements []preparation) error {
	for _, p := range statements {
		var err error
		if *p.stmt, err = p.db.PrepareContext(ctx, p.query); err != nil {
			return err
		}
	}
	return nil
}
