#ifndef ERPSYNC_CONNECTORS_ODOO_ORDERS_ORDER_H
#define ERPSYNC_CONNECTORS_ODOO_ORDERS_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/decimal.h"
#include "base/list.h"
#include "connectors/connector.h"
#include "connectors/odoo/odoo.h"

/* One order on its way into Odoo, as its document (mappings/odoo/README.md) and its progress. */

enum { LINE_TAXES_MAX = 8 };

struct odoo_line {
	const char *xid, *kind, *name;
	bool note;                /* a line of text */
	const char *product_code; /* SKU that is looked for; NULL: problem */
	int64_t product, unit;
	const char *quantity, *price, *percent; /* cells */
	const struct odoo_tax *tax[LINE_TAXES_MAX];
	size_t n_taxes;
	/* What the shop says this line costs; a discount line's is part of its line's. */
	struct decimal net, tax_amount;
	bool tax_known;
	bool extra;        /* the discount of the line before it */
	const cJSON *from; /* its place in the document; NULL for an extra one */
};

enum odoo_party_role { PARTY_CUSTOMER, PARTY_INVOICE, PARTY_DELIVERY, PARTY_COUNT_ };

struct odoo_cell {
	const char *field, *text; /* "street"; "country_id/.id" */
	struct odoo_cell *next;
};

struct odoo_order {
	struct put_item *item;
	cJSON *doc; /* owned; NULL: only to be looked for */
	const char *xid, *number, *currency;
	int digits; /* of the currency */
	enum odoo_depth asked,
		depth; /* as its payment status allows; and as [odoo] depth does, too */
	bool cancelled, included;
	struct decimal total, tax;
	const char *date; /* "2026-11-23 09:45:00" */
	const char *day;  /* "2026-11-23", where the shop is */
	struct odoo_cell *values;
	struct odoo_line *line;
	size_t n_lines;
	struct odoo_line rounding[2]; /* that the order is made with, as far as can be foreseen */
	size_t n_rounding;
	int64_t pricelist;
	/* parties.c */
	int64_t party[PARTY_COUNT_];
	/* What Odoo has. */
	int64_t id;
	const char *name, *state; /* "S00012"; draft, sent, sale, done, cancel */
	const cJSON *found;       /* as it was before this put; NULL: it was not there */
	/* Under the id that it had stands an order with another external id. */
	const char *other_name, *other_xid, *other_origin;
	/* Documents that people entered under its number: the first one's name, where the number stands, how many. */
	const char *entered, *entered_in;
	size_t n_entered;
	bool wrote;        /* something was written in this put */
	bool made;         /* it came into being in this put */
	const cJSON *read; /* as it is; NULL: written to since it was read */
	/*
	 * Not E_OK: the shop's order is another one than Odoo's, which nothing is written to any more. It ends
	 * with this when its payments are registered.
	 */
	struct err apart;
	/* baseline.c; owned. kept: by earlier puts, NULL = not known; keep: by this one; pending: while it writes. */
	cJSON *kept, *keep, *pending;
	LIST(int64_t) to_assign; /* transfers whose moves were lowered */
	bool parted; /* it ends because people changed it, and what was written of it is known */
	struct put_step **last_step;
};

/* The orders of one put. */
struct odoo_batch {
	struct odoo *o;
	struct arena *a;
	struct put_batch *put;
	struct odoo_order *order;
	size_t n;
	const char *today; /* at the shop, for the invoices; NULL = each has its order's day */
	/* Owned: what was read, of orders that were there and of those that this put has made. */
	cJSON *found, *made;
	bool wrote; /* a write has been sent: what fails now fails order by order */
};

/* Still on its way: has a document, and nothing stopped it. */
bool odoo_order_goes_on(const struct odoo_order *d);
/* Odoo has an invoice of it already: what it says is the ERP's own affair. */
bool odoo_order_invoiced(const struct odoo_order *d);
/* Ends an order, unless something ended it before. */
void odoo_order_fail(struct odoo_order *d, const struct err *why);
/* People have closed it, by its state or, in later versions, a field of its own. */
bool odoo_order_is_locked(const struct odoo_batch *b, const struct odoo_order *d);
/* E_RECORD with what to do; what: "changed", "cancelled". */
MUST_CHECK enum errk odoo_order_locked(const struct odoo_order *d, const char *what, struct err *e);
void odoo_order_step(const struct odoo_batch *b, struct odoo_order *d, const char *name,
		     const char *outcome, const char *detail);
/*
 * What a failed call means: before the first write it ends the put (returned); after it, it ends
 * each of these orders and the put goes on (E_OK).
 */
MUST_CHECK enum errk odoo_batch_failed(struct odoo_batch *b, struct odoo_order *const *some,
				       size_t n, struct err *e);

/* order.c: reads the document. E_RECORD with what is wrong. */
MUST_CHECK enum errk odoo_order_read(struct odoo_batch *b, struct odoo_order *d, struct err *e);
const char *odoo_time(const char *t,
		      struct arena *a); /* "2026-11-23T09:45:00Z" as Odoo writes it */
/* Resolves SKUs, taxes, price list and cells. SKUs of all orders were asked for before. */
MUST_CHECK enum errk odoo_order_resolve(struct odoo_batch *b, struct odoo_order *d, struct err *e);
/* cells.c: an object of cells, {find: …} resolved, as a list in its order. */
MUST_CHECK enum errk odoo_cells(struct odoo *o, const cJSON *values, struct arena *a,
				struct odoo_cell **out, struct err *e);
const char *odoo_cell(const struct odoo_cell *list, const char *field);

/* How a line's price goes over exactly. */
struct odoo_price {
	const char *price, *percent;
	bool discount_line; /* the discount needs a line of its own */
};
MUST_CHECK enum errk odoo_price(struct decimal price, struct decimal gross, struct decimal discount,
				struct decimal net, int64_t quantity, int digits, struct arena *a,
				struct odoo_price *out, struct err *e);

/* parties.c: finds or makes customers and addresses of all orders that go on. */
MUST_CHECK enum errk odoo_parties(struct odoo_batch *b, struct err *e);

/* quotations.c */
/* Which orders Odoo has already. */
MUST_CHECK enum errk odoo_orders_find(struct odoo_batch *b, struct err *e);
/*
 * Makes those that are not there. One that was there all the same, under another origin, is not touched, and
 * is one that was found from then on.
 */
MUST_CHECK enum errk odoo_orders_create(struct odoo_batch *b, struct err *e);

/* The id that an earlier put named; 0: it did not. What a person has linked by hand may be any text. */
int64_t odoo_order_known_id(const struct put_item *item);

/* entered.c: orders that people entered in Odoo under the shop's number. */
/* The ways in which people write it, each once. */
void odoo_order_spellings(const char *number, cJSON *list, struct arena *a);
/* Is this such a document of the order? xid: its external id, "" = none. */
void odoo_order_take_entered(const struct odoo_batch *b, struct odoo_order *d, const cJSON *record,
			     const char *xid);
/*
 * An order that is not there by our external id: must a person say first what the document is that is there?
 * false: a person has read that, or there is none.
 */
bool odoo_order_is_entered(const struct odoo_batch *b, struct odoo_order *d, struct err *why);

/* totals.c: compares with the shop's totals, books what is rounding, refuses what is not. */
MUST_CHECK enum errk odoo_totals(struct odoo_batch *b, struct err *e);
/*
 * A line of the shop, with its discount's if it has one, against what Odoo makes of it: up to a minor
 * unit per tax is rounding, told in *why (may be NULL). E_RECORD "price_differs", "tax_differs".
 */
MUST_CHECK enum errk odoo_line_compare(struct odoo_batch *b, const struct odoo_order *d, size_t at,
				       struct decimal net, struct decimal tax, const char **why,
				       struct err *e);
/* How much may be rounding, in minor units; the tax that takes it up; the line's text. */
int64_t odoo_rounding_most(const struct odoo *o, const struct odoo_order *d);
const struct odoo_tax *odoo_rounding_tax(const struct odoo_order *d, int round);
const char *odoo_rounding_name(struct odoo_batch *b, const struct odoo_order *d);

/*
 * predict.c: compares before anything is written, and foresees the rounding lines. E_RECORD as
 * odoo_line_compare.
 */
MUST_CHECK enum errk odoo_predict(struct odoo_batch *b, struct odoo_order *d, struct err *e);

/* The pieces of a rounding. */
struct odoo_gap {
	struct decimal total, tax; /* the shop's minus Odoo's */
	const char *percent;       /* of the tax that takes up a difference of taxes */
	bool included;
	int digits;
	int tries; /* that did not come out right: each takes a minor unit less */
};
struct odoo_rounding {
	struct decimal taxed, untaxed; /* prices of the two lines */
};
MUST_CHECK enum errk odoo_rounding(const struct odoo_gap *g, struct odoo_rounding *out,
				   struct err *e);

/* amend.c: later changes of orders that are there. */
MUST_CHECK enum errk odoo_orders_amend(struct odoo_batch *b, struct err *e);

/* baseline.c: what was last written of an order, against what people have made of it since. */
enum odoo_stand {
	STAND_SAME,
	STAND_SHOP,   /* only the shop has changed it */
	STAND_PEOPLE, /* only people in Odoo have */
	STAND_BOTH,
	STAND_UNKNOWN, /* one of them has */
};
enum odoo_head { OWN_INVOICE, OWN_DELIVERY, OWN_REFERENCE, OWN_COUNT_ };
/* A line in one spelling, "2 19.9 0 68,69": quantity, price, discount, taxes; of a text a hash. */
const char *odoo_baseline_wanted(const struct odoo_line *l, struct arena *a);
/* quantity: instead of Odoo's; NULL = as it is. */
const char *odoo_baseline_found(const struct odoo *o, const cJSON *record, const char *quantity,
				struct arena *a);
const char *odoo_baseline_text(const char *text, struct arena *a); /* NULL stays NULL */
const char *odoo_baseline_key(const struct odoo_order *d, const char *xid);
/* "-": there was no such line; "?": it is not known; "a;b": the one or the other. */
const char *odoo_baseline_value(const struct odoo_order *d, const char *key);
void odoo_baseline_read(struct odoo_order *d);
/* is: in Odoo; wanted: by the shop. NULL: there is no such line. */
enum odoo_stand odoo_baseline_judge(const struct odoo_order *d, const char *key, const char *is,
				    const char *wanted);
/* written: it is as wanted after this put; else it is left, and what is kept of it stays. */
void odoo_baseline_note(struct odoo_order *d, const char *key, const char *is, const char *wanted,
			bool written, struct arena *a);
/* The same of the order itself. The shop has not changed an address because people changed the contact. */
enum odoo_stand odoo_baseline_head(const struct odoo_order *d, enum odoo_head head,
				   struct arena *a);
void odoo_baseline_note_head(struct odoo_order *d, const cJSON *record, enum odoo_head head,
			     bool written, struct arena *a);
/* Durable before anything of these is written. */
MUST_CHECK enum errk odoo_baseline_remember(struct odoo_batch *b, struct odoo_order *const *order,
					    size_t n, struct err *e);
/* depth: as odoo_depth_text; NULL: as an earlier put said. */
const char *odoo_baseline_stored(const struct odoo_order *d, const char *depth, struct arena *a);

/*
 * reroute.c: transfers that are not done, and go to the order's old shipping address, go to its new
 * one, before the order says so. Orders whose transfers don't allow it are ended.
 */
struct odoo_reroute {
	struct odoo_order *order;
	int64_t from, to;
};
MUST_CHECK enum errk odoo_reroute(struct odoo_batch *b, const struct odoo_reroute *list, size_t n,
				  struct err *e);
/*
 * lowered.c: units that were taken out of confirmed orders go from their transfers, before their lines say so. Orders whose
 * transfers don't allow it are ended (E_RECORD "goods_differ").
 */
struct odoo_lowered {
	struct odoo_order *order;
	int64_t line, product; /* ids */
	const char *name, *wanted;
	int64_t units; /* wanted */
	bool interrupted; /* the line says so already, and its moves may not: a put of it was cut short */
};
MUST_CHECK enum errk odoo_lower_goods(struct odoo_batch *b, struct odoo_lowered *list, size_t n,
				      struct err *e);
/* … and are reserved anew, when they say so. */
MUST_CHECK enum errk odoo_assign_goods(struct odoo_batch *b, struct odoo_order *d, struct err *e);
/*
 * shipped.c: the deliveries of units that the shop has shipped are done, in confirmed orders. Orders whose transfers don't
 * allow it are ended (E_RECORD "goods_differ", "shipments_unknown"). The first: has it shipped some, or may it have?
 */
bool odoo_order_is_shipped(const struct odoo_order *d);
MUST_CHECK enum errk odoo_orders_ship(struct odoo_batch *b, struct err *e);
/* by_hand.c: have people made in Odoo what the shop changed too late? The invoices of some orders, owned … */
MUST_CHECK enum errk odoo_by_hand_read(struct odoo_batch *b, struct odoo_order *const *order,
				       size_t n, cJSON **moves, struct err *e);
/* … and the lines of Odoo's orders. */
bool odoo_is_done_by_hand(const struct odoo_batch *b, const struct odoo_order *d,
			  const cJSON *lines, const cJSON *moves);

/* steps.c, invoices.c, payments.c: from the quotation on. */
MUST_CHECK enum errk odoo_orders_confirm(struct odoo_batch *b, struct err *e);
MUST_CHECK enum errk odoo_orders_cancel(struct odoo_batch *b, struct err *e);
MUST_CHECK enum errk odoo_orders_invoice(struct odoo_batch *b, struct err *e);

/* put.c */
/* "S00012 (12)": how an order is named in links. */
struct target odoo_order_target(const char *name, int64_t id, struct arena *a);
MUST_CHECK enum errk odoo_put(struct connector *c, struct put_batch *put, struct arena *a,
			      struct err *e);

/* depth.c: as connector.h; and what is kept of an order between puts. */
bool odoo_further(struct connector *c, const char *doc, const char *kept);
const char *const *odoo_held(struct connector *c, struct arena *a);
enum odoo_depth odoo_depth_of(const char *text);
const char *odoo_depth_text(enum odoo_depth reached, enum odoo_depth asked, struct arena *a);
const char *odoo_order_kept(const struct odoo_order *d, struct arena *a);
/* false: it says nothing, and both are as they were. */
bool odoo_depth_read(const char *kept, enum odoo_depth *reached, enum odoo_depth *asked);

/* landed.c: as connector.h; records are known by our reference and what the shop calls them. */
MUST_CHECK enum errk odoo_landed(struct connector *c, struct landed_request *q, struct arena *a,
				 struct err *e);
const char *odoo_reference(struct connector *c, const char *record, struct arena *a);

/* check.c */
extern const struct answer_column odoo_answer_columns[];
MUST_CHECK enum errk odoo_check_answer(struct connector *c, const struct answer_column *column,
				       const char *answer, const struct check_sink *sink,
				       struct err *e);
MUST_CHECK enum errk odoo_check(struct connector *c, unsigned pull, unsigned put,
				const struct check_sink *sink, struct err *e);

/* rows.c: an order as rows of load. */
struct odoo_load_item;
/* The header's fields, then those of lines, NULL-terminated; the same for orders of one shape. */
const char *const *odoo_order_fields(const struct odoo_batch *b, const struct odoo_order *d);
/* What a line is made of, as columns under its order, and its cells; number: its place, from 0. */
enum { ODOO_LINE_CELLS = 10 };
void odoo_line_fields(const struct odoo_batch *b, const char *fields[ODOO_LINE_CELLS]);
void odoo_line_cells(const struct odoo_batch *b, const struct odoo_line *l, size_t number,
		     const char *cell[ODOO_LINE_CELLS]);
/* "68,69" */
const char *odoo_line_taxes(const struct odoo_line *l, struct arena *a);
void odoo_order_rows(const struct odoo_batch *b, const struct odoo_order *d,
		     struct odoo_load_item *out);

#endif
