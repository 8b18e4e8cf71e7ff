-- What connectors must find again after a kill: small texts by key.
CREATE TABLE note (
	key      TEXT PRIMARY KEY,
	body     TEXT NOT NULL,
	saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the source was last known to say what the row holds; 0 = not kept.
ALTER TABLE queue ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;
-- Reason under which the version that this one replaced was parked: the same again is no news.
ALTER TABLE queue ADD COLUMN parked_as TEXT;
