#include <string.h>

#include "base/advice.h"
#include "base/str.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "model/order_goods.h"
#include "model/sku_spelling.h"
#include "map/worker.h"
#include "net/retry.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/* In place of a hash, of an adopted record whose document can't be mapped. */
static const char NOT_MAPPED[] = "not mapped";

/* The target has it, and would take it further than it was allowed to then. */
static bool goes_further(const struct sync *r, const struct batch_row *b, const struct link *l)
{
	/* Of one that no kept speaks of nothing is known; that it is named is a person's question. */
	const char *kept = l->kept ? l->kept : r->options->n_only ? "" : NULL;

	return r->to->further && b->put.doc && kept && r->to->further(r->target, b->put.doc, kept);
}

/*
 * The target had an adopted record as it was at a time. What the source says of it now is that, unless it
 * was changed later; a source that can't say when is believed the first time.
 */
static enum errk compare_with_adopted(struct sync *r, struct batch_row *b, const struct link *l,
				      struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	const char *payload, *text;
	int64_t changed = 0;
	enum errk rc = queue_payload(r->state, b->row.id, r->scratch, &payload, e);
	if (rc != E_OK || (!payload && !b->put.hash))
		return rc;
	/* Of a document that stands in no row only the version and what is made of it count. */
	if (!payload) {
		changed = INT64_MAX;
	} else if (json_parse(payload, strlen(payload), &doc, NULL) == E_OK) {
		text = json_str(doc, "updated_at");
		if (text && clock_parse(text, &changed, NULL) != E_OK)
			changed = INT64_MAX;
	}
	bool same = b->put.hash && *l->sent_hash && strcmp(l->sent_hash, b->put.hash) == 0;
	same = same ||
	       (*l->version ? strcmp(l->version, b->row.version) == 0 : changed <= l->adopted_at);
	b->baseline = b->unchanged = same && !goes_further(r, b, l);
	if (b->baseline && *l->sent_hash)
		b->put.landed = arena_strdup(r->page, l->sent_hash);
	return E_OK;
}

/* Has this very document been written before, and what became of it there? */
static enum errk compare_with_link(struct sync *r, struct batch_row *b, struct err *e)
{
	struct link l;
	bool found;
	enum errk rc = link_get(r->state, r->key, b->row.record, r->scratch, &l, &found, e);
	if (rc != E_OK || !found)
		return rc;
	if (target_is(&l.target)) {
		b->put.target = target_copy(&l.target, r->page);
		b->update = true;
	}
	b->put.kept = b->known_kept = arena_strdup(r->page, l.kept);
	b->put.kept_old = l.kept_old;
	b->put.delivered_at = l.delivered_at;
	b->adopted_at = l.adopted_at;
	/* In doubt a write of another version has begun since; in a copy of the state file everything is. */
	if (l.adopted_at && b->update && (!l.doubt || l.kept_old))
		return compare_with_adopted(r, b, &l, e);
	bool same = b->put.hash && l.sent_hash && strcmp(l.sent_hash, b->put.hash) == 0;
	/* Said by a person to be there, as it is, and no mapping has ever taken it. */
	same |= !b->put.hash && str_equal(l.sent_hash, NOT_MAPPED) &&
		str_equal(l.version, b->row.version);
	b->repeated = same && l.version && strcmp(l.version, b->row.version) == 0;
	/*
	 * What the target says now decides, not what was sent once. Where nothing can be there twice, a person who names
	 * a record has it looked for.
	 */
	bool asks = (r->flow->reconciles && (r->options->full || r->options->n_only)) ||
		    (r->options->n_only && r->to->reference);
	if (!l.doubt && !asks)
		b->unchanged = same && !goes_further(r, b, &l);
	return E_OK;
}

/* One document may be large. Several in a row mean that the mapping has no end, whatever it is given. */
static enum errk judge_cost(struct sync *r, enum errk rc, struct err *e)
{
	enum { IN_A_ROW = 3 };
	if (rc != E_RECORD || !str_equal(e->code, WORKER_SPENT)) {
		r->spent = 0;
		return rc;
	}
	if (++r->spent < IN_A_ROW)
		return rc;
	e->kind = E_LOCAL;
	return err_wrap(e, "%d in a row", r->spent);
}

/* What a merchant's own mapping says; the checks and the shipped mappings quote what they name. */
static bool is_custom(const char *code)
{
	static const char *const ours[] = {"unmapped_", "bad_", "no_sku", "order_tax",
					   WORKER_SPENT};
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (str_starts(code, ours[i]))
			return false;
	return true;
}

static enum errk map_document(struct sync *r, struct batch_row *b, const char *payload, size_t len,
			      struct err *e)
{
	const char *doc = NULL;
	char hash[HASH_HEX_SIZE];
	enum errk rc = map_run(r->mapper, record_kind_name(r->flow->kind), payload, len, r->scratch,
			       &doc, e);
	rc = judge_cost(r, rc, e);
	if (rc == E_RECORD && is_custom(e->code))
		foreign_mapping(r->flow->kind, payload, r->page, e);
	if (rc != E_OK)
		return rc;
	const char *compared = map_compared(doc, r->scratch);
	hash_hex(compared, strlen(compared), hash);
	b->put.hash = arena_strdup(r->page, hash);
	b->put.doc = arena_strdup(r->page, doc);
	return E_OK;
}

enum errk batch_no_payload(const struct sync *r, const struct queue_row *row,
			   const struct err *said, struct err *e)
{
	static const char before[] = "; it was parked for: ";
	/* Tried several times it is still the first reason that counts. */
	const char *first = row->reason ? strstr(row->reason, before) : NULL;
	const char *why = first ? first + strlen(before) : row->reason;

	if (said)
		err_set(e, E_RECORD, said->code,
			"its document is not kept, and asked for again: %s", said->msg);
	else
		err_set(e, E_RECORD, "no_payload",
			"its document is no longer kept; fetch it again with: erpsync %s --only '%s'",
			r->flow->name, row->label);
	if (why)
		err_append(e, "%s%s", before, why);
	return E_RECORD;
}

static bool is_on_hold(const char *payload)
{
	CLEANUP(json) cJSON *doc = NULL;
	/* Few are: the others are not read once more for this. */
	return strstr(payload, QUEUE_ON_HOLD) &&
	       json_parse(payload, strlen(payload), &doc, NULL) == E_OK && order_is_on_hold(doc);
}

static enum errk map_payload(struct sync *r, struct batch_row *b, struct err *e)
{
	const struct queue_row *row = &b->row;
	const char *payload;
	enum errk rc = queue_payload(r->state, row->id, r->scratch, &payload, e);
	if (rc != E_OK)
		return rc;
	if (!payload)
		return batch_no_payload(r, row, NULL, e);
	b->on_hold = r->flow->arrives && is_on_hold(payload);
	rc = map_document(r, b, payload, strlen(payload), e);
	b->unmapped = rc == E_RECORD;
	if (rc == E_OK && r->flow->belongs)
		rc = relative_find(r, b, payload, e);
	if (sync_tells_orders(r) && (rc == E_OK || b->unmapped))
		b->booking = demand_booking(r->mapper, row->record, payload, r->page);
	return rc;
}

/* What was true too long ago is not passed on as if it were true. */
static enum errk check_age(struct sync *r, const struct queue_row *row, struct err *e)
{
	char then[CLOCK_TEXT_MAX], limit[CLOCK_TEXT_MAX];
	if (!r->max_age || clock_now() - row->read_at <= r->max_age)
		return E_OK;
	return err_set(e, E_RECORD, "too_old",
		       "was last read at %s, longer ago than [%s] max_age = %s; it goes over when "
		       "the %s has been read again",
		       clock_text(row->read_at, then), r->flow->section,
		       duration_text(r->max_age * 1000, limit), side_section(r->flow->from));
}

/* Maps one row. A record's own trouble is put into b->put.err; only what concerns all is returned. */
enum errk batch_map(struct sync *r, struct batch_row *b, struct err *e)
{
	arena_reset(r->scratch);
	enum errk rc = check_age(r, &b->row, e);
	if (rc == E_OK)
		rc = map_payload(r, b, e);
	if (rc != E_OK && rc != E_RECORD)
		return rc;
	if (rc == E_RECORD)
		b->put.err = *e;
	return compare_with_link(r, b, e);
}

enum errk batch_compare(struct sync *r, struct batch_row *b, const char *payload, size_t len,
			struct err *e)
{
	arena_reset(r->scratch);
	enum errk rc = map_document(r, b, payload, len, e);
	return rc == E_OK ? compare_with_link(r, b, e) : rc;
}

/*
 * It, or an earlier version, was parked for the same reason, and nobody has freed it since. --full reads what is known. *same:
 * it was this version, in the same words.
 */
static enum errk was_parked(struct sync *r, const struct batch_row *b, bool *again, bool *same,
			    struct err *e)
{
	const char *as = NULL, *words = NULL;
	enum errk rc = r->flow->quiet_repeats || r->options->full
			       ? queue_parked_as(r->state, b->row.id, r->page, &as, &words, e)
			       : E_OK;
	*again = as && strcmp(as, b->put.err.code) == 0;
	*same = *again && str_equal(words, b->put.err.msg);
	return rc;
}

/* What ends it where neither side will be mended, in words; NULL = nothing is to be added. */
static const char *end_of(const struct sync *r, const struct batch_row *b, struct arena *a)
{
	const char *label = b->row.label;
	/* What is parked ends with a newer version, or when its source says that it is gone; not every one does. */
	if (r->flow->reconciles && !r->from->tells_gone && !strstr(b->put.err.msg, "queue drop"))
		return arena_printf(
			a, "; where the ERP has it no longer: erpsync queue drop --flow %s %s",
			shell_word(r->key, a), shell_word(label, a));
	if (str_equal(b->put.err.code, "bad_sum") && !strstr(b->put.err.msg, "erpsync adopt"))
		return arena_printf(
			a, "; or, where the ERP has it, entered by hand: erpsync adopt %s '%s'",
			r->flow->noun, label);
	return NULL;
}

static void say_end(const struct sync *r, struct batch_row *b)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = end_of(r, b, a);
	/* Half a command is none, and nobody types what is not seen. */
	if (text && strlen(b->put.err.msg) + strlen(text) < ERR_MSG_MAX &&
	    strcmp(sku_plain(b->row.label, a), b->row.label) == 0)
		err_append(&b->put.err, "%s", text);
}

enum errk batch_record_parked(struct sync *r, struct batch_row *b, struct err *e)
{
	bool again = false, same = false;
	say_end(r, b);
	enum errk rc = was_parked(r, b, &again, &same, e);
	if (rc == E_OK)
		rc = queue_mark_parked(r->state, b->row.id, b->put.err.code, b->put.err.msg,
				       clock_now(), e);
	if (rc == E_OK && b->unmapped)
		rc = queue_mark_unmapped(r->state, b->row.id, e);
	if (rc == E_OK && !same)
		rc = sync_journal(r, b->row.record, b->row.label, "delivered", "parked",
				  b->put.err.msg, e);
	if (rc == E_OK)
		sync_count(r, b, again ? SYNC_STILL_PARKED : SYNC_PARKED, NULL);
	return rc;
}

bool batch_is_dropped(const struct batch_row *b)
{
	return b->row.code && strcmp(b->row.code, "dropped") == 0;
}

void batch_look_only(struct batch_row *b)
{
	err_set(&b->put.err, E_RECORD, "dropped", "%s", b->row.reason ? b->row.reason : "by hand");
	b->put.doc = b->put.hash = NULL;
}

enum errk batch_record_dropped(struct sync *r, struct batch_row *b, struct err *e)
{
	const struct queue_filter f = {.flow = r->key, .who = b->row.record, .code = "dropped"};
	int64_t n, now = clock_now();
	enum errk rc = queue_mark_parked(r->state, b->row.id, b->put.err.code, b->put.err.msg, now,
					 e);
	return rc == E_OK ? queue_drop(r->state, &f, b->put.err.msg, now, &n, e) : rc;
}

/* What passed no time: no run tries it again, whatever the last try promised. */
static enum errk give_up(struct sync *r, struct batch_row *b, struct err *e)
{
	static const char *const promises[] = {"; the next run goes on",
					       ", and the next run goes on", "; the next run looks",
					       "; the next run asks again"};
	for (size_t i = 0; i < sizeof(promises) / sizeof(*promises); i++) {
		char *at = strstr(b->put.err.msg, promises[i]);
		if (at && !at[strlen(promises[i])])
			*at = '\0';
	}
	err_append(&b->put.err,
		   "; so it was at each of %d tries, and no run tries it again by itself",
		   b->row.attempts + 1);
	advice_add(&b->put.err, (const char *const[]){"erpsync queue retry", NULL},
		   ": when that is over, run: erpsync queue retry '%s'", b->row.label);
	return batch_record_parked(r, b, e);
}

/* Passing trouble: again later, a growing time apart, and parked after so many tries. */
enum errk batch_record_later(struct sync *r, struct batch_row *b, struct err *e)
{
	int tries = b->row.attempts + 1;
	if (tries >= r->tries)
		return give_up(r, b, e);
	int64_t asked = b->put.err.wait_ms > 0 ? b->put.err.wait_ms : -1;
	int64_t wait = retry_wait_ms(tries, r->wait_ms, r->max_wait_ms, asked);
	return batch_wait(r, b, (wait + 999) / 1000, e);
}

enum errk batch_wait(struct sync *r, struct batch_row *b, int64_t seconds, struct err *e)
{
	int64_t now = clock_now();
	enum errk rc = queue_mark_later(r->state, b->row.id, b->put.err.code, b->put.err.msg,
					now + seconds, now, e);
	if (rc == E_OK)
		rc = sync_journal(r, b->row.record, b->row.label, "delivered", "later",
				  b->put.err.msg, e);
	if (rc == E_OK)
		sync_count(r, b, SYNC_LATER, NULL);
	return rc;
}

enum errk batch_book(struct sync *r, struct batch_row *b, const char *before, struct err *e)
{
	if (!b->booking || !b->put.hash)
		return E_OK;
	const char *all = demand_booked_with(before, b->put.hash, b->booking, r->page);
	if (str_equal(all, b->row.booked))
		return E_OK;
	b->row.booked = all;
	return queue_set_booked(r->state, b->row.id, all, e);
}

/* What landed before was booked by the tables of then. */
static const char *booking_of(const struct sync *r, const struct batch_row *b)
{
	const char *landed = b->put.landed || !b->put.doc
				     ? demand_booked_as(b->row.booked, b->put.landed, r->page)
				     : NULL;
	return landed ? landed : b->booking;
}

/* What the ERP knows of an order from now on. */
static enum errk remember_reported(struct sync *r, const struct batch_row *b, int64_t now,
				   bool found, struct err *e)
{
	const struct reported how = {.at = now,
				     .answered_at = found ? now : 0,
				     .lines = sync_tells_orders(r) ? booking_of(r, b) : NULL,
				     .document = b->put.target.id};
	return how.lines ? reported_add(r->state, b->row.record, &how, e) : E_OK;
}

/* Nothing was written, and it leaves nothing: its last delivery has row, document and line. */
enum errk batch_record_unchanged(struct sync *r, struct batch_row *b, struct err *e)
{
	int64_t now = clock_now();
	enum sync_outcome outcome = b->baseline ? SYNC_ADOPTED : SYNC_UNCHANGED;
	/* An adopted order is known to the ERP since it was made there. */
	enum errk rc = b->baseline ? remember_reported(r, b, b->adopted_at, true, e) : E_OK;
	if (rc == E_OK)
		rc = queue_mark_unchanged(r->state, b->row.id, e);
	if (rc == E_OK && b->baseline)
		rc = link_set_baseline(r->state, r->key, b->row.record, b->row.version,
				       b->put.hash ? b->put.hash : NOT_MAPPED, now, e);
	else if (rc == E_OK && !b->repeated)
		rc = link_set_version(r->state, r->key, b->row.record, b->row.version, now, e);
	if (rc == E_OK && (b->baseline || (!b->repeated && !r->flow->brief)))
		rc = sync_journal(r, b->row.record, b->row.label, "delivered",
				  sync_outcome_name(outcome), b->row.version, e);
	if (rc == E_OK)
		sync_count(r, b, outcome, &b->put.target);
	return rc;
}

/*
 * What landed before an interruption was made by the mapping of that time. If that was another one,
 * the document that is there is not known, and --full will write it anew.
 */
static const char *sent_hash(const struct sync *r, const struct batch_row *b)
{
	if (b->put.adopted && (r->mapping_changed || b->row.id <= r->mapped_before))
		return "of another mapping";
	return b->put.hash ? b->put.hash : "";
}

bool sync_tells_orders(const struct sync *r)
{
	return r->flow->kind == KIND_ORDER && strcmp(r->key, r->flow->name) == 0;
}

/* Why what went over waits to be compared again (struct put_item, passing). */
static const struct passing {
	const char *code, *reason;
	int64_t wait; /* seconds, if nothing makes it due before */
} on_order = {"on_order",
	      "units of orders that the ERP does not know yet are taken off; "
	      "compared again by each run until it does",
	      60},
  sent_again = {"sent_again",
		"a write of it got no answer and was given up; each run of a day "
		"looks whether it is carried out all the same",
		60},
  figure_older = {"figure_older",
		  "the store has moved it since this figure was read, so it is not raised; the "
		  "next one that is newer goes over",
		  86400};

static const struct passing *passing_of(const struct sync *r, const struct put_item *item)
{
	return r->flow->kind == KIND_FULFILLMENT ? &sent_again
	       : item->older                     ? &figure_older
						 : &on_order;
}

static bool is_passing(const char *code)
{
	return str_equal(code, on_order.code) || str_equal(code, sent_again.code) ||
	       str_equal(code, figure_older.code);
}

/* Once more, and found as it was left: no event, and it leaves nothing. */
static bool looked_only(const struct batch_row *b)
{
	return b->put.adopted && b->repeated;
}

/*
 * It went over but for a part, or the target holds something of it that nothing writes any more. What will be compared
 * again anyway is not kept from it: that is told when it comes to rest.
 */
static bool is_left(const struct put_item *item)
{
	return item->left && !item->passing;
}

/*
 * Compared again by the next run; not by this one, however long it takes. A second look that found
 * everything as it was is no news.
 */
static enum errk close_row(struct sync *r, const struct batch_row *b, int64_t known, struct err *e)
{
	int64_t taken = (clock_mono_ms() - r->started_ms) / 1000;
	/* What was delivered before the looks is kept as any other, see keep_documents. */
	bool looked = str_equal(b->row.code, sent_again.code);
	if (!b->put.passing)
		return looked_only(b) && !looked
			       ? queue_mark_unchanged(r->state, b->row.id, e)
			       : queue_mark_done(r->state, b->row.id, r->keep_documents, known, e);
	const struct passing *why = passing_of(r, &b->put);
	const int64_t now = clock_now();
	return queue_mark_passing(r->state, b->row.id, why->code, why->reason,
				  now + why->wait + 2 * taken, now, e);
}

enum errk batch_record_delivered(struct sync *r, struct batch_row *b, struct err *e)
{
	const struct put_item *item = &b->put;
	/* The ERP knows it since then; all else is reckoned by our clock alone. */
	const int64_t now = clock_now(), known = clock_latest();
	bool again = is_passing(b->row.code);
	bool nowhere = item->adopted && item->values;
	enum sync_outcome outcome = item->adopted ? again || nowhere ? SYNC_UNCHANGED : SYNC_ADOPTED
				    : b->update || item->changed ? SYNC_UPDATED
								 : SYNC_CREATED;
	bool reported = false;
	const struct reported_article article = {item->sku, item->target.id, b->row.record};
	enum errk rc = remember_reported(r, b, known, false, e);
	if (rc == E_OK && r->demand && item->sku)
		rc = demand_reported_since(r->demand, &article, &reported, e);
	struct link l = {
		.flow = r->key,
		.record = b->row.record,
		.label = b->row.label,
		/* A dry run makes nothing that could have an id. */
		.target = item->target,
		.version = b->row.version,
		.sent_hash = sent_hash(r, b),
		.delivered_at = now,
		.changed_at = now,
		.kept = item->kept,
		/* With something left no version of it is unchanged: it would lose its row. */
		.doubt = item->passing || item->unproven || reported || is_left(item),
		.sku = item->sku,
		.demand_at = r->demand ? demand_read_at(r->demand) : 0,
	};
	if (rc == E_OK && !is_left(item))
		rc = close_row(r, b, known, e);
	if (rc == E_OK)
		rc = link_set(r->state, &l, now, e);
	if (rc == E_OK && (nowhere || outcome != SYNC_UNCHANGED) && !looked_only(b))
		rc = sync_journal(r, b->row.record, b->row.label, "delivered",
				  sync_outcome_name(outcome),
				  item->values ? item->values : target_text(&item->target, r->page),
				  e);
	if (rc == E_OK && is_left(item)) {
		b->put.err = *item->left;
		return batch_record_parked(r, b, e);
	}
	if (rc == E_OK)
		sync_count(r, b, outcome, &item->target);
	return rc;
}

/*
 * It was looked for, and it is still not known what became of it. That one record does so each time must not keep the
 * others waiting for ever: it has its tries, and a person is told at the end of them.
 */
enum errk batch_record_doubt(struct sync *r, struct batch_row *b, bool last, struct err *e)
{
	b->put.err.kind = E_BUSY;
	if (!last && b->row.attempts + 1 < r->tries)
		return batch_record_later(r, b, e);
	err_append(
		&b->put.err,
		"; what became of it was looked for %s, and is not known; see there how far it is",
		last ? "for hours" : "by each run");
	advice_add(&b->put.err, (const char *const[]){"erpsync queue retry", NULL},
		   ", then run: erpsync queue retry '%s'", b->row.label);
	advice_add(&b->put.err, (const char *const[]){"erpsync queue drop", NULL},
		   "; or, if it is settled there: erpsync queue drop '%s'", b->row.label);
	return batch_record_parked(r, b, e);
}
