-- A flow whose target counts what is written there: as whom this state file writes, and how far it knows.
CREATE TABLE pairing (
	flow         TEXT PRIMARY KEY,
	writer       TEXT NOT NULL,              -- random; stands in the target's own books
	last_new     INTEGER NOT NULL DEFAULT 0, -- number of the last batch of new records …
	last_changed INTEGER NOT NULL DEFAULT 0, -- … and of changed ones
	-- What waits may be older than what the target has: nothing is delivered before all is pulled.
	pull_first   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Linked by `adopt`: the target has it as it was at that time. The first version that is not newer is
-- taken for what is there. 0 = no.
ALTER TABLE link ADD COLUMN adopted_at INTEGER NOT NULL DEFAULT 0;
-- 1 = dropped, whatever versions follow.
ALTER TABLE link ADD COLUMN for_good INTEGER NOT NULL DEFAULT 0;
