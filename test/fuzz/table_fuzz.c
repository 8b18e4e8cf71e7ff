/* Any bytes as a look-up table: a table or an error; each of its answers told, and each of its keys asked for. */
#include "base/cleanup.h"
#include "base/json.h"
#include "map/table.h"

#include "as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	CLEANUP(fd) int fd = -1;
	CLEANUP(table) struct table *t = NULL;
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = NULL, *question = json_object();
	struct table_answers answers = {0};
	const char *out;
	struct err e;

	as_file(data, size, &fd, path);
	if (table_load(path, "fuzz", &t, &e) != E_OK)
		return 0;
	doc = table_json(t);
	if (!cJSON_IsArray(json_at(doc, "keys")))
		BUG("no document");
	json_add_str(question, "_ask", "lookup");
	json_add_str(question, "table", "fuzz");
	JSON_EACH (column, json_at(doc, "values"))
		table_answers(t, column->valuestring, &answers, a);
	for (size_t i = 0; i < answers.n; i++) {
		cJSON *asked = cJSON_Duplicate(question, true), *key = json_add_array(asked, "key");
		enum errk rc;

		JSON_EACH (name, json_at(doc, "keys")) {
			(void)name;
			json_push_str(key, answers.at[i]);
		}
		rc = table_ask(&t, 1, asked, a, &out, &e);
		if (rc != E_OK && rc != E_RECORD)
			BUG("a question ended with %s: %s", errk_name(rc), e.msg);
		(void)table_answer(t, NULL, answers.at[i]);
		cJSON_Delete(asked);
	}
	return 0;
}
