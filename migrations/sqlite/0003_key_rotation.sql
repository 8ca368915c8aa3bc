-- When a data key begins to encrypt. Before that it only decrypts, so that every node knows it in time.
ALTER TABLE data_keys ADD COLUMN active_at BIGINT NOT NULL DEFAULT 0;
-- When nothing was left that an older key encrypts.
ALTER TABLE data_keys ADD COLUMN reencrypted_at BIGINT;
-- The same key under the next master key, while servers move over to it.
ALTER TABLE data_keys ADD COLUMN wrapped_next BLOB;
