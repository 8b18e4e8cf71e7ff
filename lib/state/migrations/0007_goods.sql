-- Of stock that orders on their way are taken off: the store's name of the article. An order that the ERP is told has
-- moved it in the store, so what the store has of it is not known any more, though the ERP's figure may look the same.
ALTER TABLE link ADD COLUMN sku TEXT;
CREATE INDEX link_sku ON link (sku) WHERE sku IS NOT NULL;

-- Whose article it is shows when it is compared: once, with the next figures that come.
UPDATE link SET doubt = 1 WHERE flow = 'inventory pull' AND target_id > '';
