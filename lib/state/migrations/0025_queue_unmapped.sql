-- Of what is parked: the mapping itself refused it, with whatever code, so that another mapping may take it. Of what was parked
-- before nobody knows who did: a person sets it free, as ever.
ALTER TABLE queue ADD COLUMN unmapped INTEGER NOT NULL DEFAULT 0;
