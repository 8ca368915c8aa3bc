-- Times are microseconds since 1970 in UTC. Row ids are never used again: ciphertexts and cursors are bound to them.

CREATE TABLE data_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE environments (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    display_name TEXT NOT NULL,
    hash BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);

CREATE TABLE variables (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value BYTEA NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX variables_name ON variables (environment, name);

CREATE TABLE integrations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    provider TEXT NOT NULL,
    display_name TEXT,
    credentials BYTEA,
    custom TEXT,
    forward_webhooks BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX integrations_key ON integrations (environment, key) WHERE deleted_at IS NULL;

CREATE TABLE connections (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    auth_mode TEXT NOT NULL,
    credentials BYTEA,
    connection_config TEXT NOT NULL,
    metadata TEXT,
    tags TEXT NOT NULL,
    end_user TEXT,
    webhook_url_override TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_fetched_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX connections_name ON connections (integration, name) WHERE deleted_at IS NULL;
CREATE INDEX connections_newest ON connections (environment, created_at, id) WHERE deleted_at IS NULL;

CREATE TABLE components (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL,
    wasm BYTEA NOT NULL,
    manifest TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX components_digest ON components (digest);

CREATE TABLE functions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    component BIGINT NOT NULL REFERENCES components (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    -- Copies out of the definition: the scheduler reads thousands of these and none of the schemas.
    schedule TEXT,
    time_zone TEXT,
    enabled BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    deployed_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX functions_name ON functions (integration, kind, name) WHERE deleted_at IS NULL;

CREATE TABLE syncs (
    id TEXT PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    connection BIGINT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    function BIGINT NOT NULL REFERENCES functions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    variant TEXT NOT NULL,
    state TEXT NOT NULL,
    frequency_override TEXT,
    next_run_at BIGINT,
    last_run TEXT,
    last_success_started_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX syncs_name ON syncs (connection, name, variant);
CREATE INDEX syncs_due ON syncs (next_run_at) WHERE state = 'started' AND next_run_at IS NOT NULL;
CREATE INDEX syncs_function ON syncs (function);

-- No foreign key: its check would lock the sync after the job, and whoever deletes a sync locks them in the other order.
CREATE TABLE checkpoints (
    sync TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE jobs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    environment BIGINT NOT NULL,
    connection BIGINT,
    sync TEXT,
    unique_key TEXT,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    crashes BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    owner TEXT,
    lease_expires_at BIGINT,
    scheduled_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    error TEXT
);
CREATE UNIQUE INDEX jobs_unique_key ON jobs (unique_key) WHERE unique_key IS NOT NULL AND state IN ('available', 'running');
CREATE INDEX jobs_claimable ON jobs (scheduled_at, id) WHERE state = 'available';
CREATE INDEX jobs_leased ON jobs (lease_expires_at) WHERE state = 'running';
CREATE INDEX jobs_connection ON jobs (connection) WHERE state IN ('available', 'running');
CREATE INDEX jobs_sync ON jobs (sync) WHERE state IN ('available', 'running');
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    environment BIGINT NOT NULL,
    function BIGINT NOT NULL,
    function_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    connection BIGINT,
    connection_name TEXT,
    integration_key TEXT NOT NULL,
    sync TEXT,
    variant TEXT,
    trigger_kind TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    job BIGINT,
    input BYTEA,
    output BYTEA,
    error BYTEA,
    counts TEXT NOT NULL,
    cpu_time_us BIGINT,
    peak_memory_bytes BIGINT,
    host_calls BIGINT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX runs_newest ON runs (environment, id);
CREATE INDEX runs_job ON runs (job) WHERE state = 'running';
CREATE INDEX runs_finished ON runs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE run_logs (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    fields TEXT,
    PRIMARY KEY (run, seq)
);

-- The counter row of a stream of changes: locked for each batch, so that positions are given in commit order and without gaps.
CREATE TABLE collections (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection BIGINT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    variant TEXT NOT NULL,
    position BIGINT NOT NULL,
    -- No record at or before this position has a payload left.
    pruned_to BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    tracking BOOLEAN NOT NULL,
    record_count BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL
);
CREATE UNIQUE INDEX collections_name ON collections (connection, model, variant);

CREATE TABLE records (
    connection BIGINT NOT NULL,
    -- No foreign key: checking it for each row costs more than the row. Records go before their collection does.
    collection BIGINT NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    size_bytes BIGINT NOT NULL,
    action TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    pruned_at BIGINT,
    generation BIGINT NOT NULL,
    -- The job that wrote last; absent for writers outside the queue.
    writer BIGINT,
    -- Last, because SQLite reads a long row from its start.
    payload BYTEA,
    PRIMARY KEY (connection, collection, external_id)
) PARTITION BY HASH (connection);

DO $$
BEGIN
    FOR part IN 0..31 LOOP
        EXECUTE format('CREATE TABLE records_%s PARTITION OF records FOR VALUES WITH (MODULUS 32, REMAINDER %s)', part, part);
        -- Payloads are ciphertext: compressing them costs time and gains nothing.
        EXECUTE format('ALTER TABLE records_%s ALTER COLUMN payload SET STORAGE EXTERNAL', part);
    END LOOP;
END $$;

-- Partial, though every position is above 0: without statistics the planner would else use it to find records by their id, and read the
-- whole collection for each. Queries by position say `position > 0`.
CREATE UNIQUE INDEX records_position ON records (connection, collection, position) WHERE position > 0;

CREATE TABLE locks (
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    owner TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (environment, key)
);
CREATE INDEX locks_owner ON locks (owner);
