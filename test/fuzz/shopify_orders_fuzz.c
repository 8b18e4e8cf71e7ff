/* An order of the shop, spoilt: a document that is one, or an order that is parked; never anything else. */
#include "spoil.h"

#include "connectors/shopify/shopify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cJSON *answer[8];
	static size_t n_answers;
	const char *names[] = {"custom.a", "custom.b"};
	struct shopify s = {.host = "x"};

	if (!n_answers)
		n_answers = load_singles("test/fuzz/answers/orders_by_id.json", answer, 8);
	if (!size)
		return 0;
	CLEANUP(spoilt) cJSON *root = spoilt(answer[data[0] % n_answers], data + 1, size - 1);
	CLEANUP(arena) struct arena *a = arena_new();
	struct answer in = answer_of(E_BUSY, "orders");
	s.use_presentment = size & 1;
	for (int o = 0; o < METAFIELD_OWNERS_; o++)
		s.metafields[o] = (struct metafield_names){.name = names, .n = 2};
	JSON_EACH (node, answer_nodes(&in, root, "data.nodes", PAGE_MAX)) {
		CLEANUP(json) cJSON *doc = NULL;
		struct err e = {.kind = E_OK};
		enum errk rc = order_document(&s, node, a, &doc, &e);

		if (rc != E_OK && rc != E_RECORD)
			BUG("an order ended with %s: %s", errk_name(rc), e.msg);
		if (rc == E_OK)
			json_text(doc, a);
	}
	return 0;
}
