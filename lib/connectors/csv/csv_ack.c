#include "csv_ack.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/step.h"
#include "base/str.h"
#include "csv_folder.h"
#include "csv_orders_files.h"

#include "base/banned.h"

/* What stands between word, name and text, beside a colon: the line may be a row of a table. */
#define SEPARATORS " \t;,|="

enum { ACK_BYTES_MAX = 1024 * 1024, ACK_SETTLED_SECONDS = 10 };

struct answers {
	const char *target; /* the batch … */
	bool changed;       /* … and it is one of changes */
	bool ok, refused;   /* of the whole batch */
	const char *why;    /* of the whole batch; or the first line that nobody understands */
	bool not_understood;
	struct settlement *each;
	size_t n;
};

/* The rest of the line when it begins with the word, in any case, as a whole word. */
static const char *after_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	if (strlen(line) < len || isalnum((unsigned char)line[len]))
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (tolower((unsigned char)line[i]) != word[i])
			return NULL;
	line += len;
	return line + strspn(line, SEPARATORS);
}

/* The colon in "gid://shopify/Order/1" or "csv:#1001" is part of an id. */
static bool is_in_id(const char *rest, size_t colon)
{
	return str_starts(rest + colon, "://") || (colon == 3 && str_starts(rest, "csv:"));
}

/* Length of the name at the beginning; 0 = there is none. */
static size_t name_length(const char *rest)
{
	size_t len = strcspn(rest, SEPARATORS ":");

	while (rest[len] == ':' && is_in_id(rest, len))
		len += 1 + strcspn(rest + len + 1, SEPARATORS ":");
	return len;
}

/* "\"#1001\": text": the name in quotes; NULL = not in quotes. */
static const char *quoted_name(const char *rest, const char **after, struct arena *a)
{
	const char *end = *rest == '"' || *rest == '\'' ? strchr(rest + 1, *rest) : NULL;

	if (!end || end == rest + 1)
		return NULL;
	*after = end + 1;
	return arena_strndup(a, rest + 1, (size_t)(end - rest - 1));
}

/* What an answer begins with; "" = with nothing that could be a name. */
static const char *first_name(const char *rest, const char **after, struct arena *a)
{
	const char *name = quoted_name(rest, after, a);

	if (name)
		return name;
	*after = rest + name_length(rest);
	return arena_strndup(a, rest, (size_t)(*after - rest));
}

/* "#1001", or words: whether they name an order is known where its orders are. */
static void accept(struct answers *to, const char *rest, struct arena *a)
{
	const char *name, *after;

	rest += strspn(rest, SEPARATORS ":");
	name = first_name(rest, &after, a);
	if (!*name) {
		to->ok = true;
		return;
	}
	to->each[to->n++] = (struct settlement){
		.target_id = to->target,
		.record = name,
		.accepted = true,
		.changed = to->changed,
		.text = "ok",
	};
}

/* "#1001: text", "1001 text", "\"#1001\";text" or ": text". */
static void refuse(struct answers *to, const char *rest, struct arena *a)
{
	const char *after, *text, *name = first_name(rest, &after, a);

	text = after + strspn(after, SEPARATORS ":");
	/* "error period is closed": no number, no colon, so it isn't about one order. */
	if (*name && *after != ':' && !strpbrk(name, "0123456789")) {
		name = "";
		text = rest;
	}
	if (!*name) {
		to->refused = true;
		to->why = *text ? text : "rejected";
		return;
	}
	to->each[to->n++] = (struct settlement){
		.target_id = to->target,
		.record = name,
		.changed = to->changed,
		.text = *text ? text : "rejected",
	};
}

static void read_line(struct answers *to, const char *line, struct arena *a)
{
	static const char *const yes[] = {"ok", "accepted", "done"};
	static const char *const no[] = {"error", "rejected", "refused"};
	const char *rest;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		rest = after_word(line, yes[i]);
		if (rest) {
			accept(to, rest, a);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		rest = after_word(line, no[i]);
		if (rest) {
			refuse(to, rest, a);
			return;
		}
	}
	if (!to->not_understood)
		to->why = line;
	to->not_understood = true;
}

/* name: of the batch. */
static struct answers parse(char *text, size_t len, const struct csv_name *name, struct arena *a)
{
	struct answers all = {.target = arena_printf(a, "%s.csv", name->base),
			      .changed = name->changed,
			      .each = arena_array(a, len / 2 + 1, sizeof(*all.each))};
	char *line = str_starts(text, "\xef\xbb\xbf") ? text + 3 : text;

	while (*line) {
		char *next = line + strcspn(line, "\n"), *end = next;

		next += *next == '\n';
		while (end > line && isspace((unsigned char)end[-1]))
			end--;
		*end = '\0';
		line += strspn(line, " \t");
		if (*line)
			read_line(&all, line, a);
		line = next;
	}
	return all;
}

static enum errk hand_over_each(const struct answers *all, bool accepted,
				enum errk (*fn)(void *ctx, const struct settlement *s,
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

/*
 * A text that can't be understood is no acceptance: somebody must look. Beside answers that are
 * understood a strange line is ignored; it may be a date or a comment. Where the whole was refused no name is
 * accepted.
 */
static enum errk hand_over(const struct answers *all, struct arena *a,
			   enum errk (*fn)(void *ctx, const struct settlement *s, struct err *e),
			   void *ctx, struct err *e)
{
	struct settlement whole = {.target_id = all->target,
				   .accepted = all->ok && !all->refused,
				   .changed = all->changed};
	bool understood = all->ok || all->refused || all->n > 0;
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
	if (all->ok || all->refused || !understood)
		k = fn(ctx, &whole, e);
	if (k == E_OK && !all->refused)
		k = hand_over_each(all, true, fn, ctx, e);
	return k == E_OK ? hand_over_each(all, false, fn, ctx, e) : k;
}

/* Written in place and perhaps not finished: no line end yet, and younger than a moment. */
static bool still_written(const char *text, size_t len, int64_t mtime_ns)
{
	int64_t age = clock_now() - mtime_ns / 1000000000;

	return (len == 0 || text[len - 1] != '\n') && age >= 0 && age < ACK_SETTLED_SECONDS;
}

static enum errk put_away(const char *dir, const char *name, struct arena *a, struct err *e)
{
	const char *from = path_join(a, dir, name), *acks = csv_staged(dir, "acks", a);
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

/* *ready = false: gone since the folder was listed, or not finished yet. */
static enum errk read_ack(const char *path, const struct file_entry *entry,
			  const struct csv_name *name, struct arena *a, struct answers *out,
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
	*ready = !still_written(text, len, entry->mtime_ns);
	*out = parse(text, len, name, a);
	return E_OK;
}

enum errk csv_ack_unreadable(const struct csv_exchange *x, struct arena *a,
			     void (*say)(void *ctx, const char *what, const char *remedy),
			     void *ctx, struct err *e)
{
	struct file_entry *entry;
	struct csv_name name;
	size_t n;
	enum errk k = dir_list_all(x->dir, a, &entry, &n, e);

	for (size_t i = 0; k == E_OK && i < n; i++)
		if (entry[i].problem && csv_name_parse(entry[i].name, a, &name) &&
		    str_equal(name.ending, ".ack"))
			say(ctx,
			    arena_printf(a, "%s: %s, so that the answer to %s.csv is not known",
					 path_join(a, x->dir, entry[i].name),
					 csv_entry_problem(entry[i].problem, a), name.base),
			    "put a file in its place that erpsync's user may read, with what the "
			    "ERP has answered");
	return k;
}

struct telling {
	const struct csv_exchange *x;
	struct arena *a;
};

static void tell(void *ctx, const char *what, const char *remedy)
{
	const struct telling *t = ctx;

	if (t->x->env && t->x->env->notice)
		t->x->env->notice(t->x->env->notice_ctx, NULL,
				  arena_printf(t->a, "%s; %s", what, remedy));
}

enum errk csv_ack_settle(const struct csv_exchange *x, struct arena *a,
			 enum errk (*fn)(void *ctx, const struct settlement *s, struct err *e),
			 void *ctx, struct err *e)
{
	struct telling t = {x, a};
	struct file_entry *entry;
	struct csv_name name;
	size_t n;
	enum errk k;

	if (!x->ack || x->dry_run || !dir_exists(x->dir))
		return E_OK;
	k = csv_ack_unreadable(x, a, tell, &t, e);
	if (k == E_OK)
		k = dir_list_all(x->dir, a, &entry, &n, e);
	for (size_t i = 0; k == E_OK && i < n; i++) {
		struct answers all;
		bool ready;

		if (entry[i].problem || !csv_name_parse(entry[i].name, a, &name) ||
		    !str_equal(name.ending, ".ack"))
			continue;
		k = read_ack(path_join(a, x->dir, entry[i].name), &entry[i], &name, a, &all, &ready,
			     e);
		if (k != E_OK || !ready)
			continue;
		k = hand_over(&all, a, fn, ctx, e);
		if (k == E_OK)
			k = put_away(x->dir, entry[i].name, a, e);
	}
	return k;
}

enum errk csv_ack_read_again(const struct csv_exchange *x, const char *base, struct arena *a,
			     enum errk (*fn)(void *ctx, const struct settlement *s, struct err *e),
			     void *ctx, struct err *e)
{
	const char *file = arena_printf(a, "%s.ack", base);
	const char *path = csv_staged(x->dir, path_join(a, "acks", file), a);
	struct csv_name name;
	struct answers all;
	char *text;
	size_t len;
	enum errk k;

	if (!csv_name_parse(file, a, &name) || !csv_own_exists(path))
		return E_OK;
	k = csv_own_failed(file_read(path, ACK_BYTES_MAX, a, &text, &len, e),
			   "write it anew, with what the ERP has answered to that file", e);
	if (k != E_OK)
		return k;
	all = parse(text, len, &name, a);
	return hand_over(&all, a, fn, ctx, e);
}
