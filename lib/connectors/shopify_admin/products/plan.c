#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "model/product_match.h"
#include "model/product_baseline.h"
#include "connectors/shopify_admin/products/handle.h"
#include "connectors/shopify_admin/products/priv.h"

#include "base/banned.h"

static void tell(const struct admin_product_import *s, const char *about, const char *text)
{
	s->env->notice(s->env->notice_ctx, about, text);
}

/* ---- What an earlier file asked for */

static const char *in_shop(const struct admin_product_plan *p, const struct product_variant *v,
			   enum product_field f)
{
	const char *text = f == FIELD_STATUS ? p->item->shop->status
			   : v               ? (v->shop ? v->shop->values.text[f] : NULL)
					     : p->item->shop->values.text[f];

	return text ? product_short(text, p->a) : NULL;
}

static void each_asked(struct admin_product_plan *p,
		       void (*fn)(struct admin_product_plan *p, enum product_field f,
				  struct product_base *asked, struct product_base *base,
				  const char *store))
{
	struct product_item *item = p->item;

	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (item->asked[f].erp)
			fn(p, (enum product_field)f, &item->asked[f], &item->base[f],
			   item->shop ? in_shop(p, NULL, (enum product_field)f) : NULL);
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];

		for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++)
			if (v->asked[f].erp)
				fn(p, (enum product_field)f, &v->asked[f], &v->base[f],
				   item->shop ? in_shop(p, v, (enum product_field)f) : NULL);
	}
}

/* One thing that is as it was asked for says that the file was imported. */
static void look_for_import(struct admin_product_plan *p, enum product_field f,
			    struct product_base *asked, struct product_base *base,
			    const char *store)
{
	(void)base;
	if (!store)
		return;
	if (str_equal(store, asked->erp) ||
	    (f == FIELD_DESCRIPTION && !str_equal(store, asked->store)))
		p->waits = false;
}

/*
 * What the shop shows is what it agreed to. HTML it tidies up, so that what it makes of ours may be
 * another text, and is taken for it the first time that it is seen.
 */
static void agree(struct admin_product_plan *p, enum product_field f, struct product_base *asked,
		  struct product_base *base, const char *store)
{
	(void)p;
	if (store && (str_equal(store, asked->erp) || f == FIELD_DESCRIPTION))
		*base = (struct product_base){asked->erp, store};
}

static void forget(struct admin_product_plan *p, enum product_field f, struct product_base *asked,
		   struct product_base *base, const char *store)
{
	(void)p;
	(void)f;
	(void)base;
	(void)store;
	*asked = (struct product_base){0};
}

/* Was the last file about it imported? Only an export that was made after it can say so. */
static void look_back(struct admin_product_plan *p)
{
	const struct target *written = &p->item->written_as;

	if (!admin_import_is_file(written))
		return;
	p->waits = true;
	if (admin_product_doubt(p, written, true) != IMPORT_GOES_ON)
		return;
	/* One that was to be created, and is there. */
	if (p->shop && !strstr(written->id, "-changed-"))
		p->waits = false;
	each_asked(p, look_for_import);
	if (!p->waits)
		each_asked(p, agree);
}

/* ---- What is to be asked for */

static void add_ask(struct str *asks, const char *whose, const char *what, const char *text)
{
	str_addf(asks, "%s\x1e%s\x1e%s\x1d", whose, what, text);
}

static void compare_product(struct admin_product_plan *p, struct str *asks)
{
	struct product_item *item = p->item;

	if (p->s->shop->has[SHOP_STATUS])
		p->status = product_wanted_status(&p->s->rules, item);
	if (p->status)
		add_ask(asks, "", "status", p->status);
	for (int f = 0; f < FIELD_VARIANT_FIRST && !item->archived; f++) {
		enum product_field field = (enum product_field)f;

		if (!product_is_to_write(&p->s->rules, item, field, NULL,
					 item->shop->values.text[f], p->a))
			continue;
		item->sent |= 1u << f;
		add_ask(asks, "", product_field_name(field), item->values.text[f]);
	}
}

static void compare_variant(struct admin_product_plan *p, struct product_variant *v,
			    struct str *asks)
{
	bool all = product_is_new(v);

	if (v->archived || v->refused || (!v->shop && !all))
		return;
	p->grows |= all && p->shop;
	if (all)
		product_tell_lacks(&p->s->rules, v, p->s->env->notice, p->s->env->notice_ctx, p->a);
	for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++) {
		enum product_field field = (enum product_field)f;

		if (all ? !v->values.text[f]
			: !product_is_to_write(&p->s->rules, p->item, field, v,
					       v->shop->values.text[f], p->a))
			continue;
		v->sent |= 1u << f;
		add_ask(asks, v->id, product_field_name(field), v->values.text[f]);
	}
	p->fields |= v->sent;
}

/* Another variant of the shop has it but for how it is spelled; one's own may be spelled anew. */
static void check_spelling(struct admin_product_plan *p, struct product_variant *v)
{
	const struct admin_shop_row *near = admin_shop_near(p->s->shop, v->sku);
	const char *sku = near ? near->cell[SHOP_SKU] : "";

	if (!near || admin_shop_product_of(p->s->shop, near)->older ||
	    (v->shop && admin_shop_product_of(p->s->shop, near) == p->shop &&
	     str_equal(sku, v->shop->sku)))
		return;
	product_refuse_sku(p->item, v,
			   arena_printf(p->a,
					"another variant of the shop ('%s', %s, which differs in "
					"%s alone)",
					sku, admin_shop_where(p->s->shop, near, p->a),
					sku_difference(sku, v->sku, p->a)),
			   p->a);
}

/* SKUs that would come into the shop a second time. */
static void check_skus(struct admin_product_plan *p)
{
	struct product_item *item = p->item;
	const struct admin_shop *shop = p->s->shop;

	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		const struct admin_shop_row *const *hit;
		const char *other;
		size_t n;

		if (!product_brings_sku(&p->s->rules, item, v, p->a))
			continue;
		hit = admin_shop_sku(shop, v->sku, &n);
		for (size_t k = 0; k < n; k++)
			if (!admin_shop_product_of(shop, hit[k])->older &&
			    admin_shop_product_of(shop, hit[k]) != p->shop)
				product_refuse_sku(item, v,
						   arena_printf(p->a,
								"another variant of the shop (%s)",
								admin_shop_where(shop, hit[k],
										 p->a)),
						   p->a);
		if (n == 0)
			check_spelling(p, v);
		other = admin_product_claim(p->s, "SKU", v->sku, item->put->record);
		if (!str_equal(other, item->put->record))
			product_refuse_sku(item, v,
					   arena_printf(p->a, "product '%s' of the ERP", other),
					   p->a);
	}
	product_decide_skus(&p->s->rules, item, p->a);
}

/* The shop cuts blanks around a name off. */
static const char *trimmed(const char *text, struct arena *a)
{
	size_t from = strspn(text, " \t\r\n"), to = strlen(text);

	while (to > from && strchr(" \t\r\n", text[to - 1]))
		to--;
	return from || text[to] ? arena_strndup(a, text + from, to - from) : text;
}

/* The import takes amounts as the currency has them, and whole grams: so they are compared. */
static const char *rounded(const struct admin_product_plan *p, enum product_field f,
			   const char *text)
{
	char buf[DECIMAL_TEXT_MAX];
	struct decimal d;
	int scale = f == FIELD_WEIGHT ? 3 : currency_exponent(p->s->money.currency);

	if (!*text || decimal_parse(text, &d, NULL) != E_OK)
		return text;
	return arena_strdup(p->a, decimal_text_short(decimal_round(d, scale), buf));
}

static void tidy_values(struct admin_product_plan *p)
{
	static const enum product_field names[] = {FIELD_TITLE, FIELD_VENDOR, FIELD_TYPE};
	static const enum product_field amounts[] = {FIELD_PRICE, FIELD_COMPARE_AT_PRICE,
						     FIELD_COST, FIELD_WEIGHT};

	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
		const char **value = &p->item->values.text[names[k]];

		if (*value)
			*value = trimmed(*value, p->a);
	}
	for (size_t i = 0; i < p->item->n_variants; i++)
		for (size_t k = 0; k < sizeof(amounts) / sizeof(*amounts); k++) {
			const char **value = &p->item->variant[i].values.text[amounts[k]];

			if (*value)
				*value = rounded(p, amounts[k], *value);
		}
}

static void compare(struct admin_product_plan *p)
{
	CLEANUP(str) struct str asks = {0};
	struct product_item *item = p->item;
	const char *archived;

	str_init(&asks, 0);
	archived = item->archived ? NULL : product_archived_text(item, p->a);
	if (archived)
		tell(p->s, "archived variants", archived);
	if (item->foreign_options)
		tell(p->s, "foreign options", item->foreign_options);
	look_back(p);
	check_skus(p);
	compare_product(p, &asks);
	for (size_t i = 0; i < item->n_variants && !item->archived; i++)
		compare_variant(p, &item->variant[i], &asks);
	p->fields |= item->sent;
	p->action = asks.len ? ACTION_CHANGE : ACTION_NONE;
	p->asks = arena_strdup(p->a, asks.buf);
}

/* The handle that an earlier file gave it, or one that no product of the shop has. */
static void find_handle(struct admin_product_plan *p)
{
	struct product_item *item = p->item;
	const char *title = item->values.text[FIELD_TITLE], *record = item->put->record;

	if (item->handle && !admin_shop_find(p->s->shop, item->handle))
		return;
	item->handle = admin_product_handle(title, record, false, p->a);
	if (admin_shop_find(p->s->shop, item->handle))
		item->handle = admin_product_handle(title, record, true, p->a);
	if (admin_shop_find(p->s->shop, item->handle))
		product_refuse(
			item, "handle_taken",
			"the shop has a product with the handle '%s', which this one would "
			"get, and none of its SKUs: an import would overwrite it; give it the "
			"ERP's SKU, or another handle, export the products anew, then run: "
			"erpsync queue retry '%s'",
			item->handle, item->put->label);
}

static void create(struct admin_product_plan *p)
{
	CLEANUP(str) struct str asks = {0};
	struct product_item *item = p->item;
	bool any;

	str_init(&asks, 0);
	look_back(p);
	check_skus(p);
	any = item->refusals != NULL;
	for (size_t i = 0; i < item->n_variants; i++)
		any |= product_is_new(&item->variant[i]);
	/* If not: nothing that is sold. */
	if (!any || item->archived ||
	    !product_check_creation(item, "the shop's exports do not list it",
				    " and export the products anew"))
		return;
	find_handle(p);
	add_ask(&asks, "", "handle", item->handle);
	p->status = p->s->rules.new_status;
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (item->values.text[f]) {
			item->sent |= 1u << f;
			add_ask(&asks, "", product_field_name((enum product_field)f),
				item->values.text[f]);
		}
	for (size_t i = 0; i < item->n_variants; i++)
		compare_variant(p, &item->variant[i], &asks);
	p->action = ACTION_CREATE;
	p->asks = arena_strdup(p->a, asks.buf);
}

/* ---- What an earlier file means for it */

void admin_product_later(struct admin_product_plan *p, const char *code, const char *why)
{
	err_set(&p->item->put->err, E_BUSY, code, "%s", why);
	tell(p->s, code, arena_printf(p->a, "some products wait: %s", why));
	p->action = ACTION_NONE;
	p->judged = false;
}

void admin_product_wait(struct admin_product_plan *p, const char *file, enum admin_import_wait why)
{
	admin_product_later(p, admin_import_wait_code(why),
			    admin_import_wait_text(why, file, "products", p->a));
}

enum admin_import_wait admin_product_doubt(const struct admin_product_plan *p,
					   const struct target *written, bool shown)
{
	const struct source_file *from = p->shop ? p->shop->file : p->s->shop->newest;

	return admin_import_judge(p->s->away, written, p->export_id, from->mtime_ns, shown);
}

/*
 * An export says how things stood once. What was written upon it, or may have been imported since, is not
 * written upon it again, unless it is the same, which is there then; nor while the file lies there and no newer
 * export shows it.
 */
static void follow_earlier(struct admin_product_plan *p)
{
	const struct target *written = &p->item->written_as;
	enum admin_import_wait why = admin_product_doubt(p, written, !p->waits);

	if (why == IMPORT_GOES_ON)
		return;
	if (admin_import_asks(written, p->asks, p->a)) {
		p->action = ACTION_NONE;
		p->judged = false;
	} else {
		admin_product_wait(p, written->id, why);
	}
}

/* Two new products that would get one handle. */
static void claim_handle(struct admin_product_plan *p)
{
	struct product_item *item = p->item;
	const char *other;

	if (p->shop)
		item->handle = p->shop->handle;
	if (p->shop || !item->handle)
		return;
	other = admin_product_claim(p->s, "handle", item->handle, item->put->record);
	if (!str_equal(other, item->put->record))
		product_refuse(item, "same_product",
			       "would get the handle '%s', as '%s' does; make one product of them "
			       "in the ERP, or give them other titles",
			       item->handle, other);
}

/* By its options the import knows a variant: others can't be asked for. */
static void match(struct admin_product_plan *p)
{
	product_match(p->item, false, p->a);
	product_match_options(p->item, false, p->a);
}

enum errk admin_product_meet(struct admin_product_plan *p, struct err *e)
{
	struct product_item *item = p->item;
	enum errk k = E_OK;

	p->asks = "";
	tidy_values(p);
	admin_product_find(p);
	if (product_is_open(item) && p->shop)
		item->shop = admin_product_take(p);
	if (product_is_open(item) && !item->archived)
		k = product_check_money(&p->s->rules, &p->s->money, item, e);
	if (k == E_OK && product_is_open(item) && p->shop && !item->archived)
		match(p);
	if (k == E_OK && product_is_open(item))
		admin_product_recall(p);
	return k;
}

void admin_product_judge(struct admin_product_plan *p)
{
	struct product_item *item = p->item;

	if (p->shop)
		compare(p);
	else
		create(p);
	if (product_is_open(item))
		admin_product_follow_missing(p);
	if (product_is_open(item))
		claim_handle(p);
	/* What was never written has no memory of what both sides agreed on. */
	if (product_is_open(item) && !target_is(&item->put->target) &&
	    (item->conflicts || p->action == ACTION_NONE))
		product_report_parts(item, "refused", "is put into no file because of this");
	p->judged = product_is_open(item);
	if (p->judged)
		follow_earlier(p);
	else
		p->action = ACTION_NONE;
}

/* ---- What is known afterwards */

static void ask_now(struct admin_product_plan *p, struct product_variant *v, unsigned sent)
{
	struct product_base *asked = v ? v->asked : p->item->asked;
	const struct product_values *ours = v ? &v->values : &p->item->values;

	for (int f = 0; f < FIELD_COUNT_; f++) {
		const char *was = p->item->shop && sent & 1u << f
					  ? in_shop(p, v, (enum product_field)f)
					  : NULL;

		if (sent & 1u << f)
			asked[f] = (struct product_base){product_short(ours->text[f], p->a),
							 was ? was : ""};
	}
}

const char *admin_product_remember(struct admin_product_plan *p)
{
	struct product_item *item = p->item;

	each_asked(p, forget);
	item->written_as = item->put->target;
	admin_product_keep_known(p);
	if (p->action == ACTION_NONE)
		return product_baseline_text(item, p->a);
	ask_now(p, NULL, item->sent);
	if (p->shop && p->status) {
		item->asked[FIELD_STATUS] = (struct product_base){p->status, item->shop->status};
		/* What to put back when the ERP sells it again. */
		item->status_was = item->archived ? item->shop->status : NULL;
		item->status_set = item->archived ? p->status : NULL;
	}
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];

		if (product_is_new(v) && v->sent)
			v->shop_id = item->n_options
					     ? admin_product_key(v->option, item->n_options, p->a)
					     : "Default Title";
		ask_now(p, v, v->sent);
	}
	return product_baseline_text(item, p->a);
}
