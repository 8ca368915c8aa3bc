-- What connecting accounts needs: sessions, one-time states, renewals and their journal, webhooks, and the console's sign-in.

-- Goes up with every change of the credentials; whoever renewed older ones writes nothing.
ALTER TABLE connections ADD COLUMN credentials_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE connections ADD COLUMN expires_at BIGINT;
ALTER TABLE connections ADD COLUMN refresh_at BIGINT;
ALTER TABLE connections ADD COLUMN refresh_owner TEXT;
ALTER TABLE connections ADD COLUMN refresh_fence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN refresh_lease_until BIGINT;
-- Set before the provider is asked and cleared when its answer is on disk: a value beside a lease that is over means that an answer, and
-- with it perhaps the only valid refresh token, was lost.
ALTER TABLE connections ADD COLUMN refresh_started_at BIGINT;
ALTER TABLE connections ADD COLUMN auth_error TEXT;
-- Not yet approved by the functions that check new connections.
ALTER TABLE connections ADD COLUMN pending BOOLEAN NOT NULL DEFAULT FALSE;

DROP INDEX connections_name;
CREATE UNIQUE INDEX connections_name ON connections (integration, name) WHERE deleted_at IS NULL AND NOT pending;
DROP INDEX connections_newest;
CREATE INDEX connections_newest ON connections (environment, created_at, id) WHERE deleted_at IS NULL AND NOT pending;
CREATE INDEX connections_refresh_due ON connections (refresh_at) WHERE refresh_at IS NOT NULL AND deleted_at IS NULL AND NOT pending;
CREATE INDEX connections_pending ON connections (created_at) WHERE pending AND deleted_at IS NULL;

CREATE TABLE connect_sessions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL,
    end_user TEXT,
    tags TEXT NOT NULL,
    allowed_integrations TEXT,
    settings BYTEA,
    -- No foreign key: its check would lock the connection after the session.
    reconnect BIGINT,
    webhook_url_override TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX connect_sessions_token_hash ON connect_sessions (token_hash);
CREATE INDEX connect_sessions_expired ON connect_sessions (expires_at);

CREATE TABLE auth_flows (
    state_hash BYTEA PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    payload BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX auth_flows_expired ON auth_flows (expires_at);

CREATE TABLE flow_results (
    client TEXT PRIMARY KEY,
    message BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX flow_results_expired ON flow_results (expires_at);

CREATE TABLE webhook_settings (
    environment BIGINT PRIMARY KEY REFERENCES environments (id) ON DELETE CASCADE,
    primary_url TEXT,
    secondary_url TEXT,
    signing_key BYTEA NOT NULL,
    on_auth_creation BOOLEAN NOT NULL,
    on_auth_refresh_error BOOLEAN NOT NULL
);

CREATE TABLE webhook_deliveries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    connection BIGINT,
    url TEXT NOT NULL,
    body BYTEA,
    attempts BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    attempted_at BIGINT,
    delivered_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (environment, id);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);

-- One row: the console has one password.
CREATE TABLE operators (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    password_hash TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE console_sessions (
    token_hash BYTEA PRIMARY KEY,
    csrf BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_expired ON console_sessions (expires_at);
