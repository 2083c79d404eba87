package sqlitelog

import (
	"cmp"
	"context"
	"database/sql"
	"strings"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/sqlstore"
)

var _ lineage.Store = (*Lineage)(nil)

// Lineage is a lineage.Store in a SQLite file of its own: beside the log, so
// that a flood of events never holds the log's lock for writing. Several
// processes of one host may share it.
//
// What Put and Record wrote outlives the process, however it ends. A power
// failure may take the last moments with it, as the file is synced at
// checkpoints and not at each commit: what is seen is seen again, and senders
// of events that want more have the registry on Postgres.
type Lineage struct {
	*file
	stmts    lineageStatements
	bell     *sqlstore.Bell[sqlstore.Heads]
	recorder *sqlstore.Recorder
}

// lineageFile is what is particular to a store of observations. Many rows come
// at once, with keys in no order: a large cache and rare checkpoints keep
// pages from being written over and over.
var lineageFile = format{
	name: "lineage store", folder: "lineage", application: 0x4143524c, // "ACRL"
	synchronous: "1", // normal
	writing: []string{
		"synchronous(normal)", "temp_store(memory)",
		"page_size(8192)", "cache_size(-65536)", "wal_autocheckpoint(4000)",
	},
	closed: lineage.ErrClosed,
}

// OpenLineage opens the store of observations in the file at path, or makes
// it. Folder, failures and options are as for Open.
func OpenLineage(ctx context.Context, path string, opts Options) (*Lineage, error) {
	l := &Lineage{file: newFile(lineageFile)}
	l.bell = sqlstore.NewBell(sqlstore.Ringing[sqlstore.Heads]{
		Join:  sqlstore.Heads.Join,
		Look:  func(ctx context.Context) error { _, err := l.heads(ctx); return err },
		Every: cmp.Or(opts.PollInterval, pollInterval), Closing: l.closing, Closed: lineage.ErrClosed,
	})
	l.recorder = sqlstore.NewRecorder(l.record)
	if err := l.open(ctx, path, cmp.Or(opts.BusyTimeout, busyTimeout), l.stmts.prepare); err != nil {
		return nil, err
	}
	return l, nil
}

// Close implements lineage.Store. It waits for calls under way.
func (l *Lineage) Close() error { return l.closeOnce() }

// Wait implements lineage.Store. What this process writes wakes it at once,
// what others write is found by polling.
func (l *Lineage) Wait(ctx context.Context, changes, recorded lineage.Cursor) error {
	return l.bell.Wait(ctx, func(h sqlstore.Heads) bool { return h.Changed > changes || h.Recorded > recorded })
}

// heads asks the file for the newest cursors and tells who waits.
func (l *Lineage) heads(ctx context.Context) (sqlstore.Heads, error) {
	if err := l.enter(); err != nil {
		return sqlstore.Heads{}, err
	}
	defer l.leave()
	var h sqlstore.Heads
	if err := l.stmts.heads.QueryRowContext(ctx).Scan(&h.Changed, &h.Recorded); err != nil {
		return sqlstore.Heads{}, l.failure(ctx, "read", err)
	}
	l.bell.Ring(h)
	return h, nil
}

// commit runs a transaction, which holds the file's one lock for writing from
// its beginning: so cursors become visible in their order. Do takes the heads
// there are, writes, and leaves those there will be.
func (l *Lineage) commit(ctx context.Context, doing string, do func(tx *sql.Tx, h *sqlstore.Heads) error) error {
	if err := l.enter(); err != nil {
		return err
	}
	defer l.leave()
	var h sqlstore.Heads
	if err := l.transact(ctx, &h, do); err != nil {
		return l.failure(ctx, doing, err)
	}
	l.bell.Ring(h)
	return nil
}

func (l *Lineage) transact(ctx context.Context, h *sqlstore.Heads, do func(tx *sql.Tx, h *sqlstore.Heads) error) error {
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it reports just that
	if err := tx.StmtContext(ctx, l.stmts.headsInTx).QueryRowContext(ctx).Scan(&h.Changed, &h.Recorded); err != nil {
		return err
	}
	before := *h
	if err := do(tx, h); err != nil {
		return err
	}
	if *h != before {
		if _, err := tx.StmtContext(ctx, l.stmts.moveHeads).ExecContext(ctx, h.Changed, h.Recorded); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// atOnce is how many facts one statement merges where there are so many.
const atOnce = 32

// lineageStatements are prepared once for each connection. Closing a database
// closes its statements.
type lineageStatements struct {
	// On the connection for writing, within a transaction.
	headsInTx, moveHeads, put, putMany, record, expire, expireEvents *sql.Stmt
	// On the connections for reading.
	heads, changes, fact, recorded *sql.Stmt
}

const (
	lineageHeads = `SELECT changed, recorded FROM heads`
	factColumns  = `kind, key, scope, first_us, last_us, rank, said_us, body`
)

// putQuery is lineage.Merge in SQL. A fact that says nothing new keeps its
// place, and what was its new one stays unused.
func putQuery(rows int) string {
	const stands = `(excluded.rank, excluded.said_us, excluded.body) > (rank, said_us, body)`
	ifStands := func(column string) string {
		return column + " = CASE WHEN " + stands + " THEN excluded." + column + " ELSE " + column + " END"
	}
	return `INSERT INTO facts (seq, ` + factColumns + `) VALUES ` +
		strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?, ?), ", rows), ", ") +
		` ON CONFLICT (kind, key) DO UPDATE SET
			seq = excluded.seq, first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us), ` +
		ifStands("scope") + ", " + ifStands("rank") + ", " + ifStands("said_us") + ", " + ifStands("body") + `
		WHERE excluded.first_us < first_us OR excluded.last_us > last_us OR ` + stands
}

func (s *lineageStatements) prepare(ctx context.Context, write, read *sql.DB) error {
	return prepareAll(ctx, []preparation{
		{write, &s.headsInTx, lineageHeads},
		{write, &s.moveHeads, `UPDATE heads SET changed = ?, recorded = ?`},
		{write, &s.put, putQuery(1)},
		{write, &s.putMany, putQuery(atOnce)},
		{write, &s.record, `INSERT INTO events (` + sqlstore.EventColumns + `) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING`},
		{write, &s.expire, `DELETE FROM facts WHERE seq IN
			(SELECT seq FROM facts WHERE kind = ? AND last_us < ? ORDER BY last_us LIMIT ?)`},
		{write, &s.expireEvents, `DELETE FROM events WHERE seq IN
			(SELECT seq FROM events WHERE received_us < ? AND seq <= ? ORDER BY received_us LIMIT ?)`},
		{read, &s.heads, lineageHeads},
		{read, &s.changes, `SELECT seq, ` + factColumns + ` FROM facts WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`},
		{read, &s.fact, `SELECT seq, ` + factColumns + ` FROM facts WHERE kind = ? AND key = ?`},
		{read, &s.recorded, `SELECT ` + sqlstore.EventColumns + ` FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`},
	})
}
