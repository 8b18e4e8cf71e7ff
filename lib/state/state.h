#ifndef ERPSYNC_STATE_STATE_H
#define ERPSYNC_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * The state file: one SQLite database (WAL, synchronous=FULL, mode 0600). Everything erpsync must
 * remember between runs is here and nowhere else. Any function of lib/state may return E_LOCAL
 * ("state_io", "state_full", "state_corrupt") and E_BUSY ("state_busy": another process holds the
 * file longer than 10 s).
 */
struct state;

/*
 * Opens or creates the file, and brings it to this binary's schema version: after a backup copy
 * "PATH.before-vN" if it is older; a newer one is refused (E_LOCAL "state_newer") and not touched.
 * The folder must exist; a file readable by others is E_LOCAL "state_mode" with the chmod to run.
 */
MUST_CHECK enum errk state_open(const char *path, struct state **out, struct err *e);
void state_close(struct state *s); /* takes NULL; rolls an open transaction back */

/* Not nested. Work between begin and commit is all or nothing. */
MUST_CHECK enum errk state_begin(struct state *s, struct err *e);
MUST_CHECK enum errk state_commit(struct state *s, struct err *e);
void state_rollback(struct state *s); /* nothing to do outside a transaction */
/* Commits if rc is E_OK, else rolls back: returns rc, or how the commit failed. */
MUST_CHECK enum errk state_end(struct state *s, enum errk rc, struct err *e);

/*
 * SQLite's online backup into a new file (0600); refuses an existing one. What it knows of the other side is
 * compared with it once the copy is used: by then more may have been written.
 */
MUST_CHECK enum errk state_backup(struct state *s, const char *to, struct err *e);
/* The same as it is, for use at once. */
MUST_CHECK enum errk state_copy(struct state *s, const char *to, struct err *e);
/*
 * PRAGMA integrity_check, foreign keys, and our own invariants (no row sending twice, every
 * delivered row has its link, …). Appends one line per finding in the arena; *n = 0 means sound.
 */
MUST_CHECK enum errk state_check(struct state *s, struct arena *a, const char ***findings,
				 size_t *n, struct err *e);
/* It remembers nothing: no run, no record. */
MUST_CHECK enum errk state_is_empty(struct state *s, bool *empty, struct err *e);
int state_schema_version(void); /* of this binary */
const char *state_path(const struct state *s);

static inline void cleanup_state(struct state **p)
{
	state_close(*p);
}

#endif
