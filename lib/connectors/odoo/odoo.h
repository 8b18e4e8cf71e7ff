#ifndef ERPSYNC_CONNECTORS_ODOO_ODOO_H
#define ERPSYNC_CONNECTORS_ODOO_ODOO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"
#include "connectors/connector.h"
#include "connectors/odoo/call.h"
#include "connectors/odoo/orders/look.h"

/* Shared inside the folder. Sources of Odoo's behaviour: its documentation and its own code. */

/* How far an order goes in Odoo; each step is done and remembered on its own. */
enum odoo_depth { ODOO_QUOTATION, ODOO_CONFIRMED, ODOO_PAID };
enum odoo_match { ODOO_MATCH_EXTERNAL_ID, ODOO_MATCH_EMAIL, ODOO_MATCH_COMPANY_VAT };
enum odoo_guest { ODOO_GUEST_ORDER, ODOO_GUEST_SHARED, ODOO_GUEST_EMAIL };

/* [odoo]: what the merchant decided. */
struct odoo_rules {
	enum odoo_depth depth;
	bool free_stock; /* the shop is offered what is free by what Odoo knows of orders */
	enum odoo_match match;
	enum odoo_guest guest;
	const char *shop; /* in every external id */
	const char *pricelist, *warehouse, *team, *tag, *salesperson, *journal;
	/* Of products that are read. product_pricelist NULL: the public price is theirs. */
	const char *language, *product_category, *product_pricelist;
	bool compare_at;        /* the public price is told where the list's is lower */
	int64_t rounding_limit; /* minor units */
	size_t parallel;        /* requests that write orders under way at once */
	bool keep_date_order, invoice_today, note;
	bool hold_on_hold; /* nor one that the shop holds back, until it no longer does */
	bool hold_shipped; /* an order that the shop has shipped some of is not confirmed by us */
};

/* Field names that differ between versions; chosen once by asking Odoo for its fields. */
enum odoo_field {
	FIELD_LINE_TAXES,
	FIELD_ORDER_LOCKED,
	FIELD_ORDER_PICKINGS,
	FIELD_MOVE_LINE_TYPE,
	FIELD_PAYMENT_MEMO,
	FIELD_PAYMENT_METHOD,
	FIELD_PAYMENT_MOVE,
	FIELD_PRODUCT_STORABLE,
	FIELD_TEMPLATE_STORABLE,
	FIELD_TEMPLATE_TAGS,
	FIELD_PICKING_ORDER,
	FIELD_PICKING_CARRIER,
	FIELD_PICKING_TRACKING,
	FIELD_PICKING_TRACKING_URL,
	FIELD_MOVE_DONE,
	FIELD_LINE_UNIT,
	FIELD_PRODUCT_KIT,
	FIELD_ORDER_GROUP,
	FIELD_PICKING_MOVES,
	FIELD_MOVE_NAME,
	FIELD_COUNT_
};

/* The company that orders are booked in, read once. */
struct odoo_company {
	int64_t id, currency;
	const char *name, *currency_name;
	bool rounds_per_line;
};

struct odoo_warehouse {
	int64_t id;
	const char *code; /* as in tables/locations.csv */
};

/* Of transfers: source.h. */
struct odoo_transfer_type {
	int64_t id, warehouse; /* 0 = none */
	const char *code;      /* incoming, internal, outgoing, dropship, … */
	const char *name;      /* of the warehouse */
};

/* Where a snapshot is: source.h. */
struct odoo_snapshot {
	bool begun;
	int64_t first; /* where this run began; 0 = at the beginning */
	bool wrapped;  /* it is at what is before */
	int64_t left;  /* records, about */
};

struct odoo {
	struct connector base;
	struct connector_env env;
	struct arena *arena; /* texts; lives as long as the connector */
	struct odoo_server server;
	const char *api;          /* [erp] api: auto, json2, jsonrpc */
	const char *company_name; /* [erp] company; NULL = the user's own */
	struct odoo_rules rules;
	struct odoo_version version;
	struct odoo_company company;
	const char *place, *mark;        /* struct identity; no mark until it is connected */
	const char *field[FIELD_COUNT_]; /* NULL: this Odoo has none */
	int price_digits;                /* decimals that a unit price keeps */
	int quantity_digits;             /* the same of a quantity */
	bool connected;
	/* Kinds of record, one bit each, that everything is known for, and that we may touch. */
	unsigned ready, entered;
	struct odoo_looks looks;
	/* source.c */
	struct odoo_warehouse *warehouse;
	size_t n_warehouses;
	struct odoo_transfer_type *transfer_type; /* NULL = not read yet */
	size_t n_transfer_types;
	struct odoo_snapshot snapshot; /* that this run reads: it is of one kind */
	bool products_set;             /* products/product.c knows what is configured */
	int64_t product_category;      /* 0 = all */
	/* Prices are by these; NULL = the public ones. */
	const struct odoo_price_lists *price_lists;
};

/* session.c: version, login, company: once per run. */
MUST_CHECK enum errk odoo_connect(struct odoo *o, struct arena *a, struct err *e);
/*
 * The same, and the fields that records of this kind need, before anything else is asked.
 */
MUST_CHECK enum errk odoo_ready(struct odoo *o, enum record_kind kind, struct arena *a,
				struct err *e);
/*
 * The same, and the rights that records of this kind need; E_REFUSED "access_denied" naming the first
 * that is missing.
 */
MUST_CHECK enum errk odoo_enter(struct odoo *o, enum record_kind kind, struct arena *a,
				struct err *e);
/* The decimals of "Product Price", with which people see and enter prices. */
MUST_CHECK enum errk odoo_list_digits(struct odoo *o, struct arena *a, int *digits, struct err *e);
/* E_OK and *may = false: this right is missing. */
MUST_CHECK enum errk odoo_may(struct odoo *o, const char *model, const char *operation,
			      struct arena *a, bool *may, struct err *e);
struct odoo_right {
	const char *model, *operation,
		*group; /* the group that gives it, as Odoo's users form says */
	enum record_kind kind;
	enum odoo_depth from; /* of orders: needed from this depth on */
};
/* Needed as the connector is configured, for records of this kind. */
bool odoo_right_needed(const struct odoo *o, const struct odoo_right *r, enum record_kind kind);
extern const struct odoo_right odoo_rights[]; /* ended by a row with model NULL */

/* Before this version who receives goods needs the right to create these. */
enum { ODOO_RECEIVED_BY_USERS = 15 };
#define ODOO_VALUATION "stock.valuation.layer"

/* rules.c: the keys of [erp] and [odoo]. */
extern const struct conf_key odoo_keys[];
/* Said of a quotation where rules.free_stock. */
#define ODOO_UNRESERVED                                                                             \
	"a quotation reserves nothing, so Odoo's free stock does not know its units, and the shop " \
	"is offered them again when [inventory] order_lag is over"
#define ODOO_RESERVES                                                                                 \
	"set [odoo] depth = confirmed, or [inventory] quantity = on_hand, from which the shop takes " \
	"off its own open orders; or confirm each quotation in Odoo before that time"
MUST_CHECK enum errk odoo_rules_read(struct odoo *o, struct err *e);
/* Internal reference of the product for lines of this kind; NULL = none configured. */
const char *odoo_product_of_kind(const struct odoo *o, const char *kind);
/* All of those, n from 0 on; past the last one NULL. One that isn't configured is "". */
const char *odoo_product_of_lines(const struct odoo *o, size_t n);

/* read.c: questions. Lists are owned by the caller. */
struct odoo_read {
	const char *model;
	cJSON *domain;             /* owned by the call; NULL = [] */
	const char *const *fields; /* NULL-terminated */
	const char *order;         /* "id" when NULL */
	size_t limit;              /* 0 = no limit */
	cJSON *context;            /* owned by the call; may be NULL */
	int64_t *date;             /* out: as in struct odoo_call; may be NULL */
	/* Not NULL: only records that have one of these in `by`; added to the domain. */
	const int64_t *ids;
	size_t n_ids;
	const char *by; /* a many2one; NULL = the record's own id */
	/* Fails as busy: by its own id one of them is not there; Odoo counts another number. */
	bool whole, complete;
	/*
	 * Not NULL: a page, in order of id, of limit records behind the id `after`, as the domain
	 * says already. Out: more follows. Where the page is not full, Odoo is asked whether the
	 * list ends there.
	 */
	bool *more;
	int64_t after;
};
/* The rows are what was asked for (answer.h), or nothing is returned. */
MUST_CHECK enum errk odoo_search_read(struct odoo *o, const struct odoo_read *r, struct arena *a,
				      cJSON **list, struct err *e);
/* How many records there are; takes the domain. */
MUST_CHECK enum errk odoo_count(struct odoo *o, const char *model, cJSON *domain, struct arena *a,
				int64_t *count, struct err *e);
/* {"12": "erpsync.shop_order_1", "13": ""} */
MUST_CHECK enum errk odoo_external_ids(struct odoo *o, const char *model, const int64_t *ids,
				       size_t n, struct arena *a, cJSON **out, struct err *e);
/* The external id of a record in such an answer; "" = none. */
const char *odoo_external_id(const cJSON *ids, int64_t id);
/* Parts of a domain: [field, op, value], and value lists. */
cJSON *odoo_term(const char *field, const char *op, cJSON *value);
cJSON *odoo_term_int(const char *field, const char *op, int64_t value);
/* t: seconds; Odoo's domains have UTC without saying so. */
cJSON *odoo_term_time(const char *field, const char *op, int64_t t);
cJSON *odoo_term_ids(const char *field, const int64_t *ids, size_t n);
/* A context in which archived records are found as well; lang: of names, NULL = as always. */
cJSON *odoo_archived_too(const char *lang);
/* A many2one value [7, "Name"]: 7, or 0. */
int64_t odoo_ref(const cJSON *record, const char *field);
const char *odoo_id_text(int64_t id, struct arena *a); /* "12"; "" for 0 */
/* A float of money or quantity, freed of its noise: rounded to so many decimals. */
MUST_CHECK enum errk odoo_amount(const cJSON *record, const char *field, int digits,
				 struct decimal *out, struct err *e);
/* false: it is no whole number of units, or less than none. */
bool odoo_whole_units(const cJSON *record, const char *field, int64_t *out);
/* Calls a method on records, as a write. result may be NULL; else owned by the caller. */
MUST_CHECK enum errk odoo_act(struct odoo *o, const char *model, const char *method,
			      const int64_t *ids, size_t n, cJSON *context, struct arena *a,
			      cJSON **result, struct err *e);

/*
 * Records that are written in several calls at once: how many calls, and where the s-th one's share
 * begins. Few records are not worth a second call.
 */
static inline size_t odoo_shares(const struct odoo *o, size_t n)
{
	size_t most = n / 10;

	return most < o->rules.parallel ? most : o->rules.parallel;
}
static inline size_t odoo_share_at(size_t n, size_t s, size_t shares)
{
	return n * s / shares;
}

/* names.c: our external ids: erpsync.<shop>_<what>_<id>. */
/* The end of a store's id, "gid://shopify/Order/12" -> "12", in letters that Odoo takes. */
const char *odoo_tail(const char *id, struct arena *a);
const char *odoo_xid(const struct odoo *o, const char *what, const char *id, struct arena *a);
/*
 * Refunds lower lines of orders, and leave a line of text beside each, in the same write: its external id says how many
 * units of which line, so that the order is known as the shop's all the same. Of a refund's part …
 */
const char *odoo_given_back_xid(const char *refund, const char *part, int64_t units,
				const char *line, struct arena *a);
/* … and the units of all refunds that went out of this line, by the external ids of an order's lines. */
int64_t odoo_given_back(const struct odoo *o, const cJSON *xids, const char *line);
/* The shop's name for external ids, from its address or folder. */
const char *odoo_shop_name(const char *address, struct arena *a);

#endif
