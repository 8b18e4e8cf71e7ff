#include <string.h>

#include "base/hash.h"
#include "sync/sync_priv.h"

#include "base/banned.h"

bool sync_looks_first(const struct sync *r, size_t n, bool update)
{
	const struct sync_options *o = r->options;

	/* A few, alone, are as well put at once. */
	if (n < r->batch && !r->differing[update].n)
		return false;
	/* A limit counts what was done, and a dry run writes nothing anyway. */
	return r->to->looks && (o->full || !update) && !o->limit && !o->n_only &&
	       !r->session->options.dry_run;
}

static void empty(struct differing *g)
{
	arena_free(g->mem);
	*g = (struct differing){0};
}

const char *sync_differing_key(struct sync *r, bool update)
{
	struct differing *g = &r->differing[update];
	char hex[RANDOM_HEX_SIZE];

	if (!g->key) {
		random_hex(hex);
		g->mem = arena_new();
		g->key = arena_strdup(g->mem, hex);
	}
	return g->key;
}

/* The page that the row lives in goes before it is put. */
static void keep(struct differing *g, const struct batch_row *b)
{
	struct batch_row *to = arena_alloc(g->mem, sizeof(*to));

	*to = *b;
	to->row.flow = arena_strdup(g->mem, b->row.flow);
	to->row.record = arena_strdup(g->mem, b->row.record);
	to->row.label = arena_strdup(g->mem, b->row.label);
	to->row.version = arena_strdup(g->mem, b->row.version);
	to->row.batch = g->key;
	to->row.origin = arena_strdup(g->mem, b->row.origin);
	to->row.code = arena_strdup(g->mem, b->row.code);
	to->row.reason = arena_strdup(g->mem, b->row.reason);
	to->row.payload = NULL;
	to->row.booked = to->booking = NULL; /* no order is looked at first */
	to->known_kept = arena_strdup(g->mem, b->known_kept);
	/* What the look said besides where it is counts no more. */
	to->put = (struct put_item){.record = to->row.record,
				    .label = to->row.label,
				    .version = to->row.version,
				    .read_at = b->put.read_at,
				    .doc = arena_strdup(g->mem, b->put.doc),
				    .hash = arena_strdup(g->mem, b->put.hash),
				    .delivered_at = b->put.delivered_at,
				    .kept_old = b->put.kept_old,
				    .target = target_copy(&b->put.target, g->mem),
				    .kept = to->known_kept};
	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 64;
		struct batch_row **larger = arena_array(g->mem, cap, sizeof(struct batch_row *));

		if (g->n)
			memcpy(larger, g->row, g->n * sizeof(struct batch_row *));
		g->row = larger;
		g->cap = cap;
	}
	g->row[g->n++] = to;
}

static enum errk put(struct sync *r, bool update, struct err *e)
{
	/* Whatever becomes of it, none of it is kept any longer. */
	struct differing g = r->differing[update];
	const struct put_how how = {.key = g.key, .update = update};
	enum errk rc;

	r->differing[update] = (struct differing){0};
	rc = sync_put_rows(r, g.row, g.n, &how, e);
	empty(&g);
	return rc;
}

enum errk sync_look(struct sync *r, struct batch_row *const *rows, size_t n, bool update,
		    struct err *e)
{
	struct differing *g = &r->differing[update];
	const struct put_how how = {.key = sync_differing_key(r, update),
				    .update = update,
				    .look_only = true};
	enum errk rc = sync_put_rows(r, rows, n, &how, e);

	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (rows[i]->put.differs)
			keep(g, rows[i]);
	return g->n >= r->batch ? put(r, update, e) : E_OK;
}

enum errk sync_put_differing(struct sync *r, bool *any, struct err *e)
{
	enum errk rc = E_OK;

	*any = false;
	for (int i = 0; i < 2 && rc == E_OK; i++) {
		if (!r->differing[i].n)
			continue;
		*any = true;
		rc = put(r, i == 1, e);
	}
	return rc;
}

enum errk sync_return_differing(struct sync *r, struct err *e)
{
	struct err why;
	enum errk rc = E_OK;

	err_set(&why, E_BUSY, "stopped", "the run ended before it was written");
	for (int i = 0; i < 2 && rc == E_OK; i++) {
		if (r->differing[i].n)
			rc = sync_put_back(r, r->differing[i].row, r->differing[i].n, &why, e);
		empty(&r->differing[i]);
	}
	return rc;
}

void sync_forget_differing(struct sync *r)
{
	for (int i = 0; i < 2; i++)
		empty(&r->differing[i]);
}
