-- The row that a record was delivered by: what the target refuses afterwards is found among all that is kept.
CREATE INDEX queue_record ON queue (record) WHERE state = 3;
