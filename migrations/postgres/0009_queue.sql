-- The queue at full strength: order, fair shares, limits, dead letters.

-- What has ended well, or was taken back, leaves the table from now on; its runs are its history.
DELETE FROM jobs WHERE state IN ('completed', 'cancelled');

-- The environment, and in it whether a function runs: claimers take turns among lanes. A lane that is full stops no other.
ALTER TABLE jobs ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
-- The order within its lane, smallest first; absent while the job runs, waits for a later time or is held.
ALTER TABLE jobs ADD COLUMN rank BIGINT;
-- Microseconds by which its kind goes before what is due at the same time.
ALTER TABLE jobs ADD COLUMN head_start BIGINT NOT NULL DEFAULT 0;
-- What a function's limit counts.
ALTER TABLE jobs ADD COLUMN function BIGINT;
-- The limit that it waits for: 'connection:7', 'function:3'.
ALTER TABLE jobs ADD COLUMN held TEXT;
-- Why it was given up: 'failed', 'attempts_used_up' or 'poisoned'.
ALTER TABLE jobs ADD COLUMN reason TEXT;

UPDATE jobs SET lane = 2 * environment + CASE WHEN kind IN ('run_sync', 'run_event', 'run_action') THEN 1 ELSE 0 END,
    function = (SELECT syncs.function FROM syncs WHERE syncs.id = jobs.sync);
UPDATE jobs SET reason = 'failed' WHERE state = 'discarded';

DROP INDEX jobs_claimable;
DROP INDEX jobs_leased;
DROP INDEX jobs_connection;
CREATE INDEX jobs_claimable ON jobs (lane, rank, id) WHERE state = 'available' AND rank IS NOT NULL;
CREATE INDEX jobs_deferred ON jobs (scheduled_at) WHERE state = 'available' AND rank IS NULL AND held IS NULL;
CREATE INDEX jobs_held ON jobs (held, scheduled_at, id) WHERE held IS NOT NULL;
-- Not by the end of the lease: what runs is never much, and a heartbeat that touches no index is cheap.
CREATE INDEX jobs_running ON jobs (id) WHERE state = 'running';
-- Finds a connection's jobs, and the last one of a kind in line.
CREATE INDEX jobs_connection ON jobs (connection, kind, rank) WHERE state IN ('available', 'running');
CREATE INDEX jobs_dead ON jobs (environment, id) WHERE state = 'discarded';

-- Room beside each row for its next versions, and a vacuum that comes often: rows live for seconds.
ALTER TABLE jobs SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);
