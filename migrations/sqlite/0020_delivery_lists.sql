-- An environment's deliveries by what they tell; and what is still to be delivered, which is little beside what was.
CREATE INDEX webhook_deliveries_kind ON webhook_deliveries (environment, kind, id);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (environment, id) WHERE state IN ('waiting', 'deferred');
