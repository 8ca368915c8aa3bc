-- Webhooks that the product is sent: attempts, endpoints that fail, keys that overlap.

-- The one kind that there was before is the default; asynchronous actions' are told apart by their bodies alone.
ALTER TABLE webhook_deliveries ADD COLUMN kind TEXT NOT NULL DEFAULT 'auth';
-- Of relayed ones. Encrypted: providers put tokens into headers.
ALTER TABLE webhook_deliveries ADD COLUMN headers BLOB;

-- Addresses, with the state of the circuit breaker that all nodes share.
CREATE TABLE webhook_endpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    -- SHA-256: addresses are longer than an index takes.
    url_hash BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'closed',
    -- Failed attempts since the last success, and when the first of them was.
    failures BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    -- How often it opened since the last success, and until when it is open.
    openings BIGINT NOT NULL DEFAULT 0,
    open_until BIGINT,
    -- While half open: the delivery that tries, and when it is given up for lost.
    probe BIGINT,
    probe_until BIGINT,
    disabled_at BIGINT,
    disabled_reason TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_endpoints_url ON webhook_endpoints (environment, url_hash);

-- 'waiting' has a job, 'deferred' has none until the circuit of its endpoint closes; then 'delivered', 'failed', 'undeliverable'.
ALTER TABLE webhook_deliveries ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting';
-- Attempts of the present round: a replay begins another.
ALTER TABLE webhook_deliveries ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_deliveries ADD COLUMN next_attempt_at BIGINT;
-- Absent in rows of older versions until they are sent.
ALTER TABLE webhook_deliveries ADD COLUMN endpoint BIGINT;
UPDATE webhook_deliveries SET state = CASE
    WHEN delivered_at IS NOT NULL THEN 'delivered'
    WHEN EXISTS (SELECT 1 FROM jobs WHERE jobs.unique_key = 'webhook:' || webhook_deliveries.id AND jobs.state IN ('available', 'running'))
    THEN 'waiting' ELSE 'failed' END;
-- How often a delivery is tried is its own to know.
UPDATE jobs SET max_attempts = 1000000 WHERE kind = 'deliver_webhook' AND state IN ('available', 'running');
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (endpoint, state, id) WHERE state IN ('waiting', 'deferred');
CREATE INDEX webhook_deliveries_lost ON webhook_deliveries (environment, id) WHERE state IN ('failed', 'undeliverable');

CREATE TABLE webhook_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery BIGINT NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    -- Written before anything is sent: an attempt whose process was killed is one.
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    status BIGINT,
    error TEXT,
    -- The beginning of what the receiver said. Encrypted.
    answer BLOB
);
CREATE UNIQUE INDEX webhook_attempts_number ON webhook_attempts (delivery, number);

-- The key before the last rotation, which signs beside the new one for a while.
ALTER TABLE webhook_settings ADD COLUMN previous_key BLOB;
ALTER TABLE webhook_settings ADD COLUMN previous_key_until BIGINT;
ALTER TABLE webhook_settings ADD COLUMN on_sync_completion_always BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhook_settings ADD COLUMN on_sync_error BOOLEAN NOT NULL DEFAULT TRUE;
-- A key that nobody was ever shown needs no overlap.
ALTER TABLE webhook_settings ADD COLUMN key_is_known BOOLEAN NOT NULL DEFAULT TRUE;

-- The runs before the last one of a job that was interrupted: what they did is told with its end.
CREATE INDEX runs_interrupted ON runs (job) WHERE state IN ('interrupted', 'lost');
