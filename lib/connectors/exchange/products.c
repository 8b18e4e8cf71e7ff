#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/exchange/inbox_read.h"
#include "connectors/exchange/product_file.h"
#include "files/rows.h"

#include "base/banned.h"

static enum errk read_file(const struct conf *c, const char *path, const char *name, void **content,
			   bool *cut, struct err *e)
{
	struct exchange_products *s = NULL;
	enum errk k = exchange_products_read(c, path, name, &s, e);

	if (k != E_OK)
		return k;
	*cut = s->cut;
	*content = s;
	return E_OK;
}

static void free_file(void *content)
{
	exchange_products_free(content);
}

static const char *ignored(const void *content)
{
	return ((const struct exchange_products *)content)->ignored;
}

static size_t count(const void *content)
{
	return ((const struct exchange_products *)content)->n;
}

/* What the product's rows say in a column: the first that is not empty; NULL = no such column. */
static const char *said(const struct exchange_products *s, const struct exchange_product *p,
			int column)
{
	if (!s->has[column])
		return NULL;
	for (uint32_t i = p->first; i; i = s->row[i]->next)
		if (s->row[i]->cell[column] && s->row[i]->cell[column][0])
			return s->row[i]->cell[column];
	return "";
}

/* Left out where the file has no such column, null where the cell is empty. */
static void add_text(cJSON *doc, const char *key, const char *text)
{
	if (text)
		json_add_str(doc, key, text[0] ? text : NULL);
}

static void add_bool(cJSON *doc, const char *key, const char *text)
{
	if (text && text[0])
		json_add_bool(doc, key, text[0] == 't');
	else if (text)
		json_add(doc, key, NULL);
}

static void add_tags(cJSON *doc, const char *text, struct arena *a)
{
	cJSON *list;

	if (!text)
		return;
	list = json_add_array(doc, "tags");
	while (*text) {
		size_t len, end;

		text += strspn(text, ",; ");
		len = end = strcspn(text, ",;");
		while (end && text[end - 1] == ' ')
			end--;
		if (end)
			json_push_str(list, arena_strndup(a, text, end));
		text += len;
	}
}

static void add_option(cJSON *list, const char *name, const char *value)
{
	cJSON *o = json_object();

	json_add_str(o, "name", name);
	if (value)
		json_add_str(o, "value", value);
	json_push(list, o);
}

/* Its own id, if its SKU may change; else the SKU is it. */
static const char *variant_id(const struct exchange_product_row *row)
{
	const char *id = row->cell[PCOL_VARIANT_ID];

	return id && id[0] ? id : row->cell[PCOL_SKU];
}

static void add_variant(cJSON *list, const struct exchange_products *s,
			const struct exchange_product *p, const struct exchange_product_row *row)
{
	const char *status = row->cell[PCOL_VARIANT_STATUS];
	const char *sku = row->cell[PCOL_SKU];
	cJSON *v = json_object(), *options;

	json_add_str(v, "id", variant_id(row));
	json_add_str(v, "sku", sku);
	json_add_str(v, "status", status && status[0] ? status : "active");
	options = json_add_array(v, "options");
	for (int k = 0; k < EXCHANGE_OPTIONS; k++) {
		const char *value = row->cell[PCOL_OPTION_VALUE + k];

		if (value && value[0])
			add_option(options, said(s, p, PCOL_OPTION_NAME + k), value);
	}
	add_text(v, "barcode", row->cell[PCOL_BARCODE]);
	add_text(v, "price", row->cell[PCOL_PRICE]);
	add_text(v, "compare_at_price", row->cell[PCOL_COMPARE_AT_PRICE]);
	add_text(v, "cost", row->cell[PCOL_COST]);
	add_text(v, "weight_kg", row->cell[PCOL_WEIGHT]);
	add_bool(v, "tracked", row->cell[PCOL_TRACKED]);
	add_bool(v, "requires_shipping", row->cell[PCOL_SHIPPING]);
	json_push(list, v);
}

/* ISO 4217 has a code for "no currency is involved": three times X. */
static const char *currency_of(const struct exchange_products *s, const struct exchange_product *p)
{
	const char *text = said(s, p, PCOL_CURRENCY);

	return text && text[0] ? text
	       : s->currency   ? s->currency
			       : "X"
				 "XX";
}

static const char *document(const struct exchange_products *s, const struct exchange_product *p,
			    struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	const char *status = said(s, p, PCOL_STATUS), *tax = said(s, p, PCOL_TAX);
	cJSON *options, *variants;

	json_add_str(doc, "kind", "product");
	json_add_str(doc, "source", "csv");
	json_add_str(doc, "id", p->id);
	json_add_str(doc, "code", p->id);
	json_add_str(doc, "status", status && status[0] ? status : "active");
	add_text(doc, "title", said(s, p, PCOL_TITLE));
	add_text(doc, "description", said(s, p, PCOL_DESCRIPTION));
	add_text(doc, "vendor", said(s, p, PCOL_VENDOR));
	add_text(doc, "type", said(s, p, PCOL_TYPE));
	add_tags(doc, said(s, p, PCOL_TAGS), a);
	json_add_str(doc, "currency", currency_of(s, p));
	add_bool(doc, "prices_include_tax", tax && tax[0] ? tax : s->with_tax);
	options = json_add_array(doc, "options");
	for (int k = 0; k < EXCHANGE_OPTIONS; k++) {
		const char *name = said(s, p, PCOL_OPTION_NAME + k);

		if (name && name[0])
			add_option(options, name, NULL);
	}
	variants = json_add_array(doc, "variants");
	for (uint32_t i = p->first; i; i = s->row[i]->next)
		add_variant(variants, s, p, s->row[i]);
	return json_text(doc, a);
}

static const struct err *PRINTF_LIKE(4, 5)
	bad_row(const struct exchange_products *s, const struct exchange_product_row *row,
		struct arena *a, const char *fmt, ...)
{
	struct err *why = arena_alloc(a, sizeof(*why));
	va_list args;

	va_start(args, fmt);
	err_set(why, E_RECORD, "bad_row", "%s:%lld: %s", s->name, (long long)row->line,
		arena_vprintf(a, fmt, args));
	va_end(args);
	return why;
}

/* Prices that nobody can pay: what is bought may cost fractions. */
static const char *fine_price(const struct exchange_product_row *row, const char *currency)
{
	static const enum admin_product_column prices[] = {PCOL_PRICE, PCOL_COMPARE_AT_PRICE};
	struct decimal d;

	for (size_t i = 0; i < sizeof(prices) / sizeof(*prices); i++) {
		const char *text = row->cell[prices[i]];

		if (text && text[0] && decimal_parse(text, &d, NULL) == E_OK &&
		    decimal_cmp(decimal_round(d, currency_exponent(currency)), d) != 0)
			return text;
	}
	return NULL;
}

/* A price finer than the currency, a value without its option's name, in any of the rows. */
static const struct err *find_problem(const struct exchange_products *s,
				      const struct exchange_product *p, struct arena *a)
{
	const char *currency = currency_of(s, p);

	if (p->problem)
		return p->problem;
	for (uint32_t i = p->first; i; i = s->row[i]->next) {
		const char *price = fine_price(s->row[i], currency);

		if (price)
			return bad_row(
				s, s->row[i], a,
				"the price %s has more decimals than %s has; have the ERP round "
				"it",
				price, currency);
		for (int k = 0; k < EXCHANGE_OPTIONS; k++) {
			const char *value = s->row[i]->cell[PCOL_OPTION_VALUE + k];
			const char *name = said(s, p, PCOL_OPTION_NAME + k);

			if (!value || !value[0] || (name && name[0]))
				continue;
			return bad_row(s, s->row[i], a,
				       "'option%d value' is '%.40s', and no row of the product "
				       "names the option",
				       k + 1, value);
		}
	}
	return NULL;
}

/* A later file of the set says how this product is. */
static bool is_overtaken(const struct inbox_set *set, size_t file, const char *id)
{
	for (size_t i = file + 1; i < set->n; i++)
		if (exchange_products_find(set->file[i].content, id))
			return true;
	return false;
}

/* What names a product and no article of it is none. */
static const char *record_id(const struct exchange_product *p, struct arena *a)
{
	return p->unnamed && !str_starts(p->id, ROW) ? arena_printf(a, ROW "%s", p->id)
						     : arena_strdup(a, p->id);
}

static bool has(const void *content, const char *id)
{
	const struct exchange_products *s = content;
	const struct exchange_product *p = exchange_products_find(s, id);

	if (!p && str_starts(id, ROW)) {
		p = exchange_products_find(s, id + strlen(ROW));
		return p && p->unnamed;
	}
	return p != NULL;
}

static bool record(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
		   struct record *out)
{
	const struct exchange_products *s = set->file[file].content;
	const struct exchange_product *p = &s->product[k];
	const struct err *problem;
	char hash[HASH_HEX_SIZE];

	if (is_overtaken(set, file, p->id))
		return false;
	problem = find_problem(s, p, a);
	*out = (struct record){.id = record_id(p, a),
			       .label = arena_strdup(a, p->label ? p->label : p->id),
			       .read_at = set->file[file].mtime_ns / 1000000000};
	if (problem) {
		rows_fault(problem, a, out);
		return true;
	}
	out->doc = document(s, p, a);
	out->doc_len = strlen(out->doc);
	hash_hex(out->doc, out->doc_len, hash);
	out->version = arena_printf(a, "%.32s", hash);
	return true;
}

/* The document was made with the head, for its version follows from it. */
static void finish(struct record *r, struct arena *a)
{
	(void)r;
	(void)a;
}

/* A later file lists this variant. What it does not list of a product stays. */
static bool is_listed_later(const struct inbox_set *set, size_t file, const char *product,
			    const struct exchange_product_row *row)
{
	for (size_t i = file + 1; i < set->n; i++) {
		const struct exchange_products *s = set->file[i].content;
		const struct exchange_product *p = exchange_products_find(s, product);

		for (uint32_t k = p ? p->first : 0; k; k = s->row[k]->next)
			if (str_equal(variant_id(s->row[k]), variant_id(row)))
				return true;
	}
	return false;
}

/* As the last file says that tells of the product, whatever else of it stands there. */
static bool is_archived(const struct inbox_set *set, size_t file, const char *product)
{
	for (size_t i = set->n; i-- > file;) {
		const struct exchange_products *s = set->file[i].content;
		const struct exchange_product *p = exchange_products_find(s, product);
		const char *status = p ? said(s, p, PCOL_STATUS) : NULL;

		if (status)
			return str_equal(status, "archived");
	}
	return false;
}

static enum errk articles(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
			  enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			  void *ctx, struct err *e)
{
	const struct exchange_products *s = set->file[file].content;
	const struct exchange_product *p = &s->product[k];
	bool archived = is_archived(set, file, p->id);
	enum errk rc = E_OK;

	/* A row that can't be read may be any article's. */
	if (!p->first)
		return err_set(e, E_LOCAL, "bad_row", "%s", p->problem ? p->problem->msg : s->name);
	for (uint32_t i = p->first; i && rc == E_OK; i = s->row[i]->next) {
		const struct exchange_product_row *row = s->row[i];

		/* So may one whose SKU a spreadsheet changed. */
		if (row->sku_changed)
			return err_set(e, E_LOCAL, "bad_row", "%s", p->problem->msg);
		const struct article x = {
			.id = arena_printf(a, "%s:%lld", s->name, (long long)row->line),
			.sku = row->cell[PCOL_SKU],
			.barcode = row->cell[PCOL_BARCODE],
			.title = said(s, p, PCOL_TITLE),
			.traits = (archived || str_equal(row->cell[PCOL_VARIANT_STATUS], "archived")
					   ? (unsigned)ARTICLE_ARCHIVED
					   : 0) |
				  (str_equal(row->cell[PCOL_TRACKED], "false")
					   ? (unsigned)ARTICLE_UNTRACKED
					   : 0),
		};

		if (!is_listed_later(set, file, p->id, row))
			rc = fn(ctx, &x, e);
	}
	return rc;
}

/* The one currency of a file, or more than one: then each product is its own business. */
static const char *only_currency(const struct exchange_products *s)
{
	const char *one = NULL;

	for (size_t i = 1; i < s->n_rows; i++) {
		const char *is = s->row[i]->cell[PCOL_CURRENCY];

		if (str_blank(is))
			is = s->currency;
		if (is && one && !str_equal(is, one))
			return NULL;
		one = is ? is : one;
	}
	return one;
}

static void examine(const struct inbox_set *set, const struct conf *c,
		    const struct check_sink *sink, struct arena *a)
{
	const char *currency = only_currency(set->file[set->n - 1].content);

	(void)c;
	(void)a;
	if (currency && sink->currency)
		sink->currency(sink->ctx, currency,
			       "have the ERP write prices in the shop's currency into its product "
			       "files, and [csv] currency say the same");
}

const struct inbox_kind exchange_product_files = {
	.kind = KIND_PRODUCT,
	.prefix = "products",
	.columns = "product_id, title, sku, price, currency and what else the ERP knows",
	.missing = "no product file of the ERP lists a product of this product_id",
	.read = read_file,
	.free = free_file,
	.examine = examine,
	.ignored = ignored,
	.count = count,
	.has = has,
	.record = record,
	.finish = finish,
	.articles = articles,
};
