#ifndef ERPSYNC_STATE_DB_PRIV_H
#define ERPSYNC_STATE_DB_PRIV_H

#include "embedded/file.h"
#include "state/state.h"

/* What the modules of lib/state share: statements, transactions, errors. */

enum {
	DB_CACHE_SLOTS = 128, /* lib/state has about sixty statements */
	BUSY_MS = 10000,      /* how long another process may hold the file; said in state.h */
};

struct state {
	struct arena *mem; /* holds this struct and its texts */
	sqlite3 *db;
	const char *path; /* as the caller wrote it, for messages */
	int version;      /* of the schema, once it is what this process works with; 0 before */
	bool in_tx;
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} cache[DB_CACHE_SLOTS];
};

/*
 * One use of a prepared statement. Bind in order, then step; a failure to prepare is kept
 * and comes back from the first step, so that only steps need to be checked.
 *
 *	CLEANUP(query) struct query q = query_open(s, "DELETE FROM token WHERE key = ?");
 *	query_text(&q, key);
 *	return query_run(&q, e);
 *
 * sql must be a literal: statements are kept by its address until the file is closed. One
 * use of a literal at a time.
 */
struct query {
	struct state *s;
	sqlite3_stmt *st;
	int n_bound, rc;
};

struct query query_open(struct state *s, const char *sql);
void query_text(struct query *q, const char *text); /* NULL binds NULL; must outlive the query */
void query_int(struct query *q, int64_t value);
MUST_CHECK enum errk query_next(struct query *q, bool *row, struct err *e);
/* A statement without result rows. query_changed: rows it wrote or deleted. */
MUST_CHECK enum errk query_run(struct query *q, struct err *e);
int64_t query_changed(const struct query *q);
/* Columns of the current row, from 0. */
const char *query_col(const struct query *q, int i, struct arena *a); /* NULL stays NULL */
int64_t query_col_int(const struct query *q, int i);                  /* NULL gives 0 */
bool query_col_null(const struct query *q, int i);
/* The first column of the first row; 0 without a row. */
MUST_CHECK enum errk query_one_int(struct query *q, int64_t *out, struct err *e);
/* The first column of all rows, in the arena. */
MUST_CHECK enum errk query_texts(struct query *q, struct arena *a, const char ***out, size_t *n,
				 struct err *e);

/* Several statements as one: begins a transaction unless the caller already has one … */
MUST_CHECK enum errk db_enter(struct state *s, bool *own, struct err *e);
/* … and ends it: commit if rc is E_OK, else rollback. Returns rc or the commit's failure. */
MUST_CHECK enum errk db_leave(struct state *s, bool own, enum errk rc, struct err *e);

/* Statements that are used once (pragmas, migrations). */
MUST_CHECK enum errk db_exec(struct state *s, const char *sql, struct err *e);
/* Text of an SQLite result, as an error of ours that names the file and what to do. */
enum errk db_fail(sqlite3 *db, const char *path, int rc, struct err *e);

/* Makes room for one more element in a growing arena array; returns the array. */
void *db_grow(struct arena *a, void *array, size_t n, size_t *cap, size_t size);

/* Brings the file to version n = number of files; see state_open. */
MUST_CHECK enum errk db_migrate(struct state *s, const struct embedded_file *files, struct err *e);
/* E_LOCAL if the file is another program's or newer than `version`. */
MUST_CHECK enum errk db_check_owner(sqlite3 *db, const char *path, int version, struct err *e);
/*
 * By the time a copy is used what it remembers may have been written over, and what both sides agreed on
 * (the kept text) be overtaken. Where the other side can be compared with, it is: only batches that are counted
 * (pairing) tell by themselves that the copy is behind. 2: the kept text, too; see link.kept_old.
 */
#define DB_DOUBT_ALL                                                            \
	"UPDATE link SET doubt = 2 WHERE flow NOT IN (SELECT flow FROM pairing" \
	" WHERE last_new OR last_changed)"
/* It may be: what was agreed on is believed. */
#define DB_DOUBT_IF_OLD                                                            \
	"UPDATE link SET doubt = doubt & 12 | max(doubt & 3, 1) WHERE flow NOT IN" \
	" (SELECT flow FROM pairing WHERE last_new OR last_changed)"
/* Nor does it know of all that was read before: see checkpoint_again. */
#define DB_AGAIN_ALL                                                  \
	"INSERT OR IGNORE INTO connector_state (key, body, saved_at)" \
	" SELECT '" DB_AGAIN_KEY "' || flow || ';', '', 0 FROM checkpoint"
#define DB_AGAIN_KEY "keep again "

/*
 * Online backup by a connection of its own, so it also works inside a transaction. What a copy that is kept
 * remembers is in doubt: it may be used when more has been written.
 */
enum db_copy_how { DB_COPY_NEW, DB_COPY_REPLACE, DB_COPY_KEPT };
MUST_CHECK enum errk db_copy(const char *from, const char *to, enum db_copy_how how, struct err *e);

static inline void cleanup_query(struct query *q)
{
	if (q->st) {
		sqlite3_reset(q->st);
		sqlite3_clear_bindings(q->st);
	}
}

static inline void cleanup_db(sqlite3 **p)
{
	sqlite3_close(*p);
}

/*
 * link.doubt: 1 a write was begun; 2 and the kept text may be old; 4 another flow or a changed table has moved the article,
 * perhaps while it is being written: only what is begun after it takes that away. 8, with 4: and its source, which has
 * nothing new of it, is to be asked.
 */
#define LINK_MOVED "doubt = doubt | 4"
#define LINK_ASKED "doubt = doubt | 12"
/* Of link AS l. It was delivered, or that has begun: of what was found to be nowhere there nothing stands, whatever moves. */
#define LINK_MAY_STAND "(l.target_id > '' OR l.doubt & 3)"
/*
 * Of link AS l and its row, queue AS w, that waits or is parked: what stands there is of that version, and at rest for
 * something else. It went over but for a part of it (put_item.left), or waits for a newer figure.
 */
#define LINK_AT_REST \
	"(w.version = l.version AND (w.state = 2 OR w.state = 0 AND w.code IS 'figure_older'))"

#endif
