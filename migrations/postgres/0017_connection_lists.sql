-- The console's lists of connections: of one integration, and of one user of the product. The newest have theirs, and so have those in trouble.
CREATE INDEX connections_of_integration ON connections (environment, integration, created_at, id) WHERE deleted_at IS NULL AND NOT pending;
CREATE INDEX connections_of_user ON connections (environment, (end_user::JSONB ->> 'id'), created_at, id)
    WHERE end_user IS NOT NULL AND deleted_at IS NULL AND NOT pending;
