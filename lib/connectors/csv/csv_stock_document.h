#ifndef ERPSYNC_CONNECTORS_CSV_STOCK_DOCUMENT_H
#define ERPSYNC_CONNECTORS_CSV_STOCK_DOCUMENT_H

#include "csv_stock_file.h"

/*
 * An article of a stock file as a record: id, label, version and read_at, or its problem. The
 * document follows with stock_record_finish, for most are known already. before: warehouses that the
 * last snapshot and the changes after it had for it, and this one has not, hold nothing any more.
 */
void csv_stock_record(const struct csv_stock *s, const struct csv_stock_article *article,
		      const struct csv_stock *const *before, size_t n_before, int64_t read_at,
		      struct arena *a, struct record *out);
/* An article that a new snapshot (s) no longer lists: nothing in each of these warehouses. */
void csv_stock_record_gone(const struct csv_stock *s, const char *sku, const char *const *warehouse,
			   size_t n, int64_t read_at, struct arena *a, struct record *out);

#endif
