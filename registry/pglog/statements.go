package pglog

import "strings"

// statements are the texts of what is asked of the server, each naming the
// schema. Connections prepare them when they first use them.
type statements struct {
	look, page, entry, append, appendErasing string
	acquire, release                         string
}

// The head with its change, and whether the entry at $1 is still of change $2.
const lookQuery = `SELECT coalesce(head.seq, 0), coalesce(head.change, ''), mark.change IS NOT DISTINCT FROM $2::text
	FROM (SELECT 1) AS one
	LEFT JOIN (SELECT seq, change FROM {entries} ORDER BY seq DESC LIMIT 1) AS head ON true
	LEFT JOIN {entries} AS mark ON mark.seq = $1::bigint`

const pageQuery = `SELECT seq, kind, id, op, time_ms, actor, change, optional, facts, NULL::bytea
	FROM {entries} WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`

const entryQuery = `SELECT seq, kind, id, op, time_ms, actor, change, optional, facts, body
	FROM {entries} LEFT JOIN {bodies} USING (seq) WHERE seq = $1`

// Compares, inserts and notifies in one statement, and answers how many rows
// were inserted: none if the head is not $1, or if the entry at $2 is not of
// change $3. Two writers with the same head insert the same first key, so one
// waits for the other and fails. synchronous_commit is raised to what Append
// promises, for this transaction.
const appendQuery = `WITH added AS (
		INSERT INTO {entries} (seq, kind, id, op, time_ms, actor, change, optional, facts)
		SELECT $1::bigint + r.n, r.kind, r.id, r.op, r.time_ms, r.actor, r.change, r.optional, r.facts
		FROM unnest($4::text[], $5::bytea[], $6::smallint[], $7::bigint[], $8::bytea[], $9::text[], $10::boolean[], $11::bytea[])
			WITH ORDINALITY AS r (kind, id, op, time_ms, actor, change, optional, facts, n)
		WHERE (SELECT coalesce(max(seq), 0) FROM {entries}) = $1
			AND (SELECT change FROM {entries} WHERE seq = $2::bigint) IS NOT DISTINCT FROM $3::text
		ORDER BY r.n
		RETURNING seq
	), texts AS (
		INSERT INTO {bodies} (seq, body)
		SELECT $1 + b.n, b.body FROM unnest($12::bigint[], $13::bytea[]) AS b (n, body) WHERE EXISTS (SELECT FROM added)
	){erase}
	SELECT count(*),
		CASE WHEN count(*) > 0 THEN pg_notify($14::text, max(seq)::text) END,
		CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN set_config('synchronous_commit', 'on', true) END
	FROM added`

// What an append that erases does besides: it blanks the earlier entries of the
// keys $15 and $16. It asks for the insert first, so that writers always wait
// for one another at the same place.
const eraseQuery = `, gone AS (
		SELECT e.seq FROM unnest($15::text[], $16::bytea[]) AS key (kind, id)
		JOIN {entries} AS e ON sha256(e.id) = sha256(key.id) AND e.kind = key.kind AND e.id = key.id
		WHERE EXISTS (SELECT FROM added) AND e.seq <= $1
	), blanked AS (
		UPDATE {entries} AS e SET facts = '' FROM gone WHERE e.seq = gone.seq AND e.facts <> ''
	), removed AS (
		DELETE FROM {bodies} AS b USING gone WHERE b.seq = gone.seq
	)`

func statementsIn(schema string) statements {
	fill := func(query, erase string) string {
		return name(schema, strings.Replace(query, "{erase}", erase, 1))
	}
	return statements{
		look: fill(lookQuery, ""), page: fill(pageQuery, ""), entry: fill(entryQuery, ""),
		append: fill(appendQuery, ""), appendErasing: fill(appendQuery, eraseQuery),
		acquire: fill(acquireQuery, ""), release: fill(releaseQuery, ""),
	}
}

// name names the tables of a query in a schema: {entries} is accord_entries.
func name(schema, query string) string {
	var pairs []string
	for _, table := range []string{"entries", "bodies", "leases", "heads", "facts", "events"} {
		pairs = append(pairs, "{"+table+"}", in(schema, "accord_"+table))
	}
	return strings.NewReplacer(pairs...).Replace(query)
}
