#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
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

/* "erpsync.shop_refund_62_81_back_2_of_order_5001_line_7001" */
static const char back[] = "_back_", back_of[] = "_of_";

/* Behind the shop's name: "order_5001_line_7001". */
static const char *own_part(const char *xid)
{
	const char *p = strstr(xid, "_order_");

	return p ? p + 1 : xid;
}

const char *odoo_given_back_xid(const char *refund, const char *part, int64_t units,
				const char *line, struct arena *a)
{
	return arena_printf(a, "%s_%s%s%lld%s%s", refund, part, back, (long long)units, back_of,
			    own_part(line));
}

int64_t odoo_given_back(const struct odoo *o, const cJSON *xids, const char *line)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *head = arena_printf(a, "erpsync.%s_refund_", o->rules.shop);
	const char *tail = arena_printf(a, "%s%s", back_of, own_part(line));
	int64_t all = 0;

	JSON_EACH_MEMBER (item, xids) {
		const char *xid = cJSON_GetStringValue(item), *at;

		if (!xid || !str_starts(xid, head) || !str_ends(xid, tail))
			continue;
		at = strstr(xid + strlen(head), back);
		all += at ? strtoll(at + strlen(back), NULL, 10) : 0;
	}
	return all;
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
