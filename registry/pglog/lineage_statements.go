package pglog

import (
	"strings"

	"github.com/accordhq/accord/registry/sqlstore"
)

// lineageStatements are the texts of what is asked of the server, each naming
// the schema.
type lineageStatements struct {
	heads, lock, put, record, expire, expireEvents string
	changes, changesOfKinds, fact, recorded        string
	facts, events, count                           string // to be completed with a clause
}

const factColumns = `seq, kind, key, scope, first_us, last_us, rank, said_us, body`

const lineageHeadsQuery = `SELECT (SELECT seq FROM {heads} WHERE name = 'changed'), (SELECT seq FROM {heads} WHERE name = 'recorded')`

const lockQuery = `SELECT FROM {heads} WHERE name = $1 FOR UPDATE`

// lineage.Merge in SQL. It answers the new head, no row if nothing new was
// said. A fact that says nothing new keeps its place, and what was its new one
// stays unused.
const putQuery = `WITH put AS (
		INSERT INTO {facts} AS f (` + factColumns + `)
		SELECT (SELECT seq FROM {heads} WHERE name = 'changed') + r.n, r.kind, r.key, r.scope, r.first_us, r.last_us, r.rank, r.said_us, r.body
		FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[])
			WITH ORDINALITY AS r (kind, key, scope, first_us, last_us, rank, said_us, body, n)
		ORDER BY r.n
		ON CONFLICT (sha256(key), kind) DO UPDATE SET
			seq = excluded.seq, first_us = least(f.first_us, excluded.first_us), last_us = greatest(f.last_us, excluded.last_us),
			scope = CASE WHEN {stands} THEN excluded.scope ELSE f.scope END, rank = CASE WHEN {stands} THEN excluded.rank ELSE f.rank END,
			said_us = CASE WHEN {stands} THEN excluded.said_us ELSE f.said_us END, body = CASE WHEN {stands} THEN excluded.body ELSE f.body END
		WHERE excluded.first_us < f.first_us OR excluded.last_us > f.last_us
			OR {stands}
		RETURNING seq
	)
	UPDATE {heads} SET seq = (SELECT max(seq) FROM put) WHERE name = 'changed' AND EXISTS (SELECT FROM put) RETURNING seq`

// Whether the body of what is put stands against the one that is there.
const standsCondition = `(excluded.rank, excluded.said_us, excluded.body) > (f.rank, f.said_us, f.body)`

// Answers the digests that were not known.
const recordQuery = `WITH added AS (
		INSERT INTO {events} (` + sqlstore.EventColumns + `)
		SELECT (SELECT seq FROM {heads} WHERE name = 'recorded') + r.n, r.digest, r.time_us, r.received_us, r.packed, r.body
		FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bytea[])
			WITH ORDINALITY AS r (digest, time_us, received_us, packed, body, n)
		ORDER BY r.n
		ON CONFLICT (digest) DO NOTHING
		RETURNING seq, digest
	), moved AS (
		UPDATE {heads} SET seq = (SELECT max(seq) FROM added) WHERE name = 'recorded' AND EXISTS (SELECT FROM added)
	)
	SELECT seq, digest FROM added`

const expireQuery = `DELETE FROM {facts} WHERE seq IN
	(SELECT seq FROM {facts} WHERE kind = $1 AND last_us < $2 ORDER BY last_us LIMIT $3)`

const expireEventsQuery = `DELETE FROM {events} WHERE seq IN
	(SELECT seq FROM {events} WHERE received_us < $1 AND seq <= $2 ORDER BY received_us LIMIT $3)`

const changesQuery = `SELECT ` + factColumns + ` FROM {facts} WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`

// The index alone tells the kind, so that facts of others cost little.
const changesOfKindsQuery = `SELECT ` + factColumns + ` FROM {facts} WHERE seq IN
	(SELECT seq FROM {facts} WHERE seq > $1 AND seq <= $2 AND kind = ANY($5::text[]) ORDER BY seq LIMIT $3) ORDER BY seq`

const recordedQuery = `SELECT ` + sqlstore.EventColumns + ` FROM {events} WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`

// page keeps of a query's rows the first with so many bytes, $4, in all.
func page(columns, query string) string {
	return `SELECT ` + columns + ` FROM (SELECT p.*, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before
		FROM (` + query + `) AS p) AS p WHERE before < $4 ORDER BY seq`
}

const factQuery = `SELECT ` + factColumns + ` FROM {facts} WHERE sha256(key) = sha256($2) AND kind = $1`

func lineageStatementsIn(schema string) lineageStatements {
	return lineageStatements{
		heads: name(schema, lineageHeadsQuery), lock: name(schema, lockQuery),
		put: name(schema, strings.ReplaceAll(putQuery, "{stands}", standsCondition)), record: name(schema, recordQuery),
		expire: name(schema, expireQuery), expireEvents: name(schema, expireEventsQuery),
		changes: name(schema, page(factColumns, changesQuery)), changesOfKinds: name(schema, page(factColumns, changesOfKindsQuery)),
		fact: name(schema, factQuery), recorded: name(schema, page(sqlstore.EventColumns, recordedQuery)),
		facts:  name(schema, `SELECT `+factColumns+` FROM {facts}`),
		events: name(schema, `SELECT `+sqlstore.EventColumns+` FROM {events}`),
		count:  name(schema, `SELECT count(*) FROM {events}`),
	}
}
