#include "connectors/exchange/inbox.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "files/folder.h"
#include "base/name_order.h"
#include "files/sources.h"

#include "base/banned.h"

static const char ARCHIVE[] = "archive";
/* Bytes of a name before its time, where file systems end at 255. */
enum { NAME_KEPT = 220 };

static int oldest_first(const void *a, const void *b)
{
	const struct inbox_file *x = a, *y = b;

	if (x->order_ns != y->order_ns)
		return x->order_ns < y->order_ns ? -1 : 1;
	/* What an earlier run has taken was there first, and what it took last came last. */
	if (x->archived != y->archived)
		return x->archived ? -1 : 1;
	if (x->archived && x->nth != y->nth)
		return x->nth < y->nth ? -1 : 1;
	if (x->changes != y->changes)
		return x->changes ? 1 : -1;
	return name_order(x->plain, y->plain) ? name_order(x->plain, y->plain)
					      : strcmp(x->name, y->name);
}

/* rest: of the name, behind the prefix. */
static bool is_of_changes(const char *rest)
{
	return source_begins_with(rest, "-changes") || source_begins_with(rest, "_changes") ||
	       source_begins_with(rest, " changes");
}

/* A list that is called so would empty the shop of all that it leaves out, if it is none. */
static bool sounds_like_changes(const char *name)
{
	static const char *const words[] = {"change",          "delta",   "diff",
					    "increment",       "partial", "modif",
					    "\xc3\xa4nderung", "cambio",  "aenderung",
					    "\xc3\x84nderung"};

	for (const char *at = name; *at; at++)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			/* Not in "exchange". */
			if ((at == name || !isalpha((unsigned char)at[-1])) &&
			    source_begins_with(at, words[i]))
				return true;
	return false;
}

static enum errk judge_names(const struct inbox_kind *kind, const struct inbox_file *list, size_t n,
			     struct err *e)
{
	for (size_t i = 0; i < n && kind->complete; i++)
		if (!list[i].archived && !list[i].changes &&
		    sounds_like_changes(list[i].name + strlen(kind->prefix)))
			return err_set(
				e, E_LOCAL, "unclear_name",
				"%s: is called as changes are, and would be read as a snapshot, in "
				"which what it leaves out is sold out; if it is changes, call it "
				"%s-changes.csv, or %s-changes-….csv, else by another name",
				list[i].path, kind->prefix, kind->prefix);
	return E_OK;
}

/* "stock.20261123T094500Z-2.csv", as archive_name makes it, was "stock.csv", the second of its time. */
static void read_archived_name(struct inbox_file *f, struct arena *a)
{
	static const char form[] = ".00000000T000000Z";
	enum { LEN = sizeof(form) - 1 };
	size_t len = strlen(f->name) - 4; /* ".csv" */
	size_t end = len;
	const char *time;

	while (end && isdigit((unsigned char)f->name[end - 1]))
		end--;
	end = end && end < len && f->name[end - 1] == '-' ? end - 1 : len;
	if (end <= LEN)
		return;
	time = f->name + end - LEN;
	for (size_t i = 0; i < LEN; i++)
		if (form[i] == '0' ? !isdigit((unsigned char)time[i]) : time[i] != form[i])
			return;
	f->plain = arena_printf(a, "%.*s%s", (int)(time - f->name), f->name, f->name + len);
	if (end < len && len - end <= 6)
		f->nth = (int)strtol(f->name + end + 1, NULL, 10);
}

/* Appends the files of one folder that are called so. */
static enum errk list_dir(const char *prefix, const char *dir, bool archived, struct arena *a,
			  struct inbox_file **list, size_t *n, struct err *e)
{
	struct source_file *file;
	struct inbox_file *larger;
	size_t count;
	enum errk k;

	if (!dir_exists(dir))
		return E_OK;
	k = source_list(dir, a, &file, &count, e);
	if (k != E_OK)
		return k;
	larger = arena_array(a, *n + count, sizeof(*larger));
	if (*n)
		memcpy(larger, *list, *n * sizeof(*larger));
	*list = larger;
	for (size_t i = 0; i < count; i++) {
		if (!source_begins_with(file[i].name, prefix))
			continue;
		larger[*n] = (struct inbox_file){
			.name = file[i].name,
			.plain = file[i].name,
			.nth = 1,
			.path = file[i].path,
			.stamp = file[i].stamp,
			.dated_ns = file[i].dated_ns,
			.came_ns = file[i].came_ns,
			.mtime_ns = file[i].mtime_ns,
			.order_ns = file[i].dated_ns,
			.misdated = file[i].misdated,
			.changes = is_of_changes(file[i].name + strlen(prefix)),
			.archived = archived,
			.used = archived,
		};
		if (archived)
			read_archived_name(&larger[*n], a);
		(*n)++;
	}
	return E_OK;
}

/* Those of one kind that are dated wrongly, among themselves by their dates, come next after `after`. */
static void place_misdated(struct inbox_file *list, size_t n, bool archived, int64_t after)
{
	for (size_t i = 0; i < n; i++) {
		if (!list[i].misdated || list[i].archived != archived)
			continue;
		list[i].order_ns = after;
		for (size_t k = 0; k < n; k++)
			list[i].order_ns += list[k].misdated && list[k].archived == archived &&
					    list[k].dated_ns <= list[i].dated_ns;
	}
}

/*
 * Neither its date nor whether it was used tells which of two is newer, of which x comes first. A run that was
 * stopped while it put away what it had read leaves one of them here that was there with the other.
 */
static bool is_beside(const struct inbox_file *x, const struct inbox_file *y)
{
	if (x->order_ns != y->order_ns)
		return false;
	return x->archived == y->archived ? !x->archived || x->nth == y->nth
					  : y->came_ns <= x->came_ns;
}

/*
 * Which of the list, in order, are tied, and which place among those of their time the new ones take: the same
 * where nothing tells it, so that archive/ says of them no more than is known.
 */
static void find_ties(struct inbox_file *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && is_beside(&list[i], &list[k]); k++)
			for (size_t t = k; !name_order_known(list[i].plain, list[k].plain) &&
					   t > i && !list[t].tied;
			     t--)
				list[t].tied = true;
	for (size_t i = 1; i < n; i++)
		if (!list[i].archived && list[i].order_ns == list[i - 1].order_ns)
			list[i].nth = list[i - 1].nth + !list[i].tied;
}

/* Of several files of one time the later ones are as if written later: archive/ keeps their places, and nobody else may. */
int64_t inbox_written_ns(const struct inbox_file *f)
{
	if (f->misdated)
		return f->archived ? f->order_ns : 0;
	return f->order_ns + f->nth - 1;
}

void inbox_date_record(const struct inbox_file *f, struct record *out)
{
	out->written_ns = inbox_written_ns(f);
	out->file = f->plain;
}

size_t inbox_first_tied(const struct inbox_file *list, size_t i)
{
	while (i && list[i].tied)
		i--;
	return i;
}

/*
 * A date in the future, or of a clock that is not set, says nothing of when the file was written. One in
 * archive/ comes before all that is dated rightly, one that is new comes after all that has been used, and
 * before the new ones that are: so it is used where there is nothing else, and hides nothing that comes later.
 */
static void order(struct inbox_file *list, size_t n)
{
	int64_t used = 0;

	place_misdated(list, n, true, 0);
	for (size_t i = 0; i < n; i++)
		if (list[i].archived && list[i].order_ns > used)
			used = list[i].order_ns;
	place_misdated(list, n, false, used);
	if (n)
		qsort(list, n, sizeof(*list), oldest_first);
	find_ties(list, n);
}

/* Nothing is new but what can't be used: is that what the ERP wrote? A folder never is, if others were used. */
static bool is_missed(const struct source_bad_entry *bad, size_t n_bad,
		      const struct inbox_file *list, size_t n)
{
	bool hidden = false;

	for (size_t i = 0; i < n; i++)
		if (!list[i].archived)
			return false;
	for (size_t i = 0; i < n_bad; i++)
		hidden |= bad[i].hidden;
	return n_bad && (hidden || !n);
}

/* Which a person saved as CSV since, or the ERP has written another file after it. */
static bool is_replaced(const struct source_bad_entry *workbook, const struct inbox_file *list,
			size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!list[i].misdated && list[i].dated_ns >= workbook->dated_ns)
			return true;
	return false;
}

/* Of workbooks only those count that may say what no file says. *all: nothing but such is left. */
static size_t drop_replaced(struct source_bad_entry *bad, size_t n_bad,
			    const struct inbox_file *list, size_t n, bool *all)
{
	size_t kept = 0;

	*all = true;
	for (size_t i = 0; i < n_bad; i++) {
		if (bad[i].workbook && is_replaced(&bad[i], list, n))
			continue;
		*all &= bad[i].workbook;
		if (bad[i].workbook) {
			bad[i].hidden = true;
			bad[i].why = "is a workbook, which is not read";
		}
		bad[kept++] = bad[i];
	}
	return kept;
}

enum errk inbox_files(const char *prefix, const char *dir, struct arena *a,
		      struct inbox_file **list, size_t *n, const char **bad, struct err *e)
{
	struct source_bad_entry *entry;
	size_t n_bad = 0;
	bool workbooks;
	const char *text;
	enum errk k = dir_exists(dir) ? E_OK : folder_fault(dir, false, e);

	*list = NULL;
	*n = 0;
	*bad = NULL;
	if (k == E_OK)
		k = list_dir(prefix, dir, false, a, list, n, e);
	if (k == E_OK)
		k = source_bad(dir, prefix, true, a, &entry, &n_bad, e);
	/* Used ones that can't be read are not missed. */
	if (k == E_OK)
		k = list_dir(prefix, path_join(a, dir, ARCHIVE), true, a, list, n, e);
	if (k != E_OK)
		return k;
	n_bad = drop_replaced(entry, n_bad, *list, *n, &workbooks);
	text = source_bad_text(entry, n_bad, a);
	if (is_missed(entry, n_bad, *list, *n))
		return err_set(e, E_LOCAL, "bad_entry",
			       "%s: %s, and there is no other new %s file; %s", dir, text, prefix,
			       workbooks
				       ? "save it as CSV (UTF-8) under the same name, or remove it"
				       : "remove it, and have the ERP write a file of that name");
	if (text)
		*bad = arena_printf(a, "%s, and is left out; %s", text,
				    workbooks ? "save it as CSV (UTF-8), or remove it"
					      : "remove it");
	order(*list, *n);
	return E_OK;
}

/* The place of the newest list before `end`, used = in archive/; SIZE_MAX = there is none. */
static size_t last_list(const struct inbox_file *list, size_t end, bool used)
{
	for (size_t i = end; i-- > 0;)
		if (!list[i].changes && (list[i].archived || !used))
			return i;
	return SIZE_MAX;
}

static void add(struct inbox_file *to, size_t *n, const struct inbox_file *from)
{
	to[(*n)++] = *from;
}

/* Used files before the newest list; earlier: the place of the list before it, SIZE_MAX = none. */
static void add_used(struct inbox_set *set, const struct inbox_file *list, size_t newest,
		     size_t earlier, struct arena *a)
{
	set->older = arena_array(a, newest, sizeof(*set->older));
	set->since = arena_array(a, newest, sizeof(*set->since));
	set->past = arena_array(a, newest, sizeof(*set->past));
	for (size_t i = 0; i < newest; i++) {
		if (!list[i].archived)
			continue;
		add(set->older, &set->n_older, &list[i]);
		if (list[i].changes && (earlier == SIZE_MAX || i > earlier))
			add(set->since, &set->n_since, &list[i]);
	}
	for (size_t i = earlier == SIZE_MAX ? 0 : earlier; i-- > 0;)
		if (list[i].archived)
			add(set->past, &set->n_past, &list[i]);
}

/* What comes after the last that says it is a list, and does not say so itself, is changes. */
static void find_lists(const struct inbox_kind *kind, struct inbox_file *list, size_t n,
		       bool archived)
{
	size_t last = n;

	/* Then nothing is read. */
	for (size_t i = 0; i < n; i++)
		archived |= !list[i].archived;
	while (archived && kind->is_list && last > 0 &&
	       (list[last - 1].changes || !kind->is_list(list[last - 1].path)))
		last--;
	for (size_t i = last; last > 0 && i < n && archived && kind->is_list; i++)
		list[i].changes = true;
}

enum errk inbox_list(const struct inbox_kind *kind, const char *dir, bool archived, struct arena *a,
		     struct inbox_set *out, struct err *e)
{
	struct inbox_file *list = NULL;
	size_t n = 0, newest, earlier;
	struct inbox_set set = {.again = archived};
	enum errk k = inbox_files(kind->prefix, dir, a, &list, &n, &set.bad, e);

	if (k == E_OK)
		k = judge_names(kind, list, n, e);
	if (k != E_OK)
		return k;
	find_lists(kind, list, n, archived);
	set.file = arena_array(a, n, sizeof(*set.file));
	set.superseded = arena_array(a, n, sizeof(*set.superseded));
	newest = last_list(list, n, false);
	for (size_t i = 0; i < n; i++) {
		bool counts = newest == SIZE_MAX || i >= newest;
		bool fresh = !list[i].archived && (counts || !kind->complete);

		/* One that arrives late is older than what was used: that is read again, so that it has the last word. */
		if (fresh || (counts && archived) || (set.n && (counts || !kind->complete)))
			add(set.file, &set.n, &list[i]);
		else if (!counts && !list[i].archived)
			add(set.superseded, &set.n_superseded, &list[i]);
	}
	set.used = inbox_last_used(list, n);
	earlier = newest == SIZE_MAX ? SIZE_MAX : last_list(list, newest, true);
	if (kind->complete && set.n && !set.file[0].changes && earlier != SIZE_MAX)
		set.before = list[earlier];
	if (kind->complete && set.n && !set.file[0].changes) {
		add_used(&set, list, newest, earlier, a);
	}
	*out = set;
	return E_OK;
}

static enum errk check_age(const struct inbox_kind *kind, const struct inbox_file *f,
			   int64_t max_age, struct err *e)
{
	int64_t age = clock_now() - f->mtime_ns / 1000000000;
	char since[CLOCK_TEXT_MAX], limit[CLOCK_TEXT_MAX];

	enum errk k = source_is_finished(f->name, f->mtime_ns, e);

	if (k == E_OK && max_age && age > max_age)
		return err_set(
			e, E_LOCAL, FILE_TOO_OLD,
			"%s: was written %s ago, longer than [%s] max_age = %s: %s "
			"that old is not offered; have the ERP write a new file (an outdated "
			"one in the folder can be removed)",
			f->path, duration_text(age * 1000, since), kind->section,
			duration_text(max_age * 1000, limit), kind->prefix);
	return k;
}

enum errk inbox_whole(const struct inbox_file *f, enum errk read, bool cut, struct err *e)
{
	struct source_file as = {.name = f->name, .path = f->path, .stamp = f->stamp};

	/* Whatever was found in a file that is being written is no finding. */
	if ((read == E_OK || read == E_LOCAL) && source_changed(&as))
		return err_set(e, E_BUSY, "file_changing",
			       "%s: changes while it is read; the next run takes it", f->name);
	if (read == E_OK && cut)
		return err_set(
			e, E_LOCAL, "file_cut",
			"%s: ends in the middle of a row, or a quote in it is not closed, so "
			"nothing of it is used; write the file under another name and rename it when "
			"it is whole, with a line end after its last row",
			f->path);
	return read;
}

enum errk inbox_blocked(const struct inbox_file *f, const struct inbox_file *newest, enum errk k,
			struct err *e)
{
	if (k == E_LOCAL && !f->archived && !newest->archived && newest != f)
		err_append(e,
			   "; nothing is read until '%s' is mended or taken out of the folder: a "
			   "newer file beside it ('%s') does not replace it",
			   f->name, newest->name);
	return k;
}

static enum errk load(const struct inbox_kind *kind, const struct conf *c, struct inbox_file *f,
		      struct err *e)
{
	bool cut = false;
	enum errk k = kind->read(c, f->path, f->name, &f->content, &cut, e);

	return inbox_whole(f, k, cut, e);
}

/* It was read once; if it can't be any more there is nothing to compare with. */
static void load_used(const struct inbox_kind *kind, const struct conf *c, struct inbox_file *f)
{
	struct err ignored;
	bool cut;

	if (kind->read(c, f->path, f->name, &f->content, &cut, &ignored) != E_OK)
		f->content = NULL;
}

/* Where the list before is not whole, what came before it, down to one that is; never all of archive/. */
static void load_past(const struct inbox_kind *kind, const struct conf *c, struct inbox_set *set)
{
	enum { LISTS = 8 };
	const struct inbox_file *list = &set->before;
	size_t lists = 0;

	for (size_t i = 0; i < set->n_past && lists < LISTS; i++) {
		if (list->content && kind->wholeness(list->content) == INBOX_WHOLE)
			return;
		load_used(kind, c, &set->past[i]);
		if (set->past[i].changes)
			continue;
		list = &set->past[i];
		lists++;
	}
}

enum errk inbox_load(const struct inbox_kind *kind, const struct conf *c, struct inbox_set *set,
		     int64_t max_age, struct err *e)
{
	enum errk k = E_OK;

	for (size_t i = 0; i < set->n && k == E_OK; i++)
		k = check_age(kind, &set->file[i], max_age, e);
	for (size_t i = 0; i < set->n && k == E_OK; i++)
		k = inbox_blocked(&set->file[i], &set->file[set->n - 1],
				  load(kind, c, &set->file[i], e), e);
	if (k == E_OK && kind->join)
		k = kind->join(set, e);
	if (k == E_OK && set->before.path)
		load_used(kind, c, &set->before);
	for (size_t i = 0; i < set->n_since && k == E_OK; i++)
		load_used(kind, c, &set->since[i]);
	if (k == E_OK && set->before.path)
		load_past(kind, c, set);
	if (k != E_OK)
		inbox_unload(kind, set);
	return k;
}

void inbox_unload(const struct inbox_kind *kind, struct inbox_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		kind->free(set->file[i].content);
		set->file[i].content = NULL;
	}
	kind->free(set->before.content);
	set->before.content = NULL;
	for (size_t i = 0; i < set->n_since; i++) {
		kind->free(set->since[i].content);
		set->since[i].content = NULL;
	}
	for (size_t i = 0; i < set->n_past; i++) {
		kind->free(set->past[i].content);
		set->past[i].content = NULL;
	}
}

/*
 * "stock.csv" becomes "stock.20261123T094500Z.csv": ERPs write the same name again and again. Of several of that
 * time the name keeps the order, "stock.20261123T094500Z-2.csv".
 */
static const char *archive_name(const char *dir, const struct inbox_file *f, struct arena *a)
{
	char stamp[CLOCK_TEXT_MAX], *to = stamp;
	const char *ending = f->name + strlen(f->name) - 4;
	int len = (int)(ending - f->name);

	/* A name that leaves no room for its time is cut, between two characters. */
	if (len > NAME_KEPT)
		for (len = NAME_KEPT; (f->name[len] & 0xc0) == 0x80;)
			len--;
	clock_text((f->misdated ? f->mtime_ns : f->dated_ns) / 1000000000, stamp);
	for (const char *from = stamp; *from; from++)
		if (*from != '-' && *from != ':')
			*to++ = *from;
	*to = '\0';
	for (int i = f->nth;; i++) {
		const char *name =
			i == 1 ? arena_printf(a, "%.*s.%s%s", len, f->name, stamp, ending)
			       : arena_printf(a, "%.*s.%s-%d%s", len, f->name, stamp, i, ending);
		const char *path = path_join(a, path_join(a, dir, ARCHIVE), name);

		if (!file_exists(path))
			return path;
	}
}

static enum errk put_away(const char *dir, const struct inbox_file *f, struct arena *a,
			  struct err *e)
{
	const char *to;
	enum errk k;

	if (f->archived || !file_exists(f->path))
		return E_OK;
	to = archive_name(dir, f, a);
	STEP("csv_inbox_archive");
	k = file_publish(f->path, to, e);
	/* It keeps its place: what comes next is compared with it. */
	if (k == E_OK && f->misdated) {
		const struct timespec at = {f->order_ns / 1000000000, f->order_ns % 1000000000};

		if (utimensat(AT_FDCWD, to, (const struct timespec[2]){at, at}, 0) != 0)
			k = err_set(e, E_LOCAL, "file_error", "%s: can't be dated anew (%s)", to,
				    strerror(errno));
	}
	return k;
}

enum errk inbox_archive(const char *dir, const struct inbox_set *set, struct arena *a,
			struct err *e)
{
	enum errk k;

	if (set->n + set->n_superseded == 0)
		return E_OK;
	k = folder_open(path_join(a, dir, ARCHIVE), e);
	/* Oldest first: stopped in between, what is left is still the newest. */
	for (size_t i = 0; i < set->n_superseded && k == E_OK; i++)
		k = put_away(dir, &set->superseded[i], a, e);
	for (size_t i = 0; i < set->n && k == E_OK; i++)
		k = put_away(dir, &set->file[i], a, e);
	STEP("csv_inbox_archived");
	return k;
}

static const char *dated(const struct inbox_file *f, struct arena *a)
{
	return arena_printf(
		a,
		"%s, so it is taken for older than what is dated rightly; set the clock of the "
		"machine that writes it",
		source_misdated_text(f->name, f->dated_ns, a));
}

const char *inbox_doubts(const struct inbox_set *set, const char *dir, struct arena *a)
{
	const char *text = NULL;

	if (set->bad)
		text = arena_printf(a, "%s: %s", dir, set->bad);
	for (size_t i = 0; i < set->n + set->n_superseded; i++) {
		const struct inbox_file *f = i < set->n ? &set->file[i]
							: &set->superseded[i - set->n];

		if (f->misdated && !f->archived)
			return text ? arena_printf(a, "%s; %s", text, dated(f, a)) : dated(f, a);
	}
	return text;
}

static const char *stamped(const struct inbox_file *f, struct arena *a)
{
	return arena_printf(a, "%s %s", f->name, f->stamp);
}

void inbox_mark_used(struct inbox_set *set, const char *files, struct arena *a)
{
	const char *all = arena_printf(a, ", %s, ", files ? files : "");

	for (size_t i = 0; i < set->n; i++)
		if (strstr(all, arena_printf(a, ", %s, ", stamped(&set->file[i], a))))
			set->file[i].used = true;
}

const char *inbox_fingerprint(const struct inbox_set *set, struct arena *a)
{
	CLEANUP(str) struct str text = {0};

	str_init(&text, 0);
	for (size_t i = 0; i < set->n; i++)
		str_addf(&text, "%s%s", i ? ", " : "", stamped(&set->file[i], a));
	return arena_strdup(a, text.buf);
}

enum errk inbox_cursor_parse(const char *text, struct arena *a, struct inbox_cursor *out,
			     struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;

	*out = (struct inbox_cursor){0};
	if (!text)
		return E_OK;
	if (json_parse(text, strlen(text), &doc, NULL) != E_OK || !cJSON_IsObject(doc))
		return err_set(e, E_LOCAL, "bad_cursor",
			       "the checkpoint was not written by the csv connector; read with "
			       "--full");
	*out = (struct inbox_cursor){
		.files = arena_strdup(a, json_str(doc, "files")),
		.done = json_int(doc, "done", 0),
		.read = json_bool(doc, "read", false),
	};
	return E_OK;
}

const char *inbox_cursor_text(const struct inbox_cursor *c, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();

	json_add_str(doc, "files", c->files);
	json_add_int(doc, "done", c->done);
	json_add_bool(doc, "read", c->read);
	return json_text(doc, a);
}

const struct inbox_file *inbox_last_used(const struct inbox_file *list, size_t n)
{
	const struct inbox_file *last = NULL;

	/* Where one stands whose date is wrong depends on the others. */
	for (size_t i = 0; i < n; i++)
		if (list[i].archived && !list[i].misdated &&
		    (!last || list[i].order_ns > last->order_ns))
			last = &list[i];
	return last;
}
