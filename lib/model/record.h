#ifndef ERPSYNC_MODEL_RECORD_H
#define ERPSYNC_MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What travels between the two ends: one canonical JSON document of one of these kinds. */
enum record_kind {
	KIND_ORDER,
	KIND_STOCK,
	KIND_PRODUCT,
	KIND_FULFILLMENT,
	KIND_REFUND,
	KIND_COUNT_
};
const char *record_kind_name(enum record_kind k);   /* "order": mapping file, canonical table */
bool record_kind_of_goods(enum record_kind k);      /* its records go by what articles are called */
const char *record_kind_plural(enum record_kind k); /* "orders", "stock levels": for people */

/*
 * Texts of connectors that the engine knows: the version of what a source no longer has, whatever it had of it;
 * the code of put_item.left for stock, where the member "left" of the kept text is what was found so; and those of
 * stock whose article the store does not have, and of stock and products that are two of the ERP and one there.
 */
#define RECORD_GONE  "gone"
#define STOCK_LEFT   "left_there"
#define UNKNOWN_SKU  "unknown_sku"
#define NEAR_SKU     "near_miss" /* the target has one that is called nearly so */
#define SAME_ARTICLE "same_article"
#define SAME_VARIANT "same_variant"
/* The error of a source whose files another state file has put away: this one is behind, and is to be compared. */
#define FILE_TAKEN "file_taken"
/* … and of one whose newest file is older than it may be: it has nothing to say, and is not at fault. */
#define FILE_TOO_OLD "too_old"

/* One record as read: id and version are the source's, doc is canonical JSON text. */
struct record {
	const char *id;      /* unique among the source's records of this kind */
	const char *label;   /* what a person calls it: "#1001" */
	const char *version; /* any change of the record changes it */
	/* When this was true at the source, seconds; 0 = when it was pulled. */
	int64_t read_at;
	/*
	 * When the file was written that says so, ns: a version from an older file replaces none from a newer one,
	 * whichever is read first. 0 = what is read later is newer.
	 */
	int64_t written_ns;
	const char *file; /* its name; NULL = it is no file's */
	bool superseded;  /* a newer file says something of it, too, and will be read */
	const char *doc;  /* NULL when problem is set and nothing could be read */
	size_t doc_len;
	/*
	 * Not NULL: the record exists but could not be read into a document; it is parked
	 * with this.
	 */
	const struct err *problem;
	/*
	 * Not NULL: no two records of this source go by one label, so that one that is new under the label
	 * of another is the same once more, with its id lost or damaged. It is parked, unless a person
	 * names it by its id; this is the remedy that the reason gives.
	 */
	const char *remedy_of_namesake;
	/*
	 * Ids under which the source has said a part of it, as a record, and says it no longer: what waits of those goes over
	 * with it, and what they were found to be is this record's.
	 */
	const char *const *parts;
	size_t n_parts;
};

#endif
