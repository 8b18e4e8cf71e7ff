#include "connectors/connector.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/str.h"
#include "connectors/exchange/catalogue.h"
#include "connectors/exchange/fulfillment_read.h"
#include "connectors/exchange/inbox_read.h"
#include "files/ack.h"
#include "files/folder.h"
#include "files/outbox.h"
#include "files/outbox_history.h"
#include "files/sources.h"
#include "model/stock_record.h"

#include "base/banned.h"

/*
 * An exchange folder that any ERP can watch in place of its API: orders and refunds go out as files, and files of stock,
 * products and deliveries are read.
 */
struct exchange {
	struct connector base;
	struct arena *mem;
	struct connector_env env;
	struct inbox *in[KIND_COUNT_]; /* what is read; NULL = not of this kind */
	struct exchange_fulfillment_reader *fulfillments;
	struct outbox out;
};

static const struct conf_key keys[] = {
	{"erp", "path", "csv", CONF_PATH, NULL, NULL, 0, 0,
	 "The exchange folder that files of orders and refunds go to; created if missing."},
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

static struct exchange *ours(struct connector *c)
{
	return (struct exchange *)(void *)c;
}

static void exchange_close(struct connector *c)
{
	if (!c)
		return;
	for (int k = 0; k < KIND_COUNT_; k++)
		inbox_free(ours(c)->in[k]);
	exchange_fulfillment_reader_free(ours(c)->fulfillments);
	arena_free(ours(c)->mem);
	free(c);
}

static struct render_style style_of(const struct conf *c)
{
	const char *delimiter = conf_text(c, "csv", "delimiter");
	const char *encoding = conf_text(c, "csv", "encoding");

	return (struct render_style){
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

static bool files_are_answered(const struct conf *c)
{
	return str_equal(conf_text(c, "csv", "ack"), "expected");
}

static enum errk exchange_open(const struct connector_env *env, struct connector **out,
			       struct err *e)
{
	struct exchange *c;
	const char *path;
	enum errk rc = folder_configured(env, &path, e);

	if (rc != E_OK)
		return rc;
	c = calloc(1, sizeof(*c));
	if (!c)
		die(70, "out of memory");
	c->base.type = &exchange_connector;
	c->mem = arena_new();
	c->env = *env;
	path = folder_plain(path, c->mem);
	c->in[KIND_STOCK] = inbox_new(&exchange_stock_files, &c->env, path);
	c->in[KIND_PRODUCT] = inbox_new(&exchange_product_files, &c->env, path);
	c->fulfillments = exchange_fulfillment_reader_new(&c->env, path);
	c->out = (struct outbox){
		.dir = path,
		.style = style_of(env->conf),
		.ack = files_are_answered(env->conf),
		.dry_run = env->dry_run,
		.env = &c->env,
	};
	*out = &c->base;
	return E_OK;
}

/* "Lagerbestand.csv" in a folder of which stock.csv is read: the ERP writes it, and nobody ever reads it. */
static void check_names(const char *dir, const struct check_sink *sink)
{
	static const char *const read[] = {"stock", "products", "fulfillments"};
	CLEANUP(arena) struct arena *a = arena_new();
	struct source_file *file;
	struct err ignored;
	const char *names = NULL;
	size_t n;

	if (!dir_exists(dir) || source_list(dir, a, &file, &n, &ignored) != E_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		struct folder_name ours;
		bool known = folder_name_parse(file[i].name, a, &ours);

		for (size_t k = 0; k < sizeof(read) / sizeof(*read); k++)
			known |= source_begins_with(file[i].name, read[k]);
		if (!known)
			names = names ? arena_printf(a, "%s, %s", names, file[i].name)
				      : file[i].name;
	}
	if (names)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: not read, for no file is called so: %s", dir, names),
			  "names that are read: stock.csv, stock-….csv, stock-changes-….csv, "
			  "products.csv, products-….csv, fulfillments.csv, fulfillments-….csv");
}

static enum errk exchange_check(struct connector *c, unsigned pull, unsigned put,
				const struct check_sink *sink, struct err *e)
{
	/* What the ERP writes there is read; its folder is not made. */
	enum errk rc = put || pull ? outbox_check(&ours(c)->out, !pull, sink, e) : E_OK;

	for (int kind = 0; kind < KIND_COUNT_ && rc == E_OK; kind++)
		if (pull & 1u << kind && ours(c)->in[kind])
			inbox_check(ours(c)->in[kind], sink);
	if (rc == E_OK && pull & 1u << KIND_FULFILLMENT)
		exchange_fulfillment_check(ours(c)->fulfillments, sink);
	if (rc == E_OK && pull)
		check_names(ours(c)->out.dir, sink);
	return rc;
}

static enum errk files_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			    struct page *out, struct err *e)
{
	return inbox_pull(ours(c)->in[req->kind], req, a, out, e);
}

static enum errk stock_pull_only(struct connector *c, const struct pull_request *req,
				 const char *const *who, size_t n, struct arena *a,
				 struct page *out, struct err *e)
{
	return inbox_pull_only(ours(c)->in[KIND_STOCK], req, who, n, a, out, e);
}

static enum errk products_pull_only(struct connector *c, const struct pull_request *req,
				    const char *const *who, size_t n, struct arena *a,
				    struct page *out, struct err *e)
{
	return inbox_pull_only(ours(c)->in[KIND_PRODUCT], req, who, n, a, out, e);
}

static const char *stock_merge(struct connector *c, const char *before, const char *now,
			       struct arena *a)
{
	return inbox_merge(ours(c)->in[KIND_STOCK], before, now, a);
}

static const struct source stock_source = {.pull = files_pull,
					   .pull_only = stock_pull_only,
					   .merge = stock_merge,
					   .keeps_times = true,
					   .tells_gone = true};
static const char *products_merge(struct connector *c, const char *before, const char *now,
				  struct arena *a)
{
	return inbox_merge(ours(c)->in[KIND_PRODUCT], before, now, a);
}

static const struct source products_source = {.pull = files_pull,
					      .pull_only = products_pull_only,
					      .merge = products_merge,
					      .keeps_times = true};

static enum errk fulfillments_pull(struct connector *c, const struct pull_request *req,
				   struct arena *a, struct page *out, struct err *e)
{
	return exchange_fulfillment_pull(ours(c)->fulfillments, req, a, out, e);
}

static enum errk fulfillments_pull_only(struct connector *c, const struct pull_request *req,
					const char *const *who, size_t n, struct arena *a,
					struct page *out, struct err *e)
{
	(void)req;
	return exchange_fulfillment_pull_only(ours(c)->fulfillments, who, n, a, out, e);
}

static const char *fulfillments_merge(struct connector *c, const char *before, const char *now,
				      struct arena *a)
{
	return exchange_fulfillment_merge(ours(c)->fulfillments, before, now, a);
}

static const struct source fulfillments_source = {
	.pull = fulfillments_pull,
	.pull_only = fulfillments_pull_only,
	.merge = fulfillments_merge,
	.keeps_times = true,
};

static enum errk files_put(struct connector *c, struct put_batch *batch, struct arena *a,
			   struct err *e)
{
	return outbox_put(&ours(c)->out, batch, NULL, a, e);
}

static void files_committed(struct connector *c, const struct put_batch *batch)
{
	outbox_committed(&ours(c)->out, batch);
}

static enum errk files_history(struct connector *c, const struct history_request *q,
			       struct arena *a, struct history *out, struct err *e)
{
	return outbox_history(&ours(c)->out, q, a, out, e);
}

static enum errk files_landed(struct connector *c, struct landed_request *q, struct arena *a,
			      struct err *e)
{
	return outbox_landed(&ours(c)->out, q, a, e);
}

static enum errk orders_acknowledgements(struct connector *c, struct arena *a,
					 enum errk (*fn)(void *ctx, const struct acknowledgement *s,
							 struct err *e),
					 void *ctx, struct err *e)
{
	return ack_read_new(&ours(c)->out, KIND_ORDER, a, fn, ctx, e);
}

static enum errk refunds_acknowledgements(struct connector *c, struct arena *a,
					  enum errk (*fn)(void *ctx,
							  const struct acknowledgement *s,
							  struct err *e),
					  void *ctx, struct err *e)
{
	return ack_read_new(&ours(c)->out, KIND_REFUND, a, fn, ctx, e);
}

/* They have a history: what an ERP takes in would be there twice. */
#define FILES_SINK(read_answers)                                                  \
	{                                                                         \
		.batch = 500, .put = files_put, .put_committed = files_committed, \
		.history = files_history, .landed = files_landed,                 \
		.acknowledgements = (read_answers), .answers = files_are_answered \
	}
static const struct sink orders_sink = FILES_SINK(orders_acknowledgements);
static const struct sink refunds_sink = FILES_SINK(refunds_acknowledgements);

static enum errk exchange_articles(struct connector *c,
				   enum errk (*fn)(void *ctx, const struct article *x,
						   struct err *e),
				   void *ctx, struct err *e)
{
	return exchange_catalogue(ours(c)->in[KIND_PRODUCT], ours(c)->in[KIND_STOCK], fn, ctx, e);
}

const struct connector_type exchange_connector = {
	.name = "csv",
	.title = "CSV files",
	.keys = keys,
	.source = {[SIDE_ERP] = {[KIND_STOCK] = &stock_source,
				 [KIND_PRODUCT] = &products_source,
				 [KIND_FULFILLMENT] = &fulfillments_source}},
	.sink = {[SIDE_ERP] = {[KIND_ORDER] = &orders_sink, [KIND_REFUND] = &refunds_sink}},
	.examination = {.check = exchange_check},
	.open = exchange_open,
	.close = exchange_close,
	.catalogue = exchange_articles,
};
