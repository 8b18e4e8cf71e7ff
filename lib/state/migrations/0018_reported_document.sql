-- In which document of the target it went: that one's answer is the answer to it, whatever went later.
ALTER TABLE reported ADD COLUMN document TEXT NOT NULL DEFAULT '';
-- The last is what the link leads to, those before are found in the journal.
UPDATE reported SET document = coalesce(
	iif(reported_at = (SELECT max(reported_at) FROM reported AS later WHERE later.record = reported.record),
		(SELECT target_id FROM link WHERE record = reported.record AND flow = 'orders export'),
		(SELECT detail FROM journal WHERE record = reported.record AND flow = 'orders export'
			AND action = 'delivered' AND outcome IN ('created', 'updated', 'adopted')
			AND at BETWEEN reported_at AND reported_at + 60
			AND at <= (SELECT min(reported_at) FROM reported AS later
				WHERE later.record = reported.record AND later.reported_at > reported.reported_at)
			ORDER BY id LIMIT 1)), '');
CREATE INDEX reported_document ON reported (document) WHERE answered_at = 0;
