-- Who has a duty that one process at a time does, and until when by this
-- server's clock.
CREATE TABLE accord_leases (
    duty   bytea       PRIMARY KEY,
    holder bytea       NOT NULL,
    until  timestamptz NOT NULL
);

-- What was seen, beside the log and never in it. Each order has a row with the
-- newest cursor ever given, which who writes locks until the end of the
-- transaction: so cursors become visible in their order.
CREATE TABLE accord_heads (
    name text   PRIMARY KEY,
    seq  bigint NOT NULL
);
INSERT INTO accord_heads VALUES ('changed', 0), ('recorded', 0);

-- A fact that changes moves to the end, so that its row is found by its place
-- in the order of changes. Texts that come from outside are bytes, times are
-- microseconds since 1970-01-01 UTC.
CREATE TABLE accord_facts (
    seq      bigint NOT NULL, -- the cursor
    kind     text   NOT NULL,
    key      bytea  NOT NULL, -- a JSON array
    scope    bytea  NOT NULL, -- the key of what it is listed under
    first_us bigint NOT NULL,
    last_us  bigint NOT NULL,
    rank     bigint NOT NULL,
    said_us  bigint NOT NULL,
    body     bytea  NOT NULL  -- JSON, or nothing
);
CREATE UNIQUE INDEX accord_facts_by_seq ON accord_facts (seq) INCLUDE (kind);
-- By digest, because an index takes no key longer than 2.7 KB.
CREATE UNIQUE INDEX accord_facts_by_key ON accord_facts (sha256(key), kind);
CREATE INDEX accord_facts_by_last ON accord_facts (kind, last_us);
CREATE INDEX accord_facts_by_scope ON accord_facts (sha256(scope), kind, last_us) WHERE scope <> '';

-- Raw events as they came.
CREATE TABLE accord_events (
    seq         bigint  PRIMARY KEY, -- the cursor
    digest      bytea   NOT NULL,
    time_us     bigint  NOT NULL,
    received_us bigint  NOT NULL,
    packed      boolean NOT NULL,    -- the body is compressed with DEFLATE
    body        bytea   NOT NULL
);
ALTER TABLE accord_events ALTER body SET STORAGE EXTERNAL; -- what is packed gets no smaller
CREATE UNIQUE INDEX accord_events_by_digest ON accord_events (digest);
CREATE INDEX accord_events_by_time ON accord_events (time_us);
CREATE INDEX accord_events_by_received ON accord_events (received_us);

-- For people at a prompt. No program reads it.
CREATE VIEW accord_seen AS
SELECT seq,
       kind,
       accord_text(key) AS key,
       to_timestamp(first_us / 1e6) AS first,
       to_timestamp(last_us / 1e6) AS last,
       accord_text(body) AS body
FROM accord_facts;
