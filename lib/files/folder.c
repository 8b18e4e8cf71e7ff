#include "files/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/step.h"
#include "base/stop.h"
#include "base/str.h"

#include "base/banned.h"

enum { LOCK_WAIT_MS = 10000, LOCK_LOOK_MS = 50, DIGITS_MIN = 6, DIGITS_MAX = 15 };

const char *folder_key(enum record_kind kind)
{
	static const char *const keys[KIND_COUNT_] = {
		[KIND_ORDER] = "orders",     [KIND_STOCK] = "inventory",
		[KIND_PRODUCT] = "products", [KIND_FULFILLMENT] = "fulfillments",
		[KIND_REFUND] = "refunds",
	};

	return keys[kind];
}

bool folder_counts_apart(enum record_kind kind)
{
	return kind == KIND_REFUND;
}

const char *folder_book(const char *dir, const char *name, enum record_kind kind, struct arena *a)
{
	if (folder_counts_apart(kind))
		name = arena_printf(a, "%s-%s", name, folder_key(kind));
	return folder_staged(dir, name, a);
}

/* "refunds", "refunds-notes". */
static bool is_of_series(const char *key, enum record_kind kind)
{
	size_t n = strlen(folder_key(kind));

	return strncmp(key, folder_key(kind), n) == 0 && (!key[n] || key[n] == '-');
}

const char *folder_file_key(const char *main, const char *key, struct arena *a)
{
	if (str_equal(main, key))
		return key;
	for (enum record_kind k = 0; k < KIND_COUNT_; k++)
		if (folder_counts_apart(k) && is_of_series(main, k))
			return arena_printf(a, "%s-%s", main, key);
		else if (folder_counts_apart(k) && is_of_series(key, k))
			return NULL;
	return key;
}

bool folder_name_counts(const struct folder_name *name, enum record_kind kind)
{
	if (folder_counts_apart(kind))
		return is_of_series(name->key, kind);
	for (enum record_kind k = 0; k < KIND_COUNT_; k++)
		if (folder_counts_apart(k) && is_of_series(name->key, k))
			return false;
	return true;
}

bool folder_name_parse(const char *name, struct arena *a, struct folder_name *out)
{
	const char *dot = strchr(name, '.'), *dash = NULL, *key;
	bool changed;
	size_t digits;

	for (const char *p = name; dot && p < dot; p++)
		if (*p == '-')
			dash = p;
	if (!dash || dash == name)
		return false;
	digits = strspn(dash + 1, "0123456789");
	if (dash + 1 + digits != dot || digits < DIGITS_MIN || digits > DIGITS_MAX)
		return false;
	key = arena_strndup(a, name, (size_t)(dash - name));
	changed = str_ends(key, "-changed");
	*out = (struct folder_name){
		.key = changed ? arena_strndup(a, key, strlen(key) - strlen("-changed")) : key,
		.base = arena_strndup(a, name, (size_t)(dot - name)),
		.ending = dot,
		.changed = changed,
		.sequence = strtoll(dash + 1, NULL, 10),
	};
	return true;
}

const char *folder_name_make(const char *key, bool changed, int64_t sequence, const char *ending,
			     struct arena *a)
{
	return arena_printf(a, "%s%s-%06lld%s", key, changed ? "-changed" : "", (long long)sequence,
			    ending);
}

/* The same folder, whatever it is called. */
static bool is_of_other_end(const struct connector_env *env, const char *path)
{
	const char *other = str_equal(env->section, "store") ? "erp" : "store";
	const char *its = str_equal(conf_text(env->conf, other, "connector"), "csv")
				  ? conf_text(env->conf, other, "path")
				  : NULL;
	CLEANUP(arena) struct arena *a = arena_new();
	struct stat own, st;

	if (!its || !its[0])
		return false;
	if (stat(path, &own) == 0 && stat(its, &st) == 0)
		return own.st_dev == st.st_dev && own.st_ino == st.st_ino;
	return str_equal(folder_plain(path, a), folder_plain(its, a));
}

enum errk folder_configured(const struct connector_env *env, const char **out, struct err *e)
{
	const char *path = env->path ? env->path : conf_text(env->conf, env->section, "path");

	if (!path || !path[0])
		return err_set(e, E_LOCAL, "bad_config",
			       "[%s] path= is missing: connector = csv needs to know its files",
			       env->section);
	if (is_of_other_end(env, path)) {
		CLEANUP(arena) struct arena *a = arena_new();

		return err_set(e, E_LOCAL, "bad_config",
			       "%s: [store] path and [erp] path are one folder, and what one end "
			       "writes would be read as the other's; give each a folder of its own",
			       conf_where(env->conf, env->section, "path", a));
	}
	*out = path;
	return E_OK;
}

const char *folder_plain(const char *path, struct arena *a)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return arena_strndup(a, path, len);
}

const char *folder_staged(const char *dir, const char *name, struct arena *a)
{
	return path_join(a, path_join(a, dir, FOLDER_STAGING), name);
}

enum errk folder_fault(const char *dir, bool makes, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *parent = path_folder(a, dir), *name = file_shell_name(dir, a);
	const char *user = file_user(a);
	struct stat st;
	bool there = stat(dir, &st) == 0, up = dir_exists(parent);
	int error = there ? 0 : errno;

	if (there && !S_ISDIR(st.st_mode))
		return err_set(e, E_LOCAL, "no_folder",
			       "%s: is a file, and the exchange folder is to be a folder; correct "
			       "path= in the configuration",
			       dir);
	if (there && access(dir, W_OK | X_OK) == 0)
		return E_OK;
	if (there && errno == EROFS)
		return err_set(e, E_LOCAL, "no_folder",
			       "%s: can't be written to: its file system is mounted read-only",
			       dir);
	if (there)
		return err_set(e, E_LOCAL, "no_folder",
			       "%s: user %s can't write there; run erpsync as a user who may, or "
			       "run: sudo chown %s %s",
			       dir, user, user, name);
	if (error != ENOENT) {
		err_set(e, E_LOCAL, "no_folder", "%s: the exchange folder is not there (%s)", dir,
			strerror(error));
		return file_blame_add(e, dir, error, NULL);
	}
	if (up && access(parent, W_OK | X_OK) != 0)
		return err_set(
			e, E_LOCAL, "no_folder",
			"%s: the exchange folder is not there, and user %s can't create it in "
			"%s; run: sudo install -d -o %s %s, or correct path= in the "
			"configuration",
			dir, user, parent, user, name);
	/* Further up it may be a disk that is not mounted, or a slip. */
	if (!up || !makes)
		return err_set(
			e, E_LOCAL, "no_folder",
			"%s: the exchange folder is not there; run, as user %s: mkdir -p %s; "
			"or correct path= in the configuration",
			dir, user, name);
	return E_OK;
}

enum errk folder_open(const char *dir, struct err *e)
{
	struct stat st;
	enum errk k = folder_fault(dir, true, e);

	if (k != E_OK || dir_exists(dir))
		return k;
	k = dir_make(dir, FOLDER_DIR_MODE, e);
	STEP("csv_folder_made");
	if (k != E_OK)
		return k;
	/* Whatever the umask: the group may read our files, so it must get at them. What it hands down stays. */
	if (stat(dir, &st) != 0 ||
	    chmod(dir, (st.st_mode & (S_ISGID | S_ISVTX)) | FOLDER_DIR_MODE) != 0)
		return err_set(e, E_LOCAL, "file_error", "%s: can't be opened to its group (%s)",
			       dir, strerror(errno));
	return E_OK;
}

bool folder_own_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

enum errk folder_own_failed(enum errk k, const char *cure, struct err *e)
{
	if (k == E_LOCAL &&
	    (str_equal(e->code, "file_error") || str_equal(e->code, "file_too_large")))
		err_append(e,
			   "; it is erpsync's own, and must be a file that erpsync's user may read "
			   "and write: %s",
			   cure);
	return k;
}

enum errk folder_make(const char *dir, struct arena *a, struct err *e)
{
	enum errk k = folder_open(dir, e);

	if (k == E_OK && !dir_exists(folder_staged(dir, "", a)))
		k = dir_make(folder_staged(dir, "", a), 0700, e);
	return k;
}

static enum errk wait_for_lock(int fd, const char *dir, struct err *e)
{
	int64_t until = clock_mono_ms() + LOCK_WAIT_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(e, E_LOCAL, "file_error", "%s: can't be locked (%s)", dir,
				       strerror(errno));
		if (clock_mono_ms() >= until || !stop_sleep_ms(LOCK_LOOK_MS))
			return err_set(e, E_BUSY, "folder_locked",
				       "%s: another run is writing into this folder", dir);
	}
	return E_OK;
}

enum errk folder_lock(const char *dir, struct arena *a, int *fd, struct err *e)
{
	const char *path = folder_staged(dir, "lock", a);
	int ours = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum errk k;

	if (ours < 0)
		return folder_own_failed(err_set(e, E_LOCAL, "file_error",
						 "%s: can't be opened (%s)", path, strerror(errno)),
					 "remove it while no run is under way", e);
	file_give(ours, path);
	k = wait_for_lock(ours, dir, e);
	if (k != E_OK)
		close(ours);
	else
		*fd = ours;
	return k;
}

static const char *sequence_path(const char *dir, enum record_kind kind, bool changed,
				 struct arena *a)
{
	const char *path = folder_book(dir, "sequence", kind, a);

	return changed ? arena_printf(a, "%s-changed", path) : path;
}

/* Written by us under the kind's key, or an answer to it; others may call their files almost so. */
static bool is_of(const struct folder_name *name, enum record_kind kind)
{
	static const char *const endings[] = {".csv", ".manifest.json", ".ack"};

	if (!str_equal(name->key, folder_key(kind)))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (str_equal(name->ending, endings[i]))
			return true;
	return false;
}

/* Of which a number is asked: whose, and whether of all names that are counted with those that we give, too. */
struct series {
	enum record_kind kind;
	bool changed, all;
};

/* The highest number of the names in a folder; a folder that isn't there has none. */
static enum errk highest_in(const char *dir, const struct series *s, struct arena *a,
			    int64_t *highest, struct err *e)
{
	struct file_entry *entry;
	struct folder_name name;
	size_t n;
	enum errk k;

	if (!dir_exists(dir))
		return E_OK;
	k = dir_list(dir, a, &entry, &n, e);
	for (size_t i = 0; k == E_OK && i < n; i++)
		if (folder_name_parse(entry[i].name, a, &name) && name.changed == s->changed &&
		    (s->all ? folder_name_counts(&name, s->kind) : is_of(&name, s->kind)) &&
		    name.sequence > *highest)
			*highest = name.sequence;
	return k;
}

static enum errk read_sequence(const char *path, struct arena *a, int64_t *out, struct err *e)
{
	char *text, *end;
	long long value;
	enum errk k = file_read(path, 64, a, &text, NULL, e);

	if (k != E_OK)
		return folder_own_failed(
			k, "remove it to go on after the highest number in the folder", e);
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || !str_blank(end) || value < 0)
		return err_set(e, E_LOCAL, "bad_sequence",
			       "%s: holds no number; correct it, or remove it to go on after the "
			       "highest number in the folder",
			       path);
	*out = value;
	return E_OK;
}

static enum errk last_of(const char *dir, const struct series *s, struct arena *a, int64_t *out,
			 struct err *e)
{
	const char *path = sequence_path(dir, s->kind, s->changed, a);
	int64_t last = 0;
	enum errk k;

	if (folder_own_exists(path)) {
		k = read_sequence(path, a, &last, e);
	} else {
		k = highest_in(dir, s, a, &last, e);
		if (k == E_OK)
			k = highest_in(path_join(a, dir, "archive"), s, a, &last, e);
		if (k == E_OK)
			k = highest_in(folder_staged(dir, "acks", a), s, a, &last, e);
	}
	if (k == E_OK)
		*out = last;
	return k;
}

enum errk sequence_last(const char *dir, enum record_kind kind, bool changed, struct arena *a,
			int64_t *out, struct err *e)
{
	return last_of(dir, &(struct series){kind, changed, false}, a, out, e);
}

enum errk sequence_next(const char *dir, enum record_kind kind, bool changed, struct arena *a,
			int64_t *out, struct err *e)
{
	int64_t last;
	enum errk k = last_of(dir, &(struct series){kind, changed, true}, a, &last, e);

	if (k == E_OK)
		*out = last + 1;
	return k;
}

enum errk sequence_store(const char *dir, enum record_kind kind, bool changed, int64_t used,
			 struct arena *a, struct err *e)
{
	const char *text = arena_printf(a, "%lld\n", (long long)used);

	return file_write_atomic(sequence_path(dir, kind, changed, a), text, strlen(text), 0600, e);
}

enum errk sequence_raise(const char *dir, enum record_kind kind, bool changed, int64_t used,
			 struct arena *a, struct err *e)
{
	int64_t next;
	enum errk k = sequence_next(dir, kind, changed, a, &next, e);

	if (k != E_OK)
		return k;
	/* A count that was only read off the names is gone when the other side takes the files. */
	if (used < next && folder_own_exists(sequence_path(dir, kind, changed, a)))
		return E_OK;
	return sequence_store(dir, kind, changed, used < next ? next - 1 : used, a, e);
}
