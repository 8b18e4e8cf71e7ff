#include "state/forget.h"

#include <string.h>

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum errk forget_documents(struct state *s, const char *record, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM payload WHERE queue_id IN"
				       " (SELECT id FROM queue WHERE record = ? AND state = 3)");
	enum errk rc;

	query_text(&q, record);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*n += query_changed(&q);
	return rc;
}

/*
 * A column of texts: its rows by two keys, the record, the text; and how one is written. Not those that
 * connectors work with, kept texts and notes: they hold ids, figures and articles, nobody's data, and one that
 * is changed is a request that can't be found again.
 */
static const struct column {
	const char *select, *update;
} columns[] = {
	{"SELECT id, '', record, label FROM queue", "UPDATE queue SET label = ?1 WHERE id = ?2"},
	{"SELECT id, '', record, reason FROM queue WHERE reason IS NOT NULL",
	 "UPDATE queue SET reason = ?1 WHERE id = ?2"},
	{"SELECT id, '', record, label FROM journal",
	 "UPDATE journal SET label = ?1 WHERE id = ?2"},
	{"SELECT id, '', record, detail FROM journal WHERE detail IS NOT NULL",
	 "UPDATE journal SET detail = ?1 WHERE id = ?2"},
	{"SELECT record, flow, record, label FROM link",
	 "UPDATE link SET label = ?1 WHERE record = ?2 AND flow = ?3"},
	{"SELECT record, flow, record, acknowledgement FROM link WHERE acknowledgement IS NOT NULL",
	 "UPDATE link SET acknowledgement = ?1 WHERE record = ?2 AND flow = ?3"},
	{"SELECT id, '', '', detail FROM run WHERE detail IS NOT NULL",
	 "UPDATE run SET detail = ?1 WHERE id = ?2"},
};

/* A text that is to be written anew. */
struct changed {
	const char *key[2], *text;
};

/* Those that hold something; the table is not changed while it is read. */
static enum errk find(struct state *s, const struct column *c,
		      const struct hidden *(*pick)(void *ctx, const char *record), void *ctx,
		      struct arena *a, struct changed **out, size_t *n, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, c->select);
	CLEANUP(arena) struct arena *row = arena_new();
	size_t cap = 0;
	bool more;
	enum errk rc;

	while ((rc = query_next(&q, &more, e)) == E_OK && more) {
		const char *was = query_col(&q, 3, row);
		char *text = arena_strdup(row, was);

		hidden_hide(pick(ctx, query_col(&q, 2, row)), text);
		if (strcmp(text, was) != 0) {
			*out = db_grow(a, *out, *n, &cap, sizeof(**out));
			(*out)[(*n)++] = (struct changed){.key = {query_col(&q, 0, a),
								  query_col(&q, 1, a)},
							  .text = arena_strdup(a, text)};
		}
		arena_reset(row);
	}
	return rc;
}

static enum errk write_text(struct state *s, const struct column *c, const struct changed *x,
			    struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, c->update);

	query_text(&q, x->text);
	query_text(&q, x->key[0]);
	if (*x->key[1])
		query_text(&q, x->key[1]);
	return query_run(&q, e);
}

enum errk forget_texts(struct state *s, const struct hidden *(*pick)(void *ctx, const char *record),
		       void *ctx, int64_t *n, struct err *e)
{
	enum errk rc = E_OK;

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns) && rc == E_OK; i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct changed *found = NULL;
		size_t count = 0;

		rc = find(s, &columns[i], pick, ctx, a, &found, &count, e);
		for (size_t k = 0; k < count && rc == E_OK; k++)
			rc = write_text(s, &columns[i], &found[k], e);
		*n += (int64_t)count;
	}
	return rc;
}

enum errk forget_bytes(struct state *s, struct err *e)
{
	CLEANUP(query) struct query q = {0};
	int64_t busy = 0;
	enum errk rc = db_exec(s, "VACUUM", e);

	if (rc != E_OK)
		return rc;
	q = query_open(s, "PRAGMA wal_checkpoint(TRUNCATE)");
	rc = query_one_int(&q, &busy, e);
	if (rc == E_OK && busy)
		return err_set(e, E_BUSY, "state_busy",
			       "state file %s: everything is erased, but another process reads it, "
			       "and old bytes stay in %s-wal; run the same again",
			       s->path, s->path);
	return rc;
}
