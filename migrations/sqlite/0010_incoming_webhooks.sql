-- Webhooks that providers send: stored before they are acknowledged, then routed, run and forwarded.

CREATE TABLE incoming_webhooks (
    id TEXT PRIMARY KEY NOT NULL,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    event TEXT,
    delivery_id TEXT,
    -- Of a delivery that is sent again; none where equal ones are different events.
    dedupe_key TEXT,
    verified BOOLEAN NOT NULL,
    -- Query and headers, as JSON.
    head BLOB NOT NULL,
    body BLOB NOT NULL,
    size_bytes BIGINT NOT NULL,
    connections BIGINT NOT NULL DEFAULT 0,
    runs BIGINT NOT NULL DEFAULT 0,
    forwards BIGINT NOT NULL DEFAULT 0,
    replays BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL,
    routed_at BIGINT
);
CREATE UNIQUE INDEX incoming_webhooks_dedupe ON incoming_webhooks (integration, dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX incoming_webhooks_newest ON incoming_webhooks (environment, id);
CREATE INDEX incoming_webhooks_parked ON incoming_webhooks (environment, id) WHERE state = 'parked';
CREATE INDEX incoming_webhooks_old ON incoming_webhooks (received_at);

-- What a parked webhook looked for, so that the connection that it was for finds it.
CREATE TABLE parked_webhooks (
    webhook TEXT NOT NULL REFERENCES incoming_webhooks (id) ON DELETE CASCADE,
    integration BIGINT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (webhook, field, value)
);
CREATE INDEX parked_webhooks_value ON parked_webhooks (integration, field, value);

-- The fields of connections by which the webhooks of a provider find them, as the catalogue has them.
CREATE TABLE webhook_route_fields (
    provider TEXT NOT NULL,
    field TEXT NOT NULL,
    PRIMARY KEY (provider, field)
);

-- What those fields hold. Triggers keep it, because configuration and metadata are written in many places, and a connection that one of them
-- forgot would lose its webhooks.
CREATE TABLE connection_routes (
    integration BIGINT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    connection BIGINT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    PRIMARY KEY (integration, field, value, connection)
) WITHOUT ROWID;
CREATE INDEX connection_routes_connection ON connection_routes (connection);

-- Only texts and whole numbers of a length that an id may have. SQLite calls invalid what nests deeper than it reads: it is not looked into.
CREATE VIEW connection_route_values AS
    SELECT c.id AS connection, c.integration, i.provider, f.field, CAST(v.value AS TEXT) AS value
    FROM connections c
    JOIN integrations i ON i.id = c.integration
    JOIN webhook_route_fields f ON f.provider = i.provider
    JOIN json_each(CASE
        WHEN f.field LIKE 'connection_config.%' AND json_valid(c.connection_config) THEN c.connection_config
        WHEN f.field LIKE 'metadata.%' AND json_valid(c.metadata) THEN c.metadata
        WHEN f.field LIKE 'tags.%' AND json_valid(c.tags) THEN c.tags
        ELSE '{}' END) v
        ON v.key = SUBSTR(f.field, INSTR(f.field, '.') + 1)
    WHERE v.type IN ('text', 'integer') AND LENGTH(v.value) BETWEEN 1 AND 255;

CREATE TRIGGER connection_routes_insert AFTER INSERT ON connections BEGIN
    INSERT OR IGNORE INTO connection_routes (integration, field, value, connection)
        SELECT integration, field, value, connection FROM connection_route_values WHERE connection = NEW.id;
END;

CREATE TRIGGER connection_routes_update AFTER UPDATE OF connection_config, metadata, tags ON connections
WHEN OLD.connection_config IS NOT NEW.connection_config OR OLD.metadata IS NOT NEW.metadata OR OLD.tags IS NOT NEW.tags BEGIN
    DELETE FROM connection_routes WHERE connection = NEW.id;
    INSERT OR IGNORE INTO connection_routes (integration, field, value, connection)
        SELECT integration, field, value, connection FROM connection_route_values WHERE connection = NEW.id;
END;
