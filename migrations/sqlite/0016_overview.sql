-- The overview: what happened in each minute, and what stands.

-- A row for each process that counted: it writes its figures of a minute whole, as often as it likes, so that a write whose answer was lost is
-- simply written again. Readers add the rows up.
CREATE TABLE overview_minutes (
    environment BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    -- When the minute began.
    at BIGINT NOT NULL,
    -- Random; another one after every start.
    node BIGINT NOT NULL,
    runs_succeeded BIGINT NOT NULL DEFAULT 0,
    runs_failed BIGINT NOT NULL DEFAULT 0,
    runs_interrupted BIGINT NOT NULL DEFAULT 0,
    runs_cancelled BIGINT NOT NULL DEFAULT 0,
    runs_lost BIGINT NOT NULL DEFAULT 0,
    calls_succeeded BIGINT NOT NULL DEFAULT 0,
    calls_client_error BIGINT NOT NULL DEFAULT 0,
    calls_server_error BIGINT NOT NULL DEFAULT 0,
    calls_refused BIGINT NOT NULL DEFAULT 0,
    calls_failed BIGINT NOT NULL DEFAULT 0,
    records_added BIGINT NOT NULL DEFAULT 0,
    records_updated BIGINT NOT NULL DEFAULT 0,
    records_deleted BIGINT NOT NULL DEFAULT 0,
    webhooks_delivered BIGINT NOT NULL DEFAULT 0,
    webhooks_failed BIGINT NOT NULL DEFAULT 0,
    webhooks_taken BIGINT NOT NULL DEFAULT 0,
    webhooks_refused BIGINT NOT NULL DEFAULT 0,
    -- Requests to providers by how long they took: the bounds are those of the histograms of `/metrics`, which therefore stay as they are.
    calls_took_0 BIGINT NOT NULL DEFAULT 0,
    calls_took_1 BIGINT NOT NULL DEFAULT 0,
    calls_took_2 BIGINT NOT NULL DEFAULT 0,
    calls_took_3 BIGINT NOT NULL DEFAULT 0,
    calls_took_4 BIGINT NOT NULL DEFAULT 0,
    calls_took_5 BIGINT NOT NULL DEFAULT 0,
    calls_took_6 BIGINT NOT NULL DEFAULT 0,
    calls_took_7 BIGINT NOT NULL DEFAULT 0,
    calls_took_8 BIGINT NOT NULL DEFAULT 0,
    calls_took_9 BIGINT NOT NULL DEFAULT 0,
    calls_took_10 BIGINT NOT NULL DEFAULT 0,
    calls_took_11 BIGINT NOT NULL DEFAULT 0,
    calls_took_12 BIGINT NOT NULL DEFAULT 0,
    calls_took_13 BIGINT NOT NULL DEFAULT 0,
    calls_took_14 BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (environment, at, node)
) WITHOUT ROWID;
CREATE INDEX overview_minutes_old ON overview_minutes (at);

-- Connections whose credentials could not be renewed, newest first: as they are listed.
CREATE INDEX connections_in_trouble ON connections (environment, created_at, id)
    WHERE auth_error IS NOT NULL AND deleted_at IS NULL AND NOT pending;
-- What a limit holds back, by lane; what waits in line has its index.
CREATE INDEX jobs_held_of_lane ON jobs (lane, scheduled_at) WHERE held IS NOT NULL;

-- What the host did for a run stands among what the run said: 'log', 'http', 'save' or 'checkpoint'.
ALTER TABLE run_logs ADD COLUMN type TEXT NOT NULL DEFAULT 'log';
