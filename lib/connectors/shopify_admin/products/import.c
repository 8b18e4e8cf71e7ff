#include "connectors/shopify_admin/products/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/str.h"
#include "model/product_baseline.h"
#include "files/guard.h"
#include "connectors/shopify_admin/products/priv.h"

#include "base/banned.h"

static const char *claim_of(const void *ctx, size_t i)
{
	return ((const struct admin_product_import *)ctx)->claim[i].key;
}

struct admin_product_import *admin_product_import_new(const struct connector_env *env,
						      const char *path,
						      const struct outbox *exchange)
{
	struct admin_product_import *s = calloc(1, sizeof(*s));

	if (!s)
		die(70, "out of memory");
	s->env = env;
	s->path = path;
	s->exchange = exchange;
	s->mem = arena_new();
	s->shares = product_shares_new();
	s->claims = (struct key_index){.key = claim_of, .ctx = s};
	return s;
}

void admin_product_import_free(struct admin_product_import *s)
{
	if (!s)
		return;
	admin_shop_free(s->shop);
	admin_pending_free(s->pending);
	admin_away_free(s->away);
	product_shares_free(s->shares);
	key_index_release(&s->claims);
	free(s->claim);
	arena_free(s->mem);
	free(s);
}

static enum errk read_settings(struct admin_product_import *s, struct err *e)
{
	const struct conf *c = s->env->conf;
	const char *tax = conf_text(c, "store", "prices_include_tax"), *wrong;

	s->money = (struct product_money){
		.currency = conf_text(c, "store", "currency"),
		.taxes_said = !str_equal(tax, "unknown"),
		.taxes_included = str_equal(tax, "yes"),
	};
	if (str_blank(s->money.currency))
		return err_set(
			e, E_LOCAL, "bad_config",
			"%s: it is not set, and a products export of Shopify's admin does not "
			"say which currency its prices are in; set [store] currency = EUR, or "
			"what the shop's is",
			conf_where(c, "store", "currency", s->mem));
	wrong = guard_currency(s->money.currency, s->mem, &s->money.currency);
	if (wrong)
		return err_set(e, E_LOCAL, "bad_config", "%s: [store] currency = '%.40s' %s",
			       conf_where(c, "store", "currency", s->mem),
			       conf_text(c, "store", "currency"), wrong);
	return product_rules_read(c, s->mem, &s->rules, e);
}

/* What the store owns is neither compared nor written once it is there. */
static unsigned columns_to_keep(const struct admin_product_import *s)
{
	unsigned keep = 1u << SHOP_STATUS | 1u << SHOP_TAXABLE | 1u << SHOP_POLICY |
			1u << SHOP_SERVICE;

	for (int f = 0; f < FIELD_COUNT_; f++) {
		int column = admin_product_column((enum product_field)f);

		if (column >= 0 && (f >= FIELD_VARIANT_FIRST || s->rules.owner[f] != OWNER_STORE))
			keep |= 1u << column;
	}
	return keep;
}

/* A field that an export has no column for can't be compared, and is left alone. */
static void tell_columns(const struct admin_product_import *s)
{
	for (int f = 0; f < FIELD_COUNT_; f++) {
		int column = admin_product_column((enum product_field)f);

		if (column >= 0 && !s->shop->has[column] && s->rules.owner[f] != OWNER_STORE)
			s->env->notice(s->env->notice_ctx, NULL,
				       arena_printf(s->mem,
						    "%s has no column for %s, so that of products "
						    "that are there it is left alone; export all "
						    "columns",
						    s->shop->newest->name,
						    product_field_name((enum product_field)f)));
	}
}

/* An export has the currency's decimals in each amount: "1.299" was 1299 until a spreadsheet saved it. */
static enum errk check_amounts(const struct admin_product_import *s, struct err *e)
{
	static const int columns[] = {SHOP_PRICE, SHOP_COMPARE_AT_PRICE, SHOP_COST};
	int most = currency_exponent(s->money.currency);
	struct decimal d;

	for (size_t i = 1; i < s->shop->n_rows; i++)
		for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
			const char *cell = s->shop->row[i]->cell[columns[c]];

			if (decimal_parse(cell, &d, NULL) == E_OK &&
			    decimal_cmp(decimal_round(d, most), d) != 0)
				return err_set(e, E_LOCAL, "bad_cell",
					       "%s: column '%s': '%.40s' has more decimals than "
					       "%s has; use the export as it was downloaded",
					       admin_shop_where(s->shop, s->shop->row[i], s->mem),
					       s->shop->title[columns[c]], cell, s->money.currency);
		}
	return E_OK;
}

/* By options the import tells variants apart: what is written without them takes them away from its products. */
static enum errk check_options(const struct admin_product_import *s, struct err *e)
{
	if (!s->shop->optionless)
		return E_OK;
	return err_set(
		e, E_LOCAL, "not_a_products_export",
		"%s: the column '%s' is missing, without which an import would take options or "
		"variants away; export the products anew and put the file there as it was "
		"downloaded",
		s->shop->optionless->name, s->shop->option_lacking);
}

/* The exports, once a run: all batches are compared with the same. */
static enum errk read_exports(struct admin_product_import *s, struct err *e)
{
	enum errk k;

	if (s->shop)
		return E_OK;
	k = admin_shop_read_as(s->path, guard_encoding(s->env->conf, "store"), columns_to_keep(s),
			       &s->shop, e);
	if (k == E_OK)
		k = check_options(s, e);
	if (k == E_OK)
		k = check_amounts(s, e);
	if (k != E_OK)
		return k;
	s->newest_id = admin_import_export_id(s->shop->newest, s->mem);
	admin_import_tell_age(
		s->env, s->path, ADMIN_EXPORT_PRODUCTS, s->shop->newest,
		"titles, and what else an import must repeat, go back to what they were "
		"then: export the products anew",
		s->mem);
	tell_columns(s);
	return E_OK;
}

/* One put. */
struct putting {
	struct admin_product_import *s;
	struct put_batch *batch;
	struct arena *a;
	struct admin_product_plan *plan; /* by item of the batch */
	struct product_item *item;
	const char **doc[2]; /* of changes, of creations */
	struct target *as;   /* what each becomes */
};

/* The file of new products has a decision of its own. */
static const char *key_of(const struct put_batch *batch, bool creations, struct arena *a)
{
	return creations ? arena_printf(a, "%s-new", batch->key) : batch->key;
}

static enum errk read_items(struct putting *p, struct err *e)
{
	enum errk k = E_OK;

	for (size_t i = 0; i < p->batch->n && k == E_OK; i++) {
		struct put_item *put = p->batch->item[i];

		p->plan[i] = (struct admin_product_plan){.s = p->s,
							 .item = &p->item[i],
							 .a = p->a,
							 .asks = ""};
		p->item[i] = (struct product_item){.put = put, .done = true};
		put->adopted = false;
		if (put->doc)
			k = product_item_read(put, p->a, &p->item[i], e);
		if (!target_is(&p->item[i].written_as))
			p->item[i].written_as = put->target;
	}
	return k;
}

static enum errk make_plans(struct putting *p, struct err *e)
{
	struct admin_product_import *s = p->s;
	const char *text = NULL;
	enum errk k = read_items(p, e);

	for (size_t i = 0; i < p->batch->n && k == E_OK; i++)
		if (product_is_open(&p->item[i]))
			k = admin_product_meet(&p->plan[i], e);
	if (k != E_OK)
		return k;
	k = product_share(s->shares, p->item, p->batch->n, p->batch,
			  p->batch->n >= ADMIN_PRODUCT_BATCH, p->a, e);
	if (k != E_OK)
		return k;
	text = product_share_text(s->shares, &s->rules, p->item, p->batch->n, p->a);
	if (text)
		s->env->notice(s->env->notice_ctx, NULL, text);
	for (size_t i = 0; i < p->batch->n; i++)
		if (product_is_open(&p->item[i]))
			admin_product_judge(&p->plan[i]);
	return E_OK;
}

/* What each is to ask for, once it is known what stands in files already. */
static enum errk make_documents(struct putting *p, struct err *e)
{
	enum errk k = E_OK;

	for (size_t i = 0; i < p->batch->n && k == E_OK; i++)
		if (p->plan[i].action == ACTION_CHANGE && !p->batch->item[i]->adopted)
			k = admin_product_follow_others(&p->plan[i], e);
	for (size_t i = 0; i < p->batch->n && k == E_OK; i++)
		if (p->plan[i].judged && !p->batch->item[i]->adopted)
			k = admin_product_follow_files(&p->plan[i], e);
	for (size_t i = 0; i < p->batch->n && k == E_OK; i++)
		if (p->plan[i].action != ACTION_NONE)
			p->as[i] = admin_import_target(p->plan[i].export_id, p->plan[i].asks, p->a);
	admin_product_documents(p->s, p->plan, p->batch->n, ACTION_CHANGE, p->doc[0], p->a);
	admin_product_documents(p->s, p->plan, p->batch->n, ACTION_CREATE, p->doc[1], p->a);
	return k;
}

static enum errk remember_written(const struct putting *p, struct err *e)
{
	enum errk k = E_OK;

	for (size_t i = 0; i < p->batch->n && k == E_OK; i++)
		if (p->plan[i].action == ACTION_CHANGE && p->batch->item[i]->err.kind == E_OK)
			k = admin_product_note(&p->plan[i], e);
	return k;
}

/* Both files; *any: something of it is written, or was. */
static enum errk write_files(struct putting *p, bool look_only, bool *any, struct err *e)
{
	const char **none = arena_array(p->a, p->batch->n, sizeof(*none));
	enum errk k = E_OK;

	for (int i = 0; i < 2 && k == E_OK; i++) {
		const struct admin_import_file file = {.key = key_of(p->batch, i == 1, p->a),
						       .changed = i == 0,
						       .doc = look_only ? none : p->doc[i],
						       .as = p->as};

		k = admin_import_write(p->s->exchange, p->s->away, p->batch, &file, p->a, e);
		for (size_t n = 0; n < p->batch->n && k == E_OK; n++)
			*any |= file.doc[n] || p->batch->item[n]->adopted;
	}
	return k;
}

/*
 * What an interrupted put has written is there, whatever would be written now: it is taken first, so
 * that nothing of it is written once more.
 */
static enum errk take_written(struct putting *p, bool *any, struct err *e)
{
	enum errk k = write_files(p, true, any, e);

	return k == E_OK ? remember_written(p, e) : k;
}

static void report(struct putting *p)
{
	for (size_t i = 0; i < p->batch->n; i++) {
		struct put_item *put = p->batch->item[i];
		struct admin_product_plan *plan = &p->plan[i];

		if (put->err.kind != E_OK || !put->doc)
			continue;
		if (plan->action == ACTION_NONE && !put->adopted) {
			put->adopted = true;
			put->target = !plan->judged && target_is(&plan->item->written_as)
					      ? plan->item->written_as
					      : admin_import_as_is(plan->export_id
									   ? plan->export_id
									   : p->s->newest_id,
								   p->a);
		}
		put->changed = plan->action == ACTION_CHANGE && !put->adopted;
		if (plan->judged) {
			put->kept = admin_product_remember(plan);
		}
		product_report_parts(plan->item, "refused", "went into the file but for this");
	}
	admin_import_mark_unproven(p->batch);
}

enum errk admin_product_import_put(struct admin_product_import *s, struct put_batch *batch,
				   struct arena *a, struct err *e)
{
	struct putting p = {.s = s, .batch = batch, .a = a};
	bool any = false;
	enum errk k = read_settings(s, e);

	s->named = batch->named;
	if (k == E_OK)
		k = read_exports(s, e);
	if (k == E_OK && !s->away)
		k = admin_away_read(s->exchange, &s->away, e);
	if (k != E_OK)
		return k;
	p.plan = arena_array(a, batch->n, sizeof(*p.plan));
	p.item = arena_array(a, batch->n, sizeof(*p.item));
	p.as = arena_array(a, batch->n, sizeof(*p.as));
	for (int i = 0; i < 2; i++)
		p.doc[i] = arena_array(a, batch->n, sizeof(*p.doc[i]));
	k = make_plans(&p, e);
	if (k == E_OK && batch->unsure)
		k = take_written(&p, &any, e);
	if (k == E_OK)
		k = make_documents(&p, e);
	if (k == E_OK)
		k = write_files(&p, false, &any, e);
	if (k == E_OK)
		k = remember_written(&p, e);
	/* One of the two is there: the same batch must come again. */
	if (k != E_OK && any)
		k = outbox_undone(batch, e);
	if (k == E_OK)
		report(&p);
	return k;
}

void admin_product_import_committed(const struct admin_product_import *s,
				    const struct put_batch *batch)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (int i = 0; i < 2; i++) {
		struct put_batch file = *batch;

		file.key = key_of(batch, i == 1, a);
		outbox_committed(s->exchange, &file);
	}
}

void admin_product_import_check(struct admin_product_import *s, const struct check_sink *sink)
{
	struct err why;
	size_t n = 0, older = 0;

	if (read_settings(s, &why) != E_OK || read_exports(s, &why) != E_OK) {
		sink->say(sink->ctx, why.kind == E_BUSY ? CHECK_WARN : CHECK_BAD, why.msg, NULL);
		return;
	}
	for (size_t i = 1; i < s->shop->n; i++) {
		n += !s->shop->product[i].older;
		older += s->shop->product[i].older;
	}
	sink->say(sink->ctx, CHECK_OK,
		  arena_printf(s->mem, "%s: %zu products, prices in %s", s->shop->newest->name, n,
			       s->money.currency),
		  NULL);
	if (sink->currency)
		sink->currency(sink->ctx, s->money.currency,
			       "let the ERP send prices in the shop's currency");
	if (older)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(s->mem, "%zu products stand only in older exports", older),
			  "they are not touched: export all products anew, or take the older files "
			  "away");
}
