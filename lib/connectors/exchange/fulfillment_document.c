#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/exchange/fulfillment_file.h"
#include "files/rows.h"

#include "base/banned.h"

/*
 * Goods that were said for another order, that nothing was said of since: are they of this delivery? Not if
 * the delivery had been for this order before, and has come back to it.
 */
static bool is_left(const struct exchange_delivery *in, const struct exchange_delivery_line *l)
{
	if (l->of == in->of || l->nameless || in->of->first < l->file ||
	    (!l->problem && l->quantity.units == 0))
		return false;
	for (const struct exchange_delivery_line *o = in->line; o; o = o->next)
		if (o->of == in->of && exchange_delivery_line_is(o, l->line_id, l->sku))
			return false;
	return true;
}

/* "'SKU', 'SKU'": what is left of other orders; "" if nothing is. */
static const char *left_lines(const struct exchange_delivery *in, struct arena *a)
{
	enum { NAMED = 8 };
	const char *text = "";
	size_t n = 0;

	for (const struct exchange_delivery_line *l = in->line; l; l = l->next)
		if (is_left(in, l) && n++ < NAMED)
			text = arena_printf(a, "%s%s'%s'", text, n > 1 ? ", " : "",
					    l->line_id ? l->line_id : l->sku);
	return n > NAMED ? arena_printf(a, "%s and %zu more", text, n - NAMED) : text;
}

/* An earlier file said another order: is anything of that one left, or was it never sent? */
static bool refuse_two(const struct exchange_delivery *in, struct arena *a, struct err *out)
{
	const char *left;

	if (!in->was)
		return false;
	left = left_lines(in, a);
	if (!*left && !in->unsent)
		return false;
	err_set(out, E_RECORD, "bad_row",
		"%s: delivery '%s' is for order '%s' here, and was for '%s' in an earlier file; one "
		"delivery_id is one delivery, of one order: in a new file, give another delivery an "
		"id of its own, and this one its order and all of its rows%s%s%s; or if there is "
		"nothing to do for this one: erpsync queue drop '%s'",
		in->moved, in->id, in->order, in->was,
		*left ? ", with quantity 0 for what is not of it (earlier files have " : "", left,
		*left ? ")" : "", in->id);
	return true;
}

/* Why the delivery can't be used; NULL if it can. *lacks: what it lacks may have been said before, and wait. */
static const struct err *find_problem(const struct exchange_delivery *in, struct arena *a,
				      bool *lacks)
{
	struct err *made = arena_alloc(a, sizeof(*made));
	size_t n = 0;

	*lacks = false;
	/* What contradicted itself in an earlier file has been written anew. */
	if (in->problem && in->problem_rank == in->rank)
		return in->problem;
	if (refuse_two(in, a, made))
		return made;
	for (const struct exchange_delivery_line *l = in->line; l; l = l->next) {
		if (l->of != in->of)
			continue;
		if (l->problem && (!l->nameless || l->file == in->file))
			return l->problem;
		n += !l->problem && l->quantity.units > 0;
	}
	if (!in->order)
		err_set(made, E_RECORD, "bad_row",
			"%s: delivery '%s' names no order: the column 'order' is empty", in->last,
			in->id);
	else if (n == 0)
		err_set(made, E_RECORD, "bad_row",
			"%s: nothing is left in delivery '%s': all its quantities are 0; have the "
			"ERP write it again, in a new file, or, if that is so, run: erpsync queue "
			"drop '%s'",
			in->last, in->id, in->id);
	else
		return NULL;
	*lacks = true;
	return made;
}

static void add_packages(cJSON *doc, const struct exchange_delivery *in)
{
	cJSON *list = json_add_array(doc, "packages");

	for (const struct exchange_parcel *p = in->parcel; p; p = p->next) {
		cJSON *o = json_object();

		json_add_str(o, "number", p->number);
		json_add_str(o, "url", p->url);
		json_push(list, o);
	}
}

static void add_lines(cJSON *doc, const struct exchange_delivery *in)
{
	cJSON *list = json_add_array(doc, "lines");
	char text[DECIMAL_TEXT_MAX];

	for (const struct exchange_delivery_line *l = in->line; l; l = l->next) {
		cJSON *o;

		if (l->of != in->of || l->problem || l->quantity.units == 0)
			continue;
		o = json_object();
		json_add_str(o, "line_id", l->line_id);
		json_add_str(o, "sku", l->sku);
		json_add_str(o, "title", l->title);
		json_add_str(o, "quantity", decimal_text_short(l->quantity, text));
		json_push(list, o);
	}
}

/* What is wrong, and all that was said and goes into no line: it is not forgotten while the delivery is parked. */
static void add_unreadable(cJSON *doc, const struct exchange_delivery *in, const char *why)
{
	cJSON *list = json_add_array(doc, "unreadable"), *o = json_object();
	char text[DECIMAL_TEXT_MAX];

	json_add_str(o, "why", why);
	json_push(list, o);
	for (const struct exchange_delivery_line *l = in->line; l; l = l->next) {
		const bool left = in->was && is_left(in, l);

		if (l->nameless || !(left || (l->of == in->of && l->problem)))
			continue;
		o = json_object();
		json_add_str(o, "why", l->problem ? l->problem->msg : why);
		json_add_str(o, "order", left ? l->of->name : NULL);
		json_add_str(o, "line_id", l->line_id);
		json_add_str(o, "sku", l->sku);
		json_add_str(o, "quantity",
			     l->problem ? NULL : decimal_text_short(l->quantity, text));
		json_push(list, o);
	}
}

/* The version of what is said: wherever what can't be read of it stands, and with the lines that are taken out. */
static const char *version_of(cJSON *doc, const struct exchange_delivery *in, const char *fault,
			      struct arena *a)
{
	cJSON *unreadable = cJSON_DetachItemFromObjectCaseSensitive(doc, "unreadable");
	const char *text = json_text(doc, a);
	char hash[HASH_HEX_SIZE];

	cJSON_Delete(unreadable);
	for (const struct exchange_delivery_line *l = in->line; l; l = l->next)
		if (l->of == in->of && !l->problem && l->quantity.units == 0)
			text = arena_printf(a, "%s -%s", text, l->line_id ? l->line_id : l->sku);
	hash_hex(text, strlen(text), hash);
	return fault ? arena_printf(a, "%s %.32s", fault, hash) : arena_printf(a, "%.32s", hash);
}

static void add_document(const struct exchange_delivery *in, struct arena *a, struct record *out)
{
	CLEANUP(json) cJSON *doc = json_object();
	cJSON *order;
	/* "gid://shopify/Order/5001" is an id in any system; all else is what people call it. */
	bool id = in->order && str_starts(in->order, "gid://");

	json_add_str(doc, "kind", "fulfillment");
	json_add_str(doc, "source", "csv");
	json_add_str(doc, "id", in->id);
	json_add_str(doc, "number", in->id);
	order = json_add_object(doc, "order");
	json_add_str(order, "id", id ? in->order : NULL);
	json_add_str(order, "name", id ? NULL : in->order);
	json_add_str(doc, "shipped_at", in->shipped_at);
	json_add_str(doc, "warehouse", in->warehouse);
	json_add_str(doc, "carrier", in->carrier);
	add_packages(doc, in);
	add_lines(doc, in);
	if (out->problem)
		add_unreadable(doc, in, out->problem->msg);
	out->doc = json_text(doc, a);
	out->doc_len = strlen(out->doc);
	out->version = version_of(doc, in, out->version, a);
}

bool exchange_delivery_record(const struct exchange_delivery *in, struct arena *a,
			      struct record *out)
{
	bool lacks;
	const struct err *problem = find_problem(in, a, &lacks);

	*out = (struct record){.id = arena_strdup(a, in->id),
			       .label = arena_strdup(a, in->label ? in->label : in->id)};
	if (problem)
		rows_fault(problem, a, out);
	/* A row that does not tell its delivery is all that there is of it. */
	if (in->label || !in->last)
		return false;
	add_document(in, a, out);
	return lacks;
}
