-- Several keys an environment, keys of the account, environments that can be deleted, and the counts of rate limits.

ALTER TABLE environments ADD COLUMN is_production BOOLEAN NOT NULL DEFAULT FALSE;
-- Set while what the environment left is being purged. Its name is another's to take: the row has been given one that no environment can have.
ALTER TABLE environments ADD COLUMN deleted_at BIGINT;
UPDATE environments SET is_production = TRUE WHERE name = 'prod';

-- Only a start with a new key in its configuration could have made two keys of one name so far.
UPDATE api_keys SET display_name = display_name || ' ' || id
WHERE id NOT IN (SELECT MAX(id) FROM api_keys GROUP BY environment, display_name);
CREATE UNIQUE INDEX api_keys_name ON api_keys (environment, display_name);
UPDATE api_keys SET scopes = '["environment:*"]' WHERE scopes = '["*"]';

CREATE TABLE account_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    display_name TEXT NOT NULL,
    hash BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_keys_hash ON account_keys (hash);

-- What all nodes together have taken of a limit in one window. A node alone counts in memory and writes nothing here.
CREATE TABLE rate_windows (
    bucket TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    PRIMARY KEY (bucket, begins_at)
);
CREATE INDEX rate_windows_old ON rate_windows (begins_at);
