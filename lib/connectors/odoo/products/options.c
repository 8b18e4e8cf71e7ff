#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/products/product.h"

#include "base/banned.h"

/*
 * Odoo's attributes make variants, or don't ("never", create_variant = no_variant). A variant has a
 * value of each attribute line of its template; one that was archived may have those of lines that are
 * gone, and lack those that came later.
 */

/* One attribute line that makes variants. */
struct axis {
	int64_t line;
	const char *name;
	bool used;    /* variants that are sold have a value of it */
	bool differs; /* not all of those that are told have the same */
};

/* A variant, and its value on each axis; NULL = none. */
struct candidate {
	const cJSON *variant;
	bool active, odd, told; /* odd: has values of no axis */
	const char **value;
};

static struct axis *read_axes(const struct odoo_product_index *x, const cJSON *template,
			      struct arena *a, size_t *n)
{
	LIST(struct axis) axis = {0};

	JSON_EACH (ref, json_at(template, "attribute_line_ids")) {
		const cJSON *line = odoo_index_find(&x->lines, json_int(ref, "", 0));
		const cJSON *attribute = odoo_index_find(&x->attributes,
							 odoo_ref(line, "attribute_id"));

		if (!attribute || !json_bool(line, "active", true) ||
		    str_equal(json_str(attribute, "create_variant"), "no_variant"))
			continue;
		*list_add(&axis, a) = (struct axis){.line = json_int(line, "id", 0),
						    .name = json_str(attribute, "name")};
	}
	*n = axis.n;
	return axis.at;
}

static void read_values(const struct odoo_product_index *x, const struct axis *axis, size_t n,
			struct candidate *c)
{
	JSON_EACH (ref, json_at(c->variant, "product_template_attribute_value_ids")) {
		const cJSON *value = odoo_index_find(&x->values, json_int(ref, "", 0));
		int64_t line = odoo_ref(value, "attribute_line_id");
		size_t i = 0;

		while (i < n && axis[i].line != line)
			i++;
		if (i < n)
			c->value[i] = json_str(value, "name");
		else
			c->odd = true;
	}
}

/* On all axes that are used. */
static bool is_whole(const struct axis *axis, size_t n, const struct candidate *c)
{
	for (size_t i = 0; i < n; i++)
		if (axis[i].used && !c->value[i])
			return false;
	return !c->odd;
}

static bool is_same(const struct axis *axis, size_t n, const struct candidate *a,
		    const struct candidate *b)
{
	for (size_t i = 0; i < n; i++)
		if (axis[i].used && !str_equal(a->value[i], b->value[i]))
			return false;
	return true;
}

static enum errk unclear(const struct candidate *c, const char *why, struct err *e)
{
	const char *sku = json_str(c->variant, "default_code");

	return err_set(
		e, E_RECORD, "options_unclear",
		"variant %lld%s%s: %s; correct the product's attributes in Odoo, and the next "
		"run takes it",
		(long long)json_int(c->variant, "id", 0), sku ? ", " : "", sku ? sku : "", why);
}

/* Marks those that are told: all that are sold, and of the others those that have a place of their own. */
static enum errk choose(const struct axis *axis, size_t n, struct candidate *c, size_t many,
			struct err *e)
{
	for (int turn = 0; turn < 2; turn++) {
		/* Of several archived ones in the same place the newest is told. */
		for (size_t i = many; i-- > 0;) {
			size_t k = 0;

			if (c[i].active != (turn == 0))
				continue;
			while (k < many && !(c[k].told && is_same(axis, n, &c[k], &c[i])))
				k++;
			c[i].told = k == many && is_whole(axis, n, &c[i]);
			if (!c[i].active || c[i].told)
				continue;
			return unclear(
				&c[i],
				k < many ? "another variant has the same values of all attributes"
					 : "it lacks a value of an attribute that others have",
				e);
		}
	}
	return E_OK;
}

static void find_differences(struct axis *axis, size_t n, const struct candidate *c, size_t many)
{
	const struct candidate *first = NULL;

	for (size_t k = 0; k < many; k++) {
		if (!c[k].told)
			continue;
		if (!first)
			first = &c[k];
		for (size_t i = 0; i < n; i++)
			if (axis[i].used && !str_equal(first->value[i], c[k].value[i]))
				axis[i].differs = true;
	}
}

static enum errk take(const struct axis *axis, size_t n, const struct candidate *c, size_t many,
		      struct arena *a, struct odoo_options *out, struct err *e)
{
	out->name = arena_array(a, n, sizeof(*out->name));
	out->choice = arena_array(a, many, sizeof(*out->choice));
	for (size_t i = 0; i < n; i++) {
		if (!axis[i].differs)
			continue;
		for (size_t k = 0; k < out->n; k++)
			if (str_equal(out->name[k], axis[i].name))
				return unclear(&c[0], "two of its attributes have the same name",
					       e);
		out->name[out->n++] = axis[i].name;
	}
	for (size_t k = 0; k < many; k++) {
		struct odoo_choice *to = &out->choice[out->n_choices];
		size_t at = 0;

		if (!c[k].told)
			continue;
		*to = (struct odoo_choice){c[k].variant, c[k].active,
					   arena_array(a, out->n, sizeof(*to->value))};
		for (size_t i = 0; i < n; i++)
			if (axis[i].differs)
				to->value[at++] = c[k].value[i];
		out->n_choices++;
	}
	return E_OK;
}

enum errk odoo_options(const struct odoo_product_index *x, const cJSON *template, struct arena *a,
		       struct odoo_options *out, struct err *e)
{
	size_t n, many;
	const struct odoo_entry *variant = odoo_index_range(&x->variants,
							    json_int(template, "id", 0), &many);
	struct axis *axis = read_axes(x, template, a, &n);
	struct candidate *c = arena_array(a, many, sizeof(*c));
	bool any_active = false;
	enum errk rc;

	*out = (struct odoo_options){0};
	for (size_t k = 0; k < many; k++) {
		c[k] = (struct candidate){.variant = variant[k].record,
					  .active = json_bool(variant[k].record, "active", true),
					  .value = arena_array(a, n, sizeof(*c[k].value))};
		read_values(x, axis, n, &c[k]);
		any_active = any_active || c[k].active;
	}
	for (size_t k = 0; k < many; k++)
		for (size_t i = 0; i < n; i++)
			if ((c[k].active || !any_active) && c[k].value[i])
				axis[i].used = true;
	rc = choose(axis, n, c, many, e);
	if (rc != E_OK)
		return rc;
	find_differences(axis, n, c, many);
	return take(axis, n, c, many, a, out, e);
}
