-- Which file a product of the shop is asked for by: needed until that is imported, whenever that is; never purged by age.
UPDATE connector_state SET key = 'keep ' || key || ' ' WHERE key LIKE 'products-import %';
