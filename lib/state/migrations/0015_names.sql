-- The words of the code: what is kept of a record for its next put, what the other side acknowledged, what it was reported.
ALTER TABLE link RENAME COLUMN memo TO kept;
ALTER TABLE link RENAME COLUMN settled TO acknowledgement;
ALTER TABLE link RENAME COLUMN settled_at TO acknowledged_at;
UPDATE journal SET action = 'acknowledged' WHERE action = 'settled';

ALTER TABLE told RENAME TO reported;
ALTER TABLE reported RENAME COLUMN told_at TO reported_at;
DROP INDEX told_age;
CREATE INDEX reported_age ON reported (reported_at);
DROP INDEX told_awaited;
CREATE INDEX reported_awaited ON reported (record) WHERE answered_at = 0;

ALTER TABLE note RENAME TO connector_state;
