#include <ctype.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"

const char *order_amount(const struct order_reader *r, const cJSON *obj, const char *bag)
{
	const char *side = r->presentment ? "presentmentMoney" : "shopMoney";
	const char *path = arena_printf(r->arena, "%s.%s.amount", bag, side);
	const char *text = answer_text(r->in, obj, path);
	order_check_number(r, path, text);
	return text;
}

/* Where it is read its place is known; of a sum that can't be reckoned it would not be. */
void order_check_number(const struct order_reader *r, const char *path, const char *text)
{
	struct decimal d;
	struct err why;
	if (answer_ok(r->in) && decimal_parse(text, &d, &why) != E_OK)
		answer_fault(r->in, path, "says: %s", why.msg);
}

const char *order_line_begins(const struct order_reader *r, const char *kind, size_t number)
{
	const char *what = r->in->what;
	if (answer_ok(r->in))
		r->in->what = arena_printf(r->arena, "%s %zu of %s", kind, number, what);
	return what;
}

const char *order_lower(const struct order_reader *r, const char *text)
{
	char *copy = arena_strdup(r->arena, text);
	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

void order_add_text(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		    const char *path)
{
	json_add_str(to, key, answer_text_or_null(r->in, from, path));
}

void order_add_needed(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		      const char *path)
{
	json_add_str(to, key, answer_text(r->in, from, path));
}

void order_add_flag(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		    const char *path)
{
	json_add_bool(to, key, answer_bool(r->in, from, path));
}

void order_add_count(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		     const char *path)
{
	json_add_int(to, key, answer_int(r->in, from, path, -999999999, 999999999));
}

void order_add_fields(const struct order_reader *r, cJSON *to, const cJSON *from,
		      const struct order_field *field, size_t n)
{
	static void (*const add[])(const struct order_reader *r, cJSON *to, const char *key,
				   const cJSON *from, const char *path) = {
		[ORDER_TEXT] = order_add_text,
		[ORDER_NEEDED] = order_add_needed,
		[ORDER_FLAG] = order_add_flag,
		[ORDER_COUNT] = order_add_count,
	};
	for (size_t i = 0; i < n; i++)
		add[field[i].as](r, to, field[i].key, from, field[i].path);
}

void order_add_attributes(const struct order_reader *r, cJSON *to, const cJSON *from)
{
	cJSON *list = json_add_array(to, "attributes");
	JSON_EACH (attribute, answer_nodes(r->in, from, "customAttributes", ENTRIES_MAX)) {
		cJSON *item = json_object();
		order_add_needed(r, item, "key", attribute, "key");
		order_add_text(r, item, "value", attribute, "value");
		json_push(list, item);
	}
}

bool order_same_version(struct answer *in, const cJSON *node, const cJSON *order)
{
	const char *now = answer_id(in, order, "updatedAt");
	if (strcmp(answer_id(in, order, "id"), json_str(node, "id")) != 0)
		answer_fault(in, "order.id", "is that of another order");
	return strcmp(json_str(node, "updatedAt"), now) == 0;
}

void order_append_nodes(cJSON *to, cJSON *from)
{
	while (from && from->child)
		cJSON_AddItemToArray(to, cJSON_DetachItemViaPointer(from, from->child));
}
