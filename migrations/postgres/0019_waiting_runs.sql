-- What waits for its time, by lane; what stands in line and what a limit holds back have their indexes.
CREATE INDEX jobs_later_of_lane ON jobs (lane, scheduled_at, id) WHERE state = 'available' AND rank IS NULL AND held IS NULL;
