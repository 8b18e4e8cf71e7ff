-- When it was read which orders the ERP does not know, of stock that was written by that: what has moved since is compared
-- again, whenever the write ended. 0 = not known, as of all that was written before.
ALTER TABLE link ADD COLUMN demand_at INTEGER NOT NULL DEFAULT 0;
