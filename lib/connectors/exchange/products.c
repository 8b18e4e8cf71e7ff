#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/exchange/inbox_read.h"
#include "connectors/exchange/product_file.h"
#include "files/rows.h"
#include "model/product_merge.h"

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

/* What the product's rows say in a column: the first that is not empty; NULL = nothing. */
static const char *said(const struct exchange_products *s, const struct exchange_product *p,
			int column)
{
	const char *text = NULL;

	for (uint32_t i = p->first; i && str_blank(text); i = s->row[i]->next)
		text = s->row[i]->cell[column] ? s->row[i]->cell[column] : text;
	return text;
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

/* What a column is called in the document; NULL = it is none of its fields. */
static const char *const keys[PCOL_COUNT_] = {
	[PCOL_TITLE] = "title",
	[PCOL_DESCRIPTION] = "description",
	[PCOL_VENDOR] = "vendor",
	[PCOL_TYPE] = "type",
	[PCOL_TAGS] = "tags",
	[PCOL_STATUS] = "status",
	[PCOL_TAX] = "prices_include_tax",
	[PCOL_OPTION_VALUE] = "options",
	[PCOL_VARIANT_STATUS] = "status",
	[PCOL_BARCODE] = "barcode",
	[PCOL_PRICE] = "price",
	[PCOL_COMPARE_AT_PRICE] = "compare_at_price",
	[PCOL_COST] = "cost",
	[PCOL_WEIGHT] = "weight_kg",
	[PCOL_TRACKED] = "tracked",
	[PCOL_SHIPPING] = "requires_shipping",
};

/* An empty one is active. */
static void add_status(cJSON *doc, const char *text)
{
	if (text)
		json_add_str(doc, "status", text[0] ? text : "active");
}

static void add_variant(cJSON *list, const struct exchange_products *s,
			const struct exchange_product *p, const struct exchange_product_row *row)
{
	cJSON *v = json_object(), *options = NULL;

	json_add_str(v, "id", variant_id(row));
	json_add_str(v, "sku", row->cell[PCOL_SKU]);
	add_status(v, row->cell[PCOL_VARIANT_STATUS]);
	for (int k = 0; k < EXCHANGE_OPTIONS; k++) {
		const char *value = row->cell[PCOL_OPTION_VALUE + k];

		if (!value || !value[0])
			continue;
		options = options ? options : json_add_array(v, "options");
		add_option(options, said(s, p, PCOL_OPTION_NAME + k), value);
	}
	for (int c = PCOL_BARCODE; c < PCOL_TRACKED; c++)
		add_text(v, keys[c], row->cell[c]);
	for (int c = PCOL_TRACKED; c < PCOL_COUNT_; c++)
		add_bool(v, keys[c], row->cell[c]);
	json_push(list, v);
}

static const char *fault_text(const struct exchange_product_fault *fault, struct arena *a)
{
	struct record r;

	rows_fault(fault->why, a, &r);
	return r.problem->msg;
}

/* All that the rows of the product were to say. */
static void add_all_unreadable(cJSON *doc, const struct exchange_products *s,
			       const struct exchange_product *p, const char *why)
{
	cJSON *fields;
	int64_t n = 0;

	for (uint32_t i = p->first; i; i = s->row[i]->next)
		n++;
	fields = product_add_unreadable(doc, why, NULL, n);
	for (int c = 0; c < PCOL_COUNT_; c++)
		if (s->has[c] && keys[c] && (c != PCOL_OPTION_VALUE || said(s, p, c)[0]))
			json_push_str(fields, keys[c]);
}

/* With it nothing of the product can be read; NULL = only some cells can't. */
static const struct exchange_product_fault *whole_fault(const struct exchange_product *p)
{
	const struct exchange_product_fault *fault = p->fault;

	while (fault && fault->column >= 0)
		fault = fault->next;
	return fault;
}

static void add_unreadable(cJSON *doc, const struct exchange_product *p, struct arena *a)
{
	for (const struct exchange_product_fault *x = p->fault; x; x = x->next)
		json_push_str(product_add_unreadable(doc, fault_text(x, a),
						     x->column < PCOL_SKU ? NULL
									  : variant_id(x->row),
						     0),
			      keys[x->column]);
}

static void add_product(cJSON *doc, const struct exchange_products *s,
			const struct exchange_product *p, struct arena *a)
{
	const char *tax = said(s, p, PCOL_TAX);
	cJSON *options = NULL;

	add_status(doc, said(s, p, PCOL_STATUS));
	add_text(doc, "title", said(s, p, PCOL_TITLE));
	add_text(doc, "description", said(s, p, PCOL_DESCRIPTION));
	add_text(doc, "vendor", said(s, p, PCOL_VENDOR));
	add_text(doc, "type", said(s, p, PCOL_TYPE));
	add_tags(doc, said(s, p, PCOL_TAGS), a);
	add_bool(doc, "prices_include_tax", !str_blank(tax) ? tax : s->with_tax);
	for (int k = 0; k < EXCHANGE_OPTIONS; k++) {
		const char *name = said(s, p, PCOL_OPTION_NAME + k);

		if (str_blank(name))
			continue;
		options = options ? options : json_add_array(doc, "options");
		add_option(options, name, NULL);
	}
}

static cJSON *document(const struct exchange_products *s, const struct exchange_product *p,
		       struct arena *a)
{
	const struct exchange_product_fault *fault = whole_fault(p);
	cJSON *doc = json_object(), *variants;

	json_add_str(doc, "kind", "product");
	json_add_str(doc, "source", "csv");
	json_add_str(doc, "id", p->id);
	json_add_str(doc, "code", p->id);
	json_add_str(doc, "currency", exchange_product_currency(s, p));
	if (!fault)
		add_product(doc, s, p, a);
	variants = json_add_array(doc, "variants");
	for (uint32_t i = fault ? 0 : p->first; i; i = s->row[i]->next)
		add_variant(variants, s, p, s->row[i]);
	if (fault)
		add_all_unreadable(doc, s, p, fault_text(fault, a));
	else
		add_unreadable(doc, p, a);
	return doc;
}

/* Its rows say of which variants they are; else the file has one that tells only what is wrong. */
static const struct exchange_product *find_named(const void *content, const char *id)
{
	const struct exchange_product *p = exchange_products_find(content, id);

	return p && !p->unnamed ? p : NULL;
}

/* A later file of the set speaks of it, and says with that what the earlier ones have said. */
static bool is_overtaken(const struct inbox_set *set, size_t file, const struct exchange_product *p)
{
	for (size_t i = file + 1; i < set->n; i++)
		if (p->unnamed ? exchange_products_find(set->file[i].content, p->id)
			       : find_named(set->file[i].content, p->id))
			return true;
	return false;
}

static bool lists(const struct exchange_products *s, const struct exchange_product *p,
		  const char *sku)
{
	for (uint32_t i = p ? p->first : 0; i; i = s->row[i]->next)
		if (str_equal(s->row[i]->cell[PCOL_SKU], sku))
			return true;
	return false;
}

/* The last of these files, from `first` on, that has the SKU has it as another product's. */
static bool is_moved(const struct inbox_set *set, size_t first, const char *product,
		     const char *sku)
{
	for (size_t i = set->n; i-- > first && !str_blank(sku);) {
		const struct exchange_products *s = set->file[i].content;

		if (lists(s, exchange_products_find(s, product), sku))
			return false;
		if (exchange_products_of_sku(s, sku))
			return true;
	}
	return false;
}

static void drop_moved(cJSON *doc, const struct inbox_set *set)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(doc, "variants"), *x = list->child;

	while (x) {
		cJSON *next = x->next;

		if (is_moved(set, 0, json_str(doc, "id"), json_str(x, "sku")))
			cJSON_Delete(cJSON_DetachItemViaPointer(list, x));
		x = next;
	}
}

/* What was read before a person dropped it is not said again with what others say. */
static bool is_dropped(const struct inbox_set *set, const struct inbox_file *f, const char *id)
{
	for (size_t i = 0; i < set->n_dropped; i++)
		if (str_equal(set->dropped[i].id, id))
			return f->used && f->mtime_ns / 1000000000 <= set->dropped[i].at;
	return false;
}

/* All that the set says of a product, the later over the earlier; NULL: nothing that is new. */
static cJSON *combine(const struct inbox_set *set, const char *id, struct arena *a)
{
	cJSON *doc = NULL;
	bool news = set->again;

	for (size_t i = 0; i < set->n; i++) {
		const struct inbox_file *f = &set->file[i];
		const struct exchange_product *p = find_named(f->content, id);
		cJSON *says;

		if (!p || is_dropped(set, f, id))
			continue;
		news = news || !f->used;
		says = document(f->content, p, a);
		if (doc) {
			product_merge(doc, says);
			cJSON_Delete(says);
		} else {
			doc = says;
		}
	}
	if (doc)
		drop_moved(doc, set);
	if (news)
		return doc;
	cJSON_Delete(doc);
	return NULL;
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

/* Its version is that of the content, wherever what can't be read of it stands. */
static void take_document(cJSON *doc, struct arena *a, struct record *out)
{
	const char *why = json_str(doc, "unreadable[0].why");
	const char *readable;
	cJSON *unreadable;
	char hash[HASH_HEX_SIZE];
	struct err problem;

	out->doc = json_text(doc, a);
	out->doc_len = strlen(out->doc);
	unreadable = cJSON_DetachItemFromObjectCaseSensitive(doc, "unreadable");
	readable = json_text(doc, a);
	hash_hex(readable, strlen(readable), hash);
	out->version = arena_printf(a, "%.32s", hash);
	if (why) {
		err_set(&problem, E_RECORD, "bad_row", "%s", why);
		rows_fault(&problem, a, out);
		out->version = arena_printf(a, "%s %.32s", out->version, hash);
	}
	cJSON_Delete(unreadable);
}

static bool is_product(const struct inbox_set *set, const char *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (exchange_products_find(set->file[i].content, id))
			return true;
	return false;
}

/* An SKU that was a product of its own while no file said whose it is. */
static void list_parts(const struct inbox_set *set, const cJSON *doc, struct arena *a,
		       struct record *out)
{
	const char **parts = arena_array(a, json_count(doc, "variants"), sizeof(*parts));

	JSON_EACH (x, json_at(doc, "variants")) {
		const char *sku = json_str(x, "sku");

		if (!str_blank(sku) && !is_product(set, sku))
			parts[out->n_parts++] = arena_strdup(a, sku);
	}
	out->parts = parts;
}

static bool record(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
		   struct record *out)
{
	const struct exchange_products *s = set->file[file].content;
	const struct exchange_product *p = &s->product[k];
	CLEANUP(json) cJSON *doc = NULL;

	if (p->joined || is_overtaken(set, file, p))
		return false;
	*out = (struct record){.id = record_id(p, a),
			       .label = arena_strdup(a, p->label ? p->label : p->id),
			       .read_at = set->file[file].mtime_ns / 1000000000};
	if (p->unnamed) {
		rows_fault(p->problem, a, out);
		return true;
	}
	doc = combine(set, p->id, a);
	/* No variant is left to it: what others say of those goes over with the others. */
	if (!doc || !(json_at(doc, "variants[0]") || json_at(doc, "unreadable[0]")))
		return false;
	list_parts(set, doc, a, out);
	take_document(doc, a, out);
	return true;
}

/* Whose variant an SKU is: as the last file says it that names its product, else as earlier ones have said it. */
struct variant_owners {
	const struct inbox_set *set;
	struct known_variant *known;
	struct key_index skus; /* of those */
};

static const char *known_sku(const void *ctx, size_t i)
{
	return ((const struct variant_owners *)ctx)->known[i].sku;
}

static const char *owner(const void *ctx, const char *sku)
{
	const struct variant_owners *o = ctx;
	uint32_t slot;

	for (size_t i = o->set->n; i-- > 0;) {
		const struct exchange_product *p = exchange_products_of_sku(o->set->file[i].content,
									    sku);

		if (p && !p->single)
			return p->id;
	}
	slot = o->skus.slot ? *key_index_slot(&o->skus, sku) : 0;
	return slot ? o->known[slot - 1].id : NULL;
}

static void index_known(struct variant_owners *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t *slot;

		key_index_room(&o->skus, i);
		slot = key_index_slot(&o->skus, o->known[i].sku);
		if (!*slot)
			*slot = (uint32_t)i + 1;
	}
}

static bool has_single(const struct inbox_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct exchange_products *s = set->file[i].content;

		for (size_t k = 0; k < s->n; k++)
			if (s->product[k].single && !s->product[k].unnamed)
				return true;
	}
	return false;
}

/* A row without product_id, as in a list of prices, is about the variant that others name by its SKU. */
static enum errk join(struct inbox_set *set, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct variant_owners o = {.set = set, .skus = {.key = known_sku, .ctx = &o}};
	size_t n = 0;
	enum errk k = E_OK;

	if (!has_single(set))
		return E_OK;
	if (set->req && set->req->variants)
		k = set->req->variants(set->req->knows_ctx, a, &o.known, &n, e);
	if (k == E_OK) {
		index_known(&o, n);
		for (size_t i = 0; i < set->n; i++)
			exchange_products_join(set->file[i].content, owner, &o);
	}
	key_index_release(&o.skus);
	return k;
}

/*
 * What was said of it as a product of its own is the variant's, or of no product; see leave_to_product. The variants keep
 * their order.
 */
static void make_part(cJSON **part, const cJSON *whole)
{
	static const char *const left[] = {"title", "description", "vendor", "type", "tags"};
	cJSON *doc = *part, *status = cJSON_DetachItemFromObjectCaseSensitive(doc, "status"),
	      *variant = cJSON_GetArrayItem(json_at(doc, "variants"), 0);

	if (status && variant && !json_at(variant, "status"))
		json_add(variant, "status", status);
	else
		cJSON_Delete(status);
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(doc, left[i]);
	*part = cJSON_Duplicate(whole, true);
	product_merge(*part, doc);
	cJSON_Delete(doc);
}

static const char *merge(const struct inbox_set *set, const char *before, const char *now,
			 struct arena *a)
{
	CLEANUP(json) cJSON *doc = NULL;
	CLEANUP(json) cJSON *later = NULL;

	if (json_parse(before, strlen(before), &doc, NULL) != E_OK ||
	    json_parse(now, strlen(now), &later, NULL) != E_OK ||
	    !cJSON_IsArray(json_at(doc, "variants")))
		return now;
	if (!str_equal(json_str(doc, "id"), json_str(later, "id")))
		make_part(&doc, later);
	product_merge(doc, later);
	drop_moved(doc, set);
	return json_text(doc, a);
}

/* The document was made with the head, for its version follows from it. */
static void finish(struct record *r, struct arena *a)
{
	(void)r;
	(void)a;
}

static const struct exchange_product_row *row_of(const struct exchange_products *s,
						 const char *product, const char *variant)
{
	const struct exchange_product *p = exchange_products_find(s, product);

	for (uint32_t i = p ? p->first : 0; i; i = s->row[i]->next)
		if (str_equal(variant_id(s->row[i]), variant))
			return s->row[i];
	return NULL;
}

/* A later file lists this variant. What it does not list of a product stays. */
static bool is_listed_later(const struct inbox_set *set, size_t file, const char *product,
			    const struct exchange_product_row *row)
{
	for (size_t i = file + 1; i < set->n; i++)
		if (row_of(set->file[i].content, product, variant_id(row)))
			return true;
	return is_moved(set, file + 1, product, row->cell[PCOL_SKU]);
}

/* What the last file says in a column that has it at all: of the product, or of its variant. */
static const char *last_said(const struct inbox_set *set, const char *product, const char *variant,
			     int column)
{
	const char *text = NULL;

	for (size_t i = set->n; i-- > 0 && !text;) {
		const struct exchange_products *s = set->file[i].content;
		const struct exchange_product *p = exchange_products_find(s, product);
		const struct exchange_product_row *row = row_of(s, product, variant);

		text = column < PCOL_SKU ? (p ? said(s, p, column) : NULL)
		       : row             ? row->cell[column]
					 : NULL;
	}
	return text;
}

static enum errk articles(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
			  enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			  void *ctx, struct err *e)
{
	const struct exchange_products *s = set->file[file].content;
	const struct exchange_product *p = &s->product[k];
	enum errk rc = E_OK;

	if (p->joined)
		return E_OK;
	/* A row that can't be read may be any article's. */
	if (!p->first)
		return err_set(e, E_LOCAL, "bad_row", "%s", p->problem ? p->problem->msg : s->name);
	for (uint32_t i = p->first; i && rc == E_OK; i = s->row[i]->next) {
		const struct exchange_product_row *row = s->row[i];
		const char *id = variant_id(row);
		bool archived;

		/* So may one whose SKU a spreadsheet changed. */
		if (row->sku_changed)
			return err_set(e, E_LOCAL, "bad_row", "%s", p->problem->msg);
		archived = str_equal(last_said(set, p->id, id, PCOL_STATUS), "archived") ||
			   str_equal(last_said(set, p->id, id, PCOL_VARIANT_STATUS), "archived");
		const struct article x = {
			.id = arena_printf(a, "%s:%lld", s->name, (long long)row->line),
			.sku = row->cell[PCOL_SKU],
			.barcode = last_said(set, p->id, id, PCOL_BARCODE),
			.title = last_said(set, p->id, id, PCOL_TITLE),
			.traits = (archived ? (unsigned)ARTICLE_ARCHIVED : 0) |
				  (str_equal(last_said(set, p->id, id, PCOL_TRACKED), "false")
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
	.is_list = exchange_products_is_list,
	.join = join,
	.free = free_file,
	.examine = examine,
	.ignored = ignored,
	.count = count,
	.has = has,
	.record = record,
	.finish = finish,
	.merge = merge,
	.articles = articles,
};
