#ifndef ERPSYNC_CONNECTORS_SHOPIFY_SHOPIFY_H
#define ERPSYNC_CONNECTORS_SHOPIFY_SHOPIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/err.h"
#include "connectors/connector.h"
#include "net/bucket.h"

/* Shared inside the folder. The API: shopify.dev, "GraphQL Admin API". */

/* The documents that are sent; each is made of the files that documents.c's table names. */
enum shopify_document {
	DOC_ORDERS_CHANGED,
	DOC_ORDERS_COUNT,
	DOC_ORDERS_BY_ID,
	DOC_ORDER_LINES,
	DOC_ORDER_LISTS,
	DOC_ORDER_SHIPMENTS,
	DOC_ORDER_AGREEMENTS,
	DOC_ORDERS_NAMED,
	DOC_SHOP_PROBE,
	DOC_LOCATIONS,
	DOC_VARIANTS_BY_SKU,
	DOC_VARIANTS_ALL,
	DOC_STOCK_LEVELS,
	DOC_STOCK_SET,
	DOC_STOCK_ACTIVATE,
	DOC_ORDERS_NEWEST,
	DOC_ORDERS_UNITS,
	DOC_ORDER_UNITS,
	DOC_ORDERS_BY_NAME,
	DOC_SHIPPING_ORDERS,
	DOC_SHIPPING_MORE_ORDERS,
	DOC_SHIPPING_LINES,
	DOC_SHIPPING_SKUS,
	DOC_SHIPMENT_CREATE,
	DOC_SHIPMENT_TRACK,
	DOC_SHIPMENT_MOVE,
	DOC_PRODUCTS_BY_ID,
	DOC_PRODUCT_BY_REF,
	DOC_PRODUCT_VARIANTS,
	DOC_REF_DEFINITION,
	DOC_REF_DEFINE,
	DOC_PRODUCT_CREATE,
	DOC_PRODUCT_UPDATE,
	DOC_OPTIONS_CREATE,
	DOC_VARIANTS_CREATE,
	DOC_VARIANTS_UPDATE,
	DOC_COUNT_,
};

enum {
	/* What `first` and input arrays take at most. */
	PAGE_MAX = 250,
	/* Orders that one window may hold; a paged list ends at 25,000 without a word. */
	WINDOW_MAX = 20000,
	WINDOW_HARD_MAX = ANSWER_ENTRIES_MAX,
	/* Entries of the lists of an order, or of a line, that have no pages. */
	ENTRIES_MAX = 10000,
	/* Points that one query may ask for; the API refuses above 1,000. */
	COST_MAX = 900,
	/* Orders in full per request: bounds the memory of an answer. */
	FETCH_MAX = 25,
	/* Lines of an order, and entries of its other lists, in its first reading. */
	FIRST_LINES = 25,
	FIRST_LISTS = 10,
	/* Agreements of an order in one page. */
	EVENTS_PAGE = 10,
	/* Seconds that the search index may be behind. */
	INDEX_LAG = 60,
	/* Once in DEEP_EVERY seconds the overlap is the deep one. */
	DEEP_EVERY = 24 * 3600,
	DEEP_OVERLAP = 48 * 3600,
	/* A token is renewed when it lives less than this, in ms. */
	TOKEN_MARGIN_MS = 3600 * 1000,
};

/* orders/metafields.c: whose metafields an order's document can have. */
enum metafield_owner {
	METAFIELDS_OF_ORDER,
	METAFIELDS_OF_CUSTOMER,
	METAFIELDS_OF_VARIANT,
	METAFIELDS_OF_PRODUCT,
	METAFIELD_OWNERS_,
};
/* Those that the configuration names, "custom.delivery_date"; of the others nothing is asked. */
struct metafield_names {
	const char **name;
	size_t n, cap;
};

struct shopify {
	struct connector base; /* first member: the engine's view */
	struct connector_env env;
	struct arena *arena; /* texts below; lives as long as the connector */
	const char *url;     /* https://shop.myshopify.com, no slash at the end */
	const char *host;
	const char *version; /* 2026-10 */
	const char *endpoint;
	const char *client_id; /* NULL with a static token */
	const char *client_secret;
	struct http_trust trust;
	const char *token;    /* NULL until shopify_authorize */
	const char *scope;    /* granted scopes, separated by commas */
	bool use_presentment; /* documents in the buyer's currency */
	int64_t overlap;      /* seconds */
	struct metafield_names metafields[METAFIELD_OWNERS_];
	size_t parallel;
	struct bucket bucket;
	int64_t cost
		/* Requested cost of the last such query, thousandths; 0 = unknown. */
		[DOC_COUNT_];
	char *document[DOC_COUNT_];      /* composed when first used */
	struct stock_location *location; /* once read */
	size_t n_locations, cap_locations;
	bool locations_read;
	struct stock_barred
		*barred; /* places that interrupted writes were to change: stock/calls.c */
	size_t n_barred, cap_barred;
	bool names_locations; /* for `check`: it answers, and is to be told of locations by name */
	size_t stock_page;    /* items of one reading of levels, as learned; 0 = not yet */
	size_t ship_page;     /* orders of one reading of what is to be shipped; the same */
	struct product_rules *products;    /* [products], read at open */
	struct product_shop *product_shop; /* what products need to know of the shop, once read */
	struct product_news
		*product_news;          /* SKUs that this run brings into the shop, newest first */
	struct answer_walk orders_walk; /* through the window that is being read */
	bool window_again; /* a window whose list was short was begun again, once a run */
	struct product_shares *product_shares; /* of this run; NULL = none was put yet */
	size_t product_page; /* products of one reading, as learned; 0 = not yet */
	bool clock_known;
	int64_t clock_skew; /* the server's clock minus ours, seconds */
	const char *zone;   /* "Europe/Paris", where its days begin; NULL = not known */
};

/* One GraphQL request. The caller sets doc and variables; release with shopify_query_release. */
struct shopify_query {
	enum shopify_document doc;
	cJSON *variables;            /* owned by the query */
	cJSON *root;                 /* the envelope, owned by the query; NULL on failure */
	const cJSON *data;           /* inside root */
	struct err err;              /* outcome of this query */
	const struct shopify *store; /* set by wire.c */
};
void shopify_query_release(struct shopify_query *q);
/* To read data with: a fault is E_BUSY, of a write E_UNSURE. */
struct answer shopify_answer(const struct shopify_query *q);
/* userErrors of a write's payload: the first one's message, or NULL where there is none. */
const char *shopify_refusal(struct answer *in, const cJSON *payload);

/* documents.c */
struct shopify_document_row {
	enum http_intent intent;
	const char *operation, *label;
	const char *part[8]; /* files of graphql/, one behind the other */
};
extern const struct shopify_document_row shopify_documents[DOC_COUNT_];
/* As it is sent: without comments and indentation. */
const char *shopify_document_text(struct shopify *s, enum shopify_document doc);

/* wire.c: pacing, retries, what each answer means; with the token at hand. */

/* Waits until the bucket holds a query's cost, and says how many of n fit then. */
MUST_CHECK enum errk shopify_pace(struct shopify *s, enum shopify_document doc, size_t n,
				  size_t *fit, struct err *e);
/* Sends them at once; the first error, each one's own in its err. */
MUST_CHECK enum errk shopify_send_group(struct shopify *s, struct shopify_query *q, size_t n,
					struct arena *a, struct err *e);
/* Seconds by Shopify's clock, as far as an answer has told it. */
int64_t shopify_now(const struct shopify *s);

/* access.c: token and scopes. */

/* A token for the API and what it may do. E_REFUSED, E_BUSY, E_LOCAL. */
MUST_CHECK enum errk shopify_authorize(struct shopify *s, struct arena *a, struct err *e);
/* The same, whatever is remembered from an earlier run. */
MUST_CHECK enum errk shopify_authorize_anew(struct shopify *s, struct arena *a, struct err *e);
/* What the app was granted, out of the answer to DOC_SHOP_PROBE. */
MUST_CHECK enum errk shopify_read_scopes(struct shopify *s, const struct shopify_query *q,
					 struct arena *a, struct err *e);
bool shopify_has_scope(const struct shopify *s, const char *scope); /* write_x includes read_x */
extern const struct shopify_scope {
	unsigned pull, put; /* kinds that it is for */
	const char *name;
	bool required;
	const char *why;
} shopify_scopes[]; /* ended by a row without name */
bool shopify_scope_is_for(const struct shopify_scope *row, unsigned pull, unsigned put);
/* The first without which these kinds (bits) can't be pulled or put; NULL = none is missing. */
const struct shopify_scope *shopify_missing_scope(const struct shopify *s, unsigned pull,
						  unsigned put);
/* Scopes that these kinds (bits) can't be pulled or put without are missing: E_REFUSED naming one. */
MUST_CHECK enum errk shopify_need_scopes(struct shopify *s, unsigned pull, unsigned put,
					 struct arena *a, struct err *e);
/* The same for one scope, whatever it is for: E_REFUSED with why. */
MUST_CHECK enum errk shopify_need_scope(struct shopify *s, const char *scope, const char *why,
					struct arena *a, struct err *e);

/* client.c */
/*
 * Sends n queries, as many at once as pacing allows, with a token that is valid. Each query's err tells its outcome;
 * returns the first that is not E_OK. Codes that callers act on: "max_cost" (ask for less),
 * "bad_cursor" (start the window again).
 */
MUST_CHECK enum errk shopify_send(struct shopify *s, struct shopify_query *q, size_t n,
				  struct arena *a, struct err *e);
/* As connector.h; asks at most once a day. */
MUST_CHECK enum errk shopify_zone(struct connector *c, struct arena *a, const char **zone,
				  struct err *e);

/* errors.c: what an answer means. */
/* Of a write: it may have been carried out. */
bool shopify_is_unsure(const struct err *e);
struct http_answer;
MUST_CHECK enum errk shopify_status_error(const struct shopify *s, const struct http_answer *a,
					  struct err *e);
/* errors[] of an envelope with HTTP 200; busy_wait_ms from its throttle status. */
MUST_CHECK enum errk shopify_graphql_error(const struct shopify *s, const cJSON *root,
					   struct arena *a, struct err *e);
/* A cost figure of extensions.cost in thousandths of a point; missing = -1. */
int64_t shopify_cost(const cJSON *root, const char *path);

/* cursor.c: how far orders were read, as text in the checkpoint. */
struct order_window {
	bool open;        /* a window is being read */
	int64_t from, to; /* seconds; fixed while it is being read */
	/* The backlog ends here: the next window follows until this one is reached. */
	int64_t end;
	const char *after; /* Shopify's cursor, NULL = first page */
	int64_t seen;      /* ids read in this window */
	int64_t count;     /* what Shopify counted at its start; -1 = was not asked */
};
struct order_cursor {
	const char *shop; /* whose orders; NULL = nothing read yet */
	int64_t last;     /* everything up to here was read; 0 = nothing yet */
	int64_t deep;     /* when the deep overlap was last read */
	int fetch;        /* orders per full request, as learned */
	struct order_window window;
};
MUST_CHECK enum errk order_cursor_parse(const char *text, struct arena *a, struct order_cursor *out,
					struct err *e);
const char *order_cursor_text(const struct order_cursor *c, struct arena *a);

/* What orders are read for: to be records themselves, or for those that are made of them. */
struct order_reading;
struct order_use {
	enum record_kind kind;
	/*
	 * Only orders of which something may have been given back are read, whether they are known or not, each with all of its
	 * agreements; who bought does not matter.
	 */
	bool refunds;
	/*
	 * Adds what an order is read for to the reading's page. rc: how its parts were read, E_OK or E_RECORD with e. Faults of
	 * this order alone are records with a problem; what is returned ends the page.
	 */
	enum errk (*add)(struct order_reading *r, const cJSON *node, enum errk rc, struct err *e);
};
extern const struct order_use order_use_itself; /* orders/fetch.c */
struct order_reading {
	struct shopify *s;
	const struct order_use *use;
	const struct pull_request *req; /* its knows; NULL = what is read is wanted, known or not */
	int *fetch;                     /* how many orders to ask for at once; adapted */
	struct arena *a;
	struct page *out;
	size_t cap, cap_gone, cap_unlisted; /* of out's lists */
};
/* One more record of its page. */
struct record *order_reading_add(struct order_reading *r);

/* orders/pull.c: those that changed. orders/only.c: those that were named. */
MUST_CHECK enum errk orders_pull(struct shopify *s, const struct order_use *use,
				 const struct pull_request *req, struct arena *a, struct page *out,
				 struct err *e);
MUST_CHECK enum errk orders_pull_only(struct shopify *s, const char *const *who, size_t n,
				      struct arena *a, struct page *out, struct err *e);
/* Appends what is made of the orders that who names, each once; *found: there is one. */
MUST_CHECK enum errk orders_read_named(struct order_reading *r, const char *who, bool *found,
				       struct err *e);
/* A record of what was named and is not there; why: with its remedy. */
#define ORDER_MISSING                                                                          \
	"there is no such order in the shop, or the app may not see it (orders older than 60 " \
	"days need the scope read_all_orders); write its name as the shop shows it, or its id"
void order_add_missing(struct order_reading *r, const char *who, const char *why);

/* refunds/pull.c */
MUST_CHECK enum errk refunds_pull(struct shopify *s, const struct pull_request *req,
				  struct arena *a, struct page *out, struct err *e);
MUST_CHECK enum errk refunds_pull_only(struct shopify *s, const struct pull_request *req,
				       const char *const *who, size_t n, struct arena *a,
				       struct page *out, struct err *e);

/* catalogue.c */
MUST_CHECK enum errk shopify_catalogue(struct connector *c,
				       enum errk (*fn)(void *ctx, const struct article *x,
						       struct err *e),
				       void *ctx, struct err *e);

/* stock/put.c */
MUST_CHECK enum errk stock_put(struct shopify *s, struct put_batch *batch, struct arena *a,
			       struct err *e);
void stock_put_committed(struct shopify *s, const struct put_batch *batch);

/* shipments/put.c */
MUST_CHECK enum errk fulfillment_put(struct shopify *s, struct put_batch *batch, struct arena *a,
				     struct err *e);
/* What was delivered stands in the links now, and no longer in the intents. */
void fulfillment_put_committed(const struct shopify *s, const struct put_batch *batch);

/* products/put.c */
MUST_CHECK enum errk product_put(struct shopify *s, struct put_batch *batch, struct arena *a,
				 struct err *e);

/* Says whether products can be created under our reference. As shopify_check. */
MUST_CHECK enum errk product_check(struct shopify *s, const struct check_sink *sink,
				   struct arena *a, struct err *e);

/*
 * sku_search.c: hands each variant of the shop that has one of n SKUs to hit, with the number of the
 * SKU and a node of variants_by_sku.graphql; what hit finds amiss in it fails the search. Exact in
 * the SKU; what changed within the last minute may be missing.
 */
MUST_CHECK enum errk sku_search(struct shopify *s, const char *const *sku, size_t n,
				struct arena *a,
				void (*hit)(void *ctx, size_t i, struct answer *in,
					    const cJSON *node),
				void *ctx, struct err *e);

/*
 * The same for SKUs of which none was found: variants whose SKU differs in case, in signs that are not
 * seen and dashes (sku_plain) or, if it is made of digits, in zeros in front, as a spreadsheet cuts them. They
 * are not the same article.
 */
MUST_CHECK enum errk sku_search_near(struct shopify *s, const char *const *sku, size_t n,
				     struct arena *a,
				     void (*hit)(void *ctx, size_t i, struct answer *in,
						 const cJSON *node),
				     void *ctx, struct err *e);

/* orders/fetch.c: orders in full. */
struct order_head {
	const char *id, *name, *updated_at;
	bool two_currencies; /* the buyer paid in another one than the shop's */
	bool shipped;        /* some of it may be */
};
/* Reads a node of orders{nodes{…}} into the arena. */
bool order_head_is_in(const struct order_head *head, size_t n, const char *id);
struct order_head order_head_read(struct answer *in, const cJSON *node, struct arena *a);
/*
 * Fetches n orders that were listed a moment ago and adds what they are read for. One that is not there is
 * E_BUSY: deleted, it is not listed the next time.
 */
MUST_CHECK enum errk orders_fetch(struct order_reading *r, const struct order_head *head, size_t n,
				  struct err *e);
/* Adds the record of a head: with its document, or (rc E_RECORD) e as its problem; of any other rc nothing. */
MUST_CHECK enum errk order_add_made(struct order_reading *r, const struct record *head,
				    enum errk rc, const cJSON *doc, struct err *e);
/* Which version of the order this is, in the arena. */
const char *order_version(const struct shopify *s, const cJSON *node, struct arena *a);
/* For people; the order's name, where it has one. */
const char *order_label(const cJSON *node);

/* orders/rest.c: further lines and the lists that were cut. */
/* *changed = true: the order moved on meanwhile; node is then of no use. */
MUST_CHECK enum errk order_read_rest(struct shopify *s, const struct order_use *use, cJSON *node,
				     bool presentment, struct arena *a, bool *changed,
				     struct err *e);

/* orders/fields.c: are both answers about the same version of the order? */
bool order_same_version(struct answer *in, const cJSON *node, const cJSON *order);
/* Moves all nodes of one list to the end of another. */
void order_append_nodes(cJSON *to, cJSON *from);
/*
 * orders/shipped.c: what has left, in the node's "fulfillments": none where its status says that nothing has. Is read whole, unless
 * it is there already; as order_read_rest.
 */
bool order_may_be_shipped(const char *status); /* OrderDisplayFulfillmentStatus */
MUST_CHECK enum errk order_read_shipments(struct shopify *s, cJSON *node, struct arena *a,
					  bool *changed, struct err *e);
/* Has it left the shop? One that was cancelled or came to nothing has not. */
bool order_shipment_stands(struct answer *in, const cJSON *shipment);
/*
 * orders/agreements.c: has a line lost units? Then what became of them is read, into the node's "events"; as order_read_rest.
 * refunds: with what only a refund's document says.
 */
bool order_has_lost_units(const cJSON *node);
/* Of a cancelled order: was the refund part of the cancellation, or made after it? Both as the shop tells times. */
bool order_is_withdrawal(const char *cancelled, const char *refunded);
MUST_CHECK enum errk order_read_agreements(struct shopify *s, cJSON *node, bool presentment,
					   bool refunds, struct arena *a, bool *changed,
					   struct err *e);

/* orders/document.c: Shopify's order to the canonical one. */
/* E_RECORD when the order can't be a document; *out is owned by the caller. */
MUST_CHECK enum errk order_document(const struct shopify *s, const cJSON *node, struct arena *a,
				    cJSON **out, struct err *e);
/* orders/lines.c: its lines, shipping lines and taxes. */
struct order_reader {
	const cJSON *node;
	bool presentment; /* amounts in the buyer's currency */
	struct arena *arena;
	struct answer *in;   /* a fault parks this order */
	const cJSON *tip[8]; /* lines that are tips */
	size_t n_tip;
	const char *zone;                         /* of the shop; NULL = not known */
	const struct metafield_names *metafields; /* of each owner; NULL = none was asked for */
};
struct order_reader order_reader_of(const struct shopify *s, const cJSON *node, struct arena *a,
				    struct answer *in);
/* Who and what it is, its state and currencies; its transactions and refunds; its totals. */
void order_add_head(const struct order_reader *r, cJSON *doc);
void order_add_payments(const struct order_reader *r, cJSON *doc);
void order_add_totals(const struct order_reader *r, cJSON *doc, const char *tip);
/* "2026-11-27", the shop's day of a time; NULL where either is not known. */
const char *order_day(const struct order_reader *r, const char *time);
const char *order_amount(const struct order_reader *r, const cJSON *obj, const char *bag);
/* A fault, unless the text is a decimal number. */
void order_check_number(const struct order_reader *r, const char *path, const char *text);
/* Faults are of this line from here on; what they were of before is returned, for after it. */
const char *order_line_begins(const struct order_reader *r, const char *kind, size_t number);
const char *order_lower(const struct order_reader *r, const char *text); /* NULL stays NULL */
/* A text that may be null; one that may not; a flag; a whole number of up to nine digits. */
void order_add_text(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		    const char *path);
void order_add_needed(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		      const char *path);
void order_add_flag(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		    const char *path);
void order_add_count(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		     const char *path);
/* Several of them, in this order. */
struct order_field {
	const char *key, *path;
	enum { ORDER_TEXT, ORDER_NEEDED, ORDER_FLAG, ORDER_COUNT } as;
};
void order_add_fields(const struct order_reader *r, cJSON *to, const cJSON *from,
		      const struct order_field *field, size_t n);
void order_add_attributes(const struct order_reader *r, cJSON *to, const cJSON *from);

/* orders/metafields.c */
/* [orders] metafields, customer_metafields, variant_metafields, product_metafields. E_LOCAL "bad_config". */
MUST_CHECK enum errk metafields_read(struct shopify *s, struct err *e);
/* The variables of a document that may ask for those of the owners from `from` on; wanted = false: it does not. */
void metafields_ask(const struct shopify *s, enum metafield_owner from, bool wanted,
		    cJSON *variables);
/* What was asked for of an owner's node: each name a member, null where the owner has none of this name. */
void order_add_metafields(const struct order_reader *r, enum metafield_owner owner, cJSON *to,
			  const cJSON *from);
/* Of a tax line: title, rate and who is liable. */
void order_add_tax_head(const struct order_reader *r, cJSON *to, const cJSON *from);
void order_add_taxes(const struct order_reader *r, cJSON *to, const cJSON *of);
void order_add_lines(const struct order_reader *r, cJSON *doc);
/* orders/shipped.c: its fulfillments, and what they make of its lines. */
void order_add_fulfillments(const struct order_reader *r, cJSON *doc);
void order_add_shipping_lines(const struct order_reader *r, cJSON *doc);
void order_add_discounts(const struct order_reader *r, cJSON *doc);
/*
 * orders/basket.c: takes what is not to be delivered, by the node's "events", from the document's lines, duties and
 * total, before they are summed up. Where they do not come to what the order costs now it stays as sold, and
 * the check of its sums parks it.
 */
MUST_CHECK enum errk order_take_out(const struct order_reader *r, cJSON *doc, struct err *e);
MUST_CHECK enum errk order_find_tips(struct order_reader *r, const char **rest, struct err *e);

/* check.c */
MUST_CHECK enum errk shopify_check(struct connector *c, unsigned pull, unsigned put,
				   const struct check_sink *sink, struct err *e);
extern const struct answer_column shopify_answer_columns[];
MUST_CHECK enum errk shopify_check_answer(struct connector *c, const struct answer_column *column,
					  const char *answer, const struct check_sink *sink,
					  struct err *e);

#endif
