-- What the ERP was told of an order, line by line: [{"sku", "item", "erp", "units", "shipped"}]. A line may have no SKU and no
-- article of the store, and which of the ERP's articles it was booked on (erp; null = none) is known for sure on that day
-- alone. What was told before does not say it.
ALTER TABLE told ADD COLUMN lines TEXT NOT NULL DEFAULT '[]';
-- What has no SKU stood under the article's id.
UPDATE told SET lines = (
	SELECT json_group_array(json_object(
		'sku', iif(item IS unit, NULL, unit),
		'item', item,
		'units', units))
	FROM (SELECT u.key AS unit, u.value AS units,
			coalesce((SELECT i.key FROM json_each(told.items) AS i WHERE i.key = u.key),
				(SELECT i.key FROM json_each(told.items) AS i, json_each(i.value) AS sku
					WHERE sku.value = u.key LIMIT 1)) AS item
		FROM json_each(told.units) AS u))
WHERE json_valid(units) AND json_valid(items);
ALTER TABLE told DROP COLUMN units;
ALTER TABLE told DROP COLUMN items;
