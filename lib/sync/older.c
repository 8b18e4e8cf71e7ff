#include <string.h>

#include "base/clock.h"
#include "base/name_order.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "state/written.h"
#include "sync/sync_priv.h"

/* What an older file says of a record, where a newer one was read that may be gone by now. */

/*
 * The newest that is known was said by another file of this one's time, and their names do not tell that this one is newer. Where
 * documents are merged files of one time may each say a part.
 */
static bool may_be_older(const struct sync *r, const struct record *rec, const struct written *w)
{
	return w->ns == rec->written_ns && w->file && rec->file && !rec->problem &&
	       !r->from->merge && strcmp(w->file, rec->file) != 0 &&
	       !(name_order_known(w->file, rec->file) && name_order(w->file, rec->file) < 0);
}

/*
 * Does a file say it that is older than what is known, and says otherwise? *newer: which file that was, with ns 0 = it
 * does not. *waits: a version of it is ready, parked or being sent.
 */
static enum errk find_newer(struct sync *r, const struct record *rec, struct written *newer,
			    bool *waits, struct err *e)
{
	struct written w;
	bool known;
	struct err ignored;
	*newer = (struct written){0};
	if (!rec->written_ns)
		return E_OK;
	enum errk rc = written_get(r->state, r->key, rec->id, !r->from->keeps_times, r->page, &w,
				   e);
	if (rc != E_OK || (w.ns <= rec->written_ns && !may_be_older(r, rec, &w)))
		return rc;
	rc = queue_knows(r->state, r->key, rec->id, rec->version, &known, waits, e);
	if (rc != E_OK || known)
		return rc;
	struct batch_row b = {
		.row = {.record = rec->id, .label = rec->label, .version = rec->version}};
	/* Another version may make the same document. */
	if (!*waits && rec->doc)
		rc = batch_compare(r, &b, rec->doc, rec->doc_len, &ignored);
	if (rc == E_LOCAL)
		return *e = ignored, rc;
	if (!b.unchanged)
		*newer = w;
	return E_OK;
}

/* Of another version than the document that it came with, for a newer file may say that once more. */
static void set_late(struct sync *r, struct record *rec, const struct written *newer, bool named)
{
	char own[CLOCK_TEXT_MAX], known[CLOCK_TEXT_MAX];
	struct err *why = arena_alloc(r->page, sizeof(*why));
	err_set(why, E_RECORD, "late_file",
		"comes from %s, which was written at %s, and what is known of it ",
		rec->file ? rec->file : "a file", clock_text(rec->written_ns / 1000000000, own));
	if (newer->ns == rec->written_ns)
		err_append(why, "was read in %s, of the same time, which may be newer",
			   newer->file);
	else
		err_append(why, "is newer (of %s)", clock_text(newer->ns / 1000000000, known));
	err_append(
		why,
		" and in no file that is there: it stays as it is known; export it once more, or put "
		"the newer file back");
	if (!named)
		err_append(why, "; if it is to stay so: erpsync queue drop %s",
			   shell_word(rec->id, r->page));
	rec->problem = why;
	rec->version = arena_printf(r->page, "%s late", rec->version);
	rec->written_ns = 0; /* it proves nothing of when the newest was written */
	rec->doc = NULL;
	rec->doc_len = 0;
}

/* Where documents say a part of their record, the older one may have said more than what waits: a person is told. */
static void tell_left(struct sync *r, const struct record *rec)
{
	struct batch_row b = {.row = {.record = rec->id, .label = rec->label}}, *row = &b;
	if (!r->from->merge)
		return;
	r->notices.at_hand = &(struct put_rows){r, &row, 1};
	notice_say(
		&r->notices, "older files",
		arena_printf(
			r->session->arena,
			"%s is older than the file that was read last of what waits or is parked, and "
			"that is in no file that is there: it is not used for that (the first: "
			"'%s'); if it says more of it, have the ERP write that once more",
			rec->file, rec->label));
	r->notices.at_hand = NULL;
}

/* Said once, but where something of it waits that it would replace, or its newer file is there to be read. */
enum errk older_leave(struct sync *r, struct record *rec, bool *left, struct err *e)
{
	struct written newer;
	bool waits = false;
	enum errk rc = find_newer(r, rec, &newer, &waits, e);
	*left = rc == E_OK && newer.ns && (waits || rec->superseded);
	r->sum->known += *left;
	if (rc == E_OK && newer.ns && !*left)
		set_late(r, rec, &newer, false);
	else if (*left && !rec->superseded)
		tell_left(r, rec);
	return rc;
}

/* What is asked for by name is not to be had as it is known. */
enum errk older_refuse_named(struct sync *r, struct record *rec, struct err *e)
{
	struct written newer;
	bool waits;
	enum errk rc = find_newer(r, rec, &newer, &waits, e);
	if (rc == E_OK && newer.ns)
		set_late(r, rec, &newer, true);
	return rc;
}

enum errk older_knows_newer(struct sync *r, const char *record, int64_t written_ns, bool *newer,
			    struct err *e)
{
	struct written w = {0};
	enum errk rc = written_ns ? written_get(r->state, r->key, record, !r->from->keeps_times,
						r->page, &w, e)
				  : E_OK;
	*newer = w.ns > written_ns;
	return rc;
}
