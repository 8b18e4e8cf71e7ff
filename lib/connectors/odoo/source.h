#ifndef ERPSYNC_CONNECTORS_ODOO_SOURCE_H
#define ERPSYNC_CONNECTORS_ODOO_SOURCE_H

#include "connectors/odoo/odoo.h"

/* What the sources of stock, products and deliveries have in common. */

/* What Odoo refuses of a question is not the fault of a record: E_RECORD becomes E_REFUSED. */
MUST_CHECK enum errk odoo_as_source(enum errk rc, struct err *e);

/* The company's types of transfers, once a run, in the connector's arena. */
MUST_CHECK enum errk odoo_transfer_types(struct odoo *o, struct arena *a, struct err *e);
/* NULL: of another company, or none. */
const struct odoo_transfer_type *odoo_transfer_type(const struct odoo *o, int64_t id);

/* The company's warehouses, in the connector's arena. E_REFUSED "no_warehouse". */
MUST_CHECK enum errk odoo_warehouses(struct odoo *o, struct arena *a, struct err *e);
/* Their codes, for `check`. */
MUST_CHECK enum errk odoo_warehouse_names(struct odoo *o, struct arena *a, const char *const **name,
					  size_t *n, struct err *e);

/*
 * A window: what was written since a time, page by page of ids inside it. write_date is the beginning
 * of the transaction that wrote, so a record may show up with one that has been read past: each window
 * reaches back before the last one, and once a day a long way. The cursor:
 *
 *	{"done":"…","deep":"…","pass":{"from":"…","start":"…","deep":true,"last":2017}}
 *
 * done and deep say when the last windows began that were read to their end; pass is open.
 */
struct odoo_window {
	int64_t done, deep;  /* the server's clock, seconds; 0 = never */
	bool open, reaching; /* a pass is being read; it reaches back a long way */
	int64_t from, start, last;
};
/* E_LOCAL "bad_cursor". now: ours, to begin a pass with. */
MUST_CHECK enum errk odoo_window_parse(const struct pull_request *req, int64_t now,
				       struct odoo_window *out, struct err *e);
/* Adds what the next page is of to its domain. */
void odoo_window_bound(const struct odoo_window *w, const struct pull_request *req, cJSON *domain);
/* Sets the pass's start, once: asked: when the first page was asked for by the server's clock. */
void odoo_window_started(struct odoo_window *w, int64_t asked);
/* After a page. full: there may be further records. */
void odoo_window_turn(struct odoo_window *w, bool full, int64_t last, struct arena *a,
		      struct page *page);

/*
 * A snapshot: all records of a model, page by page of ids. The cursor, {"last": 2017}, is the id up
 * to which it is through. A run that was cut short has left its place: the next one begins there,
 * so that all come to their turn, and takes what is before it at the end.
 *
 * *last 0: from the beginning. E_LOCAL "bad_cursor".
 */
MUST_CHECK enum errk odoo_snapshot_place(const char *cursor, int64_t *last, struct err *e);
void odoo_snapshot_begin(struct odoo_snapshot *s, int64_t last, int64_t count);
/* Adds what the next page is of to its domain. */
void odoo_snapshot_bound(const struct odoo_snapshot *s, cJSON *domain, int64_t last);
/* After a page: its cursor, and whether more follows. full: there may be further records. */
void odoo_snapshot_turn(struct odoo_snapshot *s, size_t seen, bool full, int64_t last,
			struct arena *a, struct page *page);

/* A record that may be news, and the id that the page is ordered by. */
struct odoo_item {
	int64_t id;
	struct record rec;
};
/*
 * The items that are news into the page, up to the request's limit. finish, which may be NULL, makes
 * their documents. *cut: items are left after the one with the id *last.
 */
MUST_CHECK enum errk odoo_page_fill(const struct pull_request *req, struct odoo_item *item,
				    size_t n, void (*finish)(struct record *r, struct arena *a),
				    struct arena *a, struct page *page, bool *cut, int64_t *last,
				    struct err *e);

/* A product's internal reference and barcode are no longer than a shop can hold. E_RECORD "too_long". */
MUST_CHECK enum errk odoo_codes_fit(const cJSON *product, struct err *e);
/* The same, and it has a name that is no longer. E_RECORD "no_name", "too_long". */
MUST_CHECK enum errk odoo_names_fit(const cJSON *product, struct err *e);
/* What a person calls it: its internal reference, else its name; "product 12" where that won't do. */
const char *odoo_label(const cJSON *product, const char *code, struct arena *a);

/* A whole document as a record; its version is the document's hash. Takes doc. */
void odoo_record(cJSON *doc, const char *id, const char *label, struct arena *a,
		 struct record *out);
/* One that can't be told. The same problem is the same version. */
void odoo_record_problem(const char *id, const char *label, const struct err *problem,
			 struct arena *a, struct record *out);

/* Records of an answer by a number in them: "id", or a many2one field. */
struct odoo_index {
	struct odoo_entry {
		int64_t key;
		size_t at;
		const cJSON *record;
	} * entry; /* sorted by key, and as they stood in the list */
	size_t n;
};
void odoo_index(const cJSON *list, const char *field, struct arena *a, struct odoo_index *out);
/* The first with this key, NULL: there is none; *n, which may be NULL, = how many there are. */
const struct odoo_entry *odoo_index_range(const struct odoo_index *x, int64_t key, size_t *n);
const cJSON *odoo_index_find(const struct odoo_index *x, int64_t key); /* the first's record */
/* The ids that a many2one field, or a list of ids, has in these records: each once. */
int64_t *odoo_refs(const cJSON *list, const char *field, struct arena *a, size_t *n);
/*
 * All records of a model with these ids, archived ones too; without ids an empty list, and nothing is
 * asked. lang: of their names; NULL = as always. whole: one that is not there fails the read as busy.
 */
MUST_CHECK enum errk odoo_read_ids(struct odoo *o, const char *model, const int64_t *ids, size_t n,
				   const char *const *fields, const char *lang, bool whole,
				   struct arena *a, cJSON **list, struct err *e);

/* Who has which internal reference, sorted by it and by id. */
struct odoo_owner {
	const char *sku; /* borrowed from what was added */
	int64_t id;
};
struct odoo_owners {
	struct odoo_owner *list;
	size_t n;
};
/* The ids and default_codes of two lists of products, of which either may be NULL. */
void odoo_owners(const cJSON *list, const cJSON *others, struct arena *a, struct odoo_owners *out);
/* The first with this reference, NULL: nobody has it; *count = how many do. */
const struct odoo_owner *odoo_owners_of(const struct odoo_owners *o, const char *sku,
					size_t *count);
/* "9, 10 and 12" */
const char *odoo_owners_text(const struct odoo_owner *owner, size_t n, struct arena *a);

#endif
