/* Any bytes as a look-up table: a table or an error; the table as JSON, and each of its keys answered. */
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
	CLEANUP(json) cJSON *doc = NULL;
	const cJSON *row;
	struct err e;

	as_file(data, size, &fd, path);
	if (table_load(path, "fuzz", &t, &e) != E_OK)
		return 0;
	doc = table_json(t);
	if (!cJSON_IsObject(doc))
		BUG("no document");
	cJSON_ArrayForEach (row, json_at(doc, "rows"))
		if (row->string)
			(void)table_answer(t, NULL, row->string);
	return 0;
}
