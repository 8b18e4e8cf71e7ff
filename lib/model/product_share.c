#include "model/product_share.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/key_index.h"
#include "base/list.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "model/claims.h"

/* What this run has met: a product of the shop, and whose of the ERP it is. */
struct met {
	const char *id, *record;
};

struct product_shares {
	struct arena *mem;
	struct met *met;
	size_t n, cap;
	struct key_index index;
	bool told;
};

static const char *key_of(const void *ctx, size_t i)
{
	return ((const struct product_shares *)ctx)->met[i].id;
}

struct product_shares *product_shares_new(void)
{
	struct product_shares *s = calloc(1, sizeof(*s));
	if (!s)
		die(70, "out of memory");
	s->mem = arena_new();
	s->index = (struct key_index){.key = key_of, .ctx = s};
	return s;
}

void product_shares_free(struct product_shares *s)
{
	if (!s)
		return;
	key_index_release(&s->index);
	free(s->met);
	arena_free(s->mem);
	free(s);
}

/* The record that this is of already, or this one from now on. */
static const char *meet(struct product_shares *s, const char *id, const char *record)
{
	key_index_room(&s->index, s->n);
	uint32_t *slot = key_index_slot(&s->index, id);
	if (*slot)
		return s->met[*slot - 1].record;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->met = reallocarray(s->met, s->cap, sizeof(*s->met));
		if (!s->met)
			die(70, "out of memory");
	}
	s->met[s->n] = (struct met){arena_strdup(s->mem, id), arena_strdup(s->mem, record)};
	*slot = (uint32_t)++s->n;
	return record;
}

static struct product_item *find(struct product_item *item, size_t n, const char *record)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(item[i].put->record, record) == 0)
			return &item[i];
	return NULL;
}

/* Is it this variant of the shop, matched or not? */
static bool is_this(const struct product_variant *v, const struct shop_variant *s)
{
	return v->shop == s || str_equal(v->shop_id, s->id) ||
	       (*v->sku && strcmp(v->sku, s->sku) == 0);
}

static bool has_all(const struct product_item *item)
{
	for (size_t k = 0; k < item->shop->n_variants; k++) {
		bool has = false;
		for (size_t i = 0; i < item->n_variants && !has; i++)
			has = is_this(&item->variant[i], &item->shop->variant[k]);
		if (!has)
			return false;
	}
	return true;
}

static bool is_shared(struct product_item *x)
{
	return product_is_open(x) && x->id && x->shop;
}

void product_claim(struct product_item *x, struct arena *a)
{
	struct put_item *put = x->put;
	put->claims = arena_array(a, x->n_variants, sizeof(*put->claims));
	put->n_claims = 0;
	for (size_t i = 0; i < x->n_variants && x->id && !x->archived; i++) {
		const struct product_variant *v = &x->variant[i];
		const char *id = v->shop ? v->shop->id : v->shop_id;
		if (id && !v->archived)
			put->claims[put->n_claims++] = (struct put_claim){
				.article = arena_printf(a, "%s %s", x->id, id),
				.sku = v->shop ? v->shop->sku : v->sku,
				.some = true,
			};
	}
}

/* As it was matched before, or as it would be now. */
static bool is_claimed_by(const struct product_item *rival, const struct product_variant *v,
			  const struct put_claim *claim, struct arena *a)
{
	const char *end = v->shop_id ? arena_printf(a, " %s", v->shop_id) : NULL;
	/* By its options alone: it can't be told from here. */
	if (!*claim->sku || strcmp(v->sku, claim->sku) == 0)
		return true;
	/* Ids of variants may say something within their product alone. */
	return end && str_ends(claim->article, end) &&
	       (!rival->handle ||
		str_starts(claim->article, arena_printf(a, "%s ", rival->handle)));
}

static bool says(const void *ctx, const struct rival *r, const struct put_claim *claim, bool *some,
		 struct arena *a)
{
	struct put_item put = {.record = r->record,
			       .label = r->label,
			       .doc = r->doc,
			       .kept = r->written ? r->kept : NULL};
	struct product_item item;
	struct err ignored;
	bool is = false;
	(void)ctx;
	*some = true;
	if (product_item_read(&put, a, &item, &ignored) != E_OK || put.err.kind != E_OK)
		return false;
	for (size_t i = 0; i < item.n_variants && !item.archived; i++)
		is |= !item.variant[i].archived && is_claimed_by(&item, &item.variant[i], claim, a);
	return is;
}

static void refuse(struct product_item *item, const struct claimant *c, struct arena *a)
{
	if (c->verdict == CLAIM_UNKNOWN)
		err_set(&item->put->err, E_BUSY, SAME_VARIANT,
			"has the shop's variant '%s', as '%s' does, and the ERP could not be asked "
			"yet whether it still does; the next run goes on",
			c->claim->sku, c->other);
	else
		product_refuse(
			item, SAME_VARIANT,
			"has the shop's variant '%s', as '%s' does: each would undo the "
			"other; give it to one of them in the ERP; or, if this one is not to "
			"be written, run: erpsync queue drop --for-good %s; or, if '%s' is "
			"never to be written any more, whatever the ERP says of it, run: "
			"erpsync queue drop --for-good %s, then: erpsync queue retry %s",
			c->claim->sku, c->other, shell_word(item->put->label, a), c->other,
			shell_word(c->other, a), shell_word(item->put->label, a));
}

static enum errk judge_variants(struct product_item *item, size_t n, const struct put_batch *batch,
				struct arena *a, struct err *e)
{
	LIST(struct claimant) all = {0};
	for (size_t i = 0; i < n; i++) {
		if (!is_shared(&item[i]))
			continue;
		product_claim(&item[i], a);
		for (size_t k = 0; k < item[i].put->n_claims; k++)
			*list_add(&all, a) = (struct claimant){.put = item[i].put,
							       .claim = &item[i].put->claims[k]};
	}
	enum errk rc = claims_judge(batch, all.at, all.n, says, NULL, a, e);
	for (size_t i = 0; i < all.n && rc == E_OK; i++)
		if (all.at[i].verdict != CLAIM_STANDS && all.at[i].put->err.kind == E_OK)
			refuse(find(item, n, all.at[i].put->record), &all.at[i], a);
	return rc;
}

enum errk product_share(struct product_shares *s, struct product_item *item, size_t n,
			const struct put_batch *batch, bool more, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct product_item *x = &item[i];
		if (!is_shared(x))
			continue;
		const char *record = meet(s, x->id, x->put->record);
		struct product_item *other = find(item, n, record);
		x->family |= x->n_options > 0 || x->n_variants > 1;
		if (strcmp(record, x->put->record) != 0) {
			x->shared = true;
			if (other)
				other->shared = true;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (is_shared(&item[i])) {
			item[i].partial = !has_all(&item[i]);
			item[i].silent = item[i].partial &&
					 (item[i].shared || (more && !item[i].family &&
							     !target_is(&item[i].put->target)));
			/* What was all of it once stays so when a person adds a variant there. */
			item[i].family |= !item[i].partial;
		}
	return judge_variants(item, n, batch, a, e);
}

/* Would it change the product itself? */
static bool has_to_say(const struct product_rules *rules, struct product_item *item,
		       struct arena *a)
{
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++) {
		const char *erp = item->values.text[f], *store = item->shop->values.text[f];
		if (!erp || !store)
			continue;
		enum product_choice c = product_choose(rules->owner[f], product_short(erp, a),
						       product_short(store, a), item->base[f]);
		if (c == CHOICE_WRITE || c == CHOICE_CONFLICT)
			return true;
	}
	item->silent = false;
	bool status = product_wanted_status(rules, item) != NULL;
	item->silent = true;
	return status;
}

const char *product_share_text(struct product_shares *s, const struct product_rules *rules,
			       struct product_item *item, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n && !s->told; i++) {
		struct product_item *x = &item[i];
		if (!is_shared(x) || !x->silent || !has_to_say(rules, x, a))
			continue;
		s->told = true;
		return arena_printf(
			a,
			"some products of the ERP are variants of one product of the shop "
			"(the first: '%s'): what they say of the product itself, such as "
			"title or status, is not brought over; say it in the shop, or make "
			"one product of them in the ERP",
			x->put->label);
	}
	return NULL;
}
