#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/*
 * How far an order was taken, and how far its payment status let it go then: "confirmed of paid", kept with the
 * state file. [odoo] depth may say more later, and the status less. What was written of it stands behind (baseline.c).
 */

enum { DEPTHS = ODOO_PAID + 1 };
static const char *const names[DEPTHS] = {"quotation", "confirmed", "paid"};
static const char cancelled[] = "cancelled";

enum odoo_depth odoo_depth_of(const char *text)
{
	for (int i = 0; i < ODOO_PAID; i++)
		if (str_equal(text, names[i]))
			return (enum odoo_depth)i;
	return ODOO_PAID;
}

const char *odoo_depth_text(enum odoo_depth reached, enum odoo_depth asked, struct arena *a)
{
	return arena_printf(a, "%s of %s", names[reached], names[asked]);
}

const char *odoo_order_kept(const struct odoo_order *d, struct arena *a)
{
	return d->cancelled ? cancelled
			    : odoo_baseline_stored(d, odoo_depth_text(d->depth, d->asked, a), a);
}

bool odoo_depth_read(const char *kept, enum odoo_depth *reached, enum odoo_depth *asked)
{
	for (int r = 0; r < DEPTHS; r++)
		for (int k = 0; k < DEPTHS; k++) {
			size_t n = strlen(names[r]), m = strlen(names[k]);

			if (!kept || strncmp(kept, names[r], n) != 0 ||
			    strncmp(kept + n, " of ", 4) != 0 ||
			    strncmp(kept + n + 4, names[k], m) != 0 ||
			    (kept[n + 4 + m] && kept[n + 4 + m] != ' '))
				continue;
			*reached = (enum odoo_depth)r;
			*asked = (enum odoo_depth)k;
			return true;
		}
	return false;
}

bool odoo_further(struct connector *c, const char *doc, const char *kept)
{
	const struct odoo *o = (struct odoo *)(void *)c;
	CLEANUP(json) cJSON *order = NULL;
	enum odoo_depth reached = ODOO_QUOTATION, asked, now;

	if (str_equal(kept, cancelled) || json_parse(doc, strlen(doc), &order, NULL) != E_OK ||
	    json_bool(order, "cancelled", false))
		return false;
	odoo_depth_read(kept, &reached, &asked);
	now = odoo_depth_of(json_str(order, "depth"));
	return (now < o->rules.depth ? now : o->rules.depth) > reached;
}

const char *const *odoo_held(struct connector *c, struct arena *a)
{
	const struct odoo *o = (struct odoo *)(void *)c;
	const char **list = arena_array(a, DEPTHS * DEPTHS + 1, sizeof(*list));
	size_t n = 0;

	for (enum odoo_depth r = 0; r < o->rules.depth; r++)
		for (enum odoo_depth k = r + 1; k <= ODOO_PAID; k++)
			list[n++] = odoo_depth_text(r, k, a);
	return list;
}
