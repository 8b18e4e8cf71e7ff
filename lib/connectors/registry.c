#include <ctype.h>
#include <string.h>

#include "connectors/connector.h"

const struct connector_type *const connector_types[] = {&shopify_connector,
							&shopify_admin_connector,
							&exchange_connector, &odoo_connector, NULL};

const struct connector_type *connector_find(const char *name, enum side side)
{
	const struct connector_type *named = NULL;

	for (const struct connector_type *const *t = connector_types; *t && name; t++) {
		if (strcmp((*t)->name, name) != 0)
			continue;
		if (connector_serves(*t, side))
			return *t;
		named = *t;
	}
	return named;
}

bool connector_serves(const struct connector_type *t, enum side side)
{
	for (int k = 0; k < KIND_COUNT_; k++)
		if (t->source[side][k] || t->sink[side][k])
			return true;
	return false;
}

const char *side_section(enum side s)
{
	return s == SIDE_STORE ? "store" : "erp";
}

const char *side_name(enum side s)
{
	return s == SIDE_STORE ? "store" : "ERP";
}
