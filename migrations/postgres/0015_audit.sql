-- What people did in the console.
CREATE TABLE audit_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    -- No foreign key, and by name: an event outlives the environment.
    environment TEXT,
    -- Of the session, or none where nobody is signed in: whoever tries a password.
    session TEXT,
    address TEXT,
    -- The page's method and path, as the router knows it.
    action TEXT NOT NULL,
    -- What the path names.
    subject TEXT NOT NULL,
    -- 'begun' before it is done: a process that disappears leaves it so.
    outcome TEXT NOT NULL
);
CREATE INDEX audit_events_old ON audit_events (at);
