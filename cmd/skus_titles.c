#include "skus_titles.h"

#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "csv_out.h"
#include "options.h"
#include "output.h"
#include "remedy.h"
#include "sync/skus.h"
#include "sync/sync.h"

#include "base/banned.h"

struct listing {
	struct cmd *cmd;
	bool personal;
	struct sku_titles titles;
	/* That no row answers; of them not shown, for they name a person; that have a row which is not filled in. */
	size_t unanswered, withheld, empty;
	const char *notices[16];
	size_t n_notices;
};

static void on_notice(void *ctx, const char *text)
{
	struct listing *l = ctx;

	if (l->n_notices < sizeof(l->notices) / sizeof(*l->notices))
		l->notices[l->n_notices++] = arena_strdup(l->cmd->arena, text);
}

static bool is_withheld(const struct listing *l, const struct sku_title *x)
{
	return !l->personal && sku_title_is_personal(x);
}

static const char *how_often(const struct sku_title *x, struct arena *a)
{
	const char *articles = x->articles == 1
				       ? "1 article of the store"
				       : arena_printf(a, "%zu articles of the store", x->articles);

	if (!x->lines)
		return articles;
	return arena_printf(a, "%zu %s in %zu %s, %lld units, e.g. %s%s%s", x->lines,
			    x->lines == 1 ? "line" : "lines", x->orders,
			    x->orders == 1 ? "order" : "orders", (long long)x->units, x->order,
			    x->articles ? "; " : "", x->articles ? articles : "");
}

/* As the table in effect has its columns: pasted below its last row, it is one more. */
static enum errk write_row(const struct listing *l, struct file_writer *to, const char *key,
			   const char *note, struct err *e)
{
	static const char *const shipped[] = {"shop_sku", "erp_sku", "note"};
	const struct map_form *form = &l->titles.form;
	const char *const *column = form->n ? form->column : shipped;
	size_t n = form->n ? form->n : sizeof(shipped) / sizeof(*shipped);
	const char **cell = arena_array(l->cmd->arena, n, sizeof(*cell));
	bool placed = false;

	for (size_t i = 0; i < n; i++) {
		bool is_note = str_equal_nocase(column[i], "note");
		bool is_value = str_starts(column[i], "erp_") || str_starts(column[i], "store_");
		bool is_key = !placed && *column[i] && !is_note && !is_value;

		cell[i] = !key ? column[i] : is_note ? note : is_key ? key : NULL;
		placed = placed || is_key;
	}
	return csv_out_row(to, form->delimiter, cell, n, e);
}

static enum errk write_rows(const struct listing *l, struct file_writer *to, struct err *e)
{
	enum errk rc = write_row(l, to, NULL, NULL, e);

	for (size_t i = 0; i < l->titles.n && rc == E_OK; i++) {
		const struct sku_title *x = &l->titles.at[i];

		if (!x->erp_sku && !x->has_row && !is_withheld(l, x))
			rc = write_row(l, to, x->key, how_often(x, l->cmd->arena), e);
	}
	return rc;
}

static enum errk write_file(const struct listing *l, const char *path, struct err *e)
{
	struct file_writer *to = NULL;
	enum errk rc = csv_out_open(path, &to, e);

	if (rc == E_OK)
		rc = write_rows(l, to, e);
	if (rc == E_OK)
		rc = file_writer_commit(to, e);
	file_writer_close(to);
	return rc;
}

static void print_json_answer(const struct listing *l)
{
	cJSON *answer = answer_begin(), *list = json_add_array(answer, "titles"),
	      *notices = json_add_array(answer, "notices"),
	      *summary = json_add_object(answer, "summary");

	for (size_t i = 0; i < l->titles.n; i++) {
		const struct sku_title *x = &l->titles.at[i];
		cJSON *o = json_object();

		json_add_str(o, "key", l->personal ? x->key : x->shown);
		json_add_bool(o, "masked", is_withheld(l, x));
		json_add_bool(o, "has_row", x->has_row);
		json_add_str(o, "erp_sku", x->erp_sku);
		json_add_int(o, "orders", (int64_t)x->orders);
		json_add_int(o, "lines", (int64_t)x->lines);
		json_add_int(o, "units", x->units);
		json_add_int(o, "articles", (int64_t)x->articles);
		json_add_str(o, "order", x->order);
		json_push(list, o);
	}
	for (size_t i = 0; i < l->n_notices; i++)
		json_push_str(notices, l->notices[i]);
	json_add_int(summary, "titles", (int64_t)l->titles.n);
	json_add_int(summary, "unanswered", (int64_t)l->unanswered);
	json_add_int(summary, "empty_rows", (int64_t)l->empty);
	json_add_int(summary, "masked", (int64_t)l->withheld);
	json_add_int(summary, "orders", (int64_t)l->titles.orders);
	json_add_bool(summary, "whole", l->titles.whole);
	l->cmd->answered = true;
	answer_print(answer, l->cmd->arena);
}

/* Beside the rows, not among them. */
static void print_notes(const struct listing *l, FILE *to, const char *before)
{
	for (size_t i = 0; i < l->n_notices; i++)
		fprintf(to, "%s: %s\n", before,
			remedy_text(l->notices[i], NULL, NULL, l->cmd->arena));
	if (l->empty)
		fprintf(to,
			"%s: %zu %s in tables/skus.csv already, without what the ERP calls it: fill it in\n",
			before, l->empty, l->empty == 1 ? "title stands" : "titles stand");
	if (l->withheld)
		fprintf(to, "%s: %zu %s left out, for they name a person: %s\n", before,
			l->withheld, l->withheld == 1 ? "title is" : "titles are",
			remedy_text("erpsync skus check --titles --personal lists them too", NULL,
				    NULL, l->cmd->arena));
}

static void print_summary(const struct listing *l, const char *path)
{
	struct arena *a = l->cmd->arena;
	enum style style = l->unanswered ? STYLE_RED : STYLE_GREEN;

	print_notes(l, stdout, "note");
	printf("%s%zu titles without SKU, in %zu orders and the articles of the store: %zu without an answer%s\n",
	       style_on(stdout, style), l->titles.n, l->titles.orders, l->unanswered,
	       style_off(stdout, style));
	printf("rows for tables/skus.csv are in %s: %zu\n", clean_text(path, a),
	       l->unanswered - l->withheld - l->empty);
}

enum errk skus_titles(struct cmd *c, struct err *e)
{
	const char *csv = args_text(c->args, "csv");
	struct listing l = {.cmd = c, .personal = args_flag(c->args, "personal")};
	const struct skus_options o = {.on_notice = on_notice, .ctx = &l};
	enum errk rc = sync_sku_titles(&c->session, &o, &l.titles, e);

	for (size_t i = 0; i < l.titles.n && rc == E_OK; i++) {
		const struct sku_title *x = &l.titles.at[i];

		l.unanswered += !x->erp_sku;
		l.empty += !x->erp_sku && x->has_row;
		l.withheld += !x->erp_sku && !x->has_row && is_withheld(&l, x);
	}
	if (rc == E_OK && csv)
		rc = write_file(&l, csv, e);
	if (rc != E_OK)
		return rc;
	if (l.unanswered || !l.titles.whole)
		c->status = err_exit_status(E_RECORD);
	if (c->json) {
		print_json_answer(&l);
	} else if (csv) {
		print_summary(&l, csv);
	} else {
		rc = write_rows(&l, NULL, e);
		/* Where nothing is to be done, cron sends no mail. */
		if (c->status)
			print_notes(&l, stderr, "erpsync: note");
	}
	return rc;
}
