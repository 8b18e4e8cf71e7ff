#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/deliveries/delivery.h"
#include "model/tracking.h"

#include "base/banned.h"

/*
 * Carriers that gave several numbers for a transfer have them in one text, with commas between; people
 * who type them use what their keyboard has. A blank may be part of a number.
 */
static const char between[] = ",;\n\r\t";

/* The next number of the text, without blanks around it; NULL at the end. */
static const char *next_number(const char **at, struct arena *a)
{
	while (**at) {
		size_t len = strcspn(*at, between), cut = len;
		const char *from = *at;

		*at += len + ((*at)[len] != '\0');
		while (cut && isspace((unsigned char)*from)) {
			from++;
			cut--;
		}
		while (cut && isspace((unsigned char)from[cut - 1]))
			cut--;
		if (cut)
			return arena_strndup(a, from, cut);
	}
	return NULL;
}

static bool has_number(const cJSON *list, const char *number)
{
	JSON_EACH (item, list)
		if (str_equal(json_str(item, "number"), number))
			return true;
	return false;
}

/* The address with one number where it has the whole text, as a carrier's template filled it. */
static const char *with_number(const char *url, const char *all, const char *number,
			       struct arena *a)
{
	const char *at = strstr(url, all);

	return at ? arena_printf(a, "%.*s%s%s", (int)(at - url), url, number, at + strlen(all))
		  : url;
}

/* Several addresses stand as [["number", "https://…"], …]; NULL: it is one. */
static const char *listed(const cJSON *list, const char *number, size_t n)
{
	size_t at = 0;

	JSON_EACH (item, list) {
		if (str_equal(json_str(item, "[0]"), number))
			return json_str(item, "[1]");
	}
	/* Named otherwise, but as many of them. */
	JSON_EACH (item, list)
		if (at++ == n)
			return json_str(item, "[1]");
	return NULL;
}

cJSON *odoo_delivery_parcels(const char *numbers, const char *url, struct arena *a)
{
	CLEANUP(json) cJSON *urls = NULL;
	cJSON *list = json_array();
	const char *at = numbers ? numbers : "", *number;

	if (str_blank(url))
		url = NULL;
	if (url && *url == '[' && json_parse(url, strlen(url), &urls, NULL) != E_OK)
		urls = NULL;
	while ((number = next_number(&at, a))) {
		const char *place = urls  ? listed(urls, number, json_count(list, ""))
				    : url ? with_number(url, numbers, number, a)
					  : NULL;
		cJSON *parcel;

		if (has_number(list, number) || tracking_is_none(number))
			continue;
		parcel = json_object();
		json_add_str(parcel, "number", number);
		if (place)
			json_add_str(parcel, "url", place);
		json_push(list, parcel);
	}
	return list;
}
