#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"

/* Currency and taxes of the shop, and whether it knows our reference: once a run. */
static enum errk read_shop(struct product_put *p, struct err *e)
{
	struct shopify *s = p->shop;
	if (s->product_shop)
		return E_OK;
	struct product_shop *shop = arena_alloc(s->arena, sizeof(*shop));
	struct shopify_query q = {.doc = DOC_SHOP_PROBE};
	enum errk rc = shopify_send(s, &q, 1, p->arena, e);
	struct answer in = shopify_answer(&q);
	if (rc == E_OK) {
		shop->money = (struct product_money){
			.currency = arena_strdup(s->arena,
						 answer_id(&in, q.data, "shop.currencyCode")),
			.taxes_said = true,
			.taxes_included = answer_bool(&in, q.data, "shop.taxesIncluded")};
		rc = answer_end(&in, e);
	}
	if (rc == E_OK) {
		s->product_shop = shop;
		rc = product_ref_look(p, e);
		if (rc != E_OK)
			s->product_shop = NULL;
	}
	shopify_query_release(&q);
	return rc;
}

/* What is left of the last round begins anew: read, not remembered. */
static void begin_again(struct product_put *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct product_item *item = &p->item[i];
		item->shop = NULL;
		item->looked = item->again = item->unsure = false;
		item->sent = 0;
		for (size_t k = 0; k < item->n_variants; k++) {
			item->variant[k].shop = NULL;
			item->variant[k].sent = 0;
			item->variant[k].created = false;
			item->variant[k].moves = item->variant[k].waits = false;
		}
	}
}

/* One that was known and is gone is looked for as if it had never been. */
static bool any_lost(struct product_put *p)
{
	bool any = false;
	for (size_t i = 0; i < p->n; i++) {
		struct product_item *item = &p->item[i];
		if (!product_is_open(item) || item->id || item->looked)
			continue;
		any = true;
		if (item->known)
			product_step(p, item, "product", "gone", item->put->target.id);
		item->known = item->by_ref = false;
		for (size_t k = 0; k < item->n_variants; k++)
			item->variant[k].shop_id = NULL;
	}
	return any;
}

/* What is found and can't be read was deleted a moment ago, as long as the index does not know it. */
static void leave_lost(struct product_put *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct product_item *item = &p->item[i];
		item->again |= product_is_open(item) && !item->id && !item->looked;
	}
}

static enum errk find_and_read(struct product_put *p, struct err *e)
{
	enum errk rc = product_find(p, e);
	if (rc == E_OK)
		rc = product_read(p, e);
	if (rc == E_OK && any_lost(p))
		rc = product_find(p, e);
	if (rc == E_OK)
		rc = product_read(p, e);
	if (rc == E_OK)
		leave_lost(p);
	return rc;
}

static enum errk check_money(struct product_put *p, struct err *e)
{
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n && rc == E_OK; i++)
		if (product_is_open(&p->item[i]) && !p->item[i].archived)
			rc = product_check_money(p->rules, &p->shop->product_shop->money,
						 &p->item[i], e);
	return rc;
}

static void tell_archived(struct product_put *p, const struct product_item *item)
{
	const struct connector_env *env = &p->shop->env;
	const char *text = product_archived_text(item, p->arena);
	if (text)
		env->notice(env->notice_ctx, "archived variants", text);
	if (item->foreign_options)
		env->notice(env->notice_ctx, "foreign options", item->foreign_options);
}

/* Articles of the ERP that are variants of one product of the shop. */
static enum errk share(struct product_put *p, struct err *e)
{
	struct shopify *s = p->shop;
	if (!s->product_shares)
		s->product_shares = product_shares_new();
	enum errk rc = product_share(s->product_shares, p->item, p->n, p->batch,
				     p->batch->n >= PRODUCT_BATCH, p->arena, e);
	if (rc != E_OK)
		return rc;
	const char *text = product_share_text(s->product_shares, p->rules, p->item, p->n, p->arena);
	if (text)
		s->env.notice(s->env.notice_ctx, NULL, text);
	return E_OK;
}

/* What another variant had is free by now. */
static bool any_waits(const struct product_item *item)
{
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].waits)
			return true;
	return false;
}

static enum errk run_round(struct product_put *p, struct err *e)
{
	enum errk rc = find_and_read(p, e);
	if (rc == E_OK)
		rc = check_money(p, e);
	for (size_t i = 0; i < p->n && rc == E_OK; i++) {
		struct product_item *item = &p->item[i];
		/* Of what the ERP no longer sells only the status is brought over. */
		if (!product_is_open(item) || !item->shop)
			continue;
		if (!item->archived)
			product_match(item, true, p->arena);
		product_learn_asked(item, p->arena);
		if (item->archived)
			continue;
		product_ref_judge(item);
		product_match_options(item, true, p->arena);
		tell_archived(p, item);
	}
	if (rc == E_OK)
		rc = share(p, e);
	if (rc == E_OK)
		rc = product_check_new_skus(p, e);
	if (rc == E_OK)
		rc = product_write(p, e);
	for (size_t i = 0; i < p->n && rc == E_OK; i++) {
		p->item[i].again |= any_waits(&p->item[i]);
		p->item[i].done |= !p->item[i].again && !p->item[i].unsure;
	}
	return rc;
}

static bool any_open(const struct product_put *p, bool *unsure)
{
	bool any = false;
	*unsure = false;
	for (size_t i = 0; i < p->n; i++) {
		any |= product_is_open(&p->item[i]);
		*unsure |= product_is_open(&p->item[i]) && p->item[i].unsure;
	}
	return any;
}

/* Of SKUs that were on their way when a run was cut off, and of those that others have changed in the shop. */
static void list_renamed(const struct product_put *p, struct product_item *item)
{
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		const char *now = v->shop ? v->shop->values.text[FIELD_SKU] : NULL;
		bool other = v->was_sku && v->shop &&
			     !str_equal(v->was_sku, product_short(now ? now : "", p->arena));
		if (!other && !p->batch->unsure)
			continue;
		product_rename(p, item, v->was_sku);
		product_rename(p, item, now);
		product_rename(p, item, v->sku);
	}
}

/* What became of each product. */
static void report(struct product_put *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct product_item *item = &p->item[i];
		struct put_item *put = item->put;
		put->made = product_made_article(item);
		list_renamed(p, item);
		if (put->err.kind != E_OK)
			continue;
		put->target.id = item->id;
		product_claim(item, p->arena);
		put->adopted = !item->written;
		put->changed = item->written && item->shop && !item->created;
		put->kept = product_baseline_text(item, p->arena);
		/*
		 * The next run reads before it writes, whatever this is called. But one product that
		 * Shopify fails at each time must not keep the others waiting for ever.
		 */
		if (item->unsure)
			err_set(&put->err, p->batch->unsure ? E_BUSY : E_UNSURE, "no_answer",
				"Shopify has not said what became of the write");
		else if (item->conflicts || item->refusals)
			product_report_parts(item, "shopify_refuses", "went over but for this");
		else if (item->again)
			err_set(&put->err, E_BUSY, "product_moving",
				"it was changed in the shop while it was written; the next run goes "
				"on");
	}
}

static enum errk run_rounds(struct product_put *p, struct err *e)
{
	bool unsure = false;
	enum errk rc = E_OK;
	for (int round = 0; rc == E_OK && round < PRODUCT_ROUNDS && any_open(p, &unsure); round++) {
		/* A write without answer may still be on its way. */
		if (unsure || (p->batch->unsure && round == 0))
			rc = http_pause(p->shop->env.http, PRODUCT_PAUSE_MS, e);
		begin_again(p);
		if (rc == E_OK)
			rc = run_round(p, e);
	}
	return rc;
}

enum errk product_put(struct shopify *s, struct put_batch *batch, struct arena *a, struct err *e)
{
	struct product_put p = {.shop = s, .rules = s->products, .batch = batch, .arena = a};
	enum errk rc = shopify_authorize(s, a, e);
	if (rc == E_OK)
		rc = shopify_need_scopes(s, 0, 1u << KIND_PRODUCT, a, e);
	if (rc == E_OK)
		rc = read_shop(&p, e);
	if (rc == E_OK)
		rc = product_read_documents(&p, e);
	if (rc == E_OK)
		rc = run_rounds(&p, e);
	if (rc == E_OK)
		report(&p);
	return rc;
}

enum errk product_check(struct shopify *s, const struct check_sink *sink, struct arena *a,
			struct err *e)
{
	struct product_put p = {.shop = s, .rules = s->products, .arena = a};
	struct product_shop *known = s->product_shop;
	enum errk rc = read_shop(&p, e);
	if (rc == E_LOCAL && strcmp(e->code, "reference_taken") == 0) {
		sink->say(sink->ctx, CHECK_BAD, e->msg, NULL);
		return E_OK;
	}
	if (rc == E_OK)
		sink->say(sink->ctx, CHECK_OK,
			  arena_printf(a,
				       "products: prices in %s %s tax; the metafield "
				       "erpsync.product_id %s",
				       s->product_shop->money.currency,
				       s->product_shop->money.taxes_included ? "with" : "without",
				       s->product_shop->defined
					       ? "is defined"
					       : "will be defined when the first one is created"),
			  NULL);
	s->product_shop = known;
	return rc;
}
