/*
 * Any bytes as a body, a text, a URL of a trace: masked within bounds, the same each time, and a mail
 * address or a secret under a key that is known never comes out.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/json.h"
#include "net/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = {NULL, "application/json", "application/x-www-form-urlencoded",
				    "text/html; charset=utf-8"};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* No letter of it is one that masking could leave by itself. */
static const char SECRET[] = "Zq9Zq9Zq9Zq9Zq9Z";

static void must_hide(const char *shown, const char *what)
{
	if (strstr(shown, SECRET))
		BUG("%s is left", what);
}

/* The bytes stand as a value beside the secret: whatever they are, that one is masked. */
static void hide_beside(const char *text, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	cJSON *inner = json_add_object(doc, "data");
	char *body;

	/* What stands in a text of its own is not known for a secret. */
	if (strstr(text, SECRET))
		return;
	json_add_str(doc, "note", text);
	json_add_str(inner, "email", SECRET);
	json_add_str(inner, text, text); /* of two equal keys the last one counts */
	json_add_str(inner, "access_token", SECRET);
	body = json_text(doc, a);
	must_hide(redact_body("application/json", body, strlen(body), a), "a token in JSON");
	body = arena_printf(a, "client_secret=%s&grant_type=x", SECRET);
	must_hide(redact_body("application/x-www-form-urlencoded", body, strlen(body), a),
		  "a secret in a form");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *type = size ? types[data[0] % TYPES] : NULL, *text, *once, *again;
	size_t len = size ? size - 1 : 0;
	const char *body = size ? (const char *)data + 1 : "";

	once = redact_body(type, body, len, a);
	again = redact_body(type, body, len, a);
	if (strcmp(once, again) != 0)
		BUG("masking twice differs");
	text = arena_strndup(a, body, len);
	once = redact_text(text, a);
	if (strlen(once) > 4 * len + 64)
		BUG("a text of %zu bytes grew to %zu", len, strlen(once));
	redact_url(text, a);
	redact_key(text);
	redact_header_is_secret(text);
	if (len < 4096)
		hide_beside(text, a);
	return 0;
}
