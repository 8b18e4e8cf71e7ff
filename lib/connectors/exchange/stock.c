#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "model/stock_wanted.h"
#include "connectors/exchange/inbox_read.h"
#include "files/guard.h"
#include "connectors/exchange/stock_document.h"

#include "base/banned.h"

static enum errk read_file(const struct conf *c, const char *path, const char *name, void **content,
			   bool *cut, struct err *e)
{
	struct exchange_stock *s = NULL;
	/* Articles of the files are compared also where no stock is pulled. */
	const enum stock_figure only = conf_text(c, "inventory", "quantity")
					       ? stock_figure_wanted(c)
					       : FIGURE_COUNT_;
	enum errk k = exchange_stock_read_as(path, name, guard_encoding(c, "erp"), only, &s, e);

	if (k != E_OK)
		return k;
	*cut = s->cut;
	*content = s;
	return E_OK;
}

static void free_file(void *content)
{
	exchange_stock_free(content);
}

static const char *ignored(const void *content)
{
	return ((const struct exchange_stock *)content)->ignored;
}

static size_t count(const void *content)
{
	return ((const struct exchange_stock *)content)->n_articles;
}

/* A later file of the set says how this article stands. */
static bool is_overtaken(const struct inbox_set *set, size_t file, const char *sku)
{
	for (size_t i = file + 1; i < set->n; i++)
		if (exchange_stock_find(set->file[i].content, sku))
			return true;
	return false;
}

static enum inbox_said says_of(const struct exchange_stock *s,
			       const struct exchange_stock_article *x)
{
	if (!x)
		return INBOX_SAYS_NOTHING;
	if (x->problem)
		return INBOX_UNREADABLE;
	for (uint32_t i = x->first; i; i = s->row[i].next)
		if (exchange_stock_is_some(&s->row[i]))
			return INBOX_LISTS_SOME;
	return INBOX_LISTS_NONE;
}

static enum inbox_said says(const void *content, const char *id)
{
	return says_of(content, exchange_stock_find(content, id));
}

static bool has(const void *content, const char *id)
{
	return exchange_stock_find(content, id) != NULL;
}

static enum inbox_wholeness wholeness(const void *content)
{
	const struct exchange_stock *s = content;

	return s->unnamed ? INBOX_UNNAMED : s->faulty ? INBOX_FAULTY : INBOX_WHOLE;
}

/* The first row of the set that does not tell what it is of, in words; NULL = there is none. */
static const char *unnamed(const struct inbox_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct exchange_stock *s = set->file[i].content;

		if (s->unnamed)
			return s->unnamed;
	}
	return NULL;
}

/* What a set lists instead of it; NULL = nothing. Two that were listed beside each other before are two. */
static const struct exchange_stock_article *near(const struct inbox_set *set, const char *id)
{
	const struct exchange_stock *before = set->before.content;

	for (size_t i = 0; i < set->n; i++) {
		const struct exchange_stock_article *x = exchange_stock_near(set->file[i].content,
									     id);

		if (x && !(before && exchange_stock_find(before, x->sku) &&
			   exchange_stock_find(before, id)))
			return x;
	}
	return NULL;
}

static const char *hides(const struct inbox_set *set, const char *id, struct arena *a)
{
	const char *name = set->file[0].name, *row = unnamed(set);
	const struct exchange_stock_article *x = row ? NULL : near(set, id);

	if (row)
		return arena_printf(
			a,
			"%s does not list '%s', and a row that does not tell its article may be it "
			"(%s), so the shop keeps what it has; have the ERP write the file anew, or "
			"list it with 0",
			name, id, row);
	return x ? arena_printf(
			   a,
			   "%s does not list '%s', but '%s', which differs in %s, so the shop keeps "
			   "what it has; have the ERP write the SKU as before, or, if these are "
			   "two, list '%s' with 0",
			   name, id, x->sku, sku_difference(id, x->sku, a), id)
		 : NULL;
}

/* So many are missing, of all that may be; names: the first of them. */
struct missing {
	size_t gone, all, named;
	char names[200];
};

static void add_missing(struct missing *m, const char *sku)
{
	enum { NAMED = 3, SKU = 40 };
	const size_t at = strlen(m->names);

	m->gone++;
	if (m->named == NAMED || strlen(sku) > SKU)
		return;
	snprintf(m->names + at, sizeof(m->names) - at, "%s'%s'", m->named ? ", " : "", sku);
	m->named++;
}

/* " ('A', 'B', 'C' and 4 more)" */
static const char *missing_names(const struct missing *m, char *text, size_t size)
{
	if (!m->named)
		return "";
	if (m->gone > m->named)
		snprintf(text, size, " (%s and %zu more)", m->names, m->gone - m->named);
	else
		snprintf(text, size, " (%s)", m->names);
	return text;
}

static enum errk shrunk(const struct inbox_set *set, const struct missing *m, const char *whose,
			struct err *e)
{
	char names[260];

	return err_set(e, E_LOCAL, "snapshot_shrunk",
		       "%s: lists %zu articles, and %zu of the %zu %s are "
		       "missing%s: it looks broken off, or is a list of something else, and is not "
		       "used; have the ERP list what is sold out with 0, or call a file of changes "
		       "stock-changes….csv; if the shop is to keep what it has of those, remove "
		       "the stock*.csv from the folder archive/",
		       set->file[0].path,
		       ((const struct exchange_stock *)set->file[0].content)->n_articles, m->gone,
		       m->all, whose, missing_names(m, names, sizeof(names)));
}

/* Articles that used changes after the k-th say anew are theirs; k = n_since: none. */
static bool is_said_later(const struct inbox_set *set, size_t k, const char *sku)
{
	for (size_t i = k + 1; i < set->n_since; i++)
		if (set->since[i].content && exchange_stock_find(set->since[i].content, sku))
			return true;
	return false;
}

/* What a used file had in a warehouse, and how much of it the new snapshot has not. */
static void count_lost(const struct inbox_set *set, const struct exchange_stock *was, size_t k,
		       const char *warehouse, struct missing *m)
{
	const struct exchange_stock *is = set->file[0].content;

	for (size_t w = 0; was && w < was->n_warehouses; w++)
		for (size_t i = 0; str_equal(was->warehouse[w], warehouse) && i < was->n_articles;
		     i++) {
			const struct exchange_stock_article *x = &was->article[i], *now;

			if (x->problem || !exchange_stock_has_some(was, x, (uint32_t)w) ||
			    inbox_is_unknown(set, x->sku) || is_said_later(set, k, x->sku))
				continue;
			now = exchange_stock_find(is, x->sku);
			/* Of all that changes ever told judge() sees what is gone altogether. */
			if (!now && k < set->n_since)
				continue;
			m->all++;
			if (is_overtaken(set, 0, x->sku) || (now && now->problem))
				continue;
			if (!now || !exchange_stock_has(is, now, warehouse))
				add_missing(m, x->sku);
		}
}

/* Of a warehouse that the last snapshot, or changes after it, had, the new one has not enough. */
static enum errk judge_warehouse(const struct inbox_set *set, const char *warehouse,
				 const char *path, bool changes, struct err *e)
{
	struct missing m = {0};
	char names[260];

	if (!changes)
		count_lost(set, set->before.content, set->n_since, warehouse, &m);
	for (size_t i = 0; changes && i < set->n_since; i++)
		count_lost(set, set->since[i].content, i, warehouse, &m);
	/* Of one article that is sold out nothing else follows. */
	if (m.gone < 2 || m.gone * 2 <= m.all)
		return E_OK;
	return err_set(
		e, E_LOCAL, "snapshot_shrunk",
		"%s: has no row in warehouse '%s' for %zu of the %zu articles that %s (%s) had "
		"there%s, and is not used: its rows of that warehouse look "
		"lost; if it is empty, have the ERP list them there with 0, once",
		set->file[0].path, warehouse, m.gone, m.all,
		changes ? "changes after the last snapshot" : "the last snapshot", path,
		missing_names(&m, names, sizeof(names)));
}

static enum errk judge_warehouses(const struct inbox_set *set, const struct inbox_file *f,
				  bool changes, struct err *e)
{
	const struct exchange_stock *was = f->content;
	enum errk k = E_OK;

	for (size_t i = 0; was && i < was->n_warehouses && k == E_OK; i++)
		k = judge_warehouse(set, was->warehouse[i], f->path, changes, e);
	return k;
}

/*
 * An export that broke off between two rows, or a list of something else, would empty the shop: what a list
 * leaves out is sold out. However few there are: a small shop is emptied as surely. What was listed with 0
 * may be left out: nothing is lost with it.
 */
static enum errk judge_last(const struct inbox_set *set, struct err *e)
{
	const struct exchange_stock *was = set->before.content;
	struct missing m = {0};
	char whose[600];

	for (size_t i = 0; i < was->n_articles; i++) {
		const struct exchange_stock_article *x = &was->article[i];

		/* What is called by no name is none of those that may be missing; what is only not understood is. */
		if (says_of(was, x) == INBOX_LISTS_NONE || x->label ||
		    (!x->problem && inbox_is_unknown(set, x->sku)))
			continue;
		m.all++;
		if (!exchange_stock_find(set->file[0].content, x->sku) &&
		    !is_overtaken(set, 0, x->sku))
			add_missing(&m, x->sku);
	}
	if (m.gone * 2 > m.all) {
		snprintf(whose, sizeof(whose), "of the last snapshot (%s)", set->before.path);
		return shrunk(set, &m, whose, e);
	}
	return judge_warehouses(set, &set->before, false, e);
}

/* A spreadsheet that took SKUs for numbers took many: so many articles that are missing, and rows that may be those. */
static enum errk judge_names(const struct inbox_set *set, struct err *e)
{
	enum { FEW = 20 };
	size_t held = 0, near_ones = 0, rows = 0;

	for (size_t i = 0; i < set->n; i++)
		rows += ((const struct exchange_stock *)set->file[i].content)->n_unnamed;
	for (size_t i = 0; i < set->n_gone; i++) {
		const struct inbox_gone *x = &set->gone[i];
		const bool is_near = !x->told && near(set, x->id) != NULL;

		held += !x->told && (rows || is_near);
		near_ones += is_near;
	}
	if (held <= FEW || (rows + near_ones) * 2 < held)
		return E_OK;
	return err_set(e, E_LOCAL, "skus_changed",
		       "%s: %zu articles that the shop was told of are missing, and %zu rows tell "
		       "no article (%s) or one that is called nearly so: its SKUs were changed, as "
		       "a spreadsheet does that saves the file, and it is not used; have the ERP "
		       "write it anew, with its SKUs as text, and what is sold out with 0",
		       set->file[0].path, held, rows + near_ones,
		       rows ? unnamed(set) : "all have an SKU");
}

/* The same by all that the shop was told, whichever file it was from. */
static enum errk judge(const struct inbox_set *set, struct err *e)
{
	struct missing m = {.all = set->n_told};
	enum errk k = set->before.content ? judge_last(set, e) : E_OK;

	for (size_t i = 0; i < set->n_since && k == E_OK; i++)
		k = judge_warehouses(set, &set->since[i], true, e);
	if (k != E_OK)
		return k;
	for (size_t i = 0; i < set->n_gone; i++) {
		const struct inbox_gone *x = &set->gone[i];

		if (x->told)
			continue;
		if (x->said == INBOX_LISTS_SOME)
			add_missing(&m, x->id);
		else
			m.all--;
	}
	return m.gone * 2 <= m.all ? judge_names(set, e)
				   : shrunk(set, &m, "that the shop was told of", e);
}

static int64_t read_at(const struct inbox_file *f)
{
	return f->mtime_ns / 1000000000;
}

/* Warehouses of an article that is gone. */
struct trace {
	const char **warehouse;
	size_t n, cap;
};

static void add_warehouse(struct trace *t, const char *name, struct arena *a)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_equal(t->warehouse[i], name))
			return;
	if (t->n == t->cap) {
		const char **larger = arena_array(a, t->cap * 2 + 2, sizeof(*larger));

		for (size_t i = 0; i < t->n; i++)
			larger[i] = t->warehouse[i];
		t->warehouse = larger;
		t->cap = t->cap * 2 + 2;
	}
	t->warehouse[t->n++] = arena_strdup(a, name);
}

static void recall(const void *content, const char *id, struct arena *a, void **trace)
{
	const struct exchange_stock *s = content;
	struct trace *t = *trace;

	if (!t)
		*trace = t = arena_alloc(a, sizeof(*t));
	for (uint32_t i = exchange_stock_find(s, id)->first; i; i = s->row[i].next)
		add_warehouse(t, s->warehouse[s->row[i].warehouse], a);
}

static void make_gone(const struct inbox_set *set, const struct inbox_gone *x, struct arena *a,
		      struct record *out)
{
	const struct inbox_file *f = &set->file[0];
	const struct trace *t = x->trace;
	const char *why = hides(set, x->id, a);
	struct err problem;

	if (why) {
		err_set(&problem, E_RECORD, "gone", "%s", why);
		stock_record_problem(x->id, &problem, read_at(f), a, out);
		out->version = INBOX_GONE_MAYBE;
		return;
	}
	if (t)
		exchange_stock_record_gone(f->content, x->id, t->warehouse, t->n, read_at(f), a,
					   out);
	else {
		err_set(&problem, E_RECORD, "gone",
			"%s no longer lists '%s', and no older stock file in archive/ says in which "
			"warehouses it was, so the shop keeps what it has; have the ERP list it with "
			"0, or, if that is right, run: erpsync queue drop '%s'",
			f->name, x->id, x->id);
		stock_record_problem(x->id, &problem, read_at(f), a, out);
	}
	out->version = INBOX_GONE;
}

/*
 * What says in which warehouses an article was, newest first: the last list and the changes after it, or more. Changes tell with
 * their figures what the list of their set has told, for its own document is overtaken.
 */
static size_t contents_before(const struct inbox_set *set, size_t file, struct arena *a,
			      const struct exchange_stock_past **out)
{
	struct exchange_stock_past *list = arena_array(a, file + set->n_since + set->n_past + 1,
						       sizeof(*list));
	size_t n = 0;

	for (size_t i = file; i-- > 0;)
		list[n++] = (struct exchange_stock_past){.s = set->file[i].content,
							 .same_set = true};
	for (size_t i = set->n_since; i-- > 0;)
		if (set->since[i].content)
			list[n++] = (struct exchange_stock_past){.s = set->since[i].content,
								 .changes = true};
	if (set->before.content)
		list[n++] = (struct exchange_stock_past){.s = set->before.content};
	for (size_t i = 0; i < set->n_past; i++)
		if (set->past[i].content)
			list[n++] = (struct exchange_stock_past){.s = set->past[i].content,
								 .changes = set->past[i].changes};
	*out = list;
	return n;
}

static bool record(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
		   struct record *out)
{
	const struct exchange_stock *before = set->before.content;
	const struct exchange_stock *s = file < set->n ? set->file[file].content : before;
	const struct exchange_stock_article *x = &s->article[k];
	struct inbox_gone gone = {.id = x->sku};
	const struct exchange_stock_past *earlier = NULL;
	size_t n;

	if (file < set->n) {
		if (is_overtaken(set, file, x->sku))
			return false;
		/* A row that may be any is the list's business. */
		n = file == 0 || !unnamed(set) ? contents_before(set, file, a, &earlier) : 0;
		exchange_stock_record(s, x, earlier, n, unnamed(set), read_at(&set->file[file]), a,
				      out);
		return true;
	}
	/* What the last snapshot had and the new one has not, and the shop was perhaps not told of. */
	if (x->problem || exchange_stock_find(set->file[0].content, x->sku) ||
	    is_overtaken(set, 0, x->sku) || inbox_is_gone(set, x->sku))
		return false;
	/* Of a wrong spelling, mended, that never reached the shop nothing follows either way. */
	if (!unnamed(set) && near(set, x->sku))
		return false;
	recall(before, x->sku, a, &gone.trace);
	make_gone(set, &gone, a, out);
	return true;
}

static void finish(struct record *r, struct arena *a)
{
	stock_record_finish(r, "csv", a);
}

static bool has_place(const cJSON *doc, const char *warehouse)
{
	JSON_EACH (x, json_at(doc, "quantities"))
		if (str_equal(json_str(x, "warehouse"), warehouse))
			return true;
	return false;
}

/*
 * Where an article was and is no more only the first list says that does not have it there: until the shop knows, that goes
 * with what comes later. Other figures are of their own time, and each file has all of an article.
 */
static const char *merge(const struct inbox_set *set, const char *before, const char *now,
			 struct arena *a)
{
	CLEANUP(json) cJSON *was = NULL;
	CLEANUP(json) cJSON *doc = NULL;

	(void)set;
	if (json_parse(before, strlen(before), &was, NULL) != E_OK ||
	    json_parse(now, strlen(now), &doc, NULL) != E_OK || !json_count(doc, "quantities"))
		return now;
	JSON_EACH (x, json_at(was, "quantities"))
		if (json_bool(x, "gone", false) && !has_place(doc, json_str(x, "warehouse")))
			json_push(cJSON_GetObjectItemCaseSensitive(doc, "quantities"),
				  cJSON_Duplicate(x, true));
	return json_text(doc, a);
}

/* Without the column each article would be parked. */
static void examine(const struct inbox_set *set, const struct conf *c,
		    const struct check_sink *sink, struct arena *a)
{
	enum stock_figure f = stock_figure_wanted(c);

	for (size_t i = 0; i < set->n; i++) {
		const struct exchange_stock *s = set->file[i].content;

		if (!s->has[f])
			sink->say(
				sink->ctx, CHECK_BAD,
				arena_printf(a,
					     "%s: there is no column '%s', which [inventory] "
					     "quantity asks for: all its articles would be parked",
					     set->file[i].path, stock_figure_name(f)),
				"have the ERP write that column, or set [inventory] quantity to one "
				"that the file has");
	}
}

/* An article has a row for each warehouse; one that has two for the same stands there twice. */
static bool is_another(const struct exchange_stock *s, const struct exchange_stock_article *x,
		       uint32_t row)
{
	for (uint32_t i = x->first; i != row; i = s->row[i].next)
		if (s->row[i].warehouse == s->row[row].warehouse)
			return true;
	return row == x->first;
}

static enum errk articles(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
			  enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			  void *ctx, struct err *e)
{
	const struct exchange_stock *s = set->file[file].content;
	const struct exchange_stock_article *x = &s->article[k];
	enum errk rc = E_OK;

	if (is_overtaken(set, file, x->sku))
		return E_OK;
	/* A row that can't be read may be any article's, and so may one whose SKU a spreadsheet changed. */
	if (x->label && !x->nameless)
		return err_set(e, E_LOCAL, "bad_row", "%s", x->problem ? x->problem->msg : s->name);
	for (uint32_t i = x->first; i && rc == E_OK; i = s->row[i].next) {
		const struct article article = {
			.id = arena_printf(a, "%s:%u", s->name, s->row[i].line),
			.sku = x->nameless ? "" : x->sku,
			.title = x->title,
		};

		if (is_another(s, x, i))
			rc = fn(ctx, &article, e);
	}
	return rc;
}

const struct inbox_kind exchange_stock_files = {
	.kind = KIND_STOCK,
	.prefix = "stock",
	.columns = "sku, warehouse, on_hand, available, forecast",
	.section = "inventory",
	.complete = true,
	.missing = "no stock file of the ERP lists this SKU",
	.read = read_file,
	.free = free_file,
	.judge = judge,
	.examine = examine,
	.says = says,
	.recall = recall,
	.wholeness = wholeness,
	.hides = hides,
	.gone = make_gone,
	.ignored = ignored,
	.count = count,
	.has = has,
	.record = record,
	.finish = finish,
	.merge = merge,
	.articles = articles,
};
