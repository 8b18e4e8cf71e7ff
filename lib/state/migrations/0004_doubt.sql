-- 1 from the moment that a write of the record begins until what became of it is known to stand there:
-- version, sent_hash and the like are then no reason to leave anything alone.
ALTER TABLE link ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
-- Of what was under way when this came in, nothing is known.
UPDATE link SET doubt = 1 WHERE EXISTS (SELECT 1 FROM queue WHERE queue.record = link.record
	AND queue.flow = link.flow AND state IN (0, 1, 2) AND attempts > 0);

-- What is to be purged next, flow by flow: they keep their lines for different times.
CREATE INDEX journal_flow ON journal (flow, at);
