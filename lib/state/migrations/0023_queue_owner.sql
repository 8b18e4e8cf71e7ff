-- Of a record that belongs to another, a refund to its order, and waits for that to be at the target: the other's id. What is
-- delivered or adopted sets free what waits for it.
ALTER TABLE queue ADD COLUMN owner TEXT;
CREATE INDEX queue_owner ON queue (owner) WHERE owner IS NOT NULL;
