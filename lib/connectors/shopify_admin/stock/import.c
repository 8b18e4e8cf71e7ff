#include "connectors/shopify_admin/stock/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/advice.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "model/stock_claim.h"
#include "connectors/shopify_admin/exports.h"
#include "files/guard.h"
#include "connectors/shopify_admin/import.h"
#include "connectors/shopify_admin/stock/export.h"
#include "connectors/shopify_admin/pending.h"

#include "base/banned.h"

/* What an import file asks for. */
struct asked {
	const char *file;
	struct admin_inventory *says;
	struct asked *next;
};

struct admin_stock_import {
	const struct connector_env *env;
	const char *path;
	const struct outbox *exchange;
	struct arena *mem;
	struct admin_inventory *known; /* the export, once read */
	const char *export_id;         /* admin_import_export_id */
	int64_t made_ns;               /* when it was made */
	struct admin_pending
		*pending; /* files that lay there when this run began; read when asked for */
	struct admin_away *away;
	struct asked *asked;
	int64_t buffer;
	bool activate;
};

struct admin_stock_import *admin_stock_import_new(const struct connector_env *env, const char *path,
						  const struct outbox *exchange)
{
	struct admin_stock_import *s = calloc(1, sizeof(*s));

	if (!s)
		die(70, "out of memory");
	s->env = env;
	s->path = path;
	s->exchange = exchange;
	s->mem = arena_new();
	return s;
}

void admin_stock_import_free(struct admin_stock_import *s)
{
	if (!s)
		return;
	admin_inventory_free(s->known);
	for (struct asked *x = s->asked; x; x = x->next)
		admin_inventory_free(x->says);
	admin_pending_free(s->pending);
	admin_away_free(s->away);
	arena_free(s->mem);
	free(s);
}

static void tell(const struct admin_stock_import *s, const char *about, const char *text)
{
	s->env->notice(s->env->notice_ctx, about, text);
}

/* The export, once a run: all batches are compared with the same. */
static enum errk read_export(struct admin_stock_import *s, struct err *e)
{
	const struct source_file *file;
	enum errk k;

	if (s->known)
		return E_OK;
	k = admin_export_newest(s->path, ADMIN_EXPORT_INVENTORY, s->mem, &file, e);
	if (k == E_OK)
		k = admin_inventory_read(file->path, file->name,
					 guard_encoding(s->env->conf, "store"), &s->known, e);
	if (k == E_OK && source_changed(file))
		k = err_set(e, E_BUSY, "file_changing",
			    "%s: changes while it is read; the next run takes it", file->path);
	if (k != E_OK) {
		admin_inventory_free(TAKE(s->known));
		return k;
	}
	s->export_id = admin_import_export_id(file, s->mem);
	s->made_ns = file->mtime_ns;
	admin_import_tell_age(s->env, s->path, ADMIN_EXPORT_INVENTORY, file,
			      "what was sold since makes the import refuse those rows: export the "
			      "inventory anew",
			      s->mem);
	return E_OK;
}

/* Of an article at one location. */
struct change {
	int location;
	struct decimal sum;
	const struct admin_level *level;
	int64_t target;
	bool refused; /* it can't be written, see plan.refusal; the article's others can */
};

/* One article on its way. */
struct plan {
	struct admin_stock_import *s;
	struct put_item *item;
	struct arena *a;
	const char *sku;
	const struct admin_variant *variant;
	struct change *change;
	size_t n;
	struct err refusal; /* what is wrong with some of its places; E_OK = nothing */
	const struct put_batch *batch;
	const struct stock_named *named;
	bool nowhere; /* gone at the ERP, and the shop has no such SKU */
	bool waits;   /* for what an earlier put has written */
};

static const char *location_names(const struct admin_inventory *x, struct arena *a)
{
	const char *list = "";

	for (size_t i = 0; i < x->n_locations; i++)
		list = arena_printf(a, "%s%s'%s'", list, i ? ", " : "", x->location[i]);
	return list;
}

/* Whether it is the same article only a person knows. */
static bool refuse_near(const struct plan *p, struct err *e)
{
	const struct admin_inventory *x = p->s->known;
	const struct admin_variant *near = admin_inventory_near(x, p->sku);
	const char *shop = near ? admin_variant_text(near, VARIANT_SKU) : NULL;

	if (near)
		err_set(e, E_RECORD, "near_miss",
			"no variant of the shop has the SKU '%s', but one has '%s' (%s:%u), which "
			"differs in %s alone; correct it on one side, or name the shop's SKU in "
			"tables/store_skus.csv" OWN_TABLE ", export the inventory anew if the shop "
			"was changed, then run: %s",
			p->sku, shop, x->name, near->line, sku_difference(shop, p->sku, p->a),
			sku_retry(p->item->label, "near_miss", p->a));
	return near != NULL;
}

static enum errk find_variant(struct plan *p, struct err *e)
{
	const struct admin_inventory *x = p->s->known;

	p->variant = admin_inventory_find(x, p->sku);
	if (!p->variant && refuse_near(p, e))
		return E_RECORD;
	if (!p->variant)
		return err_set(e, E_RECORD, UNKNOWN_SKU,
			       "%s lists no variant with the SKU '%s'; create it in the shop, or "
			       "name the shop's SKU in tables/store_skus.csv" OWN_TABLE
			       ", export the inventory "
			       "anew, then run: erpsync queue retry '%s'",
			       x->name, p->sku, p->item->label);
	if (p->variant->duplicate)
		return err_set(e, E_RECORD, "duplicate_sku",
			       "several variants of the shop have the SKU '%s' (%s:%u and %s:%u), "
			       "so it is not known which one is meant; give each its own, export "
			       "the inventory anew, then run: erpsync queue retry '%s'",
			       p->sku, x->name, p->variant->line, x->name,
			       x->variant[p->variant->duplicate - 1].line, p->item->label);
	return E_OK;
}

/* One of its places is out (NULL: one that is not known): what it has elsewhere goes over. */
static void refuse_place(struct plan *p, struct change *c, const struct err *why)
{
	if (c)
		c->refused = true;
	advice_join(&p->refusal, why);
}

static struct change *change_at(struct plan *p, int location)
{
	struct change *c = p->change;

	while (c < p->change + p->n && c->location != location)
		c++;
	if (c == p->change + p->n) {
		*c = (struct change){.location = location,
				     .level = admin_inventory_level(p->s->known, p->variant,
								    location)};
		p->n++;
	}
	return c;
}

static void add_wanted(struct plan *p, const struct stock_wanted *wanted)
{
	const struct admin_inventory *x = p->s->known;
	struct change *c = NULL;
	struct err why;
	int location = wanted->location ? admin_inventory_location(x, wanted->location) : -1;

	if (location >= 0)
		c = change_at(p, location);
	/* One of several warehouses that are this place: its sum is not known. */
	if (wanted->wrong) {
		refuse_place(p, c, wanted->wrong);
	} else if (!c) {
		err_set(&why, E_RECORD, "unknown_location",
			"%s names no location '%s' (it has %s); correct tables/locations.csv, or "
			"export all locations, then run: erpsync queue retry --code "
			"unknown_location",
			x->name, wanted->location, location_names(x, p->a));
		refuse_place(p, NULL, &why);
	} else if (decimal_add(c->sum, wanted->figure, &c->sum, &why) != E_OK) {
		err_wrap(&why, "its figures at '%s'", wanted->location);
		refuse_place(p, c, &why);
	}
}

/* What the location is to hold; *differs: it does not yet. */
static enum errk reckon(struct plan *p, struct change *c, bool *differs, struct err *e)
{
	struct admin_stock_import *s = p->s;
	const char *where = s->known->location[c->location];
	bool negative;

	if (!c->level)
		return err_set(e, E_RECORD, "not_in_export",
			       "%s has no row for '%s' at '%s'; export the inventory of all "
			       "locations, then run: erpsync queue retry '%s'",
			       s->known->name, p->sku, where, p->item->label);
	if (!c->level->readable)
		return err_set(e, E_RECORD, "untracked",
			       "%s says no quantity of '%s' at '%s'; the shop must track it "
			       "(Track quantity); export the inventory anew, then run: erpsync "
			       "queue retry '%s'",
			       s->known->name, p->sku, where, p->item->label);
	c->target = stock_target(c->sum, 0, s->buffer, &negative);
	if (c->target > STOCK_TARGET_MAX)
		return err_set(e, E_RECORD, "quantity_too_high",
			       "%lld at '%s' is more than Shopify can hold (1,000,000,000); "
			       "correct it in the ERP",
			       (long long)c->target, where);
	if (negative)
		tell(s, "stock below zero",
		     arena_printf(p->a,
				  "the ERP has less than nothing of some articles (the first: '%s' "
				  "at '%s'); they are offered with 0",
				  p->sku, where));
	if (!c->level->stocked && c->target > 0 && !s->activate)
		tell(s, "stock where it is not stocked",
		     arena_printf(
			     p->a,
			     "some articles are not stocked where the ERP has them (the first: "
			     "'%s' at '%s'); left alone: [inventory] inactive_level = skip",
			     p->sku, where));
	/* A place that does not stock it sells none: so it should be when there is none. */
	*differs = c->level->stocked ? c->target != c->level->on_hand
				     : c->target > 0 && s->activate;
	return E_OK;
}

/* Columns of the import, by the names that the admin gives them. */
static const struct admin_import_column columns[] = {
	{"Handle", "exact"},
	{"Title", "exact"},
	{"Option1 Name", "exact"},
	{"Option1 Value", "exact"},
	{"Option2 Name", "exact"},
	{"Option2 Value", "exact"},
	{"Option3 Name", "exact"},
	{"Option3 Value", "exact"},
	{"SKU", "exact"},
	{"Location", "exact"},
	{"On hand (current)", "exact"},
	{"On hand (new)", "count"},
};

static cJSON *row_of(const struct plan *p, const struct change *c)
{
	const struct admin_variant *v = p->variant;
	cJSON *row = json_array();

	json_push_str(row, admin_variant_text(v, VARIANT_HANDLE));
	json_push_str(row, admin_variant_text(v, VARIANT_TITLE));
	for (int i = 0; i < 2 * INVENTORY_OPTIONS; i++)
		json_push_str(row, admin_variant_text(v, VARIANT_OPTION + i));
	json_push_str(row, p->sku);
	json_push_str(row, p->s->known->location[c->location]);
	json_push_str(row, c->level->stocked ? arena_printf(p->a, "%ld", (long)c->level->on_hand)
					     : "not stocked");
	json_push_str(row, arena_printf(p->a, "%lld", (long long)c->target));
	return row;
}

/* The article's rows as render_batch takes them; NULL: there is nothing to write. */
static enum errk make_rows(struct plan *p, const char **rows, struct err *e)
{
	CLEANUP(json) cJSON *list = json_array();
	bool good = false;

	*rows = NULL;
	for (size_t i = 0; i < p->n; i++) {
		struct change *c = &p->change[i];
		bool differs = false;

		if (!c->refused && reckon(p, c, &differs, e) != E_OK)
			refuse_place(p, c, e);
		good |= !c->refused;
		if (!c->refused && differs)
			json_push(list, row_of(p, c));
	}
	if (p->refusal.kind != E_OK && !good) {
		*e = p->refusal;
		return E_RECORD;
	}
	if (json_count(list, ""))
		*rows = json_text(list, p->a);
	return E_OK;
}

static enum errk read_plan(struct plan *p, struct err *e)
{
	struct stock_wanted *wanted;
	size_t n;
	enum errk k = stock_wanted_read(p->item->doc, FIGURE_ON_HAND, p->a, &p->sku, &wanted, &n,
					e);

	/*
	 * An article that is not for the shop has no places, and need not be there; nor one that the ERP has no longer, or
	 * that leaves it to another.
	 */
	p->nowhere = k == E_OK && n && str_equal(p->item->version, RECORD_GONE) &&
		     !admin_inventory_find(p->s->known, p->sku);
	n = p->nowhere || p->item->yields ? 0 : n;
	if (k == E_OK && n)
		k = find_variant(p, e);
	if (k != E_OK)
		return k;
	p->change = arena_array(p->a, n, sizeof(*p->change));
	for (size_t i = 0; i < n; i++)
		add_wanted(p, &wanted[i]);
	return E_OK;
}

static struct stock_place place_of(const struct plan *p, const struct change *c)
{
	const char *name = p->s->known->location[c->location];

	return (struct stock_place){.article = p->sku,
				    .sku = p->sku,
				    .place = name,
				    .name = name,
				    .figure = c->target};
}

/* What the export says of a place that is no longer written; false: it offers nothing. */
static bool holds_some(const struct admin_inventory *x, struct stock_place *place)
{
	const struct admin_variant *v = admin_inventory_find(x, place->article);
	int location = admin_inventory_location(x, place->place);
	const struct admin_level *level = v && location >= 0 ? admin_inventory_level(x, v, location)
							     : NULL;

	if (!v)
		return false;
	place->seen = level != NULL;
	if (!level)
		return place->figure > 0;
	place->now = level->on_hand;
	return level->readable && level->stocked && level->on_hand > 0;
}

static bool is_own(const struct plan *p, const struct stock_place *x)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_equal(p->sku, x->article) &&
		    str_equal(p->s->known->location[p->change[i].location], x->place))
			return true;
	return false;
}

/* The kept text of an article that is as it should be or goes into the file, and what it has left elsewhere. */
static enum errk close_places(struct plan *p, struct err *e)
{
	struct stock_place *was, *at;
	size_t n, n_at = 0, n_left = 0;

	if (!p->n && !p->item->yields)
		p->item->n_claims = 0;
	stock_places_read(p->item->kept, p->a, &was, &n);
	at = arena_array(p->a, p->n + n, sizeof(*at));
	for (size_t i = 0; i < p->n; i++) {
		if (p->change[i].refused)
			continue;
		if (p->change[i].level->stocked || p->change[i].target > 0)
			at[n_at++] = place_of(p, &p->change[i]);
	}
	/* What is left where is known when all of its places are. */
	if (p->refusal.kind != E_OK) {
		stock_places_add(p->item, at, n_at, p->a);
		stock_places_refused(p->item, &p->refusal, p->a);
		return E_OK;
	}
	for (size_t i = 0; i < n; i++) {
		enum stock_owner owner = is_own(p, &was[i])
						 ? STOCK_HELD
						 : stock_owner_in_batch(p->named, &was[i], p->a);
		enum errk k = E_OK;

		if (owner == STOCK_NOBODYS && !holds_some(p->s->known, &was[i]))
			continue;
		if (owner == STOCK_NOBODYS)
			k = stock_owner_elsewhere(p->batch, FIGURE_ON_HAND, &was[i], p->a, &owner,
						  e);
		if (k != E_OK)
			return k;
		if (owner == STOCK_NAMED)
			at[n_at++] = stock_place_of_other(&was[i]);
		else if (owner == STOCK_NOBODYS)
			was[n_left++] = was[i];
	}
	stock_places_close(p->item, at, n_at, was, n_left, ", export the inventory anew", p->a);
	return E_OK;
}

static void say_waits(struct admin_stock_import *s, struct put_item *item,
		      enum admin_import_wait why, struct arena *a)
{
	const char *code = admin_import_wait_code(why);
	const char *text = admin_import_wait_text(why, item->target.id, "inventory", a);

	err_set(&item->err, E_BUSY, code, "%s", text);
	tell(s, str_equal(code, "export_used") ? "export used" : "import waits",
	     arena_printf(a, "some articles wait: %s", text));
}

/* What an import file that lies there asks for; NULL: it can't be read. Each once a run. */
static const struct admin_inventory *asked_by(struct admin_stock_import *s, const char *file)
{
	const char *path = path_join(s->mem, s->exchange->dir, file);
	struct asked *x = s->asked;
	struct err ignored;

	while (x && !str_equal(x->file, file))
		x = x->next;
	if (!x) {
		x = arena_alloc(s->mem, sizeof(*x));
		*x = (struct asked){.file = arena_strdup(s->mem, file), .next = s->asked};
		s->asked = x;
		if (admin_inventory_read_asked(path, file, &x->says, &ignored) != E_OK)
			x->says = NULL;
	}
	return x->says;
}

/* The export has what the file asks for that lies there still: it was imported. */
static bool is_shown(const struct plan *p)
{
	const struct admin_inventory *is = p->s->known, *asked = NULL;
	const char *file = p->item->target.id;
	const struct admin_variant *v = NULL, *now = admin_inventory_find(is, p->sku);

	if (file && admin_away_lies(p->s->away, file))
		asked = asked_by(p->s, file);
	if (asked)
		v = admin_inventory_find(asked, p->sku);
	if (!v || !now)
		return false;
	for (uint32_t i = v->first; i; i = asked->level[i].next) {
		const struct admin_level *wanted = &asked->level[i];
		int at = admin_inventory_location(is, asked->location[wanted->location]);
		const struct admin_level *level = at >= 0 ? admin_inventory_level(is, now, at)
							  : NULL;

		if (!level || !level->readable || !wanted->readable ||
		    level->on_hand != wanted->on_hand)
			return false;
	}
	return true;
}

/* A state file that is new, after the old one was lost, or an older copy does not know what waits for its import. */
static enum errk wait_for_import(const struct plan *p, bool *waits, struct err *e)
{
	struct admin_stock_import *s = p->s;
	const char *file, *why;
	enum errk k = E_OK;

	*waits = false;
	if (p->item->yields || (target_is(&p->item->target) && !p->item->kept_old))
		return E_OK;
	if (!s->pending)
		k = admin_pending_read(s->exchange->dir, "inventory", &s->pending, e);
	if (k != E_OK)
		return k;
	file = admin_pending_file(s->pending, PENDING_SKU, p->sku, s->made_ns);
	if (!file)
		return E_OK;
	why = arena_printf(
		p->a,
		"%s is newer than the inventory export that is there and has the same "
		"article, and the state file knows nothing of it; import it in the shop "
		"and export the inventory anew, or take it away, and the next run goes on",
		file);
	err_set(&p->item->err, E_BUSY, "import_waits", "%s", why);
	tell(s, "import waits", arena_printf(p->a, "some articles wait: %s", why));
	*waits = true;
	return E_OK;
}

/* What leaves the article to another writes no more: it waits for what it wrote before, as long as that is to be looked at. */
static bool may_wait(const struct plan *p)
{
	struct stock_place *was;
	size_t n;

	if (!p->item->yields)
		return true;
	stock_places_read(p->item->kept, p->a, &was, &n);
	return n > 0;
}

/* What is to be done about one item; *doc and *as where it is to be written. */
static enum errk plan_item(struct plan *p, const char **doc, struct target *as, struct err *e)
{
	struct admin_stock_import *s = p->s;
	struct put_item *item = p->item;
	struct arena *a = p->a;
	const char *rows = NULL;
	struct err why;
	enum admin_import_wait why_wait = IMPORT_GOES_ON;
	bool waits;
	enum errk k = read_plan(p, &why);

	if (k == E_OK && may_wait(p)) {
		why_wait = admin_import_judge(s->away, &item->target, s->export_id, s->made_ns,
					      is_shown(p));
		p->waits = why_wait != IMPORT_GOES_ON;
	}
	if (k == E_OK)
		k = make_rows(p, &rows, &why);
	if (k != E_OK && k != E_RECORD) {
		*e = why;
		return k;
	}
	item->adopted = false;
	if (k == E_RECORD) {
		item->err = why;
		return E_OK;
	}
	if (p->waits) {
		if (admin_import_asks(&item->target, rows ? rows : "", a)) {
			item->adopted = true;
			return close_places(p, e);
		}
		say_waits(s, item, why_wait, a);
		return E_OK;
	}
	k = wait_for_import(p, &waits, e);
	if (k != E_OK || waits)
		return k;
	k = close_places(p, e);
	if (k != E_OK)
		return k;
	if (!rows) {
		item->adopted = true;
		item->values = p->nowhere ? STOCK_NOWHERE : NULL;
		item->target = admin_import_as_is(s->export_id, a);
		return E_OK;
	}
	*doc = admin_import_document("inventory", columns, sizeof(columns) / sizeof(*columns), rows,
				     a);
	*as = admin_import_target(s->export_id, rows, a);
	return E_OK;
}

static enum errk read_settings(struct admin_stock_import *s, struct err *e)
{
	const struct conf *c = s->env->conf;

	s->buffer = conf_int(c, "inventory", "buffer");
	s->activate = str_equal(conf_text(c, "inventory", "inactive_level"), "activate");
	if (stock_figure_wanted(c) == FIGURE_ON_HAND)
		return E_OK;
	return err_set(e, E_LOCAL, "bad_config",
		       "%s: the inventory import of Shopify's admin takes quantities on hand only; "
		       "set [inventory] quantity = on_hand, or write by the API ([store] connector "
		       "= shopify)",
		       conf_where(c, "inventory", "quantity", s->mem));
}

/* Whatever becomes of the file: by the next put the tables may name another place. */
static enum errk remember(struct put_batch *batch, const char *const *doc, struct arena *a,
			  struct err *e)
{
	struct put_item **some = arena_array(a, batch->n, sizeof(*some));
	size_t n = 0;

	for (size_t i = 0; i < batch->n; i++)
		if (doc[i])
			some[n++] = batch->item[i];
	return n ? batch->remember(batch->remember_ctx, some, n, e) : E_OK;
}

static enum errk plan_all(struct admin_stock_import *s, struct put_batch *batch, struct arena *a,
			  const char **doc, struct target *as, struct err *e)
{
	struct stock_named named;
	enum errk k;

	for (size_t i = 0; i < batch->n; i++)
		if (batch->item[i]->doc)
			batch->item[i]->err = (struct err){.kind = E_OK};
	k = stock_judge_claims(batch, FIGURE_ON_HAND, a, e);
	stock_list_named(batch, FIGURE_ON_HAND, a, &named);
	for (size_t i = 0; i < batch->n && k == E_OK; i++) {
		struct put_item *item = batch->item[i];
		struct plan p = {.s = s, .item = item, .a = a, .batch = batch, .named = &named};

		if (item->doc && item->err.kind == E_OK)
			k = plan_item(&p, &doc[i], &as[i], e);
	}
	return k;
}

enum errk admin_stock_import_put(struct admin_stock_import *s, struct put_batch *batch,
				 struct arena *a, struct err *e)
{
	const char **doc = arena_array(a, batch->n, sizeof(*doc));
	struct target *as = arena_array(a, batch->n, sizeof(*as));
	/* A quantity is a quantity: what was written before has no sequence of its own. */
	const struct admin_import_file file = {.key = batch->key, .doc = doc, .as = as};
	enum errk k = read_settings(s, e);

	if (k == E_OK)
		k = read_export(s, e);
	if (k == E_OK && !s->away)
		k = admin_away_read(s->exchange, &s->away, e);
	if (k == E_OK)
		k = plan_all(s, batch, a, doc, as, e);
	if (k == E_OK && !s->env->dry_run)
		k = remember(batch, doc, a, e);
	if (k == E_OK)
		k = admin_import_write(s->exchange, s->away, batch, &file, a, e);
	if (k == E_OK)
		admin_import_mark_unproven(batch);
	return k;
}

void admin_stock_import_check(struct admin_stock_import *s, const struct check_sink *sink)
{
	struct err why;

	if (read_settings(s, &why) != E_OK || read_export(s, &why) != E_OK)
		sink->say(sink->ctx, why.kind == E_BUSY ? CHECK_WARN : CHECK_BAD, why.msg, NULL);
	else
		sink->say(sink->ctx, CHECK_OK,
			  arena_printf(s->mem, "%s: %zu variants at %zu locations (%s)",
				       s->known->name, s->known->n_variants, s->known->n_locations,
				       location_names(s->known, s->mem)),
			  NULL);
}

void admin_stock_import_check_location(struct admin_stock_import *s, const char *name,
				       const struct check_sink *sink)
{
	struct err why;

	/* What keeps it from being read was told by the check itself. */
	if (str_equal(name, "-") || read_export(s, &why) != E_OK)
		return;
	if (admin_inventory_location(s->known, name) < 0)
		sink->say(
			sink->ctx, CHECK_BAD,
			arena_printf(s->mem, "tables/locations.csv names '%s', and %s does not",
				     name, s->known->name),
			"correct the table (letter by letter as the shop calls it), or export all "
			"locations");
}
