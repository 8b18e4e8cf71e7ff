#ifndef ERPSYNC_MAP_CANONICAL_H
#define ERPSYNC_MAP_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * The canonical documents: what travels between any store and any ERP. One table per kind says
 * which fields exist; the run-time check, the masking of personal data and the reference in
 * mappings/canonical/<kind>.md follow from it (a test compares them).
 */
enum canonical_type {
	CANONICAL_TEXT,    /* string */
	CANONICAL_ID,      /* string, not empty */
	CANONICAL_DECIMAL, /* string, "-12.50": an amount in the document's currency, or a rate */
	CANONICAL_COUNT,   /* whole JSON number */
	CANONICAL_BOOL,
	CANONICAL_TIME, /* string, RFC 3339 UTC */
	CANONICAL_OBJECT,
	CANONICAL_ARRAY, /* of what the rows "path[]…" say */
};

struct canonical_field {
	/* "lines[].taxes[].rate"; "tags[]" for an array of plain values; "metafields.*" for members of any name */
	const char *path;
	enum canonical_type type;
	bool required; /* must be there and not null whenever its parent is */
	bool personal; /* masked unless --personal */
	const char *example, *help;
};

/* The table of a kind ("order"), ended by a row with path NULL; NULL for an unknown kind. */
const struct canonical_field *canonical_fields(const char *kind);

/*
 * Missing required field, wrong type, malformed decimal or time: E_RECORD "bad_document" naming the
 * path ("lines[2].unit_price: …"). Unknown fields are E_RECORD too: they are typing errors.
 */
MUST_CHECK enum errk canonical_check(const char *kind, const cJSON *doc, struct err *e);

/*
 * An order's parts must add up to its total:
 *
 *   parts = lines[].net_total + shipping_lines[].net_total + fees[].amount
 *         + lines[].duties[].amount        (not when duties_included: prices hold them)
 *         + totals.tip + totals.cash_rounding
 *         + every taxes[].amount           (not when prices_include_tax)
 *   parts + totals.rounding = totals.total
 *
 * and below that every net_total = its price - its discounts, every *_total = the sum of its parts.
 * |totals.rounding| may be one minor unit of the currency per line and shipping line, ten at most.
 * Taxes are those of lines, shipping lines, fees and duties when tax_detail is "line", else the
 * order's taxes[]. E_RECORD "bad_sum" names both figures and the difference.
 */
MUST_CHECK enum errk canonical_sums(const cJSON *order, struct err *e);
/* The same of a refund: its totals are the sums of its lines, and of the money that has gone back, see refund.md. */
MUST_CHECK enum errk canonical_refund_sums(const cJSON *refund, struct err *e);

/* check, and sums where the kind has them; and E_RECORD "bad_row" of a product or delivery of which something can't be read. */
MUST_CHECK enum errk canonical_verify(const char *kind, const cJSON *doc, struct err *e);

struct hidden;
/*
 * Adds the personal values of a document, and each word of a name: what the other side may quote
 * when it refuses the document. Words of fewer than three letters are left out, and short values
 * that the shop asks for freely ("yes"). Also as systems rewrite them: letters without accents, the number in
 * front of or behind the street left away, first and last name in one word, a telephone number in digits as it is
 * dialled at home and from abroad, a mail address without its domain.
 */
void canonical_hide(const char *kind, const cJSON *doc, struct hidden *h);

/* Replaces personal values in place by "…" (kept: presence, and the domain of nothing). */
void canonical_mask(const char *kind, cJSON *doc);

#endif
