#include "files/ack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/step.h"
#include "base/str.h"
#include "files/ack_lines.h"
#include "files/folder.h"
#include "files/sources.h"

#include "base/banned.h"

enum { ACK_BYTES_MAX = 1024 * 1024, ACK_FINISHED_SECONDS = 10 };

static struct ack_answers parse(char *text, size_t len, const struct folder_name *name,
				struct arena *a)
{
	return ack_parse(text, len, arena_printf(a, "%s.csv", name->base), name->changed, a);
}

static enum errk hand_over_each(const struct ack_answers *all, bool accepted,
				enum errk (*fn)(void *ctx, const struct acknowledgement *s,
						struct err *e),
				void *ctx, struct err *e)
{
	enum errk k = E_OK;

	for (size_t i = 0; i < all->n && k == E_OK; i++) {
		if (all->each[i].accepted != accepted)
			continue;
		STEP("csv_ack_answer");
		k = fn(ctx, &all->each[i], e);
	}
	return k;
}

static enum errk hand_over_doubts(const struct ack_answers *all,
				  enum errk (*fn)(void *ctx, const struct acknowledgement *s,
						  struct err *e),
				  void *ctx, struct err *e)
{
	bool plain = ack_has_plain_ok(all);
	enum errk k = E_OK;

	/* What is named by the way is told only where an ok would cover it. */
	for (size_t i = 0; i < all->n_doubts && k == E_OK; i++)
		if (plain || all->doubt[i].doubt != DOUBT_REMARK)
			k = fn(ctx, &all->doubt[i], e);
	return k;
}

/*
 * A text that can't be understood is no acceptance: somebody must look. Beside answers that are understood a strange
 * line is a doubt, and comes before them, for an ok does not cover what is doubted. Where the whole was refused no
 * name is accepted, and nothing left to doubt.
 */
static enum errk hand_over(const struct ack_answers *all, struct arena *a,
			   enum errk (*fn)(void *ctx, const struct acknowledgement *s,
					   struct err *e),
			   void *ctx, struct err *e)
{
	struct acknowledgement whole = {.document = all->target,
					.accepted = all->ok && !all->refused,
					.changed = all->changed};
	bool understood = all->ok || all->refused || all->hedged || all->n > 0;
	char quoted[200];
	enum errk k = E_OK;

	if (all->refused) {
		whole.text = all->why;
	} else if (all->ok) {
		whole.text = "ok";
	} else if (!understood) {
		str_ellipsis(quoted, sizeof(quoted), all->why ? all->why : "", 120);
		whole.text = all->why ? arena_printf(a,
						     "the acknowledgement says neither ok nor "
						     "error: '%s'",
						     quoted)
				      : "the acknowledgement is empty";
	}
	if (understood && !all->refused)
		k = hand_over_doubts(all, fn, ctx, e);
	if (k == E_OK && (all->ok || all->refused || !understood))
		k = fn(ctx, &whole, e);
	if (k == E_OK && !all->refused)
		k = hand_over_each(all, true, fn, ctx, e);
	if (k == E_OK)
		k = hand_over_each(all, false, fn, ctx, e);
	return k == E_OK
		       ? fn(ctx, &(struct acknowledgement){.document = all->target, .end = true}, e)
		       : k;
}

/* Written in place and perhaps not finished: no line end yet, and younger than a moment. */
static bool still_written(const char *text, size_t len, int64_t mtime_ns)
{
	int64_t age = clock_now() - mtime_ns / 1000000000;

	return (len == 0 || (text[len - 1] != '\n' && text[len - 1] != '\r')) && age >= 0 &&
	       age < ACK_FINISHED_SECONDS;
}

static enum errk put_away(const char *dir, const char *name, struct arena *a, struct err *e)
{
	const char *from = path_join(a, dir, name), *acks = folder_staged(dir, "acks", a);
	enum errk k = dir_make(acks, 0700, e);

	STEP("csv_ack_read");
	/* An old acknowledgement of that number, read before, may be there: the new one stays. */
	if (k == E_OK && rename(from, path_join(a, acks, name)) != 0 && errno != ENOENT)
		k = err_set(e, E_LOCAL, "file_error", "%s: can't be moved to %s (%s)", from, acks,
			    strerror(errno));
	if (k == E_LOCAL)
		err_append(e,
			   "; acknowledgements that were read are put there: move away what stands "
			   "under that name, and let erpsync's user write into the folder");
	STEP("csv_ack_put_away");
	return k;
}

/* *ready = false: gone since the folder was listed, not finished yet, or no text and told as such. */
static enum errk read_ack(const char *path, const struct file_entry *entry,
			  const struct folder_name *name, struct arena *a, struct ack_answers *out,
			  bool *ready, struct err *e)
{
	char *text;
	size_t len;
	enum errk k;

	*ready = true;
	if (entry->size > ACK_BYTES_MAX) {
		*out = parse(arena_strdup(a, ""), 0, name, a);
		out->refused = true;
		out->why = "the acknowledgement is larger than 1 MiB";
		return E_OK;
	}
	k = file_read(path, ACK_BYTES_MAX, a, &text, &len, e);
	if (k != E_OK) {
		*ready = false;
		return str_equal(e->code, "no_file") || str_equal(e->code, "file_too_large") ? E_OK
											     : k;
	}
	*ready = !still_written(text, len, entry->mtime_ns) && !ack_sign(text, len, a);
	*out = parse(text, len, name, a);
	return E_OK;
}

/* What makes this acknowledgement none; NULL = nothing, or it is not finished. */
static const char *fault_of(const char *path, const struct file_entry *entry, struct arena *a)
{
	CLEANUP(arena) struct arena *own = arena_new();
	const char *sign;
	char *text;
	size_t len;

	if (entry->problem)
		return source_entry_problem(entry->problem, a);
	/* One that is too large or gone has its own answer. */
	if (file_read(path, ACK_BYTES_MAX, own, &text, &len, NULL) != E_OK ||
	    still_written(text, len, entry->mtime_ns))
		return NULL;
	sign = ack_sign(text, len, own);
	return sign ? arena_printf(a,
				   "is no text that can be relied on (the control character or "
				   "separator %s)",
				   sign)
		    : NULL;
}

/* "orders-000001.csv.ack", "orders-000001.ACK", "orders-000001.ack.txt": meant as one, and not read as one. */
static bool is_nearly(const char *ending)
{
	const char *last = strrchr(ending, '.');

	if (str_equal(ending, ".ack"))
		return false;
	return str_equal_nocase(last, ".ack") || str_equal_nocase(ending, ".ack.txt") ||
	       str_equal_nocase(ending, ".ack.csv");
}

enum errk ack_unreadable(const struct outbox *x, const enum record_kind *only, struct arena *a,
			 void (*say)(void *ctx, const char *what, const char *remedy), void *ctx,
			 struct err *e)
{
	struct file_entry *entry;
	struct folder_name name;
	size_t n;
	enum errk k = dir_list_all(x->dir, a, &entry, &n, e);

	for (size_t i = 0; k == E_OK && i < n; i++) {
		const char *path = path_join(a, x->dir, entry[i].name), *fault;

		if (!folder_name_parse(entry[i].name, a, &name) ||
		    (only && !folder_name_counts(&name, *only)))
			continue;
		if (is_nearly(name.ending))
			say(ctx,
			    arena_printf(a,
					 "%s: is not called as an acknowledgement is, and not read",
					 path),
			    arena_printf(a, "if it is the answer to %s.csv, rename it to %s.ack",
					 name.base, name.base));
		if (!str_equal(name.ending, ".ack"))
			continue;
		fault = fault_of(path, &entry[i], a);
		if (fault)
			say(ctx,
			    arena_printf(a, "%s: %s, so that the answer to %s.csv is not known",
					 path, fault, name.base),
			    "put a file in its place that erpsync's user may read, with what the "
			    "ERP has answered");
	}
	return k;
}

struct telling {
	const struct outbox *x;
	struct arena *a;
};

static void tell(void *ctx, const char *what, const char *remedy)
{
	const struct telling *t = ctx;

	if (t->x->env && t->x->env->notice)
		t->x->env->notice(t->x->env->notice_ctx, NULL,
				  arena_printf(t->a, "%s; %s", what, remedy));
}

enum errk ack_read_new(const struct outbox *x, enum record_kind kind, struct arena *a,
		       enum errk (*fn)(void *ctx, const struct acknowledgement *s, struct err *e),
		       void *ctx, struct err *e)
{
	struct telling t = {x, a};
	struct file_entry *entry;
	struct folder_name name;
	size_t n;
	enum errk k;

	if (!x->ack || !dir_exists(x->dir))
		return E_OK;
	k = ack_unreadable(x, &kind, a, tell, &t, e);
	if (k == E_OK)
		k = dir_list_all(x->dir, a, &entry, &n, e);
	for (size_t i = 0; k == E_OK && i < n; i++) {
		struct ack_answers all;
		bool ready;

		if (entry[i].problem || !folder_name_parse(entry[i].name, a, &name) ||
		    !str_equal(name.ending, ".ack") || !folder_name_counts(&name, kind))
			continue;
		k = read_ack(path_join(a, x->dir, entry[i].name), &entry[i], &name, a, &all, &ready,
			     e);
		if (k != E_OK || !ready)
			continue;
		k = hand_over(&all, a, fn, ctx, e);
		if (k == E_RECORD) {
			k = E_OK;
			continue;
		}
		/* A dry run hears it on its copy of the state; it waits for the run that counts. */
		if (k == E_OK && !x->dry_run)
			k = put_away(x->dir, entry[i].name, a, e);
	}
	return k;
}

enum errk ack_read_again(const struct outbox *x, const char *base, struct arena *a,
			 enum errk (*fn)(void *ctx, const struct acknowledgement *s, struct err *e),
			 void *ctx, struct err *e)
{
	const char *file = arena_printf(a, "%s.ack", base);
	const char *path = folder_staged(x->dir, path_join(a, "acks", file), a);
	struct folder_name name;
	struct ack_answers all;
	char *text;
	size_t len;
	enum errk k;

	if (!folder_name_parse(file, a, &name) || !folder_own_exists(path))
		return E_OK;
	k = folder_own_failed(file_read(path, ACK_BYTES_MAX, a, &text, &len, e),
			      "write it anew, with what the ERP has answered to that file", e);
	if (k != E_OK)
		return k;
	all = parse(text, len, &name, a);
	return hand_over(&all, a, fn, ctx, e);
}

bool ack_is_doubtful(const struct outbox *x, const char *base, struct arena *a)
{
	const char *file = arena_printf(a, "%s.ack", base);
	struct folder_name name;
	struct ack_answers all;
	char *text;
	size_t len;

	if (!folder_name_parse(file, a, &name) ||
	    file_read(folder_staged(x->dir, path_join(a, "acks", file), a), ACK_BYTES_MAX, a, &text,
		      &len, NULL) != E_OK)
		return false;
	all = parse(text, len, &name, a);
	for (size_t i = 0; i < all.n_doubts; i++)
		if (all.doubt[i].doubt == DOUBT_REFUSAL)
			return true;
	return false;
}
