-- Webhooks that the product is sent: attempts, endpoints that fail, keys that overlap.

-- The one kind that there was before is the default; asynchronous actions' are told apart by their bodies alone.
ALTER TABLE webhook_deliveries ADD COLUMN kind TEXT NOT NULL DEFAULT 'auth';
-- Of relayed ones. Encrypted: providers put tokens into headers.
ALTER TABLE webhook_deliveries ADD COLUMN headers BYTEA;
