/* Products of the shop, spoilt: whole, or a fault; what is whole has as many values as options. */
#include "spoil.h"

#include "connectors/shopify/products/products.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cJSON *answer;

	if (!answer)
		answer = load_answer("test/fuzz/answers/products_by_id.json");
	CLEANUP(spoilt) cJSON *root = spoilt(answer, data, size);
	CLEANUP(arena) struct arena *a = arena_new();
	struct answer in = answer_of(E_BUSY, "products");
	in.whole = true;
	JSON_EACH (node, answer_nodes(&in, root, "data.nodes", PAGE_MAX)) {
		const struct shop_product *p = product_take(&in, node, FIRST_VARIANTS, a);

		for (size_t i = 0; i < p->n_variants; i++)
			for (size_t k = 0; k < p->n_options; k++)
				if (!p->variant[i].option[k] || !p->option[k])
					BUG("an option without text");
	}
	return 0;
}
