#include "connectors/exchange/fulfillment_merge.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/exchange/fulfillment_lines.h"

#include "base/banned.h"

/* What is there stays as it is, for it is read from, and maybe merged, once more. */
static void copy_lines(struct exchange_delivery *in, struct arena *a)
{
	const struct exchange_delivery_line *from = in->line;

	in->line = in->last_line = NULL;
	for (; from; from = from->next) {
		struct exchange_delivery_line *l = arena_alloc(a, sizeof(*l));

		*l = *from;
		l->next = NULL;
		if (in->last_line)
			in->last_line->next = l;
		else
			in->line = l;
		in->last_line = l;
	}
}

static const char *copy_text(const cJSON *doc, const char *path, struct arena *a)
{
	const char *text = json_str(doc, path);

	return str_blank(text) ? NULL : arena_strdup(a, text);
}

/* Of the same order: what no file says that is there. */
static void add_shared(struct exchange_delivery *in, const cJSON *was, struct arena *a)
{
	if (!in->shipped_at)
		in->shipped_at = copy_text(was, "shipped_at", a);
	if (!in->warehouse)
		in->warehouse = copy_text(was, "warehouse", a);
	if (!in->carrier)
		in->carrier = copy_text(was, "carrier", a);
	if (in->parcel)
		return;
	JSON_EACH (x, json_at(was, "packages")) {
		struct exchange_parcel *p = arena_alloc(a, sizeof(*p));

		*p = (struct exchange_parcel){copy_text(x, "number", a), copy_text(x, "url", a),
					      NULL};
		if (in->last_parcel)
			in->last_parcel->next = p;
		else
			in->parcel = p;
		in->last_parcel = p;
	}
}

/* What was said for an order: that of now, or another one, of which something may be left. NULL: none was named. */
static struct exchange_delivery_order *order_of(struct exchange_delivery *in, const char *name,
						struct arena *a)
{
	if (!name || exchange_delivery_may_be_one(name, in->order))
		return in->of;
	if (!in->was) {
		in->was = arena_strdup(a, name);
		in->moved = in->last;
	}
	return exchange_delivery_order_of(in, name, 0, a);
}

/* The order that it was for; NULL = none was named. */
static struct exchange_delivery_order *add_order(struct exchange_delivery *in, const cJSON *was,
						 struct arena *a)
{
	const char *id = copy_text(was, "order.id", a);
	const char *name = id ? id : copy_text(was, "order.name", a);

	if (name && !in->order) {
		in->order = name;
		in->of = exchange_delivery_order_of(in, name, 0, a);
		for (struct exchange_delivery_line *l = in->line; l; l = l->next)
			l->of = l->of ? l->of : in->of;
	}
	if (!name || exchange_delivery_may_be_one(name, in->order))
		add_shared(in, was, a);
	return order_of(in, name, a);
}

/* Unless files that are there say it. */
static void add_line(struct exchange_delivery *in, struct exchange_delivery_order *of,
		     const cJSON *said, struct arena *a)
{
	const char *line_id = copy_text(said, "line_id", a), *sku = copy_text(said, "sku", a);
	const char *quantity = json_str(said, "quantity");
	struct exchange_delivery_line *last = in->last_line, *l;

	if (!line_id && !sku)
		return;
	in->row = of;
	l = exchange_delivery_line_of(in, line_id, sku, a);
	if (in->last_line == last)
		return;
	l->of = of;
	l->sku = sku;
	l->title = copy_text(said, "title", a);
	l->where = in->last;
	if (!quantity || decimal_parse(quantity, &l->quantity, NULL) != E_OK) {
		struct err *problem = arena_alloc(a, sizeof(*problem));

		err_set(problem, E_RECORD, "bad_row", "%s", json_str(said, "why"));
		l->problem = problem;
	}
}

/* All that the files say is said in one, the last, beside which stands what was said before. */
static void compare_lines(struct exchange_delivery *in, struct arena *a)
{
	const struct exchange_delivery_file last = {.number = in->file, .rank = in->rank};

	for (struct exchange_delivery_line *l = in->line; l; l = l->next) {
		if (l->of != in->of || l->nameless || !l->file)
			continue;
		l->first = l->first == l->file ? in->file : 0;
		l->file = in->file;
		l->before = DECIMAL_ZERO;
	}
	exchange_delivery_compare_lines(in, &last, a);
}

const char *exchange_delivery_merge(const struct exchange_delivery *now, const char *before,
				    struct arena *a)
{
	CLEANUP(json) cJSON *was = NULL;
	struct exchange_delivery in = *now;
	struct exchange_delivery_order *of;
	struct record out;

	if (json_parse(before, strlen(before), &was, NULL) != E_OK)
		return NULL;
	copy_lines(&in, a);
	of = add_order(&in, was, a);
	JSON_EACH (x, json_at(was, "lines"))
		add_line(&in, of, x, a);
	JSON_EACH (x, json_at(was, "unreadable")) {
		const char *order = json_str(x, "order");

		add_line(&in, order ? order_of(&in, order, a) : of, x, a);
	}
	compare_lines(&in, a);
	(void)exchange_delivery_record(&in, a, &out);
	return out.doc;
}
