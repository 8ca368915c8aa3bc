-- Operations and their messages: what the system did, for people who look for it.

-- What was done, but for runs, which have rows of their own. An id begins with its time: rows and indexes are written at their ends, and a
-- partition by id is one by time.
CREATE TABLE operations (
    id TEXT COLLATE "C" PRIMARY KEY,
    -- No foreign keys: an operation outlives what it was about.
    environment BIGINT NOT NULL,
    type TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    integration_key TEXT,
    connection_name TEXT,
    function_name TEXT,
    actor TEXT,
    summary TEXT NOT NULL,
    -- JSON: `request`, `response`, `error`, `meta`.
    detail TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
) PARTITION BY RANGE (id);
CREATE INDEX operations_newest ON operations (environment, id);
CREATE INDEX operations_of_connection ON operations (environment, connection_name, id) WHERE connection_name IS NOT NULL;
CREATE INDEX operations_failed ON operations (environment, id) WHERE state = 'failed';

CREATE TABLE operation_messages (
    operation TEXT COLLATE "C" NOT NULL,
    -- By time; grows within an operation.
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (operation, seq)
) PARTITION BY RANGE (operation);

-- What has no day of its own: of a node whose clock is wrong, or of days on which nobody made one.
CREATE TABLE operations_default PARTITION OF operations DEFAULT;
CREATE TABLE operation_messages_default PARTITION OF operation_messages DEFAULT;

-- Makes the partitions of `today` and of the days after it, and drops those that end before the day `oldest` (none where that is null). Days
-- are counted from 1970. Returns how many tables it made or dropped; 0 where another node is at it.
CREATE FUNCTION syncline_partition_operations(today BIGINT, ahead BIGINT, oldest BIGINT) RETURNS BIGINT AS $$
DECLARE
    parent TEXT;
    part TEXT;
    bounds TEXT[];
    changed BIGINT := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7241, 12) THEN
        RETURN 0;
    END IF;
    -- Somebody who reads for long must not make everybody who writes wait behind us; there is another try.
    PERFORM set_config('lock_timeout', '1s', TRUE);
    FOREACH parent IN ARRAY ARRAY['operations', 'operation_messages'] LOOP
        FOR day IN today..today + ahead LOOP
            part := parent || '_' || to_char(DATE '1970-01-01' + day::INTEGER, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            -- A UUID of version 7 begins with its milliseconds.
            SELECT array_agg(substr(hex, 1, 8) || '-' || substr(hex, 9, 4) ORDER BY hex) INTO bounds
            FROM (SELECT lpad(to_hex((day + i)::BIGINT * 86400000), 12, '0') AS hex FROM generate_series(0, 1) i) days;
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent, bounds[1], bounds[2]);
                changed := changed + 1;
            EXCEPTION WHEN check_violation OR lock_not_available OR deadlock_detected OR duplicate_table THEN
                -- Rows of that day are in the default partition already, or somebody reads there. Nothing is lost by it.
                NULL;
            END;
        END LOOP;
        FOR part IN
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = to_regclass(parent) AND c.relname ~ '_[0-9]{8}$'
                AND to_date(right(c.relname, 8), 'YYYYMMDD') < DATE '1970-01-01' + oldest::INTEGER
        LOOP
            BEGIN
                EXECUTE format('DROP TABLE %I', part);
                changed := changed + 1;
            EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                NULL;
            END;
        END LOOP;
    END LOOP;
    RETURN changed;
END $$ LANGUAGE plpgsql;

-- Runs are found as operations are.
CREATE INDEX runs_of_connection ON runs (environment, connection_name, id) WHERE connection_name IS NOT NULL;
CREATE INDEX runs_failed ON runs (environment, id) WHERE state = 'failed';

-- For how long records are kept, where it is not the default; 0 days for ever.
CREATE TABLE record_policies (
    environment BIGINT PRIMARY KEY NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    prune_after_days BIGINT NOT NULL,
    delete_after_days BIGINT NOT NULL
);
