#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "sync/sync_priv.h"

/*
 * What a source's page must be before it enters the queue, whichever source it is of: a record once,
 * and texts that a list, a line of a log and an index can hold.
 */

enum {
	HEAD_MAX = 255,  /* bytes of an id, a label, a version; the systems' own limits are below */
	LABEL_CHARS = 60 /* what is shown of a label that is longer */
};

static int by_id(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a,
			    *y = *(const struct record *const *)b;
	int order = strcmp(x->id, y->id);
	return order ? order : x < y ? -1 : x > y;
}

/*
 * Of several in one page the last counts: pages come oldest first, and what was asked for by two of its
 * names is the same twice.
 */
static void drop_repeated(struct page *page, struct arena *a)
{
	struct record **sorted = arena_array(a, page->n, sizeof(*sorted));
	size_t kept = 0;
	for (size_t i = 0; i < page->n; i++)
		sorted[i] = &page->rec[i];
	qsort(sorted, page->n, sizeof(*sorted), by_id);
	for (size_t i = 1; i < page->n; i++)
		if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
			sorted[i - 1]->version = NULL;
	for (size_t i = 0; i < page->n; i++)
		if (page->rec[i].version)
			page->rec[kept++] = page->rec[i];
	page->n = kept;
}

/* Still one text for one text. */
static const char *digest(const char *text, struct arena *a)
{
	char hash[HASH_HEX_SIZE];
	hash_hex(text, strlen(text), hash);
	return arena_printf(a, "sha256:%s", hash);
}

static void check_head(enum record_kind kind, struct record *rec, struct arena *a)
{
	struct err *why = arena_alloc(a, sizeof(*why));
	size_t id = strlen(rec->id), label = strlen(rec->label), version = strlen(rec->version);
	char shown[LABEL_CHARS * 4 + 8];
	if (!record_kind_of_goods(kind) && strchr(rec->label, '@'))
		rec->label = foreign_text(rec->label, a);
	if (version > HEAD_MAX)
		rec->version = digest(rec->version, a);
	if (label > HEAD_MAX) {
		str_ellipsis(shown, sizeof(shown), rec->label, LABEL_CHARS);
		rec->label = arena_strdup(a, shown);
	}
	if (id > HEAD_MAX)
		rec->id = digest(rec->id, a);
	if (rec->problem || (id <= HEAD_MAX && label <= HEAD_MAX))
		return;
	err_set(why, E_RECORD, "too_long",
		"its %s has %zu bytes, and %d are accepted; correct it at the source, if it is "
		"not damaged on the way",
		id > HEAD_MAX ? "id" : "name", id > HEAD_MAX ? id : label, (int)HEAD_MAX);
	rec->problem = why;
	rec->doc = NULL;
	rec->doc_len = 0;
}

enum errk sync_tidy_page(enum record_kind kind, struct page *page, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < page->n; i++) {
		struct record *rec = &page->rec[i];
		if (!rec->id || !*rec->id)
			return err_set(e, E_BUSY, "bad_answer",
				       "a record without an id came; the page is read again later");
		rec->label = rec->label && *rec->label ? rec->label : rec->id;
		rec->version = rec->version ? rec->version : "";
	}
	if (page->n > 1)
		drop_repeated(page, a);
	for (size_t i = 0; i < page->n; i++)
		check_head(kind, &page->rec[i], a);
	return E_OK;
}
