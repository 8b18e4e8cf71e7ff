#include "model/product_fields.h"

#include <string.h>

#include "base/str.h"

/* Who owns a field that no list names; those in the shipped lists must stand in one of them. */
static const struct field_row {
	const char *name;
	enum product_owner owner;
	bool listed; /* in the default of a list */
} fields[FIELD_COUNT_] = {
	[FIELD_TITLE] = {"title", OWNER_STORE, true},
	[FIELD_DESCRIPTION] = {"description", OWNER_STORE, true},
	[FIELD_VENDOR] = {"vendor", OWNER_STORE, false},
	[FIELD_TYPE] = {"type", OWNER_STORE, false},
	[FIELD_TAGS] = {"tags", OWNER_STORE, true},
	[FIELD_STATUS] = {"status", OWNER_STORE, false},
	[FIELD_IMAGES] = {"images", OWNER_STORE, true},
	[FIELD_SKU] = {"sku", OWNER_ERP, true},
	[FIELD_BARCODE] = {"barcode", OWNER_ERP, true},
	[FIELD_PRICE] = {"price", OWNER_ERP, true},
	[FIELD_COMPARE_AT_PRICE] = {"compare_at_price", OWNER_ERP, false},
	[FIELD_COST] = {"cost", OWNER_ERP, true},
	[FIELD_WEIGHT] = {"weight", OWNER_ERP, false},
	[FIELD_TRACKED] = {"tracked", OWNER_ERP, false},
	[FIELD_REQUIRES_SHIPPING] = {"requires_shipping", OWNER_ERP, false},
};

/* The key that lists an owner's fields. */
static const char *list_of(enum product_owner owner)
{
	switch (owner) {
	case OWNER_ERP:
		return "erp_owns";
	case OWNER_STORE:
		return "store_owns";
	case OWNER_BOTH:
		return "both";
	}
	BUG("owner %d", (int)owner);
}

const char *product_field_name(enum product_field f)
{
	return fields[f].name;
}

static enum errk find_field(const char *word, const char *where, const char *list, size_t *out,
			    struct err *e)
{
	const char *names[FIELD_COUNT_], *near;
	for (*out = 0; *out < FIELD_COUNT_; ++*out) {
		names[*out] = fields[*out].name;
		if (strcmp(fields[*out].name, word) == 0)
			return E_OK;
	}
	near = str_nearest(word, names, FIELD_COUNT_);
	return err_set(e, E_LOCAL, "bad_config",
		       "%s: [products] %s: there is no field '%s'; %s%s%s", where, list, word,
		       near ? "did you mean '" : "erpsync.conf(5) names them", near ? near : "",
		       near ? "'?" : "");
}

/* Which values a list may hold that not every field can have. */
static enum errk check_place(size_t f, enum product_owner owner, const char *where, struct err *e)
{
	if (f == FIELD_IMAGES && owner != OWNER_STORE)
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: [products] %s: images are not brought over; they can only "
			       "stand in store_owns",
			       where, list_of(owner));
	if (f == FIELD_STATUS && owner == OWNER_BOTH)
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: [products] both: the status belongs to one side; name it in "
			       "erp_owns or store_owns",
			       where);
	return E_OK;
}

/* Takes one list; in[f] is the list + 1 that has named f. */
static enum errk read_list(const struct conf *c, enum product_owner owner, struct arena *a,
			   enum product_owner out[FIELD_COUNT_], int in[FIELD_COUNT_],
			   struct err *e)
{
	const char *name = list_of(owner);
	const char *where = conf_where(c, "products", name, a);
	const char *text = conf_text(c, "products", name);
	for (const char *p = text ? text : ""; *p;) {
		size_t len, f;
		p += strspn(p, ", \t");
		len = strcspn(p, ", \t");
		if (!len)
			break;
		enum errk rc = find_field(arena_strndup(a, p, len), where, name, &f, e);
		if (rc == E_OK)
			rc = check_place(f, owner, where, e);
		if (rc != E_OK)
			return rc;
		if (in[f])
			return err_set(e, E_LOCAL, "bad_config",
				       "%s: [products] %s: '%s' stands in %s too; a field belongs "
				       "into one list",
				       where, name, fields[f].name,
				       list_of((enum product_owner)(in[f] - 1)));
		in[f] = (int)owner + 1;
		out[f] = owner;
		p += len;
	}
	return E_OK;
}

enum errk product_owners_read(const struct conf *c, struct arena *a,
			      enum product_owner out[FIELD_COUNT_], struct err *e)
{
	int in[FIELD_COUNT_] = {0};
	for (size_t f = 0; f < FIELD_COUNT_; f++)
		out[f] = fields[f].owner;
	for (int l = OWNER_ERP; l <= OWNER_BOTH; l++) {
		enum errk rc = read_list(c, (enum product_owner)l, a, out, in, e);
		if (rc != E_OK)
			return rc;
	}
	for (size_t f = 0; f < FIELD_COUNT_; f++)
		if (fields[f].listed && !in[f])
			return err_set(
				e, E_LOCAL, "bad_config",
				"%s: [products]: '%s' stands in none of erp_owns, store_owns and "
				"both, so it is not known who may change it; add it to one of them",
				conf_where(c, "products", list_of(fields[f].owner), a),
				fields[f].name);
	return E_OK;
}

enum product_choice product_choose(enum product_owner owner, const char *erp, const char *store,
				   struct product_base base)
{
	bool known = base.erp && base.store;
	if (owner == OWNER_STORE)
		return CHOICE_KEEP;
	if (strcmp(erp, store) == 0)
		return CHOICE_SAME;
	bool erp_moved = !known || strcmp(erp, base.erp) != 0;
	bool store_moved = !known || strcmp(store, base.store) != 0;
	if (!erp_moved && !store_moved)
		return CHOICE_SAME;
	if (owner == OWNER_ERP)
		return CHOICE_WRITE;
	/* They meet for the first time: what one side does not have is no opinion of it. */
	if (!known && !*store)
		return CHOICE_WRITE;
	if (!known && !*erp)
		return CHOICE_KEEP;
	if (!erp_moved)
		return CHOICE_KEEP;
	return store_moved ? CHOICE_CONFLICT : CHOICE_WRITE;
}
