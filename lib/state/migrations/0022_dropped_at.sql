-- When a person last dropped a version of it, and has not asked for it by name since, whatever has come after it; 0 = never.
-- What its source had said until then is not put together with what it says later.
ALTER TABLE link ADD COLUMN dropped_at INTEGER NOT NULL DEFAULT 0;
UPDATE link SET dropped_at = coalesce((SELECT max(at) FROM journal WHERE journal.record = link.record
	AND journal.flow = link.flow AND action = 'dropped'), changed_at) WHERE dropped IS NOT NULL;
CREATE INDEX link_dropped ON link (flow) WHERE dropped_at > 0;
