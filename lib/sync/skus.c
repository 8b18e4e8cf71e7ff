#include "sync/skus.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "sync/flow.h"
#include "sync/skus_priv.h"

#include "base/banned.h"

const struct sku_rule_row sku_rules[SKUS_RULES_] = {
	[SKUS_MISSING_IN_ERP] =
		{"missing_in_erp", true, "in the store, but not in the ERP",
		 "create the article in the ERP under this SKU, or name the ERP's in "
		 "tables/skus.csv and tables/store_skus.csv; until then orders with it are parked"},
	[SKUS_MISSING_IN_STORE] =
		{"missing_in_store", true, "in the ERP, but not in the store",
		 "create it in the store, take it out of sale in the ERP, or name the store's SKU in "
		 "tables/store_skus.csv and tables/skus.csv; until then its stock is parked"},
	[SKUS_NEAR_MISS] =
		{"near_miss", true, "not the same, but almost",
		 "correct the spelling on one of the two sides; SKUs are compared sign by sign"},
	[SKUS_DUPLICATE] =
		{"duplicate", true, "of several articles of one side",
		 "give each article a SKU of its own; it can't be told which of them is meant"},
	[SKUS_BLANK] =
		{"blank", true, "without SKU",
		 "give the article a SKU, or, for the store's, add the row to tables/skus.csv "
		 "that is listed by: erpsync skus check --titles"},
	[SKUS_MAPPED_TWICE] = {"mapped_twice", true, "one article here, two there",
			       "leave one of them in tables/skus.csv and tables/store_skus.csv"},
	[SKUS_HALF_MAPPED] = {"half_mapped", false, "mapped in one direction only",
			      "add the row to the other table too: tables/skus.csv is for orders, "
			      "tables/store_skus.csv for stock and products"},
	[SKUS_UNTRACKED] =
		{"untracked", false, "with no quantity kept",
		 "let the side keep its stock (in Shopify: Track quantity), or leave it: "
		 "its stock is not brought over"},
	[SKUS_BUNDLE] = {"bundle", false, "bundles, whose stock follows from their components",
			 "nothing: they are not under the rule"},
};

/* One check under way. */
struct check {
	struct session *session;
	const struct skus_options *options;
	struct notices notices;
	struct sku_list list[SIDE_COUNT_];
	struct sku_pairs pairs;
	struct arena *scratch; /* emptied after each finding */
	struct sku_summary *sum;
	unsigned needed; /* marks that the flows that are set up need of a pair */
};

static enum errk add(void *ctx, const struct article *x, struct err *e)
{
	(void)e;
	sku_list_add(ctx, x);
	return E_OK;
}

static enum errk read_side(struct check *c, enum side side, struct err *e)
{
	const char *section = side_section(side);
	CLEANUP(connector) struct connector *source = NULL;
	enum errk rc = session_connector(c->session, section, NULL, NULL, &c->notices, &source, e);

	if (rc != E_OK)
		return rc;
	c->sum->system[side] = source->type->title;
	if (!source->type->catalogue)
		return err_set(e, E_LOCAL, "no_catalogue",
			       "[%s]: %s has no catalogue that SKUs could be compared with",
			       section, source->type->title);
	rc = source->type->catalogue(source, add, &c->list[side], e);
	if (rc != E_OK)
		return err_wrap(e, "catalogue of the %s", side == SIDE_STORE ? "store" : "ERP");
	sku_list_seal(&c->list[side]);
	c->sum->articles[side] = c->list[side].n;
	return E_OK;
}

static enum side other_side(enum side side)
{
	return side == SIDE_STORE ? SIDE_ERP : SIDE_STORE;
}

/* Stock or products are read from this side: what lists its articles must be there. */
static bool tells_articles(const struct conf *conf, enum side side)
{
	for (const struct flow *f = flows; f->noun; f++)
		if (f->from == side && record_kind_of_goods(f->kind) && flow_is_set_up(f, conf))
			return true;
	return false;
}

static enum errk read_side_if_any(struct check *c, enum side side, struct err *e)
{
	enum errk rc = read_side(c, side, e);

	if (rc != E_LOCAL || !str_equal(e->code, "no_catalogue") ||
	    tells_articles(c->session->conf, side) || c->sum->unread[other_side(side)])
		return rc;
	c->sum->unread[side] = arena_strdup(c->session->arena, e->msg);
	return E_OK;
}

/* Hands one finding on and counts it. y: its counterpart, or NULL. */
static enum errk say(struct check *c, enum sku_rule rule, enum side side, const struct sku_entry *x,
		     const struct sku_entry *y, const char *detail, struct err *e)
{
	const struct sku_finding f = {
		.rule = rule,
		.side = side,
		.sku = x->sku,
		.id = sku_id(x),
		.title = sku_title(x),
		.other_sku = y ? y->sku : NULL,
		.other_id = y ? sku_id(y) : NULL,
		.detail = detail,
	};
	enum errk rc = c->options->on_finding(c->options->ctx, &f, e);

	c->sum->found[rule]++;
	arena_reset(c->scratch);
	return rc;
}

/* Without partner, and none that another one was faster to take. */
static bool is_alone(const struct sku_list *l, const struct sku_entry *x)
{
	return !x->partner && !(x->marks & SKU_CLASH) && sku_is_due(l, x);
}

/* Its pair is a pair and nothing else. */
static bool is_sound(const struct sku_entry *x)
{
	unsigned flaws = SKU_NEAR | SKU_CLASH | SKU_DUPLICATE;

	return x->partner && !((x->marks | x->partner->marks) & flaws);
}

/* Why it has no partner although the other side has its SKU; NULL = it has not. */
static const char *why_apart(const struct check *c, enum side side, const struct sku_entry *x)
{
	const struct sku_entry *y = sku_list_find(&c->list[other_side(side)], x->sku);

	if (!y)
		return NULL;
	return sku_counts(&c->list[other_side(side)], y)
		       ? "it is there, but the tables make it another article"
		       : "it is archived there";
}

/* The articles of a side that have no partner and should, or (near) that are like one. */
static enum errk say_missing(struct check *c, enum side side, struct err *e)
{
	const struct sku_list *l = &c->list[side];
	enum sku_rule rule = side == SIDE_STORE ? SKUS_MISSING_IN_ERP : SKUS_MISSING_IN_STORE;
	enum errk rc = E_OK;

	for (size_t i = 0; i < l->n_sorted && rc == E_OK; i += sku_list_group(l, i))
		if (is_alone(l, l->sorted[i]))
			rc = say(c, rule, side, l->sorted[i], NULL,
				 why_apart(c, side, l->sorted[i]), e);
	return rc;
}

/*
 * Who might be meant. Both ends of such a pair are spoken for: it is one finding, and neither is
 * missing.
 */
static enum errk say_near(struct check *c, enum side side, struct err *e)
{
	const struct sku_list *l = &c->list[side], *other = &c->list[other_side(side)];
	enum errk rc = E_OK;

	for (size_t i = 0; i < l->n_sorted && rc == E_OK; i += sku_list_group(l, i)) {
		struct sku_entry *x = l->sorted[i], *y;
		const char *why = NULL;

		if (!is_alone(l, x))
			continue;
		y = sku_near(other, x, c->scratch, &why);
		if (!y)
			continue;
		x->partner = y;
		x->marks |= SKU_NEAR;
		if (!y->partner) {
			y->partner = x;
			y->marks |= SKU_NEAR;
		}
		rc = say(c, SKUS_NEAR_MISS, side, x, y, why, e);
	}
	return rc;
}

static enum errk say_duplicates(struct check *c, enum side side, struct err *e)
{
	const struct sku_list *l = &c->list[side];
	enum errk rc = E_OK;

	for (size_t i = 0, n; i < l->n_sorted && rc == E_OK; i += n) {
		size_t counted = 0;

		n = sku_list_group(l, i);
		for (size_t k = i; k < i + n; k++)
			counted += sku_counts(l, l->sorted[k]);
		for (size_t k = i; k < i + n && counted > 1 && rc == E_OK; k++) {
			if (!sku_counts(l, l->sorted[k]))
				continue;
			l->sorted[k]->marks |= SKU_DUPLICATE;
			rc = say(c, SKUS_DUPLICATE, side, l->sorted[k], l->sorted[k]->partner,
				 arena_printf(c->scratch, "%zu articles have it", counted), e);
		}
	}
	return rc;
}

static enum errk say_blanks(struct check *c, enum side side, struct err *e)
{
	const struct sku_list *l = &c->list[side];
	enum errk rc = E_OK;

	for (size_t i = 0; i < l->n && rc == E_OK; i++) {
		const struct sku_entry *x = &l->entry[i];
		const char *barcode = sku_barcode(x);

		if (*x->sku || x->partner || !sku_is_due(l, x))
			continue;
		rc = say(c, SKUS_BLANK, side, x, NULL,
			 *barcode ? arena_printf(c->scratch, "its barcode is %s", barcode) : NULL,
			 e);
	}
	return rc;
}

static enum errk say_clashes(struct check *c, struct err *e)
{
	enum errk rc = E_OK;

	for (size_t i = 0; i < c->pairs.n_clashes && rc == E_OK; i++) {
		const struct sku_entry *store = c->pairs.clash[i].store,
				       *erp = c->pairs.clash[i].erp;
		const char *text = "";

		if (store->partner)
			text = arena_printf(c->scratch, "it is '%s' of the ERP too",
					    store->partner->sku);
		if (erp->partner)
			text = arena_printf(c->scratch, "%s%sthe ERP's is '%s' of the store too",
					    text, *text ? "; " : "", erp->partner->sku);
		rc = say(c, SKUS_MAPPED_TWICE, SIDE_STORE, store, erp, text, e);
	}
	return rc;
}

/* The directions in which a pair must be found by what is set up. */
static unsigned needed_marks(const struct conf *conf)
{
	unsigned needed = 0;

	for (const struct flow *f = flows; f->noun; f++)
		if (flow_is_set_up(f, conf) && f->kind != KIND_FULFILLMENT)
			needed |= f->from == SIDE_STORE ? SKU_BY_STORE : SKU_BY_ERP;
	return needed;
}

static enum errk say_half(struct check *c, struct err *e)
{
	const struct sku_list *l = &c->list[SIDE_STORE];
	enum errk rc = E_OK;

	for (size_t i = 0; i < l->n_sorted && rc == E_OK; i++) {
		const struct sku_entry *x = l->sorted[i];
		unsigned lacks = c->needed & ~x->marks;

		if (!is_sound(x) || !lacks)
			continue;
		rc = say(c, SKUS_HALF_MAPPED, SIDE_STORE, x, x->partner,
			 lacks & SKU_BY_STORE
				 ? arena_printf(c->scratch, "tables/skus.csv lacks %s,%s", x->sku,
						x->partner->sku)
				 : arena_printf(c->scratch, "tables/store_skus.csv lacks %s,%s",
						x->partner->sku, x->sku),
			 e);
	}
	return rc;
}

/* Of the ERP's only those that the store sells: it keeps no stock of many a thing. */
static enum errk say_trait(struct check *c, enum side side, enum sku_rule rule, unsigned trait,
			   struct err *e)
{
	const struct sku_list *l = &c->list[side];
	enum errk rc = E_OK;

	for (size_t i = 0; i < l->n && rc == E_OK; i++) {
		const struct sku_entry *x = &l->entry[i];
		unsigned never = ARTICLE_ARCHIVED | (trait == ARTICLE_BUNDLE ? 0 : ARTICLE_BUNDLE);

		if (!(x->traits & trait) || x->traits & never)
			continue;
		if (side == SIDE_ERP && (!x->partner || x->traits & ARTICLE_SERVICE))
			continue;
		rc = say(c, rule, side, x, x->partner, NULL, e);
	}
	return rc;
}

static enum errk say_all(struct check *c, struct err *e)
{
	const bool both = !c->sum->unread[SIDE_STORE] && !c->sum->unread[SIDE_ERP];
	enum errk rc = E_OK;

	/* What is almost the same is not missing, so that it must be known first. */
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_ && rc == E_OK && both; side++)
		rc = say_near(c, side, e);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_ && rc == E_OK && both; side++)
		rc = say_missing(c, side, e);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_ && rc == E_OK; side++)
		rc = say_duplicates(c, side, e);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_ && rc == E_OK; side++)
		rc = say_blanks(c, side, e);
	if (rc == E_OK)
		rc = say_clashes(c, e);
	if (rc == E_OK)
		rc = say_half(c, e);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_ && rc == E_OK; side++)
		rc = say_trait(c, side, SKUS_UNTRACKED, ARTICLE_UNTRACKED, e);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_ && rc == E_OK; side++)
		rc = say_trait(c, side, SKUS_BUNDLE, ARTICLE_BUNDLE, e);
	return rc;
}

static void count(struct check *c)
{
	const struct sku_list *l = &c->list[SIDE_STORE];

	for (size_t i = 0; i < l->n; i++) {
		const struct sku_entry *x = &l->entry[i];

		if (!is_sound(x))
			continue;
		c->sum->aligned++;
		c->sum->mapped += !str_equal(x->sku, x->partner->sku);
	}
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++)
		for (size_t i = 0; i < c->list[side].n; i++)
			c->sum->aside[side] += !c->list[side].entry[i].partner &&
					       !sku_is_due(&c->list[side], &c->list[side].entry[i]);
	c->sum->holds = true;
	for (int r = 0; r < SKUS_RULES_; r++)
		if (sku_rules[r].breaks && c->sum->found[r])
			c->sum->holds = false;
}

static enum errk compare(struct check *c, struct err *e)
{
	CLEANUP(mapper) struct mapper *m = NULL;
	/* The tables are the same whatever system is asked for. */
	enum errk rc = session_mapper(c->session, conf_text(c->session->conf, "store", "connector"),
				      &m, e);

	c->pairs = (struct sku_pairs){.list = c->list, .mapper = m};
	if (rc == E_OK)
		rc = sku_pair(&c->pairs, e);
	if (rc == E_OK)
		rc = say_all(c, e);
	if (rc == E_OK)
		count(c);
	free(c->pairs.clash);
	return rc;
}

enum errk sync_skus(struct session *s, const struct skus_options *o, struct sku_summary *out,
		    struct err *e)
{
	struct check c = {.session = s,
			  .options = o,
			  .notices = {.a = s->arena, .on = o->on_notice, .ctx = o->ctx},
			  .scratch = arena_new(),
			  .sum = out,
			  .needed = needed_marks(s->conf)};
	enum errk rc;

	*out = (struct sku_summary){0};
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++)
		sku_list_init(&c.list[side], side);
	/* Files are read whole, so that what they take is gone before the other side is read. */
	rc = read_side_if_any(&c, SIDE_ERP, e);
	if (rc == E_OK)
		rc = read_side_if_any(&c, SIDE_STORE, e);
	if (rc == E_OK)
		rc = compare(&c, e);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++)
		sku_list_release(&c.list[side]);
	arena_free(c.scratch);
	return rc;
}
