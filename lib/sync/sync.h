#ifndef ERPSYNC_SYNC_SYNC_H
#define ERPSYNC_SYNC_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "sync/flow.h"
#include "sync/session.h"

/*
 * The engine: one run of one flow.
 *
 *	lock ▶ finish what was interrupted ▶ acknowledgements
 *	     ▶ (pull a page ▶ queue and checkpoint)* ▶ (take ▶ map ▶ put ▶ commit)* ▶ summary
 *
 * Killed at any instruction and run again it ends in the same state on both sides.
 */
struct sync_summary;
struct sync_record;

struct sync_options {
	bool full; /* read everything again; unchanged records are not written */
	/* Seconds, 0 = not given: a window of its own that leaves the checkpoint alone. */
	int64_t since, until;
	/* "2026-11-23", "today": it is a day, which begins where the shop is, and since its midnight UTC; else NULL. */
	const char *since_day, *until_day;
	/*
	 * Names or ids: just these, whatever the checkpoint; also frees them if they are
	 * parked.
	 */
	const char *const *only;
	size_t n_only;
	size_t limit; /* deliver at most so many records; 0 = all */
	/*
	 * "csv:DIR": this run's target instead of [erp]; has its own checkpoint, queue and
	 * links.
	 */
	const char *to;

	/* What to show while it runs; each may be NULL. */
	void (*on_progress)(void *ctx, const struct sync_summary *so_far);
	/*
	 * Every record with an outcome; parked ones and, in a dry run, all, with the
	 * document.
	 */
	void (*on_record)(void *ctx, const struct sync_record *r);
	void (*on_notice)(void *ctx, const char *text);
	void *ctx;
};

/* What happened, or in a dry run would happen, to one record. */
enum sync_outcome {
	SYNC_CREATED,
	SYNC_UPDATED,
	SYNC_UNCHANGED,
	SYNC_ADOPTED,
	SYNC_PARKED,
	SYNC_STILL_PARKED, /* as its earlier version was, for the same reason: no news */
	SYNC_LATER,
	SYNC_LEFT_OUT /* by rule */
};
const char *sync_outcome_name(enum sync_outcome o);
struct sync_record {
	const char *record, *label;
	enum sync_outcome outcome;
	const struct target *target; /* without id: there is none */
	const char *document;        /* the mapped document, JSON; may be NULL */
	const struct err *err;       /* parked, later, left out: why; else NULL */
	const char *
		at_fault; /* the file for which it is parked, as others of it may be; NULL = none */
};

struct sync_summary {
	const char *flow, *target;
	int64_t run; /* id in the state file; 0 = none was begun */
	bool dry_run;
	int64_t pulled;               /* versions put into the queue */
	int64_t known;                /* seen again at the source, nothing new */
	int64_t excluded;             /* left out by rule … */
	const char *excluded_because; /* … "test or older than since" */
	const char *excluded_first;   /* … and what the first one is called */
	int64_t young;                /* came or changed just now: left for the next run */
	int64_t created, updated, unchanged, adopted, parked, still_parked, later;
	int64_t expected;               /* still to come from the source; -1 unknown */
	int64_t acknowledged, rejected; /* later answers of the target … */
	int64_t doubted;                /* … and those that nobody can be sure of */
	int64_t requests, writes, bytes_in, bytes_out, waited_ms, ms;
	int64_t waiting, parked_total; /* in the queue after the run */
	const char *stopped;           /* "signal TERM", "max-runtime", NULL */
	struct err err;                /* kind E_OK, or what ended the run early */
};

/*
 * Runs a flow. The summary is filled whatever happens; the result is what ended the run: E_OK
 * when all that was due was dealt with (parked records included), E_BUSY also when the lock
 * is held. Needs session_open_state and session_open_wire before.
 */
MUST_CHECK enum errk sync_run(struct session *s, const struct flow *f, const struct sync_options *o,
			      struct sync_summary *out, struct err *e);

/* The process's exit status for a run (0, 1, 69, 75, 78) and for an error outside of one. */
int sync_exit_status(const struct sync_summary *s);
int err_exit_status(enum errk kind);
struct exit_row {
	int status;
	const char *name, *meaning, *remedy;
};
extern const struct exit_row exit_table[]; /* for --help and the manual; ended by name NULL */

/*
 * The one line that ends a run: "orders export → csv: 12 created, 1 updated, 2 parked; 14
 * requests, 3.1 s".
 */
const char *sync_summary_text(const struct sync_summary *s, struct arena *a);
/* The same as a JSON object, for --json and the JSON log. Owned by the caller. */
cJSON *sync_summary_json(const struct sync_summary *s);

/*
 * `erpsync check`: configuration, mappings, credentials, scopes, both ends, without writing.
 * E_OK when the look was possible; *bad = findings that would stop or park records.
 */
MUST_CHECK enum errk sync_check(struct session *s, const struct check_sink *sink, int *bad,
				struct err *e);

/*
 * The systems that the configuration names now are those that the state file knows, at other addresses: a person
 * says so. The next run notes who they are.
 */
MUST_CHECK enum errk sync_moved(struct state *s, struct err *e);

#endif
