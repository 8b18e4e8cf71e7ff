#include <string.h>

#include "base/clock.h"
#include "base/step.h"
#include "base/str.h"
#include "base/shell_word.h"
#include "state/checkpoint.h"
#include "state/claim.h"
#include "state/delivered.h"
#include "state/link.h"
#include "state/run.h"
#include "state/written.h"
#include "sync/sync_priv.h"

/* What the source says at all: at read_at, else now. */
static int64_t read_at(const struct record *rec)
{
	return rec->read_at ? rec->read_at : clock_now();
}

/* Written with the page: a transaction for each would cost one write of the disk each. */
static void remember_confirmed(struct sync *r, const struct record *head)
{
	if (r->n_confirmed == r->cap_confirmed) {
		size_t cap = r->cap_confirmed ? r->cap_confirmed * 2 : 64;
		struct record *larger = arena_array(r->page, cap, sizeof(*larger));
		if (r->n_confirmed)
			memcpy(larger, r->confirmed, r->n_confirmed * sizeof(*larger));
		r->confirmed = larger;
		r->cap_confirmed = cap;
	}
	r->confirmed[r->n_confirmed++] = *head;
}

static enum errk knows(void *ctx, const struct record *head, bool *known, struct err *e)
{
	struct sync *r = ctx;
	bool waits = false;
	enum errk rc = queue_knows(r->state, r->key, head->id, head->version, known, &waits, e);
	if (rc == E_OK && *known && ((waits && r->max_age) || head->written_ns))
		remember_confirmed(r, head);
	return rc;
}

static enum errk confirm(struct sync *r, const struct record *rec, struct err *e)
{
	enum errk rc = E_OK;
	/* What could not be read, or stands in two files, is none's: the next that says it is not held against it. */
	const char *file = rec->problem ? NULL : rec->file;
	/* What a list says of each record is remembered of the list, once. */
	if (rec->written_ns > r->list_ns)
		rc = written_set(r->state, r->key, rec->id, !r->from->keeps_times,
				 &(struct written){rec->written_ns, file}, e);
	return rc == E_OK && r->max_age ? queue_confirm(r->state, r->key, rec->id, rec->version,
							read_at(rec), clock_now(), e)
					: rc;
}

/*
 * A newer version of what is parked: that of a person's correction is news if it is parked too. A fault of
 * the source has one code for many reasons, and its version tells them apart; figures that change all the
 * time do not make it another one.
 */
static enum errk remember_correction(struct sync *r, const struct record *rec,
				     enum queue_put_result result, struct err *e)
{
	int64_t id;
	if (result == QUEUE_PUT_REPEATED ||
	    !(r->flow->versions_are_news || (rec->problem && !r->flow->brief)))
		return E_OK;
	enum errk rc = queue_waiting(r->state, r->key, rec->id, &id, e);
	return rc == E_OK && id ? queue_forget_parked_as(r->state, id, e) : rc;
}

/* A record that the source could not make a document of is parked at once, with the reason. */
static enum errk park_problem(struct sync *r, const struct record *rec, struct err *e)
{
	int64_t id;
	enum errk rc = queue_waiting(r->state, r->key, rec->id, &id, e);
	if (rc != E_OK || !id)
		return rc;
	struct batch_row b = {.row = {.id = id, .record = rec->id, .label = rec->label},
			      .put.err = *rec->problem,
			      .at_fault = str_equal(rec->problem->code, "late_file") ? rec->file
										     : NULL};
	return batch_record_parked(r, &b, e);
}

/* What --full reads once more is no event, and of a flow that is brief only the outcome is. */
static enum errk remember_pulled(struct sync *r, const struct record *rec,
				 enum queue_put_result result, enum queue_put_mode mode,
				 struct err *e)
{
	if (r->flow->brief ||
	    (result == QUEUE_PUT_REPEATED && (mode == QUEUE_PUT_AGAIN || mode == QUEUE_PUT_ANEW)))
		return E_OK;
	return sync_journal(r, rec->id, rec->label, "pulled",
			    result == QUEUE_PUT_NEW        ? "new"
			    : result == QUEUE_PUT_REPEATED ? "again"
							   : "newer version",
			    rec->version, e);
}

/*
 * --full reads all that there is, and most of it is as it was delivered: that is seen before it is
 * stored, so that nothing is written for it, here or there. Where the target is to be asked what it has,
 * it goes the long way.
 */
static enum errk is_unchanged(struct sync *r, const struct record *rec, bool *unchanged,
			      struct err *e)
{
	bool known = false, waits = false;
	struct err ignored;
	*unchanged = false;
	if (r->flow->reconciles || rec->problem || !rec->doc)
		return E_OK;
	enum errk rc = queue_knows(r->state, r->key, rec->id, rec->version, &known, &waits, e);
	if (rc != E_OK || !known || waits)
		return rc;
	struct batch_row b = {
		.row = {.record = rec->id, .label = rec->label, .version = rec->version}};
	rc = batch_compare(r, &b, rec->doc, rec->doc_len, &ignored);
	/* What can't be mapped is parked with its reason where everything is. */
	if (rc != E_OK || !b.unchanged || !b.repeated)
		return rc == E_LOCAL ? (*e = ignored, rc) : E_OK;
	r->sum->pulled++;
	sync_count(r, &b, SYNC_UNCHANGED, &b.put.target);
	*unchanged = true;
	return confirm(r, rec, e);
}

/* By its id, or the number that ends it: a person who gives the name alone may mean either record of that name. */
static bool is_named_by_id(const struct sync *r, const struct record *rec)
{
	const char *slash = strrchr(rec->id, '/'), *name = rec->label + (*rec->label == '#');
	for (size_t i = 0; i < r->options->n_only; i++) {
		const char *who = r->options->only[i];
		if (strcmp(who, rec->id) == 0 ||
		    (slash && strcmp(who, slash + 1) == 0 && strcmp(who, name) != 0))
			return true;
	}
	return false;
}

/* Under a name that another record has already, what is new would be written a second time. */
static enum errk check_namesake(struct sync *r, struct record *rec, struct err *e)
{
	const char *other = NULL;
	if (rec->problem || !rec->remedy_of_namesake || is_named_by_id(r, rec))
		return E_OK;
	enum errk rc = link_namesake(r->state, r->key, rec->id, rec->label, r->page, &other, e);
	if (rc != E_OK || !other)
		return rc;
	struct err *why = arena_alloc(r->page, sizeof(*why));
	err_set(why, E_RECORD, "known_under_other_id",
		"%s is known as %s, and comes as %s now, which would write it a second time; %s; "
		"to leave it out: erpsync queue drop --for-good %s; if it is another one of that "
		"name: erpsync %s %s --only %s",
		rec->label, other, rec->id, rec->remedy_of_namesake, shell_word(rec->id, r->page),
		r->flow->noun, r->flow->verb, shell_word(rec->id, r->page));
	rec->problem = why;
	rec->doc = NULL;
	rec->doc_len = 0;
	return E_OK;
}

static enum errk store_record(struct sync *r, const struct record *rec, const char *origin,
			      enum queue_put_mode mode, struct err *e)
{
	enum queue_put_result result;
	int64_t now = clock_now();
	bool unchanged = false, refused = false, held = false;
	enum errk rc = mode == QUEUE_PUT_AGAIN ? is_unchanged(r, rec, &unchanged, e) : E_OK;
	if (rc == E_OK && mode == QUEUE_PUT_AGAIN && !unchanged)
		rc = arrival_held_again(r, rec, &held, e);
	if (rc != E_OK || unchanged || held)
		return rc;
	/* Named before its refusal was known: a person must see that first, or it may be there twice. */
	if (strcmp(origin, "pull") != 0 && r->sum->rejected)
		rc = delivered_refused_in(r->state, r->key, rec->id, r->sum->run, &refused, e);
	const char *doc = NULL;
	if (rc != E_OK || refused)
		return rc;
	rc = sync_merge_waiting(r, rec, &doc, e);
	if (rc != E_OK)
		return rc;
	rc = queue_put(r->state,
		       &(struct queue_row){.flow = r->key,
					   .record = rec->id,
					   .label = rec->label,
					   .version = rec->version,
					   .payload = doc,
					   .origin = origin},
		       mode, now, &result, e);
	if (rc == E_OK)
		rc = confirm(r, rec, e);
	if (rc != E_OK)
		return rc;
	if (result == QUEUE_PUT_KNOWN) {
		r->sum->known++;
		return E_OK;
	}
	r->sum->pulled++;
	rc = remember_pulled(r, rec, result, mode, e);
	if (rc == E_OK)
		rc = remember_correction(r, rec, result, e);
	return rc == E_OK && rec->problem ? park_problem(r, rec, e) : rc;
}

/* With the choice that it was read with; reading anew has begun from here on, and may take more runs. */
static enum errk move_checkpoint(struct sync *r, const char *cursor, struct err *e)
{
	int64_t now = clock_now();
	enum errk rc = checkpoint_set(r->state, r->key, cursor, now, e);
	if (rc == E_OK && r->choice)
		rc = checkpoint_choose(r->state, r->key, r->choice, now, e);
	return rc == E_OK && r->anew ? checkpoint_reopen(r->state, r->key, e) : rc;
}

/* What is neither here nor there any more is nobody's business; a person who knows it as parked is told. */
static enum errk close_unlisted(struct sync *r, const struct page *page, int64_t *closed,
				const char **first, struct err *e)
{
	enum errk rc = E_OK;
	for (size_t i = 0; i < page->n_unlisted && rc == E_OK; i++) {
		int64_t n = 0;
		bool newer;
		rc = older_knows_newer(r, page->unlisted[i], page->list_ns, &newer, e);
		if (rc == E_OK && !newer)
			rc = queue_close(r->state, r->key, page->unlisted[i], clock_now(), &n, e);
		if (rc == E_OK && n && !*closed)
			*first = page->unlisted[i];
		*closed += rc == E_OK ? n : 0;
	}
	return rc;
}

void sync_tell_closed(struct sync *r, int64_t closed, const char *which, const char *first)
{
	struct batch_row b = {.row = {.record = first, .label = first}}, *row = &b;
	if (!closed)
		return;
	r->notices.at_hand = &(struct put_rows){r, &row, 1};
	notice_say(&r->notices, NULL,
		   arena_printf(r->session->arena,
				"%lld that waited or %s parked%s, the %s lists no longer: "
				"closed (the first: '%s')",
				(long long)closed, closed == 1 ? "was" : "were", which,
				r->flow->from == SIDE_ERP ? "ERP" : "store", first));
	r->notices.at_hand = NULL;
}

/* What of the state file a page is the end of, beside its records. */
enum page_ends { ENDS_NOTHING, ENDS_CHECKPOINT, ENDS_SHARED };

/* The records of a page and what it is the end of: all or nothing. */
static enum errk store_page(struct sync *r, const struct page *page, const char *origin,
			    enum queue_put_mode mode, enum page_ends ends, struct err *e)
{
	STEP("page read");
	int64_t closed = 0;
	const char *first = NULL;
	r->list_ns = page->list_ns;
	enum errk rc = state_begin(r->state, e);
	if (rc == E_OK && page->list_ns)
		rc = written_set(r->state, r->key, WRITTEN_ALL, !r->from->keeps_times,
				 &(struct written){page->list_ns, page->list}, e);
	for (size_t i = 0; i < page->n_gone && rc == E_OK; i++)
		rc = queue_resolve(r->state, r->key, page->gone[i], clock_now(), e);
	if (rc == E_OK)
		rc = close_unlisted(r, page, &closed, &first, e);
	for (size_t i = 0; i < page->n && rc == E_OK; i++) {
		bool left = false;
		rc = check_namesake(r, &page->rec[i], e);
		if (rc == E_OK)
			rc = older_leave(r, &page->rec[i], &left, e);
		if (rc == E_OK && !left)
			rc = arrival_judge(r, &page->rec[i], strcmp(origin, "only") == 0, &left, e);
		if (rc == E_OK && !left)
			rc = store_record(r, &page->rec[i], origin, mode, e);
	}
	for (size_t i = 0; i < r->n_confirmed && rc == E_OK; i++)
		rc = confirm(r, &r->confirmed[i], e);
	if (rc == E_OK && ends == ENDS_CHECKPOINT && page->cursor)
		rc = move_checkpoint(r, page->cursor, e);
	if (rc == E_OK && ends == ENDS_SHARED)
		rc = checkpoint_set_shared_due(r->state, r->key, false, e);
	rc = state_end(r->state, rc, e);
	if (rc == E_OK)
		sync_tell_closed(r, closed, ", and never went over", first);
	return rc;
}

/* Two arenas in turn: the new one is filled while the old one may still be read. */
static const char *keep_cursor(struct sync *r, const char *cursor)
{
	struct arena *a = r->cursors[r->turn ^= 1];
	arena_reset(a);
	return arena_strdup(a, cursor);
}

enum errk sync_pull_page(struct sync *r, const char **cursor, bool *more, struct err *e)
{
	const struct sync_options *o = r->options;
	const struct flow *f = r->flow;
	const struct conf *c = r->session->conf;
	bool window = o->since || o->until;
	struct pull_request req = sync_asking(r);
	req.cursor = *cursor;
	req.since = r->since.at;
	req.until = r->until.at;
	req.since_day = r->since.day;
	req.until_day = r->until.day;
	req.window = window;
	req.full = o->full;
	req.again = r->again;
	req.anew = r->anew;
	req.include_test = f->chosen_by && conf_bool(c, f->chosen_by, "include_test");
	req.max_age = r->max_age;
	req.limit = r->pull_first ? 0 : o->limit;
	req.knows = knows;
	struct page page = {0};
	arena_reset(r->page);
	r->n_confirmed = r->cap_confirmed = 0;
	enum errk rc = sync_know_source(r, e);
	/* Only whole pages are kept: a run that is too short for one would never get any further. */
	http_finish(r->session->http, true);
	if (rc == E_OK)
		rc = r->from->pull(r->source, &req, r->page, &page, e);
	http_finish(r->session->http, false);
	rc = foreign_pulled(r, rc, &page, e);
	if (rc == E_OK)
		rc = sync_tidy_page(r->flow->kind, &page, r->page, e);
	if (rc == E_OK)
		rc = store_page(r, &page, "pull", o->full ? QUEUE_PUT_AGAIN : QUEUE_PUT_NEWS,
				window || o->full ? ENDS_NOTHING : ENDS_CHECKPOINT, e);
	if (rc != E_OK)
		return rc;
	r->anew = false;
	r->sum->known += (int64_t)page.known;
	for (size_t i = 0; i < page.n_left_out; i++)
		sync_leave_out(r, page.left_out[i].id, page.left_out[i].label,
			       page.left_out[i].why);
	r->sum->young += (int64_t)page.young;
	r->sum->expected = page.expected;
	*more = page.more;
	/* The page's memory goes at the next page; the cursor must outlive it. */
	if (page.cursor)
		*cursor = keep_cursor(r, page.cursor);
	sync_progress(r);
	return E_OK;
}

static enum errk fetch_named(struct sync *r, const char *const *who, size_t n, struct page *page,
			     struct err *e)
{
	r->n_confirmed = r->cap_confirmed = 0;
	enum errk rc = sync_know_source(r, e);
	if (rc == E_OK)
		rc = sync_ask_named(r, who, n, r->page, page, e);
	rc = foreign_pulled(r, rc, page, e);
	if (rc == E_OK)
		rc = sync_tidy_page(r->flow->kind, page, r->page, e);
	for (size_t i = 0; i < page->n && rc == E_OK; i++)
		rc = older_refuse_named(r, &page->rec[i], e);
	return rc;
}

static bool is_missing(const struct record *rec)
{
	return rec->problem && (strcmp(rec->problem->code, "not_found") == 0 ||
				strcmp(rec->problem->code, "late_file") == 0);
}

/* Moves what is missing behind what was found; returns how many were. */
static size_t found_first(struct page *page)
{
	size_t found = 0;
	for (size_t i = 0; i < page->n; i++) {
		struct record rec = page->rec[i];
		if (is_missing(&rec))
			continue;
		page->rec[i] = page->rec[found];
		page->rec[found++] = rec;
	}
	return found;
}

/* What is on hold goes with the document that waits, where the source may have it all the same. */
static enum errk name_held(struct sync *r, const struct page *page, const struct record *rec,
			   const char **held, struct err *e)
{
	*held = NULL;
	if (!r->flow->arrives || (!page->partial && strcmp(rec->problem->code, "late_file") != 0))
		return E_OK;
	return queue_name_held(r->state, r->key, rec->id, clock_now(), r->session->arena, held, e);
}

enum errk sync_pull_only(struct sync *r, struct err *e)
{
	const struct sync_options *o = r->options;
	struct page page = {0};
	arena_reset(r->page);
	enum errk rc = fetch_named(r, o->only, o->n_only, &page, e);
	if (rc != E_OK)
		return rc;
	struct arena *keep = r->session->arena;
	size_t found = found_first(&page);
	r->only = arena_array(keep, page.n, sizeof(*r->only));
	for (; r->n_only < found; r->n_only++)
		r->only[r->n_only] = arena_strdup(keep, page.rec[r->n_only].id);
	for (size_t i = found; i < page.n; i++) {
		rc = name_held(r, &page, &page.rec[i], &r->only[r->n_only], e);
		if (rc != E_OK)
			return rc;
		if (r->only[r->n_only]) {
			r->n_only++;
			continue;
		}
		/* Nothing to keep in the queue: the person who named it is told. */
		struct batch_row b = {.row = {.record = page.rec[i].id, .label = page.rec[i].label},
				      .put.err = *page.rec[i].problem};
		sync_count(r, &b, SYNC_PARKED, NULL);
	}
	page.n = found;
	return store_page(r, &page, "only", QUEUE_PUT_NAMED, ENDS_NOTHING, e);
}

/* When the last run began that did all that was to be done: orders delivered before then were seen to by it. */
static enum errk last_whole_run(struct sync *r, int64_t *began, struct err *e)
{
	struct run *last;
	size_t n;
	*began = 0;
	/* This one stands there already. */
	enum errk rc = run_last(r->state, r->key, 2, r->page, &last, &n, e);
	if (rc == E_OK && n == 2 && str_equal(last[1].outcome, "done"))
		*began = last[1].started;
	return rc;
}

/*
 * In one transaction; whom it can't be told of stays in doubt. They are due from then on, and so are those that can't be
 * found now, for the next run may count this one as having seen to them.
 */
static enum errk find_shared(struct sync *r, const char ***who, size_t *n, struct err *e)
{
	struct demand_shared q = {.flow = r->key};
	enum errk rc = last_whole_run(r, &q.since, e);
	if (rc == E_OK)
		rc = checkpoint_shared_due(r->state, r->key, &q.all, e);
	if (rc != E_OK)
		return rc;
	rc = state_begin(r->state, e);
	if (rc == E_OK)
		rc = demand_shared(r->demand, &q, r->page, who, n, e);
	if (rc == E_OK && q.all != (*n || !q.known))
		rc = checkpoint_set_shared_due(r->state, r->key, !q.all, e);
	return state_end(r->state, rc, e);
}

/* All are stock that is to be compared, though nothing of it has changed at the source. */
static enum errk find_moved(struct sync *r, const char ***who, size_t *n, size_t *n_renamed,
			    struct err *e)
{
	enum { ASKED, SHARED, LEFT, SORTS };
	const char **of[SORTS] = {0};
	size_t count[SORTS] = {0};
	enum errk rc = E_OK;
	if (r->demand)
		rc = find_shared(r, &of[SHARED], &count[SHARED], e);
	if (rc == E_OK)
		rc = claim_doubt_left(r->state, r->key, r->page, &of[LEFT], &count[LEFT], e);
	if (rc == E_OK)
		rc = claim_list_asked(r->state, r->key, r->page, &of[ASKED], &count[ASKED], e);
	if (rc != E_OK)
		return rc;
	*who = arena_array(r->page, count[SHARED] + count[LEFT] + count[ASKED], sizeof(**who));
	for (int sort = 0; sort < SORTS; sort++)
		for (size_t i = 0; i < count[sort]; i++)
			(*who)[(*n)++] = of[sort][i];
	*n_renamed = count[ASKED];
	return E_OK;
}

/* Nobody says the figure of a SKU that is another article's by now: what stands there is that one's. */
static void set_unanswered(const struct err *said, struct err *why)
{
	err_set(why, E_RECORD, "no_figure",
		"its SKU was given to another article of the store, which may offer what that had, and "
		"its figure can't be had; have the ERP write it once more: %s",
		said->msg);
}

/* Told once, in whichever words: *n stays where it is parked so already. */
static enum errk park_renamed(struct sync *r, const char *who, const struct err *said,
			      struct record *to, size_t *n, struct err *e)
{
	struct queue_row row;
	enum errk rc = queue_waiting_row(r->state, r->key, who, r->page, &row, e);
	if (rc != E_OK ||
	    (row.id && row.state == QUEUE_PARKED && strcmp(row.version, CLAIM_UNANSWERED) == 0))
		return rc;
	struct err *why = arena_alloc(r->page, sizeof(*why));
	set_unanswered(said, why);
	to[(*n)++] = (struct record){.id = who,
				     .label = who,
				     .version = CLAIM_UNANSWERED,
				     .problem = why};
	return E_OK;
}

/*
 * What the source does not say now (a file of changes alone, one that is too old) is compared with its next figure; where that
 * may never come, and the store is wrong, a person is told. What keeps the source from saying anything is no answer.
 */
enum errk sync_pull_shared(struct sync *r, struct err *later, struct err *e)
{
	struct page page = {0};
	const char **who;
	int64_t closed; /* nothing of these waits */
	size_t n = 0, n_renamed = 0, kept = 0;
	struct err why;
	arena_reset(r->page);
	enum errk rc = r->flow->kind == KIND_STOCK ? find_moved(r, &who, &n, &n_renamed, e) : E_OK;
	if (rc != E_OK || !n)
		return rc;
	if (fetch_named(r, who, n, &page, &why) != E_OK) {
		if (!str_equal(why.code, FILE_TOO_OLD))
			return *later = why, E_OK;
		page = (struct page){.rec = arena_array(r->page, n_renamed, sizeof(*page.rec))};
		for (size_t i = 0; i < n_renamed && rc == E_OK; i++)
			rc = park_renamed(r, who[i], &why, page.rec, &page.n, e);
		return rc == E_OK && page.n
			       ? store_page(r, &page, "retry", QUEUE_PUT_AGAIN, ENDS_NOTHING, e)
			       : rc;
	}
	for (size_t i = 0; i < page.n && rc == E_OK; i++) {
		struct record *rec = &page.rec[i];
		if (is_missing(rec) && !page.partial) {
			rc = claim_end(r->state, r->key, rec->id, clock_now(), &closed, e);
			continue;
		}
		if (is_missing(rec) && str_among(rec->id, who, n_renamed))
			rc = park_renamed(r, rec->id, rec->problem, page.rec, &kept, e);
		else if (!rec->problem)
			page.rec[kept++] = *rec;
	}
	page.n = kept;
	if (rc != E_OK)
		return rc;
	return store_page(r, &page, "retry", QUEUE_PUT_AGAIN, ENDS_SHARED, e);
}

/* The source can't be asked now: nothing of these changes but when they are due. */
static enum errk ask_later(struct sync *r, const struct queue_row *row, size_t n, struct err *e)
{
	enum { WAIT_S = 600 };
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = queue_mark_later(r->state, row[i].id, row[i].code, row[i].reason,
				      clock_now() + WAIT_S, clock_now(), e);
	rc = state_end(r->state, rc, e);
	sync_count_asked(r, rc == E_OK ? n : 0);
	return rc;
}

/*
 * What the source did not give again stands there as before, and is parked; but what is on hold waits, where the source may
 * have it all the same.
 */
static enum errk park_lost(struct sync *r, const struct queue_row *row, size_t n, bool partial,
			   const struct record *missing, size_t n_missing, struct err *e)
{
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct batch_row b = {.row = row[i]};
		const struct err *said = NULL;
		int64_t waits;
		rc = queue_waiting(r->state, r->key, row[i].record, &waits, e);
		if (rc != E_OK || waits != row[i].id)
			continue;
		for (size_t k = 0; k < n_missing && !said; k++)
			if (strcmp(missing[k].id, row[i].record) == 0)
				said = missing[k].problem;
		bool held = said && str_equal(row[i].code, QUEUE_ON_HOLD);
		if (held && (partial || str_equal(said->code, "late_file"))) {
			rc = arrival_wait(r, &row[i], e);
			continue;
		}
		if (held)
			b.put.err = *said;
		else if (said && partial && str_equal(row[i].version, CLAIM_UNANSWERED))
			set_unanswered(said, &b.put.err);
		else
			batch_no_payload(r, &row[i], said, &b.put.err);
		rc = batch_record_parked(r, &b, e);
	}
	return state_end(r->state, rc, e);
}

enum errk sync_fetch_again(struct sync *r, bool held, int64_t due, bool *more, struct err *e)
{
	/* What was answered of those that are held is kept, however short the run is. */
	enum { MOST = 100, HELD = 10 };
	const size_t most = held ? HELD : MOST;
	struct page page = {0};
	struct queue_row *row;
	size_t n;
	arena_reset(r->page);
	*more = false;
	enum errk rc = (held ? queue_due_held : queue_due_bare)(r->state, r->key, due, most,
								r->page, &row, &n, e);
	if (rc != E_OK || n == 0)
		return rc;
	const char **who = arena_array(r->page, n, sizeof(*who));
	for (size_t i = 0; i < n; i++)
		who[i] = row[i].record;
	rc = fetch_named(r, who, n, &page, e);
	if (rc != E_OK) {
		if ((rc == E_BUSY || rc == E_REFUSED) && ask_later(r, row, n, e) != E_OK)
			return e->kind;
		return rc;
	}
	size_t found = found_first(&page);
	struct page some = page;
	some.n = found;
	*more = n == most;
	rc = arrival_still_held(r, row, &n, &some, e);
	if (rc == E_OK)
		rc = store_page(r, &some, "retry", QUEUE_PUT_ANEW, ENDS_NOTHING, e);
	if (rc == E_OK)
		rc = park_lost(r, row, n, page.partial, page.rec + found, page.n - found, e);
	return rc;
}
