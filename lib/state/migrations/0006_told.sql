-- Which units of an order the ERP has been told, at each delivery of the order: {"SKU": units}. Its free stock is less by
-- them some time later. Kept longer than documents, for an order that is edited weeks afterwards; nobody's data.
CREATE TABLE told (
	record  TEXT NOT NULL, -- the order's id at the store
	told_at INTEGER NOT NULL,
	units   TEXT NOT NULL,
	PRIMARY KEY (record, told_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX told_age ON told (told_at);

-- What was delivered before, as far as its documents are still here.
INSERT OR REPLACE INTO told (record, told_at, units)
SELECT q.record, q.changed_at, iif(json_extract(p.body, '$.cancelled_at') IS NOT NULL, '{}',
	coalesce((SELECT json_group_object(sku, units) FROM
		(SELECT json_extract(value, '$.sku') AS sku, sum(coalesce(json_extract(value, '$.current_quantity'),
			json_extract(value, '$.quantity'), 0)) AS units
		FROM json_each(p.body, '$.lines') WHERE json_extract(value, '$.sku') > '' GROUP BY 1)), '{}'))
FROM queue AS q JOIN payload AS p ON p.queue_id = q.id
WHERE q.flow = 'orders export' AND q.state = 3 AND q.attempts > 0 AND json_valid(p.body)
ORDER BY q.id;

-- Links to several documents of the target, a blank between them: whose each is.
CREATE INDEX link_several ON link (flow) WHERE instr(target_id, ' ') > 0;

-- Shipments under way or left over by deliveries that are not through: never purged by age.
UPDATE note SET key = 'keep ' || key || ' ' WHERE key LIKE 'fulfillments %';
