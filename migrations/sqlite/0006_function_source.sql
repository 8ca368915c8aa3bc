-- What authors sent along with their components: for people to read, never run. By integration, because a component may be deployed to several.
CREATE TABLE component_sources (
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    component BIGINT NOT NULL REFERENCES components (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (integration, component)
);

-- 'deployed' by an author, or from a 'template' that comes with the server.
ALTER TABLE functions ADD COLUMN origin TEXT NOT NULL DEFAULT 'deployed';

-- A collection whose sync function was deleted is out of sight at once; a job removes its records.
ALTER TABLE collections ADD COLUMN dropped_at BIGINT;
DROP INDEX collections_name;
CREATE UNIQUE INDEX collections_name ON collections (connection, model, variant) WHERE dropped_at IS NULL;
CREATE INDEX collections_dropped ON collections (id) WHERE dropped_at IS NOT NULL;
