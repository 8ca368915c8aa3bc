-- What actions and event functions remember of a connection; what syncs remember is in `checkpoints`.
CREATE TABLE function_checkpoints (
    function BIGINT NOT NULL REFERENCES functions (id) ON DELETE CASCADE,
    connection BIGINT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (function, connection)
);
CREATE INDEX function_checkpoints_connection ON function_checkpoints (connection);
