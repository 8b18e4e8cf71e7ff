/* Stock levels, spoilt: every pair has its figure, or the reading fails. */
#include "spoil.h"

/* Its reader is its own; what it would send is not sent here. */
#include "connectors/shopify/stock/levels.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cJSON *answer;

	if (!answer)
		answer = load_answer("test/fuzz/answers/stock_levels.json");
	CLEANUP(arena) struct arena *a = arena_new();
	struct stock_put p = {.arena = a};
	struct reading *r = arena_alloc(a, sizeof(*r));
	JSON_EACH (node, json_at(answer, "data.nodes")) {
		struct stock_item *item = arena_alloc(a, sizeof(*item));
		struct stock_pair *pair = arena_alloc(a, sizeof(*pair));

		item->put = arena_alloc(a, sizeof(*item->put));
		item->put->label = "x";
		item->id = json_str(node, "id");
		item->sku = json_str(node, "sku");
		pair->item = item;
		r->id[r->n] = item->id;
		r->pair[r->n++] = pair;
	}
	/* What was asked for stays as it was. */
	CLEANUP(spoilt) cJSON *root = spoilt(answer, data, size);
	const struct shopify_query q = {.doc = DOC_STOCK_LEVELS,
					.root = root,
					.data = json_at(root, "data")};
	struct err e;
	if (take(&p, r, &q, &e) != E_OK)
		return 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->pair[i]->have > STOCK_FIGURE_MAX || r->pair[i]->have < -STOCK_FIGURE_MAX)
			BUG("a figure out of bounds");
	return 0;
}
