#include "connectors/odoo/catalogue.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

enum { PAGE = 2000 };

/* The whole list, archived products too, which Odoo leaves out unless it is asked for both. */
static cJSON *page_domain(int64_t last)
{
	cJSON *domain = json_array(), *both = json_array();

	json_push(both, cJSON_CreateTrue());
	json_push(both, cJSON_CreateFalse());
	json_push(domain, odoo_term("sale_ok", "=", cJSON_CreateTrue()));
	json_push(domain, odoo_term("active", "in", both));
	json_push(domain, odoo_term_int("id", ">", last));
	return domain;
}

static unsigned traits_of(const struct odoo *o, const cJSON *item)
{
	const char *type = json_str(item, "type");
	const char *storable = o->field[FIELD_PRODUCT_STORABLE], *kit = o->field[FIELD_PRODUCT_KIT];
	unsigned traits = 0;

	if (str_equal(type, "service"))
		traits |= ARTICLE_SERVICE;
	if (str_equal(type, "combo") || (kit && json_bool(item, kit, false)))
		traits |= ARTICLE_BUNDLE;
	/* Where there is no such field, what is stored has a type of its own. */
	if (storable ? !json_bool(item, storable, false) : !str_equal(type, "product"))
		traits |= ARTICLE_UNTRACKED;
	if (!json_bool(item, "active", true))
		traits |= ARTICLE_ARCHIVED;
	return traits;
}

/* A text of Odoo's; false stands for none. */
static const char *text_of(const cJSON *item, const char *field)
{
	const char *text = json_str(item, field);

	return text ? text : "";
}

static enum errk read_page(struct odoo *o, struct arena *a, int64_t *last, bool *follows,
			   enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			   void *ctx, struct err *e)
{
	const char *fields[8] = {"default_code", "barcode", "name", "type", "active"};
	struct odoo_read q = {.model = "product.product",
			      .domain = page_domain(*last),
			      .fields = fields,
			      .limit = PAGE,
			      .after = *last,
			      .more = follows};
	CLEANUP(json) cJSON *list = NULL;
	size_t more = 5;
	enum errk rc;

	if (o->field[FIELD_PRODUCT_STORABLE])
		fields[more++] = o->field[FIELD_PRODUCT_STORABLE];
	if (o->field[FIELD_PRODUCT_KIT])
		fields[more++] = o->field[FIELD_PRODUCT_KIT];
	rc = odoo_search_read(o, &q, a, &list, e);
	JSON_EACH (item, list) {
		const struct article x = {
			.id = arena_printf(a, "id %lld", (long long)json_int(item, "id", 0)),
			.sku = text_of(item, "default_code"),
			.barcode = text_of(item, "barcode"),
			.title = text_of(item, "name"),
			.traits = traits_of(o, item),
		};

		if (rc == E_OK)
			rc = fn(ctx, &x, e);
		*last = json_int(item, "id", 0);
	}
	return rc;
}

enum errk odoo_catalogue(struct connector *c,
			 enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			 void *ctx, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	CLEANUP(arena) struct arena *a = arena_new();
	int64_t last = 0;
	bool more = true;
	/* Which fields a product has is known with what stock needs. */
	enum errk rc = odoo_ready(o, KIND_STOCK, a, e);

	while (rc == E_OK && more) {
		arena_reset(a);
		rc = read_page(o, a, &last, &more, fn, ctx, e);
	}
	/* What Odoo refuses of a question is not the fault of a record. */
	if (rc == E_RECORD)
		rc = e->kind = E_REFUSED;
	return rc;
}
