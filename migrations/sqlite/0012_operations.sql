-- Operations and their messages: what the system did, for people who look for it.

-- What `/ready` writes to, to learn whether writing works: one row.
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL
);

-- What was done, but for runs, which have rows of their own. An id begins with its time: rows and both indexes are written at their ends.
CREATE TABLE operations (
    id TEXT PRIMARY KEY NOT NULL,
    -- No foreign keys: an operation outlives what it was about.
    environment BIGINT NOT NULL,
    type TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    integration_key TEXT,
    connection_name TEXT,
    function_name TEXT,
    actor TEXT,
    summary TEXT NOT NULL,
    -- JSON: `request`, `response`, `error`, `meta`.
    detail TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
) WITHOUT ROWID;
CREATE INDEX operations_newest ON operations (environment, id);
CREATE INDEX operations_of_connection ON operations (environment, connection_name, id) WHERE connection_name IS NOT NULL;
CREATE INDEX operations_failed ON operations (environment, id) WHERE state = 'failed';

CREATE TABLE operation_messages (
    operation TEXT NOT NULL,
    -- By time; grows within an operation.
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (operation, seq)
) WITHOUT ROWID;

-- Runs are found as operations are.
CREATE INDEX runs_of_connection ON runs (environment, connection_name, id) WHERE connection_name IS NOT NULL;
CREATE INDEX runs_failed ON runs (environment, id) WHERE state = 'failed';

-- For how long records are kept, where it is not the default; 0 days for ever.
CREATE TABLE record_policies (
    environment BIGINT PRIMARY KEY NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    prune_after_days BIGINT NOT NULL,
    delete_after_days BIGINT NOT NULL
);
