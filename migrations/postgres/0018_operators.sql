-- The console has several operators, each with a role.

CREATE TABLE operators_before AS SELECT password_hash, updated_at FROM operators;
DROP TABLE operators;
CREATE TABLE operators (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name in lower case, as this program makes it: databases differ in what they take for the same letter.
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('support', 'developer', 'owner')),
    -- None until the invitation is accepted.
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_signed_in_at BIGINT
);
INSERT INTO operators (name, name_key, role, password_hash, created_at, updated_at)
    SELECT 'owner', 'owner', 'owner', password_hash, updated_at, updated_at FROM operators_before;
DROP TABLE operators_before;

-- Whose a session is was not known: everybody signs in again.
DROP TABLE console_sessions;
CREATE TABLE console_sessions (
    token_hash BYTEA PRIMARY KEY,
    operator BIGINT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    csrf BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_expired ON console_sessions (expires_at);
CREATE INDEX console_sessions_of_operator ON console_sessions (operator);

-- One-time links with which operators choose a password; at most one each.
CREATE TABLE operator_invitations (
    operator BIGINT PRIMARY KEY REFERENCES operators (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);

-- Who it was, by name: an event outlives the person. None of what was done before there were names.
ALTER TABLE audit_events ADD COLUMN operator TEXT;
CREATE INDEX audit_events_of_operator ON audit_events (operator, id);
