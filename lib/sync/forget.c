#include "sync/forget.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "map/canonical.h"
#include "state/forget.h"
#include "state/lock.h"
#include "state/queue.h"
#include "state/run.h"
#include "sync/flow.h"
#include "sync/sync_priv.h"

enum { DIGITS_MAX = 32, PHONE_MIN = 7, LOCKS_MAX = 256 };

struct search {
	const char *who;
	char digits[DIGITS_MAX]; /* of who, if it may be a telephone number */
	bool by_id;              /* who is an id or a name: nothing that must be hidden */
	struct arena *a;
	struct names {
		const char **name;
		size_t n, cap;
	} records, customers;
	struct hidden *values; /* the person's, as the documents have them */
	struct hidden *said;   /* who alone */
	int64_t busy_since;    /* delivered after that: stock counts on the document */
	bool grown;
	struct err refused; /* why nothing may be erased yet */
};

static bool has_name(const struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_equal(l->name[i], name))
			return true;
	return false;
}

static bool add_name(struct names *l, const char *name, struct arena *a)
{
	if (has_name(l, name))
		return false;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		const char **larger = arena_array(a, cap, sizeof(*larger));
		if (l->n)
			memcpy(larger, l->name, l->n * sizeof(*larger));
		l->name = larger;
		l->cap = cap;
	}
	l->name[l->n++] = arena_strdup(a, name);
	return true;
}

/* The digits of a telephone number, without the zeros that stand for the country or city. */
static void digits_of(const char *text, char out[DIGITS_MAX])
{
	size_t n = 0;
	for (; *text && n + 1 < DIGITS_MAX; text++)
		if (isdigit((unsigned char)*text) && (n > 0 || *text != '0'))
			out[n++] = *text;
	out[n] = 0;
}

/* "gid://shopify/Customer/5001" is 5001 too, and "#1001" is 1001. */
static bool is_id(const char *id, const char *who)
{
	const char *tail = id ? strrchr(id, '/') : NULL;
	return str_equal(id, who) || (tail && str_equal(tail + 1, who)) ||
	       (id && id[0] == '#' && str_equal(id + 1, who));
}

static bool same_phone(const struct search *f, const char *phone)
{
	char digits[DIGITS_MAX];
	digits_of(phone, digits);
	return strlen(f->digits) >= PHONE_MIN && strlen(digits) >= PHONE_MIN &&
	       (str_ends(digits, f->digits) || str_ends(f->digits, digits));
}

/* Whole: "ann@…" is not "joann@…". */
static bool has_mail(const char *text, const char *mail)
{
	for (const char *p = text; (p = strcasestr(p, mail)); p++) {
		const char *end = p + strlen(mail);
		unsigned char before = p == text ? ' ' : (unsigned char)p[-1];

		if (!isalnum(before) && before < 0x80 && !strchr("._%+-", before) &&
		    !isalnum((unsigned char)*end) && *end != '-' &&
		    (*end != '.' || !isalnum((unsigned char)end[1])))
			return true;
	}
	return false;
}

/* What tells who somebody is, and not a word that may stand for anything: those are never hidden. */
static bool is_personal(const struct search *f)
{
	return strchr(f->who, '@') ||
	       (strlen(f->digits) >= PHONE_MIN && !f->who[strspn(f->who, "+0123456789 ()./-")]);
}

/* A mail address wherever it stands, a telephone number in its fields. */
static bool is_in(const struct search *f, const cJSON *item)
{
	const cJSON *c;
	if (cJSON_IsString(item)) {
		if (strchr(f->who, '@'))
			return has_mail(item->valuestring, f->who);
		return item->string && strstr(item->string, "phone") &&
		       same_phone(f, item->valuestring);
	}
	cJSON_ArrayForEach (c, item)
		if (is_in(f, c))
			return true;
	return false;
}

static bool is_meant(struct search *f, const struct queue_row *row, const cJSON *doc)
{
	const char *customer = doc ? json_str(doc, "customer.id") : NULL;
	/* What was given back of an order is of whoever bought it. */
	const char *order = doc ? json_str(doc, "order.id") : NULL;
	if (has_name(&f->records, row->record) || (order && has_name(&f->records, order)))
		return true;
	/* By its order, also where that was never read, or was forgotten before. */
	if (is_id(row->record, f->who) || is_id(row->label, f->who) || is_id(customer, f->who) ||
	    is_id(order, f->who) || is_id(doc ? json_str(doc, "order.name") : NULL, f->who)) {
		f->by_id = true;
		return true;
	}
	return (doc && is_in(f, doc)) || (customer && has_name(&f->customers, customer));
}

/* The record is the person's: may its document go? */
static void judge(struct search *f, const struct queue_row *row)
{
	if (row->state == QUEUE_SENDING)
		err_set(&f->refused, E_BUSY, "sending",
			"%s is being sent, or was interrupted on its way; nothing was erased: let "
			"the next run of %s find out, then try again",
			row->label, row->flow);
	else if (row->state != QUEUE_DONE && f->refused.kind != E_BUSY)
		err_set(&f->refused, E_LOCAL, "not_delivered",
			"%s is not delivered yet and would be lost; nothing was erased: let it go "
			"over, or take it out first: erpsync queue drop %s",
			row->label, shell_word(row->label, f->a));
	else if (row->state == QUEUE_DONE && row->changed_at > f->busy_since &&
		 f->refused.kind == E_OK) {
		char free[CLOCK_TEXT_MAX];
		err_set(&f->refused, E_BUSY, "too_new",
			"%s was delivered within [inventory] order_lag, and stock still counts on "
			"its document; nothing was erased: try again after %s",
			row->label,
			clock_text(clock_now() + row->changed_at - f->busy_since, free));
	}
}

static enum errk look_at(const struct queue_row *row, void *ctx, struct err *e)
{
	struct search *f = ctx;
	CLEANUP(json) cJSON *doc = NULL;
	const char *kind, *customer;
	(void)e;
	if (row->payload && json_parse(row->payload, strlen(row->payload), &doc, NULL) != E_OK)
		doc = NULL;
	if (!is_meant(f, row, doc))
		return E_OK;
	f->grown = add_name(&f->records, row->record, f->a) || f->grown;
	judge(f, row);
	kind = doc ? json_str(doc, "kind") : NULL;
	if (!kind || !canonical_fields(kind))
		return E_OK;
	canonical_hide(kind, doc, f->values);
	customer = json_str(doc, "customer.id");
	if (customer)
		f->grown = add_name(&f->customers, customer, f->a) || f->grown;
	return E_OK;
}

/* Until nothing more is found: an order with the address may lead to one with another address. */
static enum errk find_records(struct state *s, struct search *f, struct err *e)
{
	const struct queue_filter all = {.states = 1 << QUEUE_READY | 1 << QUEUE_SENDING |
						   1 << QUEUE_PARKED | 1 << QUEUE_DONE};
	enum errk rc = E_OK;
	do {
		f->grown = false;
		rc = queue_each(s, &all, true, look_at, f, e);
	} while (rc == E_OK && f->grown);
	if (rc == E_OK && f->refused.kind != E_OK) {
		*e = f->refused;
		rc = e->kind;
	}
	return rc;
}

static const struct hidden *pick(void *ctx, const char *record)
{
	struct search *f = ctx;
	return !*record || has_name(&f->records, record) ? f->values : f->said;
}

static enum errk erase(struct state *s, struct search *f, struct forgotten *out, struct err *e)
{
	enum errk rc = state_begin(s, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < f->records.n && rc == E_OK; i++) {
		rc = forget_documents(s, f->records.name[i], &out->documents, e);
		out->ids += !f->by_id && strcasestr(f->records.name[i], f->who);
	}
	if (!f->by_id && is_personal(f)) {
		hidden_add(f->values, f->who);
		hidden_add(f->said, f->who);
	}
	if (rc == E_OK)
		rc = forget_texts(s, pick, f, &out->texts, e);
	rc = state_end(s, rc, e);
	out->records = (int64_t)f->records.n;
	return rc;
}

/* No flow may read or write meanwhile: it would bring back what it holds. */
static enum errk lock_all(struct state *s, struct arena *a, struct lock **lock, size_t *n,
			  struct err *e)
{
	const char **ran;
	struct names keys = {0};
	size_t n_ran;
	enum errk rc = run_flows(s, a, &ran, &n_ran, e);
	if (rc != E_OK)
		return rc;
	for (const struct flow *f = flows; f->noun; f++)
		add_name(&keys, f->name, a);
	for (size_t i = 0; i < n_ran; i++)
		add_name(&keys, ran[i], a);
	for (size_t i = 0; i < keys.n && rc == E_OK; i++) {
		if (*n == LOCKS_MAX)
			BUG("more than %d flows", LOCKS_MAX);
		rc = lock_take(s, keys.name[i], 0, &lock[*n], e);
		*n += rc == E_OK;
	}
	return rc;
}

static void leave(struct forgotten *out, struct arena *a, const char *where, const char *what)
{
	struct out_of_reach *larger = arena_array(a, out->n_left + 1, sizeof(*larger));
	if (out->n_left)
		memcpy(larger, out->left, out->n_left * sizeof(*larger));
	larger[out->n_left++] = (struct out_of_reach){where, what};
	out->left = larger;
}

/* Copies of the state file that lie beside it. */
static void find_copies(struct session *s, struct forgotten *out)
{
	const char *path = path_absolute(s->arena, state_path(s->state));
	const char *dir = path_folder(s->arena, path), *name = strrchr(path, '/') + 1;
	struct file_entry *file;
	struct err ignored;
	size_t n;
	if (dir_list(dir, s->arena, &file, &n, &ignored) != E_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *end = file[i].name + strlen(name);
		if (!str_starts(file[i].name, name))
			continue;
		if (str_starts(end, ".before-v"))
			leave(out, s->arena, path_join(s->arena, dir, file[i].name),
			      "the state file before an upgrade; may be deleted when the new "
			      "version has run well");
		else if (str_starts(end, ".dry-run-") && !s->dry_state)
			leave(out, s->arena, path_join(s->arena, dir, file[i].name),
			      "a copy of a dry run; the next dry run removes it if that one is over");
	}
}

static void tell_left(struct session *s, struct forgotten *out)
{
	const char *log = conf_text(s->conf, "log", "path");
	find_copies(s, out);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++) {
		const char *section = side_section(side);
		if (str_equal(conf_text(s->conf, section, "connector"), "csv"))
			leave(out, s->arena, conf_text(s->conf, section, "path"),
			      "files of this folder, done ones too");
	}
	if (log)
		leave(out, s->arena, log, "the log names orders and ids, never people");
	leave(out, s->arena, "elsewhere",
	      "copies made by 'state backup', traces, targets of --to, the shop and the ERP themselves");
}

static int64_t busy_since(const struct session *s)
{
	int64_t lag = conf_int(s->conf, "inventory", "order_lag") / 1000;
	return conf_is_set(s->conf, "inventory", "quantity") ? clock_now() - lag : INT64_MAX;
}

enum errk forget_person(struct session *s, const char *who, struct forgotten *out, struct err *e)
{
	CLEANUP(hidden) struct hidden *values = hidden_new();
	CLEANUP(hidden) struct hidden *said = hidden_new();
	struct search f = {.who = who,
			   .a = s->arena,
			   .values = values,
			   .said = said,
			   .busy_since = busy_since(s)};
	struct lock *lock[LOCKS_MAX];
	struct state *state = session_state(s);
	size_t n = 0;
	*out = (struct forgotten){0};
	digits_of(who, f.digits);
	enum errk rc = lock_all(state, s->arena, lock, &n, e);
	if (rc == E_OK)
		rc = find_records(state, &f, e);
	if (rc == E_OK)
		rc = erase(state, &f, out, e);
	if (rc == E_OK && !s->dry_state)
		rc = forget_bytes(state, e);
	while (n > 0)
		lock_free(lock[--n]);
	if (rc == E_OK)
		tell_left(s, out);
	return rc;
}
