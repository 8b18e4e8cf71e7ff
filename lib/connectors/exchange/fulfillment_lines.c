#include "connectors/exchange/fulfillment_lines.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/* "gid://shopify/LineItem/7001" and "7001" are one line. */
static bool same_id(const char *x, const char *y)
{
	bool long_x = str_starts(x, "gid://"), long_y = str_starts(y, "gid://");
	const char *end = long_x == long_y ? NULL : strrchr(long_x ? x : y, '/');

	return end ? str_equal(end + 1, long_x ? y : x) : str_equal(x, y);
}

bool exchange_delivery_line_is(const struct exchange_delivery_line *l, const char *line_id,
			       const char *sku)
{
	if (l->nameless || !l->line_id != !line_id)
		return false;
	return line_id ? same_id(l->line_id, line_id) : str_equal(l->sku, sku);
}

static const char *without_hash(const char *name)
{
	return name + (*name == '#');
}

bool exchange_delivery_may_be_one(const char *a, const char *b)
{
	return str_starts(a, "gid://") != str_starts(b, "gid://") ||
	       strcmp(without_hash(a), without_hash(b)) == 0;
}

struct exchange_delivery_order *exchange_delivery_order_of(struct exchange_delivery *to,
							   const char *name, int file,
							   struct arena *a)
{
	struct exchange_delivery_order *o = to->orders;

	while (o && (str_starts(o->name, "gid://") != str_starts(name, "gid://") ||
		     !exchange_delivery_may_be_one(o->name, name)))
		o = o->next;
	if (o)
		return o;
	o = arena_alloc(a, sizeof(*o));
	*o = (struct exchange_delivery_order){arena_strdup(a, name), file, to->orders};
	return to->orders = o;
}

struct exchange_delivery_line *exchange_delivery_line_of(struct exchange_delivery *to,
							 const char *line_id, const char *sku,
							 struct arena *a)
{
	struct exchange_delivery_line *l = line_id || sku ? to->line : NULL;

	while (l && (l->of != to->row || !exchange_delivery_line_is(l, line_id, sku)))
		l = l->next;
	if (l)
		return l;
	l = arena_alloc(a, sizeof(*l));
	*l = (struct exchange_delivery_line){.line_id = line_id, .nameless = !line_id && !sku};
	if (to->last_line)
		to->last_line->next = l;
	else
		to->line = l;
	to->last_line = l;
	return l;
}

/* Lines by their ids that may be the one that is named by its SKU alone, and what was said of them. */
struct rivals {
	struct decimal sum; /* of all */
	size_t n;
	bool unknown; /* one of them has no SKU */
	bool faulty;  /* how many units it has can't be read */
	bool here;    /* one is said in this file */
	bool raised;  /* one has more units than it was said to have before */
	const struct exchange_delivery_line *last; /* of this file, else of those before */
};

/* Named by its id, it may be a line of that SKU. */
static bool may_be(const struct exchange_delivery_line *l, const struct exchange_delivery_line *b)
{
	return l->line_id && l->of == b->of && (!l->sku || str_equal(l->sku, b->sku));
}

/* Said with units before, and with more now. */
static bool is_raised(const struct exchange_delivery_line *l, int file)
{
	return l->file == file && l->before.units && decimal_cmp(l->quantity, l->before) > 0;
}

/* Of a line that this file says anew those that earlier files said, else those that have come since it was said. */
static bool is_rival(const struct exchange_delivery_line *l, const struct exchange_delivery_line *b,
		     int file)
{
	if (!may_be(l, b))
		return false;
	if (b->file == file)
		return l->file != file && (l->problem || l->quantity.units);
	return l->doubt || is_raised(l, file) || (l->file == file && l->before.units == 0);
}

static struct rivals rivals_of(const struct exchange_delivery *d,
			       const struct exchange_delivery_line *b, int file)
{
	struct rivals out = {.sum = DECIMAL_ZERO};

	for (const struct exchange_delivery_line *l = d->line; l; l = l->next) {
		if (!is_rival(l, b, file))
			continue;
		out.n++;
		out.unknown |= !l->sku;
		out.faulty |= l->problem != NULL ||
			      decimal_add(out.sum, l->quantity, &out.sum, NULL) != E_OK;
		out.here |= l->file == file;
		out.raised |= is_raised(l, file);
		if (!out.last || l->file >= out.last->file)
			out.last = l;
	}
	return out;
}

/* One is not the other, or is: it takes its place, or stands as it was said before. */
static void drop_rivals(struct exchange_delivery *d, const struct exchange_delivery_line *b,
			int file)
{
	for (struct exchange_delivery_line *l = d->line; l; l = l->next)
		if (is_rival(l, b, file))
			l->quantity = DECIMAL_ZERO;
}

static void drop(struct exchange_delivery_line *b)
{
	b->quantity = DECIMAL_ZERO;
	b->problem = NULL;
	b->doubt = false;
}

static void doubt(struct exchange_delivery *d, struct exchange_delivery_line *b,
		  const struct rivals *with, const struct exchange_delivery_file *file,
		  struct arena *a)
{
	char bare[DECIMAL_TEXT_MAX], named[DECIMAL_TEXT_MAX];
	bool said = b->file == file->number;
	const char *by_sku = arena_printf(a, "%s of '%s' without line_id",
					  decimal_text_short(b->quantity, bare), b->sku);
	const char *units = decimal_text_short(with->sum, named), *id = with->last->line_id;
	const char *by_id = !with->unknown ? arena_printf(a, "%s of '%s' by line_id", units, b->sku)
			    : with->n == 1
				    ? arena_printf(a, "%s of line '%s' without SKU", units, id)
				    : arena_printf(a, "%s of line '%s' and others, without SKU",
						   units, id);
	struct err *made = arena_alloc(a, sizeof(*made));

	for (struct exchange_delivery_line *l = d->line; l; l = l->next)
		l->doubt |= is_rival(l, b, file->number);
	err_set(made, E_RECORD, "bad_row",
		"%s: delivery '%s' has %s here and %s in another file, and whether these are the same "
		"units can't be told; have the ERP write, in a new file, all of its lines of '%s' with "
		"both line_id and SKU, and that SKU without line_id with quantity 0",
		said ? b->where : with->last->where, d->id, said ? by_sku : by_id,
		said ? by_id : by_sku, b->sku);
	b->problem = made;
	b->doubt = true;
}

/* A file names it by its SKU alone, where earlier ones named lines of that SKU by their ids. */
static void compare_said(struct exchange_delivery *d, struct exchange_delivery_line *b,
			 const struct exchange_delivery_file *file, struct arena *a)
{
	struct rivals r = rivals_of(d, b, file->number);
	bool beside = false;

	/* As it was said before, or taken back. */
	if (b->before.units ? (!b->doubt && !is_raised(b, file->number)) || b->quantity.units == 0
			    : b->first != file->number && b->quantity.units == 0)
		r.n = 0;
	/* With more than before it may be all of them by now. */
	r.raised = is_raised(b, file->number) && !b->doubt;
	b->doubt = false;
	for (const struct exchange_delivery_line *l = d->line; l; l = l->next)
		beside |= l->file == file->number && may_be(l, b);
	if (r.n == 0 || r.faulty)
		return;
	if (!r.unknown && !r.raised && b->quantity.units && decimal_cmp(r.sum, b->quantity) == 0)
		drop(b);
	else if (!r.unknown && !r.raised && !beside && r.last->rank < file->rank &&
		 (r.n == 1 || b->quantity.units == 0))
		drop_rivals(d, b, file->number);
	else
		doubt(d, b, &r, file, a);
}

/* A file names lines by their ids that may be the one that earlier files named by its SKU alone. */
static void compare_named(struct exchange_delivery *d, struct exchange_delivery_line *b,
			  const struct exchange_delivery_file *file, struct arena *a)
{
	struct rivals r = rivals_of(d, b, file->number);

	if ((b->quantity.units == 0 && !b->doubt) || r.faulty || (r.n && !r.here))
		return;
	if (r.n == 0) {
		if (b->doubt)
			b->problem = NULL;
		b->doubt = false;
	} else if (!r.unknown && !r.raised && decimal_cmp(r.sum, b->quantity) == 0)
		drop(b);
	else
		doubt(d, b, &r, file, a);
}

void exchange_delivery_compare_lines(struct exchange_delivery *d,
				     const struct exchange_delivery_file *file, struct arena *a)
{
	for (struct exchange_delivery_line *b = d->line; b; b = b->next) {
		const bool said = b->file == file->number;

		if (b->line_id || b->nameless || (b->problem && (said || !b->doubt)))
			continue;
		if (said)
			compare_said(d, b, file, a);
		else
			compare_named(d, b, file, a);
	}
	for (struct exchange_delivery_line *l = d->line; l; l = l->next) {
		bool open = false;

		for (const struct exchange_delivery_line *b = d->line; b && l->line_id; b = b->next)
			open |= !b->line_id && b->doubt && may_be(l, b);
		l->doubt = l->line_id ? open && l->doubt : l->doubt;
	}
}
