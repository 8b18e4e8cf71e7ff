-- Of stock: the store's SKU that it was written to, whatever the figure: two records that write one article undo each other.
ALTER TABLE link ADD COLUMN article TEXT;
UPDATE link SET article = sku WHERE sku IS NOT NULL;
CREATE INDEX link_article ON link (article) WHERE article IS NOT NULL;
