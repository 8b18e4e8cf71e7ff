#include "model/product_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"

enum { SHORT_MAX = 80 };

const char *product_decimal_text(const char *text, struct arena *a)
{
	char buf[DECIMAL_TEXT_MAX];
	struct decimal d;
	struct err ignored;
	if (!text || !*text)
		return "";
	if (decimal_parse(text, &d, &ignored) != E_OK)
		return arena_strdup(a, text);
	return arena_strdup(a, decimal_text_short(d, buf));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_tag(const char **tag, size_t *n, const char *text)
{
	for (size_t i = 0; i < *n; i++)
		if (str_equal_nocase(tag[i], text))
			return;
	tag[(*n)++] = text;
}

/* The parts of "a, b ,c"; tag has room for them. */
static void split_tags(const char **tag, size_t *n, const char *p, struct arena *a)
{
	while (*p) {
		p += strspn(p, ", ");
		size_t len = strcspn(p, ","), end = len;
		while (end && p[end - 1] == ' ')
			end--;
		if (end)
			add_tag(tag, n, arena_strndup(a, p, end));
		p += len;
	}
}

static const char *tag_text(const cJSON *entry)
{
	const char *text = cJSON_GetStringValue(entry);
	return text ? text : "";
}

static size_t count_parts(const char *text)
{
	size_t n = 1;
	for (; *text; text++)
		n += *text == ',';
	return n;
}

/* The shop sorts tags, takes each once whatever its case, and cuts them at commas. */
const char *product_tags_text(const cJSON *list, struct arena *a)
{
	CLEANUP(str) struct str text = {0};
	size_t n = 0, most = 0;
	JSON_EACH (entry, list)
		most += count_parts(tag_text(entry));
	const char **tag = arena_array(a, most, sizeof(*tag));
	JSON_EACH (entry, list)
		split_tags(tag, &n, tag_text(entry), a);
	str_init(&text, 0);
	if (n)
		qsort(tag, n, sizeof(*tag), by_text);
	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%s%s", i ? ", " : "", tag[i]);
	return arena_strdup(a, text.buf);
}

const char *product_short(const char *text, struct arena *a)
{
	char hash[HASH_HEX_SIZE];
	if (strlen(text) <= SHORT_MAX)
		return text;
	hash_hex(text, strlen(text), hash);
	return arena_printf(a, "sha256:%.40s", hash);
}
