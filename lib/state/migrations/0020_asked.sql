-- Of stock whose article in the store is another one by now, since its SKU went from one to another: link.doubt has 8, and its
-- source is asked for it, though nothing has moved there.
CREATE INDEX link_asked ON link (flow) WHERE doubt >= 8;
