/* Any bytes: parsed or refused; what is parsed is printed, read back, and printed the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(const cJSON *item, struct arena *a)
{
	const cJSON *child;

	json_int(item, "", 0);
	json_number_text(item, "", a);
	json_bool(item, "", false);
	json_count(item, "[0].a");
	cJSON_ArrayForEach (child, item) {
		visit(child, a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json) cJSON *doc = NULL;
	CLEANUP(json) cJSON *again = NULL;
	struct arena *a;
	struct err e;
	char *text;

	if (json_parse((const char *)data, size, &doc, &e) != E_OK)
		return 0;
	a = arena_new();
	visit(doc, a);
	text = json_text(doc, a);
	if (json_parse(text, strlen(text), &again, &e) != E_OK)
		BUG("printed JSON isn't JSON: %s", e.msg);
	if (strcmp(text, json_text(again, a)) != 0)
		BUG("printing twice differs");
	arena_free(a);
	return 0;
}
