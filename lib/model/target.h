#ifndef ERPSYNC_MODEL_TARGET_H
#define ERPSYNC_MODEL_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * What a record became on the other side: a document there, or several, or what of it stands in a file.
 * A target without id is none: nothing of the record is there as far as is known.
 */
struct target_part {
	const char *kind; /* the connector's word for it: "shipment", "invoice", "export" */
	const char *id;
	const char *
		of; /* what part of the record it is, our line's id for instance; NULL = all of it */
};
struct target {
	const char *
		id; /* the other side's own: "12", "gid://shopify/Product/7", "orders-000012.csv" */
	const char *name; /* what people call it there, "S00012"; NULL = its id */
	const struct target_part *part;
	size_t n_parts;
};

bool target_is(const struct target *t); /* it has an id */
/*
 * "S00012 (12)", or the id; where a part has that id too, the ids of all parts of its kind, as it is one of several:
 * for people. "" where there is none.
 */
const char *target_text(const struct target *t, struct arena *a);
/* The first part of this kind; NULL: there is none. */
const char *target_part(const struct target *t, const char *kind);
/* One more part; the list is copied into the arena, the texts are borrowed. */
void target_add_part(struct target *t, const char *kind, const char *id, const char *of,
		     struct arena *a);
/* All of it in the arena. */
struct target target_copy(const struct target *t, struct arena *a);
/* The same id, name and parts, in the same order. */
bool target_equal(const struct target *t, const struct target *u);

/* {"id":"12","name":"S00012","parts":[{"kind":"invoice","id":"7"}]}, of that what there is; the caller's. */
cJSON *target_json(const struct target *t);
/* The reverse, in the arena; NULL is none. E_LOCAL "bad_target" where it is none of ours. */
MUST_CHECK enum errk target_of_json(const cJSON *doc, struct arena *a, struct target *out,
				    struct err *e);

/* What the state file keeps beside the id: the same as text, without it; NULL where there is only the id. */
const char *target_more(const struct target *t, struct arena *a);
/* The reverse. */
MUST_CHECK enum errk target_read(const char *id, const char *more, struct arena *a,
				 struct target *out, struct err *e);

#endif
