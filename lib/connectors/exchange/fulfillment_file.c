#include "connectors/exchange/fulfillment_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/csvfile.h"
#include "base/str.h"
#include "connectors/exchange/fulfillment_lines.h"
#include "model/tracking.h"
#include "files/guard.h"
#include "files/rows.h"

#include "base/banned.h"

enum column {
	COL_DELIVERY,
	COL_ORDER,
	COL_LINE,
	COL_SKU,
	COL_TITLE,
	COL_QUANTITY,
	COL_SHIPPED_AT,
	COL_WAREHOUSE,
	COL_CARRIER,
	COL_NUMBER,
	COL_URL,
	COL_COUNT_,
	NAMES_MAX = 6
};

/* As ERPs call them; blanks, dashes and underscores, and case, do not count. */
static const char *const names[COL_COUNT_][NAMES_MAX] = {
	[COL_DELIVERY] = {"delivery id", "delivery", "shipment id", "shipment", "lieferschein"},
	[COL_ORDER] = {"order", "order name", "order id", "order number", "bestellung"},
	[COL_LINE] = {"line id", "order line", "line item id"},
	[COL_SKU] = {"sku", "article", "item", "internal reference", "artikelnummer"},
	[COL_TITLE] = {"title", "name", "description", "product", "bezeichnung"},
	[COL_QUANTITY] = {"quantity", "qty", "units", "menge"},
	[COL_SHIPPED_AT] = {"shipped at", "shipped", "date", "delivery date"},
	[COL_WAREHOUSE] = {"warehouse", "location", "site", "store", "lager"},
	[COL_CARRIER] = {"carrier", "tracking company", "shipping method"},
	[COL_NUMBER] = {"tracking number", "tracking numbers", "tracking"},
	[COL_URL] = {"tracking url", "tracking urls", "tracking link"},
};

static const char *const *names_of(int column)
{
	return names[column];
}

static const struct column_names column_names = {names_of, COL_COUNT_};

/* Where a file's rank is not its own. */
static const char OR_BESIDE[] = " or in a file of the same time";

/* What separates several tracking numbers, and their links, in one cell. */
static const char SEVERAL = '|';

struct exchange_deliveries {
	struct arena *mem;
	struct exchange_delivery **list;
	size_t n, cap;
	uint32_t *slot; /* by hash of the id, index + 1 */
	size_t n_slots;
	enum csv_encoding declared;
	const char *ignored;
};

const char *exchange_deliveries_ignored(const struct exchange_deliveries *d)
{
	return d->ignored;
}

const char *exchange_deliveries_keep(struct exchange_deliveries *d, const char *text)
{
	return arena_strdup(d->mem, text);
}

void exchange_deliveries_declare(struct exchange_deliveries *d, enum csv_encoding declared)
{
	d->declared = declared;
}

struct exchange_deliveries *exchange_deliveries_new(void)
{
	struct exchange_deliveries *d = calloc(1, sizeof(*d));

	if (!d)
		die(70, "out of memory");
	d->mem = arena_new();
	return d;
}

void exchange_deliveries_free(struct exchange_deliveries *d)
{
	if (!d)
		return;
	arena_free(d->mem);
	free(d->list);
	free(d->slot);
	free(d);
}

size_t exchange_deliveries_count(const struct exchange_deliveries *d)
{
	return d->n;
}

const struct exchange_delivery *exchange_deliveries_at(const struct exchange_deliveries *d,
						       size_t i)
{
	return d->list[i];
}

static uint32_t *slot_of(const struct exchange_deliveries *d, const char *id)
{
	uint32_t h = UINT32_C(2166136261); /* FNV-1a */
	size_t i;

	for (const char *p = id; *p; p++)
		h = (h ^ (unsigned char)*p) * UINT32_C(16777619);
	for (i = h & (d->n_slots - 1); d->slot[i]; i = (i + 1) & (d->n_slots - 1))
		if (strcmp(d->list[d->slot[i] - 1]->id, id) == 0)
			break;
	return &d->slot[i];
}

static void make_room(struct exchange_deliveries *d)
{
	if (d->n_slots >= d->n * 2 + 2)
		return;
	free(d->slot);
	d->n_slots = d->n_slots ? d->n_slots * 2 : 256;
	d->slot = calloc(d->n_slots, sizeof(*d->slot));
	d->cap = d->n_slots;
	d->list = reallocarray(d->list, d->cap, sizeof(struct exchange_delivery *));
	if (!d->slot || !d->list)
		die(70, "out of memory");
	for (size_t i = 0; i < d->n; i++)
		*slot_of(d, d->list[i]->id) = (uint32_t)i + 1;
}

void exchange_deliveries_want(struct exchange_deliveries *d, const char *id)
{
	uint32_t *slot;
	struct exchange_delivery *made;

	make_room(d);
	slot = slot_of(d, id);
	if (*slot)
		return;
	made = arena_alloc(d->mem, sizeof(*made));
	made->id = arena_strdup(d->mem, id);
	d->list[d->n] = made;
	*slot = (uint32_t)++d->n;
}

static struct exchange_delivery *wanted(const struct exchange_deliveries *d, const char *id)
{
	uint32_t slot = d->n_slots ? *slot_of(d, id) : 0;

	return slot ? d->list[slot - 1] : NULL;
}

const struct exchange_delivery *exchange_deliveries_find(const struct exchange_deliveries *d,
							 const char *id)
{
	return wanted(d, id);
}

/* The file being read. */
struct reading {
	struct exchange_deliveries *d;
	enum exchange_delivery_pass pass;
	const struct exchange_delivery_file *file;
	const char *name;
	int number;
	int at[COL_COUNT_]; /* -1: the file has no such column */
	size_t width;
	struct guard_numbers numbers;
	bool cut;
	int unreadable;
	const char *above; /* id of the last row that had one; NULL = none */
	const char
		*below; /* what is wrong with a row that the next delivery may have lost; or NULL */
	struct stray *strays;
	struct exchange_delivery *here; /* deliveries that rows of it were of */
};

/* A row whose delivery can't be told, but whose order can. */
struct stray {
	const char *order, *what;
	struct stray *next;
};

static enum errk match_columns(struct reading *r, const struct csv_row *header, struct err *e)
{
	struct exchange_deliveries *d = r->d;
	const char *ignored;
	enum errk k = guard_columns(header, &column_names, r->name, r->at, e);

	if (k != E_OK)
		return k;
	r->width = header->n;
	ignored = r->file->used || r->pass != EXCHANGE_DELIVERY_NAMES
			  ? NULL
			  : columns_ignored(r->name, header, &column_names, d->mem);
	if (ignored)
		d->ignored = d->ignored ? arena_printf(d->mem, "%s; %s", d->ignored, ignored)
					: ignored;
	const char *missing = r->at[COL_DELIVERY] < 0                     ? "delivery_id"
			      : r->at[COL_ORDER] < 0                      ? "order"
			      : r->at[COL_SKU] < 0 && r->at[COL_LINE] < 0 ? "sku"
			      : r->at[COL_QUANTITY] < 0                   ? "quantity"
									  : NULL;
	if (!missing)
		return E_OK;
	return err_set(e, E_LOCAL, "not_a_fulfillment_file",
		       "%s: there is no column '%s'; a file of deliveries has the columns "
		       "delivery_id, order, sku and quantity; its columns are %s; names that are "
		       "known: %s",
		       r->name, missing, columns_titles(header, NULL, d->mem),
		       columns_known(&column_names, true, d->mem));
}

static const char *cell(const struct reading *r, const struct csv_row *row, int column)
{
	return row_cell(row, r->at[column]);
}

/* Kept as long as the deliveries; NULL where the cell is empty. */
static const char *kept(const struct reading *r, const struct csv_row *row, int column)
{
	const char *text = cell(r, row, column);

	return text[0] ? arena_strdup(r->d->mem, text) : NULL;
}

/* What is compared letter by letter, and what is wrong with it; NULL = nothing is. */
static const char *read_key(const struct reading *r, const struct csv_row *row, int column,
			    const char **text)
{
	const char *as_it_is = cell(r, row, column);

	return column == COL_ORDER ? guard_order_name(as_it_is, r->d->mem, text)
				   : guard_identifier(as_it_is, r->d->mem, text);
}

static const char *kept_key(const struct reading *r, const struct csv_row *row, int column)
{
	const char *text;

	(void)read_key(r, row, column, &text);
	return text[0] ? text : NULL;
}

static const struct err *PRINTF_LIKE(2, 3) problem(const struct reading *r, const char *fmt, ...)
{
	struct err *made = arena_alloc(r->d->mem, sizeof(*made));
	va_list args;

	va_start(args, fmt);
	err_set(made, E_RECORD, "bad_row", "%s", arena_vprintf(r->d->mem, fmt, args));
	va_end(args);
	return made;
}

/* A value that all rows of the delivery share: a later file's counts, within one they must agree. */
static void share(struct reading *r, struct exchange_delivery *to, const struct csv_row *in,
		  int column, const char **value, int *rank)
{
	const char *text;

	(void)read_key(r, in, column, &text);
	if (!text[0])
		return;
	if (*value && *rank == r->file->rank && strcmp(*value, text) != 0) {
		to->problem =
			problem(r,
				"%s:%lld: delivery '%s' has the %s '%s' here and '%s' above%s; "
				"one delivery has one",
				r->name, (long long)in->line, to->id, names[column][0], text,
				*value, r->file->rank < r->number ? OR_BESIDE : "");
		to->problem_rank = r->file->rank;
		return;
	}
	*value = arena_strdup(r->d->mem, text);
	*rank = r->file->rank;
}

/* What earlier files said is not this order's: goods of the one must not be told to the other's buyer. */
static void leave_order(struct reading *r, struct exchange_delivery *to, const struct csv_row *in)
{
	to->was = to->order;
	to->moved = arena_printf(r->d->mem, "%s:%lld", r->name, (long long)in->line);
	to->unsent = to->order_new;
	if (to->tracking_rank != r->file->rank)
		to->parcel = to->last_parcel = NULL;
	if (to->warehouse_rank != r->file->rank)
		to->warehouse = NULL;
	if (to->carrier_rank != r->file->rank)
		to->carrier = NULL;
	if (to->shipped_rank != r->file->rank)
		to->shipped_at = NULL;
}

/* A later file may name another order: the id is used again, or the order was wrong. */
static void share_order(struct reading *r, struct exchange_delivery *to, const struct csv_row *in)
{
	const char *text, *was = to->order;
	bool moves;

	(void)read_key(r, in, COL_ORDER, &text);
	moves = text[0] && was && to->order_rank != r->file->rank &&
		!exchange_delivery_may_be_one(was, text);
	if (moves)
		leave_order(r, to, in);
	if (text[0] && (moves || !was)) {
		to->of = exchange_delivery_order_of(to, text, r->number, r->d->mem);
		/* Rows above that name none are of this one. */
		for (struct exchange_delivery_line *l = to->line; l; l = l->next)
			if (!l->of || l->file == r->number)
				l->of = to->of;
	}
	share(r, to, in, COL_ORDER, &to->order, &to->order_rank);
	/* Where a file contradicts itself, the row is of the order that it names. */
	to->row = to->order && text[0] && !exchange_delivery_may_be_one(to->order, text)
			  ? exchange_delivery_order_of(to, text, r->number, r->d->mem)
			  : to->of;
	to->order_new = to->order_rank == r->file->rank ? !r->file->used : to->order_new;
}

static void share_time(struct reading *r, struct exchange_delivery *to, const struct csv_row *in)
{
	const char *text = cell(r, in, COL_SHIPPED_AT);
	/* "2026-11-23 09:45": what a spreadsheet shows of a time. */
	enum { TO_MINUTES = 16 };
	char out[CLOCK_TEXT_MAX], whole[64], zoned[64];
	int64_t at;

	if (!text[0])
		return;
	snprintf(whole, sizeof(whole), "%.40s", text);
	if (strlen(whole) >= TO_MINUTES && whole[TO_MINUTES - 3] == ':' && whole[TO_MINUTES] != ':')
		snprintf(whole, sizeof(whole), "%.*s:00%.20s", TO_MINUTES, text, text + TO_MINUTES);
	/* Without a zone it is UTC; a blank between date and time is as good as a T. */
	if (strlen(whole) > 10 && whole[10] == ' ')
		whole[10] = 'T';
	snprintf(zoned, sizeof(zoned), "%.50sZ", whole);
	if ((clock_parse(text, &at, NULL) != E_OK && clock_parse(whole, &at, NULL) != E_OK &&
	     clock_parse(zoned, &at, NULL) != E_OK) ||
	    !guard_this_century(at)) {
		to->problem = problem(
			r,
			"%s:%lld: column 'shipped_at': '%.40s' is no time such as 2026-11-23T09:45:00Z",
			r->name, (long long)in->line, text);
		to->problem_rank = r->file->rank;
		return;
	}
	/* Parcels leave one after the other: the last one counts. */
	clock_text(at, out);
	if (!to->shipped_at || to->shipped_rank != r->file->rank || strcmp(out, to->shipped_at) > 0)
		to->shipped_at = arena_strdup(r->d->mem, out);
	to->shipped_rank = r->file->rank;
}

/* The next piece of a cell with several values, trimmed; NULL = there is none. */
static const char *piece(struct reading *r, const char **rest)
{
	const char *from = *rest, *end;

	if (!from)
		return NULL;
	end = strchr(from, SEVERAL);
	*rest = end ? end + 1 : NULL;
	if (!end)
		end = from + strlen(from);
	while (from < end && *from == ' ')
		from++;
	while (end > from && end[-1] == ' ')
		end--;
	return arena_strndup(r->d->mem, from, (size_t)(end - from));
}

static void add_parcel(struct reading *r, struct exchange_delivery *to, const char *number,
		       const char *url)
{
	struct exchange_parcel *p = to->parcel;

	while (p && strcmp(p->number, number) != 0)
		p = p->next;
	if (!p) {
		p = arena_alloc(r->d->mem, sizeof(*p));
		p->number = number;
		if (to->last_parcel)
			to->last_parcel->next = p;
		else
			to->parcel = p;
		to->last_parcel = p;
	}
	if (url && url[0])
		p->url = url;
}

/* "-" and the like says as much as an empty cell. */
static bool has_number(struct reading *r, const char *numbers)
{
	const char *number, *id;

	while ((number = piece(r, &numbers))) {
		(void)guard_identifier(number, r->d->mem, &id);
		if (!tracking_is_none(id))
			return true;
	}
	return false;
}

static void add_tracking(struct reading *r, struct exchange_delivery *to, const struct csv_row *in)
{
	const char *numbers = cell(r, in, COL_NUMBER), *urls = cell(r, in, COL_URL), *number;

	if (!has_number(r, numbers))
		return;
	/* A later file corrects; the rows of one file each name some of the parcels. */
	if (to->tracking_rank != r->file->rank)
		to->parcel = to->last_parcel = NULL;
	to->tracking_rank = r->file->rank;
	while ((number = piece(r, &numbers))) {
		const char *url = piece(r, &urls), *id;
		const char *why = guard_identifier(number, r->d->mem, &id);

		if (why) {
			to->problem = problem(r, "%s:%lld: column '%s': '%.40s' %s", r->name,
					      (long long)in->line, names[COL_NUMBER][0], number,
					      why);
			to->problem_rank = r->file->rank;
		}
		if (!tracking_is_none(id))
			add_parcel(r, to, id, url);
	}
}

/* Of files of which nothing tells which is newer neither corrects the other. */
static void refuse_other(const struct reading *r, const struct exchange_delivery *to,
			 struct exchange_delivery_line *l)
{
	char here[DECIMAL_TEXT_MAX], there[DECIMAL_TEXT_MAX];

	if (l->tied && l->file == r->number && !l->problem &&
	    decimal_cmp(l->before, l->quantity) != 0)
		l->problem =
			problem(r,
				"%s: delivery '%s' has %s of '%s' here and %s in a file of the "
				"same time, and nothing tells which is newer",
				l->where, to->id, decimal_text_short(l->quantity, here),
				l->sku ? l->sku : l->line_id, decimal_text_short(l->before, there));
}

/* Rows of one line in one file are parts of it (two parcels, two lots): they add up. */
static void set_quantity(struct reading *r, struct exchange_delivery_line *l,
			 const struct csv_row *in)
{
	const char *text = cell(r, in, COL_QUANTITY);
	struct decimal d = DECIMAL_ZERO, sum = l->quantity;
	const char *why = guard_number(text, r->numbers, &d);

	if (l->file != r->number) {
		l->before = l->problem && !l->doubt ? DECIMAL_ZERO : l->quantity;
		l->tied = l->rank == r->file->rank;
		/* A fault in a file that may be the newer one stays. */
		if (!l->tied)
			l->problem = NULL;
		sum = DECIMAL_ZERO;
	}
	if (why || d.units < 0)
		l->problem = problem(r, "%s:%lld: column 'quantity': '%.40s' %s", r->name,
				     (long long)in->line, text,
				     row_no_quantity(why ? why : "is no number"));
	else if (decimal_add(sum, d, &l->quantity, NULL) != E_OK)
		l->problem = problem(r, "%s:%lld: column 'quantity': too much", r->name,
				     (long long)in->line);
	l->file = r->number;
	l->rank = r->file->rank;
	l->first = l->first ? l->first : r->number;
}

static void add_line(struct reading *r, struct exchange_delivery *to, const struct csv_row *in)
{
	const char *line_id = kept_key(r, in, COL_LINE), *sku = kept_key(r, in, COL_SKU);
	struct exchange_delivery_line *l = exchange_delivery_line_of(to, line_id, sku, r->d->mem);

	l->of = to->row;
	l->sku = sku ? sku : l->sku;
	l->where = to->last;
	if (cell(r, in, COL_TITLE)[0])
		l->title = kept(r, in, COL_TITLE);
	set_quantity(r, l, in);
	if (l->nameless)
		l->problem = problem(r,
				     "%s:%lld: the row has neither an SKU nor a line of the order",
				     r->name, (long long)in->line);
	if (in->n != r->width)
		l->problem = problem(r, "%s:%lld: the row has %zu cells, the header has %zu",
				     r->name, (long long)in->line, in->n, r->width);
}

/* A row that may be of this delivery can't be used: what of it was read may not be all. */
static void hold(const struct reading *r, struct exchange_delivery *to, const char *what)
{
	if (!to || (to->problem && to->problem_rank == r->file->rank))
		return;
	to->problem = problem(r, "%s, and may be of delivery '%s', which would go without it", what,
			      to->id);
	to->problem_rank = r->file->rank;
}

static void hold_above(const struct reading *r, const char *what)
{
	if (r->above)
		hold(r, wanted(r->d, r->above), what);
}

/* Rows that name the order of a delivery of this file, and not the delivery. */
static void hold_strays(const struct reading *r)
{
	for (const struct stray *s = r->strays; s; s = s->next)
		for (size_t i = 0; i < r->d->n; i++) {
			struct exchange_delivery *to = r->d->list[i];

			if (to->file == r->number && !to->label && to->order &&
			    exchange_delivery_may_be_one(to->order, s->order))
				hold(r, to, s->what);
		}
}

/* What the rows of the file say of lines, taken together, beside what earlier files say. */
static void compare_lines(const struct reading *r)
{
	for (struct exchange_delivery *to = r->here; to; to = to->next_here) {
		for (struct exchange_delivery_line *l = to->line; l; l = l->next)
			refuse_other(r, to, l);
		exchange_delivery_compare_lines(to, r->file, r->d->mem);
	}
}

static void add_stray(struct reading *r, const char *order, const char *what)
{
	struct stray *s = arena_alloc(r->d->mem, sizeof(*s));

	*s = (struct stray){order, what, r->strays};
	r->strays = s;
}

/* Cells that were merged leave the rows below the first one without a delivery and an order. */
static bool is_continued(const struct reading *r, const struct csv_row *in)
{
	const char *order;

	(void)read_key(r, in, COL_ORDER, &order);
	return r->above && !order[0] && (kept_key(r, in, COL_SKU) || kept_key(r, in, COL_LINE));
}

static void name_file(const struct reading *r, struct exchange_delivery *to)
{
	to->file = r->number;
	to->read_in = r->file->plain;
	to->written_ns = r->file->written_ns;
}

static void add_row(struct reading *r, const struct csv_row *in)
{
	static const int keys[] = {COL_DELIVERY, COL_ORDER,     COL_LINE,
				   COL_SKU,      COL_WAREHOUSE, COL_CARRIER};
	const char *id, *text, *wrong = read_key(r, in, COL_DELIVERY, &id);
	const char *below;
	char where[80];
	struct exchange_delivery *to;
	const bool nameless = !id[0];

	r->cut = in->n < r->width;
	snprintf(where, sizeof(where), "%.60s:%lld", r->name, (long long)in->line);
	if (nameless && is_continued(r, in)) {
		hold_above(r, arena_printf(r->d->mem, "%s: the row has no delivery_id", where));
		return;
	}
	if (nameless)
		id = row_id(in, r->d->mem);
	else if (!wrong && (!r->above || strcmp(r->above, id) != 0))
		r->above = arena_strdup(r->d->mem, id);
	if (r->pass == EXCHANGE_DELIVERY_NAMES) {
		exchange_deliveries_want(r->d, id);
		return;
	}
	to = wanted(r->d, id);
	below = r->below;
	if (!nameless)
		r->below = NULL;
	if (!to)
		return;
	if (to->file != r->number) {
		to->next_here = r->here;
		r->here = to;
	}
	name_file(r, to);
	to->rank = r->file->rank;
	to->last = arena_strdup(r->d->mem, where);
	if (nameless) {
		to->label = to->last;
		to->problem = problem(r,
				      "%s: the row has no delivery_id; a row that has one does not "
				      "take its place: drop it",
				      where);
		to->problem_rank = r->file->rank;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *why = read_key(r, in, keys[i], &text);

		if (!why)
			continue;
		to->problem = problem(r, "%s: column '%s': '%.40s' %s", where, names[keys[i]][0],
				      text, why);
		to->problem_rank = r->file->rank;
	}
	(void)read_key(r, in, COL_ORDER, &text);
	if ((nameless || wrong) && text[0])
		add_stray(r, text,
			  arena_printf(r->d->mem, "%s: the row has no usable delivery_id", where));
	share_order(r, to, in);
	share(r, to, in, COL_WAREHOUSE, &to->warehouse, &to->warehouse_rank);
	share(r, to, in, COL_CARRIER, &to->carrier, &to->carrier_rank);
	share_time(r, to, in);
	add_tracking(r, to, in);
	add_line(r, to, in);
	if (below && !nameless)
		hold(r, to, below);
}

/* A row that can't be read at all stands for itself. */
static void add_unreadable(struct reading *r, const struct err *why)
{
	char id[96];
	struct exchange_delivery *to;

	snprintf(id, sizeof(id), "%.60s: unreadable row %d", r->name, ++r->unreadable);
	if (r->pass == EXCHANGE_DELIVERY_NAMES)
		exchange_deliveries_want(r->d, id);
	to = wanted(r->d, id);
	if (!to || r->pass == EXCHANGE_DELIVERY_NAMES)
		return;
	r->below = arena_strdup(r->d->mem, why->msg);
	hold_above(r, r->below);
	to->problem = problem(r, "%s", why->msg);
	to->problem_rank = to->rank = r->file->rank;
	name_file(r, to);
}

static enum errk read_rows(struct reading *r, struct csv_reader *reader, struct err *e)
{
	struct csv_row row;
	struct err why, last = {.kind = E_OK};

	for (;;) {
		bool more = false;
		enum errk k = csv_reader_next(reader, &row, &more, &why);

		if (k == E_OK && !more)
			return E_OK;
		if (k == E_OK) {
			add_row(r, &row);
			continue;
		}
		if (k != E_RECORD) {
			*e = why;
			return k;
		}
		/* The reader repeats itself when it can't go on: a quote without an end. */
		if (str_equal(why.msg, last.msg)) {
			r->cut = true;
			return E_OK;
		}
		last = why;
		add_unreadable(r, &why);
	}
}

enum errk exchange_deliveries_read(struct exchange_deliveries *d, enum exchange_delivery_pass pass,
				   const struct exchange_delivery_file *file, bool *cut,
				   struct err *e)
{
	CLEANUP(csv_reader) struct csv_reader *reader = NULL;
	struct reading r = {.d = d,
			    .pass = pass,
			    .file = file,
			    .name = file->name,
			    .number = file->number};
	enum errk k = guard_open(file->path, d->declared, &reader, e);

	if (k != E_OK)
		return k;
	k = match_columns(&r, csv_reader_header(reader), e);
	if (k == E_OK)
		r.numbers = guard_numbers(reader, &r.at[COL_QUANTITY], 1);
	if (k == E_OK)
		k = read_rows(&r, reader, e);
	compare_lines(&r);
	hold_strays(&r);
	r.cut |= csv_reader_unended(reader);
	*cut = r.cut;
	return k;
}
