-- The log. It is made in the schema that comes first in the search path, and
-- every statement names that schema, so a role's settings cannot move it.

-- One row. The identity tells this log from every other one, also from another
-- that answers at the same address.
CREATE TABLE accord_meta (
    only_row boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    identity uuid        NOT NULL DEFAULT gen_random_uuid(),
    version  integer     NOT NULL,             -- how many migrations were applied
    made     timestamptz NOT NULL DEFAULT now()
);
INSERT INTO accord_meta (version) VALUES (0);

-- What memory needs of an entry, which start-up reads from end to end; the
-- bodies, most of the bytes, are apart. Texts that come from outside are
-- bytes: text cannot hold a zero byte, nor what the database's encoding lacks.
CREATE TABLE accord_entries (
    seq      bigint   PRIMARY KEY, -- the offset, chosen by the writer: a second writer's is a duplicate
    kind     text     NOT NULL,
    id       bytea    NOT NULL,
    op       smallint NOT NULL,    -- registry.Op: 1 put, 2 delete, 3 erase
    time_ms  bigint   NOT NULL,    -- since 1970-01-01 UTC
    actor    bytea    NOT NULL,
    change   text     NOT NULL,    -- shared by the entries of one request
    optional boolean  NOT NULL,    -- a reader that does not know the kind may skip it
    facts    bytea    NOT NULL     -- JSON; empty once erased
);

-- Erasing must find the earlier entries of a key. By digest, because an index
-- takes no key longer than 2.7 KB, and a subject may be longer.
CREATE INDEX accord_entries_by_key ON accord_entries (sha256(id), kind);

-- No row: the record came without a body, or the body was erased.
CREATE TABLE accord_bodies (
    seq  bigint PRIMARY KEY REFERENCES accord_entries (seq),
    body bytea  NOT NULL
);

-- For people at a prompt: everything as text, a zero byte as a space. No
-- program reads it.
CREATE FUNCTION accord_text(bytes bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN convert_from(decode(replace(regexp_replace(encode(bytes, 'hex'), '(..)', '\1 ', 'g'), '00 ', '20 '), 'hex'), 'UTF8');

CREATE VIEW accord_log AS
SELECT seq,
       to_timestamp(time_ms / 1000.0) AS time,
       accord_text(actor) AS actor,
       change,
       CASE op WHEN 1 THEN 'put' WHEN 2 THEN 'delete' WHEN 3 THEN 'erase' ELSE op::text END AS op,
       kind,
       accord_text(id) AS id,
       accord_text(facts) AS facts,
       accord_text(body) AS body
FROM accord_entries LEFT JOIN accord_bodies USING (seq);
