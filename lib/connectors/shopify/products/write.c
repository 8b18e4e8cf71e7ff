#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"

static void agree(struct product_base *base, const char *erp, const char *store, struct arena *a)
{
	*base = (struct product_base){product_short(erp, a), product_short(store, a)};
}

/* The answer to what was asked for is here. */
static void confirm(struct product_base *base, struct product_base *asked, const char *erp,
		    const char *store, struct arena *a)
{
	agree(base, erp, store, a);
	*asked = (struct product_base){0};
}

/* Fields that were sent, as the shop has them now. */
static void take_fields(const struct product_put *p, struct product_item *item,
			const struct product_values *now)
{
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (now->text[f])
			item->shop->values.text[f] = now->text[f];
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (item->sent & 1u << f)
			confirm(&item->base[f], &item->asked[f], item->values.text[f],
				item->shop->values.text[f], p->arena);
}

static void take_variant(const struct product_put *p, const struct product_call *c,
			 struct product_variant *v, struct answer *in, const cJSON *node)
{
	struct product_values now = v->shop->values;
	product_take_variant_values(in, node, &now, p->arena);
	if (!answer_ok(in))
		return;
	v->shop->values = now;
	if (v->moves && !v->waits) {
		v->shop->option = v->option;
		v->moves = false;
		v->option_base = product_option_base(c->item, v, p->arena);
		product_step(p, c->item, "options", "done", v->name);
	}
	for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++)
		if (v->sent & 1u << f)
			confirm(&v->base[f], &v->asked[f], v->values.text[f], now.text[f],
				p->arena);
}

/* Variants that have just come into being: all that the ERP tells of them is there. */
static void take_new_variants(struct product_put *p, struct product_item *item)
{
	product_match(item, true, p->arena);
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		for (int f = FIELD_VARIANT_FIRST; v->shop && v->created && f < FIELD_COUNT_; f++)
			if (v->values.text[f])
				agree(&v->base[f], v->values.text[f], v->shop->values.text[f],
				      p->arena);
		if (v->shop && v->created)
			v->option_base = product_option_base(item, v, p->arena);
		v->created = false;
	}
}

static cJSON *variants_input(const struct product_item *item, cJSON **list)
{
	cJSON *variables = json_object();
	json_add_str(variables, "product", item->id);
	*list = json_add_array(variables, "variants");
	return variables;
}

/* The product of an answer, which must be the one that was written. */
static const cJSON *answer_own_product(struct answer *in, const cJSON *payload,
				       const struct product_item *item)
{
	const cJSON *node = answer_object(in, payload, "product");
	if (strcmp(answer_id(in, node, "id"), item->id) != 0)
		answer_fault(in, "product.id", "is that of another product");
	return node;
}

/* ---- The sorts of writes: what each sends of a product, and what its answer says. */

static cJSON *ask_creation(struct product_put *p, struct product_call *c, size_t *at)
{
	if ((*at)++ || c->item->shop || c->item->id || !c->item->looked || c->item->archived)
		return NULL;
	for (size_t i = 0; i < c->item->n_variants && c->n < VARIANTS_AT_CREATION; i++)
		if (product_is_new(&c->item->variant[i]))
			c->of[c->n++] = &c->item->variant[i];
	return product_plan_creation(p, c->item);
}

static void take_creation(struct product_put *p, const struct product_call *c, struct answer *in,
			  const cJSON *payload)
{
	struct product_item *item = c->item;
	struct shop_product *shop = product_take(in, answer_object(in, payload, "product"),
						 VARIANTS_AT_CREATION, p->arena);
	const char *id = answer_id(in, payload, "product.id");
	if (!answer_ok(in))
		return;
	item->shop = shop;
	item->id = arena_strdup(p->arena, id);
	item->created = item->written = true;
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (item->values.text[f] && item->shop->values.text[f])
			agree(&item->base[f], item->values.text[f], item->shop->values.text[f],
			      p->arena);
	for (size_t i = 0; i < c->n; i++)
		c->of[i]->created = true;
	for (size_t i = 0; i < item->n_variants; i++)
		item->variant[i].shop_id = NULL;
	take_new_variants(p, item);
	product_step(p, item, "product", "created", item->id);
}

static cJSON *ask_fields(struct product_put *p, struct product_call *c, size_t *at)
{
	return (*at)++ || !c->item->shop || c->item->created ? NULL
							     : product_plan_fields(p, c->item);
}

static void take_product(struct product_put *p, const struct product_call *c, struct answer *in,
			 const cJSON *payload)
{
	struct product_item *item = c->item;
	struct product_values now = {0};
	const cJSON *node = answer_own_product(in, payload, item);
	const char *status = answer_id(in, node, "status");
	product_take_values(in, node, &now, p->arena);
	if (!answer_ok(in))
		return;
	take_fields(p, item, &now);
	item->written = true;
	if (strcmp(status, item->shop->status) == 0)
		return;
	if (!item->archived)
		item->status_was = item->status_set = NULL;
	item->shop->status = arena_strdup(p->arena, status);
	product_step(p, item, "status", "done", item->shop->status);
}

static cJSON *ask_options(struct product_put *p, struct product_call *c, size_t *at)
{
	return (*at)++ || !c->item->shop || c->item->archived ? NULL
							      : product_plan_options(p, c->item);
}

/* The shop's only variant has got the values of ours. */
static void take_options(struct product_put *p, const struct product_call *c, struct answer *in,
			 const cJSON *payload)
{
	struct product_item *item = c->item;
	answer_own_product(in, payload, item);
	if (!answer_ok(in))
		return;
	item->shop->only_default = false;
	item->shop->option = item->option;
	item->shop->n_options = item->n_options;
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].shop)
			item->variant[i].shop->option = item->variant[i].option;
	item->written = true;
	product_step(p, item, "options", "done", NULL);
}

static cJSON *ask_variants(struct product_put *p, struct product_call *c, size_t *at)
{
	struct product_item *item = c->item;
	cJSON *list, *variables = variants_input(item, &list);
	for (; *at < item->n_variants && c->n < VARIANTS_PER_WRITE; ++*at) {
		struct product_variant *v = &item->variant[*at];
		cJSON *input = item->shop && !item->archived && v->shop && !v->archived &&
					       !item->created
				       ? product_plan_variant(p, item, v)
				       : NULL;
		if (!input)
			continue;
		json_push(list, input);
		c->of[c->n++] = v;
	}
	if (!c->n)
		cJSON_Delete(variables);
	return c->n ? variables : NULL;
}

static struct product_variant *variant_of(const struct product_call *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->of[i]->shop->id, id) == 0)
			return c->of[i];
	return NULL;
}

/* Those that were written; without a refusal all of the call. */
static void take_variants(struct product_put *p, const struct product_call *c, struct answer *in,
			  const cJSON *payload)
{
	bool refused = json_count(payload, "userErrors") > 0;
	size_t n = 0;
	if (refused && !json_at(payload, "productVariants"))
		return;
	JSON_EACH (node, answer_nodes(in, payload, "productVariants", c->n)) {
		struct product_variant *v = variant_of(c, answer_id(in, node, "id"));
		if (!v)
			answer_fault(in, "productVariants", "has one that was not written");
		if (!answer_ok(in))
			return;
		take_variant(p, c, v, in, node);
		c->item->written = true;
		n++;
	}
	if (!refused && n != c->n)
		answer_fault(in, "productVariants", "holds %zu of %zu that were written", n, c->n);
}

static cJSON *ask_new(struct product_put *p, struct product_call *c, size_t *at)
{
	struct product_item *item = c->item;
	cJSON *list, *variables = variants_input(item, &list);
	for (; *at < item->n_variants && c->n < VARIANTS_PER_WRITE; ++*at) {
		struct product_variant *v = &item->variant[*at];
		if (!item->shop || item->archived || !product_is_new(v) || v->waits)
			continue;
		json_push(list, product_plan_new_variant(p, item, v));
		c->of[c->n++] = v;
	}
	if (!c->n)
		cJSON_Delete(variables);
	return c->n ? variables : NULL;
}

static void take_new(struct product_put *p, const struct product_call *c, struct answer *in,
		     const cJSON *payload)
{
	size_t n = 0;
	JSON_EACH (node, answer_nodes(in, payload, "productVariants", c->n)) {
		product_add_shop_variant(in, c->item->shop, node, p->arena);
		n++;
	}
	if (n != c->n)
		answer_fault(in, "productVariants", "holds %zu of %zu that were created", n, c->n);
	if (!answer_ok(in))
		return;
	for (size_t i = 0; i < c->n; i++)
		c->of[i]->created = true;
	take_new_variants(p, c->item);
	c->item->written = true;
	product_step(p, c->item, "variants", "created", arena_printf(p->arena, "%zu", c->n));
}

static const struct sort {
	enum shopify_document doc;
	const char *payload;
	/* Variables of the next call, or NULL; *at is 0 at first and the sort's own. */
	cJSON *(*ask)(struct product_put *p, struct product_call *c, size_t *at);
	void (*take)(struct product_put *p, const struct product_call *c, struct answer *in,
		     const cJSON *payload);
	bool whole; /* one refusal refuses all of the call */
} sorts[] = {
	{DOC_PRODUCT_CREATE, "productSet", ask_creation, take_creation, true},
	{DOC_PRODUCT_UPDATE, "productUpdate", ask_fields, take_product, true},
	{DOC_OPTIONS_CREATE, "productOptionsCreate", ask_options, take_options, true},
	{DOC_VARIANTS_UPDATE, "productVariantsBulkUpdate", ask_variants, take_variants, false},
	{DOC_VARIANTS_CREATE, "productVariantsBulkCreate", ask_new, take_new, true},
};

/* ---- Refusals */

static void take_errors(struct product_put *p, const struct sort *sort,
			const struct product_call *c, const cJSON *errors)
{
	struct product_item *item = c->item;
	JSON_EACH (error, errors) {
		size_t at = product_error_entry(error, c->n);
		if (product_error_is_stale(error)) {
			item->again = true;
			continue;
		}
		product_refuse_part(&item->refusals, p->arena, "%s",
				    product_error_text(p, c, error));
		if (sort->doc == DOC_PRODUCT_UPDATE && product_field_of(error) != FIELD_COUNT_) {
			/* The other fields are good: they go again without this one. */
			item->values.text[product_field_of(error)] = NULL;
			item->again = true;
		}
		if (sort->doc != DOC_VARIANTS_CREATE)
			continue;
		/* The others of the call are good: they go again without this one. */
		for (size_t i = at < c->n ? at : 0; i < (at < c->n ? at + 1 : c->n); i++)
			c->of[i]->refused = true;
		item->again = true;
	}
	if (sort->doc == DOC_PRODUCT_CREATE && item->refusals)
		product_refuse(item, "shopify_refuses", "Shopify does not create it: %s",
			       item->refusals);
}

/* Neither a product nor a reason why not says nothing: the next round looks what is there. */
static void take_answer(struct product_put *p, const struct sort *sort,
			const struct product_call *c, const struct shopify_query *q)
{
	struct answer in = shopify_answer(q);
	const cJSON *payload = answer_object(&in, q->data, sort->payload);
	const cJSON *errors = answer_nodes(&in, payload, "userErrors", ENTRIES_MAX);
	JSON_EACH (error, errors)
		answer_text(&in, error, "message");
	if (answer_ok(&in) && json_first(errors))
		take_errors(p, sort, c, errors);
	if (answer_ok(&in) && (!json_first(errors) || !sort->whole))
		sort->take(p, c, &in, payload);
	if (!answer_ok(&in))
		c->item->unsure = true;
}

/* ---- Sending */

struct calls {
	struct product_call call[WRITES_AT_ONCE];
	struct shopify_query q[WRITES_AT_ONCE];
	size_t n;
};

/* What these calls ask for, should their answers be lost. */
static enum errk remember(struct product_put *p, struct calls *some, struct err *e)
{
	struct put_item *item[WRITES_AT_ONCE];
	size_t n = 0;
	for (size_t i = 0; i < some->n; i++) {
		struct product_item *one = some->call[i].item;
		if (!one->intends && !one->renames)
			continue;
		if (one->intends)
			one->put->kept = product_baseline_text(one, p->arena);
		one->intends = one->renames = false;
		item[n++] = one->put;
	}
	return n ? p->batch->remember(p->batch->remember_ctx, item, n, e) : E_OK;
}

static void drop_calls(struct calls *some)
{
	for (size_t i = 0; i < some->n; i++)
		shopify_query_release(&some->q[i]);
	some->n = 0;
}

/* What is in doubt, or was not sent because of it, is seen to in the next round. */
static enum errk send(struct product_put *p, const struct sort *sort, struct calls *some,
		      struct err *e)
{
	enum errk stop = E_OK;
	struct err first;
	enum errk rc = remember(p, some, e);
	STEP("product remembered");
	if (rc != E_OK) {
		drop_calls(some);
		return rc;
	}
	rc = shopify_send(p->shop, some->q, some->n, p->arena, &first);
	STEP("product sent");
	for (size_t i = 0; i < some->n; i++) {
		struct shopify_query *q = &some->q[i];
		struct product_item *item = some->call[i].item;
		bool sent = q->root || q->err.kind != E_OK;
		if (sent && q->err.kind == E_OK) {
			take_answer(p, sort, &some->call[i], q);
		} else if (!sent || shopify_is_unsure(&q->err)) {
			item->again = true;
			item->unsure |= sent;
		} else if (q->err.kind == E_RECORD) {
			product_refuse(item, q->err.code, "%s", q->err.msg);
		} else if (stop == E_OK) {
			*e = q->err;
			stop = q->err.kind;
		}
		shopify_query_release(q);
	}
	/* Nothing of it was sent: the token, or a wait that was cut short. */
	if (stop == E_OK && rc != E_OK && rc != E_RECORD && !shopify_is_unsure(&first)) {
		*e = first;
		stop = rc;
	}
	some->n = 0;
	return stop;
}

static enum errk add_call(struct product_put *p, const struct sort *sort, struct calls *some,
			  struct product_item *item, size_t *at, bool *added, struct err *e)
{
	struct product_call c = {.item = item};
	c.of = arena_array(p->arena, item->n_variants, sizeof(struct product_variant *));
	cJSON *variables = sort->ask(p, &c, at);
	*added = variables != NULL;
	if (!variables)
		return E_OK;
	some->q[some->n] = (struct shopify_query){.doc = sort->doc, .variables = variables};
	some->call[some->n++] = c;
	return some->n == WRITES_AT_ONCE ? send(p, sort, some, e) : E_OK;
}

static enum errk write_sort(struct product_put *p, const struct sort *sort, struct err *e)
{
	struct calls some = {.n = 0};
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n && rc == E_OK; i++) {
		struct product_item *item = &p->item[i];
		size_t at = 0;
		for (bool added = true; added && rc == E_OK;) {
			added = false;
			if (product_is_open(item) && !item->unsure && !item->again)
				rc = add_call(p, sort, &some, item, &at, &added, e);
		}
	}
	return rc == E_OK && some.n ? send(p, sort, &some, e) : rc;
}

static bool creates(const struct product_put *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (product_is_open(&p->item[i]) && p->item[i].looked && !p->item[i].id &&
		    !p->item[i].archived)
			return true;
	return false;
}

/* A dry run reckons everything, and sends nothing. */
static void pretend(struct product_put *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t s = 0; s < sizeof(sorts) / sizeof(*sorts); s++) {
			struct product_item *item = &p->item[i];
			cJSON *variables = NULL;
			size_t at = 0;
			do {
				struct product_call c = {.item = item};
				c.of = arena_array(p->arena, item->n_variants, sizeof(*c.of));
				cJSON_Delete(variables);
				variables = product_is_open(item) ? sorts[s].ask(p, &c, &at) : NULL;
				item->written |= variables != NULL;
			} while (variables);
		}
}

enum errk product_write(struct product_put *p, struct err *e)
{
	enum errk rc = E_OK;
	if (p->shop->env.dry_run) {
		pretend(p);
		return E_OK;
	}
	if (creates(p) && !p->shop->product_shop->defined)
		rc = product_ref_define(p, e);
	for (size_t s = 0; s < sizeof(sorts) / sizeof(*sorts) && rc == E_OK; s++)
		rc = write_sort(p, &sorts[s], e);
	return rc;
}
