#include "connectors/connector.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "connectors/shopify_admin/exports.h"
#include "connectors/shopify_admin/import.h"
#include "connectors/shopify_admin/orders/read.h"
#include "connectors/shopify_admin/pending.h"
#include "connectors/shopify_admin/products/import.h"
#include "connectors/shopify_admin/products/export.h"
#include "connectors/shopify_admin/stock/import.h"
#include "files/folder.h"
#include "files/guard.h"
#include "files/outbox.h"
#include "base/banned.h"

/*
 * Files of Shopify's admin in place of its API: exports of orders are read, and stock and products go into files for the
 * admin's own imports.
 */
struct admin {
	struct connector base;
	struct arena *mem;
	struct connector_env env;
	struct admin_orders *orders;
	struct admin_stock_import *stock;
	struct admin_product_import *products;
	const char *path;
	struct outbox imports;
};

/* Below the folder of exports, so that nobody takes an import file for one. */
static const char *import_folder(const char *path, struct arena *a)
{
	const char *plain = folder_plain(path, a);

	return path_join(a, dir_exists(plain) ? plain : path_folder(a, plain), "import");
}

static const struct conf_key keys[] = {
	{"store", "path", "csv", CONF_PATH, NULL, NULL, 0, 0,
	 "Exports of Shopify's admin, a file or a folder; import files go to import/ in that folder."},
	{"store", "currency", "csv", CONF_TEXT, NULL, NULL, 0, 0,
	 "The shop's currency, which its products exports do not say."},
	{"store", "prices_include_tax", "csv", CONF_CHOICE, "unknown", "unknown|yes|no", 0, 0,
	 "Whether the shop's prices contain tax, which its products exports do not say."},
	{"store", "read_encoding", "csv", CONF_CHOICE, "utf-8", "utf-8|windows-1252", 0, 0,
	 "The encoding of exports that are not UTF-8, as spreadsheets may save them."},
	{0},
};

static struct admin *ours(struct connector *c)
{
	return (struct admin *)(void *)c;
}

static void admin_close(struct connector *c)
{
	if (!c)
		return;
	admin_orders_free(ours(c)->orders);
	admin_stock_import_free(ours(c)->stock);
	admin_product_import_free(ours(c)->products);
	arena_free(ours(c)->mem);
	free(c);
}

/* The admin reads what it writes itself: [csv] is about files for an ERP. */
static enum errk admin_open(const struct connector_env *env, struct connector **out, struct err *e)
{
	struct admin *c;
	const char *path;
	enum errk rc = folder_configured(env, &path, e);

	if (rc != E_OK)
		return rc;
	c = calloc(1, sizeof(*c));
	if (!c)
		die(70, "out of memory");
	c->base.type = &shopify_admin_connector;
	c->mem = arena_new();
	c->path = folder_plain(path, c->mem);
	c->env = *env;
	c->orders = admin_orders_new(c->path, guard_encoding(env->conf, "store"));
	c->imports = (struct outbox){
		.dir = import_folder(path, c->mem),
		.style = {.format = {.delimiter = ',', .encoding = CSV_UTF8, .line_end = "\r\n"}},
		.dry_run = env->dry_run,
	};
	c->stock = admin_stock_import_new(&c->env, c->path, &c->imports);
	c->products = admin_product_import_new(&c->env, c->path, &c->imports);
	*out = &c->base;
	return E_OK;
}

/* Nobody tells when a person has imported a file: only that it was taken away. */
static enum errk find_pending(const char *dir, enum record_kind kind, struct arena *a,
			      struct files_by_hand *out, struct err *e)
{
	bool stock = kind == KIND_STOCK;
	const char *menu =
		stock ? "Products > Inventory > Import"
		      : "Products > Import; products-changed-… with \"Overwrite products "
			"with matching handles\" ticked";
	enum errk rc;

	*out = (struct files_by_hand){.where = dir};
	rc = admin_pending_count(dir, stock ? "inventory" : "products", &out->n, &out->since, e);
	out->how = arena_printf(
		a, "import %s in the admin (%s), the oldest first, take %s away, and export anew",
		out->n == 1 ? "it" : "them", menu, out->n == 1 ? "it" : "each");
	return rc;
}

static enum errk check_pending(struct admin *x, enum record_kind kind,
			       const struct check_sink *sink, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char time[CLOCK_TEXT_MAX];
	struct files_by_hand f;
	enum errk rc = find_pending(x->imports.dir, kind, a, &f, e);

	if (rc == E_OK && f.n)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(
				  a,
				  "%s holds %lld file%s for the shop's admin (%s-…), the %s of %s",
				  f.where, (long long)f.n, f.n == 1 ? "" : "s",
				  kind == KIND_STOCK ? "inventory" : "products",
				  f.n == 1 ? "one" : "oldest", clock_text(f.since, time)),
			  f.how);
	return rc;
}

static enum errk by_hand(struct conf *conf, enum record_kind kind, struct arena *a,
			 struct files_by_hand *out, struct err *e)
{
	const struct connector_env env = {.conf = conf, .section = "store"};
	const char *path;
	enum errk rc = folder_configured(&env, &path, e);

	return rc == E_OK ? find_pending(import_folder(path, a), kind, a, out, e) : rc;
}

static enum errk admin_check(struct connector *c, unsigned pull, unsigned put,
			     const struct check_sink *sink, struct err *e)
{
	enum errk rc = E_OK;

	if (pull & 1u << KIND_ORDER)
		rc = admin_orders_check(ours(c)->orders, sink, e);
	if (rc == E_OK && put)
		rc = outbox_check(&ours(c)->imports, true, sink, e);
	if (rc == E_OK && put & 1u << KIND_STOCK)
		admin_stock_import_check(ours(c)->stock, sink);
	if (rc == E_OK && put & 1u << KIND_STOCK)
		rc = check_pending(ours(c), KIND_STOCK, sink, e);
	if (rc == E_OK && put & 1u << KIND_PRODUCT)
		admin_product_import_check(ours(c)->products, sink);
	if (rc == E_OK && put & 1u << KIND_PRODUCT)
		rc = check_pending(ours(c), KIND_PRODUCT, sink, e);
	return rc;
}

static enum errk orders_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			     struct page *out, struct err *e)
{
	return admin_orders_pull(ours(c)->orders, req, a, out, e);
}

/* What the files said last: there may be none now. */
static enum errk admin_zone(struct connector *c, struct arena *a, const char **zone, struct err *e)
{
	static const char key[] = "keep zone";
	const struct connector_state *state = ours(c)->env.state;
	const char *read = admin_orders_zone(ours(c)->orders);
	int64_t at;
	enum errk rc = state->load(state->ctx, key, a, zone, &at, e);

	if (rc != E_OK || !read || str_equal(read, *zone))
		return rc;
	*zone = arena_strdup(a, read);
	return state->save(state->ctx, key, read, e);
}

static enum errk orders_pull_only(struct connector *c, const struct pull_request *req,
				  const char *const *who, size_t n, struct arena *a,
				  struct page *out, struct err *e)
{
	(void)req;
	return admin_orders_pull_only(ours(c)->orders, who, n, a, out, e);
}

static const struct source orders_source = {
	.pull = orders_pull,
	.pull_only = orders_pull_only,
	.own_days = true,
	.lacks = admin_orders_lack,
};

static void stock_committed(struct connector *c, const struct put_batch *batch)
{
	outbox_committed(&ours(c)->imports, batch);
}

static enum errk stock_put(struct connector *c, struct put_batch *batch, struct arena *a,
			   struct err *e)
{
	return admin_stock_import_put(ours(c)->stock, batch, a, e);
}

static const char *stock_catalogue(struct connector *c, struct arena *a)
{
	const struct source_file *file;
	struct err ignored;

	return admin_export_newest(ours(c)->path, ADMIN_EXPORT_INVENTORY, a, &file, &ignored) ==
			       E_OK
		       ? admin_import_export_id(file, a)
		       : NULL;
}

static enum errk stock_by_hand(struct conf *conf, struct arena *a, struct files_by_hand *out,
			       struct err *e)
{
	return by_hand(conf, KIND_STOCK, a, out, e);
}

static const struct sink stock_sink = {
	.by_hand = stock_by_hand,
	.batch = 5000,
	.put = stock_put,
	.put_committed = stock_committed,
	.catalogue = stock_catalogue,
};

static enum errk products_put(struct connector *c, struct put_batch *batch, struct arena *a,
			      struct err *e)
{
	return admin_product_import_put(ours(c)->products, batch, a, e);
}

static void products_committed(struct connector *c, const struct put_batch *batch)
{
	admin_product_import_committed(ours(c)->products, batch);
}

static enum errk products_by_hand(struct conf *conf, struct arena *a, struct files_by_hand *out,
				  struct err *e)
{
	return by_hand(conf, KIND_PRODUCT, a, out, e);
}

static const struct sink products_sink = {
	.by_hand = products_by_hand,
	.batch = ADMIN_PRODUCT_BATCH,
	.put = products_put,
	.put_committed = products_committed,
};

static enum errk admin_catalogue(struct connector *c,
				 enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
				 void *ctx, struct err *e)
{
	return admin_products_catalogue(ours(c)->path, guard_encoding(ours(c)->env.conf, "store"),
					fn, ctx, e);
}

/* Answers that the other end must know. */
static const struct answer_column answer_columns[] = {{"locations", "store_location"}, {0}};

static enum errk admin_check_answer(struct connector *c, const struct answer_column *column,
				    const char *answer, const struct check_sink *sink,
				    struct err *e)
{
	(void)column;
	(void)e;
	admin_stock_import_check_location(ours(c)->stock, answer, sink);
	return E_OK;
}

const struct connector_type shopify_admin_connector = {
	.name = "csv",
	.title = "CSV files",
	.keys = keys,
	.source = {[SIDE_STORE] = {[KIND_ORDER] = &orders_source}},
	.sink = {[SIDE_STORE] = {[KIND_STOCK] = &stock_sink, [KIND_PRODUCT] = &products_sink}},
	.examination = {.check = admin_check,
			.answer_columns = answer_columns,
			.check_answer = admin_check_answer},
	.open = admin_open,
	.close = admin_close,
	.zone = admin_zone,
	.catalogue = admin_catalogue,
};
