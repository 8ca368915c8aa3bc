-- The console's lists of runs: of one function, and of whatever did not end well. Runs of one connection and the newest have theirs.
CREATE INDEX runs_of_function ON runs (environment, function_name, id);
CREATE INDEX runs_by_state ON runs (environment, state, id) WHERE state <> 'succeeded';
