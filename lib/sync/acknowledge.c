#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "state/link.h"
#include "state/reported.h"
#include "sync/sync_priv.h"

/* Answers that a target gives after the put: an acknowledgement file, an asynchronous job's end. */

struct acknowledging {
	struct sync *r;
	const char *target;     /* the document of the answers */
	struct delivered *held; /* what it held, once that is asked for */
	size_t n_held;
	int64_t n_records; /* of it: a record may be there twice, under an earlier name */
	bool read;
	bool whole;             /* all of it was confirmed … */
	const char **confirmed; /* … or these records … */
	size_t n_confirmed;
	const char **refused; /* … but for these */
	size_t n_refused;
	const char **doubted; /* what an acceptance of all of it does not cover … */
	size_t n_doubted;
	bool all_doubted;   /* … or it covers nothing */
	const char **named; /* by an answer of their own */
	size_t n_named;
	/* The first refusal of a name that none of them has: it may mean any that no answer names; NULL = none. */
	const struct acknowledgement *unknown;
	const char *unknown_names; /* of all such */
	bool strange;              /* a line that names nobody was told … */
	bool nobody;               /* … and an acceptance of what it does not hold */
	struct late *late;         /* accepted now, and refused by an earlier answer */
	size_t n_late;
};

/* A yes that comes after a no. */
struct late {
	const struct delivered *of;
	const char *means; /* what has become of the record since, and what to do */
};

/* One record that the target has refused. */
struct refusal {
	struct sync *r;
	const struct acknowledgement *s;
	struct link *l;
	/* Nothing of the record is there: what was refused was no change of what is. */
	bool whole;
};

/* A document has many answers, and what it held is read once, if any names a record. */
static enum errk find_held(struct acknowledging *x, struct err *e)
{
	if (x->read)
		return E_OK;
	enum errk rc = delivered_as(x->r->state, x->r->key, x->target, x->r->page, &x->held,
				    &x->n_held, e);
	x->read = rc == E_OK;
	if (!x->read)
		return rc;
	for (size_t i = 0; i < x->n_held; i++) {
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = strcmp(x->held[k].record, x->held[i].record) == 0;
		x->n_records += !again;
	}
	x->confirmed = arena_array(x->r->page, x->n_held + 1, sizeof(*x->confirmed));
	x->refused = arena_array(x->r->page, x->n_held + 1, sizeof(*x->refused));
	x->doubted = arena_array(x->r->page, x->n_held + 1, sizeof(*x->doubted));
	x->named = arena_array(x->r->page, x->n_held + 1, sizeof(*x->named));
	x->late = arena_array(x->r->page, x->n_held + 1, sizeof(*x->late));
	return rc;
}

/* What nobody can be sure of confirms nothing, and a person must look: told by the run, and with its exit status. */
static void tell(struct acknowledging *x, const char *text)
{
	struct sync *r = x->r;
	struct batch_row b = {.row = {.record = x->target, .label = x->target}};
	err_set(&b.put.err, E_RECORD, "ack_in_doubt", "%s", text);
	const struct sync_record rec = {.record = x->target,
					.label = x->target,
					.outcome = SYNC_PARKED,
					.err = &b.put.err};
	r->sum->doubted++;
	if (r->options->on_record)
		r->options->on_record(r->options->ctx, &rec);
	log_event(LOG_LEVEL_WARN, "in_doubt", "name", x->target, "reason", text, NULL);
}

static bool means_any(const struct acknowledging *x, const struct acknowledgement *s)
{
	for (size_t i = 0; i < x->n_held; i++)
		if (acknowledgement_means(s, x->held[i].record, x->held[i].label))
			return true;
	return false;
}

static void remember_named(struct acknowledging *x, const struct acknowledgement *s,
			   const char *record)
{
	if (s->record && !str_among(record, x->named, x->n_named))
		x->named[x->n_named++] = record;
}

static bool is_confirmed(const struct acknowledging *x, const char *record)
{
	return x->whole || str_among(record, x->confirmed, x->n_confirmed);
}

static enum errk late_means(struct sync *r, const struct link *l, const char **out, struct err *e)
{
	int64_t waits;
	enum errk rc = queue_waiting(r->state, r->key, l->record, &waits, e);
	const char *adopt = arena_printf(r->page, "erpsync adopt %s %s", r->flow->noun,
					 shell_word(l->label, r->page));
	if (l->for_good)
		*out = arena_printf(
			r->page,
			"it was dropped for good, and nothing of it goes over any more; "
			"where the ERP has it by now, cancel it there, or if it is to "
			"stay, run: %s",
			adopt);
	else
		*out = arena_printf(
			r->page, "it %s; where the ERP has it by now, run: %s",
			rc == E_OK && waits
				? "waits in the queue, and would go over once more"
				: arena_printf(r->page,
					       "was dropped, but with its next change it would go "
					       "over as a new %s",
					       r->flow->label),
			adopt);
	return rc;
}

/*
 * An earlier answer has refused it, so that it was parked, to go over anew: of a yes that comes later a person must
 * know. Not where the same answers are read again after a kill, the refusal among them.
 */
static enum errk remember_late(struct acknowledging *x, struct delivered *d, struct err *e)
{
	struct link l;
	bool found;
	enum errk rc = link_get(x->r->state, x->r->key, d->record, x->r->page, &l, &found, e);
	if (rc != E_OK || !found || target_is(&l.target) || !l.acknowledged)
		return rc;
	struct late *late = &x->late[x->n_late++];
	late->of = d;
	return late_means(x->r, &l, &late->means, e);
}

static void forget_late(struct acknowledging *x, const char *record)
{
	size_t kept = 0;
	for (size_t i = 0; i < x->n_late; i++)
		if (strcmp(x->late[i].of->record, record) != 0)
			x->late[kept++] = x->late[i];
	x->n_late = kept;
}

static void tell_late(struct acknowledging *x)
{
	for (size_t i = 0; i < x->n_late; i++)
		tell(x, arena_printf(x->r->page,
				     "its acknowledgement says ok to %s, which an earlier one has "
				     "refused: %s",
				     x->late[i].of->label, x->late[i].means));
	x->n_late = 0;
}

const char sync_unknown_answer[] = "its acknowledgement is not read, and stays where it is: no "
				   "record is known to have gone over in that file";
const char sync_unknown_answer_remedy[] =
	"if another state file wrote it, move the acknowledgement into the folder of that one; else "
	"see which file it is meant for, write the acknowledgement of that, and remove this one";

/* Of a document that this state file has not written, as far as it knows: another one may have, and waits for the answer. */
static enum errk leave_unknown(struct acknowledging *x, bool again, struct err *e)
{
	struct sync *r = x->r;
	const char *what = arena_printf(r->page, "%s; %s", sync_unknown_answer,
					sync_unknown_answer_remedy);
	if (again)
		return err_set(e, E_RECORD, "unknown_document", "%s: %s", x->target, what);
	tell(x, what);
	enum errk rc = state_begin(r->state, e);
	if (rc == E_OK)
		rc = sync_journal(r, x->target, x->target, "acknowledged", "unknown", what, e);
	rc = state_end(r->state, rc, e);
	return rc == E_OK ? leave_unknown(x, true, e) : rc;
}

/* The answers of one document come one behind the other. E_RECORD: it is none of this state file's. */
static enum errk enter(struct acknowledging *x, const struct acknowledgement *s, struct err *e)
{
	struct sync *r = x->r;
	enum delivered_known known;
	if (x->target && strcmp(x->target, s->document) == 0)
		return E_OK;
	tell_late(x);
	*x = (struct acknowledging){.r = r, .target = arena_strdup(r->page, s->document)};
	enum errk rc = delivered_known(r->state, r->key, x->target, &known, e);
	if (rc != E_OK || known == DELIVERED_KNOWN)
		return rc;
	return leave_unknown(x, known == DELIVERED_ABSENT, e);
}

static enum errk confirm_one(struct acknowledging *x, const struct acknowledgement *s,
			     struct delivered *d, struct err *e)
{
	struct sync *r = x->r;
	int64_t links = 0;
	/* It may be there twice, under an earlier name. */
	if (is_confirmed(x, d->record))
		return E_OK;
	enum errk rc = link_acknowledge(r->state, r->key, x->target, d->record, s->text,
					clock_now(), &links, e);
	/* What has gone over anew since waits for the answer to that; what went in this one is known all the same. */
	if (rc == E_OK && sync_tells_orders(r))
		rc = reported_answered(r->state, x->target, d->record, clock_latest(), e);
	if (rc != E_OK || !links)
		return rc == E_OK ? remember_late(x, d, e) : rc;
	x->confirmed[x->n_confirmed++] = d->record;
	r->sum->acknowledged++;
	return sync_journal(r, d->record, d->label, "acknowledged", "accepted",
			    arena_printf(r->page, "%s: %s", x->target, s->text), e);
}

/* All but what is doubted, one by one. */
static enum errk confirm_undoubted(struct acknowledging *x, const struct acknowledgement *s,
				   struct err *e)
{
	enum errk rc = E_OK;
	for (size_t i = 0; i < x->n_held && !x->all_doubted && rc == E_OK; i++)
		if (!str_among(x->held[i].record, x->doubted, x->n_doubted))
			rc = confirm_one(x, s, &x->held[i], e);
	return rc;
}

static enum errk confirm_whole(struct acknowledging *x, const struct acknowledgement *s,
			       struct err *e)
{
	struct sync *r = x->r;
	int64_t links = 0;
	bool refused = false;
	if (x->whole)
		return E_OK;
	if (x->n_doubted || x->all_doubted)
		return confirm_undoubted(x, s, e);
	enum errk rc = link_acknowledge(r->state, r->key, x->target, NULL, s->text, clock_now(),
					&links, e);
	if (rc == E_OK && sync_tells_orders(r))
		rc = reported_answered(r->state, x->target, NULL, clock_latest(), e);
	if (rc != E_OK)
		return rc;
	x->whole = true;
	r->sum->acknowledged += links - (int64_t)x->n_confirmed;
	/* What it held may have gone over anew since, or have been refused. */
	rc = link_any_refused(r->state, r->key, &refused, e);
	if (rc == E_OK && refused)
		rc = find_held(x, e);
	for (size_t i = 0; i < x->n_held && refused && rc == E_OK; i++)
		rc = remember_late(x, &x->held[i], e);
	if (rc != E_OK)
		return rc;
	return sync_journal(r, x->target, x->target, "acknowledged", "accepted", s->text, e);
}

static enum errk confirm(struct acknowledging *x, const struct acknowledgement *s, struct err *e)
{
	enum errk rc = E_OK;
	if (!s->record)
		return confirm_whole(x, s, e);
	for (size_t i = 0; i < x->n_held && rc == E_OK; i++) {
		if (!acknowledgement_means(s, x->held[i].record, x->held[i].label))
			continue;
		remember_named(x, s, x->held[i].record);
		rc = confirm_one(x, s, &x->held[i], e);
	}
	return rc;
}

/* "ok 5 orders" of five is said of all; "ok #9999" of an order that the document does not have, and so of none. */
static bool is_of_nobody(struct acknowledging *x, struct acknowledgement *s)
{
	char quoted[80];
	if (!s->record || means_any(x, s))
		return false;
	if (s->count > 0 && s->count == x->n_records) {
		s->record = NULL;
		return false;
	}
	if (x->nobody)
		return true;
	x->nobody = true;
	str_ellipsis(quoted, sizeof(quoted), foreign_text(s->record, x->r->page),
		     sizeof(quoted) - 4);
	tell(x, s->count > 0
			? arena_printf(x->r->page,
				       "its acknowledgement says ok to %lld, and that file holds "
				       "%lld %s: it confirms none; see which were taken, and "
				       "write the acknowledgement of %s once more",
				       (long long)s->count, (long long)x->n_records,
				       x->r->flow->noun, s->document)
			: arena_printf(
				  x->r->page,
				  "its acknowledgement says ok to '%s', which is no %s of "
				  "that file: it confirms none; see which one is meant, and write "
				  "the acknowledgement of %s once more",
				  quoted, x->r->flow->label, s->document));
	return true;
}

/* delivered_as() reads by the document's name what a record was refused in. */
static enum errk journal_refusal(const struct refusal *f, const char *outcome, struct err *e)
{
	const char *detail = arena_printf(f->r->page, "%s: %s", f->s->document, f->s->text);
	return sync_journal(f->r, f->l->record, f->l->label, "acknowledged", outcome, detail, e);
}

static void describe(const struct refusal *f, struct err *why)
{
	const struct link *l = f->l;
	err_set(why, E_RECORD, "rejected_by_target", "%s was rejected: %s", f->s->document,
		f->s->text);
	if (strcmp(l->target.id, f->s->document) != 0)
		err_append(why,
			   "; a change of it has gone over since (%s): see whether the order is "
			   "there by that, for it will be sent as a new one",
			   l->target.id);
	err_append(why, "; mend it there or here, then run: erpsync queue retry '%s'", l->label);
	err_append(why, "; or, where the ERP has it as it is by now: erpsync adopt %s '%s'",
		   f->r->flow->noun, l->label);
}

/* What the link says of the record from now on, and what the target is taken to know of it. */
static enum errk unlink_refused(const struct refusal *f, struct err *e)
{
	struct sync *r = f->r;
	struct link left = *f->l;
	left.sent_hash = "";
	if (f->whole)
		left.target = (struct target){0};
	left.acknowledged = f->s->text;
	enum errk rc = link_set(r->state, &left, clock_now(), e);
	if (rc == E_OK && sync_tells_orders(r))
		rc = f->whole ? reported_nothing(r->state, f->l->record, clock_latest(), e)
			      : reported_take_back(r->state, f->s->document, f->l->record, e);
	return rc == E_OK ? journal_refusal(f, "rejected", e) : rc;
}

/* A record that the target refuses afterwards was not delivered after all: it is parked. */
static enum errk take_back(const struct refusal *f, struct err *e)
{
	struct sync *r = f->r;
	const struct link *l = f->l;
	struct batch_row b = {.row = {.record = l->record, .label = l->label}};
	/* A person will have no more of it. */
	if (l->for_good)
		return unlink_refused(f, e);
	describe(f, &b.put.err);
	enum errk rc = queue_reopen(r->state, r->key, l->record, l->label, l->version,
				    b.put.err.code, b.put.err.msg, clock_now(), e);
	if (rc == E_OK)
		rc = unlink_refused(f, e);
	if (rc != E_OK)
		return rc;
	sync_count(r, &b, SYNC_PARKED, NULL);
	r->sum->rejected++;
	return E_OK;
}

/*
 * The record has gone over in another document since. A refused change is made good by what went after it;
 * but what went as a change of something that was refused is a change of nothing.
 */
static enum errk refuse_earlier(struct refusal *f, struct err *e)
{
	bool first = false;
	enum errk rc = E_OK;
	if (!f->s->changed)
		rc = delivered_first_as(f->r->state, f->r->key, f->l->record, f->s->document,
					&first, e);
	if (rc != E_OK)
		return rc;
	if (first) {
		f->whole = true;
		return take_back(f, e);
	}
	notice_say(&f->r->notices, NULL,
		   arena_printf(f->r->page,
				"%s: %s was rejected: %s; it has gone over anew since, as %s",
				f->l->label, f->s->document, f->s->text, f->l->target.id));
	if (sync_tells_orders(f->r))
		rc = reported_take_back(f->r->state, f->s->document, f->l->record, e);
	return rc == E_OK ? journal_refusal(f, "outdated", e) : rc;
}

static enum errk refuse(struct acknowledging *x, const struct acknowledgement *s,
			const char *record, struct err *e)
{
	struct sync *r = x->r;
	struct link l;
	bool found;
	forget_late(x, record);
	enum errk rc = link_get(r->state, r->key, record, r->page, &l, &found, e);
	/* Without a target it was taken back before: the same answer, read again after a kill. */
	if (rc != E_OK || !found || !target_is(&l.target))
		return rc;
	struct refusal f = {.r = r, .s = s, .l = &l, .whole = !s->changed};
	if (strcmp(l.target.id, s->document) != 0)
		return refuse_earlier(&f, e);
	/* "ok", but for this one. */
	if (is_confirmed(x, record) && !str_among(record, x->refused, x->n_refused)) {
		x->refused[x->n_refused++] = record;
		r->sum->acknowledged--;
	}
	if (!*l.sent_hash && !l.adopted_at) {
		l.acknowledged = s->text;
		return link_set(r->state, &l, clock_now(), e);
	}
	return take_back(&f, e);
}

static enum errk reject(struct acknowledging *x, const struct acknowledgement *s, struct err *e)
{
	enum errk rc = E_OK;
	for (size_t i = 0; i < x->n_held && rc == E_OK; i++) {
		if (!acknowledgement_means(s, x->held[i].record, x->held[i].label))
			continue;
		remember_named(x, s, x->held[i].record);
		rc = refuse(x, s, x->held[i].record, e);
	}
	return rc;
}

/* Whom it means is known when all have been heard who are named themselves. */
static bool is_of_unknown(struct acknowledging *x, const struct acknowledgement *s)
{
	struct arena *a = x->r->page;
	char name[80];
	if (s->accepted || !s->record || !acknowledgement_may_mean_any(s) || means_any(x, s))
		return false;
	str_ellipsis(name, sizeof(name), foreign_text(s->record, a), sizeof(name) - 4);
	x->unknown_names = x->unknown
				   ? strstr(x->unknown_names, arena_printf(a, "'%s'", name))
					     ? x->unknown_names
					     : arena_printf(a, "%s, '%s'", x->unknown_names, name)
				   : arena_printf(a, "'%s'", name);
	if (!x->unknown) {
		struct acknowledgement *first = arena_alloc(a, sizeof(*first));
		*first = *s;
		first->document = x->target;
		first->text = arena_strdup(a, s->text);
		x->unknown = first;
	}
	return true;
}

/*
 * A name that none of them has may be meant for any that no answer names: all those are looked at, rather than the
 * right one not. What is said of a record by its name stands.
 */
static enum errk refuse_unnamed(struct acknowledging *x, struct err *e)
{
	struct sync *r = x->r;
	size_t refused = 0;
	if (!x->unknown)
		return E_OK;
	struct acknowledgement s = *x->unknown;
	s.record = NULL;
	s.text = arena_printf(r->page,
			      "the acknowledgement refuses %s, which is no %s of that file: %s",
			      x->unknown_names, r->flow->label, s.text);
	x->unknown = NULL;
	enum errk rc = foreign_answer(r, &s, x->held, x->n_held, e);
	if (rc == E_OK)
		rc = state_begin(r->state, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < x->n_held && rc == E_OK; i++) {
		if (str_among(x->held[i].record, x->named, x->n_named))
			continue;
		refused++;
		rc = refuse(x, &s, x->held[i].record, e);
	}
	if (rc == E_OK)
		rc = state_commit(r->state, e);
	if (rc != E_OK)
		state_rollback(r->state);
	else if (!refused)
		notice_say(&r->notices, NULL,
			   arena_printf(r->session->arena,
					"%s: %s; it refuses none, for each %s of the file is "
					"answered by its own name",
					x->target, s.text, r->flow->label));
	return rc;
}

static void tell_doubt(struct acknowledging *x, const struct acknowledgement *s, const char *label)
{
	struct sync *r = x->r;
	char quoted[200];
	str_ellipsis(quoted, sizeof(quoted), s->text, 120);
	const char *what =
		label ? arena_printf(
				r->page,
				"names %s in what is neither a plain ok nor its refusal: '%s'; "
				"an ok that does not name it does not confirm it",
				label, quoted)
		: s->doubt == DOUBT_REFUSAL
			? arena_printf(r->page,
				       "may refuse something, and no %s of that file is named "
				       "with it: '%s'; an ok that names no %s confirms none",
				       r->flow->label, quoted, r->flow->label)
			: arena_printf(r->page, "has a line that is neither ok nor error: '%s'",
				       quoted);
	tell(x, arena_printf(r->page,
			     "its acknowledgement %s; see what is meant, and write the "
			     "acknowledgement of %s once more, with lines of ok and error alone",
			     what, s->document));
}

/* The text may be about the person of the order that it names; or of any, if it names none. */
static enum errk tell_doubted(struct acknowledging *x, const struct acknowledgement *s,
			      const struct delivered *named, struct err *e)
{
	struct acknowledgement own = *s;
	own.record = named ? named->record : NULL;
	enum errk rc = foreign_answer(x->r, &own, x->held, x->n_held, e);
	if (rc == E_OK)
		tell_doubt(x, &own, named ? named->label : NULL);
	return rc;
}

/* Each order, and the document as a whole, is told once: what else is doubted of it changes nothing. */
static enum errk take_doubt(struct acknowledging *x, const struct acknowledgement *s, struct err *e)
{
	enum errk rc = E_OK;
	bool names = false;
	for (size_t i = 0; i < x->n_held && rc == E_OK; i++) {
		const struct delivered *d = &x->held[i];
		if (!acknowledgement_mentions(s->text, d->record, d->label) ||
		    (s->record && acknowledgement_means(s, d->record, d->label)))
			continue;
		names = true;
		if (str_among(d->record, x->doubted, x->n_doubted))
			continue;
		x->doubted[x->n_doubted++] = d->record;
		rc = tell_doubted(x, s, d, e);
	}
	if (rc != E_OK || names || s->doubt == DOUBT_REMARK)
		return rc;
	bool *told = s->doubt == DOUBT_REFUSAL ? &x->all_doubted : &x->strange;
	if (*told)
		return E_OK;
	*told = true;
	return tell_doubted(x, s, NULL, e);
}

static enum errk take_one(void *ctx, const struct acknowledgement *said, struct err *e)
{
	struct acknowledging *x = ctx;
	struct sync *r = x->r;
	struct acknowledgement own = *said, *s = &own;
	enum errk rc = enter(x, s, e);
	if (rc != E_OK)
		return rc;
	if (s->end)
		return refuse_unnamed(x, e);
	rc = s->accepted && !s->record ? E_OK : find_held(x, e);
	if (rc == E_OK && s->doubt)
		return take_doubt(x, s, e);
	if (rc == E_OK && s->accepted && is_of_nobody(x, s))
		return E_OK;
	if (rc == E_OK && is_of_unknown(x, s))
		return E_OK;
	if (rc == E_OK)
		rc = foreign_answer(r, &own, x->held, s->accepted ? 0 : x->n_held, e);
	if (rc != E_OK)
		return rc;
	rc = state_begin(r->state, e);
	if (rc == E_OK)
		rc = s->accepted ? confirm(x, s, e) : reject(x, s, e);
	return state_end(r->state, rc, e);
}

enum errk sync_acknowledge(struct sync *r, struct err *e)
{
	struct acknowledging x = {.r = r};
	if (!r->to->acknowledgements)
		return E_OK;
	arena_reset(r->page);
	enum errk rc = r->to->acknowledgements(r->target, r->page, take_one, &x, e);
	tell_late(&x);
	return rc;
}
