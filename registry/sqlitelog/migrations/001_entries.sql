-- The log. What memory needs of an entry is in entries, which start-up reads
-- from end to end; the bodies, most of the bytes, are apart, so that start-up
-- does not read them: twice as fast at 2 KB a body.
CREATE TABLE entries (
    seq      INTEGER PRIMARY KEY, -- the offset, chosen by the writer: a second writer's is a duplicate
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    op       INTEGER NOT NULL,    -- registry.Op: 1 put, 2 delete, 3 erase
    time_ms  INTEGER NOT NULL,    -- since 1970-01-01 UTC
    actor    TEXT    NOT NULL,
    change   TEXT    NOT NULL,    -- shared by the entries of one request
    optional INTEGER NOT NULL,    -- 1: a reader that does not know the kind may skip it
    facts    BLOB    NOT NULL     -- JSON; empty once erased
) STRICT;

-- Erasing must find the earlier entries of a key, and so do operators.
CREATE INDEX entries_by_key ON entries (kind, id);

-- No row: the record came without a body, or the body was erased.
CREATE TABLE bodies (
    seq  INTEGER PRIMARY KEY REFERENCES entries (seq),
    body BLOB NOT NULL
) STRICT;

-- For people at a prompt: everything as text. No program reads it.
CREATE VIEW log AS
SELECT seq,
       strftime('%Y-%m-%dT%H:%M:%fZ', time_ms / 1000.0, 'unixepoch') AS time,
       actor,
       change,
       CASE op WHEN 1 THEN 'put' WHEN 2 THEN 'delete' WHEN 3 THEN 'erase' ELSE op END AS op,
       kind,
       id,
       CAST(facts AS TEXT) AS facts,
       CAST(body AS TEXT) AS body
FROM entries LEFT JOIN bodies USING (seq);
