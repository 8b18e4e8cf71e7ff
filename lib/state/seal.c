#include "state/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum { SEAL_MAX = 128 };

/* So many runs tell how often this state file is used; asleep for less than an hour it is not old. */
enum { HABIT_RUNS = 32, HABIT_TIMES = 3, ASLEEP_S = 3600 };

/* What stands in a seal: "123", and of the file itself its inode and when that was made, which no copy has. */
struct seal {
	int64_t runs;  /* 0 = there is none */
	char file[64]; /* "" = not known */
};

static enum errk count_runs(struct state *s, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT max(seq) FROM sqlite_sequence WHERE name = 'run'");

	return query_one_int(&q, n, e);
}

/* As a seal has it; where the file system does not keep when a file was made, by its inode alone. */
static void identify(const char *path, char *out, size_t size)
{
	struct statx st;

	*out = '\0';
	if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &st) != 0)
		return;
	if (!(st.stx_mask & STATX_BTIME))
		st.stx_btime = (struct statx_timestamp){0};
	snprintf(out, size, "%llu %lld.%09u", (unsigned long long)st.stx_ino,
		 (long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
}

static struct seal read_seal(const char *path)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seal seal = {0};
	struct err ignored;
	char *text, *end;
	size_t len;

	if (!file_exists(path) || file_read(path, SEAL_MAX, a, &text, &len, &ignored) != E_OK)
		return seal;
	seal.runs = strtoll(text, &end, 10);
	if (*end == '\n' && end[1])
		snprintf(seal.file, sizeof(seal.file), "%.*s", (int)strcspn(end + 1, "\n"),
			 end + 1);
	return seal;
}

/* It stands in another file than the one that it was written to. */
static bool is_copied(const struct seal *seal, const char *path)
{
	char now[sizeof(seal->file)];

	identify(path, now, sizeof(now));
	return *seal->file && *now && strcmp(seal->file, now) != 0;
}

/*
 * Of a machine that was put back as a whole nothing is another file. But it slept: far longer than there ever was between
 * two runs.
 */
static enum errk has_slept(struct state *s, int64_t now, bool *slept, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT started FROM run ORDER BY id DESC LIMIT ?");
	int64_t last = now, later = 0, habit = 0, n = 0;
	bool row = false;
	enum errk rc;

	query_int(&q, HABIT_RUNS);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		int64_t began = query_col_int(&q, 0);

		if (n++ == 0)
			last = began;
		else if (later - began > habit)
			habit = later - began;
		later = began;
	}
	*slept = n == HABIT_RUNS && now - last > ASLEEP_S && now - last > HABIT_TIMES * habit;
	return rc;
}

static enum errk doubt_if_old(struct state *s, bool *any, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, DB_DOUBT_IF_OLD);
	enum errk rc = query_run(&q, e);

	*any = rc == E_OK && query_changed(&q) > 0;
	return rc;
}

static enum errk doubt_all(struct state *s, bool *any, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, DB_DOUBT_ALL);
	CLEANUP(query) struct query again = query_open(s, DB_AGAIN_ALL);
	enum errk rc = query_run(&q, e);

	if (rc == E_OK)
		*any = query_changed(&q) > 0;
	return rc == E_OK ? query_run(&again, e) : rc;
}

enum errk state_doubt(struct state *s, struct err *e)
{
	bool any, own;
	enum errk rc = db_enter(s, &own, e);

	return rc == E_OK ? db_leave(s, own, doubt_all(s, &any, e), e) : rc;
}

enum errk state_compare_seal(struct state *s, const char *path, int64_t now, enum seal_says *says,
			     struct err *e)
{
	const struct seal seal = read_seal(path);
	int64_t runs = 0;
	bool slept = false, any = false;
	enum errk rc = count_runs(s, &runs, e);

	*says = SEAL_FITS;
	if (rc == E_OK)
		rc = has_slept(s, now, &slept, e);
	if (rc != E_OK)
		return rc;
	/* A run that ended between its beginning and its seal has begun one more than the seal says. */
	if (seal.runs > runs)
		*says = SEAL_OLDER;
	else if (is_copied(&seal, path))
		*says = SEAL_COPIED;
	else if (slept)
		*says = SEAL_SLEPT;
	if (*says == SEAL_FITS)
		return E_OK;
	rc = *says == SEAL_SLEPT ? doubt_if_old(s, &any, e) : doubt_all(s, &any, e);
	if (rc == E_OK && !any)
		*says = SEAL_FITS;
	return rc;
}

/* Killed before it is there, the seal says nothing of its file. */
static void add_file(const char *path)
{
	struct seal seal;
	FILE *f;

	identify(path, seal.file, sizeof(seal.file));
	if (!*seal.file)
		return;
	f = fopen(path, "ae");
	if (!f)
		return;
	fprintf(f, "%s\n", seal.file);
	fclose(f);
}

enum errk state_set_seal(struct state *s, const char *path, struct err *e)
{
	char text[SEAL_MAX];
	int64_t runs = 0;
	/* One at a time, and never a lower number after a higher one. */
	enum errk rc = state_begin(s, e);

	if (rc != E_OK)
		return rc;
	rc = count_runs(s, &runs, e);
	snprintf(text, sizeof(text), "%lld\n", (long long)runs);
	if (rc == E_OK)
		rc = file_write_atomic(path, text, strlen(text), 0600, e);
	if (rc == E_OK)
		add_file(path);
	state_rollback(s);
	return rc;
}
