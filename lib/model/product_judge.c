#include "model/product_judge.h"

#include <string.h>

#include "base/str.h"

enum errk product_rules_read(const struct conf *c, struct arena *a, struct product_rules *rules,
			     struct err *e)
{
	const char *archived = conf_text(c, "products", "archived");
	rules->new_status = str_equal(conf_text(c, "products", "new_status"), "active") ? "ACTIVE"
											: "DRAFT";
	rules->archived_status = str_equal(archived, "ignore")  ? NULL
				 : str_equal(archived, "draft") ? "DRAFT"
								: "ARCHIVED";
	rules->refuse_tax = str_equal(conf_text(c, "products", "tax_mismatch"), "refuse");
	return product_owners_read(c, a, rules->owner, e);
}

enum { SHOWN = 60 };

static void conflict(struct product_item *item, enum product_field f,
		     const struct product_variant *v, const char *store, const char *last,
		     struct arena *a)
{
	char ours[SHOWN * 4 + 8], theirs[SHOWN * 4 + 8], was[SHOWN * 4 + 8];
	const char *erp = v ? v->values.text[f] : item->values.text[f];
	str_ellipsis(ours, sizeof(ours), erp, SHOWN);
	str_ellipsis(theirs, sizeof(theirs), store, SHOWN);
	str_ellipsis(was, sizeof(was), last ? last : "", SHOWN);
	product_refuse_part(&item->conflicts, a,
			    "%s%s%s%s: '%s' in the ERP, '%s' in the shop%s%s%s",
			    product_field_name(f), v ? " of '" : "", v ? v->name : "", v ? "'" : "",
			    ours, theirs,
			    last ? ", '"
			    : item->put->kept_old
				    ? ", and the state file is an older one that was put "
				      "back: who changed it last is not known"
				    : ", and they never agreed",
			    last ? was : "", last ? "' when they last agreed" : "");
}

bool product_is_to_write(const struct product_rules *rules, struct product_item *item,
			 enum product_field f, struct product_variant *v, const char *store,
			 struct arena *a)
{
	const char *erp = v ? v->values.text[f] : item->values.text[f];
	struct product_base *base = v ? &v->base[f] : &item->base[f];
	if (!erp || !store || (!v && item->silent))
		return false;
	const char *ours = product_short(erp, a), *theirs = product_short(store, a);
	switch (product_choose(rules->owner[f], ours, theirs, *base)) {
	case CHOICE_KEEP:
		return false;
	case CHOICE_SAME:
		*base = (struct product_base){ours, theirs};
		return false;
	case CHOICE_WRITE:
		return true;
	case CHOICE_CONFLICT:
		conflict(item, f, v, store, base->store, a);
		return false;
	}
	return false;
}

const char *product_wanted_status(const struct product_rules *rules,
				  const struct product_item *item)
{
	const char *is = item->shop->status, *to = rules->archived_status;
	if (item->silent || !item->status_said)
		return NULL;
	if (item->archived) {
		/* Archived is more than a draft. */
		if (!to || strcmp(is, to) == 0 || strcmp(is, "ARCHIVED") == 0)
			return NULL;
		return to;
	}
	/* What was put away from here comes back as it was; what a person put away stays. */
	if (item->status_set && strcmp(is, item->status_set) == 0)
		return item->status_was;
	if (rules->owner[FIELD_STATUS] == OWNER_ERP && strcmp(is, "ARCHIVED") == 0)
		return "ACTIVE";
	return NULL;
}

/* Does it tell this amount, and may it be written? */
static bool writes(const struct product_rules *rules, const struct product_item *item,
		   enum product_field f)
{
	if (item->shop && rules->owner[f] == OWNER_STORE)
		return false;
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].values.text[f])
			return true;
	return false;
}

static const char *with(bool tax)
{
	return tax ? "with" : "without";
}

enum errk product_check_money(const struct product_rules *rules, const struct product_money *shop,
			      struct product_item *item, struct err *e)
{
	bool price = writes(rules, item, FIELD_PRICE) ||
		     writes(rules, item, FIELD_COMPARE_AT_PRICE);
	if ((price || writes(rules, item, FIELD_COST)) &&
	    !str_equal(item->currency, shop->currency)) {
		product_refuse(item, "wrong_currency",
			       "its prices are in %s and the shop's are in %s; nothing is "
			       "converted: let the ERP send prices in %s",
			       item->currency, shop->currency, shop->currency);
		return E_OK;
	}
	if (!price || !shop->taxes_said || !item->taxes_said ||
	    item->taxes_included == shop->taxes_included)
		return E_OK;
	product_refuse(item, "tax_mismatch",
		       "the ERP's prices are %s tax and the shop's are %s tax; let the ERP send "
		       "prices %s tax, or change \"Include sales tax in product price\" in the "
		       "shop's settings for taxes",
		       with(item->taxes_included), with(shop->taxes_included),
		       with(shop->taxes_included));
	if (!rules->refuse_tax)
		return E_OK;
	*e = item->put->err;
	return e->kind = E_LOCAL;
}

bool product_check_creation(struct product_item *item, const char *why, const char *then)
{
	size_t n = 0;
	const struct product_variant *lacking = NULL;
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		n += product_is_new(v);
		if (product_is_new(v) && v->lacks && !lacking)
			lacking = v;
	}
	if (item->refusals)
		product_refuse(item, "duplicate_sku", "%s", item->refusals);
	else if (!item->values.text[FIELD_TITLE])
		product_refuse(item, "no_title",
			       "%s, and without a title it can't be created; give it one in the "
			       "ERP, or create it in the shop with the same SKU%s",
			       why, then);
	else if (n > 1 && !item->n_options)
		product_refuse(
			item, "bad_options",
			"it has %zu variants and no options that tell them apart, and %s, so "
			"it can't be created; correct it in the ERP, or create it in the shop "
			"with the same SKUs%s",
			n, why, then);
	else if (lacking)
		product_refuse(item, "bad_options",
			       "variant '%s' says nothing about '%s', which the product's variants "
			       "differ in, and %s, so it can't be created; correct it in the ERP",
			       lacking->name, lacking->lacks, why);
	return product_is_open(item);
}

const char *product_archived_text(const struct product_item *item, struct arena *a)
{
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		if (v->archived && v->shop)
			return arena_printf(
				a,
				"the ERP no longer sells some variants of products that "
				"it sells (the first: '%s'); they stay in the shop as they "
				"are: their stock decides whether they are sold, and only "
				"a person deletes them",
				v->name);
	}
	return NULL;
}

void product_tell_lacks(const struct product_rules *rules, const struct product_variant *v,
			void (*tell)(void *ctx, const char *about, const char *text), void *ctx,
			struct arena *a)
{
	static const struct {
		enum product_field field;
		const char *what, *then;
	} row[] = {
		{FIELD_PRICE, "at the price 0.00, for the ERP tells none",
		 "; enter it in the ERP, or in the shop before they are sold there"},
		{FIELD_TRACKED,
		 "without tracking of their stock, for the ERP does not say 'tracked'",
		 ": the shop sells them without limit, and their stock is not brought over; have the "
		 "ERP say it, or tick Track quantity in the shop"},
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		if (!v->values.text[row[i].field] && rules->owner[row[i].field] != OWNER_STORE)
			tell(ctx, row[i].what,
			     arena_printf(a,
					  "new variants come into the shop %s (the first: '%s')%s",
					  row[i].what, v->name, row[i].then));
}

bool product_brings_sku(const struct product_rules *rules, const struct product_item *item,
			const struct product_variant *v, struct arena *a)
{
	if (item->archived || v->archived || v->refused || !v->values.text[FIELD_SKU])
		return false;
	if (!item->shop)
		return item->looked;
	return !v->shop ||
	       product_choose(rules->owner[FIELD_SKU], product_short(v->sku, a),
			      product_short(v->shop->sku, a), v->base[FIELD_SKU]) == CHOICE_WRITE;
}

struct product_variant *product_variant_of(struct product_item *item, const struct shop_variant *s)
{
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].shop == s)
			return &item->variant[i];
	return NULL;
}

/* The variant of the shop's product that has this SKU and is to keep it; NULL = none. */
static const struct shop_variant *keeper(const struct product_rules *rules,
					 struct product_item *item, const struct product_variant *v,
					 struct arena *a)
{
	for (size_t k = 0; k < item->shop->n_variants; k++) {
		const struct shop_variant *s = &item->shop->variant[k];
		const struct product_variant *w;
		if (s == v->shop || strcmp(s->sku, v->sku) != 0)
			continue;
		w = product_variant_of(item, s);
		if (!w || !product_brings_sku(rules, item, w, a))
			return s;
	}
	return NULL;
}

void product_decide_skus(const struct product_rules *rules, struct product_item *item,
			 struct arena *a)
{
	const struct shop_variant *s;
	/* One that is refused keeps its own, which another one may want. */
	for (bool any = item->shop != NULL; any;) {
		any = false;
		for (size_t i = 0; i < item->n_variants; i++) {
			struct product_variant *v = &item->variant[i];
			if (!product_brings_sku(rules, item, v, a))
				continue;
			s = keeper(rules, item, v, a);
			if (!s)
				continue;
			product_refuse_sku(item, v,
					   arena_printf(a,
							"another variant of its product in the "
							"shop (%s), which keeps it",
							product_option_text(s->option,
									    item->shop->n_options,
									    a)),
					   a);
			any = true;
		}
	}
}

void product_refuse_sku(struct product_item *item, struct product_variant *v, const char *where,
			struct arena *a)
{
	if (v->refused || !v->values.text[FIELD_SKU])
		return;
	product_refuse_part(&item->refusals, a,
			    "the SKU '%s' is that of %s already, and would be there twice; "
			    "correct it on one side",
			    v->sku, where);
	if (v->shop)
		v->values.text[FIELD_SKU] = NULL;
	else
		v->refused = true;
}

void product_report_parts(const struct product_item *item, const char *code, const char *lead)
{
	struct put_item *put = item->put;
	const char *also = item->conflicts && item->refusals ? item->refusals : "";
	if (item->conflicts)
		err_set(&put->err, E_RECORD, "conflict",
			"changed on both sides: %s; make them equal on one side, or give the field "
			"to one side in [products], then run: erpsync queue retry '%s'%s%s",
			item->conflicts, put->label, *also ? "; and " : "", also);
	else if (item->refusals)
		err_set(&put->err, E_RECORD, item->refusal_code ? item->refusal_code : code,
			"%s: %s; then run: erpsync queue retry '%s'", lead, item->refusals,
			put->label);
}
