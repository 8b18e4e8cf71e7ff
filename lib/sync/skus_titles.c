#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/key_index.h"
#include "base/list.h"
#include "base/secrets.h"
#include "base/str.h"
#include "map/canonical.h"
#include "net/redact.h"
#include "sync/flow.h"
#include "sync/skus.h"
#include "sync/sync_priv.h"

/* The lines of an order that have no SKU. */
struct titled_order {
	const char *id, *label;
	LIST(struct titled_line {
		size_t title;
		int64_t units;
	})
	line;
};

/* One look at them under way. */
struct titles {
	struct session *session;
	const struct flow *flow; /* of orders */
	struct notices notices;
	struct mapper *mapper;
	struct arena *a, *scratch; /* scratch: emptied after each order and article */
	LIST(struct sku_title) title;
	LIST(struct titled_order) order;
	struct key_index by_key, by_id;
	bool whole;
};

static const char *title_key(const void *ctx, size_t i)
{
	const struct titles *t = ctx;
	return t->title.at[i].key;
}

static const char *order_id(const void *ctx, size_t i)
{
	const struct titles *t = ctx;
	return t->order.at[i].id;
}

/* What could not be looked at has titles that nobody knows. */
static void lacks(struct titles *t, const char *what, const char *why)
{
	t->whole = false;
	notice_say(&t->notices, what,
		   arena_printf(t->a, "%s are not in the list, or not all of them: %s", what, why));
}

/* Where the title stands in the list. Lines of one title may be booked on different articles, by their kinds. */
static enum errk find_title(struct titles *t, const struct map_line *line, size_t *at,
			    struct err *e)
{
	const char *key = map_line_key(line, t->scratch), *article = NULL;
	bool has_row = false;
	enum errk rc = map_line_article(t->mapper, line, t->a, &article, e);
	if (rc == E_OK)
		rc = map_has_row(t->mapper, "skus", key, &has_row, e);
	if (rc != E_OK)
		return rc;
	key_index_room(&t->by_key, t->title.n);
	uint32_t *slot = key_index_slot(&t->by_key, key);
	if (!*slot) {
		key = arena_strdup(t->a, key);
		*list_add(&t->title, t->a) = (struct sku_title){.key = key,
								.shown = key,
								.erp_sku = article,
								.has_row = has_row};
		*slot = (uint32_t)t->title.n;
	}
	*at = *slot - 1;
	if (!article)
		t->title.at[*at].erp_sku = NULL;
	return E_OK;
}

/* A buyer may have written it. What the catalogue calls so is the shop's own word. */
static void mask_title(struct titles *t, struct sku_title *x, const cJSON *doc)
{
	CLEANUP(hidden) struct hidden *who = hidden_new();
	char *clean = arena_strdup(t->scratch, redact_text(x->key, t->scratch));
	canonical_hide(record_kind_name(KIND_ORDER), doc, who);
	secrets_hide(clean);
	hidden_hide(who, clean);
	if (!x->articles && !str_equal(clean, x->key))
		x->shown = arena_strdup(t->a, clean);
}

/* Of several versions of an order the last one that is handed over counts. */
static enum errk add_order(struct titles *t, const char *id, const char *label, const char *text,
			   size_t len, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	enum errk rc = E_OK;
	if (json_parse(text, len, &doc, NULL) != E_OK)
		return E_OK;
	key_index_room(&t->by_id, t->order.n);
	uint32_t *slot = key_index_slot(&t->by_id, id);
	if (!*slot) {
		*list_add(&t->order,
			  t->a) = (struct titled_order){.id = arena_strdup(t->a, id),
							.label = arena_strdup(t->a, label)};
		*slot = (uint32_t)t->order.n;
	}
	struct titled_order *order = &t->order.at[*slot - 1];
	order->line.n = 0;
	JSON_EACH (from, json_at(doc, "lines")) {
		const char *sku = json_str(from, "sku");
		const struct map_line line = {.title = json_str(from, "title"),
					      .variant_title = json_str(from, "variant_title"),
					      .kind = json_str(from, "kind")};
		struct titled_line found = {.units = json_int(from, "quantity", 0)};
		if ((sku && *sku) || !line.title || rc != E_OK)
			continue;
		rc = find_title(t, &line, &found.title, e);
		if (rc != E_OK)
			continue;
		mask_title(t, &t->title.at[found.title], doc);
		*list_add(&order->line, t->a) = found;
	}
	arena_reset(t->scratch);
	return rc;
}

static enum errk on_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct titles *t = ctx;
	size_t n = strlen(t->flow->name);
	const bool ours = str_starts(row->flow, t->flow->name) && strchr(" ", row->flow[n]);
	return ours && row->payload ? add_order(t, row->record, row->label, row->payload,
						strlen(row->payload), e)
				    : E_OK;
}

struct looking {
	struct titles *t;
	struct err *e;
	enum errk rc;
};

static bool on_document(void *ctx, const struct record *rec, enum record_kind kind)
{
	struct looking *x = ctx;
	if (kind == KIND_ORDER && !sync_is_over(x->t->session, x->t->flow, rec))
		x->rc = add_order(x->t, rec->id, rec->label, rec->doc, rec->doc_len, x->e);
	return x->rc == E_OK;
}

static void on_found(void *ctx, enum check_result result, const char *what, const char *remedy)
{
	const struct looking *x = ctx;
	(void)remedy;
	if (result == CHECK_BAD)
		lacks(x->t, "orders that the store shows", what);
}

static enum errk look_at_orders(struct titles *t, struct connector *store, struct err *e)
{
	struct looking x = {.t = t, .e = e};
	const struct check_sink sink = {.say = on_found, .document = on_document, .ctx = &x};
	const struct queue_filter all = {0};
	enum errk rc = queue_each(t->session->state, &all, true, on_row, t, e);
	if (rc == E_OK && flow_is_set_up(t->flow, t->session->conf))
		rc = store->type->examination.check(store, 1u << KIND_ORDER, 0, &sink, e);
	return rc == E_OK ? x.rc : rc;
}

static enum errk on_article(void *ctx, const struct article *x, struct err *e)
{
	struct titles *t = ctx;
	const struct map_line line = {.title = x->title,
				      .variant_title = x->variant_title,
				      .kind = "product"};
	size_t at;
	if (!str_blank(x->sku) || !x->title || x->traits & (ARTICLE_ARCHIVED | ARTICLE_BUNDLE))
		return E_OK;
	enum errk rc = find_title(t, &line, &at, e);
	if (rc == E_OK)
		t->title.at[at].articles++;
	arena_reset(t->scratch);
	return rc;
}

/* An installation of orders alone has no list of articles. */
static enum errk look_at_catalogue(struct titles *t, struct connector *store, struct err *e)
{
	if (!store->type->catalogue)
		return E_OK;
	enum errk rc = store->type->catalogue(store, on_article, t, e);
	if (rc == E_LOCAL &&
	    (str_equal(e->code, "no_catalogue") || str_equal(e->code, "no_export"))) {
		lacks(t, "articles of the store", e->msg);
		return E_OK;
	}
	return rc == E_OK ? rc : err_wrap(e, "catalogue of the store");
}

static int most_first(const void *a, const void *b)
{
	const struct sku_title *x = a, *y = b;
	if (x->orders != y->orders)
		return x->orders < y->orders ? 1 : -1;
	if (x->articles != y->articles)
		return x->articles < y->articles ? 1 : -1;
	return strcmp(x->key, y->key);
}

/* A title that only an older version of an order had is none. */
static void count(struct titles *t, struct sku_titles *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->order.n; i++) {
		const struct titled_order *order = &t->order.at[i];
		for (size_t k = 0; k < order->line.n; k++) {
			struct sku_title *x = &t->title.at[order->line.at[k].title];
			x->lines++;
			x->units += order->line.at[k].units;
			/* An order's lines come one after the other. */
			x->orders += x->last != order->id;
			x->last = order->id;
			x->order = x->order ? x->order : order->label;
		}
	}
	for (size_t i = 0; i < t->title.n; i++) {
		struct sku_title x = t->title.at[i];
		x.shown = x.articles ? x.key : x.shown;
		if (x.lines || x.articles)
			t->title.at[kept++] = x;
	}
	if (kept)
		qsort(t->title.at, kept, sizeof(*t->title.at), most_first);
	out->at = t->title.at;
	out->n = kept;
	out->orders = t->order.n;
	out->whole = t->whole;
}

enum errk sync_sku_titles(struct session *s, const struct skus_options *o, struct sku_titles *out,
			  struct err *e)
{
	CLEANUP(connector) struct connector *store = NULL;
	CLEANUP(mapper) struct mapper *m = NULL;
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct titles t = {.session = s,
			   .flow = flow_of_kind(KIND_ORDER),
			   .notices = {.a = s->arena, .on = o->on_notice, .ctx = o->ctx},
			   .a = s->arena,
			   .scratch = scratch,
			   .whole = true};
	*out = (struct sku_titles){0};
	t.by_key = (struct key_index){.key = title_key, .ctx = &t};
	t.by_id = (struct key_index){.key = order_id, .ctx = &t};
	/* The tables are the same whatever system is asked for. */
	enum errk rc = session_mapper(s, conf_text(s->conf, "store", "connector"), &m, e);
	t.mapper = m;
	if (rc == E_OK)
		rc = map_table_form(m, "skus", s->arena, &out->form, e);
	if (rc == E_OK)
		rc = session_connector(s, "store", NULL, NULL, &t.notices, &store, e);
	if (rc == E_OK)
		rc = look_at_orders(&t, store, e);
	if (rc == E_OK)
		rc = look_at_catalogue(&t, store, e);
	if (rc == E_OK)
		count(&t, out);
	key_index_release(&t.by_key);
	key_index_release(&t.by_id);
	return rc;
}
