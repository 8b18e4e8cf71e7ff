-- Does another record that waits or is being sent go by this name?
CREATE INDEX queue_label ON queue (label) WHERE state IN (0, 1, 2);
