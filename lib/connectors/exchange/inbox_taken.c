#include "connectors/exchange/inbox.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"

#include "base/banned.h"

/*
 * Two state files that read one folder, of a copied installation, take each other's files: each puts away what it has
 * read, and the other one never sees it. So a state file notes how new the files are that it has put away, before it
 * does; one in archive/ that is newer was put there by somebody else.
 */

static const char *note_key(const char *prefix, const char *dir, struct arena *a)
{
	return arena_printf(a, "keep taken %s of %s;", prefix, dir);
}

static enum errk load(const struct connector_env *env, const char *key, struct arena *a,
		      int64_t *newest, struct err *e)
{
	const char *text = NULL;
	int64_t at;
	enum errk k = env->state->load(env->state->ctx, key, a, &text, &at, e);

	*newest = k == E_OK && text ? strtoll(text, NULL, 10) : 0;
	return k;
}

static enum errk save(const struct connector_env *env, const char *key, int64_t newest,
		      struct arena *a, struct err *e)
{
	return env->state->save(env->state->ctx, key, arena_printf(a, "%lld", (long long)newest),
				e);
}

enum errk inbox_find_taken(const char *prefix, const struct connector_env *env, const char *dir,
			   const struct inbox_set *set, bool again, struct arena *a, struct err *e)
{
	const char *key = note_key(prefix, dir, a);
	char written[CLOCK_TEXT_MAX];
	int64_t known;
	enum errk k = set->used ? load(env, key, a, &known, e) : E_OK;

	if (k != E_OK || !set->used || set->used->order_ns <= known)
		return k;
	/* Of a state file that is new, or known to be an older one, archive/ is read again. */
	if (!known || again)
		return save(env, key, set->used->order_ns, a, e);
	return err_set(
		e, E_LOCAL, FILE_TAKEN,
		"%s, written at %s, was put there by another state file than this one, which has not read "
		"it: an older copy of the state file was put back, or another erpsync reads this "
		"folder too, and each takes files that the other one never sees; give it a folder of "
		"its own ([erp] path). The next run reads what stands in archive/ once more and "
		"compares all with it",
		set->used->path, clock_text(set->used->order_ns / 1000000000, written));
}

enum errk inbox_take(const char *prefix, const struct connector_env *env, const char *dir,
		     const struct inbox_set *set, struct arena *a, struct err *e)
{
	const char *key = note_key(prefix, dir, a);
	int64_t known = 0, newest;
	enum errk k = env->dry_run ? E_OK : load(env, key, a, &known, e);

	newest = known;
	for (size_t i = 0; i < set->n + set->n_superseded; i++) {
		const struct inbox_file *f = i < set->n ? &set->file[i]
							: &set->superseded[i - set->n];

		newest = f->order_ns > newest ? f->order_ns : newest;
	}
	if (k != E_OK || env->dry_run)
		return k;
	if (newest > known)
		k = save(env, key, newest, a, e);
	return k == E_OK ? inbox_archive(dir, set, a, e) : k;
}
