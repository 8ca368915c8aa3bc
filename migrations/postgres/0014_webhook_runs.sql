-- Which webhook of a provider's caused a run, and the lists of one integration's webhooks.

-- No foreign key: webhooks are forgotten sooner than runs.
ALTER TABLE runs ADD COLUMN webhook TEXT;
CREATE INDEX runs_of_webhook ON runs (webhook, id) WHERE webhook IS NOT NULL;

CREATE INDEX incoming_webhooks_of_integration ON incoming_webhooks (integration, id);
