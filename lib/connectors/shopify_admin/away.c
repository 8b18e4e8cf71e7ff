#include "connectors/shopify_admin/away.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "files/folder.h"

#include "base/banned.h"

/* Of what was taken away before the last so many one time is known. */
enum { AWAY_KEPT = 300, BYTES_MAX = 1024 * 1024 };

struct admin_away {
	const struct outbox *x;
	struct arena *mem;
	/* {"there": {"inventory-000002.csv": ""}, "away": {"inventory-000001.csv": "<ns>"}, "others": "<ns>"} */
	cJSON *known;
};

static const char *memory_path(const struct admin_away *s)
{
	return folder_staged(s->x->dir, "imports", s->mem);
}

/* By when all that is missing was taken away. A folder that is gone does not say it. */
static int64_t last_change(const struct admin_away *s)
{
	int64_t now = clock_now() * 1000000000, at;
	struct stat st;

	if (stat(s->x->dir, &st) != 0)
		return now;
	at = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return at < now ? at : now;
}

/* A time that can't be read is later than any export: that waits for a person. */
static int64_t time_in(const cJSON *in, const char *name)
{
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(in, name);
	const char *text = found ? json_str(found, "") : NULL;
	char *end = NULL;
	int64_t at = text ? strtoll(text, &end, 10) : INT64_MAX;

	return !text || end == text || *end ? INT64_MAX : at;
}

static void add_time(const struct admin_away *s, cJSON *to, const char *name, int64_t at)
{
	json_add_str(to, name, arena_printf(s->mem, "%lld", (long long)at));
}

static bool is_known(const cJSON *in, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(in, name) != NULL;
}

static enum errk read_memory(struct admin_away *s, struct err *e)
{
	const char *path = memory_path(s);
	char *text;
	size_t len;
	enum errk k;

	cJSON_Delete(TAKE(s->known));
	if (!folder_own_exists(path)) {
		s->known = json_object();
		json_add_object(s->known, "there");
		json_add_object(s->known, "away");
		add_time(s, s->known, "others", last_change(s));
		return E_OK;
	}
	k = folder_own_failed(file_read(path, BYTES_MAX, s->mem, &text, &len, e),
			      "remove it; an export that is newer than the folder's last change is "
			      "waited for then",
			      e);
	if (k == E_OK &&
	    (json_parse(text, len, &s->known, NULL) != E_OK ||
	     !cJSON_IsObject(json_at(s->known, "there")) ||
	     !cJSON_IsObject(json_at(s->known, "away")) || !json_str(s->known, "others")))
		k = err_set(e, E_LOCAL, "bad_imports",
			    "%s: is damaged; remove it: an export that is newer than the folder's "
			    "last change is waited for then",
			    path);
	return k;
}

/* The oldest go: that they were away by the latest of their times is true of each. */
static void shorten(const struct admin_away *s, cJSON *away)
{
	while (cJSON_GetArraySize(away) > AWAY_KEPT) {
		int64_t at = time_in(away, away->child->string);

		if (at > time_in(s->known, "others"))
			add_time(s, s->known, "others", at);
		cJSON_DeleteItemFromObjectCaseSensitive(away, away->child->string);
	}
}

/* What lies there now, and what does no longer. written: a file that may be missing already; NULL = none. */
static enum errk look(struct admin_away *s, const char *written, struct err *e)
{
	cJSON *was = cJSON_DetachItemFromObjectCaseSensitive(s->known, "there");
	CLEANUP(json) cJSON *before = was;
	cJSON *there = json_add_object(s->known, "there");
	cJSON *away = cJSON_GetObjectItemCaseSensitive(s->known, "away");
	int64_t at = last_change(s);
	struct file_entry *file;
	struct folder_name name;
	size_t n = 0;
	enum errk k = E_OK;

	if (dir_exists(s->x->dir))
		k = dir_list(s->x->dir, s->mem, &file, &n, e);
	for (size_t i = 0; i < n && k == E_OK; i++)
		if (folder_name_parse(file[i].name, s->mem, &name) &&
		    str_equal(name.ending, ".csv")) {
			json_append(there, file[i].name, cJSON_CreateString(""));
			cJSON_DeleteItemFromObjectCaseSensitive(away, file[i].name);
		}
	if (k != E_OK)
		return k;
	JSON_EACH_MEMBER (one, before)
		if (!is_known(there, one->string) && !is_known(away, one->string))
			add_time(s, away, one->string, at);
	if (written && !is_known(there, written) && !is_known(away, written))
		add_time(s, away, written, at);
	shorten(s, away);
	return E_OK;
}

static enum errk save(const struct admin_away *s, struct err *e)
{
	const char *text = arena_printf(s->mem, "%s\n", json_text(s->known, s->mem));

	STEP("csv_imports_noted");
	return file_write_atomic(memory_path(s), text, strlen(text), 0600, e);
}

static enum errk refresh(struct admin_away *s, const char *written, struct err *e)
{
	bool note = !s->x->dry_run;
	CLEANUP(fd) int lock = -1;
	enum errk k = E_OK;

	if (note)
		k = folder_make(s->x->dir, s->mem, e);
	if (k == E_OK && note)
		k = folder_lock(s->x->dir, s->mem, &lock, e);
	if (k == E_OK)
		k = read_memory(s, e);
	if (k == E_OK)
		k = look(s, written, e);
	return k == E_OK && note ? save(s, e) : k;
}

enum errk admin_away_read(const struct outbox *x, struct admin_away **out, struct err *e)
{
	CLEANUP(admin_away) struct admin_away *s = calloc(1, sizeof(*s));
	enum errk k;

	if (!s)
		die(70, "out of memory");
	s->x = x;
	s->mem = arena_new();
	k = refresh(s, NULL, e);
	if (k == E_OK)
		*out = TAKE(s);
	return k;
}

void admin_away_free(struct admin_away *s)
{
	if (!s)
		return;
	cJSON_Delete(s->known);
	arena_free(s->mem);
	free(s);
}

bool admin_away_lies(const struct admin_away *s, const char *file)
{
	return is_known(json_at(s->known, "there"), file);
}

bool admin_away_after(const struct admin_away *s, const char *file, int64_t ns)
{
	const cJSON *away = json_at(s->known, "away");

	return admin_away_lies(s, file) ||
	       ns <= (is_known(away, file) ? time_in(away, file) : time_in(s->known, "others"));
}

enum errk admin_away_wrote(struct admin_away *s, const char *file, struct err *e)
{
	return refresh(s, file, e);
}
