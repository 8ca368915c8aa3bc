-- What a component was built from, in its builder's words; else the digest. Two builds of one source need not have the same bytes.
ALTER TABLE components ADD COLUMN build TEXT;
UPDATE components SET build = encode(digest, 'hex');
-- With everything that a search wants to know: behind megabytes of code a row's last columns are far away.
CREATE INDEX components_build ON components (build, id, digest);

CREATE TABLE deployments (
    -- In the order in which they took effect; clocks and UUIDs may say otherwise.
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid TEXT NOT NULL,
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    -- 'deploy', 'rollback', or 'initial': what was there before deployments were kept.
    kind TEXT NOT NULL,
    -- Of a rollback: the deployment that it put back, which may be forgotten by now.
    origin TEXT,
    -- Who it was. The name is kept because keys come and go.
    api_key BIGINT,
    api_key_name TEXT,
    -- JSON: what became of which function.
    changes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX deployments_uuid ON deployments (uuid);
CREATE INDEX deployments_newest ON deployments (environment, id);

-- The integrations that a deployment changed: the last of each are kept.
CREATE TABLE deployment_integrations (
    integration BIGINT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    deployment BIGINT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    PRIMARY KEY (integration, deployment)
);
CREATE INDEX deployment_integrations_deployment ON deployment_integrations (deployment);

-- All functions of an author's that an integration had behind a deployment.
CREATE TABLE deployment_functions (
    integration BIGINT NOT NULL,
    deployment BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    component BIGINT NOT NULL REFERENCES components (id),
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (integration, deployment, kind, name),
    FOREIGN KEY (integration, deployment) REFERENCES deployment_integrations (integration, deployment) ON DELETE CASCADE
);
CREATE INDEX deployment_functions_component ON deployment_functions (component);

-- Which deployment made it what it is; not of templates.
ALTER TABLE functions ADD COLUMN deployment TEXT;
CREATE INDEX functions_component ON functions (component);
