#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "connectors/shopify/products/products.h"

/* ["variants","3","price"], ["input","variants","3"]: the 4th of the call; n = none. */
size_t product_error_entry(const cJSON *error, size_t n)
{
	for (const cJSON *part = json_first(json_at(error, "field")); part && part->next;
	     part = part->next)
		if (cJSON_IsString(part) && strcmp(part->valuestring, "variants") == 0 &&
		    cJSON_IsString(part->next)) {
			char *end;
			unsigned long i = strtoul(part->next->valuestring, &end, 10);
			return *end || i >= n ? n : i;
		}
	return n;
}

static const char *last_part(const cJSON *error)
{
	const cJSON *last = NULL;
	JSON_EACH (part, json_at(error, "field"))
		last = part;
	return cJSON_GetStringValue(last);
}

/* "variant 'TEE-M': price: Price must be … (GREATER_THAN_OR_EQUAL_TO)" */
const char *product_error_text(const struct product_put *p, const struct product_call *c,
			       const cJSON *error)
{
	const char *message = json_str(error, "message"), *code = json_str(error, "code");
	const char *field = last_part(error);
	size_t at = product_error_entry(error, c->n);
	/* The last part of a path is a number where the entry as a whole is meant. */
	if (field && strspn(field, "0123456789") == strlen(field))
		field = NULL;
	return arena_printf(p->arena, "%s%s%s%s%s%s%s%s%s", at < c->n ? "variant '" : "",
			    at < c->n ? c->of[at]->name : "", at < c->n ? "': " : "",
			    field ? field : "", field ? ": " : "",
			    message ? message : "no reason given", code ? " (" : "",
			    code ? code : "", code ? ")" : "");
}

/* The product is another than the one that was read, perhaps by an earlier write of ours. */
bool product_error_is_stale(const cJSON *error)
{
	static const char *const codes[] = {
		"PRODUCT_DOES_NOT_EXIST", "PRODUCT_VARIANT_DOES_NOT_EXIST",
		"VARIANT_ALREADY_EXISTS", "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE",
		"OPTION_ALREADY_EXISTS",
	};
	const char *code = json_str(error, "code"), *text = json_str(error, "message");
	for (size_t i = 0; code && i < sizeof(codes) / sizeof(*codes); i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	/* The errors of productUpdate have no code: there the sentence must do. */
	return !code && text && strcmp(text, "Product does not exist") == 0;
}
