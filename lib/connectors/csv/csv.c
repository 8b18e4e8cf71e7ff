#include "csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "csv_ack.h"
#include "csv_catalogue.h"
#include "csv_exchange.h"
#include "csv_fulfillment_read.h"
#include "csv_guard.h"
#include "csv_history.h"
#include "csv_orders_read.h"
#include "csv_inbox_read.h"
#include "csv_product_import.h"
#include "csv_products_export.h"
#include "csv_stock_import.h"

#include "base/banned.h"

struct csv_connector {
	struct connector base;
	struct arena *mem;
	struct connector_env env;
	/* As a store: orders are read, stock and products go into import files. */
	struct csv_orders *orders;
	struct csv_stock_import *stock_import;
	struct csv_product_import *product_import;
	/* As an ERP: what is read, NULL = not of this kind; orders go into the exchange folder. */
	struct csv_inbox *in[KIND_COUNT_];
	struct csv_fulfillment_reader *fulfillments;
	const char *path;
	struct csv_exchange exchange; /* where files are written, as either */
};

/* Below the folder of exports, so that nobody takes an import file for one. */
static const char IMPORT_FOLDER[] = "import";

static const struct conf_key keys[] = {
	{"store", "path", "csv", CONF_PATH, NULL, NULL, 0, 0,
	 "Exports of Shopify's admin, a file or a folder; import files go to import/ in that folder."},
	{"erp", "path", "csv", CONF_PATH, NULL, NULL, 0, 0,
	 "The exchange folder that order files are written to; created if missing."},
	{"store", "currency", "csv", CONF_TEXT, NULL, NULL, 0, 0,
	 "The shop's currency, which its products exports do not say."},
	{"store", "prices_include_tax", "csv", CONF_CHOICE, "unknown", "unknown|yes|no", 0, 0,
	 "Whether the shop's prices contain tax, which its products exports do not say."},
	{"store", "read_encoding", "csv", CONF_CHOICE, "utf-8", "utf-8|windows-1252", 0, 0,
	 "The encoding of exports that are not UTF-8, as spreadsheets may save them."},
	{"erp", "read_encoding", "csv", CONF_CHOICE, "utf-8", "utf-8|windows-1252", 0, 0,
	 "The encoding of the ERP's files that are not UTF-8."},
	{"csv", "delimiter", NULL, CONF_CHOICE, "comma", "comma|semicolon|tab", 0, 0,
	 "What separates the cells of written files."},
	{"csv", "decimal", NULL, CONF_CHOICE, "point", "point|comma", 0, 0,
	 "The decimal sign of amounts in written files."},
	{"csv", "encoding", NULL, CONF_CHOICE, "utf-8", "utf-8|utf-8-bom|windows-1252", 0, 0,
	 "The encoding of written files."},
	{"csv", "line_end", NULL, CONF_CHOICE, "crlf", "crlf|lf", 0, 0,
	 "How lines of written files end."},
	{"csv", "ack", NULL, CONF_CHOICE, "none", "none|expected", 0, 0,
	 "Whether the other side answers each file with an acknowledgement file."},
	{"csv", "currency", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Currency of the amounts in product files that do not say it."},
	{"csv", "prices_include_tax", NULL, CONF_CHOICE, "unknown", "unknown|yes|no", 0, 0,
	 "Whether prices contain tax, in product files that have no such column."},
	{0},
};

static struct csv_connector *ours(struct connector *c)
{
	return (struct csv_connector *)(void *)c;
}

static void csv_close(struct connector *c)
{
	if (!c)
		return;
	csv_orders_free(ours(c)->orders);
	csv_stock_import_free(ours(c)->stock_import);
	csv_product_import_free(ours(c)->product_import);
	for (int k = 0; k < KIND_COUNT_; k++)
		csv_inbox_free(ours(c)->in[k]);
	csv_fulfillment_reader_free(ours(c)->fulfillments);
	arena_free(ours(c)->mem);
	free(c);
}

static struct csv_style style_of(const struct conf *c)
{
	const char *delimiter = conf_text(c, "csv", "delimiter");
	const char *encoding = conf_text(c, "csv", "encoding");

	return (struct csv_style){
		.format =
			{
				.delimiter = str_equal(delimiter, "semicolon") ? ';'
					     : str_equal(delimiter, "tab")     ? '\t'
									       : ',',
				.encoding = str_equal(encoding, "windows-1252") ? CSV_WINDOWS_1252
					    : str_equal(encoding, "utf-8-bom")  ? CSV_UTF8_BOM
										: CSV_UTF8,
				.line_end = str_equal(conf_text(c, "csv", "line_end"), "lf")
						    ? "\n"
						    : "\r\n",
			},
		.decimal_comma = str_equal(conf_text(c, "csv", "decimal"), "comma"),
	};
}

/* Without slashes at the end, so that messages and parent folders read well. */
static char *clean_path(struct arena *a, const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return arena_strndup(a, path, len);
}

/* The admin reads what it writes itself: [csv] is about files for an ERP. */
static void open_store(struct csv_connector *c)
{
	const char *dir = dir_exists(c->path) ? c->path : path_folder(c->mem, c->path);

	c->orders = csv_orders_new(c->path, csv_guard_encoding(c->env.conf, "store"));
	c->exchange = (struct csv_exchange){
		.dir = path_join(c->mem, dir, IMPORT_FOLDER),
		.style = {.format = {.delimiter = ',', .encoding = CSV_UTF8, .line_end = "\r\n"}},
		.dry_run = c->env.dry_run,
	};
	c->stock_import = csv_stock_import_new(&c->env, c->path, &c->exchange);
	c->product_import = csv_product_import_new(&c->env, c->path, &c->exchange);
}

static bool orders_answers(const struct conf *c)
{
	return str_equal(conf_text(c, "csv", "ack"), "expected");
}

static void open_erp(struct csv_connector *c)
{
	c->in[KIND_STOCK] = csv_inbox_new(&csv_stock_files, &c->env, c->path);
	c->in[KIND_PRODUCT] = csv_inbox_new(&csv_product_files, &c->env, c->path);
	c->fulfillments = csv_fulfillment_reader_new(&c->env, c->path);
	c->exchange = (struct csv_exchange){
		.dir = c->path,
		.style = style_of(c->env.conf),
		.ack = orders_answers(c->env.conf),
		.dry_run = c->env.dry_run,
		.env = &c->env,
	};
}

static enum errk csv_open(const struct connector_env *env, struct connector **out, struct err *e)
{
	const char *path = env->path ? env->path : conf_text(env->conf, env->section, "path");
	struct csv_connector *c;

	if (!path || !path[0])
		return err_set(e, E_LOCAL, "bad_config",
			       "[%s] path= is missing: connector = csv needs to know its files",
			       env->section);
	c = calloc(1, sizeof(*c));
	if (!c)
		die(70, "out of memory");
	c->base.type = &csv_connector;
	c->mem = arena_new();
	c->path = clean_path(c->mem, path);
	c->env = *env;
	if (str_equal(env->section, "store"))
		open_store(c);
	else
		open_erp(c);
	*out = &c->base;
	return E_OK;
}

static enum errk csv_check(struct connector *c, unsigned pull, unsigned put,
			   const struct check_sink *sink, struct err *e)
{
	enum errk k = E_OK;
	bool reads = false; /* what the ERP writes there; its folder is not made */

	for (int kind = 0; kind < KIND_COUNT_; kind++)
		reads |= pull & 1u << kind && csv_connector.source[SIDE_ERP][kind] &&
			 !ours(c)->orders;
	if (pull & 1u << KIND_ORDER && ours(c)->orders)
		k = csv_orders_check(ours(c)->orders, sink, e);
	if (k == E_OK && (put || reads))
		k = csv_exchange_check(&ours(c)->exchange, !reads, sink, e);
	if (k == E_OK && put & 1u << KIND_STOCK && ours(c)->stock_import)
		csv_stock_import_check(ours(c)->stock_import, sink);
	if (k == E_OK && put & 1u << KIND_PRODUCT && ours(c)->product_import)
		csv_product_import_check(ours(c)->product_import, sink);
	for (int kind = 0; kind < KIND_COUNT_ && k == E_OK; kind++)
		if (pull & 1u << kind && ours(c)->in[kind])
			csv_inbox_check(ours(c)->in[kind], sink);
	if (k == E_OK && pull & 1u << KIND_FULFILLMENT && ours(c)->fulfillments)
		csv_fulfillment_check(ours(c)->fulfillments, sink);
	return k;
}

/* The store's side: exports of Shopify's admin, and files that it imports */

static enum errk orders_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			     struct page *out, struct err *e)
{
	return csv_orders_pull(ours(c)->orders, req, a, out, e);
}

static enum errk orders_pull_only(struct connector *c, const char *const *who, size_t n,
				  struct arena *a, struct page *out, struct err *e)
{
	return csv_orders_pull_only(ours(c)->orders, who, n, a, out, e);
}

static const struct source orders_source = {
	.pull = orders_pull,
	.pull_only = orders_pull_only,
	.lacks = csv_orders_lack,
};

static void exchange_committed(struct connector *c, const struct put_batch *batch)
{
	csv_exchange_committed(&ours(c)->exchange, batch);
}

static enum errk stock_put(struct connector *c, struct put_batch *batch, struct arena *a,
			   struct err *e)
{
	return csv_stock_import_put(ours(c)->stock_import, batch, a, e);
}

static const struct sink stock_sink = {
	.batch = 5000,
	.put = stock_put,
	.put_committed = exchange_committed,
};

static enum errk products_put(struct connector *c, struct put_batch *batch, struct arena *a,
			      struct err *e)
{
	return csv_product_import_put(ours(c)->product_import, batch, a, e);
}

static void products_committed(struct connector *c, const struct put_batch *batch)
{
	csv_product_import_committed(ours(c)->product_import, batch);
}

static const struct sink products_sink = {
	.batch = CSV_PRODUCT_BATCH,
	.put = products_put,
	.put_committed = products_committed,
};

/* The ERP's side: an exchange folder */

static enum errk inbox_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			    struct page *out, struct err *e)
{
	return csv_inbox_pull(ours(c)->in[req->kind], req, a, out, e);
}

static enum errk stock_pull_only(struct connector *c, const char *const *who, size_t n,
				 struct arena *a, struct page *out, struct err *e)
{
	return csv_inbox_pull_only(ours(c)->in[KIND_STOCK], who, n, a, out, e);
}

static enum errk products_pull_only(struct connector *c, const char *const *who, size_t n,
				    struct arena *a, struct page *out, struct err *e)
{
	return csv_inbox_pull_only(ours(c)->in[KIND_PRODUCT], who, n, a, out, e);
}

static const struct source stock_source = {.pull = inbox_pull,
					   .pull_only = stock_pull_only,
					   .tells_gone = true};
static const struct source products_source = {.pull = inbox_pull, .pull_only = products_pull_only};

static enum errk fulfillments_pull(struct connector *c, const struct pull_request *req,
				   struct arena *a, struct page *out, struct err *e)
{
	return csv_fulfillment_pull(ours(c)->fulfillments, req, a, out, e);
}

static enum errk fulfillments_pull_only(struct connector *c, const char *const *who, size_t n,
					struct arena *a, struct page *out, struct err *e)
{
	return csv_fulfillment_pull_only(ours(c)->fulfillments, who, n, a, out, e);
}

static const struct source fulfillments_source = {
	.pull = fulfillments_pull,
	.pull_only = fulfillments_pull_only,
};

static enum errk orders_put(struct connector *c, struct put_batch *batch, struct arena *a,
			    struct err *e)
{
	return csv_exchange_put(&ours(c)->exchange, batch, NULL, a, e);
}

static enum errk orders_history(struct connector *c, const struct history_request *q,
				struct arena *a, struct history *out, struct err *e)
{
	*out = (struct history){.place = ours(c)->exchange.dir};
	return csv_history(&ours(c)->exchange, q, a, out, e);
}

static enum errk orders_landed(struct connector *c, struct landed_request *q, struct arena *a,
			       struct err *e)
{
	return csv_landed(&ours(c)->exchange, q, a, e);
}

static enum errk orders_settle(struct connector *c, struct arena *a,
			       enum errk (*fn)(void *ctx, const struct settlement *s,
					       struct err *e),
			       void *ctx, struct err *e)
{
	return csv_ack_settle(&ours(c)->exchange, a, fn, ctx, e);
}

/*
 * It has a history: what an ERP takes in would be there twice. What goes into the admin is compared with
 * its exports, and its import leaves out what is there.
 */
static const struct sink orders_sink = {
	.batch = 500,
	.put = orders_put,
	.put_committed = exchange_committed,
	.history = orders_history,
	.landed = orders_landed,
	.settle = orders_settle,
	.answers = orders_answers,
};

/* Both sides */

static enum errk csv_catalogue(struct connector *c,
			       enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			       void *ctx, struct err *e)
{
	struct csv_inbox **in = ours(c)->in;

	return in[KIND_STOCK]
		       ? csv_catalogue_read(in[KIND_PRODUCT], in[KIND_STOCK], fn, ctx, e)
		       : csv_products_catalogue(ours(c)->path,
						csv_guard_encoding(ours(c)->env.conf, "store"), fn,
						ctx, e);
}

/* Answers that the other end must know: those of the store's side. */
static const struct answer_column answer_columns[] = {{"locations", "store_location"}, {0}};

static enum errk csv_check_answer(struct connector *c, const struct answer_column *column,
				  const char *answer, const struct check_sink *sink, struct err *e)
{
	(void)column;
	(void)e;
	if (ours(c)->stock_import)
		csv_stock_import_check_location(ours(c)->stock_import, answer, sink);
	return E_OK;
}

const struct connector_type csv_connector = {
	.name = "csv",
	.title = "CSV files",
	.keys = keys,
	.source = {[SIDE_STORE] = {[KIND_ORDER] = &orders_source},
		   [SIDE_ERP] = {[KIND_STOCK] = &stock_source,
				 [KIND_PRODUCT] = &products_source,
				 [KIND_FULFILLMENT] = &fulfillments_source}},
	.sink = {[SIDE_STORE] = {[KIND_STOCK] = &stock_sink, [KIND_PRODUCT] = &products_sink},
		 [SIDE_ERP] = {[KIND_ORDER] = &orders_sink}},
	.examination = {.check = csv_check,
			.answer_columns = answer_columns,
			.check_answer = csv_check_answer},
	.open = csv_open,
	.close = csv_close,
	.catalogue = csv_catalogue,
};
