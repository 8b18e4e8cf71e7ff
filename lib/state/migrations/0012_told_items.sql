-- Which articles those were, by their ids at the store: {"id": ["SKU"]}. An article may have had another SKU when it was
-- sold, or none; what has none stands in units under its id.
ALTER TABLE told ADD COLUMN items TEXT NOT NULL DEFAULT '{}';
-- The stock of such an article.
CREATE INDEX link_stocked ON link (target_id) WHERE sku IS NOT NULL;
