-- Which article of the store a record was found to be when it was last put: of stock by the store's SKU, of products by the
-- ids of product and variant. Two records that are one article would undo each other, so each must know of the other,
-- however long ago that was put, and whether it went over or not.
CREATE TABLE claim (
	article TEXT NOT NULL,
	flow    TEXT NOT NULL,
	record  TEXT NOT NULL,
	written INTEGER NOT NULL, -- 1: it stands there as this record's; 0: it was refused, waits, or leaves it to another
	some    INTEGER NOT NULL, -- 0: of stock, the ERP had none of it
	PRIMARY KEY (article, flow, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_record ON claim (record, flow);
-- What leaves its article to another.
CREATE INDEX claim_left ON claim (flow) WHERE NOT written AND NOT some;

INSERT INTO claim (article, flow, record, written, some)
	SELECT article, flow, record, 1, 1 FROM link WHERE article IS NOT NULL;
DROP INDEX link_article;
ALTER TABLE link DROP COLUMN article;

-- Products say it in what is kept of them; a store that is written by files calls the product by its handle.
INSERT OR IGNORE INTO claim (article, flow, record, written, some)
	SELECT coalesce(link.memo ->> '$.handle', link.target_id) || ' ' || (variant.value ->> '$.id'),
		link.flow, link.record, 1, 1
	FROM link, json_each(iif(json_valid(link.memo), link.memo, '{}'), '$.variants') AS variant
	WHERE (link.flow = 'products push' OR link.flow GLOB 'products push > *') AND link.target_id > ''
		AND variant.type = 'object' AND (variant.value ->> '$.id') > '';

-- Of what was refused for it nothing is known: it is tried once more, before all else.
UPDATE queue SET state = 0, parked_as = code, attempts = 0, next_attempt = 0
	WHERE state = 2 AND code IN ('same_article', 'same_variant');
