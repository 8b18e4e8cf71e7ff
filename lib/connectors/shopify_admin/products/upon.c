#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify_admin/products/priv.h"

#include "base/banned.h"

/*
 * One note for each such product of the shop: {"written": {target}, "variant": "M", "field": "price", "value": "19.9"}. One thing that was asked for, as a proof of the import;
 * without a variant it is one of the product. It is known for as long as the file may be imported, and goes when the file
 * is gone and the export that is used was made after that.
 */
static const char *note_key(const struct admin_product_plan *p)
{
	/* A handle has no blank: notes are dropped by prefix. */
	return arena_printf(p->a, "keep products-import %s ", p->shop->handle);
}

static const char *in_export(const struct admin_product_plan *p, const char *variant,
			     const char *field)
{
	const struct shop_product *shop = p->item->shop;

	for (int f = 0; f < FIELD_COUNT_; f++) {
		if (!str_equal(product_field_name((enum product_field)f), field))
			continue;
		if (f == FIELD_STATUS)
			return shop->status;
		if (f < FIELD_VARIANT_FIRST)
			return shop->values.text[f];
		for (size_t k = 0; k < shop->n_variants; k++)
			if (str_equal(shop->variant[k].id, variant))
				return shop->variant[k].values.text[f];
	}
	return NULL;
}

static bool is_imported(const struct admin_product_plan *p, const cJSON *note)
{
	const char *is = in_export(p, json_str(note, "variant"), json_str(note, "field"));

	return is && str_equal(product_short(is, p->a), json_str(note, "value"));
}

enum errk admin_product_follow_others(struct admin_product_plan *p, struct err *e)
{
	CLEANUP(json) cJSON *note = NULL;
	const struct connector_state *state = p->s->env->state;
	const char *text;
	struct target written;
	int64_t at;
	enum admin_import_wait why;
	enum errk k = state->load(state->ctx, note_key(p), p->a, &text, &at, e);

	if (k != E_OK || !text || json_parse(text, strlen(text), &note, NULL) != E_OK)
		return k;
	k = target_of_json(json_at(note, "written"), p->a, &written, e);
	if (k != E_OK || !target_is(&written))
		return k;
	p->noted = written.id;
	why = admin_product_doubt(p, &written, is_imported(p, note));
	if (why == IMPORT_GOES_ON && !admin_away_lies(p->s->away, written.id))
		return state->drop(state->ctx, note_key(p), e);
	if (target_equal(&written, &p->item->written_as))
		return E_OK;
	if (admin_import_asks(&written, p->asks, p->a)) {
		/* Its own, of a put that was parked for another part of it. */
		p->action = ACTION_NONE;
		p->judged = false;
	} else if (why != IMPORT_GOES_ON) {
		admin_product_wait(p, written.id, why);
	}
	return E_OK;
}

/* A state file that is new, after the old one was lost, or an older copy does not know what waits for its import. */
enum errk admin_product_follow_files(struct admin_product_plan *p, struct err *e)
{
	struct admin_product_import *s = p->s;
	const struct product_item *item = p->item;
	const struct source_file *made_from = p->shop ? p->shop->file : s->shop->newest;
	const char *file;
	enum errk k = E_OK;

	if (!item->handle ||
	    ((target_is(&item->written_as) || item->put->kept) && !item->put->kept_old))
		return E_OK;
	if (!s->pending)
		k = admin_pending_read(s->exchange->dir, "products", &s->pending, e);
	if (k != E_OK)
		return k;
	file = admin_pending_file(s->pending, PENDING_HANDLE, item->handle, made_from->mtime_ns);
	for (size_t i = 0; !file && !p->shop && i < item->n_variants; i++)
		file = admin_pending_file(s->pending, PENDING_SKU, item->variant[i].sku,
					  made_from->mtime_ns);
	if (file && !str_equal(file, p->noted))
		admin_product_later(
			p, "import_waits",
			arena_printf(p->a,
				     "%s is newer than the products export that is there and "
				     "has the same product, and the state file knows nothing of "
				     "it; import it in the shop and export the products anew, or "
				     "take it away, and the next run goes on",
				     file));
	return E_OK;
}

static void add_proof(const struct admin_product_plan *p, cJSON *note, const char *variant,
		      int field, const char *value)
{
	if (variant)
		json_add_str(note, "variant", variant);
	json_add_str(note, "field", product_field_name((enum product_field)field));
	json_add_str(note, "value", product_short(value, p->a));
}

static bool prove_by_variant(const struct admin_product_plan *p, cJSON *note)
{
	const struct product_item *item = p->item;

	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		const char *key = v->shop ? v->shop->id
					  : admin_product_key(v->option, item->n_options, p->a);

		for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++)
			if (v->sent & 1u << f) {
				add_proof(p, note, key, f, v->values.text[f]);
				return true;
			}
	}
	return false;
}

static void prove(const struct admin_product_plan *p, cJSON *note)
{
	const struct product_item *item = p->item;

	if (prove_by_variant(p, note))
		return;
	if (p->status) {
		add_proof(p, note, NULL, FIELD_STATUS, p->status);
		return;
	}
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (item->sent & 1u << f) {
			add_proof(p, note, NULL, f, item->values.text[f]);
			return;
		}
}

enum errk admin_product_note(const struct admin_product_plan *p, struct err *e)
{
	CLEANUP(json) cJSON *note = NULL;
	const struct connector_state *state = p->s->env->state;
	const struct product_item *item = p->item;

	/* Nobody else asks for it, and its own memory says so. In a dry run nothing is written. */
	if (!target_is(&item->put->target) || (!item->partial && !item->refusals))
		return E_OK;
	note = json_object();
	json_add(note, "written", target_json(&item->put->target));
	prove(p, note);
	return state->save(state->ctx, note_key(p), json_text(note, p->a), e);
}
