#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "connectors/odoo/odoo.h"

#include "base/banned.h"

/* Longer than any number or code; what is longer is known by its hash. */
enum { TAIL_MAX = 48 };

static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

const char *odoo_tail(const char *id, struct arena *a)
{
	const char *slash = strrchr(id, '/'), *tail = slash && slash[1] ? slash + 1 : id;
	char hex[HASH_HEX_SIZE];

	if (strlen(tail) <= TAIL_MAX) {
		const char *p = tail;

		while (*p && is_plain(*p))
			p++;
		if (*p == '\0' && p > tail)
			return arena_strdup(a, tail);
	}
	/* Two ids must not become one by what Odoo would not take. */
	hash_hex(id, strlen(id), hex);
	return arena_printf(a, "h%.20s", hex);
}

const char *odoo_xid(const struct odoo *o, const char *what, const char *id, struct arena *a)
{
	return arena_printf(a, "erpsync.%s_%s_%s", o->rules.shop, what, odoo_tail(id, a));
}

/* The host of an address, or the last folder of a path. */
static char *last_name(const char *address, struct arena *a)
{
	const char *host = strstr(address, "://");
	char *name = arena_strdup(a, host ? host + 3 : address), *slash;
	size_t len = host ? strcspn(name, ":/") : strlen(name);

	while (len > 1 && name[len - 1] == '/')
		len--;
	name[len] = '\0';
	slash = host ? NULL : strrchr(name, '/');
	return slash ? slash + 1 : name;
}

const char *odoo_shop_name(const char *address, struct arena *a)
{
	static const char domain[] = ".myshopify.com";
	char *name = last_name(address, a);

	if (str_ends(name, domain))
		name[strlen(name) - strlen(domain)] = '\0';
	for (char *p = name; *p; p++)
		*p = is_plain(*p) ? (char)tolower((unsigned char)*p) : '_';
	return *name ? name : "shop";
}
