-- Webhooks that providers send: stored before they are acknowledged, then routed, run and forwarded.

CREATE TABLE incoming_webhooks (
    id TEXT PRIMARY KEY,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    event TEXT,
    delivery_id TEXT,
    -- Of a delivery that is sent again; none where equal ones are different events.
    dedupe_key TEXT,
    verified BOOLEAN NOT NULL,
    -- Query and headers, as JSON.
    head BYTEA NOT NULL,
    body BYTEA NOT NULL,
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
);
CREATE INDEX connection_routes_connection ON connection_routes (connection);

-- A member of a JSON object as text, if it is a text or a number of a length that an id may have. PostgreSQL refuses texts that JSON allows (a
-- zero, half of a pair of surrogates): they are no value of a route, and no reason to refuse the connection.
CREATE FUNCTION connection_route_value(document TEXT, name TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    held JSON;
BEGIN
    held := CAST(document AS JSON) -> name;
    IF JSON_TYPEOF(held) IN ('string', 'number') AND LENGTH(held #>> '{}') BETWEEN 1 AND 255 THEN
        RETURN held #>> '{}';
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception OR statement_too_complex THEN
    RETURN NULL;
END
$$;

CREATE VIEW connection_route_values AS
    SELECT * FROM (
        SELECT c.id AS connection, c.integration, i.provider, f.field, connection_route_value(CASE
            WHEN f.field LIKE 'connection_config.%' THEN c.connection_config
            WHEN f.field LIKE 'metadata.%' THEN c.metadata
            WHEN f.field LIKE 'tags.%' THEN c.tags END, SUBSTR(f.field, STRPOS(f.field, '.') + 1)) AS value
        FROM connections c
        JOIN integrations i ON i.id = c.integration
        JOIN webhook_route_fields f ON f.provider = i.provider) AS held
    WHERE value IS NOT NULL;

CREATE FUNCTION connection_routes_keep() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM connection_routes WHERE connection = NEW.id;
    END IF;
    INSERT INTO connection_routes (integration, field, value, connection)
        SELECT integration, field, value, connection FROM connection_route_values WHERE connection = NEW.id
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER connection_routes_insert AFTER INSERT ON connections
FOR EACH ROW EXECUTE FUNCTION connection_routes_keep();

CREATE TRIGGER connection_routes_update AFTER UPDATE OF connection_config, metadata, tags ON connections
FOR EACH ROW WHEN (OLD.connection_config IS DISTINCT FROM NEW.connection_config OR OLD.metadata IS DISTINCT FROM NEW.metadata
    OR OLD.tags IS DISTINCT FROM NEW.tags) EXECUTE FUNCTION connection_routes_keep();
