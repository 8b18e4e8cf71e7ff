-- What a record became on the other side has a name and parts: they were written into the one text of target_id, each
-- connector in its own way. target: {"name", "parts": [{"kind", "id", "of"}]}, NULL where there is only the id.
DROP INDEX link_several;
ALTER TABLE link ADD COLUMN target TEXT;
-- How many those are: most have one document, and those with several are few.
ALTER TABLE link ADD COLUMN n_parts INTEGER NOT NULL DEFAULT 0;

-- Odoo's orders: "S00012 (12)".
UPDATE link SET
	target = json_object('name', substr(target_id, 1, length(rtrim(rtrim(target_id, ')'), '0123456789')) - 2)),
	target_id = substr(rtrim(target_id, ')'), length(rtrim(rtrim(target_id, ')'), '0123456789')) + 1)
WHERE target_id GLOB '?* ([0-9]*)' AND rtrim(rtrim(target_id, ')'), '0123456789') GLOB '?* (';

-- Shipments of one delivery: their ids, a blank between them.
UPDATE link SET
	target = json_object('parts', (SELECT json_group_array(json_object('kind', 'shipment', 'id', value))
		FROM json_each('["' || replace(target_id, ' ', '","') || '"]'))),
	target_id = substr(target_id, 1, instr(target_id, ' ') - 1)
WHERE target_id GLOB 'gid://* gid://*';

-- Files for the import of a shop's admin: "products-000001.csv export:1a2b3c4d rows:5e6f7a8b".
UPDATE link SET
	target = json_object('parts', json_array(
		json_object('kind', 'export', 'id', substr(target_id, instr(target_id, ' export:') + 8, 8)),
		json_object('kind', 'rows', 'id', substr(target_id, instr(target_id, ' rows:') + 6)))),
	target_id = substr(target_id, 1, instr(target_id, ' ') - 1)
WHERE target_id GLOB '?* export:???????? rows:????????';
-- What an export showed as it should be is in no file.
UPDATE link SET target = json_object('parts', json_array(
	json_object('kind', 'export', 'id', substr(target_id, 8))))
WHERE target_id GLOB 'export:????????';

-- Whose one of several documents is (link_owner).
UPDATE link SET n_parts = json_array_length(target, '$.parts') WHERE json_type(target, '$.parts') = 'array';
CREATE INDEX link_several ON link (flow) WHERE n_parts > 1;

-- The same text stands in what connectors keep of products that such files ask for: as JSON it says the same.
CREATE TEMP TABLE target_text (text TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
INSERT INTO target_text (text, body)
	SELECT text, CASE
		WHEN text GLOB '?* export:???????? rows:????????' THEN json_object(
			'id', substr(text, 1, instr(text, ' ') - 1),
			'parts', json_array(
				json_object('kind', 'export', 'id', substr(text, instr(text, ' export:') + 8, 8)),
				json_object('kind', 'rows', 'id', substr(text, instr(text, ' rows:') + 6))))
		WHEN text GLOB 'export:????????' THEN json_object(
			'id', text,
			'parts', json_array(json_object('kind', 'export', 'id', substr(text, 8))))
		ELSE json_object('id', text)
	END
	FROM (
		SELECT memo ->> '$.written_as' AS text FROM main.link WHERE json_valid(memo)
		UNION SELECT body ->> '$.written' FROM main.note
			WHERE key LIKE 'products-import %' AND json_valid(body)
	)
	WHERE typeof(text) = 'text';
UPDATE link SET memo = json_set(memo, '$.written_as',
		(SELECT json(body) FROM target_text WHERE text = memo ->> '$.written_as'))
	WHERE json_valid(memo) AND json_type(memo, '$.written_as') = 'text';
UPDATE note SET body = json_set(body, '$.written',
		(SELECT json(t.body) FROM target_text AS t WHERE t.text = note.body ->> '$.written'))
	WHERE key LIKE 'products-import %' AND json_valid(body) AND json_type(body, '$.written') = 'text';
DROP TABLE target_text;
