-- Which articles those were, by their ids at the store: {"id": ["SKU"]}. An article may have had another SKU when it was
-- sold, or none; what has none stands in units under its id.
ALTER TABLE told ADD COLUMN items TEXT NOT NULL DEFAULT '{}';
-- The stock of such an article.
CREATE INDEX link_stocked ON link (target_id) WHERE sku IS NOT NULL;

-- When the other side said that it has it; 0: not yet, or nobody waits for that. What was told before counts as it did.
ALTER TABLE told ADD COLUMN answered_at INTEGER NOT NULL DEFAULT 0;
UPDATE told SET answered_at = told_at;
CREATE INDEX told_awaited ON told (record) WHERE answered_at = 0;
