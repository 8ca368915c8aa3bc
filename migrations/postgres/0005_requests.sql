-- Requests that are answered later, and requests that are answered once.

-- An action that runs while nobody waits for it. Its output and its error are those of its last run.
CREATE TABLE async_actions (
    id TEXT PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    -- No foreign keys: the result outlives what it came from.
    connection BIGINT NOT NULL,
    connection_name TEXT NOT NULL,
    integration_key TEXT NOT NULL,
    webhook_url_override TEXT,
    function BIGINT NOT NULL,
    job BIGINT NOT NULL,
    run TEXT,
    state TEXT NOT NULL,
    -- Gone when the action has ended: the run keeps its own copy.
    input BYTEA,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX async_actions_job ON async_actions (job);
CREATE INDEX async_actions_waiting ON async_actions (created_at) WHERE state = 'waiting';
CREATE INDEX async_actions_finished ON async_actions (finished_at) WHERE finished_at IS NOT NULL;

-- Finds what comes before a job of the same connection: asynchronous actions run in the order in which they were accepted.
CREATE INDEX jobs_actions ON jobs (connection, id) WHERE kind = 'run_action' AND state IN ('available', 'running');

ALTER TABLE webhook_settings ADD COLUMN on_async_action_completion BOOLEAN NOT NULL DEFAULT TRUE;

-- Requests with an `Idempotency-Key`. A row is on disk before its request has any effect.
CREATE TABLE idempotency_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Who may meet whose keys: `environment:1`, `session:7`.
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    -- Goes up when a key that is over is used again, so that whoever used it before writes nothing more.
    fence BIGINT NOT NULL,
    state TEXT NOT NULL,
    lease_expires_at BIGINT NOT NULL,
    answer BYTEA,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX idempotency_keys_key ON idempotency_keys (scope, key);
CREATE INDEX idempotency_keys_expired ON idempotency_keys (expires_at);
