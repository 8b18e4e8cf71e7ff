#include "connectors/shopify_admin/products/handle.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/str.h"

#include "base/banned.h"

enum { TITLE_MAX = 80, ID_MAX = 20, HASH_LENGTH = 12 };

/* Letters with a mark, U+00C0 to U+00FF, as they are without it. */
static const char *const latin[] = {
	"a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i",  "i", "i",  "i",
	"d", "n", "o", "o", "o",  "o", "oe", "",  "o", "u", "u", "u", "ue", "y", "th", "ss",
};

/* The character at s as it stands in a handle, "" = it is no part of one; *len: its bytes. */
static const char *plain(const char *s, size_t *len, char one[2])
{
	unsigned char c = (unsigned char)s[0], d = (unsigned char)s[1];
	unsigned code;

	*len = 1;
	one[0] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	one[1] = '\0';
	if ((one[0] >= 'a' && one[0] <= 'z') || (c >= '0' && c <= '9'))
		return one;
	if (c != 0xc3 || d < 0x80 || d > 0xbf)
		return "";
	*len = 2;
	code = d & 0x3fu;
	/* Small letters stand 32 behind the capital ones; but for ÿ and ÷, which differ there. */
	if (code == 63)
		return "y";
	return latin[code % 32];
}

static void add_title(struct str *out, const char *title)
{
	size_t len;
	char one[2];

	for (const char *s = title; *s && out->len < TITLE_MAX; s += len) {
		const char *text = plain(s, &len, one);

		if (*text)
			str_add(out, text);
		else if (out->len && out->buf[out->len - 1] != '-')
			str_addc(out, '-');
	}
	if (out->len && out->buf[out->len - 1] == '-')
		out->buf[--out->len] = '\0';
	if (!out->len)
		str_add(out, "product");
}

const char *admin_product_handle(const char *title, const char *record, bool sure, struct arena *a)
{
	CLEANUP(str) struct str text = {0};
	char hex[HASH_HEX_SIZE];
	size_t len = strlen(record);

	str_init(&text, 0);
	add_title(&text, title);
	if (!sure && len && len <= ID_MAX &&
	    strspn(record, "abcdefghijklmnopqrstuvwxyz0123456789") == len) {
		str_addf(&text, "-%s", record);
	} else {
		hash_hex(record, len, hex);
		str_addf(&text, "-%.*s", HASH_LENGTH, hex);
	}
	return arena_strdup(a, text.buf);
}
