-- Who has a duty that one process at a time does, and until when.
CREATE TABLE leases (
    duty   TEXT    PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL -- milliseconds since 1970-01-01 UTC by this host's clock
) STRICT;
