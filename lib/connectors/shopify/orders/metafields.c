#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/* Names of one owner: what they cost stands in README.md. */
enum { NAMES_MAX = 50, NAMESPACE_MAX = 255, KEY_MAX = 64 };

static const struct {
	const char *setting, *member, *variable;
} owners[METAFIELD_OWNERS_] = {
	[METAFIELDS_OF_ORDER] = {"metafields", "metafields", "order"},
	[METAFIELDS_OF_CUSTOMER] = {"customer_metafields", "metafields", "customer"},
	[METAFIELDS_OF_VARIANT] = {"variant_metafields", "variant_metafields", "variant"},
	[METAFIELDS_OF_PRODUCT] = {"product_metafields", "product_metafields", "product"},
};

/* Letters, digits, "_" and "-" (shopify.dev, "MetafieldDefinitionInput"). */
static size_t name_part(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
}

static bool is_name(const char *text)
{
	size_t space = name_part(text), key = text[space] == '.' ? name_part(text + space + 1) : 0;

	return space > 0 && space <= NAMESPACE_MAX && key > 0 && key <= KEY_MAX &&
	       !text[space + 1 + key];
}

static enum errk add_name(struct shopify *s, enum metafield_owner owner, const char *name,
			  struct err *e)
{
	struct metafield_names *names = &s->metafields[owner];
	const char *setting = owners[owner].setting;
	const char *where = conf_where(s->env.conf, "orders", setting, s->arena);

	if (!is_name(name))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: [orders] %s: '%s' is no name of a metafield; write "
			       "NAMESPACE.KEY, as the shop's admin shows it under Settings > "
			       "Metafields and metaobjects (custom.delivery_date; an app's own is "
			       "app--NUMBER--NAMESPACE.KEY)",
			       where, setting, name);
	if (str_among(name, names->name, names->n))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: [orders] %s: '%s' stands there twice; keep one", where, setting,
			       name);
	if (names->n == NAMES_MAX)
		return err_set(
			e, E_LOCAL, "bad_config",
			"%s: [orders] %s: names more than %d metafields; keep those that the "
			"mapping uses",
			where, setting, NAMES_MAX);
	*LIST_ADD(names->name, names->n, names->cap, s->arena) = name;
	return E_OK;
}

enum errk metafields_read(struct shopify *s, struct err *e)
{
	enum errk rc = E_OK;

	for (int o = 0; o < METAFIELD_OWNERS_; o++) {
		const char *p = conf_text(s->env.conf, "orders", owners[o].setting);

		for (size_t len; p && rc == E_OK; p += len) {
			p += strspn(p, ", \t");
			len = strcspn(p, ", \t");
			if (!len)
				break;
			rc = add_name(s, (enum metafield_owner)o, arena_strndup(s->arena, p, len),
				      e);
		}
	}
	return rc;
}

void metafields_ask(const struct shopify *s, enum metafield_owner from, bool wanted,
		    cJSON *variables)
{
	struct arena *a = arena_new();

	for (int o = (int)from; o < METAFIELD_OWNERS_; o++) {
		const struct metafield_names *names = &s->metafields[o];
		const char *of = owners[o].variable;
		size_t n = wanted ? names->n : 0;
		cJSON *keys = json_add_array(variables, arena_printf(a, "%s_keys", of));

		for (size_t i = 0; i < n; i++)
			json_push_str(keys, names->name[i]);
		json_add_int(variables, arena_printf(a, "%s_count", of), (int64_t)n);
		json_add_bool(variables, arena_printf(a, "%s_asked", of), n > 0);
	}
	arena_free(a);
}

/* Asked for by whole names, Shopify says whole names; a key alone has no dot. */
static const char *whole_name(const struct order_reader *r, const cJSON *node)
{
	const char *space = answer_id(r->in, node, "namespace"),
		   *key = answer_id(r->in, node, "key");

	return strchr(key, '.') ? key : arena_printf(r->arena, "%s.%s", space, key);
}

void order_add_metafields(const struct order_reader *r, enum metafield_owner owner, cJSON *to,
			  const cJSON *from)
{
	const struct metafield_names *names = r->metafields ? &r->metafields[owner] : NULL;

	if (!names || !names->n || !from)
		return;
	cJSON *all = json_add_object(to, owners[owner].member);
	for (size_t i = 0; i < names->n; i++)
		json_add(all, names->name[i], NULL);
	JSON_EACH (node, answer_nodes(r->in, from, "metafields.nodes", names->n)) {
		const char *name = whole_name(r, node);

		if (!answer_ok(r->in))
			return;
		if (!cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(all, name)))
			answer_fault(r->in, "metafields",
				     "holds one that was not asked for, or one of them twice");
		cJSON *field = json_object();
		order_add_needed(r, field, "type", node, "type");
		order_add_needed(r, field, "value", node, "value");
		json_add(all, name, field);
	}
	if (answer_bool(r->in, from, "metafields.pageInfo.hasNextPage"))
		answer_fault(r->in, "metafields", "holds more than what was asked for");
}
