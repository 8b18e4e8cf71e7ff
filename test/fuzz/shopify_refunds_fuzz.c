/* What was given back of an order of the shop, spoilt: documents, or a reason why not; never anything else. */
#include "spoil.h"

#include "connectors/shopify/refunds/refunds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cJSON *answer[8];
	static size_t n_answers;
	struct shopify s = {.host = "x"};

	if (!n_answers)
		n_answers = load_singles("test/fuzz/answers/refunds.json", answer, 8);
	if (!size)
		return 0;
	CLEANUP(spoilt) cJSON *root = spoilt(answer[data[0] % n_answers], data + 1, size - 1);
	CLEANUP(arena) struct arena *a = arena_new();
	struct answer in = answer_of(E_BUSY, "orders");
	s.use_presentment = size & 1;
	JSON_EACH (node, answer_nodes(&in, root, "data.nodes", PAGE_MAX)) {
		struct refund_book book;
		size_t n = json_count(node, "events.agreements");

		refund_book_open(&book, &s, node, a);
		if (book.rc != E_OK && book.rc != E_RECORD)
			BUG("a book ended with %s: %s", errk_name(book.rc), book.why.msg);
		for (size_t i = 0; i < n && book.rc == E_OK; i++) {
			CLEANUP(json) cJSON *doc = NULL;
			struct err e = {.kind = E_OK};
			bool left;
			enum errk rc = refund_document(&book, i, "#1-R1", &doc, &left, &e);

			if (rc != E_OK && rc != E_RECORD)
				BUG("a refund ended with %s: %s", errk_name(rc), e.msg);
			if (rc == E_OK)
				json_text(doc, a);
		}
		refund_book_close(&book);
	}
	return 0;
}
