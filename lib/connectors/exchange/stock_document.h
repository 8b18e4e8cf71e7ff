#ifndef ERPSYNC_CONNECTORS_EXCHANGE_STOCK_DOCUMENT_H
#define ERPSYNC_CONNECTORS_EXCHANGE_STOCK_DOCUMENT_H

#include "connectors/exchange/stock_file.h"

/* What older files said, newest first. */
struct exchange_stock_past {
	const struct exchange_stock *s;
	bool changes;
	bool same_set; /* used together with it: says how things stand, and what was before has an end there */
};
/*
 * An article of a stock file as a record: id, label, version and read_at, or its problem. The
 * document follows with stock_record_finish, for most are known already. before: warehouses that the
 * last snapshot and the changes after it had for it, and this one has not, hold nothing any more; unless rows
 * of this one or of files beside it (hidden: the first of them, in words) may be those.
 */
void exchange_stock_record(const struct exchange_stock *s,
			   const struct exchange_stock_article *article,
			   const struct exchange_stock_past *before, size_t n_before,
			   const char *hidden, int64_t read_at, struct arena *a,
			   struct record *out);
/* An article that a new snapshot (s) no longer lists: nothing in each of these warehouses. */
void exchange_stock_record_gone(const struct exchange_stock *s, const char *sku,
				const char *const *warehouse, size_t n, int64_t read_at,
				struct arena *a, struct record *out);

#endif
