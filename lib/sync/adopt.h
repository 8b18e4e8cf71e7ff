#ifndef ERPSYNC_SYNC_ADOPT_H
#define ERPSYNC_SYNC_ADOPT_H

#include "sync/sync.h"

/*
 * `erpsync adopt`: the target has records that the state file knows nothing of, because it was lost,
 * restored from a backup, or because people entered them there. They are linked; nothing is written to
 * the target. From then on a record is compared with the time at which the target had it: what has not
 * changed since is left alone, what has goes over as a change, nothing as new.
 */
enum adopt_outcome {
	ADOPT_LINKED,
	ADOPT_KNOWN,     /* linked already; or refused by the target, and not named */
	ADOPT_NOT_FOUND, /* the source has no such record */
};
struct adopt_record {
	enum adopt_outcome outcome;
	const char *label, *target;
	const char *record; /* NULL with ADOPT_NOT_FOUND */
	/* ADOPT_NOT_FOUND: "ids.csv:3", of a file that was given, else NULL; and why, with what to do */
	const char *where, *why;
};

struct adopt_options {
	const char *to; /* as sync_options.to */
	/* Which records: these; else those of a file; else what the target says by itself. */
	const char *const *who;
	size_t n_who;
	const char *csv;
	/* Places where else the target's traces may be, such as a folder of files it took in. */
	const char *const *from;
	size_t n_from;
	bool rest_is_new; /* what is not found is not there: runs may write it */
	void (*on_record)(void *ctx, const struct adopt_record *x);
	void (*on_notice)(void *ctx, const char *text);
	void *ctx;
};

struct adopt_summary {
	const char *target;
	int64_t linked, known, not_found;
	/* Not NULL: runs are still refused, and why, with what to do. */
	const char *closed;
	bool opened; /* runs were refused, and are not any more */
};

/* E_BUSY "locked" while the flow runs. Needs session_open_state and session_open_wire before. */
MUST_CHECK enum errk sync_adopt(struct session *s, const struct flow *f,
				const struct adopt_options *o, struct adopt_summary *out,
				struct err *e);

#endif
