/* Any bytes as the checkpoint of orders: refused, or written as it was read. */
#include "spoil.h"

#include "connectors/shopify/shopify.h"

static void check(const char *text, struct arena *a)
{
	struct order_cursor c, again;
	struct err e;
	const char *once;

	if (order_cursor_parse(text, a, &c, &e) != E_OK)
		return;
	once = order_cursor_text(&c, a);
	if (order_cursor_parse(once, a, &again, &e) != E_OK)
		BUG("a checkpoint that was written is not read: %s", e.msg);
	if (strcmp(once, order_cursor_text(&again, a)) != 0)
		BUG("a checkpoint changes when it is read: %s", once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char sound[] =
		"{\"shop\":\"x.myshopify.com\",\"last\":\"2026-11-23T10:00:00Z\",\"deep\":"
		"\"2026-11-22T10:00:00Z\",\"fetch\":25,\"window\":{\"from\":\"2026-11-23T10:00:00Z\","
		"\"to\":\"2026-11-24T10:00:00Z\",\"end\":\"2026-11-25T10:00:00Z\",\"after\":\"c\","
		"\"seen\":500,\"count\":812}}";
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = NULL;
	struct err e;

	if (json_parse(sound, strlen(sound), &doc, &e) != E_OK)
		BUG("%s", e.msg);
	CLEANUP(spoilt) cJSON *other = spoilt(doc, data, size);
	check(json_text(other, a), a);
	check(arena_strndup(a, (const char *)data, size), a);
	return 0;
}
