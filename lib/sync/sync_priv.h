#ifndef ERPSYNC_SYNC_SYNC_PRIV_H
#define ERPSYNC_SYNC_SYNC_PRIV_H

#include "base/clock.h"
#include "base/hash.h"
#include "state/delivered.h"
#include "state/queue.h"
#include "sync/notice.h"
#include "sync/demand.h"
#include "sync/sync.h"

/* Shared inside lib/sync. */

struct token_store session_tokens(struct session *s);
struct connector_state session_connector_state(struct session *s);
const char *session_shipped_mappings(void);
/* The state file's own path, also of the copy that a dry run works on. */
const char *session_plain_path(const char *state, struct arena *a);

/* One run under way. */
struct sync {
	struct session *session;
	const struct flow *flow;
	const struct sync_options *options;
	struct state *state;
	const char *key;               /* the flow with its target, as the state file knows it */
	const char *to_type, *to_path; /* --to csv:DIR; NULL = as configured */
	struct connector *source, *target;
	const struct source *from; /* what it reads of the one … */
	const struct sink *to;     /* … and writes to the other */
	bool paging;               /* between two pages of it */
	bool source_failed;        /* busy or refused: what waits is delivered all the same */
	struct err doubt; /* why a batch of an earlier run is still in doubt; the rest goes on */
	/* As whom this state file writes to the target; NULL = it keeps no history. */
	const char *writer;
	bool again, anew;   /* see pull_request */
	const char *choice; /* choice.h, as of this run */
	/* What is read, by creation: of the configuration, or of a window that a person named. */
	struct sync_bound {
		int64_t at;      /* seconds; 0 = none */
		const char *day; /* see pull_request */
	} since, until;
	bool pull_first;         /* what waits may be older than what the target has */
	bool known[SIDE_COUNT_]; /* who they are, see identity.c */
	struct mapper *mapper;
	char mapping[HASH_HEX_SIZE]; /* its fingerprint */
	int64_t asked;               /* sync_count_asked's */
	int spent;                   /* documents in a row that took all of the mapping's budget */
	bool first_mapping,
		mapping_changed; /* none is known of earlier; another one was in force */
	int64_t mapped_before;   /* rows of the queue up to this one may have been put by that */
	char settings[HASH_HEX_SIZE]; /* the same of what the configuration says */
	bool first_settings, settings_changed;
	struct notices notices;
	struct demand *demand; /* for stock; else NULL */
	bool just_made; /* stock: the store got articles a moment ago, and may not show them yet */
	struct differing {
		struct arena *mem;
		const char *key;        /* of the put that they will be; NULL = none is begun */
		struct batch_row **row; /* marked sending under the key */
		size_t n, cap;
	} differing[2];           /* new, delivered before */
	struct arena *page;       /* reset after each unit of work */
	struct arena *scratch;    /* reset after each record */
	struct arena *cursors[2]; /* the cursor in use, and the next one */
	int turn;
	struct sync_summary *sum;
	int64_t started_ms;
	struct http_stats before; /* what earlier runs of this session have sent */
	int64_t keep_payloads;    /* seconds */
	bool keep_documents;      /* of records of this flow, that long */
	int64_t keep_journal;     /* seconds */
	bool server_heard;        /* by an earlier run: it said what time it is */
	int64_t tries, wait_ms, max_wait_ms;
	int64_t max_age; /* seconds; 0 = the flow has no such limit */
	size_t batch;    /* records of one put */
	/* Heads in the page's arena: known, waiting, and said again by the source. */
	struct record *confirmed;
	size_t n_confirmed, cap_confirmed;
	int64_t list_ns; /* of the page that is stored, as page.list_ns */
	int64_t arrived,
		shipped; /* records that are new to the target; of these what the source has shipped of */
	const char **only; /* ids that --only named, once they are pulled */
	size_t n_only;
	const char **unjudged; /* see claim_list_unjudged; as of the beginning of the run */
	size_t n_unjudged;
};

/* check.c: a run would not take it up: it was delivered as it is, dropped, or never asked for. */
bool sync_is_over(const struct session *s, const struct flow *f, const struct record *rec);

/* sync.c: what a run has open; session, flow, options, key and sum are set before. */
void sync_prepare(struct sync *r, struct session *s);
MUST_CHECK enum errk sync_parse_to(struct sync *r, struct err *e); /* only with --to */
MUST_CHECK enum errk sync_open_target(struct sync *r, struct err *e);
MUST_CHECK enum errk sync_open_source(struct sync *r, struct err *e);
void sync_close(struct sync *r);

/*
 * days.c: the bound's `at` is the midnight UTC of a day, as it was typed (NULL: it is none): where that day begins at
 * the shop. end: of what is read.
 */
MUST_CHECK enum errk sync_bound(struct sync *r, const char *day, bool end, struct sync_bound *out,
				struct err *e);
/* As put_batch.today. */
MUST_CHECK enum errk sync_today(void *ctx, char day[CLOCK_DAY_SIZE], struct err *e);

/*
 * arrival.c: what the target never had, and the source has shipped of. *left: it stays out, by [section] fulfilled; or it
 * gets a problem. named: a person asks for it all the same. The dry run tells how many there are.
 */
MUST_CHECK enum errk arrival_judge(struct sync *r, struct record *rec, bool named, bool *left,
				   struct err *e);
void arrival_tell(struct sync *r);
/*
 * The same of what the store holds back, [section] on_hold: the row keeps its document, whose units are counted as sold, and
 * waits until its source has been asked again. arrival_still_held: rows of which the page says that they are held as they
 * were wait on, without a word; these rows and their records are taken out. arrival_wait: the source can't say it now; where
 * nothing is held back any more, it goes with the document that it has. arrival_held_again: does rec say that it is held as it
 * was? Then it waits on in the same way.
 */
bool arrival_holds_back(const struct sync *r);
bool arrival_waits(const struct sync *r, const struct batch_row *b);
MUST_CHECK enum errk arrival_record_held(struct sync *r, struct batch_row *b, struct err *e);
MUST_CHECK enum errk arrival_wait(struct sync *r, const struct queue_row *row, struct err *e);
MUST_CHECK enum errk arrival_held_again(struct sync *r, const struct record *rec, bool *waits,
					struct err *e);
MUST_CHECK enum errk arrival_still_held(struct sync *r, struct queue_row *row, size_t *n,
					struct page *page, struct err *e);

/*
 * relative.c: of a flow whose records belong to others: what this one belongs to, into b->put.owner, or b->missing where the
 * target does not have it. payload: its document, in the arena that is named there.
 */
MUST_CHECK enum errk relative_find(struct sync *r, struct batch_row *b, const char *payload,
				   struct err *e);
/* Another run has delivered it since relative_find looked: asked in the transaction that lets the row wait for it. */
MUST_CHECK enum errk relative_came(struct sync *r, const struct batch_row *b, bool *came,
				   struct err *e);
/*
 * Missing: why, into b->put.err, and how long it still waits for that; 0 = it has waited for [section] wait_for_<kind>, and is to
 * be parked. Its row is noted as waiting for it.
 */
MUST_CHECK enum errk relative_judge(struct sync *r, struct batch_row *b, int64_t *seconds,
				    struct err *e);
/* It was interrupted, and what it belongs to is not there now: whether it landed is looked for, and no more. */
MUST_CHECK enum errk relative_look_only(struct sync *r, struct batch_row *b, struct err *e);

/* So many wait on, of which the source alone was asked: they take nothing off --limit. */
void sync_count_asked(struct sync *r, size_t n);

/* The flow that brings what records of this one belong to to the same target, as the state file knows it: "orders export > csv:/srv/out". */
const char *relative_key(const struct sync *r, struct arena *a);

/*
 * asking.c: what a source may ask of what the target was told, whichever way it is called: of r flow, key and state are looked at.
 */
struct pull_request sync_asking(struct sync *r);
/* Asks the source for what goes by these names or ids; it must be open. What it does not find is among the page as "not_found". */
MUST_CHECK enum errk sync_ask_named(struct sync *r, const char *const *who, size_t n,
				    struct arena *a, struct page *page, struct err *e);

/* pull.c: source ▶ queue. */
MUST_CHECK enum errk sync_pull_only(struct sync *r, struct err *e);
/*
 * Stock that orders of another article of the store have moved, see demand_shared; and stock that had left its article
 * to another record, which is there no longer. A source that can't be asked now (*later: why) is asked by the next run.
 */
MUST_CHECK enum errk sync_pull_shared(struct sync *r, struct err *later, struct err *e);
/*
 * What is due and has no document (parked for an answer that could not be read, or purged since, and set to
 * be tried again) is fetched by its id; the checkpoint stays. Some of it; *more = there is more. held: the same of what is
 * on hold. due: as of when; what was asked for is due then no longer, so that calls with one time come to an end.
 */
MUST_CHECK enum errk sync_fetch_again(struct sync *r, bool held, int64_t due, bool *more,
				      struct err *e);
/* How much of what waited its source has no longer; which: ", and never went over", or "". */
void sync_tell_closed(struct sync *r, int64_t closed, const char *which, const char *first);
/* One page; *more = there is another. */
MUST_CHECK enum errk sync_pull_page(struct sync *r, const char **cursor, bool *more, struct err *e);

/*
 * merge.c: what was said before and is still to go over goes with it, but for what is said otherwise now. *doc: what is to be
 * stored of rec.
 */
MUST_CHECK enum errk sync_merge_waiting(struct sync *r, const struct record *rec, const char **doc,
					struct err *e);

/*
 * older.c: a record of a file that is older than what is known of it takes nothing back. *left: nothing is to be stored of it;
 * else it may be a problem now.
 */
MUST_CHECK enum errk older_leave(struct sync *r, struct record *rec, bool *left, struct err *e);
/* The same of what was asked for by name: it is a problem. */
MUST_CHECK enum errk older_refuse_named(struct sync *r, struct record *rec, struct err *e);
/* A file that was written after this is known to have said it; 0 = no file is. */
MUST_CHECK enum errk older_knows_newer(struct sync *r, const char *record, int64_t written_ns,
				       bool *newer, struct err *e);

/* page.c: what is twice in a page goes, what is too long for a list is cut or parked, and without an
 * id it is no page (E_BUSY). */
MUST_CHECK enum errk sync_tidy_page(enum record_kind kind, struct page *page, struct arena *a,
				    struct err *e);

/* deliver.c: queue ▶ mapping ▶ target. */
/*
 * Puts what an earlier run left in `sending` once more, with `unsure`; where the target compares,
 * after the pull, and without those of which a newer version waits.
 */
MUST_CHECK enum errk sync_recover(struct sync *r, struct err *e);
/* What is `sending` waits again: a target that finds by our reference needs no repetition. */
MUST_CHECK enum errk sync_put_back_sending(struct sync *r, struct err *e);
/* Delivers what is due, while a whole batch is waiting, or (flush) to the last record. */
MUST_CHECK enum errk sync_deliver(struct sync *r, bool flush, struct err *e);
/* How a batch is put. */
struct put_how {
	const char *key;
	bool unsure, update, look_only;
};
/* put.c */
/* It finds by our reference what is there, or compares: what is put once more is not there twice. */
bool sync_finds(const struct sync *r);
/*
 * Puts rows that are marked `sending` under this key, and writes down what came of it; of those that
 * were only looked at and differ, nothing.
 */
MUST_CHECK enum errk sync_put_rows(struct sync *r, struct batch_row *const *rows, size_t n,
				   const struct put_how *how, struct err *e);
/* rivals.c: put_batch.rivals; ctx: the rows of the batch. */
struct put_rows {
	struct sync *r;
	struct batch_row *const *row;
	size_t n;
};
MUST_CHECK enum errk sync_rivals(void *ctx, struct rival_request *request, size_t n,
				 struct arena *a, struct rival **out, size_t *n_out, struct err *e);
/* Two records of this flow may be one article of the target: see put_claim. */
bool sync_has_claims(const struct sync *r);
/* What became of what an item claims, in the transaction of its outcome. */
MUST_CHECK enum errk sync_remember_claims(struct sync *r, const struct put_item *item,
					  struct err *e);
/* It can't be mapped: whatever it is by now, nothing is written for it. */
MUST_CHECK enum errk sync_forget_refused(struct sync *r, const char *record, struct err *e);
/* What was parked for another's sake is tried again where that is over. */
MUST_CHECK enum errk sync_release_rivals(struct sync *r, struct err *e);
/* They were never put: they wait again, and neither attempt nor history counts it. */
MUST_CHECK enum errk sync_put_back(struct sync *r, struct batch_row *const *rows, size_t n,
				   const struct err *why, struct err *e);

/*
 * differing.c: where much is compared with the target and little differs (--full, a first run), batches
 * are looked at only, and what differs is kept until it makes a batch of its own: else each
 * batch would take a write for the few that it has.
 */
bool sync_looks_first(const struct sync *r, size_t n, bool update); /* n: rows taken at once */
/* Under which rows are to be marked `sending` that are looked at first. */
const char *sync_differing_key(struct sync *r, bool update);
/* Looks at rows, keeps those that differ, and puts them once they are a batch. */
MUST_CHECK enum errk sync_look(struct sync *r, struct batch_row *const *rows, size_t n, bool update,
			       struct err *e);
/* Puts what was differing; *any = there was something. */
MUST_CHECK enum errk sync_put_differing(struct sync *r, bool *any, struct err *e);
/* The run ends: what differs and was not put waits again. */
MUST_CHECK enum errk sync_return_differing(struct sync *r, struct err *e);
void sync_forget_differing(struct sync *r);

/*
 * foreign.c: what a connector brings from the other side is kept and shown without secrets, mail
 * addresses and telephone numbers, and without the personal values of the records it is about.
 */
const char *foreign_text(const char *text, struct arena *a); /* NULL stays NULL */
/* What is said while these rows are put, or of them (NULL = none): the names of their articles stay, in quotes. */
const char *foreign_notice(const char *text, const struct put_rows *rows, struct arena *a);
/* What a mapping of the merchant says may quote the document. */
void foreign_mapping(enum record_kind kind, const char *doc, struct arena *a, struct err *e);
void foreign_outcome(struct sync *r, struct batch_row *const *rows, size_t n, enum errk rc,
		     struct err *why);
/* The text of a later answer, in place; held: the records of the document that it answers. */
MUST_CHECK enum errk foreign_answer(struct sync *r, struct acknowledgement *s,
				    const struct delivered *held, size_t n, struct err *e);
/* What a pull returned: its error, or the problems of the page's records. Returns rc. */
enum errk foreign_pulled(struct sync *r, enum errk rc, struct page *page, struct err *e);
/*
 * identity.c: are the two ends those that the state file knows? E_LOCAL "other_store", "other_erp" or "shop_renamed" if not.
 * Both by what the configuration says, with --full by what the target says of itself …
 */
MUST_CHECK enum errk sync_know_ends(struct sync *r, struct err *e);
/* … and before the first put, or pull, by what that end says. Errors as theirs. */
MUST_CHECK enum errk sync_know_target(struct sync *r, struct err *e);
MUST_CHECK enum errk sync_know_source(struct sync *r, struct err *e);
/* The same for `check`: asks, and keeps nothing. why: E_OK = it is. */
MUST_CHECK enum errk sync_find_other(struct state *s, const struct flow *f, enum side side,
				     struct connector *c, struct arena *a, struct err *why,
				     struct err *e);
/* history.c: does the target prove writes that the state file knows nothing of? */
struct behind {
	bool is; /* it does; why: E_LOCAL "state_behind" with what to do */
	struct err why;
	struct history history;
};
/* Asks the target of a flow; key: the flow with its target. Nothing is written to it. */
MUST_CHECK enum errk sync_find_behind(struct state *s, const char *key, const struct flow *f,
				      struct connector *target, struct arena *a, struct behind *out,
				      struct err *e);
/* Refuses a run whose state file is behind; fills writer and pull_first. */
MUST_CHECK enum errk sync_check_history(struct sync *r, struct err *e);
/* What the target counts is counted here too: everything that is there now is known, and others write there no more. */
MUST_CHECK enum errk sync_claim_history(struct state *s, const char *key, const struct flow *f,
					struct connector *target, struct arena *a, struct err *e);
/* A batch is about to be put to a target that counts: fills `last`. */
MUST_CHECK enum errk sync_known_numbers(struct sync *r, struct put_batch *batch, struct err *e);
/* A batch was put: in the transaction of its outcome. */
MUST_CHECK enum errk sync_remember_written(struct sync *r, const struct put_batch *batch,
					   struct err *e);
/* All that the source has was pulled. */
MUST_CHECK enum errk sync_all_pulled(struct sync *r, struct err *e);

/* Later answers of the target. */
MUST_CHECK enum errk sync_acknowledge(struct sync *r, struct err *e);
/* What is said of one to a document that this state file has not written (delivered_known), and what to do. */
extern const char sync_unknown_answer[], sync_unknown_answer_remedy[];
/* mapping_change.c: have the mapping or the settings changed since the last run? */
MUST_CHECK enum errk sync_remember_mapping(struct sync *r, struct err *e);
/* What was parked for a mapping reason is due again if so. */
MUST_CHECK enum errk sync_release_mapped(struct sync *r, struct err *e);
/* The store has got articles, in the transaction that says so: stock that missed them … */
MUST_CHECK enum errk sync_remember_made(struct sync *r, struct err *e);
/* Stock of an article that the store does not know: is it too early to say so? */
bool sync_may_show_yet(const struct sync *r, const struct queue_row *row);
/* … is tried again. */
MUST_CHECK enum errk sync_release_made(struct sync *r, struct err *e);

/* batch.c: one batch of rows on its way. */
struct batch_row {
	struct queue_row row;
	struct put_item put;    /* its document, and what became of it */
	const char *known_kept; /* put.kept as it stands in the state file */
	bool update, unchanged;
	bool repeated;      /* neither version nor document is another than at the last delivery */
	int64_t adopted_at; /* when the target made an adopted one; 0 = it is none */
	bool baseline; /* adopted, and not newer than what the target has: nothing is written */
	bool unmapped; /* the mapping refuses it */
	bool on_hold;  /* the store holds it back */
	struct owner {
		const char *record, *label;
	} * missing; /* what it belongs to, and the target does not have; NULL = nothing is missing */
	const char
		*booking; /* of an order that the ERP is told: demand_booking of now; NULL = none */
	const char *at_fault; /* as in sync_record */
};
MUST_CHECK enum errk batch_map(struct sync *r, struct batch_row *b, struct err *e);
/*
 * The same for a document that stands in no row, or not yet: only what the link knows of it. E_RECORD:
 * it can't be mapped.
 */
MUST_CHECK enum errk batch_compare(struct sync *r, struct batch_row *b, const char *payload,
				   size_t len, struct err *e);
/*
 * Its document is about to be put, and what it takes is kept until it is known what became of it. before: of documents
 * that were put earlier and may have landed, as in queue_row.booked; NULL = none may.
 */
MUST_CHECK enum errk batch_book(struct sync *r, struct batch_row *b, const char *before,
				struct err *e);
/*
 * Its document is not kept. Fills e (E_RECORD) with that, with what the source says of it now (NULL = it was
 * not asked), and with what it was parked for.
 */
enum errk batch_no_payload(const struct sync *r, const struct queue_row *row,
			   const struct err *said, struct err *e);
/* Writes what became of a row into the open transaction, and counts and shows it. */
MUST_CHECK enum errk batch_record_parked(struct sync *r, struct batch_row *b, struct err *e);
/* A person took it out of the queue while it was under way: it is looked for, and not put again … */
bool batch_is_dropped(const struct batch_row *b);
void batch_look_only(struct batch_row *b);
/* … and it has not landed. */
MUST_CHECK enum errk batch_record_dropped(struct sync *r, struct batch_row *b, struct err *e);
MUST_CHECK enum errk batch_record_later(struct sync *r, struct batch_row *b, struct err *e);
/* So long, whatever the number of its tries. */
MUST_CHECK enum errk batch_wait(struct sync *r, struct batch_row *b, int64_t seconds,
				struct err *e);
/* Still in doubt after a look; last: no further one is made. */
MUST_CHECK enum errk batch_record_doubt(struct sync *r, struct batch_row *b, bool last,
					struct err *e);
MUST_CHECK enum errk batch_record_unchanged(struct sync *r, struct batch_row *b, struct err *e);
/* What this flow delivers is noted as told to the ERP, see state/reported.h. */
bool sync_tells_orders(const struct sync *r);
MUST_CHECK enum errk batch_record_delivered(struct sync *r, struct batch_row *b, struct err *e);

/* report.c */
/* The clock of a server that is far from ours, said in a sentence; NULL = none was. */
const char *sync_clock_off(const struct http *h, struct arena *a);
#define SYNC_CLOCK_REMEDY \
	"set the one that is wrong (timedatectl): what has changed since the last run is found by them"
/* The same of one that never comes into the queue, because of a rule. */
void sync_leave_out(struct sync *r, const char *record, const char *label, const char *why);
void sync_count(struct sync *r, const struct batch_row *b, enum sync_outcome outcome,
		const struct target *target);
MUST_CHECK enum errk sync_journal(struct sync *r, const char *record, const char *label,
				  const char *action, const char *outcome, const char *detail,
				  struct err *e);
void sync_measure(struct sync *r);
void sync_progress(struct sync *r);

#endif
