#ifndef ERPSYNC_MAP_PROGRAM_PRIV_H
#define ERPSYNC_MAP_PROGRAM_PRIV_H

#include <jq.h>
#include <jv.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "map/program.h"

/*
 * jq's values are counted references: almost every call consumes its arguments. A value held in a
 * variable here is CLEANUP(jv); what is passed on is jv_copy of it, or jv_take.
 */
static inline void cleanup_jv(jv *v)
{
	jv_free(*v);
}

static inline jv jv_take(jv *v)
{
	jv taken = *v;

	*v = jv_invalid();
	return taken;
}

/* Texts of lists that come again with every result. Zeroed at first. */
enum { PROGRAM_TEXTS_MAX = 4 };
struct program_texts {
	struct {
		jv value;
		char *text;
		size_t len;
	} item[PROGRAM_TEXTS_MAX];
	size_t n;
};
void program_texts_release(struct program_texts *known);

jv program_jv_of(const cJSON *json); /* the caller's to free */
/* Compact, keys sorted; does not consume v. */
void program_jv_text(jv v, struct program_texts *known, struct str *out);

#endif
