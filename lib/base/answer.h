#ifndef ERPSYNC_BASE_ANSWER_H
#define ERPSYNC_BASE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

/*
 * Reading what another system answered. Absent is neither zero, nor false, nor the end: a
 * value that is needed and is missing, null or of another type is a fault. The first fault
 * is kept, what is read after it is empty, and the caller asks once, at the end:
 *
 *	struct answer in = answer_of(E_BUSY, "orders");
 *	const cJSON *nodes = answer_nodes(&in, data, "orders.nodes", PAGE_MAX);
 *	JSON_EACH (node, nodes)
 *		list_add(&ids, a)->id = arena_strdup(a, answer_id(&in, node, "id"));
 *	return answer_end(&in, e);
 *
 * Nothing may be done with what was read before answer_end said E_OK. Texts and nodes are
 * borrowed from the document. Errors name the request and the path, and quote nothing.
 */
struct answer {
	const char *what; /* the request's label, or the record's: "changed orders" */
	struct err err;   /* the first fault; E_OK = none */
	enum errk kind;   /* what a fault is */
	/* GraphQL: what was asked for stands there, if only as null; a key that is not is a fault. */
	bool whole;
};

/* A fault is E_BUSY "bad_answer" of a reading, E_UNSURE of a write, E_RECORD "bad_value" of one record. */
struct answer answer_of(enum errk kind, const char *what);
MUST_CHECK enum errk answer_end(const struct answer *in, struct err *e);
/* Whether there was no fault so far. */
static inline bool answer_ok(const struct answer *in)
{
	return in->err.kind == E_OK;
}
/* Adds a fault that the reader found itself; where names the path. */
void answer_fault(struct answer *in, const char *where, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * Values at a path below from. After a fault: "", 0, false, an object without members, a
 * list without elements; never NULL.
 */
const char *answer_text(struct answer *in, const cJSON *from, const char *path);
const char *answer_id(struct answer *in, const cJSON *from, const char *path); /* not empty */
int64_t answer_int(struct answer *in, const cJSON *from, const char *path, int64_t min,
		   int64_t max);
bool answer_bool(struct answer *in, const cJSON *from, const char *path);
const cJSON *answer_object(struct answer *in, const cJSON *from, const char *path);
const cJSON *answer_list(struct answer *in, const cJSON *from, const char *path);
/* What may be null: NULL where it is, a fault where it is something else. */
const char *answer_text_or_null(struct answer *in, const cJSON *from, const char *path);
const cJSON *answer_object_or_null(struct answer *in, const cJSON *from, const char *path);
/* What may be null: `missing` where it is. */
int64_t answer_int_or(struct answer *in, const cJSON *from, const char *path, int64_t min,
		      int64_t max, int64_t missing);

/* A list of objects, no more than max of them, none of them null, and no two with the same text as id. */
const cJSON *answer_nodes(struct answer *in, const cJSON *from, const char *path, size_t max);
/*
 * A list that comes in pages: {0} before the first one. Of its cursors one is remembered, another one after each
 * doubling of the pages: cursors that go in a circle meet it, however many they are (R. P. Brent, 1980).
 */
struct answer_walk {
	char mark[HASH_HEX_SIZE];
	size_t since_mark, marked_after;
	size_t entries;
};
enum {
	ANSWER_ENTRIES_MAX = 25000
}; /* Shopify ends its lists there (shopify.dev, "Paginating results") */
/*
 * A page of a connection {nodes, pageInfo {hasNextPage, endCursor}} at path, the next one of this walk. *next is
 * the cursor of the following page, NULL at the end. A cursor that is missing, or was there before, although more
 * is said, an empty page that is not the last, and a list without end, are faults.
 */
const cJSON *answer_page(struct answer *in, const cJSON *from, const char *path, size_t max,
			 struct answer_walk *w, const char **next);
/*
 * The answer to a question after n ids, each asked once: a list of n, of objects that have
 * one of these ids under `id` (each at most once) and of nulls. node[i] becomes that of
 * id(ctx, i), NULL = the other side says that it is not there.
 */
void answer_by_id(struct answer *in, const cJSON *from, const char *path, size_t n,
		  const char *(*id)(const void *ctx, size_t i), const void *ctx,
		  const cJSON **node);

#endif
