#include "connectors/odoo/answer.h"
#include "connectors/odoo/load.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "net/redact.h"

#include "base/banned.h"

enum { CONFLICTS_MAX = 6, LOST_MAX = 2, CONFLICT_WAIT_MS = 400 };

static const char conflict_text[] = "could not serialize access";

static cJSON *rows_of(const struct odoo_load *l, struct odoo_load_item *const *item, size_t n)
{
	cJSON *data = json_array();
	size_t width = 0;

	while (l->fields[width])
		width++;
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < item[i]->n_rows; r++) {
			cJSON *row = json_array();

			/* Every cell is text: Odoo's importer fails on numbers and true. */
			for (size_t c = 0; c < width; c++)
				json_push_str(row, item[i]->row[r].cells[c]
							   ? item[i]->row[r].cells[c]
							   : "");
			json_push(data, row);
		}
	return data;
}

static cJSON *field_list(const char *const *fields)
{
	cJSON *list = json_array();

	for (; *fields; fields++)
		json_push_str(list, *fields);
	return list;
}

static void blame(struct odoo_load_item *item, const char *model, const char *text, struct arena *a)
{
	char shown[500];

	if (item->err.kind != E_OK)
		return;
	str_ellipsis(shown, sizeof(shown), redact_text(text, a), 400);
	err_set(&item->err, E_RECORD, "refused_by_odoo", "Odoo refuses it (%s): %s", model, shown);
}

/* A message of a business rule comes twice: for record 0, and for the one that it is about. */
static bool is_echo(const cJSON *messages, const cJSON *message)
{
	const char *text = json_str(message, "message");

	if (json_int(message, "record", -1) != 0)
		return false;
	JSON_EACH (other, messages)
		if (json_int(other, "record", -1) > 0 &&
		    str_equal(json_str(other, "message"), text))
			return true;
	return false;
}

static bool are_ids(const cJSON *list, const struct odoo_load *l,
		    struct odoo_load_item *const *sent, size_t n, struct arena *a)
{
	size_t i = 0;

	if (l->keep ? !odoo_answer_are_ids(list, n) : !odoo_answer_is_ids(list, n, a))
		return false;
	JSON_EACH (id, list) {
		if (sent[i]->known && sent[i]->known != odoo_answer_id(id))
			return false;
		i++;
	}
	return true;
}

/* {"ids": false, "messages": [{"message": "…"}]} */
static bool is_refusal(const cJSON *result)
{
	JSON_EACH (m, json_at(result, "messages"))
		if (!json_str(m, "message"))
			return false;
	return cJSON_IsFalse(json_at(result, "ids")) && json_count(result, "messages") > 0;
}

enum errk odoo_load_verdict(const cJSON *result, const struct odoo_load *l,
			    struct odoo_load_item *const *sent, size_t n, struct arena *a,
			    struct odoo_load_verdict *out, struct err *e)
{
	const cJSON *messages = json_at(result, "messages"), *list = json_at(result, "ids");

	*out = (struct odoo_load_verdict){.ids = are_ids(list, l, sent, n, a) ? list : NULL};
	if (!out->ids && !is_refusal(result))
		return err_set(e, E_UNSURE, "bad_answer",
			       "%s/load: Odoo says neither which records these are now nor why it "
			       "refuses them; the next run looks",
			       l->model);
	JSON_EACH (m, messages) {
		const char *text = json_str(m, "message");
		int64_t at = json_int(m, "record", -1);

		if (text && strstr(text, conflict_text)) {
			out->again = true;
			continue;
		}
		/* With ids, what is left to say are warnings ("multiple matches"): never trusted. */
		if (!text || is_echo(messages, m) || at < 0 || (size_t)at >= n ||
		    sent[at]->err.kind != E_OK)
			continue;
		blame(sent[at], l->model, text, a);
		out->guilty++;
	}
	return E_OK;
}

static enum errk pause_after_conflict(struct odoo *o, int tries, struct err *e)
{
	int64_t most = (int64_t)CONFLICT_WAIT_MS << tries;

	return http_pause(o->server.http, most / 2 + random_below((uint32_t)most), e);
}

static struct odoo_call load_call(const struct odoo_load *l, struct odoo_load_item *const *item,
				  size_t n)
{
	struct odoo_call c = {.model = l->model,
			      .method = "load",
			      .intent = HTTP_WRITE,
			      .hide = true,
			      .quiet = l->quiet,
			      .args = json_object()};

	json_add(c.args, "fields", field_list(l->fields));
	json_add(c.args, "data", rows_of(l, item, n));
	if (l->flag || l->keep)
		c.context = json_object();
	if (l->flag)
		json_add_bool(c.context, l->flag, true);
	/* As Odoo loads a module's data that is the users' from then on: made once, never updated. */
	if (l->keep) {
		json_add_str(c.context, "mode", "update");
		json_add_bool(c.context, "noupdate", true);
	}
	return c;
}

static void take_ids(const cJSON *ids, struct odoo_load_item *const *item, size_t n)
{
	for (size_t i = 0; ids && i < n; i++)
		item[i]->id = odoo_answer_id(cJSON_GetArrayItem(ids, (int)i));
}

static void forget_errors(struct odoo_load_item *const *item, size_t n)
{
	for (size_t i = 0; i < n; i++)
		item[i]->err = (struct err){.kind = E_OK};
}

/* One call, and again while another transaction is in the way. */
static enum errk send(struct odoo *o, struct odoo_load *l, struct odoo_load_item *const *item,
		      size_t n, size_t *guilty, struct arena *a, struct err *e)
{
	int lost = 0;

	for (int tries = 0;; tries++) {
		CLEANUP(odoo_call) struct odoo_call c = load_call(l, item, n);
		struct odoo_load_verdict v;
		struct err stopped;
		enum errk rc = odoo_call(&o->server, &c, a, e);

		if (rc == E_UNSURE && l->fresh && lost++ < LOST_MAX &&
		    pause_after_conflict(o, lost, &stopped) == E_OK)
			continue;
		if (rc == E_OK)
			rc = odoo_load_verdict(c.result, l, item, n, a, &v, e);
		if (rc != E_OK)
			return rc;
		*guilty = v.guilty;
		if (v.again && tries < CONFLICTS_MAX) {
			forget_errors(item, n);
			rc = pause_after_conflict(o, tries, e);
			if (rc != E_OK)
				return rc;
			continue;
		}
		if (v.again)
			return err_set(e, E_BUSY, "conflict",
				       "%s/load (%s): other users keep changing the same records",
				       l->model, o->server.host);
		take_ids(v.ids, item, n);
		return E_OK;
	}
}

/*
 * Shares of the records at once, one try each. What is not settled by that is sent again by
 * load_some, which finds out why: rows with external ids may be sent twice. Returns how many are
 * left, moved to the front.
 */
static size_t load_shares(struct odoo *o, const struct odoo_load *l, struct odoo_load_item **item,
			  size_t n, struct arena *a)
{
	size_t shares = l->apart ? odoo_shares(o, n) : 1, used = 0, left = 0;
	struct odoo_call *c;
	size_t *end;

	if (shares < 2)
		return n;
	c = arena_array(a, shares, sizeof(*c));
	end = arena_array(a, shares, sizeof(*end));
	for (size_t s = 0, at = 0; s < shares; s++) {
		size_t to = odoo_share_at(n, s + 1, shares);

		while (to < n && item[to]->follows)
			to++;
		if (to <= at)
			continue;
		c[used] = load_call(l, item + at, to - at);
		end[used++] = at = to;
	}
	odoo_calls(&o->server, c, used, used, a);
	for (size_t s = 0, at = 0; s < used; s++) {
		struct odoo_load_verdict v;

		if (c[s].err.kind == E_OK && odoo_load_verdict(c[s].result, l, item + at,
							       end[s] - at, a, &v, NULL) == E_OK) {
			take_ids(v.ids, item + at, end[s] - at);
			forget_errors(item + at, end[s] - at);
		}
		odoo_call_release(&c[s]);
		for (; at < end[s]; at++)
			if (!item[at]->id)
				item[left++] = item[at];
	}
	return left;
}

/* Refused, and Odoo does not say for which record: halves tell. */
static enum errk load_some(struct odoo *o, struct odoo_load *l, struct odoo_load_item **item,
			   size_t n, struct arena *a, struct err *e)
{
	while (n > 0) {
		size_t guilty = 0, left = 0;
		enum errk rc = send(o, l, item, n, &guilty, a, e);

		if (rc == E_OK && item[0]->id)
			return E_OK;
		if (rc != E_OK && rc != E_RECORD)
			return rc;
		if (guilty == 0 && n == 1) {
			if (rc == E_RECORD)
				item[0]->err = *e;
			else
				blame(item[0], l->model, "it gives no reason", a);
			return E_OK;
		}
		if (guilty == 0) {
			rc = load_some(o, l, item, n / 2, a, e);
			if (rc != E_OK)
				return rc;
			item += n / 2;
			n -= n / 2;
			continue;
		}
		for (size_t i = 0; i < n; i++)
			if (item[i]->err.kind == E_OK)
				item[left++] = item[i];
		n = left;
	}
	return E_OK;
}

/* The record that has this external id, among others perhaps; 0: none that this user may see. */
static enum errk find_reference(struct odoo *o, const char *model, const char *xid, struct arena *a,
				int64_t *id, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "ir.model.data",
			      .method = "check_object_reference",
			      .intent = HTTP_READ,
			      .args = json_object(),
			      .context = odoo_archived_too(NULL)};
	const char *dot = strchr(xid, '.');
	enum errk rc;

	json_add_str(c.args, "module", arena_strndup(a, xid, dot ? (size_t)(dot - xid) : 0));
	json_add_str(c.args, "xml_id", dot ? dot + 1 : xid);
	rc = odoo_call(&o->server, &c, a, e);
	*id = 0;
	if (rc == E_RECORD)
		return E_OK;
	if (rc == E_OK && str_equal(json_str(c.result, "[0]"), model))
		*id = odoo_answer_id(json_at(c.result, "[1]"));
	return rc;
}

/* A record that people merged with others has the external ids of all; get_external_id tells one. */
static enum errk recognise_one(struct odoo *o, const struct odoo_load *l,
			       struct odoo_load_item *item, const char *told, struct arena *a)
{
	const char *xid = item->row[0].cells[0];
	int64_t is = 0;
	enum errk rc;

	if (str_equal(told, xid))
		return E_OK;
	rc = *told ? find_reference(o, l->model, xid, a, &is, &item->err) : E_OK;
	if (rc != E_OK) {
		item->err.kind = E_UNSURE;
	} else if (is == item->id) {
		item->err = (struct err){.kind = E_OK};
		return E_OK;
	} else {
		err_set(&item->err, E_RECORD, "other_external_id",
			"%s/load: Odoo says that %s is record %lld, and that this has %s%s; put the "
			"external id right there (Settings > Technical > External Identifiers), or "
			"delete it, then run: erpsync queue retry --code other_external_id",
			l->model, xid, (long long)item->id, *told ? "the external id " : "none",
			told);
	}
	item->id = 0;
	return item->err.kind;
}

/*
 * Whose ids are these? What follows goes by them alone: a payment of another document must not be posted
 * because an answer was wrong.
 */
static enum errk recognise(struct odoo *o, struct odoo_load *l, struct arena *a, struct err *e)
{
	LIST(int64_t) made = {0};
	CLEANUP(json) cJSON *xids = NULL;
	enum errk rc;

	for (size_t i = 0; i < l->n; i++)
		if (l->item[i].id && !l->item[i].known)
			*list_add(&made, a) = l->item[i].id;
	rc = odoo_external_ids(o, l->model, made.at, made.n, a, &xids, e);
	if (rc != E_OK)
		e->kind = E_UNSURE; /* they are made, only not known */
	for (size_t i = 0; i < l->n; i++) {
		struct odoo_load_item *item = &l->item[i];

		if (!item->id || item->known)
			continue;
		if (rc != E_OK) {
			item->err = *e;
			item->id = 0;
		} else if (recognise_one(o, l, item, odoo_external_id(xids, item->id), a) ==
			   E_UNSURE) {
			*e = item->err;
			rc = E_UNSURE;
		}
	}
	return rc == E_OK ? E_OK : E_UNSURE;
}

enum errk odoo_load(struct odoo *o, struct odoo_load *l, struct arena *a, struct err *e)
{
	struct odoo_load_item **item = arena_array(a, l->n, sizeof(*item));
	enum errk rc;

	for (size_t i = 0; i < l->n; i++) {
		l->item[i].id = 0;
		l->item[i].err = (struct err){.kind = E_OK};
		item[i] = &l->item[i];
	}
	rc = load_some(o, l, item, load_shares(o, l, item, l->n, a), a, e);
	if (rc == E_OK)
		rc = recognise(o, l, a, e);
	for (size_t i = 0; i < l->n && rc != E_OK; i++)
		if (!l->item[i].id && l->item[i].err.kind == E_OK)
			l->item[i].err = *e;
	return rc;
}
