-- Operations and their messages: what the system did, for people who look for it.

-- What `/ready` writes to, to learn whether writing works: one row.
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL
);
