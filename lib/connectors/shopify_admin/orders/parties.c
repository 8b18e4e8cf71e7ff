#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "connectors/shopify_admin/orders/priv.h"

#include "base/banned.h"

/* An export has one name; the last word is taken for the family name. */
static void add_names(cJSON *obj, const char *name, struct arena *a)
{
	const char *space = name ? strrchr(name, ' ') : NULL;
	size_t first = space ? (size_t)(space - name) : 0;

	while (first > 0 && name[first - 1] == ' ')
		first--;
	json_add_str(obj, "first_name", first ? arena_strndup(a, name, first) : NULL);
	json_add_str(obj, "last_name", space ? space + 1 : name);
}

static bool is_code(const char *text, size_t longest)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]))
			return false;
	return len > 0 && len <= longest;
}

/* Two letters, as capitals; NULL when the text is anything else. */
static const char *country_code(const char *text, struct arena *a)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char *code = arena_strdup(a, text);

	for (char *p = code; *p; p++) {
		const char *small = strchr(lower, *p);

		if (small)
			*p = upper[small - lower];
	}
	return strlen(code) == 2 && strspn(code, upper) == 2 ? code : NULL;
}

/* The country stands there by its ISO code; a file with names went through other hands. */
static enum errk country(const struct admin_order_rows *o, enum admin_column c, struct arena *a,
			 const char **out, struct err *e)
{
	const char *text = admin_order_text(o, c);
	const char *code = text ? country_code(text, a) : NULL;
	char shown[64];

	if (text && !code)
		return err_set(e, E_RECORD, "bad_cell",
			       "%s:%lld: column '%s': '%s' is no country code of two letters",
			       o->file, (long long)o->line, admin_column_title(c),
			       guard_shown(text, shown));
	*out = code;
	return E_OK;
}

/* first: COL_BILLING_NAME or COL_SHIPPING_NAME; the other columns follow it in the same order. */
static enum errk add_address(cJSON *doc, const char *key, const struct admin_order_rows *o,
			     enum admin_column first, struct arena *a, struct err *e)
{
#define AT(column) (first + (COL_BILLING_##column - COL_BILLING_NAME))
	const char *line1 = admin_order_text(o, AT(ADDRESS1));
	const char *province = admin_order_text(o, AT(PROVINCE));
	const char *province_name = admin_order_text(o, AT(PROVINCE_NAME));
	const char *code = NULL;
	bool any = false;
	cJSON *obj;
	enum errk k = country(o, AT(COUNTRY), a, &code, e);

	if (k != E_OK)
		return k;
	for (enum admin_column c = first; c <= AT(PHONE); c++)
		any = any || admin_order_text(o, c);
	if (!any) {
		json_add(doc, key, NULL);
		return E_OK;
	}
	/* "Street" is both address lines in one; it serves where a file lacks them. */
	if (!line1 && !admin_order_text(o, AT(ADDRESS2)))
		line1 = admin_order_text(o, AT(STREET));
	if (province && !province_name && !is_code(province, 3)) {
		province_name = province;
		province = NULL;
	}
	obj = json_add_object(doc, key);
	add_names(obj, admin_order_text(o, first), a);
	json_add_str(obj, "company", admin_order_text(o, AT(COMPANY)));
	json_add_str(obj, "address1", line1);
	json_add_str(obj, "address2", admin_order_text(o, AT(ADDRESS2)));
	json_add_str(obj, "city", admin_order_text(o, AT(CITY)));
	json_add_str(obj, "zip", admin_order_unquoted(o, AT(ZIP)));
	json_add_str(obj, "province", province_name);
	json_add_str(obj, "province_code", province);
	json_add_str(obj, "country_code", code);
	json_add_str(obj, "phone", admin_order_unquoted(o, AT(PHONE)));
	return E_OK;
#undef AT
}

enum errk admin_order_add_parties(cJSON *doc, const struct admin_order_rows *o, struct arena *a,
				  struct err *e)
{
	const char *email = admin_order_text(o, COL_EMAIL), *name;
	const char *phone = admin_order_unquoted(o, COL_PHONE);
	enum errk k;

	name = admin_order_text(o, COL_BILLING_NAME);
	if (!name)
		name = admin_order_text(o, COL_SHIPPING_NAME);
	if (email || name) {
		cJSON *customer = json_add_object(doc, "customer");

		json_add_str(customer, "id", NULL);
		add_names(customer, name, a);
		json_add_str(customer, "email", email);
		json_add_str(customer, "phone", phone);
	} else {
		json_add(doc, "customer", NULL);
	}
	json_add_str(doc, "email", email);
	json_add_str(doc, "phone", phone);
	json_add(doc, "company", NULL);
	k = add_address(doc, "billing_address", o, COL_BILLING_NAME, a, e);
	if (k == E_OK)
		k = add_address(doc, "shipping_address", o, COL_SHIPPING_NAME, a, e);
	return k;
}
