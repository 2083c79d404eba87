-- The newest cursors ever given. One row: what expires must not give its own
-- back.
CREATE TABLE heads (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    changed  INTEGER NOT NULL,
    recorded INTEGER NOT NULL
) STRICT;
INSERT INTO heads VALUES (1, 0, 0);

-- What was seen. A fact that changes moves to the end, so that its row is found
-- by its place in the order of changes.
CREATE TABLE facts (
    seq      INTEGER PRIMARY KEY, -- the cursor
    kind     TEXT    NOT NULL,
    key      TEXT    NOT NULL,    -- a JSON array
    scope    TEXT    NOT NULL,    -- the key of what it is listed under
    first_us INTEGER NOT NULL,    -- microseconds since 1970-01-01 UTC, as all times
    last_us  INTEGER NOT NULL,
    rank     INTEGER NOT NULL,
    said_us  INTEGER NOT NULL,
    body     BLOB    NOT NULL     -- JSON, or nothing
) STRICT;
CREATE UNIQUE INDEX facts_by_key ON facts (kind, key);
CREATE INDEX facts_by_kind ON facts (kind); -- each entry ends with seq
CREATE INDEX facts_by_last ON facts (kind, last_us);
CREATE INDEX facts_by_scope ON facts (kind, scope, last_us) WHERE scope <> '';

-- Raw events as they came.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY, -- the cursor
    digest      BLOB    NOT NULL UNIQUE,
    time_us     INTEGER NOT NULL,
    received_us INTEGER NOT NULL,
    packed      INTEGER NOT NULL,    -- 1: the body is compressed with DEFLATE
    body        BLOB    NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (time_us);
CREATE INDEX events_by_received ON events (received_us);

-- For people at a prompt. No program reads it.
CREATE VIEW seen AS
SELECT seq,
       kind,
       key,
       strftime('%Y-%m-%dT%H:%M:%fZ', first_us / 1e6, 'unixepoch') AS first,
       strftime('%Y-%m-%dT%H:%M:%fZ', last_us / 1e6, 'unixepoch') AS last,
       CAST(body AS TEXT) AS body
FROM facts;
