#ifndef ERPSYNC_CONNECTORS_ODOO_LOAD_H
#define ERPSYNC_CONNECTORS_ODOO_LOAD_H

#include "base/arena.h"
#include "base/err.h"
#include "connectors/odoo/odoo.h"

/*
 * Odoo's own import, `load`: creates or updates records by external id, all of a call or nothing.
 * Sending the same again changes nothing, so a lost answer is simply asked for again.
 */
struct odoo_row {
	const char **cells; /* one per field; NULL is sent as "" */
};

/* One record: its first row, and one more per further child row. */
struct odoo_load_item {
	struct odoo_row *row;
	size_t n_rows;
	bool follows;   /* refers to one before it: goes in one call with that */
	int64_t known;  /* the record that it changes; 0: it is new */
	int64_t id;     /* out */
	struct err err; /* out: kind E_OK, or why this record is not there */
};

struct odoo_load {
	const char *model;
	const char *const *fields; /* NULL-terminated; the first is "id" */
	struct odoo_load_item *item;
	size_t n;
	const char *flag; /* set in the context: "no_vat_validation"; NULL = none */
	bool quiet;       /* as in odoo_call */
	bool fresh; /* records that nobody else knows yet: a lost answer may be tried again here */
	bool apart; /* fresh, and who refers to another one of these follows it: shares may go at once */
	/*
	 * A record that has the external id already is taken as it is, archived or not, and nothing of it
	 * is written: people have changed it since. Two of the items may be one record there, which
	 * people merged. Holds for those that were made so.
	 */
	bool keep;
};

/*
 * Loads all items. A refused batch is cut down until only the guilty ones are left out, each with
 * Odoo's own message. E_OK when each item has its outcome; else what stopped it, and items that
 * were not reached have that error too. The id of a new record is believed when Odoo, asked for its
 * external id, says ours, or, of one that has several, that ours is among them; else the item ends as
 * E_RECORD.
 */
MUST_CHECK enum errk odoo_load(struct odoo *o, struct odoo_load *l, struct arena *a, struct err *e);

/*
 * Reads an answer of load. ids: the list, borrowed, when all went well: one for each item, each
 * another one unless l.keep, and of an item that changes a record that one; else each guilty item's err is set.
 * E_UNSURE "bad_answer": it tells neither what was made nor why not.
 */
struct odoo_load_verdict {
	const cJSON *ids;
	size_t guilty; /* items */
	bool again;    /* a conflict that passes */
};
MUST_CHECK enum errk odoo_load_verdict(const cJSON *result, const struct odoo_load *l,
				       struct odoo_load_item *const *sent, size_t n,
				       struct arena *a, struct odoo_load_verdict *out,
				       struct err *e);

#endif
