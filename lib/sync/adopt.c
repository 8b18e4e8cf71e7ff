#include "sync/adopt.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/csvfile.h"
#include "base/step.h"
#include "base/str.h"
#include "state/link.h"
#include "state/lock.h"
#include "state/pairing.h"
#include "sync/sync_priv.h"

#include "base/banned.h"

/* Records of one transaction, and names of one request. */
enum { CHUNK = 100 };

struct adopt {
	struct sync *r;
	const struct adopt_options *o;
	struct adopt_summary *sum;
	struct arena *a; /* of the chunk */
	struct landed chunk[CHUNK];
	const char *where[CHUNK], *why[CHUNK]; /* as in adopt_record */
	const char *asked[CHUNK];              /* of the source by this name; NULL = by its label */
	size_t n;
	const char *row; /* where what is taken stands; NULL = in no file */
	const char *ask; /* as what the source is asked for it; NULL = as it is called */
};

/* Names become records */

static bool is_called(const struct landed *x, const struct record *rec)
{
	const char *who = x->label;

	return str_equal(rec->id, who) || str_equal(rec->label, who) ||
	       (rec->label[0] == '#' && str_equal(rec->label + 1, who));
}

/*
 * A name may be another record's too: where the target has our reference, that decides. NULL: it is found; else why
 * not, with what to do.
 */
static const char *find(struct adopt *d, struct landed *x, const char *asked,
			const struct page *page)
{
	const struct record *hit = NULL;
	const char *why = NULL, *ids = NULL;
	size_t hits = 0;

	for (size_t i = 0; i < page->n; i++) {
		const struct record *rec = &page->rec[i];

		if (rec->problem && str_equal(rec->problem->code, "not_found")) {
			why = is_called(x, rec) || str_equal(rec->id, asked) ? rec->problem->msg
									     : why;
			continue;
		}
		if (!is_called(x, rec) ||
		    (x->reference &&
		     !str_equal(x->reference, d->r->to->reference(d->r->target, rec->id, d->a))))
			continue;
		if (!hit || !str_equal(hit->id, rec->id)) {
			ids = hits++ ? arena_printf(d->a, "%s, %s", ids, rec->id) : rec->id;
			hit = rec;
		}
	}
	if (hits == 1) {
		x->record = hit->id;
		x->label = hit->label;
		return NULL;
	}
	if (hits && d->r->flow->belongs)
		return arena_printf(
			d->a,
			"the store has several that are called so: %s; give the one that is meant in a "
			"file with the columns record (its id) and name: erpsync adopt %s --csv FILE",
			ids, d->r->flow->noun);
	if (hits)
		return "the store has several that are called so; name the one that is meant by its id";
	return why ? why
		   : "none of the store's that are called so is the one that the target has; name "
		     "it by its id";
}

static enum errk resolve(struct adopt *d, struct err *e)
{
	const char **who = arena_array(d->a, CHUNK, sizeof(*who));
	struct page page = {0};
	size_t n = 0;
	enum errk rc = E_OK;

	for (size_t i = 0; i < d->n; i++)
		if (!d->chunk[i].record)
			who[n++] = d->asked[i] ? d->asked[i] : d->chunk[i].label;
	if (!n)
		return E_OK;
	if (!d->r->source)
		rc = sync_open_source(d->r, e);
	if (rc == E_OK)
		rc = sync_ask_named(d->r, who, n, d->a, &page, e);
	for (size_t i = 0; i < d->n && rc == E_OK; i++)
		if (!d->chunk[i].record)
			d->why[i] = find(d, &d->chunk[i], d->asked[i], &page);
	return rc;
}

/* Links */

static void tell(const struct adopt *d, size_t i, enum adopt_outcome outcome)
{
	const struct landed *x = &d->chunk[i];
	const struct adopt_record rec = {.outcome = outcome,
					 .label = x->label,
					 .target = target_text(&x->target, d->a),
					 .record = x->record,
					 .where = d->where[i],
					 .why = x->record ? NULL : d->why[i]};

	d->sum->linked += outcome == ADOPT_LINKED;
	d->sum->known += outcome == ADOPT_KNOWN;
	d->sum->not_found += outcome == ADOPT_NOT_FOUND;
	if (d->o->on_record)
		d->o->on_record(d->o->ctx, &rec);
}

/* A person says that the target has them. */
static bool are_named(const struct adopt *d)
{
	return d->o->n_who || d->o->csv;
}

/*
 * What waited to be sent, or was parked, perhaps because the target refused it: the next run compares it with
 * what is there by now. What is under way is looked for, and not sent once more.
 */
static enum errk compare_waiting(struct adopt *d, const struct landed *x, struct err *e)
{
	const struct queue_filter filter = {.flow = d->r->key, .who = x->record};
	int64_t n;

	enum errk rc = queue_release(d->r->state, &filter, clock_now(), &n, e);

	return rc == E_OK ? queue_forbid(d->r->state, &filter, "adopted", &n, e) : rc;
}

/* A link that is there stays: what is told is where it leads, and of another document that a person names, that. */
static enum errk keep_link(struct adopt *d, struct landed *x, struct err *e)
{
	const char *said = target_text(&x->target, d->a), *is;
	struct link l;
	bool found;
	enum errk rc = link_get(d->r->state, d->r->key, x->record, d->a, &l, &found, e);

	if (rc != E_OK || !found || !target_is(&l.target) || str_equal(l.target.id, x->target.id))
		return rc;
	is = target_text(&l.target, d->a);
	if (are_named(d) && !str_equal(x->target.id, LINK_BY_HAND))
		notice_say(&d->r->notices, NULL,
			   arena_printf(d->r->session->arena,
					"%s: is linked to %s already, not to %s, and stays so; "
					"where the ERP has both, it has the %s twice: cancel "
					"one of them there",
					x->label, is, said, d->r->flow->label));
	x->target = l.target;
	return E_OK;
}

static enum errk link_one(struct adopt *d, struct landed *x, bool *known, struct err *e)
{
	bool named = are_named(d);
	bool whole = x->version && x->hash;
	const struct link l = {.flow = d->r->key,
			       .record = x->record,
			       .label = x->label,
			       .target = x->target,
			       .version = whole ? x->version : "",
			       .sent_hash = whole ? x->hash : "",
			       .kept = x->kept};
	enum errk rc = link_adopt(d->r->state, &l, named, x->at, known, e);

	if (rc != E_OK || *known)
		return rc == E_OK ? keep_link(d, x, e) : rc;
	rc = sync_journal(d->r, x->record, x->label, "adopted", named ? "named" : "ok",
			  target_text(&x->target, d->a), e);
	return rc == E_OK && named ? compare_waiting(d, x, e) : rc;
}

static enum errk flush(struct adopt *d, struct err *e)
{
	bool known[CHUNK] = {0};
	enum errk rc = resolve(d, e);

	if (rc == E_OK)
		rc = state_begin(d->r->state, e);
	for (size_t i = 0; i < d->n && rc == E_OK; i++)
		if (d->chunk[i].record)
			rc = link_one(d, &d->chunk[i], &known[i], e);
	rc = state_end(d->r->state, rc, e);
	STEP("adopted");
	for (size_t i = 0; i < d->n && rc == E_OK; i++)
		tell(d, i,
		     !d->chunk[i].record ? ADOPT_NOT_FOUND
		     : known[i]          ? ADOPT_KNOWN
					 : ADOPT_LINKED);
	d->n = 0;
	arena_reset(d->a);
	return rc;
}

static enum errk take(void *ctx, const struct landed *x, struct err *e)
{
	struct adopt *d = ctx;

	d->where[d->n] = arena_strdup(d->a, d->row);
	d->asked[d->n] = arena_strdup(d->a, d->ask);
	d->chunk[d->n++] = (struct landed){.record = arena_strdup(d->a, x->record),
					   .label = arena_strdup(d->a, x->label),
					   .reference = arena_strdup(d->a, x->reference),
					   .target = target_copy(&x->target, d->a),
					   .version = arena_strdup(d->a, x->version),
					   .hash = arena_strdup(d->a, x->hash),
					   .kept = arena_strdup(d->a, x->kept),
					   .at = x->at};
	return d->n == CHUNK ? flush(d, e) : E_OK;
}

/* Where records are named */

/* What a person names is in the target as it is now in the source. */
static enum errk take_named(struct adopt *d, const char *who, const char *target, struct err *e)
{
	const struct landed x = {.label = who,
				 .target = {.id = str_blank(target) ? LINK_BY_HAND : target},
				 .at = clock_now()};

	return take(d, &x, e);
}

/* The files that erpsync writes have these columns too: "refund_id", "refund_number". */
static int column(const struct csv_row *header, const char *const *names)
{
	for (; *names; names++)
		for (size_t i = 0; i < header->n; i++)
			if (str_equal_nocase(header->cell[i], *names))
				return (int)i;
	return -1;
}

static const char *cell(const struct csv_row *row, int at)
{
	return at >= 0 && (size_t)at < row->n && !str_blank(row->cell[at]) ? row->cell[at] : NULL;
}

static enum errk take_rows(struct adopt *d, struct csv_reader *file, struct err *e)
{
	CLEANUP(arena) struct arena *last = arena_new();
	struct arena *own = d->r->session->arena;
	const char *label = d->r->flow->label;
	const char *const ids[] = {"record", "record_id", arena_printf(own, "%s_id", label), "id",
				   NULL};
	const char *const names[] = {"name", arena_printf(own, "%s_number", label), label, "label",
				     NULL};
	static const char *const targets[] = {"target", "target_id", "document", NULL};
	const struct csv_row *header = csv_reader_header(file);
	int id = column(header, ids), name = column(header, names), to = column(header, targets);
	const char *before = NULL;
	bool more = true;
	enum errk rc = E_OK;

	if (id < 0 && name < 0)
		return err_set(e, E_LOCAL, "bad_csv",
			       "%s: has no column 'record' (the id in the store) and none 'name'; "
			       "'target' is the third that is read",
			       d->o->csv);
	while (rc == E_OK && more) {
		struct csv_row row;
		const char *who;

		rc = csv_reader_next(file, &row, &more, e);
		if (rc == E_RECORD)
			rc = e->kind = E_LOCAL;
		if (rc != E_OK || !more)
			break;
		who = cell(&row, id) ? cell(&row, id) : cell(&row, name);
		if (!who)
			return err_set(e, E_LOCAL, "bad_csv",
				       "%s:%lld: names no record; fill in 'record' (the id in the "
				       "store) or 'name', or take the row out",
				       d->o->csv, (long long)row.line);
		/* The lines of a record are below each other. */
		if (str_equal(who, before))
			continue;
		arena_reset(last);
		before = arena_strdup(last, who);
		d->row = arena_printf(last, "%s:%lld", d->o->csv, (long long)row.line);
		/* What belongs to another is known to its source by the name of that one alone. */
		d->ask = d->r->flow->belongs ? arena_strdup(last, cell(&row, name)) : NULL;
		rc = take_named(d, before, cell(&row, to), e);
	}
	return rc;
}

static enum errk take_file(struct adopt *d, struct err *e)
{
	CLEANUP(csv_reader) struct csv_reader *file = NULL;
	enum errk rc = csv_reader_open(d->o->csv, &file, e);

	if (rc == E_OK)
		rc = csv_reader_apart(file, e);
	return rc == E_OK ? take_rows(d, file, e) : rc;
}

/* *missing: what is not known of what the target has; NULL = nothing. */
static enum errk take_all(struct adopt *d, const char **missing, struct err *e)
{
	const struct connector_type *t = d->r->target->type;
	struct landed_request q = {.kind = d->r->flow->kind,
				   .place = d->o->from,
				   .n_places = d->o->n_from,
				   .fn = take,
				   .ctx = d};
	enum errk rc = E_OK;

	*missing = NULL;
	for (size_t i = 0; i < d->o->n_who && rc == E_OK; i++)
		rc = take_named(d, d->o->who[i], NULL, e);
	if (rc == E_OK && d->o->csv)
		rc = take_file(d, e);
	if (rc != E_OK || are_named(d)) {
		*missing = "what else it has";
	} else if (!d->r->to->landed) {
		return err_set(e, E_LOCAL, "cannot_list",
			       "%s does not tell which %s it has; name them, or give a file with "
			       "--csv",
			       t->title, record_kind_plural(d->r->flow->kind));
	} else {
		rc = d->r->to->landed(d->r->target, &q, d->r->page, e);
		*missing = q.missing;
	}
	return rc == E_OK && d->n ? flush(d, e) : rc;
}

/* Runs may write again */

/* A batch that was interrupted is not repeated either: what of it landed is linked now. */
static enum errk open_again(struct adopt *d, struct err *e)
{
	struct sync *r = d->r;
	enum errk rc = sync_put_back_sending(r, e);

	if (rc == E_OK)
		rc = state_begin(r->state, e);
	if (rc == E_OK)
		rc = pairing_pull_first(r->state, r->key, true, e);
	if (rc == E_OK && r->to->history)
		rc = sync_claim_history(r->state, r->key, r->flow, r->target, r->page, e);
	return state_end(r->state, rc, e);
}

static enum errk adopt(struct adopt *d, struct err *e)
{
	struct sync *r = d->r;
	struct behind before;
	struct pairing p;
	const char *missing;
	enum errk rc = pairing_get(r->state, r->key, r->session->arena, &p, e);

	if (rc == E_OK)
		rc = sync_find_behind(r->state, r->key, r->flow, r->target, r->session->arena,
				      &before, e);
	if (rc == E_OK)
		rc = take_all(d, &missing, e);
	/* Until all are taken the target's times, be they ahead, say which came later. */
	if (rc == E_OK)
		rc = link_bound_adopted(r->state, r->key, clock_now(), e);
	if (rc != E_OK)
		return rc;
	/* Where nothing can be there twice, whatever waits is compared with it. */
	if (!before.is && (r->to->history || missing))
		return E_OK;
	if (before.is && before.history.of == HISTORY_NONE && !d->o->rest_is_new) {
		d->sum->closed = arena_printf(r->session->arena, "%s is still refused: %s",
					      r->flow->name, before.why.msg);
		return E_OK;
	}
	if (missing && !d->o->rest_is_new) {
		d->sum->closed = arena_printf(
			r->session->arena,
			"%s is still refused: %s has got to %s, and not known is %s. "
			"Name the folder that the files were moved to: erpsync adopt %s --from "
			"FOLDER, or the records: erpsync adopt %s --csv FILE; if the rest is not "
			"there and is to be sent: erpsync adopt %s --rest-is-new",
			r->flow->name, before.history.place, before.history.said, missing,
			r->flow->noun, r->flow->noun, r->flow->noun);
		return E_OK;
	}
	rc = open_again(d, e);
	d->sum->opened = rc == E_OK && before.is;
	return rc;
}

enum errk sync_adopt(struct session *s, const struct flow *f, const struct adopt_options *o,
		     struct adopt_summary *out, struct err *e)
{
	const struct sync_options run = {.to = o->to, .on_notice = o->on_notice, .ctx = o->ctx};
	struct sync_summary unused = {0};
	struct sync r = {.session = s, .flow = f, .options = &run, .key = f->name, .sum = &unused};
	struct adopt *d = arena_alloc(s->arena, sizeof(*d));
	CLEANUP(lock) struct lock *lock = NULL;
	enum errk rc;

	*out = (struct adopt_summary){0};
	sync_prepare(&r, s);
	*d = (struct adopt){.r = &r, .o = o, .sum = out, .a = arena_new()};
	rc = o->to ? sync_parse_to(&r, e) : E_OK;
	if (rc == E_OK)
		rc = lock_take(r.state, r.key, 0, &lock, e);
	if (rc == E_OK)
		rc = sync_open_target(&r, e);
	if (rc == E_OK) {
		out->target = r.target->type->title;
		rc = adopt(d, e);
	}
	arena_free(d->a);
	sync_close(&r);
	return rc;
}
