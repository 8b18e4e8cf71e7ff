#include "net/graphql.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "net/redact.h"

#include "base/banned.h"

enum { TEXT_MAX_CHARS = 300, TEXT_SIZE = TEXT_MAX_CHARS * 4 + 8 };

const char *graphql_body(const char *document, const char *operation, const cJSON *variables,
			 struct arena *a)
{
	CLEANUP(json) cJSON *body = json_object();

	json_add_str(body, "query", document);
	if (operation)
		json_add_str(body, "operationName", operation);
	/* A reference: printed from where it is, and not freed with body. */
	if (variables && !cJSON_AddItemReferenceToObject(body, "variables", (cJSON *)variables))
		die(70, "out of memory");
	return json_text(body, a);
}

enum errk graphql_parse(const struct http_answer *answer, cJSON **root, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	const char *type = http_answer_header(answer, "content-type");
	char shown[120];

	if (!json_parse_answer(answer->body, answer->len, &doc, NULL) && cJSON_IsObject(doc)) {
		*root = TAKE(doc);
		return E_OK;
	}
	str_ellipsis(shown, sizeof(shown), type ? type : "no content type", 60);
	return err_set(e, E_BUSY, "bad_json",
		       "answered with something that is no JSON object (%s, %zu bytes)", shown,
		       answer->len);
}

const cJSON *graphql_first_error(const cJSON *root)
{
	const cJSON *errors = json_at(root, "errors");

	return cJSON_IsArray(errors) ? errors->child : errors;
}

const char *graphql_error_code(const cJSON *error)
{
	const char *code = error ? json_str(error, "extensions.code") : NULL;

	return code ? code : "";
}

const char *graphql_error_text(const cJSON *error, struct arena *a)
{
	const char *message = error ? json_str(error, "message") : NULL;
	char shown[TEXT_SIZE];

	if (!message)
		return "no message";
	str_ellipsis(shown, sizeof(shown), redact_text(message, a), TEXT_MAX_CHARS);
	for (char *p = shown; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return arena_strdup(a, shown);
}
